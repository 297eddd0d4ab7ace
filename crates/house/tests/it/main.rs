//! The whole house: the main job, the sweep.

mod bad_input;
mod declared;
mod doorways;
mod duties;
mod feedback_desk;
mod fuzz;
mod headers;
mod identity;
mod journey;
mod keys;
mod links;
mod listen;
mod next_year;
mod offices;
mod seen;
mod slips;
mod sweep;
mod uploads;
