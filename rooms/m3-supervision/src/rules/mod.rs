//! Pure rules of the room.

pub mod attendance;
pub mod completion;
pub mod inspection;
pub mod layout;
pub mod opening;
pub mod timetable;
