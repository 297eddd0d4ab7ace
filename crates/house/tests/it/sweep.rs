//! The sweep: every registered route and act × everybody who reaches something else, the neighbour and the rival among
//! them (house.md §4.4). It enumerates what is registered, so nothing can be left out. `routes.txt`, what is
//! registered, and `sweep.txt`, what each is answered, are under review: UPDATE=1 rewrites them, a reviewer reads the
//! difference; but a yes of before is never rewritten into a no, and `nobody.txt`, the routes on which nobody gets
//! through, is changed by hand alone. Where the guard says no, the answer is no matter of a list: `guarded` proves it.

mod columns;
mod guarded;
mod lists;
mod subjects;

use std::collections::BTreeMap;
use std::sync::Arc;

use desk::routes::RouteInfo;
use serde_json::Value;
use store::digest::{difference, fingerprint};
use store::tables::journal::fact;
use testkit::web::{Answer, Web};
use testkit::{Persona, Template, TestHouse};

use columns::{COLUMNS, Column, may};
use lists::{kept_yes, nobody, reviewed, told};
use subjects::{Subjects, as_form};

/// The small demo province, told once and copied.
pub struct Ground {
    template: Template,
    /// Real ids in it.
    pub subjects: Subjects,
    acts: BTreeMap<&'static str, Value>,
}

impl Ground {
    /// Told once for all tests of this file, on a runtime of its own that outlives none of them.
    pub fn get() -> Arc<Self> {
        static TOLD: std::sync::OnceLock<Arc<Ground>> = std::sync::OnceLock::new();
        let tell = || tokio::runtime::Runtime::new().unwrap().block_on(Self::told());
        Arc::clone(TOLD.get_or_init(|| Arc::new(std::thread::spawn(tell).join().unwrap())))
    }

    async fn told() -> Self {
        let house = TestHouse::new().await;
        province::load(&house.premises, province::Size::Small).await.unwrap();
        let keys = house::evidence::keys(&house.premises);
        store::sequencer::sequence(
            &house.premises.db,
            &keys,
            &house.premises.settings.journal_origin,
            house.system().now(),
        )
        .await
        .unwrap();
        let subjects = Subjects::of(&house).await;
        let acts = house::routes().acts.into_iter().map(|act| (act.name, act.input)).collect();
        Self { template: Template::of(house).await, subjects, acts }
    }

    /// A fresh copy.
    pub async fn copy(&self) -> TestHouse {
        self.template.copy().await
    }

    /// A fresh copy in which the act's turn has come.
    async fn stage(&self, name: &str) -> Stage {
        let house = self.copy().await;
        let web = Web::of(house::app(&house.premises, house::routes()), &house.premises);
        let mut complaint = None;
        let mut subjects = self.subjects.clone();
        for (persona, act, makes) in self.subjects.before(name) {
            let body = self.body(&subjects, &house, name, act);
            let answer = web.act(Some(persona), act, &body).await;
            subjects.keep(makes, &answer.text);
            if answer.status != 200 {
                complaint = Some(format!("{act} before {name}: {} {} asked {body}", answer.status, answer.text));
            }
        }
        let facts = facts(&house).await;
        Stage { house, web, subjects, facts, complaint }
    }

    /// The act's well-formed body, about the things that `name` is about.
    pub fn body(&self, subjects: &Subjects, house: &TestHouse, name: &str, act: &str) -> Value {
        self.acts.get(act).map_or(Value::Null, |schema| subjects.body(house, name, act, schema))
    }

    async fn ask(&self, stage: &Stage, route: &RouteInfo, persona: Option<Persona>) -> Answer {
        let path = stage.subjects.path(route.name, &route.path);
        if route.method == "GET" {
            return stage.web.get(persona, &path).await;
        }
        let body = self.body(&stage.subjects, &stage.house, route.name, route.name);
        if route.is_api {
            return stage.web.act_at(persona, &path, &body).await;
        }
        let fields = stage.subjects.form(&stage.house, route.name, &route.path, &body);
        if route.path.starts_with("/api/") {
            let body = fields.into_iter().map(|(name, value)| (name, Value::from(value))).collect();
            return stage.web.act_at(persona, &path, &Value::Object(body)).await;
        }
        stage.post(persona, &path, &fields).await
    }

    /// One route, everybody whom the guard lets through: the answers, and whether each changed something. Whoever
    /// changes something is followed by a fresh copy, so that the answers do not hang on each other.
    async fn sweep(&self, route: &RouteInfo) -> Swept {
        let mut stage = self.stage(route.name).await;
        let complaint = stage.complaint.clone();
        let mut answers = Vec::new();
        for column in &COLUMNS {
            let mut best: Option<(Option<Persona>, Answer, bool)> = None;
            for persona in column.people.iter().filter(|one| may(**one, route.permission)) {
                let answer = self.ask(&stage, route, *persona).await;
                let changed = facts(&stage.house).await != stage.facts;
                if changed {
                    std::mem::replace(&mut stage, self.stage(route.name).await).house.discard().await;
                }
                let through = is_yes(answer.status) || changed;
                if best.is_none() || through {
                    best = Some((*persona, answer, changed));
                }
                if through {
                    break;
                }
            }
            answers.push((column, best));
        }
        stage.house.discard().await;
        Swept { route: route.clone(), answers, complaint }
    }
}

/// Whether an answer lets somebody through.
fn is_yes(status: u16) -> bool {
    matches!(status, 200 | 303)
}

struct Stage {
    house: TestHouse,
    web: Web,
    /// What it is about, with what was made before.
    subjects: Subjects,
    facts: u64,
    complaint: Option<String>,
}

impl Stage {
    /// Sends a form: a `?` before a name puts it into the address, a `file` is uploaded.
    async fn post(&self, persona: Option<Persona>, path: &str, fields: &[(String, String)]) -> Answer {
        let asked = fields.iter().filter_map(|(name, value)| Some((name.strip_prefix('?')?, value)));
        let asked: Vec<String> = asked.map(|(name, value)| format!("{name}={value}")).collect();
        let path = if asked.is_empty() { path.to_owned() } else { format!("{path}?{}", asked.join("&")) };
        let file = fields.iter().find(|(name, _)| name == "file").map(|(_, text)| text.as_bytes());
        let plain = fields.iter().filter(|(name, _)| !name.starts_with('?') && name != "file");
        let plain: Vec<(&str, &str)> = plain.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        match (persona, file) {
            (Some(persona), Some(bytes)) => self.web.upload(persona, &path, "file.csv", bytes, &plain).await,
            _ => self.web.post(persona, &path, &plain).await,
        }
    }
}

struct Swept {
    route: RouteInfo,
    /// By column: who was asked, what he was told, whether something changed; none where the guard lets nobody in.
    answers: Vec<(&'static Column, Option<(Option<Persona>, Answer, bool)>)>,
    complaint: Option<String>,
}

async fn facts(house: &TestHouse) -> u64 {
    house.system().read().await.unwrap().count::<fact::Entity>(|q| q).await.unwrap()
}

/// Every act and route answers whom the guard lets in in the way that `sweep.txt` says, never with a fault; acts are
/// asked with a well-formed body about real rows; reads write no fact; and whoever was refused has changed nothing.
#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_every_persona_as_the_matrix_and_the_list_say() {
    let ground = Ground::get();
    let begun = std::time::Instant::now();
    let list = house::routes().list;
    let workers: Vec<_> = (0..2)
        .map(|worker| {
            let (ground, mine) =
                (Arc::clone(&ground), list.iter().skip(worker).step_by(2).cloned().collect::<Vec<_>>());
            tokio::spawn(async move {
                let mut swept = Vec::new();
                for route in &mine {
                    swept.push(ground.sweep(route).await);
                }
                swept
            })
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    let wrong: Vec<String> = all.iter().flat_map(wrong_answers).collect();
    assert!(wrong.is_empty(), "{} of {} routes answer wrongly:\n{}", wrong.len(), list.len(), wrong.join("\n"));
    refused_change_nothing(&ground, &all).await;
    let text = told(&all);
    kept_yes("sweep.txt", &text);
    reviewed("sweep.txt", &text);
    nobody(&all);
    let asked: usize = all.iter().flat_map(|one| &one.answers).filter(|(_, answer)| answer.is_some()).count();
    let took = begun.elapsed().as_secs();
    println!(
        "sweep: {} routes, {asked} cells asked, {took} s; with ten times the acts about {} min",
        all.len(),
        took * 10 / 60
    );
}

/// What no list may allow.
fn wrong_answers(swept: &Swept) -> Vec<String> {
    let route = &swept.route;
    let mut wrong: Vec<String> = swept.complaint.iter().cloned().collect();
    for (persona, answer, changed) in swept.answers.iter().filter_map(|(_, answer)| answer.as_ref()) {
        let no = match answer.status {
            500.. => "a fault",
            401 if persona.is_some() => "signed in all the same",
            400 | 405 | 413 | 415 | 419 if route.is_api => {
                "a well-formed body was not understood: the act's EXAMPLE says what its schema does not"
            }
            _ if *changed && route.method == "GET" => "a read wrote a fact",
            _ if answer.text.contains("panicked") || answer.text.contains("stack backtrace") => "shows its inside",
            _ => continue,
        };
        wrong.push(format!(
            "{} {} as {persona:?}: {} {no}: {}",
            route.method,
            route.path,
            answer.status,
            answer.text.chars().take(200).collect::<String>()
        ));
    }
    wrong
}

/// Everybody who was refused is refused once more, all in one house: not a row of it may have changed.
async fn refused_change_nothing(ground: &Ground, all: &[Swept]) {
    const COME_AND_GO: &[&str] = &["sign_in"];
    let mut stage = ground.stage("").await;
    let before = fingerprint(&stage.house.premises.db, COME_AND_GO).await.unwrap();
    let mut last = "nothing";
    for (at, swept) in all.iter().filter(|one| one.route.method != "GET").enumerate() {
        for (persona, answer, changed) in swept.answers.iter().filter_map(|(_, answer)| answer.as_ref()) {
            if *changed || is_yes(answer.status) {
                continue;
            }
            ground.ask(&stage, &swept.route, *persona).await;
            if facts(&stage.house).await != stage.facts {
                // Its turn had not come there and has come here: no refusal, so the house is used up.
                std::mem::replace(&mut stage, ground.stage("").await).house.discard().await;
            }
        }
        // Looking at every row after every route would take minutes: the culprit is one of ten.
        if at % 10 == 9 {
            let now = fingerprint(&stage.house.premises.db, COME_AND_GO).await.unwrap();
            assert_eq!(
                difference(&before, &now),
                Vec::<String>::new(),
                "a refusal changed rows: {} or one of those after {last}",
                swept.route.path
            );
            last = &swept.route.path;
        }
    }
    let now = fingerprint(&stage.house.premises.db, COME_AND_GO).await.unwrap();
    assert_eq!(difference(&before, &now), Vec::<String>::new(), "a refusal changed rows: one of those after {last}");
    stage.house.discard().await;
}

/// Whoever may read classes reads his own; the neighbour's officer, the rival and the stranger get 404.
#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_class_is_not_found() {
    let ground = Ground::get();
    let stage = ground.stage("").await;
    let list = house::routes().list;
    let pages: Vec<&RouteInfo> =
        list.iter().filter(|route| route.method == "GET" && route.path.contains("/classes/{id}")).collect();
    assert!(pages.len() > 10);
    for route in pages {
        for stranger in [Persona::ShishiOfficer, Persona::RivalClerk] {
            let answer = ground.ask(&stage, route, Some(stranger)).await;
            assert!(matches!(answer.status, 403 | 404), "{} as {stranger:?}: {}", route.path, answer.status);
            assert!(!answer.text.contains("安海"), "{} leaks to {stranger:?}", route.path);
        }
    }
    let own = ground.subjects.path("class-page", "/classes/{id}");
    assert_eq!(stage.web.get(Some(Persona::JinjiangOfficer), &own).await.status, 200);
}

/// SQL and HTML in every text field of every page form and every act stay text.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_is_neither_executed_nor_a_fault() {
    const HOSTILE: &str = "'; DROP TABLE task; --<script>alert(1)</script>\u{202e}";
    let ground = Ground::get();
    let stage = ground.stage("").await;
    for route in &house::routes().list {
        let path = ground.subjects.path(route.name, &route.path);
        let mut body = ground.body(&stage.subjects, &stage.house, route.name, route.name);
        make_hostile(&mut body, HOSTILE);
        let mut fields = as_form(&body);
        fields.extend(
            ["q", "login", "password", "file", "state", "sort", "after", "number"]
                .map(|name| (name.to_owned(), HOSTILE.to_owned())),
        );
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        for persona in [Some(Persona::SchoolClerk), Some(Persona::JinjiangOfficer), Some(Persona::Trainee), None] {
            let answer = match (route.method, route.is_api) {
                ("POST", true) => stage.web.act_at(persona, &path, &body).await,
                ("POST", false) => stage.web.post(persona, &path, &fields).await,
                _ => {
                    stage
                        .web
                        .get(
                            persona,
                            &format!("{path}?q=%27%3B%3Cscript%3E&page=%3Cscript%3E&state=%27&sort=%27&after=%27"),
                        )
                        .await
                }
            };
            assert!(answer.status < 500, "{} {path}: {}", route.method, answer.status);
            let html = answer
                .headers
                .get("content-type")
                .is_some_and(|one| one.to_str().is_ok_and(|text| text.contains("html")));
            assert!(
                !html || !answer.text.contains("<script>alert(1)") && !answer.text.contains("';<script>"),
                "{} {path} echoes markup",
                route.method
            );
        }
    }
    assert_eq!(
        stage.web.get(Some(Persona::JinjiangOfficer), "/").await.status,
        200,
        "the queue's table is still there"
    );
}

/// Every text of a body that is not an id, a date or a word of a list.
fn make_hostile(body: &mut Value, hostile: &str) {
    match body {
        Value::String(text) if !text.is_ascii() || text.len() == 11 => hostile.clone_into(text),
        Value::Array(all) => all.iter_mut().for_each(|one| make_hostile(one, hostile)),
        Value::Object(fields) => fields.values_mut().for_each(|one| make_hostile(one, hostile)),
        _ => {}
    }
}

/// The list under review.
#[test]
fn routes_txt_is_what_is_registered() {
    let mut lines: Vec<String> = house::routes()
        .list
        .iter()
        .map(|route| {
            format!(
                "{:<4} {:<48} {:<28} {:<6} {}",
                route.method, route.path, route.name, route.clause, route.permission
            )
        })
        .collect();
    lines.sort();
    reviewed("routes.txt", &(lines.join("\n") + "\n"));
}
