//! The whole house: the main job, the sweep.

mod bad_input;
mod declared;
mod doorways;
mod feedback_desk;
#[path = "../../../../rooms/m3-supervision/tests/it/fixtures.rs"]
#[allow(dead_code, reason = "shared with the supervision room; not every helper is used here")]
mod fixtures;
mod fuzz;
mod headers;
mod identity;
mod journey;
mod keys;
mod links;
mod listen;
mod next_year;
mod seen;
mod slips;
mod sweep;
mod uploads;
