//! Room tests of the funds: drafts and their redrafts, counted subsidies, payment, the bank's answer, objections.

mod bank;
mod batch;
mod draft;
#[path = "../../../m3-supervision/tests/it/fixtures.rs"]
#[allow(dead_code, reason = "shared with the supervision room; not every helper is used here")]
mod fixtures;
mod objection;
#[allow(dead_code, reason = "stations on the way of a claim; not every test stops at each")]
mod support;
