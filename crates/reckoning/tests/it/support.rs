//! Shared by the tests: the shipped parameters, the published vectors, ids and times by number.

use chrono::{NaiveDate, TimeDelta};
use foundation::{EnrolmentId, FactId, Instant, Periods, SessionId};
use reckoning::policy::{self, ParameterRow, Policy, Scheme};
use reckoning::{AttendanceFact, Kind, SessionFact};

pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("a test date")
}

pub fn shipped() -> Vec<ParameterRow> {
    policy::read_parameters(include_str!("../../../../policy/parameters.csv")).expect("policy/parameters.csv reads")
}

/// The policy for a class of `district` on `on`, from the shipped file.
pub fn policy_of(district: &str, on: &str) -> Policy {
    let district = district.parse().expect("a district");
    let rows = shipped()
        .into_iter()
        .filter(|row| row.scheme == Scheme::CompletionCertificate.code() && row.covers(district))
        .map(|row| row.parameter());
    Policy::from_parameters(Scheme::CompletionCertificate, rows, day(on)).expect("the shipped parameters are complete")
}

/// 晋江市, on a day after every shipped parameter is in force.
pub fn jinjiang() -> Policy {
    policy_of("350582", "2026-11-24")
}

pub fn vectors() -> serde_json::Value {
    serde_json::from_str(include_str!("../data/test_vectors.json")).expect("the vectors read")
}

pub fn number_of(value: &serde_json::Value, key: &str) -> i32 {
    value[key].as_i64().and_then(|one| i32::try_from(one).ok()).unwrap_or_else(|| panic!("{key} in {value}"))
}

fn ulid(kind: char, number: usize) -> String {
    format!("01{kind}{number:023}")
}
pub fn session_id(number: usize) -> SessionId {
    ulid('S', number).parse().expect("a ULID")
}
pub fn fact_id(number: usize) -> FactId {
    ulid('F', number).parse().expect("a ULID")
}
pub fn enrolment_id() -> EnrolmentId {
    ulid('E', 1).parse().expect("a ULID")
}

/// Nine o'clock in Fujian on the `number`th day of the class.
pub fn start_of(number: usize) -> Instant {
    let first: Instant = "2026-11-02T01:00:00Z".parse().expect("a time");
    first + TimeDelta::days(i64::try_from(number).expect("few sessions"))
}

/// A session of `periods` × 45 minutes on day `number`.
pub fn session(number: usize, periods: i32, online: bool) -> SessionFact {
    let starts_at = start_of(number);
    let ends_at = starts_at + TimeDelta::minutes(i64::from(periods) * 45);
    SessionFact { session: session_id(number), starts_at, ends_at, periods: Periods(periods), online }
}

pub fn event(fact: usize, of: &SessionFact, kind: Kind, at: Instant) -> AttendanceFact {
    AttendanceFact { fact: fact_id(fact), session: of.session.clone(), enrolment: enrolment_id(), kind, at }
}

/// Sign-in and sign-out exactly on time.
pub fn attended(sessions: &[SessionFact]) -> Vec<AttendanceFact> {
    sessions
        .iter()
        .enumerate()
        .flat_map(|(at, one)| {
            [event(2 * at, one, Kind::SignIn, one.starts_at), event(2 * at + 1, one, Kind::SignOut, one.ends_at)]
        })
        .collect()
}
