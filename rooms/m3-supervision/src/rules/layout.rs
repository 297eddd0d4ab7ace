//! Laying out a timetable by itself (课程表; M3.1, domain §4.1): blocks of one day, repeated on chosen weekdays, until
//! all periods have their place.

use crate::refusals::TIMETABLE;
use chrono::{Duration, NaiveTime};
use foundation::codes::SessionMode;
use foundation::{Date, Instant, Periods, Refusal};
use reckoning::policy::Policy;
use serde::{Deserialize, Serialize};
use store::tables::supervision::training_class;

/// How a timetable is laid out: blocks of one day, repeated on chosen weekdays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Layout {
    /// 1 = Monday … 7 = Sunday.
    pub weekdays: Vec<u8>,
    /// Begins in the morning, `08:30`; none: no morning.
    pub morning: Option<NaiveTime>,
    /// Begins in the afternoon.
    pub afternoon: Option<NaiveTime>,
    /// Begins in the evening (online sessions usually).
    pub evening: Option<NaiveTime>,
    /// Periods of one block.
    pub block: i32,
}

/// One planned meeting before it has an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    pub starts_at: Instant,
    pub ends_at: Instant,
    pub periods: Periods,
    pub mode: SessionMode,
}

/// Lays theory, practice and online periods into blocks from the first day on. Online goes to the
/// evenings where there are evenings, else last. Errors: what does not fit.
pub fn lay_out(class: &training_class::Model, layout: &Layout, policy: &Policy) -> Result<Vec<Meeting>, Vec<Refusal>> {
    let slots = slots(layout, policy)?;
    let has_evening = slots.iter().any(|(_, evening)| *evening);
    let mut left = [
        (SessionMode::Theory, class.periods_theory.0),
        (SessionMode::Practice, class.periods_practice.0),
        (SessionMode::Online, class.periods_online.0),
    ];
    let mut meetings = Vec::new();
    let mut day = class.starts_on;
    while left.iter().any(|(_, n)| *n > 0) {
        if day > class.ends_on {
            let rest: i32 = left.iter().map(|(_, n)| *n).sum();
            return Err(no(
                "block",
                format!("到结束日期还有 {rest} 课时排不下"),
                "请增加上课的星期或时段，或推后结束日期",
            ));
        }
        let mut today = 0;
        for (time, evening) in slots.iter().filter(|_| {
            layout.weekdays.contains(&u8::try_from(chrono::Datelike::weekday(&day).number_from_monday()).unwrap_or(0))
        }) {
            let online_here = has_evening && *evening;
            let pick = left
                .iter_mut()
                .find(|(mode, n)| *n > 0 && (!has_evening || (*mode == SessionMode::Online) == online_here));
            let Some((mode, remaining)) = pick else { continue };
            let periods = layout.block.min(*remaining).min(policy.max_periods_per_day().0 - today);
            if periods <= 0 {
                continue;
            }
            let starts_at = foundation::clock::at_local(day.and_time(*time));
            let ends_at = starts_at + Duration::minutes(i64::from(periods) * i64::from(policy.period_minutes()));
            meetings.push(Meeting { starts_at, ends_at, periods: Periods(periods), mode: *mode });
            *remaining -= periods;
            today += periods;
        }
        day = day.succ_opt().unwrap_or(Date::MAX);
    }
    Ok(meetings)
}

/// When the blocks of a day begin, each with whether that is in the evening. Errors: what no timetable can be made of.
fn slots(layout: &Layout, policy: &Policy) -> Result<Vec<(NaiveTime, bool)>, Vec<Refusal>> {
    if layout.weekdays.is_empty() {
        return Err(no("weekdays", "没有选择上课的星期".into(), "请至少选一天"));
    }
    if !(1..=policy.max_periods_per_day().0).contains(&layout.block) {
        return Err(no(
            "block",
            format!("每次课 {} 课时", layout.block),
            &format!("请填 1 到 {} 的整数", policy.max_periods_per_day()),
        ));
    }
    let slots: Vec<(NaiveTime, bool)> = [(layout.morning, false), (layout.afternoon, false), (layout.evening, true)]
        .into_iter()
        .filter_map(|(time, evening)| Some((time?, evening)))
        .collect();
    if slots.is_empty() {
        return Err(no("morning", "没有填上课时间".into(), "请至少填上午、下午、晚上中的一个"));
    }
    let length = Duration::minutes(i64::from(layout.block) * i64::from(policy.period_minutes()));
    for pair in slots.windows(2) {
        if pair[1].0.signed_duration_since(pair[0].0) < length {
            return Err(no("afternoon", "两个上课时段重叠".into(), "请把时段错开，或减少每次课的课时"));
        }
    }
    if let Some((time, _)) = slots.iter().find(|(time, _)| !super::timetable::in_daytime(*time, length)) {
        return Err(no(
            "morning",
            format!("{} 开始的课不在 6 点到 22 点之间", time.format("%H:%M")),
            "请改上课时间，非常规时段的考勤不计",
        ));
    }
    Ok(slots)
}

fn no(field: &str, fact: String, fix: &str) -> Vec<Refusal> {
    vec![TIMETABLE.refuse(fact).fix(fix).at(field)]
}

/// The weekday words of a form.
pub const WEEKDAYS: [(&str, &str); 7] =
    [("1", "周一"), ("2", "周二"), ("3", "周三"), ("4", "周四"), ("5", "周五"), ("6", "周六"), ("7", "周日")];
