//! Reckoning: hours, online share, eligibility, amounts and numbers as pure functions over plain
//! facts and dated policy (house.md §0: "facts in, numbers out"). No database, no clock, no async,
//! so that the server and the offline verifier run the same code and get the same fen.
//! Serves M3.1–M3.4, M3.9, M5.1, M7.1, M8.2; domain.md §4.0, §4.1, §6.1, §7.2, §7.3.

pub mod eligibility;
pub mod hours;
pub mod money;
pub mod number;
mod pin;
pub mod policy;
mod policy_table;
pub mod refusals;
pub mod retirement;
pub mod share;
pub mod words;

pub use eligibility::PersonFacts;
pub use hours::{AttendanceFact, Hours, Kind, Reason, SessionCredit, SessionFact};
pub use money::{Amount, Payable, Step};
pub use number::{BadNumber, CertificateNumber, ClassNumber, Regime};
pub use policy::{MissingParameter, Parameter, Policy};
