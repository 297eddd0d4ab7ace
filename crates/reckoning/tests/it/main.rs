//! The crate's one integration test binary: published vectors, worked examples, properties.

mod eligibility;
mod hours;
mod lines;
mod money;
mod number;
mod policy;
mod share;
mod support;
mod words;
