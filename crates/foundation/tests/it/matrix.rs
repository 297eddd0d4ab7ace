//! The division of labour (M8; domain.md §1.3).

use foundation::permission::{allows, print_matrix};
use foundation::{
    DistrictCode, Function, Office, Organisation, OrganisationId, OrganisationKind, Permission, PersonId, Right,
};

fn offices() -> Vec<(&'static str, Office)> {
    let district = DistrictCode::PROVINCE;
    let id: OrganisationId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("an id");
    let of = |kind| Office::Organisation { organisation: Organisation { kind, id: id.clone(), district } };
    let person: PersonId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("an id");
    let state = vec![
        ("省人社厅", Office::Province),
        ("省就业局", Office::EmploymentBureau),
        ("省鉴定中心", Office::AssessmentCentre),
        ("省技工教育中心", Office::TechnicalEducationCentre),
        ("市人社局", Office::City { district }),
        ("县人社局", Office::County { district }),
        ("财政局", Office::Finance { district }),
        ("审计", Office::Audit { district }),
        ("学员", Office::Trainee { person, institutions: None }),
        ("公众", Office::Public),
        ("系统任务", Office::System { job: "test".to_owned() }),
    ];
    let organisations = OrganisationKind::all().iter().map(|kind| (kind.label(), of(*kind)));
    state.into_iter().chain(organisations).collect()
}

fn office(name: &str) -> Office {
    offices().into_iter().find(|(one, _)| *one == name).expect(name).1
}

#[track_caller]
fn may(name: &str, function: Function, right: Right) {
    assert!(allows(&office(name), Permission::Of(function, right)), "{name} {function:?} {right:?}");
}

#[track_caller]
fn may_not(name: &str, function: Function, right: Right) {
    assert!(!allows(&office(name), Permission::Of(function, right)), "{name} {function:?} {right:?}");
}

#[test]
fn m8_the_matrix_has_36_functions() {
    assert_eq!(Function::all().len(), 36);
    assert_eq!((Function::OpeningApplication as usize + 1, Function::Accounts as usize + 1), (11, 36));
}

#[test]
fn m8_every_function_names_a_clause_of_the_policy() {
    let clauses = include_str!("../../../../policy/clauses.csv");
    for function in Function::all() {
        assert!(
            clauses.lines().any(|line| line.split(',').next() == Some(function.clause())),
            "{function:?} {}",
            function.clause()
        );
    }
}

#[test]
fn m8_spot_checks() {
    may("县人社局", Function::OpeningApplication, Right::Approve);
    may("县人社局", Function::OpeningApplication, Right::Read);
    may_not("县人社局", Function::OpeningApplication, Right::Create);
    may("培训机构", Function::OpeningApplication, Right::Create);
    may_not("培训机构", Function::OpeningApplication, Right::Approve);
    may_not("省人社厅", Function::OpeningApplication, Right::Approve);
    may("省人社厅", Function::NeedsFiling, Right::File);
    may_not("市人社局", Function::NeedsFiling, Right::File);
    may("市人社局", Function::NeedsPublication, Right::Publish);
    may("省就业局", Function::TrainingProcedures, Right::Configure);
    may("省鉴定中心", Function::AssessmentProcedures, Right::Configure);
    may("省就业局", Function::SiteVerification, Right::Inspect);
    may_not("省鉴定中心", Function::SiteVerification, Right::Read);
    may("第三方监督", Function::Inspection, Right::Inspect);
    may_not("第三方监督", Function::Sanctions, Right::Execute);
    may("行业部门", Function::IndustryPlanFiling, Right::Approve);
    may_not("行业部门", Function::OpeningApplication, Right::Read);
    may("培训机构", Function::Inspection, Right::Create);
    may_not("培训机构", Function::Inspection, Right::Inspect);
    may("学员", Function::TraineeFeedback, Right::Create);
    may_not("培训机构", Function::TraineeFeedback, Right::Create);
    may("公众", Function::NeedsPublication, Right::Read);
    may_not("公众", Function::NeedsDraft, Right::Read);
    may_not("公众", Function::NeedsDraft, Right::Create);
    may_not("学员", Function::Accounts, Right::Read);
}

#[test]
fn m8_only_finance_pays_and_nobody_pays_what_he_reviews() {
    for (name, office) in offices().iter().filter(|(name, _)| *name != "系统任务") {
        let pays = allows(office, Permission::Of(Function::ClaimPayment, Right::Pay));
        assert_eq!(pays, *name == "财政局", "{name}");
        assert!(!pays || !allows(office, Permission::Of(Function::ClaimReview, Right::Approve)), "{name}");
    }
}

#[test]
fn m8_auditors_only_read_and_see_all_but_the_exam_papers() {
    for function in Function::all() {
        for right in Right::all().iter().filter(|right| **right != Right::Read) {
            may_not("审计", *function, *right);
        }
        assert_eq!(
            allows(&office("审计"), Permission::Of(*function, Right::Read)),
            *function != Function::ItemBank,
            "{function:?}"
        );
    }
}

#[test]
fn m8_whoever_holds_a_right_may_read() {
    for (name, office) in offices() {
        for function in Function::all() {
            let any = Right::all().iter().any(|right| allows(&office, Permission::Of(*function, *right)));
            assert_eq!(any, allows(&office, Permission::Of(*function, Right::Read)), "{name} {function:?}");
        }
    }
}

#[test]
fn m8_the_public_only_reads() {
    for function in Function::all() {
        for right in Right::all().iter().filter(|right| **right != Right::Read) {
            may_not("公众", *function, *right);
        }
    }
}

#[test]
fn m8_open_own_and_job_permissions() {
    for (name, office) in offices() {
        assert!(allows(&office, Permission::Public), "{name}");
        assert_eq!(allows(&office, Permission::SignedIn), name != "公众", "{name}");
        assert_eq!(allows(&office, Permission::Job), name == "系统任务", "{name}");
    }
    for function in Function::all() {
        for right in Right::all() {
            may("系统任务", *function, *right);
        }
    }
}

/// authority.txt is what the department reviews. `UPDATE=1 cargo test -p foundation` rewrites it.
#[test]
fn m8_authority_txt_is_what_the_code_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/authority.txt");
    let printed = print_matrix(&offices().into_iter().filter(|(name, _)| *name != "系统任务").collect::<Vec<_>>());
    if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
        std::fs::write(path, &printed).expect("writes");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == printed,
        "crates/foundation/authority.txt is out of date: run `UPDATE=1 cargo test -p foundation` \
         and have the change reviewed"
    );
}
