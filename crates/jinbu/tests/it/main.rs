//! The real server as a process: killed at any moment, robbed of what was not synced, of its disk, of its database,
//! copied to the other database.

mod alone;
mod backup;
mod bank;
mod copy;
mod corpus;
mod faults;
mod full_disk;
mod kill;
mod ledger;
mod load;
mod own_cluster;
mod postgres;
mod postgres_faults;
mod power_cut;
mod proxy;
mod server;
mod small_disk;
