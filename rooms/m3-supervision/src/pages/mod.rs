//! Pages of the room, one file per screen family.

pub mod attendance;
pub mod certificate;
pub mod check_in;
pub mod class_head;
pub mod class_resource;
pub mod classes;
pub mod completion;
pub mod decide;
pub mod dispute;
pub mod dossier;
pub mod exam;
pub mod feedback;
pub mod feedback_desk;
pub mod inspection;
pub mod new_class;
pub mod opening;
pub mod phone;
pub mod roster;
pub mod routes;
pub mod session;
pub mod sessions;
pub mod timetable;
pub mod verify;
