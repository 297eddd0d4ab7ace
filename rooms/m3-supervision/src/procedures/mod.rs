//! How the room's things move: one table each (M3).

pub mod disputes;
pub mod full_process;
