//! Room tests of the funds: drafts and their redrafts, counted subsidies, payment, the bank's answer, objections.

mod bank;
mod batch;
mod draft;
mod objection;
#[allow(dead_code, reason = "stations on the way of a claim; not every test stops at each")]
mod support;
