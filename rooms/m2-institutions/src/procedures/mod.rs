//! The room's procedures, one table each.

pub mod payee;
pub mod standing;
