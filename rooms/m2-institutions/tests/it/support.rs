//! What the room's tests begin with: a house with two schools and one published item, and forms filled in.

use chrono::NaiveDate;
use foundation::codes::{
    CertificateType, DirectoryState, InstitutionKind, NeedsState, ReviewResult, SelectionRoute, TrainingType,
};
use foundation::{InstitutionId, NeedsItemId, Periods, SiteId, SkillLevel, Stop, TeacherId, Uscc, uscc};
use m2_institutions::{AddDirectoryItem, AddSite, AddTeacher, ListInstitution, RecordSiteVerification};
use store::tables::institutions::institution;
use store::tables::needs::needs_item;
use testkit::personas::{rival, school};
use testkit::{Persona, TestHouse, district};

pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub fn code(organisation: &str) -> String {
    let first = format!("52350582{organisation}{}", uscc::inner_check(organisation).unwrap());
    format!("{first}{}", uscc::outer_check(&first).unwrap())
}

pub fn listing() -> ListInstitution {
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
pub async fn house() -> (TestHouse, NeedsItemId) {
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

pub async fn site(house: &TestHouse) -> SiteId {
    house
        .desk(Persona::SchoolClerk)
        .perform(AddSite { name: "安海校区".into(), address: "安海镇鸿江路8号".into() })
        .await
        .unwrap()
        .site
}

pub fn visit(site: &SiteId) -> RecordSiteVerification {
    RecordSiteVerification {
        site: site.clone(),
        verified_on: day(2026, 11, 2),
        inspector_1: "林国栋".into(),
        inspector_2: "陈秀娟".into(),
        conclusion: ReviewResult::Pass,
        note: String::new(),
    }
}

pub fn line(item: &NeedsItemId, site: &SiteId) -> AddDirectoryItem {
    AddDirectoryItem {
        institution: school(),
        needs_item: item.clone(),
        site: site.clone(),
        capacity: 50,
        valid_from: day(2026, 11, 2),
        valid_until: day(2027, 11, 1),
    }
}

pub async fn teacher(house: &TestHouse) -> TeacherId {
    house.desk(Persona::SchoolClerk).perform(sewing_teacher()).await.unwrap().teacher
}

pub fn sewing_teacher() -> AddTeacher {
    let number = foundation::id_number::synthetic(day(1980, 5, 6), 12).unwrap();
    AddTeacher {
        name: "许志强".into(),
        id_number: number,
        qualification: "缝纫工 二级/技师".into(),
        certificate_no: "S000035".into(),
        full_time: true,
    }
}

pub fn rules(stop: Stop) -> Vec<String> {
    match stop {
        Stop::Refused(no) => no.into_iter().map(|one| one.rule).collect(),
        other => panic!("not a refusal: {other}"),
    }
}
