//! Tests of the institution directory (M2.1–M2.5, M3.7) through its acts and pages.

mod directory;
mod pages;
mod payee;
mod support;
