//! M3.2–M3.4, M3.9, M7.1: who may be paid for (domain.md §7.2, §7.3; Appendix B 4 and 7).

use chrono::NaiveDate;
use proptest::prelude::*;
use reckoning::PersonFacts;
use reckoning::eligibility::{age_on, age_refusal, beneficiary, check};
use reckoning::retirement::{Track, delay_months, retires_on};

use crate::support::{day, jinjiang, number_of, vectors};

const CLAIMED: &str = "2026-11-24";

/// A person for whom everything is in order.
fn fine() -> PersonFacts {
    PersonFacts {
        birth: day("1985-03-14"),
        retirement: Some(Track::Man60),
        class_start: day("2026-09-01"),
        registered: true,
        pension_since: None,
        in_school: false,
        on_fiscal_payroll: false,
        rate: (52, 56),
        passed_exam: true,
        certificate_issued_on: Some(day("2026-10-20")),
        feedback_given: true,
        paid_count: 2,
        same_item_paid: None,
        open_risks: 0,
    }
}

fn rules(facts: &PersonFacts) -> Vec<String> {
    check(facts, &jinjiang(), day(CLAIMED)).into_iter().map(|refusal| refusal.rule).collect()
}

#[test]
fn a_person_in_order_is_not_refused() {
    assert_eq!(rules(&fine()), Vec::<String>::new());
}

#[test]
fn each_fact_alone_brings_its_own_rule() {
    let one = |change: fn(&mut PersonFacts)| {
        let mut facts = fine();
        change(&mut facts);
        rules(&facts)
    };
    assert_eq!(one(|f| f.birth = day("2010-09-02")), ["E08"]);
    assert_eq!(one(|f| f.pension_since = Some(day("2026-09-30"))), ["E04"]);
    assert_eq!(one(|f| f.in_school = true), ["E05"]);
    assert_eq!(one(|f| f.on_fiscal_payroll = true), ["E06"]);
    assert_eq!(one(|f| f.registered = false), ["E17"]);
    assert_eq!(one(|f| f.rate = (44, 56)), ["A01"]);
    assert_eq!(one(|f| f.passed_exam = false), ["M3.3"]);
    assert_eq!(one(|f| f.certificate_issued_on = None), ["M3.3"]);
    assert_eq!(one(|f| f.feedback_given = false), ["M3.4"]);
    assert_eq!(one(|f| f.open_risks = 1), ["M7.5"]);
    assert_eq!(one(|f| f.same_item_paid = Some("2025A017-02".to_owned())), ["E12"]);
    assert_eq!(one(|f| f.certificate_issued_on = Some(day("2025-11-23"))), ["E16"]);
    assert_eq!(one(|f| f.certificate_issued_on = Some(day("2026-11-25"))), ["M3.3"]);
}

#[test]
fn all_refusals_come_at_once_each_with_its_four_sentences() {
    let facts = PersonFacts { rate: (10, 56), passed_exam: false, feedback_given: false, paid_count: 3, ..fine() };
    let refusals = check(&facts, &jinjiang(), day(CLAIMED));
    assert_eq!(refusals.iter().map(|one| one.rule.as_str()).collect::<Vec<_>>(), ["A01", "M3.3", "M3.4", "E11"]);
    for one in &refusals {
        assert!(
            [&one.rule, &one.clause, &one.fact, &one.source, &one.fix].iter().all(|text| !text.is_empty()),
            "{one}"
        );
    }
    assert_eq!(refusals[0].fact, "出勤率17.85%（实到10课时，应到56课时），不到80%");
}

#[test]
fn appendix_b_example_4_the_fourth_training_subsidy_is_refused_e11() {
    let refusals = check(&PersonFacts { paid_count: 3, ..fine() }, &jinjiang(), day(CLAIMED));
    assert_eq!(
        (refusals.len(), refusals[0].rule.as_str(), refusals[0].source.as_str()),
        (1, "E11", "闽人社发〔2024〕3号")
    );
    assert_eq!(refusals[0].fact, "该学员自2023年12月20日起已享受或正在申领培训补贴3次，累计不得超过3次");
}

#[test]
fn e08_age_is_by_the_calendar_day() {
    let policy = jinjiang();
    let refused = |birth: &str, on: &str| age_refusal(day(birth), None, day(on), &policy).is_some();
    assert!(refused("2010-09-02", "2026-09-01") && !refused("2010-09-01", "2026-09-01"), "sixteen on the day");
    assert!(
        !refused("1965-09-02", "2026-09-01") && refused("1965-09-01", "2026-09-01"),
        "sixty until the 61st birthday"
    );
    assert!(refused("2027-01-01", "2026-09-01"), "born after the class began");
    assert_eq!(
        (
            age_on(day("2008-02-29"), day("2024-02-28")),
            age_on(day("2008-02-29"), day("2025-02-28")),
            age_on(day("2008-02-29"), day("2025-03-01"))
        ),
        (Some(15), Some(16), Some(17))
    );
}

#[test]
fn e08_somebody_past_sixty_before_the_personal_retirement_age_is_inside() {
    let policy = jinjiang();
    let man = |birth: &str, on: &str| age_refusal(day(birth), Some(Track::Man60), day(on), &policy);
    assert_eq!(retires_on(day("1976-09-10"), Track::Man60), Some(day("2039-09-10")));
    assert_eq!(man("1976-09-10", "2039-09-09"), None, "62 and not yet retired");
    assert!(man("1976-09-10", "2039-09-10").is_some());
    let woman = age_refusal(day("1965-05-01"), Some(Track::Woman50), day("2026-09-01"), &policy).unwrap();
    assert_eq!((woman.rule.as_str(), woman.field.as_deref()), ("E08", Some("birth")));
    assert!(woman.fact.contains("61周岁") && woman.fact.contains("2026年9月1日"), "{}", woman.fact);
}

#[test]
fn e16_the_last_day_of_the_window_is_inside() {
    let on = |issued: &str| {
        check(&PersonFacts { certificate_issued_on: Some(day(issued)), ..fine() }, &jinjiang(), day(CLAIMED))
    };
    assert!(on("2025-11-24").is_empty() && !on("2025-11-23").is_empty());
}

#[test]
fn a01_exactly_eighty_percent_is_enough_and_no_hours_are_not() {
    assert!(rules(&PersonFacts { rate: (4, 5), ..fine() }).is_empty());
    assert_eq!(rules(&PersonFacts { rate: (79, 100), ..fine() }), ["A01"]);
    assert_eq!(rules(&PersonFacts { rate: (0, 0), ..fine() }), ["A01"]);
}

#[test]
fn beneficiary_is_judged_before_there_are_hours() {
    let fresh =
        PersonFacts { rate: (0, 0), passed_exam: false, certificate_issued_on: None, feedback_given: false, ..fine() };
    assert!(beneficiary(&fresh, &jinjiang()).is_empty(), "M3.1: enrolment asks for the person only");
}

#[test]
fn published_retirement_vectors() {
    for case in vectors()["retirement_month"]["cases"].as_array().unwrap() {
        let track = match case["sex"].as_str() {
            Some("M") => Track::Man60,
            Some("F50") => Track::Woman50,
            other => panic!("{other:?}"),
        };
        let birth = day(&format!("{}-01", case["birth"].as_str().unwrap()));
        assert_eq!(delay_months(birth, track), number_of(case, "delay"), "{case}");
    }
    assert_eq!(retires_on(day("1965-05-01"), Track::Man60), Some(day("2025-07-01")), "Appendix B example 7");
    assert_eq!(delay_months(day("1964-12-31"), Track::Man60), 0, "no delay before 2025");
    assert_eq!(delay_months(day("1981-09-01"), Track::Woman55), 36);
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0i32..40_000).prop_map(|days| day("1930-01-01") + chrono::TimeDelta::days(i64::from(days)))
}

proptest! {
    #[test]
    fn age_turns_over_exactly_once_a_year(birth in any_day(), on in any_day()) {
        let (Some(today), Some(tomorrow)) = (age_on(birth, on), age_on(birth, on.succ_opt().unwrap())) else {
            return Ok(());
        };
        prop_assert!(tomorrow == today || tomorrow == today + 1);
        prop_assert_eq!(
            age_on(birth, on + chrono::TimeDelta::days(1462)).map(|later| (4..=5).contains(&(later - today))),
            Some(true)
        );
    }

    #[test]
    fn retirement_is_never_before_the_old_age_nor_later_than_allowed(birth in any_day()) {
        for (track, least, most) in [(Track::Man60, 720, 756), (Track::Woman55, 660, 696), (Track::Woman50, 600, 660)] {
            let retires = retires_on(birth, track).unwrap();
            let after = |months| birth.checked_add_months(chrono::Months::new(months)).unwrap();
            prop_assert!(after(least) <= retires && retires <= after(most));
        }
    }
}
