//! Acts of the room, one file per part.

pub mod attendance;
pub mod certificate;
pub mod check_in;
pub mod correction;
pub mod decide;
pub mod dispute;
pub mod exam;
pub mod feedback;
pub mod feedback_desk;
pub mod inspection;
pub mod opening;
pub mod review;
pub mod roster;
pub mod timetable;
