//! Days and moments in words, on Fujian's clocks: `11月24日 周二`, `今天 17:30`. Serves every page and
//! every rule that names a day; today is an argument (house.md §0.5).

use chrono::{Datelike, Timelike};

use crate::{Date, Instant, clock};

/// `11月24日`.
pub fn day(date: Date) -> String {
    format!("{}月{}日", date.month(), date.day())
}

/// `2026年11月24日`.
pub fn full_day(date: Date) -> String {
    format!("{}年{}", date.year(), day(date))
}

/// `11月24日 周二`.
pub fn day_weekday(date: Date) -> String {
    format!("{} {}", day(date), weekday(date))
}

/// `周二`.
pub fn weekday(date: Date) -> &'static str {
    ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
        [usize::try_from(date.weekday().num_days_from_monday()).unwrap_or(0)]
}

/// `昨天`, `今天`, `明天`, else `11月24日`, with the year where it is not this one.
pub fn near_day(date: Date, today: Date) -> String {
    match (date - today).num_days() {
        -1 => "昨天".into(),
        0 => "今天".into(),
        1 => "明天".into(),
        _ if date.year() == today.year() => day(date),
        _ => full_day(date),
    }
}

/// `12月1日—12月9日`; one day stands alone; years only where they differ.
pub fn range(from: Date, until: Date) -> String {
    if from == until {
        return day(from);
    }
    if from.year() == until.year() {
        return format!("{} — {}", day(from), day(until));
    }
    format!("{} — {}", full_day(from), full_day(until))
}

/// `2026年12月1日 — 12月9日`: for what is published, printed or looked up years later.
pub fn full_range(from: Date, until: Date) -> String {
    match (from == until, from.year() == until.year()) {
        (true, _) => full_day(from),
        (false, true) => format!("{} — {}", full_day(from), day(until)),
        (false, false) => range(from, until),
    }
}

/// `17:30`.
pub fn time(at: Instant) -> String {
    let wall = clock::local(at);
    format!("{:02}:{:02}", wall.hour(), wall.minute())
}

/// `今天 17:30`, `11月19日 15:40`.
pub fn moment(at: Instant, today: Date) -> String {
    format!("{} {}", near_day(clock::day_of(at), today), time(at))
}

/// `2026年11月24日 17:30`: for documents and trails that outlive the week.
pub fn full_moment(at: Instant) -> String {
    format!("{} {}", full_day(clock::day_of(at)), time(at))
}
