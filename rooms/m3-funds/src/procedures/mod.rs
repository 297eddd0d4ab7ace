//! How the room's things move: one table each (M7.1, M8.9; domain §7.4).

pub mod batches;
pub mod claims;
pub mod lines;
pub mod objections;
