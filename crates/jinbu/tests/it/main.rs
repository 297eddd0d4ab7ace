//! The real server as a process: killed at any moment, robbed of what was not synced, copied to the other database.

mod alone;
mod copy;
mod kill;
mod ledger;
mod power_cut;
mod server;
