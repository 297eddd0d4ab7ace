//! What the sweep acts upon: real ids of the small demo province, by the state that an act needs, and well-formed
//! bodies made from each act's own schema and example. A new act gets its body by itself.

mod examples;
mod forms;
mod ground;

use std::collections::BTreeMap;

use foundation::codes::{ClaimState, FullProcessState};
use serde_json::{Map, Value, json};
use store::query::*;
use store::tables::institutions::{payee_change, room, site, teacher};
use store::tables::needs::needs_item;
use store::tables::supervision::training_class;
use testkit::{Persona, TestHouse};

use self::examples::{Examples, filled};
use self::ground::{Set, disowned, first, objected, paid_for, set};

/// All classes of the school, by state, and the county's by that of their claim and of its batch.
#[derive(Clone)]
pub struct Subjects {
    sets: BTreeMap<String, Set>,
    common: BTreeMap<&'static str, String>,
    /// What was made before, by the name of the field that asks for it.
    made: BTreeMap<&'static str, String>,
    examples: Examples,
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
        let mut sets = paid_for(house).await;
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
        common.insert("account", Persona::JinjiangInspector.account().to_string());
        let change = first::<payee_change::Entity>(&reader, payee_change::Column::Open.is_not_null()).await;
        common.insert("payee_change", change.id.to_string());
        common.insert("payee", change.institution.to_string());
        drop(reader);
        common.insert("objection", objected(house).await);
        common.insert("task", disowned(house).await);
        Self { sets, common, made: BTreeMap::new(), examples: Examples::registered() }
    }

    /// What must be done first so that an act's turn has come: who does which act, and what it makes.
    pub fn before(&self, name: &str) -> Vec<(Persona, &'static str, &'static str)> {
        self.examples.before(name).iter().map(|one| (examples::persona(one.who), one.act, one.makes)).collect()
    }

    /// From now on about what an act made, as its answer says.
    pub fn keep(&mut self, makes: &'static str, answer: &str) {
        let answer: Value = serde_json::from_str(answer).unwrap_or(Value::Null);
        if let Some(id) = answer.as_str().or_else(|| answer[makes].as_str()).filter(|_| !makes.is_empty()) {
            self.made.insert(makes, id.to_owned());
        }
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
        let alias = if name == "needs_item" { "item" } else { name };
        if let Some(id) = self.made.get(alias) {
            return Some(id.clone());
        }
        let set = self.set(act);
        match name {
            "session" => return set.sessions.first().cloned(),
            "enrolment" => return set.enrolments.first().cloned(),
            _ => {}
        }
        set.ids.get(name).or_else(|| self.common.get(name)).cloned()
    }

    fn set(&self, act: &str) -> &Set {
        let stage = self.examples.stage(act);
        self.sets.get(stage).unwrap_or_else(|| panic!("the small demo has nothing in {stage} for {act}"))
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
                ("accounts", _) => "account",
                ("certificates", "file") => "certificate-file",
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

    /// A well-formed body of an act from its schema and its example, about the things that `name` is about.
    pub fn body(&self, house: &TestHouse, name: &str, act: &str, schema: &Value) -> Value {
        let mut body = self.value(name, "", schema);
        merge(&mut body, filled(self.examples.body(name, act), &|word| self.word(house, name, word)));
        body
    }

    /// What a page's form sends: the act's fields, and what the form asks otherwise.
    pub fn form(&self, house: &TestHouse, name: &str, path: &str, body: &Value) -> Vec<(String, String)> {
        let mut fields = as_form(body);
        let otherwise = filled(forms::form(path), &|word| self.word(house, name, word));
        for (name, value) in otherwise.as_object().into_iter().flatten() {
            fields.retain(|(one, _)| one != name);
            let all = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            fields.extend(all.iter().filter_map(Value::as_str).map(|one| (name.clone(), one.to_owned())));
        }
        fields
    }

    /// What a word of an example means for an act.
    fn word(&self, house: &TestHouse, act: &str, word: &str) -> Option<Vec<String>> {
        let set = self.set(act);
        let one = match word {
            "each-enrolment" => return Some(set.enrolments.clone()),
            "each-sitter" => return Some(set.sitters.clone()),
            "code" => code(house, &set.sessions),
            "spare-id-number" => spare_number(),
            "roster-file" => format!("姓名,证件号码\n陈进补,{}\n", spare_number()),
            word => return set.words.get(word).cloned().or_else(|| self.id(act, word)).map(|one| vec![one]),
        };
        Some(vec![one])
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

/// The code on the screen of the session that goes on, at this moment.
fn code(house: &TestHouse, sessions: &[String]) -> String {
    let session: foundation::SessionId = sessions[0].parse().unwrap();
    m3_supervision::rules::attendance::code_at(
        &house.premises.settings.secret,
        &session,
        30,
        house.premises.clock.now(),
    )
}

/// A correct number that nobody in the demo has.
fn spare_number() -> String {
    foundation::id_number::synthetic(foundation::Date::from_ymd_opt(1968, 2, 3).unwrap(), 998).unwrap()
}
