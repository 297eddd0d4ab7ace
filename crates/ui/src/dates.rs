//! Deadlines with their tone, beside the words of days and moments (`foundation::dates`). Serves every page; today is
//! an argument (house.md §0.5).

pub use foundation::dates::*;
use foundation::{Date, Instant, clock};
use maud::{Markup, Render, html};

use crate::Tone;

/// A deadline in words with its tone: past or today acts, within three days looks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Due {
    /// `今天 17:30`, `明天`, `已超期 2 天（11月22日）`; empty where there is no deadline.
    pub text: String,
    /// Red today and past, amber for three days, else nothing.
    pub tone: Tone,
    /// Days to go; negative when past; sorts queues.
    pub days: i64,
    /// The day itself, for files that people take away.
    pub date: Option<Date>,
}

impl Due {
    /// No deadline.
    pub fn none() -> Self {
        Self { days: i64::MAX, ..Self::default() }
    }
    /// A deadline by day, to its end.
    pub fn on(date: Date, today: Date) -> Self {
        let days = (date - today).num_days();
        let text = if days < 0 { format!("已超期 {} 天（{}）", -days, day(date)) } else { near_day(date, today) };
        Self { text, tone: Self::tone_of(days), days, date: Some(date) }
    }
    /// A deadline by the minute.
    pub fn at(at: Instant, now: Instant) -> Self {
        let today = clock::day_of(now);
        let on = Self::on(clock::day_of(at), today);
        if at < now && on.days == 0 {
            return Self { text: format!("今天 {} 已超期", time(at)), tone: Tone::Act, ..on };
        }
        if on.days < 0 {
            return on;
        }
        Self { text: format!("{} {}", on.text, time(at)), ..on }
    }
    /// Says `暂定` where the day may still move: the holidays of its year are not published.
    pub fn certain(mut self, is_certain: bool) -> Self {
        if !is_certain && !self.text.is_empty() {
            self.text.push_str("（暂定）");
        }
        self
    }
    fn tone_of(days: i64) -> Tone {
        match days {
            ..=0 => Tone::Act,
            1..=3 => Tone::Look,
            _ => Tone::Neutral,
        }
    }
}

impl Render for Due {
    fn render(&self) -> Markup {
        html! {
            @if self.text.is_empty() { span class="jb-faint" { "不限时" } }
            @else { time class={ "jb-due jb-due--" (self.tone.slug()) } datetime=[self.date] { (self.text) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn date(month: u32, day: u32) -> Date {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap()
    }
    fn at(day: u32, hour: u32, minute: u32) -> Instant {
        clock::at_local(date(11, day).and_hms_opt(hour, minute, 0).unwrap())
    }

    #[test]
    fn days_read_as_people_say_them() {
        assert_eq!(day_weekday(date(11, 24)), "11月24日 周二");
        assert_eq!(near_day(date(11, 23), date(11, 24)), "昨天");
        assert_eq!(near_day(NaiveDate::from_ymd_opt(2027, 1, 3).unwrap(), date(11, 24)), "2027年1月3日");
        assert_eq!(range(date(12, 1), date(12, 9)), "12月1日 — 12月9日");
        assert_eq!(range(date(12, 1), date(12, 1)), "12月1日");
        assert_eq!(full_range(date(12, 1), date(12, 9)), "2026年12月1日 — 12月9日");
        assert_eq!(
            full_range(date(12, 1), NaiveDate::from_ymd_opt(2027, 1, 3).unwrap()),
            "2026年12月1日 — 2027年1月3日"
        );
    }

    #[test]
    fn moments_are_in_fujian_time_across_midnight() {
        // 16:30 UTC on the 23rd is already the 24th in Fujian.
        let late = chrono::DateTime::parse_from_rfc3339("2026-11-23T16:30:00Z").unwrap().to_utc();
        assert_eq!(moment(late, date(11, 24)), "今天 00:30");
    }

    #[test]
    fn deadlines_grow_louder() {
        assert_eq!(
            Due::at(at(24, 17, 30), at(24, 9, 0)),
            Due { text: "今天 17:30".into(), tone: Tone::Act, days: 0, date: Some(date(11, 24)) }
        );
        assert_eq!(Due::at(at(24, 8, 30), at(24, 9, 0)).text, "今天 08:30 已超期");
        assert_eq!(Due::on(date(11, 25), date(11, 24)).tone, Tone::Look);
        assert_eq!(Due::on(date(11, 22), date(11, 24)).text, "已超期 2 天（11月22日）");
        assert_eq!(Due::on(date(11, 30), date(11, 24)).tone, Tone::Neutral);
    }
}
