//! The personal legal retirement age (渐进式延迟法定退休年龄, in force 2025-01-01; domain.md §7.2):
//! somebody past 60 who has not reached it is still a beneficiary (risk rule E08).

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// Whose old retirement age applies. A woman's 50 or 55 depends on her post, which the ID number cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Track {
    /// Men: 60, moving to 63.
    Man60,
    /// Women: 55, moving to 58.
    Woman55,
    /// Women: 50, moving to 55.
    Woman50,
}

impl Track {
    /// (old age in years, months of birth-month steps per month of delay, most months of delay).
    fn terms(self) -> (i32, i32, i32) {
        match self {
            Self::Man60 => (60, 4, 36),
            Self::Woman55 => (55, 4, 36),
            Self::Woman50 => (50, 2, 60),
        }
    }
}

/// Months by which somebody born in the month of `birth` retires later than the old age.
pub fn delay_months(birth: NaiveDate, track: Track) -> i32 {
    let (age, step, most) = track.terms();
    let months = (birth.year() + age - 2025) * 12 + birth.month0() as i32;
    if months < 0 { 0 } else { (months / step + 1).min(most) }
}

/// The day on which the personal retirement age is reached. None when it is outside the calendar.
pub fn retires_on(birth: NaiveDate, track: Track) -> Option<NaiveDate> {
    let months = track.terms().0 * 12 + delay_months(birth, track);
    birth.checked_add_months(Months::new(u32::try_from(months).ok()?))
}
