//! The directory through its acts: listing, lines, sites, teachers, suspension (M2.1–M2.5, M3.7).

use axum::http::StatusCode;
use desk::procedure::after;
use foundation::codes::{DirectoryState, ReviewResult};
use m2_institutions::procedures::standing::{Standing, Step};
use m2_institutions::{
    AddDirectoryItem, AddSite, EditTeacher, RecordSiteVerification, RemoveInstitution, SuspendInstitution,
    VerifyTeacherCertificate,
};
use store::seal::Purpose;
use testkit::Persona;
use testkit::personas::{rival, school};

use crate::support::{day, house, line, listing, rules, sewing_teacher, site, teacher, visit};

#[tokio::test]
async fn m2_4_listing_gives_the_next_serial_and_seals_the_account() {
    let (house, _) = house().await;
    let desk = house.desk(Persona::JinjiangOfficer);
    let listed = desk.perform(listing()).await.unwrap();
    assert_eq!(listed.serial, 3);
    let one = house.system().read().await.unwrap().get(&listed.institution).await.unwrap();
    assert_eq!((one.account_masked.as_str(), one.state), ("****5678", DirectoryState::Listed));
    let opened = house.premises.keyring.open(Purpose::Account, &one.id.to_string(), &one.account.unwrap()).unwrap();
    assert_eq!(opened.as_str(), "6217001180012345678");
    assert_eq!(rules(desk.perform(listing()).await.unwrap_err()), ["重复"]);
    let fact = desk.read().await.unwrap().list::<store::tables::journal::fact::Entity>(|q| q).await.unwrap();
    assert!(fact.iter().all(|one| !one.body.contains("6217001180012345678")));
}

#[tokio::test]
async fn m3_7_a_directory_line_needs_a_valid_verification_by_two() {
    let (house, item) = house().await;
    let county = house.desk(Persona::JinjiangInspector);
    let site = site(&house).await;
    assert_eq!(rules(county.perform(line(&item, &site)).await.unwrap_err()), ["实地核实"]);
    let alone =
        RecordSiteVerification { inspector_2: "林国栋".into(), verified_on: day(2026, 11, 3), ..visit(&site) };
    assert_eq!(rules(county.perform(alone).await.unwrap_err()), ["两人核实", "核实日期"]);
    let verified = county.perform(visit(&site)).await.unwrap();
    assert_eq!(verified.valid_until, day(2027, 11, 2), "the policy's twelve months");
    county.perform(line(&item, &site)).await.unwrap();
    assert_eq!(rules(county.perform(line(&item, &site)).await.unwrap_err()), ["重复"]);
    let reader = house.desk(Persona::SchoolClerk).read().await.unwrap();
    assert!(m2_institutions::site_ok(&reader, &site, day(2027, 11, 2)).await.unwrap().is_some());
    assert!(m2_institutions::site_ok(&reader, &site, day(2027, 11, 3)).await.unwrap().is_none(), "expired");
    assert!(m2_institutions::item_for(&reader, &school(), &item, &site, day(2027, 11, 1)).await.unwrap().is_some());
    assert!(m2_institutions::item_for(&reader, &school(), &item, &site, day(2027, 11, 2)).await.unwrap().is_none());
    let fail =
        RecordSiteVerification { conclusion: ReviewResult::Fail, note: "消防通道被占".into(), ..visit(&site) };
    county.perform(fail).await.unwrap();
    assert!(
        m2_institutions::site_ok(&reader, &site, day(2026, 11, 2)).await.unwrap().is_none(),
        "the latest verification counts"
    );
}

#[tokio::test]
async fn m2_1_a_line_must_fit_licence_district_and_site() {
    let (house, item) = house().await;
    let county = house.desk(Persona::JinjiangOfficer);
    let site = site(&house).await;
    county.perform(visit(&site)).await.unwrap();
    let wrong =
        AddDirectoryItem { institution: rival(), capacity: 0, valid_until: day(2029, 1, 1), ..line(&item, &site) };
    assert_eq!(rules(county.perform(wrong).await.unwrap_err()), ["场地", "规模", "许可证"]);
}

#[tokio::test]
async fn m2_1_a_teacher_is_sealed_unique_and_checked_again_after_a_change() {
    let (house, _) = house().await;
    let id = teacher(&house).await;
    let clerk = house.desk(Persona::SchoolClerk);
    assert_eq!(rules(clerk.perform(sewing_teacher()).await.unwrap_err()), ["重复"]);
    let county = house.desk(Persona::JinjiangInspector);
    county.perform(VerifyTeacherCertificate { teacher: id.clone() }).await.unwrap();
    assert_eq!(rules(county.perform(VerifyTeacherCertificate { teacher: id.clone() }).await.unwrap_err()), ["已核"]);
    let same = EditTeacher {
        teacher: id.clone(),
        name: "许志强".into(),
        qualification: "缝纫工 二级/技师".into(),
        certificate_no: "S000035".into(),
        full_time: false,
    };
    clerk.perform(same).await.unwrap();
    let read = || async { house.system().read().await.unwrap().get(&id).await.unwrap() };
    assert!(read().await.certificate_verified_on.is_some());
    clerk
        .perform(EditTeacher {
            teacher: id.clone(),
            name: "许志强".into(),
            qualification: "缝纫工 一级/高级技师".into(),
            certificate_no: "S1".into(),
            full_time: false,
        })
        .await
        .unwrap();
    assert!(read().await.certificate_verified_on.is_none());
    let web = house.serve(m2_institutions::room().routes);
    let number = sewing_teacher().id_number;
    for (who, path) in [
        (Persona::SchoolClerk, "/my-institution".to_owned()),
        (Persona::JinjiangOfficer, format!("/institutions/{}", school())),
    ] {
        let page = web.get(Some(who), &path).await.expect(StatusCode::OK).text;
        assert!(page.contains("许志强") && !page.contains(&number));
    }
}

#[tokio::test]
async fn m2_5_a_suspended_institution_leaves_the_public_register_and_may_not_open_classes() {
    let (house, _) = house().await;
    let web = house.serve(m2_institutions::room().routes);
    let county = house.desk(Persona::JinjiangOfficer);
    assert_eq!(
        rules(county.perform(SuspendInstitution { institution: school(), reason: String::new() }).await.unwrap_err()),
        ["必填"]
    );
    county.perform(SuspendInstitution { institution: school(), reason: "擅自变更上课地点".into() }).await.unwrap();
    let reader = house.desk(Persona::SchoolClerk).read().await.unwrap();
    assert_eq!(rules(m2_institutions::listed(&reader, &school()).await.unwrap_err()), ["目录内"]);
    assert!(m2_institutions::listed(&reader, &rival()).await.is_ok());
    assert!(!web.get(None, "/institutions").await.expect(StatusCode::OK).text.contains("安海职业培训学校"));
    assert!(
        web.get(Some(Persona::JinjiangOfficer), "/institutions?state=SUSPENDED")
            .await
            .text
            .contains("安海职业培训学校")
    );
    assert!(web.get(Some(Persona::SchoolClerk), "/my-institution").await.text.contains("不能申请新班"));
    let address = format!("/institutions/{}", school());
    web.post(Some(Persona::JinjiangOfficer), &format!("{address}/restore"), &[("reason", "整改完成")])
        .await
        .expect(StatusCode::SEE_OTHER);
    assert!(m2_institutions::listed(&house.desk(Persona::SchoolClerk).read().await.unwrap(), &school()).await.is_ok());
    county.perform(RemoveInstitution { institution: school(), reason: "自愿停办".into() }).await.unwrap();
    assert_eq!(
        rules(
            house
                .desk(Persona::SchoolClerk)
                .perform(AddSite { name: "新".into(), address: "址".into() })
                .await
                .unwrap_err()
        ),
        ["目录内"]
    );
}

#[test]
fn m2_5_only_sensible_moves_lead_anywhere() {
    for &state in DirectoryState::all() {
        for step in [Step::Suspend, Step::Restore, Step::Remove] {
            assert_ne!(after::<Standing>(state, step), Ok(state), "{state:?} {step:?}");
        }
    }
    assert!(after::<Standing>(DirectoryState::Removed, Step::Restore).is_err());
}
