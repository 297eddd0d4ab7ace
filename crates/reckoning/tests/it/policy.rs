//! Dated policy: the shipped file is complete, the nearest district and latest date win, nothing is
//! filled in silently (house.md §0.3; M8.1, M8.2).

use std::collections::BTreeSet;

use foundation::{DistrictCode, Fen};
use reckoning::policy::{self, DESIGN_DEFAULT, KEYS, ParameterRow, Policy, Scheme};
use reckoning::{MissingParameter, Parameter};

use crate::support::{day, jinjiang, policy_of, shipped};

fn province_rows() -> Vec<ParameterRow> {
    shipped()
        .into_iter()
        .filter(|row| row.scheme == Scheme::CompletionCertificate.code() && row.district == DistrictCode::PROVINCE)
        .collect()
}

fn parameter(key: &str, value: i64, depth: u8, from: &str, to: Option<&str>) -> Parameter {
    Parameter {
        key: key.to_owned(),
        value,
        document: format!("文件{value}"),
        depth,
        effective_from: day(from),
        effective_to: to.map(day),
    }
}

/// The province's shipped rows with some rows added.
fn with(more: Vec<Parameter>, on: &str) -> Result<Policy, MissingParameter> {
    Policy::from_parameters(
        Scheme::CompletionCertificate,
        province_rows().iter().map(ParameterRow::parameter).chain(more),
        day(on),
    )
}

#[test]
fn shipped_file_holds_every_key_once_with_its_default_and_source() {
    let rows = province_rows();
    assert_eq!(rows.len(), KEYS.len(), "one province-wide row per key, and no other");
    for key in KEYS {
        let row = rows
            .iter()
            .find(|row| row.key == key.key)
            .unwrap_or_else(|| panic!("{} is missing in policy/parameters.csv", key.key));
        assert_eq!((row.value, row.unit.as_str()), (key.default, key.unit), "{}", key.key);
        assert!((key.range.0..=key.range.1).contains(&row.value), "{}", key.key);
        if key.is_design {
            assert_eq!(row.document, DESIGN_DEFAULT, "{}", key.key);
        }
    }
    let names: BTreeSet<_> = KEYS.iter().map(|key| key.key).collect();
    let labels: BTreeSet<_> = KEYS.iter().map(|key| key.label).collect();
    assert_eq!((names.len(), labels.len()), (KEYS.len(), KEYS.len()), "keys and labels are unique");
}

#[test]
fn shipped_rows_do_not_overlap() {
    let rows = shipped();
    let keys: BTreeSet<_> =
        rows.iter().map(|row| (row.district, row.scheme.clone(), row.key.clone(), row.effective_from)).collect();
    assert_eq!(keys.len(), rows.len());
    assert!(rows.iter().all(|row| row.effective_to.is_none_or(|to| row.effective_from <= to)));
}

#[test]
fn m8_2_money_in_quanzhou_cites_its_document() {
    let policy = jinjiang();
    assert_eq!((policy.fen_per_period(), policy.document("fen_per_period")), (Fen(2500), "泉人社文〔2024〕88号"));
    assert_eq!(policy.document("late_minutes"), DESIGN_DEFAULT);
    assert!(KEYS.iter().all(|key| !policy.document(key.key).is_empty()));
    assert_eq!(
        policy_of("350102", "2026-11-24").document("fen_per_period"),
        DESIGN_DEFAULT,
        "Fuzhou does not borrow Quanzhou's"
    );
}

#[test]
fn pingtan_takes_the_provinces_rows_and_not_fuzhous() {
    let row = ParameterRow { district: "350100".parse().unwrap(), ..province_rows()[0].clone() };
    let (pingtan, gulou) = ("350128".parse().unwrap(), "350102".parse().unwrap());
    assert!(!row.covers(pingtan) && row.covers(gulou) && province_rows()[0].covers(pingtan));
    let depths: Vec<u8> =
        ["350000", "350500", "350582", "350128"].iter().map(|code| policy::depth(code.parse().unwrap())).collect();
    assert_eq!(depths, [0, 1, 2, 1]);
}

#[test]
fn nearest_district_wins_then_the_latest_date() {
    let rate = |more, on| with(more, on).unwrap().fen_per_period();
    let city = || parameter("fen_per_period", 2400, 1, "2025-01-01", None);
    let province_later = || parameter("fen_per_period", 2600, 0, "2026-01-01", None);
    assert_eq!(rate(vec![city(), province_later()], "2026-06-01"), Fen(2400), "the city's, though older");
    assert_eq!(rate(vec![province_later()], "2026-06-01"), Fen(2600));
    assert_eq!(rate(vec![province_later()], "2025-12-31"), Fen(2500), "not yet in force");
    let ended = parameter("fen_per_period", 2400, 1, "2025-01-01", Some("2025-12-31"));
    assert_eq!(rate(vec![ended.clone()], "2025-12-31"), Fen(2400), "the last day is inside");
    assert_eq!(rate(vec![ended], "2026-01-01"), Fen(2500));
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let more = vec![
        parameter("class_max", 40, 1, "2025-01-01", None),
        parameter("class_max", 45, 1, "2025-01-01", None),
        parameter("class_max", 30, 2, "2025-02-01", None),
    ];
    let mut backwards: Vec<Parameter> = more.clone();
    backwards.reverse();
    assert_eq!(with(more, "2026-01-01"), with(backwards, "2026-01-01"));
}

#[test]
fn a_missing_key_is_an_error_with_its_chinese_name() {
    for key in KEYS.iter().filter(|key| key.absent == policy::Absent::Never) {
        let rows = province_rows().into_iter().filter(|row| row.key != key.key).map(|row| row.parameter());
        let missing = Policy::from_parameters(Scheme::CompletionCertificate, rows, day("2026-11-24")).unwrap_err();
        assert_eq!((missing.key.as_str(), missing.senseless), (key.key, None));
        assert!(missing.sentence().contains(key.label), "{missing}");
    }
    let before = Policy::from_parameters(
        Scheme::CompletionCertificate,
        province_rows().iter().map(ParameterRow::parameter),
        day("2024-06-30"),
    );
    assert_eq!(before.unwrap_err().key, "online_cap_pct", "before the measures there is no policy");
}

#[test]
fn a_senseless_value_is_an_error() {
    let wrong = with(vec![parameter("min_rate_pct", 101, 1, "2025-01-01", None)], "2026-01-01").unwrap_err();
    assert_eq!((wrong.key.as_str(), wrong.senseless), ("min_rate_pct", Some(101)));
    let no_day = with(vec![parameter("count_since", 20_240_230, 1, "2025-01-01", None)], "2026-01-01").unwrap_err();
    assert_eq!(no_day.key, "count_since");
    let share = with(vec![parameter("payable_online_numerator", 3, 1, "2025-01-01", None)], "2026-01-01").unwrap_err();
    assert_eq!(share.key, "payable_online_numerator", "3/3 would let the online share pass the cap (M5.1)");
}

#[test]
fn a_pinned_policy_reads_back_and_writes_the_same_bytes() {
    let text = serde_json::to_string(&jinjiang()).unwrap();
    assert!(text.starts_with(r#"{"late_minutes":15,"early_minutes":15,"#), "fields in the table's order: {text}");
    let back: Policy = serde_json::from_str(&text).unwrap();
    assert_eq!((serde_json::to_string(&back).unwrap(), back), (text, jinjiang()));
}

#[test]
fn unreadable_lines_are_named() {
    let line = |body: &str| policy::read_parameters(&format!("head\n\n{body}\n")).unwrap_err().to_string();
    assert_eq!(line("350000,x,y,1"), "政策参数文件第 3 行无法读取：应有八列");
    assert!(line("360000,x,y,1,分,2024-01-01,,z").contains("行政区划"));
    assert!(line("350000,x,y,1.5,分,2024-01-01,,z").contains("整数"));
    assert!(line("350000,x,y,1,分,2024-13-01,,z").contains("日期"));
}

/// The pin of a class of `晋江市` as JSON, to be cut and added to.
fn pin() -> serde_json::Value {
    serde_json::to_value(jinjiang()).unwrap()
}

#[test]
fn a_key_that_came_after_a_pin_has_its_stated_rule() {
    for key in KEYS {
        let mut old = pin();
        old.as_object_mut().unwrap().remove(key.key);
        let read: Policy = serde_json::from_value(old.clone())
            .unwrap_or_else(|e| panic!("a pin without {} is no error: {e}", key.key));
        assert_eq!(serde_json::to_value(&read).unwrap(), old, "it is written back as it was read");
        let said = Policy::with(read.clone(), key.key, key.when_absent());
        let is_late = key.absent != policy::Absent::Never;
        assert_eq!(
            read.differences(&said).is_empty(),
            is_late,
            "{}: what came later says its rule, what was cut out is told",
            key.key
        );
    }
    let late = KEYS.iter().find(|key| key.absent != policy::Absent::Never).expect("one came later than the first pins");
    let rows = province_rows().into_iter().filter(|row| row.key != late.key).map(|row| row.parameter());
    let without = Policy::from_parameters(Scheme::CompletionCertificate, rows, day("2026-11-24"))
        .expect("a district that has no row for it yet is not stopped");
    assert_eq!(without.objections_open_max(), 20);
}

#[test]
fn a_key_of_a_later_program_is_kept_and_compared() {
    let mut new = pin();
    new.as_object_mut().unwrap().insert("of_next_year".into(), serde_json::json!({"steps": [1, 2]}));
    let read: Policy = serde_json::from_value(new.clone()).expect("what is not known is no error");
    assert_eq!(serde_json::to_value(&read).unwrap(), new, "and nothing of it is lost");
    assert_eq!(read.fen_per_period(), Fen(2500));
    let differences = read.differences(&jinjiang());
    assert_eq!(differences.len(), 1);
    assert_eq!((differences[0].label.as_str(), differences[0].values.1.as_str()), ("of_next_year", "没有"));
}

#[test]
fn a_pin_with_a_value_of_another_type_is_refused_and_names_it() {
    let mut wrong = pin();
    wrong["class_max"] = serde_json::json!("many");
    assert!(serde_json::from_value::<Policy>(wrong).unwrap_err().to_string().contains("class_max"));
    let mut far = pin();
    far["class_max"] = serde_json::json!(5_000_000_000i64);
    assert!(serde_json::from_value::<Policy>(far).is_err(), "not cut to what fits");
}

#[test]
fn a_pin_that_was_cut_or_added_to_differs_though_it_reads_the_same() {
    let cut: Policy = serde_json::from_value(serde_json::json!({})).unwrap();
    let named = cut.differences(&jinjiang());
    assert!(
        KEYS.iter()
            .filter(|key| key.absent == policy::Absent::Never)
            .all(|key| named.iter().any(|one| one.label == key.label)),
        "{named:?}"
    );
    let mut more = pin();
    more["documents"]["of_nothing"] = serde_json::json!("闽人社发〔2026〕0号");
    let more: Policy = serde_json::from_value(more).unwrap();
    assert_eq!(more.differences(&jinjiang()).len(), 1, "a document that belongs to no key is told too");
}
