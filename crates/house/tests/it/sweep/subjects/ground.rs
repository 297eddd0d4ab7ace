//! What stands on the ground: the rows of the small demo province that the sweep's ids come from, and the two that the
//! demo does not tell and an answer needs.

use std::collections::BTreeMap;

use foundation::ClassId;
use foundation::codes::ClaimState;
use store::Reader;
use store::query::*;
use store::tables::funds::{claim, payment_batch, payment_line};
use store::tables::institutions::payee_change;
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
    /// Those who may sit its examination.
    pub sitters: Vec<String>,
    /// What examples ask for by a word of theirs.
    pub words: BTreeMap<&'static str, String>,
}

/// The county's claims and batches: of each state the class in whose claim, or in whose claim's batch, it is. The
/// school's own where it has one, and none of whoever's account is being changed, where there is another.
pub async fn paid_for(house: &TestHouse) -> BTreeMap<String, Set> {
    let reader = house.system().read().await.unwrap();
    let county = claim::Column::District.eq(testkit::district(testkit::JINJIANG));
    let mut claims = reader.list::<claim::Entity>(|q| q.filter(county).order_by_asc(claim::Column::Id)).await.unwrap();
    let change = first::<payee_change::Entity>(&reader, payee_change::Column::Open.is_not_null()).await;
    let school = testkit::personas::school();
    claims.sort_by_key(|one| (one.institution != change.institution, one.institution == school));
    let mut sets = BTreeMap::new();
    for one in claims {
        let class = reader.get(&one.class).await.unwrap();
        let (set, _) = set(house, &class).await;
        if let Some(state) = set.words.get("batch-state") {
            sets.insert(state.clone(), set.clone());
        }
        sets.insert(one.state.code().to_owned(), set);
    }
    sets
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
    let mut words =
        BTreeMap::from([("first-day", class.starts_on.to_string()), ("last-day", class.ends_on.to_string())]);
    if let Some(line) = ids.get("line") {
        answered(&reader, line, &mut words).await;
    }
    if let Some(one) = enrolments.iter().find(|one| one.person == testkit::personas::trainee()).or(enrolments.first()) {
        at_the_desk(house, &reader, one, &mut words).await;
    }
    let set = Set {
        sitters: sitters(&reader, class).await,
        words,
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

/// What the bank answers to a line's batch, and the batch's state.
async fn answered(reader: &Reader, line: &str, words: &mut BTreeMap<&'static str, String>) {
    use base64::Engine;
    let line = first::<payment_line::Entity>(reader, payment_line::Column::Id.eq(line)).await;
    let batch = reader.get(&line.batch).await.unwrap();
    let amount = m3_funds::rules::bank::yuan(line.amount);
    let answer = format!("行号,金额,结果,流水号,原因\n{},{amount},成功,2026110200017,\n", line.id);
    words.insert("batch-state", batch.state.code().to_owned());
    words.insert("bank-return", base64::engine::general_purpose::STANDARD.encode(&answer));
    words.insert("bank-answer", answer);
}

/// How somebody is known at the feedback desk, and recognised there.
async fn at_the_desk(
    house: &TestHouse,
    reader: &Reader,
    place: &enrolment::Model,
    words: &mut BTreeMap<&'static str, String>,
) {
    use m3_supervision::{acts::feedback_desk::ticket, rules::attendance::desk_code_at};
    let (secret, now) = (&house.premises.settings.secret, house.premises.clock.now());
    let person = reader.get(&place.person).await.unwrap();
    let keyring = &house.premises.keyring;
    let number =
        keyring.open(store::seal::Purpose::IdNumber, &person.id.to_string(), &person.id_number).unwrap().to_string();
    words.insert("desk-ticket", ticket(secret, &place.id, now));
    words.insert("desk-code", desk_code_at(secret, &place.class, 30, now));
    words.insert("desk-name", place.name.clone());
    words.insert("desk-last", number[number.len() - 6..].to_owned());
}

/// Those who were there often enough; nobody where nothing is pinned yet.
async fn sitters(reader: &Reader, class: &training_class::Model) -> Vec<String> {
    let Ok(policy) = desk::policy::pinned(class.policy.as_deref()) else { return Vec::new() };
    let may = m3_supervision::acts::exam::eligible(reader, class, &policy).await.unwrap();
    let mut may: Vec<String> = may.into_iter().map(|one| one.to_string()).collect();
    may.sort();
    may
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
        ids.insert("certificate-file", format!("{}.pdf", one.id));
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
