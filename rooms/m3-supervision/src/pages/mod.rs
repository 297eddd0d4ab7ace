//! Pages of the room, one file per screen family.

pub mod attendance;
pub mod certificate;
pub mod completion;
pub mod exam;
pub mod feedback;
pub mod inspection;
pub mod phone;
pub mod session;
pub mod verify;
