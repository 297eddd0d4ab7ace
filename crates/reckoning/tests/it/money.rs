//! M5.1, M8.2: payable periods, amounts, capital numerals (domain.md §6.1, §7.3, Appendix B).

use foundation::{Fen, Periods};
use proptest::prelude::*;
use reckoning::hours::{credit, rate_ok};
use reckoning::money::{amount, certificate_amount, claim_total, in_words, payable};
use reckoning::{Hours, SessionFact};

use crate::support::{attended, jinjiang, number_of, session, vectors};

fn hours(offline: i32, online: i32) -> Hours {
    let (offline, online) = (Periods(offline), Periods(online));
    Hours {
        offline,
        online,
        planned_offline: offline,
        planned_online: online,
        sessions: Vec::new(),
        rate: (offline.0 + online.0, offline.0 + online.0),
    }
}

/// 34 offline and 22 online periods planned; the trainee misses one offline session of four periods.
#[test]
fn appendix_b_example_1_from_facts_to_fen() {
    let policy = jinjiang();
    let mut sessions: Vec<SessionFact> = (0..8).map(|at| session(at, 4, false)).collect();
    sessions.push(session(8, 2, false));
    sessions.extend((9..14).map(|at| session(at, 4, true)));
    sessions.push(session(14, 2, true));
    let got = credit(&sessions, &attended(&sessions[1..]), &policy);
    assert_eq!((got.planned_offline, got.planned_online), (Periods(34), Periods(22)));
    assert_eq!((got.offline, got.online, got.rate), (Periods(30), Periods(22), (52, 56)));
    assert!(rate_ok(&got, &policy));
    let pay = payable(&got, &policy);
    assert_eq!((pay.offline, pay.online, pay.total), (Periods(30), Periods(20), Periods(50)));
    let paid = amount(&pay, &policy);
    assert_eq!(paid.fen, Fen(125_000));
    assert_eq!(in_words(paid.fen), "壹仟贰佰伍拾元整");
    let last = paid.trace.last().unwrap();
    assert_eq!(
        (last.formula.as_str(), last.value.as_str(), last.document.as_str()),
        ("50课时×25元/课时", "1,250元", "泉人社文〔2024〕88号")
    );
    assert_eq!(paid.trace[1].formula, "取 22 与 30×2/3（舍去不足一课时）=20 中较小者");
}

#[test]
fn published_settlement_vectors_m5_1() {
    for case in vectors()["online_share"]["settlement_cases"].as_array().unwrap() {
        let pay = payable(&hours(number_of(case, "credited_offline"), number_of(case, "credited_online")), &jinjiang());
        assert_eq!(pay.online.0, number_of(case, "payable_online"), "{case}");
    }
}

#[test]
fn published_hg_subsidy_vectors_m8_2() {
    for case in vectors()["hg_subsidy"]["cases"].as_array().unwrap() {
        let paid = amount(&payable(&hours(number_of(case, "lessons"), 0), &jinjiang()), &jinjiang());
        assert_eq!(Some(paid.fen), Fen::from_yuan(i64::from(number_of(case, "yuan"))), "{case}");
    }
}

#[test]
fn published_subsidy_examples() {
    for case in vectors()["subsidy_examples"].as_array().unwrap() {
        let yuan = case["yuan"].as_i64().and_then(Fen::from_yuan);
        if case["kind"] == "合格证" {
            let pay =
                payable(&hours(number_of(case, "credited_offline"), number_of(case, "credited_online")), &jinjiang());
            assert_eq!(
                (pay.total.0, Some(amount(&pay, &jinjiang()).fen)),
                (number_of(case, "payable_lessons"), yuan),
                "{case}"
            );
        } else if let Some(base) = case["base"].as_i64() {
            // The vectors write 1.2 and 1.3; their ten-thousandths are 12000 and 13000.
            assert_eq!(case["multipliers"], serde_json::json!([1.2, 1.3]));
            assert_eq!(
                certificate_amount(Fen::from_yuan(base).unwrap(), &[12_000, 13_000]),
                yuan,
                "Appendix B example 2"
            );
        } else if case["cert_date"] == "2024-05-31" {
            assert_eq!(certificate_amount(Fen(100_000), &[10_000]), yuan);
        } else if case["cert_date"] == "2024-06-01" {
            assert_eq!(certificate_amount(Fen(100_000), &[10_000, 12_000]), yuan);
        }
    }
}

#[test]
fn certificate_amount_rounds_half_up_to_yuan_and_refuses_nonsense() {
    assert_eq!(certificate_amount(Fen(10_000), &[10_050]), Some(Fen(10_100)), "100.50 becomes 101");
    assert_eq!(certificate_amount(Fen(10_000), &[10_049]), Some(Fen(10_000)), "100.49 becomes 100");
    assert_eq!(certificate_amount(Fen(70_000), &[]), Some(Fen(70_000)));
    assert_eq!(certificate_amount(Fen(-1), &[10_000]), None);
    assert_eq!(certificate_amount(Fen(1), &[10_000, -1]), None);
    assert_eq!(certificate_amount(Fen(i64::MAX), &[20_000]), None);
}

#[test]
fn claim_total_never_wraps_and_takes_no_negative_item() {
    assert_eq!(claim_total([Fen(125_000), Fen(50_000)]), Some(Fen(175_000)));
    assert_eq!(claim_total([Fen(i64::MAX), Fen(1)]), None);
    assert_eq!(claim_total([Fen(5), Fen(-5)]), None);
    assert_eq!(claim_total([]), Some(Fen::ZERO));
}

#[test]
fn a_shortfall_is_told_in_the_trace() {
    let paid = amount(&payable(&hours(19, 0), &jinjiang()), &jinjiang());
    assert_eq!((paid.fen, paid.trace[3].formula.as_str()), (Fen::ZERO, "19课时不足最低20课时，不予补贴"));
}

#[test]
fn capital_numerals_known_table() {
    for (fen, words) in [
        (0, "零元整"),
        (1, "壹分"),
        (5, "伍分"),
        (10, "壹角整"),
        (55, "伍角伍分"),
        (100, "壹元整"),
        (105, "壹元零伍分"),
        (150, "壹元伍角整"),
        (1_000, "壹拾元整"),
        (1_500, "壹拾伍元整"),
        (10_100, "壹佰零壹元整"),
        (100_001, "壹仟元零壹分"),
        (125_000, "壹仟贰佰伍拾元整"),
        (140_950, "壹仟肆佰零玖元伍角整"),
        (195_000, "壹仟玖佰伍拾元整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (1_000_000, "壹万元整"),
        (1_001_000, "壹万零壹拾元整"),
        (10_010_000, "壹拾万零壹佰元整"),
        (32_500_400, "叁拾贰万伍仟零肆元整"),
        (100_000_000, "壹佰万元整"),
        (1_000_000_000, "壹仟万元整"),
        (10_000_000_000, "壹亿元整"),
        (10_000_000_100, "壹亿零壹元整"),
        (10_001_000_000, "壹亿零壹万元整"),
        (12_345_678_912, "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元壹角贰分"),
        (100_000_000_000_000, "壹万亿元整"),
        (-125_000, "负壹仟贰佰伍拾元整"),
    ] {
        assert_eq!(in_words(Fen(fen)), words, "{fen}");
    }
}

/// Reads capital numerals back; independent of how they are written.
fn from_words(words: &str) -> i64 {
    let (sign, words) = words.strip_prefix('负').map_or((1, words), |rest| (-1, rest));
    let (yuan, rest) = words.split_once('元').unwrap_or(("", words));
    let value_of = |letter: char| {
        "零壹贰叁肆伍陆柒捌玖".chars().position(|one| one == letter).and_then(|at| i64::try_from(at).ok())
    };
    let (mut total, mut section, mut digit) = (0i64, 0i64, 0i64);
    for letter in yuan.chars() {
        match letter {
            '拾' => {
                section += digit * 10;
                digit = 0;
            }
            '佰' => {
                section += digit * 100;
                digit = 0;
            }
            '仟' => {
                section += digit * 1000;
                digit = 0;
            }
            '万' => {
                section = (section + digit) * 10_000;
                digit = 0;
                total += section;
                section = 0;
            }
            '亿' => {
                total = (total + section + digit) * 100_000_000;
                section = 0;
                digit = 0;
            }
            other => digit = value_of(other).expect("a capital digit"),
        }
    }
    let mut fen = (total + section + digit) * 100;
    let mut last = 0;
    for letter in rest.chars() {
        match letter {
            '角' => fen += last * 10,
            '分' => fen += last,
            '整' => {}
            other => last = value_of(other).expect("a capital digit"),
        }
    }
    sign * fen
}

proptest! {
    #[test]
    fn capital_numerals_read_back_to_the_same_fen(fen in -1_000_000_000_000i64..1_000_000_000_000) {
        prop_assert_eq!(from_words(&in_words(Fen(fen))), fen);
    }

    #[test]
    fn capital_numerals_round_numbers_read_back(digit in 1i64..100, places in 0u32..14) {
        let fen = digit * 10i64.pow(places);
        let words = in_words(Fen(fen));
        prop_assert_eq!(from_words(&words), fen);
        prop_assert!(!words.contains("零零") && !words.contains("零元整"), "{}", words);
    }

    #[test]
    fn m5_1_payable_online_is_never_more_than_40_percent_of_what_is_paid(offline in 0i32..2000, online in 0i32..2000) {
        let pay = payable(&hours(offline, online), &jinjiang());
        prop_assert!(i64::from(pay.online.0) * 100 <= 40 * i64::from(pay.total.0));
        prop_assert!(pay.online <= Periods(online) && pay.offline == Periods(offline));
        let one_more = i64::from(pay.online.0) + 1;
        prop_assert!(
            pay.online == Periods(online) || one_more * 100 > 40 * (i64::from(pay.total.0) + 1),
            "no period is withheld without need"
        );
    }

    #[test]
    fn m8_2_amount_grows_with_periods_and_stays_within_the_cap(
        offline in 0i32..300, online in 0i32..300, more in 0i32..50
    ) {
        let policy = jinjiang();
        let pay = |offline, online| amount(&payable(&hours(offline, online), &policy), &policy).fen;
        let base = pay(offline, online);
        prop_assert!(Fen::ZERO <= base && base <= Fen(200_000));
        prop_assert!(pay(offline + more, online) >= base && pay(offline, online + more) >= base);
        prop_assert!(base == Fen::ZERO || base >= Fen(50_000), "below twenty periods nothing is paid");
    }

    #[test]
    fn amounts_per_certificate_are_whole_yuan_and_take_the_largest(
        base in 0i64..1_000_000, mut bp in prop::collection::vec(0i64..30_000, 1..5)
    ) {
        let got = certificate_amount(Fen(base), &bp).unwrap();
        prop_assert_eq!(got.0 % 100, 0);
        bp.sort_unstable();
        prop_assert_eq!(certificate_amount(Fen(base), &bp[bp.len() - 1..]), Some(got));
        let exact = i128::from(base) * i128::from(bp[bp.len() - 1]);
        prop_assert!((i128::from(got.0) * 10_000 - exact).abs() <= 500_000);
    }
}
