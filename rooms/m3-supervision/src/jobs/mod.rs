//! Timed acts of the room.

pub mod attendance;
pub mod completion;
pub mod opening;
