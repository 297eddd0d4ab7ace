//! Codes and labels (code_lists.csv) and the occupation dictionary (M1; domain.md §2.5).

use foundation::codes::{
    CertificateType, ClaimState, DirectoryState, FullProcessState, PersonCategory, Regime, TrainingType,
};
use foundation::occupation::{Occupation, OccupationKind, lookup};
use foundation::{IdType, OccupationCode, SkillLevel};

#[test]
fn s4_1_class_states_carry_the_dossiers_codes() {
    let codes: Vec<&str> = FullProcessState::all().iter().map(|state| state.code()).collect();
    assert_eq!(
        codes,
        [
            "A00", "A10", "A15", "A20", "A25", "A30", "A40", "A45", "A50", "A60", "A65", "A70", "A80", "A85", "A90",
            "A99"
        ]
    );
    assert_eq!(FullProcessState::Approved.label(), "准予开班");
}

#[test]
fn s7_4_claim_states_carry_the_dossiers_codes() {
    let codes: Vec<&str> = ClaimState::all().iter().map(|state| state.code()).collect();
    assert_eq!(
        codes,
        [
            "S00", "S10", "S15", "S20", "S25", "S30", "S40", "S50", "S55", "S60", "S70", "S80", "S85", "S90", "S95",
            "S99"
        ]
    );
}

#[test]
fn m3_the_certificate_decides_the_regime() {
    let regimes: Vec<Regime> = CertificateType::all().iter().map(|kind| kind.regime()).collect();
    use Regime::{FullProcess as A, PlanAndVerify as B};
    assert_eq!(regimes, [A, B, B, B, A, B]);
    assert_eq!(Regime::IndustryLed.code(), "C");
}

#[test]
fn codes_read_back_and_unknown_ones_are_named() {
    for level in SkillLevel::all() {
        assert_eq!(level.to_string().parse(), Ok(*level));
        assert_eq!(SkillLevel::from_label(level.label()), Some(*level));
        let json = serde_json::to_string(level).expect("json");
        assert_eq!(json, format!("\"{}\"", level.code()));
        assert_eq!(serde_json::from_str::<SkillLevel>(&json).expect("reads"), *level);
    }
    assert_eq!("7".parse::<SkillLevel>().expect_err("no such level").to_string(), "“7”不是有效的技能等级");
    assert!(serde_json::from_str::<FullProcessState>("\"Draft\"").is_err(), "names of variants never travel");
    assert_eq!(IdType::from_label(" 居民身份证 "), Some(IdType::ResidentCard));
    assert_eq!(PersonCategory::all().iter().filter(|one| one.is_one_of_six()).count(), 6);
    assert_eq!(TrainingType::all().len(), 7);
    assert_eq!(DirectoryState::all().iter().filter(|state| state.may_open_classes()).count(), 2);
}

#[test]
fn the_ladder_has_eight_rungs_and_two_ends_beside_it() {
    let ranks: Vec<Option<u8>> = SkillLevel::all().iter().map(|level| level.rank()).collect();
    assert_eq!(ranks, [Some(0), Some(1), Some(2), Some(3), Some(4), Some(5), Some(6), Some(7), None, None]);
}

#[test]
fn s2_5_the_dictionary_holds_what_the_demo_needs() {
    let code: OccupationCode = "6-31-01-03".parse().expect("a code");
    assert_eq!(lookup(&code).map(|one| one.name.as_str()), Some("电工"));
    let snack = Occupation::named("沙县小吃制作").expect("a specific ability");
    assert_eq!((snack.kind, &snack.code), (OccupationKind::SpecificAbility, &None));
    assert_eq!(Occupation::all().iter().filter(|one| one.code.is_some()).count(), 65);
    assert!(Occupation::without_code().all(|one| one.kind != OccupationKind::Occupation && !one.note.is_empty()));
    for bad in ["", "9-31-01-03", "6-31-01-3", "6.31.01.03", "6-31-01-0a", "6-31-01-034"] {
        assert!(bad.parse::<OccupationCode>().is_err(), "{bad}");
    }
}

/// Against the whole classification where it is at hand (JINBU_SHARED); it does not ship.
#[test]
fn s2_5_the_dictionary_agrees_with_the_classification() {
    let Ok(shared) = std::env::var("JINBU_SHARED") else { return };
    let mut reader = csv::Reader::from_path(format!("{shared}/data/occupations.csv")).expect("the classification");
    let all: std::collections::BTreeMap<String, String> = reader
        .records()
        .map(|line| line.expect("a line"))
        .map(|line| (line[0].to_owned(), line[1].to_owned()))
        .collect();
    for one in Occupation::all() {
        if let Some(code) = &one.code {
            assert_eq!(all.get(code.as_str()), Some(&one.name), "{code}");
        }
    }
    assert!(all.keys().all(|code| code.parse::<OccupationCode>().is_ok()));
}

/// The lists in code are the lists of the dossier (JINBU_SHARED): code, label and order.
#[test]
fn codes_agree_with_the_code_lists() {
    let Ok(shared) = std::env::var("JINBU_SHARED") else { return };
    let mut reader = csv::Reader::from_path(format!("{shared}/data/code_lists.csv")).expect("the code lists");
    let lines: Vec<csv::StringRecord> = reader.records().map(|line| line.expect("a line")).collect();
    let listed = |list: &str| {
        lines
            .iter()
            .filter(|line| &line[0] == list)
            .map(|line| (line[1].to_owned(), line[2].to_owned()))
            .collect::<Vec<_>>()
    };
    macro_rules! same { ($($list:literal = $name:ty),+) => { $(
        assert_eq!(
            listed($list),
            <$name>::all().iter().map(|one| (one.code().to_owned(), one.label().to_owned())).collect::<Vec<_>>(),
            $list
        );
    )+ } }
    same!(
        "id_type" = IdType,
        "person_category" = PersonCategory,
        "skill_level" = SkillLevel,
        "cert_type" = CertificateType,
        "training_type" = TrainingType,
        "class_status_A" = FullProcessState,
        "org_directory_status" = DirectoryState,
        "org_nature" = foundation::codes::InstitutionKind,
        "select_method" = foundation::codes::SelectionRoute,
        "fund_source" = foundation::codes::FundSource,
        "subsidy_kind" = foundation::codes::SubsidyKind,
        "pay_mode" = foundation::codes::PayMode
    );
}
