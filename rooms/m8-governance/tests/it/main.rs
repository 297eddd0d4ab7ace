//! Tests of the room, one binary.

mod accounts;
mod signing_in;
mod support;
