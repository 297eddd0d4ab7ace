//! What stands on the ground: the rows of the small demo province that the sweep's ids come from, and the two that the
//! demo does not tell and an answer needs.

use std::collections::BTreeMap;

use foundation::ClassId;
use foundation::codes::ClaimState;
use store::Reader;
use store::query::*;
use store::tables::funds::{claim, payment_batch, payment_line};
use store::tables::notices::task;
use store::tables::supervision::{
    attendance_dispute, certificate, class_session, enrolment, inspection, training_class,
};
use testkit::{Persona, TestHouse};

/// One class with what belongs to it.
#[derive(Clone, Default)]
pub struct Set {
    /// Ids by what they are of.
    pub ids: BTreeMap<&'static str, String>,
    /// The one in progress first, then the coming ones.
    pub sessions: Vec<String>,
    /// Everybody.
    pub enrolments: Vec<String>,
    /// Its first day.
    pub first_day: String,
}

/// A class with what belongs to it, and the state of its claim.
pub async fn set(house: &TestHouse, class: &training_class::Model) -> (Set, Option<ClaimState>) {
    let reader = house.system().read().await.unwrap();
    let now = house.premises.clock.now();
    let mut sessions = reader
        .list::<class_session::Entity>(|q| {
            q.filter(class_session::Column::Class.eq(class.id.clone())).order_by_asc(class_session::Column::StartsAt)
        })
        .await
        .unwrap();
    sessions.sort_by_key(|one| (one.ends_at < now, one.starts_at));
    let enrolments = reader
        .list::<enrolment::Entity>(|q| {
            q.filter(enrolment::Column::Class.eq(class.id.clone())).order_by_asc(enrolment::Column::Id)
        })
        .await
        .unwrap();
    let mut ids = BTreeMap::from([("class", class.id.to_string()), ("room", class.room.to_string())]);
    let claim = money(&reader, &class.id, &mut ids).await;
    papers(&reader, &class.id, &mut ids).await;
    let set = Set {
        first_day: class.starts_on.to_string(),
        ids,
        sessions: sessions.into_iter().map(|one| one.id.to_string()).collect(),
        enrolments: enrolments.into_iter().map(|one| one.id.to_string()).collect(),
    };
    (set, claim)
}

/// A class's claim, and the line and batch in which it is paid.
async fn money(reader: &Reader, class: &ClassId, ids: &mut BTreeMap<&'static str, String>) -> Option<ClaimState> {
    let one = reader.find::<claim::Entity>(claim::Column::Class.eq(class.clone())).await.unwrap()?;
    ids.insert("claim", one.id.to_string());
    let lines = reader
        .list::<payment_line::Entity>(|q| q.filter(payment_line::Column::Claim.eq(one.id.clone())))
        .await
        .unwrap();
    if let Some(line) = lines.first() {
        ids.insert("line", line.id.to_string());
        let batch = first::<payment_batch::Entity>(reader, payment_batch::Column::Id.eq(line.batch.clone())).await;
        ids.insert("batch", batch.id.to_string());
    }
    Some(one.state)
}

/// A class's inspection (one that waits for its answer, if any does), open dispute and certificate.
async fn papers(reader: &Reader, class: &ClassId, ids: &mut BTreeMap<&'static str, String>) {
    let checks =
        reader.list::<inspection::Entity>(|q| q.filter(inspection::Column::Class.eq(class.clone()))).await.unwrap();
    let asked = reader
        .list::<task::Entity>(|q| {
            q.filter(task::Column::Kind.eq("answer-inspection")).filter(task::Column::DoneAt.is_null())
        })
        .await
        .unwrap();
    let waits = |one: &&inspection::Model| {
        asked.iter().any(|task| task.once.as_ref().is_some_and(|key| key.ends_with(&one.id.to_string())))
    };
    if let Some(one) = checks.iter().find(waits).or_else(|| checks.first()) {
        ids.insert("inspection", one.id.to_string());
    }
    let waiting = Condition::all()
        .add(attendance_dispute::Column::Class.eq(class.clone()))
        .add(attendance_dispute::Column::Open.is_not_null());
    if let Some(one) = reader.find::<attendance_dispute::Entity>(waiting).await.unwrap() {
        ids.insert("dispute", one.id.to_string());
    }
    let certificates = reader
        .list::<certificate::Entity>(|q| {
            q.filter(certificate::Column::Class.eq(class.clone())).order_by_asc(certificate::Column::Id)
        })
        .await
        .unwrap();
    if let Some(one) = certificates.first() {
        ids.insert("certificate", one.number.clone());
    }
}

/// Somebody objects to a claim that the demo publishes; the county has not answered.
pub async fn objected(house: &TestHouse) -> String {
    use store::tables::funds::objection;
    let open =
        first::<claim::Entity>(&house.system().read().await.unwrap(), claim::Column::State.eq(ClaimState::Published))
            .await;
    let public = desk::Desk::public(std::sync::Arc::clone(&house.premises));
    let raise = m3_funds::acts::objection::RaiseObjection {
        claim: open.id.clone(),
        reason: "名单第一位没有来上课".into(),
        contact: "13905950001".into(),
    };
    public.perform(raise).await.unwrap();
    first::<objection::Entity>(&house.system().read().await.unwrap(), objection::Column::Claim.eq(open.id))
        .await
        .id
        .to_string()
}

/// A matter that the county ends by saying what it found.
pub async fn disowned(house: &TestHouse) -> String {
    let desk = house.desk(Persona::JinjiangOfficer);
    let class: foundation::ClassId = desk.new_id();
    let about = class.to_string();
    let draft = desk::tasks::TaskDraft::new(
        &desk,
        &m3_supervision::declared::FEEDBACK_DISOWNED,
        about,
        "有学员说评价不是本人填的",
        testkit::district(testkit::JINJIANG),
    );
    house
        .premises
        .db
        .write(foundation::Scope::Everything, |work| Box::pin(async move { draft.put(work).await }))
        .await
        .unwrap();
    first::<task::Entity>(&house.system().read().await.unwrap(), task::Column::Kind.eq("feedback-disowned"))
        .await
        .id
        .to_string()
}

/// The first row of these, by key.
pub async fn first<E: store::Reach>(reader: &Reader, condition: impl Into<Condition>) -> E::Model {
    let condition = condition.into();
    reader
        .list::<E>(|q| q.filter(condition).order_by_asc(E::KEY))
        .await
        .unwrap()
        .into_iter()
        .next()
        .expect("the demo has one")
}
