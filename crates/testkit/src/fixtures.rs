//! Rows that rooms' tests stand on (M2, M3): a listed institution with a verified site, rooms, teachers and
//! directory items, its rival, twelve persons of the registry, and a class that may already be taught.

use std::sync::Arc;

use crate::personas::{fixed, other_trainee, rival, school, trainee};
use crate::{JINJIANG, Persona, TestHouse, district};
use chrono::NaiveDate;
use foundation::codes::{FullProcessState, PersonCategory, Regime, ReviewResult, SessionMode};
use foundation::{
    ClassId, Date, EnrolmentId, Fen, IdDocument, IdType, InstitutionId, NeedsItemId, Periods, PersonId, RoomId, Scope,
    SessionId, SiteId, TeacherId, clock,
};
use store::tables::institutions::{directory_item, institution, room, site, site_verification, teacher};
use store::tables::needs::needs_item;
use store::tables::registry::person;
use store::tables::supervision::{class_session, enrolment, training_class};

mod rows;
use rows::{listed, needs, registered, teaches};

/// 育婴员, completion certificate, 20–80 periods.
pub fn item() -> NeedsItemId {
    fixed(0x401)
}
/// 家政服务员: only the rival may teach it.
pub fn rival_item() -> NeedsItemId {
    fixed(0x402)
}
/// The school's verified site.
pub fn school_site() -> SiteId {
    fixed(0x411)
}
/// Room of 45 seats.
pub fn big_room() -> RoomId {
    fixed(0x421)
}
/// Room of 12 seats.
pub fn small_room() -> RoomId {
    fixed(0x422)
}
/// 苏建平, teaches theory.
pub fn theory_teacher() -> TeacherId {
    fixed(0x431)
}
/// 叶秋月, teaches practice.
pub fn practice_teacher() -> TeacherId {
    fixed(0x432)
}
/// The rival's site, room and teacher.
pub fn rival_site() -> SiteId {
    fixed(0x412)
}
/// The rival's room.
pub fn rival_room() -> RoomId {
    fixed(0x423)
}
/// The rival's only teacher.
pub fn rival_teacher() -> TeacherId {
    fixed(0x433)
}

/// Names of the registry's first persons; the first two have accounts (personas).
pub const NAMES: [&str; 12] = [
    "林玉珍",
    "黄小琴",
    "陈阿美",
    "吴建国",
    "王丽红",
    "许文斌",
    "郑秀英",
    "蔡金凤",
    "杨志明",
    "施美玲",
    "庄淑华",
    "柯永福",
];

/// The n-th person of the registry.
pub fn person_id(n: usize) -> PersonId {
    fixed(0x301 + n as u128)
}

/// The n-th person's demo document.
pub fn document(n: usize) -> IdDocument {
    let birth = Date::from_ymd_opt(1975 + n as i32, 3, 5 + n as u32).unwrap();
    let number = foundation::id_number::synthetic(birth, 20 + 2 * n as u16).unwrap();
    IdDocument::parse(IdType::ResidentCard, &number, NaiveDate::from_ymd_opt(2026, 11, 2).unwrap(), true).unwrap()
}

/// A class that tests can teach, inspect, examine.
pub struct ApprovedClass {
    /// The class.
    pub class: ClassId,
    /// Its six meetings, two a day from Monday 9 November 2026, 08:30–11:30 and 14:00–17:00, 4 periods each.
    pub sessions: Vec<SessionId>,
    /// Its roster, in the order of `NAMES`; the first is `Persona::Trainee`, the second `Persona::OtherTrainee`.
    pub enrolments: Vec<EnrolmentId>,
}

/// Needs items, both institutions and twelve persons. Every test of the room begins here.
pub async fn directories(house: &TestHouse) {
    let premises = Arc::clone(&house.premises);
    assert_eq!((person_id(0), person_id(1)), (trainee(), other_trainee()));
    house
        .premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                let desk = desk::Desk::system(Arc::clone(&premises), "fixtures");
                let (at, path) = (desk.now(), district(JINJIANG).management_path());
                work.add_many::<needs_item::Entity>(vec![needs(item(), "育婴员"), needs(rival_item(), "家政服务员")])
                    .await?;
                work.add_many::<institution::Entity>(vec![
                    listed(&desk, school(), "晋江市安海职业培训学校", 1),
                    listed(&desk, rival(), "晋江市青阳家政培训中心", 2),
                ])
                .await?;
                let here = |id: SiteId, of: InstitutionId, name: &str| site::Model {
                    id,
                    institution: of,
                    name: name.into(),
                    address: format!("晋江市安海镇{name}"),
                    district: district(JINJIANG),
                    path: path.clone(),
                    version: 1,
                };
                work.add_many::<site::Entity>(vec![
                    here(school_site(), school(), "实训楼"),
                    here(rival_site(), rival(), "家政楼"),
                ])
                .await?;
                let seats = |id: RoomId, site: SiteId, of: InstitutionId, name: &str, seats: i32| room::Model {
                    id,
                    site,
                    institution: of,
                    name: name.into(),
                    seats,
                    district: district(JINJIANG),
                    path: path.clone(),
                    version: 1,
                };
                work.add_many::<room::Entity>(vec![
                    seats(big_room(), school_site(), school(), "302", 45),
                    seats(small_room(), school_site(), school(), "101", 12),
                    seats(rival_room(), rival_site(), rival(), "201", 40),
                ])
                .await?;
                let may_teach = |item: NeedsItemId, of: InstitutionId, site: SiteId| directory_item::Model {
                    id: desk.new_id(),
                    institution: of,
                    needs_item: item,
                    site,
                    capacity: 45,
                    valid_from: day(2026, 1, 1),
                    valid_until: day(2027, 12, 31),
                    district: district(JINJIANG),
                    path: path.clone(),
                    version: 1,
                };
                work.add_many::<directory_item::Entity>(vec![
                    may_teach(item(), school(), school_site()),
                    may_teach(item(), rival(), rival_site()),
                    may_teach(rival_item(), rival(), rival_site()),
                ])
                .await?;
                let verified = |site: SiteId, of: InstitutionId| site_verification::Model {
                    id: desk.new_id(),
                    site,
                    institution: of,
                    verified_on: day(2026, 9, 12),
                    valid_until: day(2027, 9, 11),
                    inspectors: "林国栋、陈秀娟".into(),
                    conclusion: ReviewResult::Pass,
                    note: String::new(),
                    district: district(JINJIANG),
                    path: path.clone(),
                    created_at: at,
                };
                work.add_many::<site_verification::Entity>(vec![
                    verified(school_site(), school()),
                    verified(rival_site(), rival()),
                ])
                .await?;
                work.add_many::<teacher::Entity>(vec![
                    teaches(&desk, theory_teacher(), school(), "苏建平", 101),
                    teaches(&desk, practice_teacher(), school(), "叶秋月", 102),
                    teaches(&desk, rival_teacher(), rival(), "曾丽萍", 104),
                ])
                .await?;
                work.add_many::<person::Entity>((0..NAMES.len()).map(|n| registered(&desk, n)).collect()).await
            })
        })
        .await
        .expect("an empty house takes its directories");
}

/// `directories` and an approved class of twelve.
pub async fn approved_class(house: &TestHouse) -> ApprovedClass {
    directories(house).await;
    another_class(house, 0x501, "3505822026A00010001").await
}

/// One more approved class with its own roster rows (same persons), sessions of the same hours.
pub async fn another_class(house: &TestHouse, number: u128, class_no: &str) -> ApprovedClass {
    let class: ClassId = fixed(number);
    let policy = desk::policy::in_force(
        &house.system().read().await.unwrap(),
        desk::policy::Scheme::CompletionCertificate,
        district(JINJIANG),
        house.system().today(),
    )
    .await
    .unwrap();
    let row = class_row(house, class.clone(), class_no, serde_json::to_string(&policy).unwrap());
    let sessions: Vec<class_session::Model> = (0..6).map(|n| session_row(house, &class, n)).collect();
    let roster: Vec<enrolment::Model> = (0..NAMES.len()).map(|n| enrolled(house, &class, n)).collect();
    let made = ApprovedClass {
        class,
        sessions: sessions.iter().map(|one| one.id.clone()).collect(),
        enrolments: roster.iter().map(|one| one.id.clone()).collect(),
    };
    house
        .premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                work.add::<training_class::Entity>(row).await?;
                work.add_many::<class_session::Entity>(sessions).await?;
                work.add_many::<enrolment::Entity>(roster).await
            })
        })
        .await
        .expect("the class's rows are in order");
    made
}

fn enrolled(house: &TestHouse, class: &ClassId, n: usize) -> enrolment::Model {
    let desk = house.system();
    enrolment::Model {
        id: desk.new_id(),
        class: class.clone(),
        person: person_id(n),
        name: NAMES[n].into(),
        id_number_masked: document(n).masked(),
        phone_masked: "138****0000".into(),
        category: PersonCategory::RuralMigrant,
        education: "初中".into(),
        pledged_at: Some(desk.now()),
        active: true,
        withdrawn_reason: String::new(),
        credited_offline: Periods::ZERO,
        credited_online: Periods::ZERO,
        passed: None,
        institution: school(),
        district: district(JINJIANG),
        path: district(JINJIANG).management_path(),
        created_at: desk.now(),
        version: 1,
    }
}

fn session_row(house: &TestHouse, class: &ClassId, n: usize) -> class_session::Model {
    let held_on = day(2026, 11, 9 + n as u32 / 2);
    let (from, to) = if n.is_multiple_of(2) { ((8, 30), (11, 30)) } else { ((14, 0), (17, 0)) };
    let at = |(hour, minute): (u32, u32)| clock::at_local(held_on.and_hms_opt(hour, minute, 0).unwrap());
    let mode = [
        SessionMode::Theory,
        SessionMode::Practice,
        SessionMode::Theory,
        SessionMode::Practice,
        SessionMode::Practice,
        SessionMode::Online,
    ][n];
    let (teacher, teacher_name) =
        if mode == SessionMode::Practice { (practice_teacher(), "叶秋月") } else { (theory_teacher(), "苏建平") };
    class_session::Model {
        id: house.system().new_id(),
        class: class.clone(),
        position: n as i32 + 1,
        held_on,
        starts_at: at(from),
        ends_at: at(to),
        periods: Periods(4),
        mode,
        subject: ["职业道德", "婴儿护理", "营养基础", "辅食制作", "早期教育", "安全常识"][n].into(),
        teacher,
        teacher_name: teacher_name.into(),
        room: (mode != SessionMode::Online).then(big_room),
        place: if mode == SessionMode::Online { "线上".into() } else { "实训楼 302".into() },
        institution: school(),
        district: district(JINJIANG),
        path: district(JINJIANG).management_path(),
        version: 1,
    }
}

fn class_row(house: &TestHouse, id: ClassId, class_no: &str, policy: String) -> training_class::Model {
    let now = house.system().now();
    training_class::Model {
        id,
        class_no: class_no.into(),
        regime: Regime::FullProcess,
        state: FullProcessState::Approved.into(),
        institution: school(),
        institution_name: "晋江市安海职业培训学校".into(),
        needs_item: item(),
        site: school_site(),
        room: big_room(),
        title: "育婴员 第1期".into(),
        item_name: "育婴员".into(),
        term: 1,
        planned_persons: 12,
        periods_total: Periods(24),
        periods_theory: Periods(8),
        periods_practice: Periods(12),
        periods_online: Periods(4),
        starts_on: day(2026, 11, 9),
        ends_on: day(2026, 11, 11),
        class_teacher: theory_teacher(),
        class_teacher_name: "苏建平".into(),
        exam_on: Some(day(2026, 11, 13)),
        exam_plan: "理论笔试与现场操作，各100分，60分合格".into(),
        materials: "《育婴员（初级）》ISBN 978-7-5167-0000-1".into(),
        safety_plan: "人身意外险，急救员一名".into(),
        institution_pledged_at: Some(now),
        submitted_at: Some(now),
        accepted_at: Some(now),
        accepted_by: Some(Persona::JinjiangOfficer.account()),
        reviewed_at: Some(now),
        reviewed_by: Some(Persona::JinjiangOfficer.account()),
        decided_at: Some(now),
        decided_by: Some(Persona::JinjiangReviewer.account()),
        decision_note: String::new(),
        due_on: None,
        policy: Some(policy),
        enrolled_count: 12,
        money: Fen(12 * 24 * 2500),
        district: district(JINJIANG),
        path: district(JINJIANG).management_path(),
        created_at: now,
        created_by: Persona::SchoolClerk.account(),
        version: 1,
    }
}

/// A day that exists.
pub fn day(year: i32, month: u32, day: u32) -> Date {
    Date::from_ymd_opt(year, month, day).unwrap()
}
