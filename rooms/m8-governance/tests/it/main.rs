//! Tests of the room, one binary.

mod accounts;
mod organisations;
mod signing_in;
mod support;
