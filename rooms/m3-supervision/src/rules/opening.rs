//! Rules of the opening application (开班申请; M3.1, M5.1, domain §4.0–§4.1): the plan (`plan`), the timetable, who
//! may decide.

mod plan;

pub use self::plan::{Plan, check_plan, exam_day};
use crate::refusals::{OPENING, STARTS_ON, TWO_REVIEWERS};
use chrono::Weekday;
use foundation::codes::{FullProcessState, ReviewResult, SessionMode};
use foundation::{Date, Refusal};
use store::tables::supervision::{class_session, review_line, training_class};

/// Whether a draft may still be edited by its institution.
pub fn editable(class: &training_class::Model) -> Result<(), Refusal> {
    if class.state.is_in(&[FullProcessState::Draft, FullProcessState::Returned]) {
        return Ok(());
    }
    Err(OPENING.refuse(format!("班级现在是“{}”", class.state.label())))
}

/// Whether the timetable is the plan: sums by mode, days within the class.
pub fn timetable_covers(class: &training_class::Model, sessions: &[class_session::Model]) -> Result<(), String> {
    let sum = |mode: SessionMode| sessions.iter().filter(|one| one.mode == mode).map(|one| one.periods.0).sum::<i32>();
    let planned = [
        (SessionMode::Theory, class.periods_theory.0),
        (SessionMode::Practice, class.periods_practice.0),
        (SessionMode::Online, class.periods_online.0),
    ];
    for (mode, wanted) in planned {
        if sum(mode) != wanted {
            return Err(format!("{}计划 {wanted} 课时，课程表排了 {} 课时", mode.label(), sum(mode)));
        }
    }
    match sessions.iter().find(|one| one.held_on < class.starts_on || one.held_on > class.ends_on) {
        Some(one) => Err(format!("{} 的课不在班期之内", foundation::dates::day(one.held_on))),
        None => Ok(()),
    }
}

/// What the second person of the review approves: it was reviewed, and every line is a pass.
pub fn may_approve(
    class: &training_class::Model,
    lines: &[review_line::Model],
    today: Date,
) -> Result<(), Vec<Refusal>> {
    let mut refusals = open_lines(lines);
    if class.starts_on < today {
        refusals.push(STARTS_ON.refuse(format!("开班日期 {} 已经过去", foundation::dates::full_day(class.starts_on))));
    }
    if class.reviewed_by.is_none() {
        refusals.push(TWO_REVIEWERS.refuse("还没有人审核过"));
    }
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
}

/// What keeps a review open: failed, to be fixed, or not answered.
pub fn open_lines(lines: &[review_line::Model]) -> Vec<Refusal> {
    lines
        .iter()
        .filter(|line| !line.result.is_some_and(ReviewResult::holds))
        .map(|line| {
            let fact = if line.result.is_none() {
                format!("“{}”还没有核对", line.title)
            } else {
                format!("{}：{}", line.title, line.fact)
            };
            crate::review::rule_of(&line.code).refuse(fact).source(line.source.clone()).fix(if line.result.is_none() {
                "请核对后勾选".to_owned()
            } else {
                line.fix.clone()
            })
        })
        .collect()
}

/// Weekday number of chrono's enum, for prefilled forms.
pub fn number(day: Weekday) -> u32 {
    day.number_from_monday()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::layout::{Layout, lay_out};
    use super::*;
    use chrono::{Datelike, NaiveTime};
    use foundation::codes::Regime;
    use foundation::{Fen, Ids, Periods};
    use proptest::prelude::*;
    use reckoning::policy::Policy;

    fn policy() -> Policy {
        let rows = reckoning::policy::read_parameters(include_str!("../../../../policy/parameters.csv")).unwrap();
        Policy::from_parameters(
            reckoning::policy::Scheme::CompletionCertificate,
            rows.iter().map(reckoning::policy::ParameterRow::parameter),
            day(1),
        )
        .unwrap()
    }

    fn day(of_november: u32) -> Date {
        Date::from_ymd_opt(2026, 11, of_november).unwrap()
    }

    fn class(theory: i32, practice: i32, online: i32, days: u32) -> training_class::Model {
        let ids = Ids::seeded(7);
        let at = chrono::DateTime::UNIX_EPOCH;
        let district: foundation::DistrictCode = "350582".parse().unwrap();
        training_class::Model {
            id: ids.make(at),
            class_no: String::new(),
            regime: Regime::FullProcess,
            state: FullProcessState::Draft.into(),
            institution: ids.make(at),
            institution_name: String::new(),
            needs_item: ids.make(at),
            site: ids.make(at),
            room: ids.make(at),
            title: String::new(),
            item_name: String::new(),
            term: 1,
            planned_persons: 20,
            periods_total: Periods(theory + practice + online),
            periods_theory: Periods(theory),
            periods_practice: Periods(practice),
            periods_online: Periods(online),
            starts_on: day(2),
            ends_on: day(2) + chrono::Days::new(u64::from(days)),
            class_teacher: ids.make(at),
            class_teacher_name: String::new(),
            exam_on: None,
            exam_plan: String::new(),
            materials: String::new(),
            safety_plan: String::new(),
            institution_pledged_at: None,
            submitted_at: None,
            accepted_at: None,
            accepted_by: None,
            reviewed_at: None,
            reviewed_by: None,
            decided_at: None,
            decided_by: None,
            decision_note: String::new(),
            due_on: None,
            policy: None,
            enrolled_count: 0,
            money: Fen::ZERO,
            path: district.management_path(),
            district,
            created_at: at,
            created_by: ids.make(at),
            version: 1,
        }
    }

    fn plan() -> Plan {
        Plan {
            term: 1,
            planned_persons: 20,
            theory: 16,
            practice: 20,
            online: 4,
            starts_on: day(10),
            ends_on: day(20),
            exam_on: day(22),
            exam_plan: "笔试".into(),
            materials: "教材".into(),
            safety_plan: "保险".into(),
        }
    }

    fn fields(plan: &Plan) -> Vec<String> {
        check_plan(plan, (Periods(20), Periods(80), 40), 45, &policy(), day(2))
            .into_iter()
            .filter_map(|no| no.field)
            .collect()
    }

    #[test]
    fn m3_1_a_plan_is_checked_whole() {
        assert!(fields(&plan()).is_empty());
        assert_eq!(fields(&Plan { planned_persons: 9, ..plan() }), ["planned_persons"]);
        assert_eq!(
            fields(&Plan { planned_persons: 51, ..plan() }),
            ["planned_persons", "planned_persons"],
            "over the class size and over the seats"
        );
        assert_eq!(fields(&Plan { ends_on: day(9), exam_on: day(9), ..plan() }), ["ends_on"]);
        assert_eq!(fields(&Plan { starts_on: day(1), ..plan() }), ["starts_on"]);
        assert_eq!(fields(&Plan { exam_on: day(19), ..plan() }), ["exam_on"]);
        assert_eq!(
            fields(&Plan { exam_on: Date::from_ymd_opt(2026, 12, 6).unwrap(), ..plan() }),
            ["exam_on"],
            "sixteen days after the end"
        );
        assert_eq!(
            fields(&Plan {
                exam_plan: " ".into(), materials: String::new(), safety_plan: "好".repeat(1001), ..plan()
            }),
            ["exam_plan", "materials", "safety_plan"]
        );
        assert_eq!(
            fields(&Plan { theory: i32::MAX, practice: i32::MAX, online: i32::MAX, ..plan() }).len(),
            5,
            "huge numbers are refused, not overflowed"
        );
        assert_eq!(fields(&Plan { online: -1, ..plan() }), ["online"]);
    }

    proptest! {
        /// Whatever is laid out covers the plan exactly, within the days, at most eight periods a day, without overlap.
        #[test]
        fn m3_1_a_laid_out_timetable_covers_its_plan(theory in 0i32..60, practice in 0i32..60, online in 0i32..40,
            days in 0u32..40, weekdays in proptest::sample::subsequence(vec![1u8, 2, 3, 4, 5, 6, 7], 1..=7),
            morning in any::<bool>(), afternoon in any::<bool>(), evening in any::<bool>(), block in 1i32..=8) {
            let time = |on: bool, hour: u32| on.then(|| NaiveTime::from_hms_opt(hour, 0, 0).unwrap());
            let layout = Layout {
                weekdays: weekdays.clone(),
                morning: time(morning, 8),
                afternoon: time(afternoon, 14),
                evening: time(evening, 19),
                block,
            };
            let (class, policy) = (class(theory, practice, online, days), policy());
            let Ok(meetings) = lay_out(&class, &layout, &policy) else { return Ok(()) };
            let sum = |mode: SessionMode| {
                meetings.iter().filter(|one| one.mode == mode).map(|one| one.periods.0).sum::<i32>()
            };
            prop_assert_eq!(
                (sum(SessionMode::Theory), sum(SessionMode::Practice), sum(SessionMode::Online)),
                (theory, practice, online)
            );
            let mut each: BTreeMap<Date, i32> = BTreeMap::new();
            for one in &meetings {
                let on = foundation::clock::day_of(one.starts_at);
                prop_assert!((class.starts_on..=class.ends_on).contains(&on));
                prop_assert!(weekdays.contains(&u8::try_from(on.weekday().number_from_monday()).unwrap()));
                prop_assert_eq!((one.ends_at - one.starts_at).num_minutes(), i64::from(one.periods.0) * 45);
                *each.entry(on).or_default() += one.periods.0;
            }
            prop_assert!(each.values().all(|periods| *periods <= 8));
            prop_assert!(meetings.windows(2).all(|pair| pair[0].ends_at <= pair[1].starts_at));
        }

        /// Enough room is used: a timetable is refused only when the plan truly does not fit the slots.
        #[test]
        fn m3_1_what_fits_is_laid_out(practice in 1i32..60, days in 0u32..30) {
            let layout = Layout {
                weekdays: vec![1, 2, 3, 4, 5, 6, 7],
                morning: NaiveTime::from_hms_opt(8, 0, 0),
                afternoon: NaiveTime::from_hms_opt(14, 0, 0),
                evening: None,
                block: 4,
            };
            let fits = practice <= i32::try_from(days + 1).unwrap() * 8;
            prop_assert_eq!(lay_out(&class(0, practice, 0, days), &layout, &policy()).is_ok(), fits);
        }
    }
}
