//! M3.2: hours from attendance facts (domain.md §4.0).

use chrono::TimeDelta;
use foundation::Periods;
use proptest::prelude::*;
use reckoning::hours::{credit, rate_ok, rate_text};
use reckoning::{AttendanceFact, Kind, Reason, SessionFact};

use crate::support::{attended, event, jinjiang, session, start_of};

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

/// The reason for one session of four periods with these events (minutes from start, from end).
fn reason(sign_ins: &[i64], sign_outs: &[i64]) -> Reason {
    let one = session(0, 4, false);
    let ins = sign_ins.iter().map(|at| (Kind::SignIn, one.starts_at + minutes(*at)));
    let outs = sign_outs.iter().map(|at| (Kind::SignOut, one.ends_at + minutes(*at)));
    let events: Vec<AttendanceFact> =
        ins.chain(outs).enumerate().map(|(at, (kind, when))| event(at, &one, kind, when)).collect();
    let hours = credit(&[one], &events, &jinjiang());
    let got = &hours.sessions[0];
    assert_eq!(got.credited, if got.reason.credited() { Periods(4) } else { Periods::ZERO }, "whole or nothing");
    got.reason.clone()
}

#[test]
fn m3_2_the_grace_minutes_are_inside() {
    assert_eq!(reason(&[15], &[-15]), Reason::InTime);
    assert_eq!(reason(&[16], &[0]), Reason::Late { minutes: 16 });
    assert_eq!(reason(&[0], &[-16]), Reason::LeftEarly { minutes: 16 });
}

#[test]
fn m3_2_one_second_over_the_grace_is_late_and_says_a_minute_more() {
    let one = session(0, 4, false);
    let late = one.starts_at + minutes(15) + TimeDelta::seconds(1);
    let events = [event(1, &one, Kind::SignIn, late), event(2, &one, Kind::SignOut, one.ends_at)];
    assert_eq!(credit(&[one], &events, &jinjiang()).sessions[0].reason, Reason::Late { minutes: 16 });
}

#[test]
fn m3_2_sign_in_counts_from_an_hour_before() {
    assert_eq!(reason(&[-60], &[0]), Reason::InTime);
    assert_eq!(reason(&[-61], &[0]), Reason::TooEarly { minutes: 61 });
    assert_eq!(reason(&[-61, 3], &[0]), Reason::InTime, "a second sign-in in time mends it");
}

#[test]
fn m3_2_earliest_sign_in_and_latest_sign_out_count() {
    assert_eq!(reason(&[40, 5], &[0]), Reason::InTime);
    assert_eq!(reason(&[0], &[-90, 2]), Reason::InTime);
}

#[test]
fn m3_2_each_gap_has_its_own_reason() {
    assert_eq!(reason(&[], &[]), Reason::Absent);
    assert_eq!(reason(&[], &[0]), Reason::NoSignIn);
    assert_eq!(reason(&[0], &[]), Reason::NoSignOut);
    assert_eq!(Reason::Late { minutes: 22 }.sentence(), "迟到22分钟");
    assert_eq!(Reason::NoSignIn.sentence(), "没有签到");
}

#[test]
fn m3_2_roll_call_counts_as_both() {
    let one = session(0, 3, false);
    let events = [event(7, &one, Kind::RollCall, one.starts_at + minutes(50))];
    let hours = credit(std::slice::from_ref(&one), &events, &jinjiang());
    assert_eq!((hours.offline, &hours.sessions[0].reason), (Periods(3), &Reason::RollCall));
    assert_eq!(hours.sessions[0].evidence, vec![events[0].fact.clone()]);
}

/// The county's correction counts the whole session, whatever was missing, and names itself as the evidence.
#[test]
fn m3_3_a_correction_counts_as_both() {
    let one = session(0, 3, false);
    let late = [
        event(6, &one, Kind::SignIn, one.starts_at + minutes(50)),
        event(7, &one, Kind::Correction, one.ends_at + minutes(3000)),
    ];
    let hours = credit(std::slice::from_ref(&one), &late, &jinjiang());
    assert_eq!((hours.offline, &hours.sessions[0].reason), (Periods(3), &Reason::Corrected));
    assert_eq!(hours.sessions[0].evidence, vec![late[1].fact.clone()]);
}

#[test]
fn m3_2_facts_of_other_sessions_and_repeated_sessions_do_not_count() {
    let (planned, other) = (session(0, 4, false), session(1, 4, false));
    let events = attended(&[planned.clone(), other]);
    let hours = credit(&[planned.clone(), planned], &events, &jinjiang());
    assert_eq!((hours.offline, hours.planned_offline, hours.sessions.len()), (Periods(4), Periods(4), 1));
}

#[test]
fn a01_rate_is_exact_at_the_line() {
    let policy = jinjiang();
    let sessions: Vec<SessionFact> = (0..5).map(|at| session(at, 4, false)).collect();
    let four = credit(&sessions, &attended(&sessions[..4]), &policy);
    assert_eq!((four.rate, rate_ok(&four, &policy)), ((16, 20), true));
    let three = credit(&sessions, &attended(&sessions[..3]), &policy);
    assert_eq!((three.rate, rate_ok(&three, &policy)), ((12, 20), false));
    assert!(!rate_ok(&credit(&[], &[], &policy), &policy), "no planned periods, no rate");
    assert_eq!(rate_text((52, 56)), "92.85%");
}

/// Six sessions and any mess of facts about them.
fn mess() -> impl Strategy<Value = (Vec<SessionFact>, Vec<AttendanceFact>)> {
    let facts = prop::collection::vec((0usize..6, 0u8..12, -100i64..400), 0..40);
    facts.prop_map(|facts| {
        let sessions: Vec<SessionFact> =
            (0..6).map(|at| session(at, 1 + i32::try_from(at).unwrap(), at % 3 == 0)).collect();
        let events = facts
            .into_iter()
            .enumerate()
            .map(|(fact, (at, kind, minute))| {
                let kind = match kind {
                    0 => Kind::RollCall,
                    1 => Kind::Correction,
                    2..=6 => Kind::SignIn,
                    _ => Kind::SignOut,
                };
                event(fact, &sessions[at], kind, start_of(at) + minutes(minute))
            })
            .collect();
        (sessions, events)
    })
}

proptest! {
    #[test]
    fn m3_2_order_and_repetition_of_facts_and_sessions_do_not_matter(
        (sessions, events) in mess(),
        (again, turn) in (prop::collection::vec(any::<prop::sample::Index>(), 0..20), 0usize..50),
    ) {
        let policy = jinjiang();
        let straight = credit(&sessions, &events, &policy);
        let mut shaken = events.clone();
        if !events.is_empty() {
            shaken.extend(again.iter().map(|one| one.get(&events).clone()));
            let middle = turn % shaken.len();
            shaken.rotate_left(middle);
            shaken.reverse();
        }
        let mut reversed = sessions.clone();
        reversed.reverse();
        prop_assert_eq!(straight, credit(&reversed, &shaken, &policy));
    }

    #[test]
    fn m3_2_credit_is_whole_sessions_and_never_more_than_planned((sessions, events) in mess()) {
        let hours = credit(&sessions, &events, &jinjiang());
        prop_assert!(hours.offline <= hours.planned_offline && hours.online <= hours.planned_online);
        prop_assert_eq!(hours.rate.0, hours.sessions.iter().map(|one| one.credited.0).sum::<i32>());
        prop_assert_eq!(hours.rate.1, 21);
        for one in &hours.sessions { prop_assert_eq!(one.credited.0 > 0, one.reason.credited()); }
    }

    #[test]
    fn m3_2_a_further_roll_call_never_takes_hours_away((sessions, mut events) in mess(), at in 0usize..6) {
        let policy = jinjiang();
        let before = credit(&sessions, &events, &policy).rate.0;
        events.push(event(99, &sessions[at], Kind::RollCall, start_of(at)));
        prop_assert!(credit(&sessions, &events, &policy).rate.0 >= before);
    }
}
