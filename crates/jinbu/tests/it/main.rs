//! The real server as a process: killed at any moment, robbed of what was not synced, of its database, copied to the other database.

mod copy;
mod corpus;
mod kill;
mod ledger;
mod postgres;
mod power_cut;
mod proxy;
mod server;
