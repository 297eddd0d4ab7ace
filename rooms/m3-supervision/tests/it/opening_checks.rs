//! What the machine checks of an application (M3.1, M5.1): plan, directory, clashes, ages.

use foundation::Stop;
use foundation::codes::FullProcessState;
use m3_supervision::acts::decide::RecheckOpening;
use m3_supervision::acts::opening::{AddTrainees, CreateClass, EditClassPlan, LayTimetable};
use m3_supervision::acts::review::{AcceptOpening, ReviewOpening, SubmitOpening};
use m3_supervision::rules::opening::Plan;
use m7_registry::RosterRow;
use store::query::{ColumnTrait, Set};
use store::tables::supervision::{class_session, enrolment, training_class};
use testkit::{Persona, TestHouse};

use crate::opening_support::{all_human, create, layout, meddle, plan, ready, roster, row, rules};
use testkit::fixtures::{self, day};

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
        layout: None,
    };
    assert_eq!(rules(clerk.perform(act(10, 6)).await), ["M5.1"], "10 of 24 is 41.7 %");
    assert!(clerk.perform(act(9, 7)).await.is_ok(), "9 of 24 is 37.5 %");
    assert_eq!(rules(clerk.perform(act(9, 7)).await), ["期数"], "a form sent twice makes one class");
    let next = CreateClass { plan: Plan { term: plan().term + 1, ..act(16, 16).plan }, ..act(16, 16) };
    assert!(clerk.perform(next).await.is_ok(), "16 of 40 is exactly 40 %");
    assert_eq!(rules(clerk.perform(act(17, 15)).await), ["M5.1", "期数"], "17 of 40 is 42.5 %");
}

#[tokio::test]
async fn m3_1_all_that_is_missing_is_told_at_once() {
    let house = TestHouse::new().await;
    fixtures::directories(&house).await;
    let class = create(&house).await;
    let clerk = house.desk(Persona::SchoolClerk);
    assert_eq!(rules(clerk.perform(SubmitOpening { class: class.clone(), pledge: false }).await), ["承诺书"]);
    assert_eq!(
        rules(clerk.perform(SubmitOpening { class: class.clone(), pledge: true }).await),
        ["W01", "W04"],
        "no roster, no timetable"
    );
    clerk.perform(AddTrainees { class: class.clone(), rows: roster().into_iter().take(9).collect() }).await.unwrap();
    let late = Plan { starts_on: day(2026, 11, 6), ends_on: day(2026, 11, 10), exam_on: day(2026, 11, 12), ..plan() };
    clerk.perform(EditClassPlan { class: class.clone(), plan: late }).await.unwrap();
    clerk.perform(LayTimetable { class: class.clone(), layout: layout(), teacher: None }).await.unwrap();
    assert_eq!(
        rules(clerk.perform(SubmitOpening { class: class.clone(), pledge: true }).await),
        ["W01", "W13"],
        "nine are too few, four working days too late"
    );
    assert_eq!(row(&house, &class).await.state, FullProcessState::Draft);
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
                let mine = work.get(&testkit::personas::school()).await?;
                let rivals = work.get(&testkit::personas::rival()).await?;
                let change = institution::ActiveModel {
                    licence_until: Set(day(2026, 11, 17)),
                    state: Set(DirectoryState::Suspended),
                    account_index: Set(rivals.account_index),
                    ..Default::default()
                };
                work.save::<institution::Entity>(&mine, change).await?;
                let busy = work.get(&fixtures::theory_teacher()).await?;
                work.save::<teacher::Entity>(
                    &busy,
                    teacher::ActiveModel {
                        certificate_verified_on: Set(None),
                        certificate_no: Set(String::new()),
                        ..Default::default()
                    },
                )
                .await
            })
        })
        .await
        .unwrap();
    // As if the site had never been verified: the house itself cannot take a verification away.
    let db = &house.premises.db;
    let first = match db.kind() {
        "sqlite" => "DROP TRIGGER site_verification_keeps_rows",
        _ => "ALTER TABLE site_verification NO FORCE ROW LEVEL SECURITY",
    };
    store::db::tamper(db, &[first, "DELETE FROM site_verification"]).await.unwrap();
    let no = rules(house.desk(Persona::SchoolClerk).perform(SubmitOpening { class, pledge: true }).await);
    assert_eq!(no, ["W07", "C02", "J01", "I01", "I09", "I10"]);
}

#[tokio::test]
async fn i01_a_class_outside_the_directory_is_refused() {
    let house = TestHouse::new().await;
    let class = ready(&house).await;
    meddle(
        &house,
        &class,
        training_class::ActiveModel { needs_item: Set(fixtures::rival_item()), ..Default::default() },
    )
    .await;
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
            plan: Plan {
                starts_on: day(2026, 11, 10),
                ends_on: day(2026, 11, 13),
                exam_on: day(2026, 11, 20),
                ..plan()
            },
        })
        .await
        .unwrap();
    clerk.perform(LayTimetable { class: class.clone(), layout: layout(), teacher: None }).await.unwrap();
    let refused = clerk.perform(SubmitOpening { class: class.clone(), pledge: true }).await;
    let Err(Stop::Refused(no)) = refused else { panic!("{refused:?}") };
    let rules: Vec<&str> = no.iter().map(|one| one.rule.as_str()).collect();
    assert_eq!(rules, ["T01", "T03", "T05"]);
    assert!(
        no[0].fact.contains("林*珍 11月10日 08:30 同时段在晋江市另一班上课") && !no[0].fact.contains("林玉珍"),
        "{}",
        no[0].fact
    );
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
                let own = work.get(&fixtures::theory_teacher()).await?;
                let other = work.get(&fixtures::rival_teacher()).await?;
                work.save::<teacher::Entity>(
                    &other,
                    teacher::ActiveModel { id_number_index: Set(own.id_number_index), ..Default::default() },
                )
                .await?;
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
                work.change_all::<class_session::Entity>(
                    class_session::Column::Id.eq(rivals.sessions[0].clone()),
                    change,
                )
                .await
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
                work.change_all::<room::Entity>(
                    room::Column::Id.eq(fixtures::big_room()),
                    room::ActiveModel { seats: Set(11), ..Default::default() },
                )
                .await?;
                work.change_all::<directory_item::Entity>(
                    directory_item::Column::Institution.eq(testkit::personas::school()),
                    directory_item::ActiveModel { capacity: Set(11), ..Default::default() },
                )
                .await
            })
        })
        .await
        .unwrap();
    assert_eq!(
        rules(house.desk(Persona::SchoolClerk).perform(SubmitOpening { class, pledge: true }).await),
        ["T05", "I02"]
    );
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
    assert!(
        clerk.perform(SubmitOpening { class: class.clone(), pledge: true }).await.is_ok(),
        "60 on the first day is inside"
    );
    let (class, clerk) = (class, house.desk(Persona::JinjiangOfficer));
    clerk.perform(AcceptOpening { class: class.clone() }).await.unwrap();
    meddle(&house, &class, training_class::ActiveModel { starts_on: Set(day(2026, 11, 17)), ..Default::default() })
        .await;
    assert_eq!(
        clerk.perform(RecheckOpening { class: class.clone() }).await.unwrap(),
        2,
        "61 on the later first day, and the timetable no longer fits"
    );
    assert!(
        !rules(clerk.perform(ReviewOpening { class, passed: all_human() }).await).is_empty(),
        "a red line stops the review"
    );
}
