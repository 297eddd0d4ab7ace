//! Class hours from attendance facts (M3.2; domain.md §4.0 lesson and attendance rules, risk rule A01).
//! A session counts whole or not at all; the order and repetition of facts never matter.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use foundation::{EnrolmentId, FactId, Instant, Periods, SessionId};
use serde::{Deserialize, Serialize};

use crate::policy::Policy;

/// One planned class meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SessionFact {
    /// The session.
    pub session: SessionId,
    /// When it starts.
    pub starts_at: Instant,
    /// When it ends.
    pub ends_at: Instant,
    /// Its length in whole periods.
    pub periods: Periods,
    /// True for online sessions, live or recorded.
    pub online: bool,
}

/// What an attendance fact says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 签到.
    SignIn,
    /// 签退.
    SignOut,
    /// 点名到课: present by roll-call, the paper way for people without a phone; counts as both.
    RollCall,
    /// 更正: present after all, found by the county when the trainee disputed the record; counts as both.
    Correction,
}

/// One attendance event of one trainee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AttendanceFact {
    /// The journal's fact.
    pub fact: FactId,
    /// The session it is about.
    pub session: SessionId,
    /// The trainee's place in the class.
    pub enrolment: EnrolmentId,
    /// Sign-in, sign-out, roll-call or correction.
    pub kind: Kind,
    /// When.
    pub at: Instant,
}

/// Why a session was credited or not. Minutes are rounded up, so that "late by 0" cannot appear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Reason {
    /// Signed in and out in time.
    InTime,
    /// Present by roll-call.
    RollCall,
    /// Present after all, by the county's answer to a dispute.
    Corrected,
    /// Neither signed in nor out.
    Absent,
    /// Signed out only.
    NoSignIn,
    /// Signed in only so early that it cannot be for this session.
    TooEarly { minutes: i64 },
    /// Signed in after the grace period.
    Late { minutes: i64 },
    /// Signed in only.
    NoSignOut,
    /// Signed out before the grace period.
    LeftEarly { minutes: i64 },
}

impl Reason {
    /// True when the session counts.
    pub fn credited(&self) -> bool {
        matches!(self, Self::InTime | Self::RollCall | Self::Corrected)
    }
    /// One plain Chinese sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::InTime => "按时签到签退".to_owned(),
            Self::RollCall => "点名到课".to_owned(),
            Self::Corrected => "考勤异议核实，更正为到课".to_owned(),
            Self::Absent => "没有签到，也没有签退".to_owned(),
            Self::NoSignIn => "没有签到".to_owned(),
            Self::TooEarly { minutes } => format!("早了{minutes}分钟签到，不算本次课的签到"),
            Self::Late { minutes } => format!("迟到{minutes}分钟"),
            Self::NoSignOut => "没有签退".to_owned(),
            Self::LeftEarly { minutes } => format!("早退{minutes}分钟"),
        }
    }
}

/// What one trainee gets for one session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SessionCredit {
    /// The session.
    pub session: SessionId,
    /// Its planned length.
    pub planned: Periods,
    /// All of `planned`, or zero.
    pub credited: Periods,
    /// True for online sessions.
    pub online: bool,
    /// Why.
    pub reason: Reason,
    /// The facts that decided it: earliest sign-in, latest sign-out, the roll-call, or the correction.
    pub evidence: Vec<FactId>,
}

/// One trainee's hours in one class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Hours {
    /// Credited offline periods.
    pub offline: Periods,
    /// Credited online periods.
    pub online: Periods,
    /// Planned offline periods.
    pub planned_offline: Periods,
    /// Planned online periods.
    pub planned_online: Periods,
    /// Session by session, in the order of time.
    pub sessions: Vec<SessionCredit>,
    /// Attendance rate as (credited, planned) periods; exact, never a float.
    pub rate: (i32, i32),
}

/// The hours of one trainee from that trainee's attendance facts (facts of other sessions are ignored).
pub fn credit(sessions: &[SessionFact], events: &[AttendanceFact], policy: &Policy) -> Hours {
    let mut by_session: BTreeMap<&SessionId, Vec<&AttendanceFact>> = BTreeMap::new();
    for event in events {
        by_session.entry(&event.session).or_default().push(event);
    }
    let mut seen = BTreeSet::new();
    let mut ordered: Vec<&SessionFact> = sessions.iter().collect();
    ordered.sort_by_key(|one| (one.starts_at, one.session.clone()));
    ordered.retain(|one| seen.insert(one.session.clone()));
    let credits: Vec<SessionCredit> = ordered
        .into_iter()
        .map(|one| credit_session(one, by_session.get(&one.session).map_or(&[][..], Vec::as_slice), policy))
        .collect();
    let sum = |online: bool, of: fn(&SessionCredit) -> Periods| {
        Periods(
            credits
                .iter()
                .filter(|one| one.online == online)
                .fold(0, |total: i32, one| total.saturating_add(of(one).0)),
        )
    };
    let (offline, online) = (sum(false, |one| one.credited), sum(true, |one| one.credited));
    let (planned_offline, planned_online) = (sum(false, |one| one.planned), sum(true, |one| one.planned));
    let rate = (offline.0.saturating_add(online.0), planned_offline.0.saturating_add(planned_online.0));
    Hours { offline, online, planned_offline, planned_online, sessions: credits, rate }
}

/// True when the trainee's attendance rate reaches the policy's minimum (risk rule A01).
/// A class without planned periods has no rate and does not reach it.
pub fn rate_ok(hours: &Hours, policy: &Policy) -> bool {
    rate_reached(hours.rate, policy)
}

/// `rate_ok` for a rate kept without its sessions: (credited, planned) periods.
pub fn rate_reached((credited, planned): (i32, i32), policy: &Policy) -> bool {
    planned > 0 && i64::from(credited) * 100 >= i64::from(policy.min_rate_pct()) * i64::from(planned)
}

/// The attendance rate in percent with two places, rounded down, for people: `92.85%`.
pub fn rate_text(rate: (i32, i32)) -> String {
    if rate.1 <= 0 {
        return "—".to_owned();
    }
    let hundredths = i64::from(rate.0) * 10_000 / i64::from(rate.1);
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

fn credit_session(session: &SessionFact, events: &[&AttendanceFact], policy: &Policy) -> SessionCredit {
    let (reason, evidence) = judge(session, events, policy);
    let planned = Periods(session.periods.0.max(0));
    let credited = if reason.credited() { planned } else { Periods::ZERO };
    SessionCredit { session: session.session.clone(), planned, credited, online: session.online, reason, evidence }
}

fn judge(session: &SessionFact, events: &[&AttendanceFact], policy: &Policy) -> (Reason, Vec<FactId>) {
    let of = |kind: Kind| events.iter().filter(move |event| event.kind == kind).map(|event| (event.at, &event.fact));
    if let Some((_, fact)) = of(Kind::RollCall).min() {
        return (Reason::RollCall, vec![fact.clone()]);
    }
    if let Some((_, fact)) = of(Kind::Correction).min() {
        return (Reason::Corrected, vec![fact.clone()]);
    }
    let opens = session.starts_at - TimeDelta::minutes(policy.sign_in_before_minutes().into());
    let sign_in = of(Kind::SignIn).filter(|(at, _)| *at >= opens).min();
    let sign_out = of(Kind::SignOut).max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(a.1)));
    let evidence =
        |picked: [Option<(Instant, &FactId)>; 2]| picked.into_iter().flatten().map(|(_, fact)| fact.clone()).collect();
    let Some((signed_in, _)) = sign_in else {
        let too_early = of(Kind::SignIn).max();
        let reason = match (too_early, sign_out) {
            (Some((at, _)), _) => Reason::TooEarly { minutes: minutes_up(session.starts_at - at) },
            (None, None) => Reason::Absent,
            (None, Some(_)) => Reason::NoSignIn,
        };
        return (reason, evidence([too_early, sign_out]));
    };
    let latest_in = session.starts_at + TimeDelta::minutes(policy.late_minutes().into());
    let earliest_out = session.ends_at - TimeDelta::minutes(policy.early_minutes().into());
    let reason = match sign_out {
        _ if signed_in > latest_in => Reason::Late { minutes: minutes_up(signed_in - session.starts_at) },
        None => Reason::NoSignOut,
        Some((at, _)) if at < earliest_out => Reason::LeftEarly { minutes: minutes_up(session.ends_at - at) },
        Some(_) => Reason::InTime,
    };
    (reason, evidence([sign_in, sign_out]))
}

/// Whole minutes, any started minute counting.
fn minutes_up(span: TimeDelta) -> i64 {
    let ms = span.num_milliseconds().max(0);
    ms / 60_000 + i64::from(ms % 60_000 != 0)
}
