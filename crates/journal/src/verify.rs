//! The offline verifier: signatures, proofs, gaps, every row against its fact, and every hour and fen
//! recomputed by the same functions the server uses (M3.11, M8.9; house.md §0). Any difference names
//! the fact and says in Chinese what differs.

mod chain;
mod claims;
mod compare;
mod log;
mod recompute;
mod report;
mod rows;

pub use chain::CLASS_BOUND;
pub use log::verify_log;
pub use report::{Check, Difference, Report};

use crate::bundle::Bundle;
use crate::keys::VerifierKeys;
use report::Findings;

/// Checks a bundle. `trusted` are keys the auditor has from elsewhere; without them the bundle's own
/// keys are used and the report says so.
pub fn verify(bundle: &Bundle, trusted: Option<&VerifierKeys>) -> Report {
    let mut findings = Findings::new(&bundle.class);
    let facts = chain::check(bundle, trusted, &mut findings);
    rows::check(&bundle.rows, &facts, &mut findings);
    claims::check(&bundle.rows, &facts, &mut findings);
    recompute::check(&facts, &mut findings);
    chain::check_openings(bundle, &facts, &mut findings);
    findings.finish()
}
