//! What acts and reads say of themselves (`desk::Example`), taken from what is registered: in which state they are
//! asked, what goes before, what their bodies hold. No act is known here by its name.

use std::collections::BTreeMap;

use desk::procedure::Row;
use desk::{Before, Example};
use foundation::codes::{ClaimState, FullProcessState, PaymentState, StateCode};
use serde_json::{Value, json};
use testkit::Persona;

/// What stands for every one of many.
const EACH: [&str; 2] = ["each-enrolment", "each-sitter"];

/// What else a `$` may stand before; `Subjects::word` fills it.
const WORDS: [&str; 7] = ["code", "first-day", "last-day", "spare-id-number", "desk-ticket", "line", "bank-return"];

/// The examples of everything registered, by name.
#[derive(Clone)]
pub struct Examples {
    stages: BTreeMap<&'static str, &'static str>,
    acts: BTreeMap<&'static str, Example>,
}

impl Examples {
    /// Of everything that the house has.
    pub fn registered() -> Self {
        let routes = house::routes();
        Self {
            stages: routes.list.iter().map(|one| (one.name, one.stage)).collect(),
            acts: routes.acts.iter().map(|one| (one.name, one.example)).collect(),
        }
    }

    /// The code of the state (of the class, its claim, or the claim's batch) on which an act or read is asked: what it
    /// says itself, else where a table begins its step; the finished class for what is no step.
    pub fn stage(&self, name: &str) -> &'static str {
        use m3_funds::procedures::{batches, claims};
        use m3_supervision::procedures::full_process;
        let begins = || {
            begun(batches::ROWS, name)
                .or_else(|| begun(claims::ROWS, name))
                .or_else(|| begun(full_process::ROWS, name))
                .unwrap_or(FullProcessState::Archived.code())
        };
        self.stages.get(name).copied().filter(|code| !code.is_empty()).unwrap_or_else(begins)
    }

    /// What is done before.
    pub fn before(&self, name: &str) -> &'static [Before] {
        self.acts.get(name).map_or(&[], |one| one.before)
    }

    /// What the body of an act holds beyond its schema, where it is asked for itself or before `name`.
    pub fn body(&self, name: &str, act: &str) -> &'static str {
        let before = self.before(name).iter().find(|one| one.act == act).map_or("", |one| one.body);
        if before.is_empty() { self.acts.get(act).map_or("", |one| one.body) } else { before }
    }
}

/// Where a table begins an act's step.
fn begun<S: StateCode, M>(rows: &[Row<S, M>], name: &str) -> Option<&'static str> {
    let its = rows.iter().filter(|row| row.by.all().any(|by| by.act == name));
    its.filter_map(|row| row.from.first()).map(|state| state.code()).next()
}

/// The persona who signs in under a name.
pub fn persona(login: &str) -> Persona {
    let known = Persona::all().iter().find(|one| one.login() == login);
    *known.unwrap_or_else(|| panic!("an act's example names {login}, who is no persona"))
}

/// A body's text with its placeholders filled: `word` knows what they mean, for one of many one each.
pub fn filled(text: &str, word: &dyn Fn(&str) -> Option<Vec<String>>) -> Value {
    if text.is_empty() {
        return json!({});
    }
    let body =
        serde_json::from_str(text).unwrap_or_else(|error| panic!("an act's example is no JSON: {error}\n{text}"));
    fill(body, word)
}

fn fill(value: Value, word: &dyn Fn(&str) -> Option<Vec<String>>) -> Value {
    let all = |value| fill(value, word);
    match value {
        Value::String(text) => match text.strip_prefix('$') {
            Some(name) => json!(known(name, word).first()),
            None => json!(text),
        },
        Value::Array(items) => items.into_iter().flat_map(|one| repeated(one, word)).map(all).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .flat_map(|(name, value)| named(&name, word).into_iter().map(move |name| (name, value.clone())))
            .map(|(name, value)| (name, all(value)))
            .collect(),
        other => other,
    }
}

fn known(name: &str, word: &dyn Fn(&str) -> Option<Vec<String>>) -> Vec<String> {
    word(name).unwrap_or_else(|| panic!("an example asks for ${name}: nobody knows it"))
}

/// A field's name, once for each that it is called by.
fn named(name: &str, word: &dyn Fn(&str) -> Option<Vec<String>>) -> Vec<String> {
    match name.split_once('$') {
        Some((start, one)) => known(one, word).into_iter().map(|one| format!("{start}{one}")).collect(),
        None => vec![name.to_owned()],
    }
}

/// An item of a list, once for each of many when it speaks of each.
fn repeated(item: Value, word: &dyn Fn(&str) -> Option<Vec<String>>) -> Vec<Value> {
    let text = item.to_string();
    let Some(each) = EACH.into_iter().find(|each| text.contains(&format!("${each}"))) else { return vec![item] };
    let one = |id: String| serde_json::from_str(&text.replace(&format!("${each}"), &id)).unwrap();
    known(each, word).into_iter().map(one).collect()
}

/// A word that is wrong in an example would be found by the sweep after minutes, a field that no schema knows not at
/// all: the act would be asked without it.
#[test]
fn an_example_says_what_states_personas_acts_and_schemas_know() {
    let routes = house::routes();
    let schemas: BTreeMap<&str, &Value> = routes.acts.iter().map(|one| (one.name, &one.input)).collect();
    let mut wrong = Vec::new();
    for route in &routes.list {
        let classes = FullProcessState::all().iter().map(|state| state.code());
        let claims = ClaimState::all().iter().map(|state| state.code());
        let batches = PaymentState::all().iter().map(|state| state.code());
        if !route.stage.is_empty() && !classes.chain(claims).chain(batches).any(|code| code == route.stage) {
            wrong.push(format!("{}: nothing is ever in {}", route.name, route.stage));
        }
    }
    for act in &routes.acts {
        let own = (act.name, act.example.body);
        for (name, body) in act.example.before.iter().map(|one| (one.act, one.body)).chain([own]) {
            let Some(schema) = schemas.get(name) else {
                wrong.push(format!("{}: {name}, which goes before, is no act", act.name));
                continue;
            };
            let knows = |word: &str| WORDS.into_iter().chain(EACH).any(|one| one == word);
            let body = filled(body, &|word| knows(word).then(|| vec!["one".into()]));
            unknown(&body, schema, &format!("{} {name}", act.name), &mut wrong);
        }
        let nobody = |who| !Persona::all().iter().any(|one| one.login() == who);
        let nobodies = act.example.before.iter().filter(|one| nobody(one.who));
        wrong.extend(nobodies.map(|one| format!("{}: {} is no persona", act.name, one.who)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Fields that the schema does not have.
fn unknown(body: &Value, schema: &Value, at: &str, wrong: &mut Vec<String>) {
    match (body, schema["properties"].as_object()) {
        (Value::Object(fields), Some(known)) => {
            for (name, value) in fields {
                match known.get(name) {
                    Some(schema) => unknown(value, schema, &format!("{at}.{name}"), wrong),
                    None => wrong.push(format!("{at}.{name}: the schema has no such field")),
                }
            }
        }
        (Value::Array(items), _) => items.iter().for_each(|one| unknown(one, &schema["items"], at, wrong)),
        _ => {}
    }
}
