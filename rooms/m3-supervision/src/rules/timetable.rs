//! Rules of single class meetings (课次; M3.1, domain §4.0 lesson rules): within the class's days, in
//! daytime, not overlapping, at most so many periods a day.

use std::collections::BTreeMap;

use crate::refusals::TIMETABLE;
use chrono::{Duration, NaiveTime, Timelike};
use foundation::codes::SessionMode;
use foundation::limits::LINE_CHARS;
use foundation::{Date, Instant, Periods, Refusal, RoomId, SessionId, TeacherId, clock};
use reckoning::policy::Policy;
use serde::{Deserialize, Serialize};
use store::tables::supervision::{class_session, training_class};

/// No meeting begins before or ends after these hours (T06: marks outside them would not count).
const EARLIEST_HOUR: u32 = 6;
/// See above.
const LATEST_HOUR: u32 = 22;

/// One meeting as filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SessionFields {
    /// The day.
    pub held_on: Date,
    /// Begins, Fujian time.
    pub starts: NaiveTime,
    /// Periods; the end follows from them.
    pub periods: i32,
    /// Theory, practice, online.
    pub mode: SessionMode,
    /// What is taught.
    pub subject: String,
    /// Who teaches.
    pub teacher: TeacherId,
    /// Where; none online.
    pub room: Option<RoomId>,
}

impl SessionFields {
    /// Begin and end.
    pub fn span(&self, policy: &Policy) -> (Instant, Instant) {
        let starts = clock::at_local(self.held_on.and_time(self.starts));
        (starts, starts + Duration::minutes(i64::from(self.periods.clamp(0, 24)) * i64::from(policy.period_minutes())))
    }
}

/// Whether a meeting of this length, begun at this time, is over by ten at night of the same day.
pub fn in_daytime(starts: NaiveTime, length: Duration) -> bool {
    let (ends, wrapped_s) = starts.overflowing_add_signed(length);
    starts.hour() >= EARLIEST_HOUR && wrapped_s == 0 && (ends.hour(), ends.minute()) <= (LATEST_HOUR, 0)
}

/// Everything wrong with one meeting of a class; `itself` is the meeting being changed.
pub fn check_session(
    class: &training_class::Model,
    others: &[class_session::Model],
    fields: &SessionFields,
    itself: Option<&SessionId>,
    policy: &Policy,
) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut no = |field: &str, fact: String, source: &str, fix: &str| {
        refusals.push(TIMETABLE.refuse(fact).source(source).fix(fix).at(field))
    };
    let others: Vec<&class_session::Model> = others.iter().filter(|one| Some(&one.id) != itself).collect();
    if fields.held_on < class.starts_on || fields.held_on > class.ends_on {
        no(
            "held_on",
            format!(
                "{} 不在班期 {} 之内",
                foundation::dates::day(fields.held_on),
                foundation::dates::range(class.starts_on, class.ends_on)
            ),
            "教学计划",
            "请选班期之内的日子，或先改班期",
        );
    }
    if !(1..=policy.max_periods_per_day().0).contains(&fields.periods) {
        no(
            "periods",
            format!("一次课 {} 课时", fields.periods),
            policy.document("max_periods_per_day"),
            &format!("请填 1 到 {} 的整数", policy.max_periods_per_day()),
        );
    }
    let (starts_at, ends_at) = fields.span(policy);
    if !in_daytime(fields.starts, ends_at - starts_at) {
        no(
            "starts",
            format!(
                "{} 到 {} 不在 {EARLIEST_HOUR} 点到 {LATEST_HOUR} 点之间",
                foundation::dates::time(starts_at),
                foundation::dates::time(ends_at)
            ),
            "考勤规则（T06）",
            "请改上课时间，非常规时段的考勤不计",
        );
    }
    if let Some(hit) = others.iter().find(|one| starts_at < one.ends_at && one.starts_at < ends_at) {
        no("starts", format!("与 {} 的课重叠", foundation::dates::time(hit.starts_at)), "课程表", "请错开时间");
    }
    let that_day: i32 = others.iter().filter(|one| one.held_on == fields.held_on).map(|one| one.periods.0).sum();
    if that_day.saturating_add(fields.periods) > policy.max_periods_per_day().0 {
        no(
            "periods",
            format!(
                "{} 已有 {that_day} 课时，加上这次超过每天 {} 课时",
                foundation::dates::day(fields.held_on),
                policy.max_periods_per_day()
            ),
            policy.document("max_periods_per_day"),
            "请减少课时或换一天",
        );
    }
    if fields.subject.trim().is_empty() || fields.subject.chars().count() > LINE_CHARS {
        no("subject", "没有填内容，或写得太长".into(), "教学计划", "请写明这次课教什么（100 字以内）");
    }
    if fields.mode != SessionMode::Online && fields.room.is_none() {
        no("room", "线下课没有选教室".into(), "教学计划", "请选教室");
    }
    refusals
}

/// Days with more periods than allowed, and meetings that overlap; each in words.
pub fn overfull_days(sessions: &[class_session::Model], policy: &Policy) -> Vec<String> {
    let mut days: BTreeMap<Date, i32> = BTreeMap::new();
    for one in sessions {
        *days.entry(one.held_on).or_default() += one.periods.0;
    }
    let mut said: Vec<String> = days
        .into_iter()
        .filter(|(_, periods)| Periods(*periods) > policy.max_periods_per_day())
        .map(|(day, periods)| {
            format!("{} 排了 {periods} 课时，每天最多 {}", foundation::dates::day(day), policy.max_periods_per_day())
        })
        .collect();
    let mut ordered: Vec<&class_session::Model> = sessions.iter().collect();
    ordered.sort_by_key(|one| one.starts_at);
    said.extend(
        ordered
            .windows(2)
            .filter(|pair| pair[1].starts_at < pair[0].ends_at)
            .map(|pair| format!("{} 有两次课重叠", foundation::dates::day(pair[1].held_on))),
    );
    said
}
