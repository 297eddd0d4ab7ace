//! Working days (domain.md §12.8): every 工作日 limit of the measures counts here, from the State
//! Council's yearly notices. Counting starts the day after. Serves all limits of M1–M8.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{Datelike, Weekday};

use crate::Date;

/// Which days are working days, for the years whose notice is out; Monday to Friday otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCalendar {
    exceptions: BTreeMap<Date, bool>,
    years: BTreeSet<i32>,
}

/// The last day of a limit counted in working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Deadline {
    /// The day at whose end (24:00, Fujian) the limit is over.
    pub date: Date,
    /// False when the counting touched a year whose holiday notice is not out yet.
    pub certain: bool,
}

/// The calendar's text is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("工作日历第{line}行不对：应为“日期,work或off,说明”")]
pub struct BadCalendar {
    /// Line of the file, from 1.
    pub line: usize,
}

static BUILT_IN: LazyLock<WorkCalendar> = LazyLock::new(|| {
    WorkCalendar::from_csv(include_str!("../data/workday_exceptions.csv"))
        .expect("the built-in calendar reads; a test says so")
});

impl WorkCalendar {
    /// The notices of 2024 to 2026 that ship with the program.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Reads `date,kind,note` lines under a header; `kind` is `off` (a weekday off) or `work` (a weekend
    /// day worked). A year counts as published when it has any line.
    pub fn from_csv(text: &str) -> Result<Self, BadCalendar> {
        let mut calendar = Self { exceptions: BTreeMap::new(), years: BTreeSet::new() };
        for (at, line) in text.lines().enumerate().skip(1) {
            if line.trim().is_empty() {
                continue;
            }
            let wrong = BadCalendar { line: at + 1 };
            let mut columns = line.split(',').map(str::trim);
            let date: Date = columns.next().and_then(|date| date.parse().ok()).ok_or_else(|| wrong.clone())?;
            let works = match columns.next() {
                Some("work") => true,
                Some("off") => false,
                _ => return Err(wrong),
            };
            calendar.exceptions.insert(date, works);
            calendar.years.insert(date.year());
        }
        Ok(calendar)
    }

    /// True when offices work on `date`.
    pub fn is_workday(&self, date: Date) -> bool {
        self.exceptions.get(&date).copied().unwrap_or(!matches!(date.weekday(), Weekday::Sat | Weekday::Sun))
    }

    /// The years whose holiday notice is known.
    pub fn published_years(&self) -> impl Iterator<Item = i32> {
        self.years.iter().copied()
    }

    /// True when the notice of the year of `date` is known.
    pub fn is_certain(&self, date: Date) -> bool {
        self.years.contains(&date.year())
    }

    /// The `count`th working day after `start`; `start` itself when `count` is 0.
    pub fn add_workdays(&self, start: Date, count: u32) -> Deadline {
        let mut deadline = Deadline { date: start, certain: count > 0 || self.is_certain(start) };
        let mut left = count;
        while left > 0 {
            let Some(next) = deadline.date.succ_opt() else { return Deadline { certain: false, ..deadline } };
            deadline = Deadline { date: next, certain: deadline.certain && self.is_certain(next) };
            if self.is_workday(next) {
                left -= 1;
            }
        }
        deadline
    }

    /// Working days after `from` up to and including `to`; negative when `to` is earlier (days overdue).
    pub fn workdays_between(&self, from: Date, to: Date) -> i64 {
        let count = |after: Date, until: Date| {
            after
                .iter_days()
                .skip(1)
                .take_while(|day| *day <= until)
                .filter(|day| self.is_workday(*day))
                .map(|_| 1i64)
                .sum::<i64>()
        };
        if from <= to { count(from, to) } else { -count(to, from) }
    }
}
