//! From a draft to 准予开班 (M3.1, M5.1, M7.1): four people, their refusals, and the neighbour.

use axum::http::StatusCode;
use foundation::codes::{ClassState, ReviewResult, SessionMode};
use foundation::{ClassId, Stop};
use m3_supervision::acts::decide::{AnswerReviewLine, RecheckOpening, RefuseOpening, ReturnOpening, RevokeClass, WithdrawClass};
use m3_supervision::acts::opening::{AddTrainees, CreateClass, EditClassPlan, LayTimetable, RemoveTrainee};
use m3_supervision::acts::review::{AcceptOpening, ApproveOpening, ReviewOpening, SubmitOpening};
use m3_supervision::acts::timetable::{AddSession, EditSession, RemoveSession};
use m3_supervision::rules::opening::{Layout, Plan};
use m3_supervision::rules::timetable::SessionFields;
use m7_registry::RosterRow;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, Set};
use store::tables::journal::fact;
use store::tables::notices::task;
use store::tables::supervision::{class_session, enrolment, review_line, training_class};
use testkit::{Persona, TestHouse};

use crate::fixtures::{self, NAMES, day};

/// 24 periods on three days from Monday 16 November: ten working days ahead.
fn plan() -> Plan {
    Plan {
        term: 2,
        planned_persons: 12,
        theory: 8,
        practice: 12,
        online: 4,
        starts_on: day(2026, 11, 16),
        ends_on: day(2026, 11, 18),
        exam_on: day(2026, 11, 20),
        exam_plan: "理论笔试、现场操作各100分，60分合格".into(),
        materials: "《育婴员（初级）》ISBN 978-7-5167-0000-1".into(),
        safety_plan: "人身意外险，急救员一名".into(),
    }
}

fn layout() -> Layout {
    Layout { weekdays: vec![1, 2, 3, 4, 5], morning: "08:30:00".parse().ok(), afternoon: "14:00:00".parse().ok(), evening: None, block: 4 }
}

fn roster() -> Vec<RosterRow> {
    (0..NAMES.len())
        .map(|n| RosterRow {
            row: n + 2,
            name: NAMES[n].into(),
            id_number: fixtures::document(n).reveal().into(),
            phone: format!("138050{n:05}"),
            category: "农村转移就业劳动者".into(),
            ..RosterRow::default()
        })
        .collect()
}

async fn create(house: &TestHouse) -> ClassId {
    let act = CreateClass { needs_item: fixtures::item(), room: fixtures::big_room(), class_teacher: fixtures::theory_teacher(), plan: plan(), copy_of: None };
    house.desk(Persona::SchoolClerk).perform(act).await.unwrap()
}

/// A class with plan, roster and timetable, ready to be handed in.
async fn ready(house: &TestHouse) -> ClassId {
    fixtures::directories(house).await;
    let (clerk, class) = (house.desk(Persona::SchoolClerk), create(house).await);
    let outcome = clerk.perform(AddTrainees { class: class.clone(), rows: roster() }).await.unwrap();
    assert_eq!((outcome.added, outcome.errors), (12, vec![]));
    assert_eq!(clerk.perform(LayTimetable { class: class.clone(), layout: layout(), teacher: None }).await.unwrap(), 6);
    class
}

/// Handed in and accepted.
async fn under_review(house: &TestHouse) -> ClassId {
    let class = ready(house).await;
    house.desk(Persona::SchoolClerk).perform(SubmitOpening { class: class.clone(), pledge: true }).await.unwrap();
    house.desk(Persona::JinjiangOfficer).perform(AcceptOpening { class: class.clone() }).await.unwrap();
    class
}

fn all_human() -> Vec<String> {
    ["H01", "H02", "H03", "H04"].map(str::to_owned).to_vec()
}

async fn row(house: &TestHouse, class: &ClassId) -> training_class::Model {
    house.system().read().await.unwrap().get::<training_class::Entity>(class.to_string()).await.unwrap()
}

async fn open_tasks(house: &TestHouse, class: &ClassId) -> Vec<task::Model> {
    house
        .system()
        .read()
        .await
        .unwrap()
        .list::<task::Entity>(|q| q.filter(task::Column::About.eq(class.to_string())).filter(task::Column::DoneAt.is_null()).order_by_asc(task::Column::Kind))
        .await
        .unwrap()
}

/// The refusals of an act, by rule.
#[track_caller]
fn rules<T: std::fmt::Debug>(result: Result<T, Stop>) -> Vec<String> {
    match result {
        Err(Stop::Refused(no)) => no
            .into_iter()
            .map(|one| {
                assert!(!one.fact.is_empty() && !one.source.is_empty() && !one.fix.is_empty(), "{one:?}");
                one.rule
            })
            .collect(),
        other => panic!("not refused: {other:?}"),
    }
}

fn is_gone<T>(result: &Result<T, Stop>) -> bool {
    matches!(result, Err(Stop::Fault(foundation::Fault::Gone)))
}

/// Changes the class's row behind the acts' back.
async fn meddle(house: &TestHouse, class: &ClassId, change: training_class::ActiveModel) {
    let id = class.to_string();
    house
        .premises
        .db
        .write(foundation::Scope::Everything, move |work| {
            Box::pin(async move {
                let row = work.get::<training_class::Entity>(id).await?;
                work.save::<training_class::Entity>(&row, change).await
            })
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn the_fixture_stands_on_the_database() {
    let house = TestHouse::new().await;
    let made = fixtures::approved_class(&house).await;
    let reader = house.desk(Persona::JinjiangOfficer).read().await.unwrap();
    assert_eq!(reader.get::<training_class::Entity>(made.class.to_string()).await.unwrap().enrolled_count, 12);
    let neighbour = house.desk(Persona::ShishiOfficer).read().await.unwrap();
    assert!(neighbour.get::<training_class::Entity>(made.class.to_string()).await.is_err());
    assert_eq!((made.sessions.len(), made.enrolments.len()), (6, 12));
}

#[tokio::test]
async fn m3_1_four_people_take_a_class_from_draft_to_approval() {
    let house = TestHouse::new().await;
    let class = under_review(&house).await;
    let before = row(&house, &class).await;
    assert_eq!((before.state, before.class_no.as_str()), (ClassState::UnderReview, "3505822026A00010001"));
    assert_eq!(before.money.0, 12 * 24 * 2500);
    assert_eq!(before.due_on, Some(day(2026, 11, 5)), "three working days after 2 November");
    let lines = house
        .desk(Persona::JinjiangOfficer)
        .read()
        .await
        .unwrap()
        .list::<review_line::Entity>(|q| q.filter(review_line::Column::Class.eq(class.clone())))
        .await
        .unwrap();
    assert_eq!((lines.iter().filter(|line| line.by_machine).count(), lines.iter().filter(|line| line.result == Some(ReviewResult::Pass)).count()), (26, 26));
    let (officer, reviewer) = (house.desk(Persona::JinjiangOfficer), house.desk(Persona::JinjiangReviewer));
    assert_eq!(
        rules(officer.perform(ApproveOpening { class: class.clone() }).await).iter().filter(|rule| *rule == "两人审核").count(),
        1,
        "nobody has reviewed yet"
    );
    officer.perform(ReviewOpening { class: class.clone(), passed: all_human() }).await.unwrap();
    assert_eq!(rules(officer.perform(ApproveOpening { class: class.clone() }).await), ["两人审核"], "the reviewer may not approve");
    let waiting = open_tasks(&house, &class).await;
    assert_eq!((waiting.len(), waiting[0].kind.as_str(), waiting[0].not_for.clone()), (1, "approve-opening", Some(Persona::JinjiangOfficer.account())));
    reviewer.perform(ApproveOpening { class: class.clone() }).await.unwrap();
    let after = row(&house, &class).await;
    assert_eq!((after.state, after.decided_by.clone()), (ClassState::Approved, Some(Persona::JinjiangReviewer.account())));
    assert_eq!(desk::policy::pinned(after.policy.as_deref()).unwrap().online_cap_pct, 40, "the policy is pinned");
    let facts = house
        .system()
        .read()
        .await
        .unwrap()
        .list::<fact::Entity>(|q| q.filter(fact::Column::Class.eq(class.clone())).order_by_asc(fact::Column::Id))
        .await
        .unwrap();
    let kinds: Vec<&str> = facts.iter().map(|one| one.fact.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "ClassDrafted",
            "TraineesRegistered",
            "TimetableLaid",
            "ClassOpeningSubmitted",
            "ClassOpeningAccepted",
            "ClassOpeningReviewed",
            "ClassOpeningApproved"
        ]
    );
    assert!(facts.iter().all(|one| !one.body.contains("350199") && !one.summary.contains("林玉珍")), "no personal data in the journal");
    assert!(facts[6].body.contains("\"class_state\":\"A30\""));
}

#[tokio::test]
async fn m3_1_a_clean_class_is_reviewed_in_two_clicks_on_the_page() {
    let house = TestHouse::new().await;
    let class = ready(&house).await;
    let web = house.serve(m3_supervision::routes());
    let at = |what: &str| format!("/classes/{class}{what}");
    let draft = web.get(Some(Persona::SchoolClerk), &at("")).await.expect(StatusCode::OK);
    assert!(draft.text.contains("承诺并提交") && !draft.text.contains("须处理"), "{}", draft.text);
    web.post(Some(Persona::SchoolClerk), &at("/submit"), &[("pledge", "1")]).await.expect(StatusCode::SEE_OTHER);
    web.post(Some(Persona::JinjiangOfficer), &at("/accept"), &[]).await.expect(StatusCode::SEE_OTHER);
    let page = web.get(Some(Persona::JinjiangOfficer), &at("")).await.expect(StatusCode::OK);
    assert!(page.text.contains("4 项人工核对无误，审核通过") && page.text.contains("完备性 14 项") && page.text.contains("真实性 16 项"), "{}", page.text);
    assert!(page.text.contains("还可排 5 课时") && page.text.contains("3505822026A00010001"));
    web.post(Some(Persona::JinjiangOfficer), &at("/review"), &[("all", "1")]).await.expect(StatusCode::SEE_OTHER);
    let own = web.get(Some(Persona::JinjiangOfficer), &at("")).await.expect(StatusCode::OK);
    assert!(own.text.contains("须由另一位工作人员批准"));
    web.post(Some(Persona::JinjiangReviewer), &at("/approve"), &[]).await.expect(StatusCode::SEE_OTHER);
    let done = web.get(Some(Persona::SchoolClerk), &at("")).await.expect(StatusCode::OK);
    assert!(done.text.contains("准予开班") && done.text.contains("王志强"), "the institution sees who decided");
    let notice = web.get(Some(Persona::SchoolClerk), &at("/notice")).await.expect(StatusCode::OK);
    assert!(notice.text.contains("准予开班通知书") && notice.text.contains("晋江市人力资源和社会保障局"));
}

#[tokio::test]
async fn m8_1_neighbour_rival_and_stranger_see_nothing() {
    let house = TestHouse::new().await;
    let class = under_review(&house).await;
    for stranger in [Persona::ShishiOfficer, Persona::RivalClerk] {
        assert!(house.desk(stranger).read().await.unwrap().get::<training_class::Entity>(class.to_string()).await.is_err());
    }
    assert!(is_gone(&house.desk(Persona::ShishiOfficer).perform(ReviewOpening { class: class.clone(), passed: all_human() }).await));
    assert!(is_gone(&house.desk(Persona::RivalClerk).perform(WithdrawClass { class: class.clone(), reason: "人数不足".into() }).await));
    assert!(matches!(house.desk(Persona::SchoolClerk).perform(ApproveOpening { class: class.clone() }).await, Err(Stop::Forbidden)));
    assert!(matches!(house.desk(Persona::ProvinceOfficer).perform(ApproveOpening { class: class.clone() }).await, Err(Stop::Forbidden)));
    let web = house.serve(m3_supervision::routes());
    for path in ["", "/roster", "/timetable", "/attendance"] {
        let address = format!("/classes/{class}{path}");
        web.get(Some(Persona::ShishiOfficer), &address).await.expect(StatusCode::NOT_FOUND);
        web.get(Some(Persona::RivalClerk), &address).await.expect(StatusCode::NOT_FOUND);
        assert_eq!(web.get(None, &address).await.status, 303, "the public is asked to sign in");
    }
    web.get(Some(Persona::JinjiangOfficer), "/classes/not-an-id").await.expect(StatusCode::NOT_FOUND);
    assert!(!web.get(Some(Persona::ShishiOfficer), "/classes").await.expect(StatusCode::OK).text.contains("育婴员"));
    let other = web.get(Some(Persona::OtherTrainee), &format!("/classes/{class}")).await.expect(StatusCode::OK);
    assert!(!other.text.contains("林玉珍"), "a trainee sees the class, not the others on it");
}

#[tokio::test]
async fn m5_1_forty_one_percent_online_is_refused() {
    let house = TestHouse::new().await;
    fixtures::directories(&house).await;
    let clerk = house.desk(Persona::SchoolClerk);
    let act = |online: i32, practice: i32| CreateClass {
        needs_item: fixtures::item(),
        room: fixtures::big_room(),
        class_teacher: fixtures::theory_teacher(),
        plan: Plan { theory: 8, practice, online, ..plan() },
        copy_of: None,
    };
    assert_eq!(rules(clerk.perform(act(10, 6)).await), ["M5.1"], "10 of 24 is 41.7 %");
    assert!(clerk.perform(act(9, 7)).await.is_ok(), "9 of 24 is 37.5 %");
    assert!(clerk.perform(act(16, 16)).await.is_ok(), "16 of 40 is exactly 40 %");
    assert_eq!(rules(clerk.perform(act(17, 15)).await), ["M5.1"], "17 of 40 is 42.5 %");
}

#[tokio::test]
async fn m3_1_all_that_is_missing_is_told_at_once() {
    let house = TestHouse::new().await;
    fixtures::directories(&house).await;
    let class = create(&house).await;
    let clerk = house.desk(Persona::SchoolClerk);
    assert_eq!(rules(clerk.perform(SubmitOpening { class: class.clone(), pledge: false }).await), ["承诺书"]);
    assert_eq!(rules(clerk.perform(SubmitOpening { class: class.clone(), pledge: true }).await), ["W01", "W04"], "no roster, no timetable");
    clerk.perform(AddTrainees { class: class.clone(), rows: roster().into_iter().take(9).collect() }).await.unwrap();
    let late = Plan { starts_on: day(2026, 11, 6), ends_on: day(2026, 11, 10), exam_on: day(2026, 11, 12), ..plan() };
    clerk.perform(EditClassPlan { class: class.clone(), plan: late }).await.unwrap();
    clerk.perform(LayTimetable { class: class.clone(), layout: layout(), teacher: None }).await.unwrap();
    assert_eq!(
        rules(clerk.perform(SubmitOpening { class: class.clone(), pledge: true }).await),
        ["W01", "W13"],
        "nine are too few, four working days too late"
    );
    assert_eq!(row(&house, &class).await.state, ClassState::Draft);
}

#[tokio::test]
async fn m3_1_directory_site_licence_account_and_teacher_are_checked() {
    use foundation::codes::DirectoryState;
    use store::tables::institutions::{institution, teacher};
    let house = TestHouse::new().await;
    let class = ready(&house).await;
    house
        .premises
        .db
        .write(foundation::Scope::Everything, |work| {
            Box::pin(async move {
                let mine = work.get::<institution::Entity>(testkit::personas::school().to_string()).await?;
                let rivals = work.get::<institution::Entity>(testkit::personas::rival().to_string()).await?;
                let change = institution::ActiveModel {
                    licence_until: Set(day(2026, 11, 17)),
                    state: Set(DirectoryState::Suspended),
                    account_index: Set(rivals.account_index),
                    ..Default::default()
                };
                work.save::<institution::Entity>(&mine, change).await?;
                let busy = work.get::<teacher::Entity>(fixtures::theory_teacher().to_string()).await?;
                work.save::<teacher::Entity>(
                    &busy,
                    teacher::ActiveModel { certificate_verified_on: Set(None), certificate_no: Set(String::new()), ..Default::default() },
                )
                .await
            })
        })
        .await
        .unwrap();
    // As if the site had never been verified: the house itself cannot take a verification away.
    let db = &house.premises.db;
    let gone: &[&str] = &["DROP TRIGGER site_verification_keeps_rows", "DELETE FROM site_verification"];
    store::db::tamper(db, if db.kind() == "sqlite" { gone } else { &gone[1..] }).await.unwrap();
    let no = rules(house.desk(Persona::SchoolClerk).perform(SubmitOpening { class, pledge: true }).await);
    assert_eq!(no, ["W07", "C02", "J01", "I01", "I09", "I10"]);
}

#[tokio::test]
async fn i01_a_class_outside_the_directory_is_refused() {
    let house = TestHouse::new().await;
    let class = ready(&house).await;
    meddle(&house, &class, training_class::ActiveModel { needs_item: Set(fixtures::rival_item()), ..Default::default() }).await;
    assert_eq!(rules(house.desk(Persona::SchoolClerk).perform(SubmitOpening { class, pledge: true }).await), ["I01"]);
}

#[tokio::test]
async fn t01_t03_t05_clashes_with_another_class_are_found_and_masked() {
    let house = TestHouse::new().await;
    fixtures::approved_class(&house).await;
    let (clerk, class) = (house.desk(Persona::SchoolClerk), create(&house).await);
    clerk.perform(AddTrainees { class: class.clone(), rows: roster() }).await.unwrap();
    clerk
        .perform(EditClassPlan {
            class: class.clone(),
            plan: Plan { starts_on: day(2026, 11, 10), ends_on: day(2026, 11, 13), exam_on: day(2026, 11, 20), ..plan() },
        })
        .await
        .unwrap();
    clerk.perform(LayTimetable { class: class.clone(), layout: layout(), teacher: None }).await.unwrap();
    let refused = clerk.perform(SubmitOpening { class: class.clone(), pledge: true }).await;
    let Err(Stop::Refused(no)) = refused else { panic!("{refused:?}") };
    let rules: Vec<&str> = no.iter().map(|one| one.rule.as_str()).collect();
    assert_eq!(rules, ["T01", "T03", "T05"]);
    assert!(no[0].fact.contains("林*珍 11月10日 08:30 同时段在晋江市另一班上课") && !no[0].fact.contains("林玉珍"), "{}", no[0].fact);
    // After the other class, nothing clashes.
    clerk.perform(EditClassPlan { class: class.clone(), plan: plan() }).await.unwrap();
    assert!(clerk.perform(SubmitOpening { class, pledge: true }).await.is_ok());
}

#[tokio::test]
async fn t03_a_teacher_of_two_schools_is_one_human() {
    use store::tables::institutions::teacher;
    let house = TestHouse::new().await;
    let class = ready(&house).await;
    let rivals = fixtures::another_class(&house, 0x502, "3505822026A00020001").await;
    house
        .premises
        .db
        .write(foundation::Scope::Everything, move |work| {
            Box::pin(async move {
                let own = work.get::<teacher::Entity>(fixtures::theory_teacher().to_string()).await?;
                let other = work.get::<teacher::Entity>(fixtures::rival_teacher().to_string()).await?;
                work.save::<teacher::Entity>(&other, teacher::ActiveModel { id_number_index: Set(own.id_number_index), ..Default::default() }).await?;
                let change = class_session::ActiveModel {
                    held_on: Set(day(2026, 11, 16)),
                    starts_at: Set(foundation::clock::at_local(day(2026, 11, 16).and_hms_opt(9, 0, 0).unwrap())),
                    ends_at: Set(foundation::clock::at_local(day(2026, 11, 16).and_hms_opt(12, 0, 0).unwrap())),
                    teacher: Set(fixtures::rival_teacher()),
                    teacher_name: Set("曾丽萍".into()),
                    room: Set(Some(fixtures::rival_room())),
                    ..Default::default()
                };
                work.change_all::<enrolment::Entity>(
                    enrolment::Column::Class.eq(rivals.class.clone()),
                    enrolment::ActiveModel { active: Set(false), ..Default::default() },
                )
                .await?;
                work.change_all::<class_session::Entity>(class_session::Column::Id.eq(rivals.sessions[0].clone()), change).await
            })
        })
        .await
        .unwrap();
    assert_eq!(rules(house.desk(Persona::SchoolClerk).perform(SubmitOpening { class, pledge: true }).await), ["T03"]);
}

#[tokio::test]
async fn i02_t05_too_many_for_room_and_directory() {
    use store::tables::institutions::{directory_item, room};
    let house = TestHouse::new().await;
    let class = ready(&house).await;
    house
        .premises
        .db
        .write(foundation::Scope::Everything, |work| {
            Box::pin(async move {
                work.change_all::<room::Entity>(room::Column::Id.eq(fixtures::big_room()), room::ActiveModel { seats: Set(11), ..Default::default() }).await?;
                work.change_all::<directory_item::Entity>(
                    directory_item::Column::Institution.eq(testkit::personas::school()),
                    directory_item::ActiveModel { capacity: Set(11), ..Default::default() },
                )
                .await
            })
        })
        .await
        .unwrap();
    assert_eq!(rules(house.desk(Persona::SchoolClerk).perform(SubmitOpening { class, pledge: true }).await), ["T05", "I02"]);
}

#[tokio::test]
async fn e08_age_is_judged_on_the_first_day() {
    let house = TestHouse::new().await;
    let class = ready(&house).await;
    let old = foundation::id_number::synthetic(day(1966, 11, 15), 51).unwrap();
    let edge = foundation::id_number::synthetic(day(1965, 11, 17), 53).unwrap();
    let rows = [("邱阿公", old), ("邱阿婆", edge)].map(|(name, id_number)| RosterRow {
        name: name.into(),
        id_number,
        phone: "13900000001".into(),
        ..RosterRow::default()
    });
    let clerk = house.desk(Persona::SchoolClerk);
    clerk.perform(EditClassPlan { class: class.clone(), plan: Plan { planned_persons: 14, ..plan() } }).await.unwrap();
    assert_eq!(clerk.perform(AddTrainees { class: class.clone(), rows: rows.to_vec() }).await.unwrap().added, 2);
    assert!(clerk.perform(SubmitOpening { class: class.clone(), pledge: true }).await.is_ok(), "60 on the first day is inside");
    let (class, clerk) = (class, house.desk(Persona::JinjiangOfficer));
    clerk.perform(AcceptOpening { class: class.clone() }).await.unwrap();
    meddle(&house, &class, training_class::ActiveModel { starts_on: Set(day(2026, 11, 17)), ..Default::default() }).await;
    assert_eq!(clerk.perform(RecheckOpening { class: class.clone() }).await.unwrap(), 2, "61 on the later first day, and the timetable no longer fits");
    assert!(!rules(clerk.perform(ReviewOpening { class, passed: all_human() }).await).is_empty(), "a red line stops the review");
}

#[tokio::test]
async fn m3_1_returned_corrected_handed_in_again() {
    let house = TestHouse::new().await;
    let class = under_review(&house).await;
    let (clerk, officer) = (house.desk(Persona::SchoolClerk), house.desk(Persona::JinjiangOfficer));
    let answer = AnswerReviewLine { class: class.clone(), code: "H04".into(), result: ReviewResult::NeedsFix, note: String::new() };
    assert_eq!(rules(officer.perform(answer.clone()).await), ["人工核对"], "a bad line needs a word");
    officer.perform(AnswerReviewLine { note: "照片里没有急救箱".into(), ..answer }).await.unwrap();
    assert!(
        rules(officer.perform(ReviewOpening { class: class.clone(), passed: vec!["H01".into(), "H02".into(), "H03".into()] }).await)
            .contains(&"H04".to_owned())
    );
    let web = house.serve(m3_supervision::routes());
    let form = web.get(Some(Persona::JinjiangOfficer), &format!("/classes/{class}/return")).await.expect(StatusCode::OK);
    assert!(form.text.contains("照片里没有急救箱"), "what failed is already in the notice");
    assert_eq!(rules(officer.perform(ReturnOpening { class: class.clone(), reason: "  ".into() }).await), ["一次性告知"]);
    officer.perform(ReturnOpening { class: class.clone(), reason: "请补急救箱照片".into() }).await.unwrap();
    let returned = row(&house, &class).await;
    assert_eq!((returned.state, returned.due_on), (ClassState::Returned, Some(day(2026, 11, 16))), "ten working days");
    assert_eq!(open_tasks(&house, &class).await.iter().map(|one| one.kind.as_str()).collect::<Vec<_>>(), ["correct-opening"]);
    clerk.perform(SubmitOpening { class: class.clone(), pledge: true }).await.unwrap();
    let again = row(&house, &class).await;
    assert_eq!((again.state, again.class_no.as_str()), (ClassState::Submitted, "3505822026A00010001"), "the number stays");
    assert!(again.decision_note.is_empty());
    let human = house
        .system()
        .read()
        .await
        .unwrap()
        .list::<review_line::Entity>(|q| q.filter(review_line::Column::Class.eq(class.clone())).filter(review_line::Column::ByMachine.eq(false)))
        .await
        .unwrap();
    assert!(human.iter().all(|line| line.result.is_none()), "people look again");
}

#[tokio::test]
async fn m3_1_silence_after_a_return_withdraws_the_application() {
    let house = TestHouse::new().await;
    let class = under_review(&house).await;
    house.desk(Persona::JinjiangOfficer).perform(ReturnOpening { class: class.clone(), reason: "请补齐材料".into() }).await.unwrap();
    house.travel_to(2026, 11, 16, 23, 59);
    m3_supervision::tick(&house.system()).await.unwrap();
    assert_eq!(row(&house, &class).await.state, ClassState::Returned, "until the end of the day");
    house.travel_to(2026, 11, 17, 0, 1);
    m3_supervision::tick(&house.system()).await.unwrap();
    m3_supervision::tick(&house.system()).await.unwrap();
    assert_eq!(row(&house, &class).await.state, ClassState::Withdrawn);
    assert!(open_tasks(&house, &class).await.is_empty());
}

#[tokio::test]
async fn m3_1_refused_withdrawn_revoked() {
    let house = TestHouse::new().await;
    let class = under_review(&house).await;
    let officer = house.desk(Persona::JinjiangOfficer);
    officer.perform(RefuseOpening { class: class.clone(), reason: "场地与申报不符".into() }).await.unwrap();
    assert_eq!(row(&house, &class).await.state, ClassState::Refused);
    assert_eq!(rules(officer.perform(AcceptOpening { class: class.clone() }).await), ["办理步骤"], "a refused class does not move");
    let made = fixtures::another_class(&house, 0x503, "3505822026A00010009").await;
    assert!(matches!(
        house.desk(Persona::SchoolClerk).perform(RevokeClass { class: made.class.clone(), reason: "查实冒名".into() }).await,
        Err(Stop::Forbidden)
    ));
    house.desk(Persona::SchoolClerk).perform(WithdrawClass { class: made.class.clone(), reason: "报名人数不足".into() }).await.unwrap();
    let withdrawn = row(&house, &made.class).await;
    assert_eq!((withdrawn.state, withdrawn.decision_note.as_str()), (ClassState::Withdrawn, "报名人数不足"));
    let other = fixtures::another_class(&house, 0x504, "3505822026A00010010").await;
    officer.perform(RevokeClass { class: other.class.clone(), reason: "查实冒名".into() }).await.unwrap();
    assert_eq!(row(&house, &other.class).await.state, ClassState::Withdrawn);
}

#[tokio::test]
async fn m7_1_rosters_keep_good_rows_and_say_what_is_wrong_with_the_others() {
    let house = TestHouse::new().await;
    fixtures::directories(&house).await;
    let class = create(&house).await;
    let web = house.serve(m3_supervision::routes());
    let good = fixtures::document(0).reveal().to_owned();
    let wrong = format!("{}{}", &good[..17], if good.ends_with('1') { '2' } else { '1' });
    let unborn = foundation::id_number::synthetic(day(2030, 1, 1), 7).unwrap();
    let new = foundation::id_number::synthetic(day(1990, 5, 5), 9).unwrap();
    let text = format!(
        "晋江市安海职业培训学校名册\n\n电话,姓名,身份证号码\n13805000000,林玉珍,{good}\n13805000001,黄小琴,{wrong}\n13805000002,未出生,{unborn}\n,换名字,{}\n13900000009,曹新人,{new}\n",
        fixtures::document(2).reveal()
    );
    let page =
        web.upload(Persona::SchoolClerk, &format!("/classes/{class}/roster"), "名册.csv", text.as_bytes(), &[]).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["第 5 行", "校验位不对", "第 6 行", "晚于今天", "第 7 行", "已登记在另一个姓名下"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let roster = house
        .desk(Persona::SchoolClerk)
        .read()
        .await
        .unwrap()
        .list::<enrolment::Entity>(|q| q.filter(enrolment::Column::Class.eq(class.clone())).order_by_asc(enrolment::Column::Id))
        .await
        .unwrap();
    assert_eq!(roster.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["林玉珍", "曹新人"]);
    assert!(!page.text.contains(&good) && !page.text.contains(&new), "whole numbers are never shown");
    assert_eq!(row(&house, &class).await.enrolled_count, 2);
    let again = web
        .upload(Persona::SchoolClerk, &format!("/classes/{class}/roster"), "名册.csv", format!("姓名,证件号码\n林玉珍,{good}\n").as_bytes(), &[])
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("已经在本班名册里"));
    let typed = web
        .post(Some(Persona::SchoolClerk), &format!("/classes/{class}/trainees"), &[("name", "黄小琴"), ("id_number", &wrong), ("phone", "")])
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(typed.text.contains("校验位不对") && typed.text.contains("黄小琴"), "what was typed is kept: {}", typed.text);
    web.post(Some(Persona::SchoolClerk), &format!("/classes/{class}/trainees"), &[("name", "黄小琴"), ("id_number", fixtures::document(1).reveal())])
        .await
        .expect(StatusCode::SEE_OTHER);
    house.desk(Persona::SchoolClerk).perform(RemoveTrainee { class: class.clone(), enrolment: roster[1].id.clone() }).await.unwrap();
    assert_eq!(row(&house, &class).await.enrolled_count, 2);
}

#[tokio::test]
async fn m7_1_broken_files_get_a_plain_word() {
    let house = TestHouse::new().await;
    fixtures::directories(&house).await;
    let class = create(&house).await;
    let web = house.serve(m3_supervision::routes());
    for (name, bytes) in [
        ("a.xlsx", &b"PK\x03\x04 not a workbook"[..]),
        ("a.xlsx", b""),
        ("a.xls", b"\xd0\xcf\x11\xe0"),
        ("a.csv", b"\xff\xfe\x00\x01"),
        ("a.csv", b"a,b\n1,2\n"),
    ] {
        let page = web.upload(Persona::SchoolClerk, &format!("/classes/{class}/roster"), name, bytes, &[]).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text.contains("请"), "{}", page.text);
    }
}

#[tokio::test]
async fn m3_1_meetings_stay_within_days_hours_and_eight_periods() {
    let house = TestHouse::new().await;
    let class = ready(&house).await;
    let clerk = house.desk(Persona::SchoolClerk);
    let sessions = clerk
        .read()
        .await
        .unwrap()
        .list::<class_session::Entity>(|q| q.filter(class_session::Column::Class.eq(class.clone())).order_by_asc(class_session::Column::StartsAt))
        .await
        .unwrap();
    assert_eq!(
        sessions.iter().map(|one| (one.held_on, one.mode, one.periods.0)).collect::<Vec<_>>()[..3],
        [(day(2026, 11, 16), SessionMode::Theory, 4), (day(2026, 11, 16), SessionMode::Theory, 4), (day(2026, 11, 17), SessionMode::Practice, 4)]
    );
    assert_eq!(sessions[0].place, "实训楼 302");
    let fields = |held_on, starts: &str, periods| SessionFields {
        held_on,
        starts: starts.parse().unwrap(),
        periods,
        mode: SessionMode::Practice,
        subject: "婴儿护理".into(),
        teacher: fixtures::practice_teacher(),
        room: Some(fixtures::small_room()),
    };
    let add = |fields| AddSession { class: class.clone(), fields };
    for (bad, field) in [
        (fields(day(2026, 11, 19), "08:30:00", 4), "held_on"),
        (fields(day(2026, 11, 16), "05:00:00", 1), "starts"),
        (fields(day(2026, 11, 16), "18:00:00", 1), "periods"),
    ] {
        let Err(Stop::Refused(no)) = clerk.perform(add(bad)).await else { panic!("{field} should be refused") };
        assert!(no.iter().any(|one| one.field.as_deref() == Some(field)), "{no:?}");
    }
    clerk.perform(RemoveSession { session: sessions[5].id.clone() }).await.unwrap();
    assert!(rules(clerk.perform(SubmitOpening { class: class.clone(), pledge: true }).await).contains(&"W04".to_owned()), "four online periods are missing");
    let overlap = clerk.perform(EditSession { session: sessions[4].id.clone(), fields: fields(day(2026, 11, 17), "10:00:00", 4) }).await;
    assert!(matches!(overlap, Err(Stop::Refused(_))));
    let foreign = SessionFields { teacher: fixtures::rival_teacher(), ..fields(day(2026, 11, 18), "14:00:00", 4) };
    assert!(is_gone(&clerk.perform(add(foreign)).await), "another school's teacher does not exist here");
    let online = SessionFields { mode: SessionMode::Online, room: None, ..fields(day(2026, 11, 18), "14:00:00", 4) };
    clerk.perform(add(online)).await.unwrap();
    clerk.perform(SubmitOpening { class: class.clone(), pledge: true }).await.unwrap();
    assert_eq!(rules(clerk.perform(RemoveSession { session: sessions[0].id.clone() }).await), ["开班申请"], "what was handed in stands");
}

#[tokio::test]
async fn a_copy_takes_plan_and_timetable_along() {
    let house = TestHouse::new().await;
    let first = fixtures::approved_class(&house).await;
    let web = house.serve(m3_supervision::routes());
    let form = web.get(Some(Persona::SchoolClerk), &format!("/classes/new?from={}", first.class)).await.expect(StatusCode::OK);
    let asked = form.text.matches("jb-field").count();
    assert!(form.text.contains("name=\"copy_of\"") && !form.text.contains("<textarea"), "only what changes is asked ({asked})");
    let id = first.class.to_string();
    let fields = [
        ("copy_of", id.as_str()),
        ("needs_item", &fixtures::item().to_string()),
        ("term", "2"),
        ("theory", "8"),
        ("practice", "12"),
        ("online", "4"),
        ("exam_plan", "笔试与操作"),
        ("materials", "教材"),
        ("safety_plan", "保险"),
        ("room", &fixtures::big_room().to_string()),
        ("class_teacher", &fixtures::theory_teacher().to_string()),
        ("planned_persons", "12"),
        ("starts_on", "2026-11-23"),
        ("ends_on", "2026-11-25"),
        ("exam_on", "2026-11-27"),
    ];
    let made = web.post(Some(Persona::SchoolClerk), "/classes/new", &fields).await.expect(StatusCode::SEE_OTHER);
    let class: ClassId = made.location.split('/').nth(2).unwrap().parse().unwrap();
    let clerk = house.desk(Persona::SchoolClerk);
    let moved = clerk
        .read()
        .await
        .unwrap()
        .list::<class_session::Entity>(|q| q.filter(class_session::Column::Class.eq(class.clone())).order_by_asc(class_session::Column::StartsAt))
        .await
        .unwrap();
    assert_eq!((moved.len(), moved[0].held_on, moved[0].teacher_name.as_str(), moved[5].place.as_str()), (6, day(2026, 11, 23), "苏建平", "线上"));
    clerk.perform(AddTrainees { class: class.clone(), rows: roster() }).await.unwrap();
    clerk.perform(SubmitOpening { class, pledge: true }).await.unwrap();
}

#[tokio::test]
async fn m3_1_pledges_are_signed_by_the_trainee_or_collected_on_paper() {
    use m3_supervision::acts::opening::SignPledges;
    let house = TestHouse::new().await;
    let class = ready(&house).await;
    let sign = |persona| {
        let (desk, class) = (house.desk(persona), class.clone());
        async move { desk.perform(SignPledges { class }).await }
    };
    assert_eq!(sign(Persona::Trainee).await.unwrap(), 1, "one's own only");
    assert_eq!(sign(Persona::Trainee).await.unwrap(), 0, "once");
    assert_eq!(sign(Persona::SchoolClerk).await.unwrap(), 11, "the rest on paper");
    assert!(is_gone(&sign(Persona::RivalClerk).await));
    assert!(matches!(sign(Persona::JinjiangOfficer).await, Err(Stop::Forbidden)));
}

#[tokio::test]
async fn a_copy_proposes_the_soonest_days_and_the_next_number() {
    let house = TestHouse::new().await;
    let first = fixtures::approved_class(&house).await;
    let web = house.serve(m3_supervision::routes());
    let form = web.get(Some(Persona::SchoolClerk), &format!("/classes/new?from={}", first.class)).await.expect(StatusCode::OK);
    for words in ["value=\"2026-11-16\"", "value=\"2026-11-18\"", "value=\"2026-11-20\"", "育婴员 第2期"] {
        assert!(form.text.contains(words), "{words}: {}", form.text);
    }
    web.get(Some(Persona::RivalClerk), &format!("/classes/new?from={}", first.class)).await.expect(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_typed_stays_text_everywhere() {
    let house = TestHouse::new().await;
    fixtures::directories(&house).await;
    let evil = "<script>alert(1)</script>'; DROP TABLE training_class; --";
    let act = CreateClass {
        needs_item: fixtures::item(),
        room: fixtures::big_room(),
        class_teacher: fixtures::theory_teacher(),
        plan: Plan { exam_plan: evil.into(), materials: evil.into(), safety_plan: evil.into(), ..plan() },
        copy_of: None,
    };
    let class = house.desk(Persona::SchoolClerk).perform(act).await.unwrap();
    let web = house.serve(m3_supervision::routes());
    for path in ["", "/plan", "/roster", "/timetable"] {
        let page = web.get(Some(Persona::SchoolClerk), &format!("/classes/{class}{path}")).await.expect(StatusCode::OK);
        assert!(!page.text.contains("<script>alert"), "{path}");
    }
    let quoted = web.get(Some(Persona::JinjiangOfficer), "/classes?q=%27%3B+DROP+TABLE%25&state=nonsense&sort=--&page=-1").await.expect(StatusCode::OK);
    assert!(!quoted.text.contains("育婴员"), "{}", quoted.text);
    assert_eq!(web.get(Some(Persona::SchoolClerk), &format!("/classes/{class}")).await.expect(StatusCode::OK).text.matches("&lt;script&gt;").count(), 3);
}

#[tokio::test]
async fn m3_11_the_register_filters_exports_and_answers_programs() {
    let house = TestHouse::new().await;
    let class = under_review(&house).await;
    let web = house.serve(m3_supervision::routes());
    let officer = Some(Persona::JinjiangOfficer);
    assert!(web.get(officer, "/classes?state=waiting&q=%E8%82%B2%E5%A9%B4").await.expect(StatusCode::OK).text.contains("育婴员 第2期"));
    assert!(!web.get(officer, "/classes?state=A30").await.expect(StatusCode::OK).text.contains("育婴员 第2期"));
    assert!(!web.get(officer, "/classes?from=2026-12-01").await.expect(StatusCode::OK).text.contains("育婴员 第2期"));
    let file = web.get(officer, "/classes?export=xlsx").await.expect(StatusCode::OK);
    assert!(file.text.starts_with("PK"));
    let list = web.get(officer, "/api/v1/classes?limit=1").await.expect(StatusCode::OK);
    let json: serde_json::Value = serde_json::from_str(&list.text).unwrap();
    assert_eq!((json["items"][0]["id"].as_str(), json["next"].as_str()), (Some(class.as_str()), Some(class.as_str())));
    let one: serde_json::Value = serde_json::from_str(&web.get(officer, &format!("/api/v1/classes/{class}")).await.expect(StatusCode::OK).text).unwrap();
    assert_eq!((one["state"].as_str(), one["sessions"].as_array().map(Vec::len)), (Some("A20"), Some(6)));
    let roster = web.get(officer, &format!("/api/v1/classes/{class}/roster")).await.expect(StatusCode::OK);
    assert!(roster.text.contains("林*珍") && !roster.text.contains("林玉珍") && !roster.text.contains(fixtures::document(0).reveal()));
    web.get(Some(Persona::ShishiOfficer), &format!("/api/v1/classes/{class}")).await.expect(StatusCode::NOT_FOUND);
}

use foundation::ids::TypedId;
