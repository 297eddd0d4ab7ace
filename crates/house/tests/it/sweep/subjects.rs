//! What the sweep acts upon: real ids of the small demo province, by the state that an act needs, and well-formed
//! bodies made from each act's own schema. A new act gets its body by itself; `shaped` is for what a rule asks beyond.

use std::collections::BTreeMap;

use foundation::SkillLevel;
use foundation::codes::{CertificateType, ClaimState, FullProcessState, ReviewResult, SessionMode, TrainingType};
use serde_json::{Map, Value, json};
use store::query::*;
use store::tables::funds::{claim, payment_batch, payment_line};
use store::tables::institutions::{payee_change, room, site, teacher};
use store::tables::needs::needs_item;
use store::tables::notices::task;
use store::tables::supervision::{
    attendance_dispute, certificate, class_session, enrolment, inspection, training_class,
};
use testkit::{Persona, TestHouse};

/// The class on which an act has something to do: where the class's table says its step begins; for what is no step of
/// it, as written here; reads look at the finished one.
pub fn state_for(name: &str) -> FullProcessState {
    use m3_supervision::procedures::full_process::ROWS;
    match name {
        // Of several steps or states the one that the demo's first class of the kind stands in.
        "submit-opening" | "withdraw-class" | "add-trainees" | "edit-class-plan" | "lay-timetable" | "add-session"
        | "edit-session" | "remove-session" | "remove-trainee" | "sign-pledges" | "new-class-page"
        | "timetable-page" | "roster-page" | "class-roster" => FullProcessState::Draft,
        "explain-correction" => FullProcessState::Returned,
        // The demo's stopped class has been told what to put right.
        "answer-inspection" => FullProcessState::Suspended,
        "recheck-opening" | "return-opening" | "answer-review-line" | "opening-decision-form" => {
            FullProcessState::UnderReview
        }
        "call-roll"
        | "sign-in-to-session"
        | "sign-out-of-session"
        | "ask-for-roll-call"
        | "dispute-attendance"
        | "check-in-page"
        | "session-page"
        | "session-screen"
        | "inspection-form"
        | "my-training"
        | "answer-dispute"
        | "dispute-page"
        | "attendance-page" => FullProcessState::InTraining,
        "give-feedback" | "feedback-page" => FullProcessState::Certified,
        "submit-claim"
        | "first-review-claim"
        | "second-review-claim"
        | "publish-claim"
        | "return-claim"
        | "make-payment-batch" => FullProcessState::Claimed,
        "settle-payment-batch" => FullProcessState::Archived,
        _ => ROWS
            .iter()
            .find(|row| row.by.act == name)
            .and_then(|row| row.from.first())
            .copied()
            .unwrap_or(FullProcessState::Archived),
    }
}

/// What must be done first so that an act's turn has come: who does which act.
pub fn prelude(name: &str) -> &'static [(Persona, &'static str)] {
    use Persona::{JinjiangInspector, JinjiangOfficer, JinjiangReviewer, SchoolClerk, Trainee};
    const CLAIM: [(Persona, &str); 4] = [
        (SchoolClerk, "submit-claim"),
        (JinjiangOfficer, "first-review-claim"),
        (JinjiangReviewer, "second-review-claim"),
        (JinjiangOfficer, "publish-claim"),
    ];
    match name {
        "approve-opening" => &[(JinjiangOfficer, "review-opening")],
        "sign-out-of-session" => &[(Trainee, "sign-in-to-session")],
        "resume-class" => &[(JinjiangInspector, "record-inspection")],
        "first-review-claim" | "return-claim" => CLAIM.split_at(1).0,
        "second-review-claim" => CLAIM.split_at(2).0,
        "publish-claim" => CLAIM.split_at(3).0,
        _ => &[],
    }
}

/// One class with what belongs to it.
#[derive(Clone, Default)]
struct Set {
    ids: BTreeMap<&'static str, String>,
    sessions: Vec<String>,
    enrolments: Vec<String>,
    first_day: String,
}

/// All classes of the school, by state.
pub struct Subjects {
    sets: BTreeMap<String, Set>,
    common: BTreeMap<&'static str, String>,
}

impl Subjects {
    /// Reads them from the house.
    pub async fn of(house: &TestHouse) -> Self {
        let reader = house.system().read().await.unwrap();
        let school = testkit::personas::school();
        // In an order of their own: two databases hand rows out in two orders, and the last of a state is taken.
        let classes = reader
            .list::<training_class::Entity>(|q| {
                q.filter(training_class::Column::Institution.eq(school.clone()))
                    .order_by_asc(training_class::Column::Id)
            })
            .await
            .unwrap();
        let mut sets = BTreeMap::new();
        for class in classes {
            let (set, claim) = set(house, &class).await;
            // Of the classes with a claim the one whose claim is still with the school.
            if class.state != FullProcessState::Claimed || claim == Some(ClaimState::Draft) {
                sets.insert(class.state.code().to_owned(), set);
            }
        }
        let mut common = BTreeMap::new();
        common.insert("institution", school.to_string());
        common.insert("person", testkit::personas::trainee().to_string());
        common.insert(
            "site",
            first::<site::Entity>(&reader, site::Column::Institution.eq(school.clone())).await.id.to_string(),
        );
        common.insert(
            "room",
            first::<room::Entity>(&reader, room::Column::Institution.eq(school.clone())).await.id.to_string(),
        );
        common.insert(
            "teacher",
            first::<teacher::Entity>(&reader, teacher::Column::Institution.eq(school.clone())).await.id.to_string(),
        );
        let needs =
            first::<needs_item::Entity>(&reader, needs_item::Column::District.eq(testkit::district(testkit::JINJIANG)))
                .await
                .id
                .to_string();
        common.insert("needs_item", needs.clone());
        common.insert("item", needs);
        common.insert("account", Persona::OtherTrainee.account().to_string());
        let change = first::<payee_change::Entity>(&reader, payee_change::Column::Open.is_not_null()).await;
        common.insert("payee_change", change.id.to_string());
        common.insert("payee", change.institution.to_string());
        drop(reader);
        common.insert("objection", objected(house).await);
        common.insert("task", disowned(house).await);
        Self { sets, common }
    }

    /// The id that a field or an address's part of this name means for an act.
    pub fn id(&self, act: &str, name: &str) -> Option<String> {
        let name = match name {
            "class_teacher" => "teacher",
            one => one,
        };
        let name = match (act, name) {
            ("confirm-payee-account" | "decline-payee-account" | "withdraw-payee-account", "institution") => "payee",
            (_, name) => name,
        };
        let set = self.set(act);
        match name {
            "session" => return set.sessions.first().cloned(),
            "enrolment" => return set.enrolments.first().cloned(),
            _ => {}
        }
        set.ids.get(name).or_else(|| self.common.get(name)).cloned()
    }

    fn set(&self, act: &str) -> &Set {
        self.sets.get(state_for(act).code()).unwrap_or_else(|| panic!("the small demo has no class for {act}"))
    }

    /// An address with its parts filled by real ids.
    pub fn path(&self, act: &str, path: &str) -> String {
        let mut parts: Vec<String> = Vec::new();
        for part in path.split('/') {
            let before = parts.last().map_or("", String::as_str).to_owned();
            let Some(name) = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
                parts.push(part.to_owned());
                continue;
            };
            let known = match (before.as_str(), name) {
                ("classes" | "feedback" | "feedback-desk" | "hours", _) => "class",
                ("sessions" | "check-in" | "dispute", _) => "session",
                ("institutions", _) => "institution",
                ("needs", _) => "needs_item",
                ("sites", _) => "site",
                ("teachers", _) => "teacher",
                ("persons", _) => "person",
                ("roster" | "trainees", _) => "enrolment",
                ("claims", _) => "claim",
                ("publicity", _) => "claim",
                ("payment-batches", _) => "batch",
                ("inspections", _) => "inspection",
                ("objections", _) => "objection",
                ("disputes", _) => "dispute",
                ("tasks", _) => "task",
                ("payee-changes", _) => "payee_change",
                ("verify" | "certificates", _) => "certificate",
                ("lines", "code") => "code",
                _ => name,
            };
            parts.push(match known {
                "code" => "H01".into(),
                "*path" => "0/000".into(),
                known => self.id(act, known).unwrap_or_else(|| "01ARZ3NDEKTSV4RRFFQ69G5FAV".into()),
            });
        }
        parts.join("/")
    }

    /// A well-formed body of an act from its schema, about the things that `name` is about.
    pub fn body(&self, house: &TestHouse, name: &str, act: &str, schema: &Value) -> Value {
        let mut body = self.value(name, "", schema);
        self.shaped(house, name, act, &mut body);
        body
    }

    fn value(&self, act: &str, name: &str, schema: &Value) -> Value {
        if let Some(id) = self.id(act, name).filter(|_| schema["type"] == "string" || schema["type"].is_array()) {
            return json!(id);
        }
        if let Some(one) = schema.get("const") {
            return one.clone();
        }
        if let Some(one) = schema["enum"].as_array().and_then(|all| all.first()) {
            return one.clone();
        }
        for many in ["oneOf", "anyOf", "allOf"] {
            if let Some(one) = schema[many].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null")) {
                return self.value(act, name, one);
            }
        }
        match schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object") {
            "string" => json!(text(name, schema["format"].as_str().unwrap_or(""))),
            "integer" | "number" => json!(std::cmp::max(schema["minimum"].as_i64().unwrap_or(0), 3)),
            "boolean" => json!(true),
            "array" => json!([self.value(act, name.strip_suffix('s').unwrap_or(name), &schema["items"])]),
            "null" => Value::Null,
            _ => {
                let required: Vec<&str> =
                    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let fields = schema["properties"].as_object().cloned().unwrap_or_default();
                Value::Object(
                    fields
                        .iter()
                        .filter(|(key, _)| required.contains(&key.as_str()))
                        .map(|(k, v)| (k.clone(), self.value(act, k, v)))
                        .collect(),
                )
            }
        }
    }

    /// What a rule asks beyond the schema.
    fn shaped(&self, house: &TestHouse, name: &str, act: &str, body: &mut Value) {
        let more = match act {
            "add-trainees" => {
                json!({"rows": [{"row": 2, "name": "陈进补", "id_type": "居民身份证", "id_number": spare_number(), "birth": "",
                    "phone": "13905951234", "category": "", "education": ""}]})
            }
            "review-opening" => json!({"passed": ["H01", "H02", "H03", "H04"]}),
            "answer-review-line" => json!({"code": "H01", "note": "看过原件"}),
            "sign-in-to-session" | "sign-out-of-session" => json!({"code": self.code(house, act)}),
            "call-roll" => json!({"present": self.set(act).enrolments}),
            // Before a class goes on, somebody has looked at it again.
            "record-inspection" if name == "resume-class" => {
                json!({"opinion": "OK", "problems": [], "present_count": 0, "second_inspector": "周志明", "kind": "SITE",
                    "note": "复查：整改到位"})
            }
            "record-inspection" => {
                json!({"opinion": "STOP", "problems": [], "present_count": 0, "second_inspector": "周志明", "kind": "SITE",
                    "note": "现场教师不在岗"})
            }
            "enter-scores" => {
                json!({"marks": self.set(act).enrolments.iter()
                    .map(|one| json!({"enrolment": one, "theory": 80, "practice": 75, "absent": false}))
                    .collect::<Vec<_>>()})
            }
            "create-class" | "edit-class-plan" => {
                json!({"plan": {"term": 77, "planned_persons": 12, "theory": 14, "practice": 20, "online": 22,
                    "starts_on": "2026-12-14", "ends_on": "2026-12-30", "exam_on": "2027-01-04",
                    "exam_plan": "理论、实操各占一半", "materials": "国家职业技能培训教程", "safety_plan": "已购团体意外险"}})
            }
            "add-needs-item" | "edit-needs-item" => {
                json!({"fields": {"year": 2026, "training_type": TrainingType::Employment.code(), "name": "育婴员",
                    "level": SkillLevel::Completion.code(), "certificate_type": CertificateType::Completion.code(),
                    "periods_min": 20, "periods_max": 80, "online_cap_pct": 40}})
            }
            "add-session" | "edit-session" => {
                json!({"fields": {"held_on": self.day(act), "starts": "06:00:00", "periods": 1,
                    "mode": SessionMode::Online.code(), "subject": "复习"}})
            }
            "list-institution" => json!({"uscc": "91350100M000100Y43", "licence_until": "2028-12-31"}),
            "record-site-verification" => {
                json!({"verified_on": "2026-11-01", "inspector_1": "林国栋", "inspector_2": "周志明",
                    "conclusion": ReviewResult::Pass.code()})
            }
            "lay-timetable" => {
                json!({"layout": {"weekdays": [1, 2, 3, 4, 5, 6, 7], "morning": "08:30:00", "afternoon": "14:00:00",
                    "evening": "19:00:00", "block": 4}})
            }
            "decide-objection" => {
                json!({"verdict": "dismiss", "struck": [], "answer": "已调取考勤记录核对，没有发现问题。"})
            }
            "propose-payee-account" => json!({"account": "622909123456789012"}),
            // The account of the demo's letter (province/src/lib.rs), which waits for its second person.
            "confirm-payee-account" => json!({"account": "6228480018012399904"}),
            "find-person" => json!({"id_number": spare_number()}),
            "add-teacher" => json!({"id_number": spare_number()}),
            "reveal-personal-data" => json!({"what": "phone", "purpose": "电话核实到课情况"}),
            "move-demo-clock" => json!({"to": "2026-11-02T02:00:00Z"}),
            _ => json!({}),
        };
        merge(body, more);
    }

    fn day(&self, act: &str) -> String {
        self.set(act).first_day.clone()
    }

    fn code(&self, house: &TestHouse, act: &str) -> String {
        let session: foundation::SessionId = self.set(act).sessions[0].parse().unwrap();
        m3_supervision::rules::attendance::code_at(
            &house.premises.settings.secret,
            &session,
            30,
            house.premises.clock.now(),
        )
    }
}

/// Flattens a body for a page's form: names as they are, lists with `[]`.
pub fn as_form(body: &Value) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    flatten(body.as_object().unwrap_or(&Map::new()), &mut fields);
    fields
}

fn flatten(object: &Map<String, Value>, fields: &mut Vec<(String, String)>) {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    for (name, value) in object {
        match value {
            Value::Object(inner) => flatten(inner, fields),
            Value::Array(all) => {
                fields.extend(all.iter().filter(|one| !one.is_object()).map(|one| (format!("{name}[]"), plain(one))))
            }
            Value::Null => {}
            other => fields.push((name.clone(), plain(other))),
        }
    }
}

fn merge(into: &mut Value, more: Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (key, value) in more {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, more) => *into = more,
    }
}

fn text(name: &str, format: &str) -> &'static str {
    match (format, name) {
        ("date", _) => "2026-12-14",
        ("date-time", _) => "2026-11-02T02:00:00Z",
        ("time" | "partial-time", _) => "09:00:00",
        (_, "phone") => "13905951234",
        (_, "file" | "bytes") => "",
        _ => "写明情况的一句话",
    }
}

/// Somebody objects to a claim that the demo publishes; the county has not answered.
async fn objected(house: &TestHouse) -> String {
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
async fn disowned(house: &TestHouse) -> String {
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

/// A correct number that nobody in the demo has.
fn spare_number() -> String {
    foundation::id_number::synthetic(foundation::Date::from_ymd_opt(1968, 2, 3).unwrap(), 998).unwrap()
}

async fn first<E: store::Reach>(reader: &store::Reader, condition: impl Into<Condition>) -> E::Model {
    let condition = condition.into();
    reader
        .list::<E>(|q| q.filter(condition).order_by_asc(E::KEY))
        .await
        .unwrap()
        .into_iter()
        .next()
        .expect("the demo has one")
}

async fn set(house: &TestHouse, class: &training_class::Model) -> (Set, Option<ClaimState>) {
    let reader = house.system().read().await.unwrap();
    let now = house.premises.clock.now();
    let mut sessions = reader
        .list::<class_session::Entity>(|q| {
            q.filter(class_session::Column::Class.eq(class.id.clone())).order_by_asc(class_session::Column::StartsAt)
        })
        .await
        .unwrap();
    // The one in progress first, then the coming ones.
    sessions.sort_by_key(|one| (one.ends_at < now, one.starts_at));
    let enrolments = reader
        .list::<enrolment::Entity>(|q| {
            q.filter(enrolment::Column::Class.eq(class.id.clone())).order_by_asc(enrolment::Column::Id)
        })
        .await
        .unwrap();
    let mut ids = BTreeMap::from([("class", class.id.to_string()), ("room", class.room.to_string())]);
    let mut state = None;
    if let Some(one) = reader.find::<claim::Entity>(claim::Column::Class.eq(class.id.clone())).await.unwrap() {
        state = Some(one.state);
        ids.insert("claim", one.id.to_string());
        let lines = reader
            .list::<payment_line::Entity>(|q| q.filter(payment_line::Column::Claim.eq(one.id.clone())))
            .await
            .unwrap();
        if let Some(line) = lines.first() {
            ids.insert("line", line.id.to_string());
            ids.insert(
                "batch",
                first::<payment_batch::Entity>(&reader, payment_batch::Column::Id.eq(line.batch.clone()))
                    .await
                    .id
                    .to_string(),
            );
        }
    }
    let checks =
        reader.list::<inspection::Entity>(|q| q.filter(inspection::Column::Class.eq(class.id.clone()))).await.unwrap();
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
        .add(attendance_dispute::Column::Class.eq(class.id.clone()))
        .add(attendance_dispute::Column::Open.is_not_null());
    if let Some(one) = reader.find::<attendance_dispute::Entity>(waiting).await.unwrap() {
        ids.insert("dispute", one.id.to_string());
    }
    if let Some(one) = reader
        .list::<certificate::Entity>(|q| {
            q.filter(certificate::Column::Class.eq(class.id.clone())).order_by_asc(certificate::Column::Id)
        })
        .await
        .unwrap()
        .first()
    {
        ids.insert("certificate", one.number.clone());
    }
    let set = Set {
        first_day: class.starts_on.to_string(),
        ids,
        sessions: sessions.into_iter().map(|one| one.id.to_string()).collect(),
        enrolments: enrolments.into_iter().map(|one| one.id.to_string()).collect(),
    };
    (set, state)
}
