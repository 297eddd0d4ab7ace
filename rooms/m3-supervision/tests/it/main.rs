//! Journeys and refusals of the room's acts, on the database that the environment names.

mod called;
mod check_in;
mod dispute;
mod exam;
mod one_page;
mod opening;
mod opening_checks;
mod opening_support;
mod persons;
mod roster;
mod steps;
