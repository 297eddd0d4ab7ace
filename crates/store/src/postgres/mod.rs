//! What only PostgreSQL needs (house.md §3, §4.3; decisions/0012): opening, roles, migrating, its errors, its health.

pub mod errors;
pub mod health;
pub mod migrate;
pub mod open;
pub mod roles;
