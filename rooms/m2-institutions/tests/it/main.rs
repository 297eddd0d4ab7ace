//! Tests of the institution directory (M2.1–M2.5, M3.7) through its acts and pages.

mod payee;

use axum::http::StatusCode;
use chrono::NaiveDate;
use desk::procedure::after;
use foundation::codes::{
    CertificateType, DirectoryState, InstitutionKind, NeedsState, ReviewResult, SelectionRoute, TrainingType,
};
use foundation::{InstitutionId, NeedsItemId, Periods, SiteId, SkillLevel, Stop, TeacherId, Uscc, uscc};
use m2_institutions::procedures::standing::{Standing, Step};
use m2_institutions::{
    AddDirectoryItem, AddRoom, AddSite, AddTeacher, EditTeacher, ListInstitution, RecordSiteVerification,
    RemoveInstitution, SuspendInstitution, VerifyTeacherCertificate,
};
use store::seal::Purpose;
use store::tables::institutions::institution;
use store::tables::needs::needs_item;
use testkit::personas::{rival, school};
use testkit::{Persona, TestHouse, district};

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn code(organisation: &str) -> String {
    let first = format!("52350582{organisation}{}", uscc::inner_check(organisation).unwrap());
    format!("{first}{}", uscc::outer_check(&first).unwrap())
}

fn listing() -> ListInstitution {
    ListInstitution {
        uscc: code("MJB12345"),
        name: "晋江市磁灶职业培训学校".into(),
        kind: InstitutionKind::PrivateTrainingSchool,
        licence_no: "人社民350582号".into(),
        licence_until: day(2028, 12, 31),
        legal_person: "吴建国".into(),
        address: "晋江市磁灶镇1号".into(),
        contact: "吴小英".into(),
        phone: "0595-85780001".into(),
        bank: "晋江农商银行".into(),
        account: "6217001180012345678".into(),
        document: "晋人社〔2026〕46号".into(),
        route: SelectionRoute::Selection,
    }
}

fn row(id: InstitutionId, organisation: &str, name: &str, serial: i32) -> institution::Model {
    let home = district("350582");
    institution::Model {
        id,
        uscc: code(organisation).parse::<Uscc>().unwrap(),
        name: name.into(),
        kind: InstitutionKind::PrivateTrainingSchool,
        serial,
        licence_no: "证".into(),
        licence_until: day(2028, 12, 31),
        legal_person: "某某".into(),
        address: "安海镇".into(),
        contact: "李雪梅".into(),
        phone: "0595-85780002".into(),
        bank: "银行".into(),
        account: None,
        account_index: None,
        account_masked: "****5678".into(),
        state: DirectoryState::Listed,
        listed_on: Some(day(2026, 6, 1)),
        document: "文".into(),
        path: home.management_path(),
        district: home,
        created_at: testkit::start_of_tests(),
        version: 1,
    }
}

/// A house with the two schools listed and one published item of Jinjiang.
async fn house() -> (TestHouse, NeedsItemId) {
    let house = TestHouse::new().await;
    let home = district("350582");
    let item = needs_item::Model {
        id: testkit::personas::fixed(0x401),
        district: home,
        path: home.management_path(),
        year: 2026,
        training_type: TrainingType::Employment,
        occupation: None,
        name: "缝纫工".into(),
        level: SkillLevel::Four,
        certificate_type: CertificateType::Completion,
        periods_min: Periods(40),
        periods_max: Periods(80),
        online_cap_pct: 40,
        shortage: false,
        shortage_class: None,
        rate_text: "每课时25元".into(),
        state: NeedsState::Published,
        filing_no: "备1".into(),
        document: "文1".into(),
        published_on: Some(day(2026, 6, 1)),
        created_at: testkit::start_of_tests(),
        version: 1,
    };
    let id = item.id.clone();
    let rows = vec![
        row(school(), "MJB00001", "晋江市安海职业培训学校", 1),
        row(rival(), "MJB00002", "晋江市青阳家政培训中心", 2),
    ];
    house
        .premises
        .db
        .write(foundation::Scope::Everything, move |work| {
            Box::pin(async move {
                work.add::<needs_item::Entity>(item).await?;
                work.add_many::<institution::Entity>(rows).await
            })
        })
        .await
        .unwrap();
    (house, id)
}

async fn site(house: &TestHouse) -> SiteId {
    house
        .desk(Persona::SchoolClerk)
        .perform(AddSite { name: "安海校区".into(), address: "安海镇鸿江路8号".into() })
        .await
        .unwrap()
        .site
}

fn visit(site: &SiteId) -> RecordSiteVerification {
    RecordSiteVerification {
        site: site.clone(),
        verified_on: day(2026, 11, 2),
        inspector_1: "林国栋".into(),
        inspector_2: "陈秀娟".into(),
        conclusion: ReviewResult::Pass,
        note: String::new(),
    }
}

fn line(item: &NeedsItemId, site: &SiteId) -> AddDirectoryItem {
    AddDirectoryItem {
        institution: school(),
        needs_item: item.clone(),
        site: site.clone(),
        capacity: 50,
        valid_from: day(2026, 11, 2),
        valid_until: day(2027, 11, 1),
    }
}

async fn teacher(house: &TestHouse) -> TeacherId {
    house.desk(Persona::SchoolClerk).perform(sewing_teacher()).await.unwrap().teacher
}

fn sewing_teacher() -> AddTeacher {
    let number = foundation::id_number::synthetic(day(1980, 5, 6), 12).unwrap();
    AddTeacher {
        name: "许志强".into(),
        id_number: number,
        qualification: "缝纫工 二级/技师".into(),
        certificate_no: "S000035".into(),
        full_time: true,
    }
}

fn rules(stop: Stop) -> Vec<String> {
    match stop {
        Stop::Refused(no) => no.into_iter().map(|one| one.rule).collect(),
        other => panic!("not a refusal: {other}"),
    }
}

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
async fn m2_1_a_wrong_check_digit_is_refused_with_all_other_errors_and_what_was_typed_is_kept() {
    let (house, _) = house().await;
    let web = house.serve(m2_institutions::room().routes);
    let mut wrong = code("MJB12345");
    let last = wrong.pop().unwrap();
    wrong.push(if last == '0' { '1' } else { '0' });
    let form = [
        ("uscc", wrong.as_str()),
        ("name", "<i>某校</i>"),
        ("kind", ""),
        ("licence_until", "2020-01-01"),
        ("phone", "abc"),
        ("account", "12"),
        ("route", "LX"),
    ];
    let page = web
        .post(Some(Persona::JinjiangOfficer), "/institutions/new", &form)
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY)
        .text;
    for words in [
        "最后一位（校验位）不对",
        "请选择办学性质",
        "到期",
        "联系电话不像",
        "银行账号应为",
        "没有填写开户银行",
        wrong.as_str(),
        "&lt;i&gt;某校",
    ] {
        assert!(page.contains(words), "{words} missing");
    }
    assert!(!page.contains("<i>某校"));
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
async fn m8_the_rival_the_neighbour_and_the_public_stay_outside() {
    let (house, item) = house().await;
    let web = house.serve(m2_institutions::room().routes);
    let (site, teacher) = (site(&house).await, teacher(&house).await);
    let address = format!("/institutions/{}", school());
    for stranger in [None, Some(Persona::RivalClerk), Some(Persona::ShishiOfficer), Some(Persona::Trainee)] {
        let page = web.get(stranger, &address).await.expect(StatusCode::OK).text;
        assert!(page.contains("安海校区"), "the directory is public");
        for inside in ["许志强", "****5678", "留痕", "暂停承训"] {
            assert!(!page.contains(inside), "{inside} leaks to {stranger:?}");
        }
    }
    web.get(Some(Persona::RivalClerk), &format!("/my-institution/teachers/{teacher}"))
        .await
        .expect(StatusCode::NOT_FOUND);
    web.get(Some(Persona::RivalClerk), &format!("/my-institution/sites/{site}/rooms/new"))
        .await
        .expect(StatusCode::NOT_FOUND);
    web.post(Some(Persona::ShishiOfficer), &format!("/sites/{site}/verification"), &[])
        .await
        .expect(StatusCode::NOT_FOUND);
    web.post(Some(Persona::ShishiOfficer), &format!("{address}/suspend"), &[("reason", "x")])
        .await
        .expect(StatusCode::NOT_FOUND);
    web.get(Some(Persona::SchoolClerk), "/institutions/new").await.expect(StatusCode::FORBIDDEN);
    web.get(Some(Persona::JinjiangOfficer), "/my-institution").await.expect(StatusCode::FORBIDDEN);
    assert!(matches!(
        house.desk(Persona::RivalClerk).perform(AddRoom { site: site.clone(), name: "偷".into(), seats: 5 }).await,
        Err(Stop::Fault(foundation::Fault::Gone))
    ));
    assert!(matches!(
        house.desk(Persona::ShishiOfficer).perform(line(&item, &site)).await,
        Err(Stop::Fault(foundation::Fault::Gone))
    ));
    assert!(matches!(
        house.desk(Persona::ShishiOfficer).perform(VerifyTeacherCertificate { teacher }).await,
        Err(Stop::Fault(foundation::Fault::Gone))
    ));
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

#[tokio::test]
async fn m7_2_register_workbook_and_api_agree() {
    let (house, item) = house().await;
    let web = house.serve(m2_institutions::room().routes);
    let site = site(&house).await;
    let county = house.desk(Persona::JinjiangOfficer);
    county.perform(visit(&site)).await.unwrap();
    county.perform(line(&item, &site)).await.unwrap();
    let page = web.get(None, "/institutions?item=%E7%BC%9D%E7%BA%AB").await.expect(StatusCode::OK).text;
    assert!(page.contains("安海职业培训学校") && page.contains("缝纫工（四级/中级工）") && !page.contains("青阳"));
    let file = web.get(None, "/institutions?export=xlsx").await.expect(StatusCode::OK);
    assert!(file.text.starts_with("PK"));
    let json: serde_json::Value = serde_json::from_str(
        &web.get(None, &format!("/api/v1/institutions/{}", school())).await.expect(StatusCode::OK).text,
    )
    .unwrap();
    assert_eq!(json["programmes"][0], "缝纫工（四级/中级工）");
    assert!(json.get("account_masked").is_none());
    for path in ["/institutions/xyz", "/api/v1/institutions/xyz"] {
        web.get(None, path).await.expect(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn every_form_opens_for_its_office() {
    let (house, _) = house().await;
    let web = house.serve(m2_institutions::room().routes);
    let (site, teacher) = (site(&house).await, teacher(&house).await);
    for path in [
        "/my-institution".to_owned(),
        "/my-institution/sites/new".into(),
        format!("/my-institution/sites/{site}/rooms/new"),
        "/my-institution/teachers/new".into(),
        format!("/my-institution/teachers/{teacher}"),
        "/my-institution/contact".into(),
    ] {
        web.get(Some(Persona::SchoolClerk), &path).await.expect(StatusCode::OK);
    }
    for path in [
        "/institutions/new".to_owned(),
        format!("/institutions/{}/items/new", school()),
        format!("/sites/{site}/verification"),
    ] {
        web.get(Some(Persona::JinjiangOfficer), &path).await.expect(StatusCode::OK);
    }
    web.post(
        Some(Persona::SchoolClerk),
        &format!("/my-institution/sites/{site}/rooms/new"),
        &[("name", ""), ("seats", "多")],
    )
    .await
    .expect(StatusCode::UNPROCESSABLE_ENTITY);
    web.post(
        Some(Persona::SchoolClerk),
        &format!("/my-institution/sites/{site}/rooms/new"),
        &[("name", "302"), ("seats", "40")],
    )
    .await
    .expect(StatusCode::SEE_OTHER);
    web.post(
        Some(Persona::SchoolClerk),
        "/my-institution/contact",
        &[("contact", "李雪梅"), ("phone", "0595-85780009")],
    )
    .await
    .expect(StatusCode::SEE_OTHER);
    assert!(web.get(None, &format!("/institutions/{}", school())).await.text.contains("302（40 座）"));
}
