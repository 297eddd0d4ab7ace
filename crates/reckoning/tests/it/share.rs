//! M5.1: at most 40 % of all periods online (domain.md §6.1).

use foundation::Periods;
use proptest::prelude::*;
use reckoning::share::{check_plan, most_online, online_room_left, online_share_ok};

use crate::support::{jinjiang, number_of, vectors};

#[test]
fn published_online_share_vectors_m5_1() {
    for case in vectors()["online_share"]["cases"].as_array().unwrap() {
        let (online, total) = (Periods(number_of(case, "online")), Periods(number_of(case, "total")));
        assert_eq!(Some(online_share_ok(online, total, 40)), case["ok"].as_bool(), "{case}");
    }
}

#[test]
fn m5_1_refusal_names_the_number_that_would_do() {
    assert_eq!(check_plan(Periods(22), Periods(56), &jinjiang()), None, "Appendix B example 1");
    let refusal = check_plan(Periods(23), Periods(56), &jinjiang()).unwrap();
    assert_eq!(refusal.fact, "总课时56，其中线上23课时，超过40%的上限（最多22课时）");
    assert_eq!(
        (refusal.rule.as_str(), refusal.source.as_str()),
        ("M5.1", "《关于进一步规范职业技能培训管理工作八条措施》")
    );
}

#[test]
fn m5_1_more_online_than_total_is_never_within_the_share() {
    assert!(!online_share_ok(Periods(3), Periods(2), 200));
    assert!(!online_share_ok(Periods(-1), Periods(2), 40));
    assert!(online_share_ok(Periods(0), Periods(0), 40));
}

proptest! {
    #[test]
    fn m5_1_room_left_is_exactly_what_still_fits(online in 0i32..500, total in 0i32..1000, cap in 0i32..=100) {
        let room = online_room_left(Periods(online), Periods(total), cap);
        let filled = Periods(online + room.0);
        prop_assert!(!online_share_ok(Periods(filled.0 + 1), Periods(total), cap));
        prop_assert_eq!(online_share_ok(filled, Periods(total), cap), online <= most_online(Periods(total), cap).0);
    }
}
