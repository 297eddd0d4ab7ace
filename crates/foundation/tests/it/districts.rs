//! Districts and chains of authority (M8; domain.md §1.2).

use foundation::district::DistrictLevel;
use foundation::{DistrictCode, ManagementPath};
use proptest::prelude::*;
use proptest::sample::select;

fn district(code: &str) -> DistrictCode {
    code.parse().expect("a district")
}

#[test]
fn s1_2_ninety_four_units() {
    let count = |level| DistrictCode::all().filter(|one| one.level() == level).count();
    assert_eq!(DistrictCode::all().count(), 94);
    assert_eq!((count(DistrictLevel::Province), count(DistrictLevel::City), count(DistrictLevel::County)), (1, 9, 84));
    for one in DistrictCode::all() {
        assert_eq!(one.parent().is_none(), one == DistrictCode::PROVINCE);
        assert_eq!(one.management_parent().is_none(), one == DistrictCode::PROVINCE);
        assert_eq!(
            DistrictCode::resolve(&one.to_string()).map(|found| (found.district, found.retired_in)),
            Some((one, None))
        );
    }
}

#[test]
fn s1_2_names() {
    let jinjiang = district("350582");
    assert_eq!(jinjiang.name(), "晋江市");
    assert_eq!(jinjiang.full_name(), "福建省泉州市晋江市");
    assert_eq!(jinjiang.hr_office_name(), "晋江市人力资源和社会保障局");
    assert_eq!(jinjiang.finance_office_name(), "晋江市财政局");
    assert_eq!(district("350500").full_name(), "福建省泉州市");
    assert_eq!(DistrictCode::PROVINCE.full_name(), "福建省");
    assert_eq!(DistrictCode::PROVINCE.hr_office_name(), "福建省人力资源和社会保障厅");
}

#[test]
fn s1_2_pingtan_reports_to_the_province() {
    let pingtan = district("350128");
    assert_eq!(pingtan.parent(), Some(district("350100")), "statistics keep it under Fuzhou");
    assert_eq!(pingtan.management_parent(), Some(DistrictCode::PROVINCE));
    assert_eq!(pingtan.management_path().as_str(), "35/350128");
    assert!(!district("350100").management_path().covers(&pingtan.management_path()), "Fuzhou does not reach Pingtan");
    assert!(ManagementPath::province().covers(&pingtan.management_path()));
    assert_eq!(pingtan.hr_office_name(), "平潭综合实验区党群工作部");
    assert_eq!(pingtan.finance_office_name(), "平潭综合实验区财政金融局");
    assert_eq!(DistrictCode::PROVINCE.subordinates().count(), 10, "nine cities and Pingtan");
    let others: Vec<_> = DistrictCode::all().filter(|one| one.parent() != one.management_parent()).collect();
    assert_eq!(others, [pingtan], "nobody else has two parents");
}

#[test]
fn s1_2_kinmen_is_not_administered() {
    let not: Vec<_> = DistrictCode::all().filter(|one| !one.is_administered()).collect();
    assert_eq!(not, [district("350527")]);
}

#[test]
fn s1_2_retired_codes_resolve_but_do_not_parse() {
    let cases = [
        ("350402", "梅列区", "350404", 2021),
        ("350403", "三元区", "350404", 2021),
        ("350427", "沙县", "350405", 2021),
        ("350625", "长泰县", "350605", 2021),
        ("350681", "龙海市", "350604", 2021),
        ("350182", "长乐市", "350112", 2017),
        ("350784", "建阳市", "350703", 2014),
        ("350822", "永定县", "350803", 2014),
    ];
    for (old, name, new, year) in cases {
        assert!(old.parse::<DistrictCode>().is_err(), "{old} is gone");
        let found = DistrictCode::resolve(old).expect(old);
        assert_eq!((found.name, found.district, found.retired_in), (name, district(new), Some(year)));
    }
    assert_eq!(DistrictCode::resolve("350199"), None);
    assert_eq!(DistrictCode::resolve("110101"), None);
}

#[test]
fn s1_2_only_codes_that_exist_parse() {
    for text in ["", "35", "350", "350199", "110000", "３５０５８２", "350582 ", "+35058", "0350582", "x"] {
        assert!(text.parse::<DistrictCode>().is_err(), "{text:?}");
    }
    assert!(serde_json::from_str::<DistrictCode>("\"350199\"").is_err());
    assert_eq!(serde_json::to_string(&district("350582")).expect("json"), "\"350582\"");
}

#[test]
fn m8_paths_that_no_district_has_do_not_parse() {
    for text in [
        "",
        "35/",
        "/35",
        "35/3505/",
        "3505",
        "35/350582",
        "35/3501/350128",
        "35/3506/350582",
        "35/3505/350582/1",
        "36",
    ] {
        assert!(text.parse::<ManagementPath>().is_err(), "{text:?}");
    }
}

fn any_district() -> impl Strategy<Value = DistrictCode> {
    select(DistrictCode::all().collect::<Vec<_>>())
}

proptest! {
    /// Reach is exactly "the same or one of its superiors", on whole parts of the path.
    #[test]
    fn m8_covering_is_being_a_superior(a in any_district(), b in any_district()) {
        let mut superiors = vec![b];
        while let Some(next) = superiors.last().and_then(|one| one.management_parent()) { superiors.push(next); }
        let (path_a, path_b) = (a.management_path(), b.management_path());
        prop_assert_eq!(path_a.covers(&path_b), superiors.contains(&a));
        prop_assert_eq!(path_b.as_str().starts_with(&path_a.below_prefix()) || a == b, path_a.covers(&path_b));
    }
    /// A path reads back to itself and to its district.
    #[test]
    fn m8_paths_read_back(a in any_district()) {
        let path: ManagementPath = a.management_path().as_str().parse().expect("its own path");
        prop_assert_eq!(path.district(), a);
        prop_assert_eq!(path, a.management_path());
    }
}
