//! Working days (domain.md §12.8).

use foundation::WorkCalendar;
use proptest::prelude::*;

use crate::{day, vectors};

#[test]
fn s12_8_limits_end_on_the_vectors_days() {
    let calendar = WorkCalendar::built_in();
    let vectors = vectors();
    let cases = vectors["workday_add"]["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 3);
    for case in cases {
        let count = u32::try_from(case["add_workdays"].as_u64().expect("a count")).expect("small");
        let deadline = calendar.add_workdays(day(case["start"].as_str().expect("start")), count);
        assert_eq!(deadline.date, day(case["result"].as_str().expect("result")), "{case}");
    }
}

#[test]
fn s12_8_a_year_without_notice_is_not_certain() {
    let calendar = WorkCalendar::built_in();
    assert_eq!(calendar.published_years().collect::<Vec<_>>(), [2024, 2025, 2026]);
    assert!(!calendar.add_workdays(day("2023-08-16"), 5).certain, "2023 has no notice in the file");
    assert!(calendar.add_workdays(day("2026-12-24"), 5).certain, "ends on 31 December 2026");
    assert!(!calendar.add_workdays(day("2026-12-24"), 6).certain, "reaches 2027");
    assert!(calendar.add_workdays(day("2025-12-31"), 1).certain);
    assert!(!calendar.add_workdays(day("2027-03-01"), 0).certain);
}

#[test]
fn s12_8_holidays_and_worked_weekends() {
    let calendar = WorkCalendar::built_in();
    assert!(!calendar.is_workday(day("2025-10-08")), "a Wednesday off");
    assert!(calendar.is_workday(day("2026-02-14")), "a Saturday worked");
    assert!(!calendar.is_workday(day("2026-03-07")), "a Saturday");
    assert!(calendar.is_workday(day("2026-03-09")), "a Monday");
    assert_eq!(calendar.workdays_between(day("2025-09-30"), day("2025-10-09")), 1);
    assert_eq!(calendar.workdays_between(day("2025-10-09"), day("2025-09-30")), -1);
    assert_eq!(calendar.workdays_between(day("2026-03-09"), day("2026-03-09")), 0);
}

#[test]
fn s12_8_a_new_notice_is_read_or_named_by_line() {
    let calendar =
        WorkCalendar::from_csv("date,kind,note\n2027-01-01,off,元旦\n\n2027-01-03,work,调休\n").expect("reads");
    assert!(!calendar.is_workday(day("2027-01-01")));
    assert!(calendar.is_workday(day("2027-01-03")));
    assert!(calendar.is_certain(day("2027-06-01")));
    assert_eq!(
        WorkCalendar::from_csv("date,kind,note\n2027-01-01,off,\n2027-13-01,off,\n").expect_err("no such month").line,
        3
    );
    assert_eq!(WorkCalendar::from_csv("date,kind,note\n2027-01-01,holiday,\n").expect_err("no such kind").line, 2);
}

proptest! {
    /// Adding n working days and counting back gives n, and the last day is a working day.
    #[test]
    fn s12_8_adding_and_counting_agree(start in 0i64..1000, count in 1u32..60) {
        let calendar = WorkCalendar::built_in();
        let start = day("2024-01-01") + chrono::Duration::days(start);
        let end = calendar.add_workdays(start, count).date;
        prop_assert_eq!(calendar.workdays_between(start, end), i64::from(count));
        prop_assert!(calendar.is_workday(end));
    }
}
