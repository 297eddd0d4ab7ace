//! What acts and reads say of themselves (`desk::Example`), taken from what is registered: in which state they are
//! asked, what goes before, what their bodies hold. No act is known here by its name.

use std::collections::BTreeMap;

use desk::{Before, Example};
use foundation::codes::FullProcessState;
use serde_json::{Value, json};
use testkit::Persona;

/// What stands for every place of the roster.
const EACH: &str = "$each-enrolment";

/// What else a `$` may stand before; `Subjects::body` fills it.
const WORDS: [&str; 3] = ["code", "first-day", "spare-id-number"];

/// The examples of everything registered, by name.
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

    /// The code of the state of the class on which an act or read is asked: what it says itself, else where the
    /// class's table begins its step; the finished class for what is no step of it.
    pub fn stage(&self, name: &str) -> &'static str {
        use m3_supervision::procedures::full_process::ROWS;
        let begins = || {
            let row = ROWS.iter().find(|row| row.by.act == name);
            row.and_then(|row| row.from.first()).copied().unwrap_or(FullProcessState::Archived).code()
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

/// The persona who signs in under a name.
pub fn persona(login: &str) -> Persona {
    let known = Persona::all().iter().find(|one| one.login() == login);
    *known.unwrap_or_else(|| panic!("an act's example names {login}, who is no persona"))
}

/// A body's text with its placeholders filled: `word` knows what single ones mean.
pub fn filled(text: &str, enrolments: &[String], word: &dyn Fn(&str) -> Option<String>) -> Value {
    if text.is_empty() {
        return json!({});
    }
    let body =
        serde_json::from_str(text).unwrap_or_else(|error| panic!("an act's example is no JSON: {error}\n{text}"));
    fill(body, enrolments, word)
}

fn fill(value: Value, enrolments: &[String], word: &dyn Fn(&str) -> Option<String>) -> Value {
    let all = |value| fill(value, enrolments, word);
    match value {
        Value::String(text) => match text.strip_prefix('$') {
            Some(name) => {
                json!(word(name).unwrap_or_else(|| panic!("an act's example asks for ${name}: nobody knows it")))
            }
            None => json!(text),
        },
        Value::Array(items) => items.into_iter().flat_map(|one| repeated(one, enrolments)).map(all).collect(),
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(name, value)| (name, all(value))).collect()),
        other => other,
    }
}

/// An item of a list, once for each place of the roster when it speaks of each.
fn repeated(item: Value, enrolments: &[String]) -> Vec<Value> {
    let text = item.to_string();
    if !text.contains(EACH) {
        return vec![item];
    }
    enrolments.iter().map(|place| serde_json::from_str(&text.replace(EACH, place)).unwrap()).collect()
}

/// A word that is wrong in an example would be found by the sweep after minutes, a field that no schema knows not at
/// all: the act would be asked without it.
#[test]
fn an_example_says_what_states_personas_acts_and_schemas_know() {
    let routes = house::routes();
    let schemas: BTreeMap<&str, &Value> = routes.acts.iter().map(|one| (one.name, &one.input)).collect();
    let mut wrong = Vec::new();
    for route in &routes.list {
        if !route.stage.is_empty() && !FullProcessState::all().iter().any(|state| state.code() == route.stage) {
            wrong.push(format!("{}: no class is ever in {}", route.name, route.stage));
        }
    }
    for act in &routes.acts {
        let own = (act.name, act.example.body);
        for (name, body) in act.example.before.iter().map(|one| (one.act, one.body)).chain([own]) {
            let Some(schema) = schemas.get(name) else {
                wrong.push(format!("{}: {name}, which goes before, is no act", act.name));
                continue;
            };
            let body = filled(body, &["place".into()], &|word| WORDS.contains(&word).then(String::new));
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
