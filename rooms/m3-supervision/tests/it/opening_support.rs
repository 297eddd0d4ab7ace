//! What the tests of openings share: a plan, a roster, classes on their way, refusals by rule.

use foundation::{ClassId, Stop};
use m3_supervision::acts::opening::{AddTrainees, CreateClass, LayTimetable};
use m3_supervision::acts::review::{AcceptOpening, SubmitOpening};
use m3_supervision::rules::layout::Layout;
use m3_supervision::rules::opening::Plan;
use m7_registry::RosterRow;
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::notices::task;
use store::tables::supervision::training_class;
use testkit::{Persona, TestHouse};

use testkit::fixtures::{self, NAMES, day};

/// 24 periods on three days from Monday 16 November: ten working days ahead.
pub fn plan() -> Plan {
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

pub fn layout() -> Layout {
    Layout {
        weekdays: vec![1, 2, 3, 4, 5],
        morning: "08:30:00".parse().ok(),
        afternoon: "14:00:00".parse().ok(),
        evening: None,
        block: 4,
    }
}

pub fn roster() -> Vec<RosterRow> {
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

pub async fn create(house: &TestHouse) -> ClassId {
    let act = CreateClass {
        needs_item: fixtures::item(),
        room: fixtures::big_room(),
        class_teacher: fixtures::theory_teacher(),
        plan: plan(),
        copy_of: None,
        layout: None,
    };
    house.desk(Persona::SchoolClerk).perform(act).await.unwrap()
}

/// A class with plan, roster and timetable, ready to be handed in.
pub async fn ready(house: &TestHouse) -> ClassId {
    fixtures::directories(house).await;
    let (clerk, class) = (house.desk(Persona::SchoolClerk), create(house).await);
    let outcome = clerk.perform(AddTrainees { class: class.clone(), rows: roster() }).await.unwrap();
    assert_eq!((outcome.added, outcome.errors), (12, vec![]));
    assert_eq!(clerk.perform(LayTimetable { class: class.clone(), layout: layout(), teacher: None }).await.unwrap(), 6);
    class
}

/// Handed in and accepted.
pub async fn under_review(house: &TestHouse) -> ClassId {
    let class = ready(house).await;
    house.desk(Persona::SchoolClerk).perform(SubmitOpening { class: class.clone(), pledge: true }).await.unwrap();
    house.desk(Persona::JinjiangOfficer).perform(AcceptOpening { class: class.clone() }).await.unwrap();
    class
}

pub fn all_human() -> Vec<String> {
    ["H01", "H02", "H03", "H04"].map(str::to_owned).to_vec()
}

pub async fn row(house: &TestHouse, class: &ClassId) -> training_class::Model {
    house.system().read().await.unwrap().get(&class).await.unwrap()
}

pub async fn open_tasks(house: &TestHouse, class: &ClassId) -> Vec<task::Model> {
    house
        .system()
        .read()
        .await
        .unwrap()
        .list::<task::Entity>(|q| {
            q.filter(task::Column::About.eq(class.to_string()))
                .filter(task::Column::DoneAt.is_null())
                .order_by_asc(task::Column::Kind)
        })
        .await
        .unwrap()
}

/// The refusals of an act, by rule.
#[track_caller]
pub fn rules<T: std::fmt::Debug>(result: Result<T, Stop>) -> Vec<String> {
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

pub fn is_gone<T>(result: &Result<T, Stop>) -> bool {
    matches!(result, Err(Stop::Fault(foundation::Fault::Gone)))
}

/// Changes the class's row behind the acts' back.
pub async fn meddle(house: &TestHouse, class: &ClassId, change: training_class::ActiveModel) {
    let id = class.clone();
    house
        .premises
        .db
        .write(foundation::Scope::Everything, move |work| {
            Box::pin(async move {
                let row = work.get(&id).await?;
                work.save::<training_class::Entity>(&row, change).await
            })
        })
        .await
        .unwrap();
}
