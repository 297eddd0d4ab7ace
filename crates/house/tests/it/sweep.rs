//! The sweep: every registered route and act × every persona, the neighbour and the rival among them
//! (house.md §4.4). It enumerates what is registered, so nothing can be left out. Two lists are under review
//! (UPDATE=1 rewrites them, a reviewer reads the difference): `routes.txt`, what is registered, and `sweep.txt`,
//! what each persona is answered. Where the matrix says no, the answer is not a matter of a list: it must be 403.

mod subjects;

use std::collections::BTreeMap;
use std::sync::Arc;

use desk::routes::RouteInfo;
use foundation::Office;
use foundation::permission::allows;
use serde_json::Value;
use store::digest::{difference, fingerprint};
use store::tables::journal::fact;
use testkit::web::{Answer, Web};
use testkit::{Persona, Template, TestHouse};

use subjects::{Subjects, as_form, prelude};

/// Everybody who may come: the personas and the public.
fn everybody() -> Vec<Option<Persona>> {
    Persona::all().iter().copied().map(Some).chain([None]).collect()
}

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
        for (persona, act) in prelude(name) {
            let body = self.body(&house, name, act);
            let answer = web.act(Some(*persona), act, &body).await;
            if answer.status != 200 {
                complaint = Some(format!("{act} before {name}: {} {} asked {body}", answer.status, answer.text));
            }
        }
        let facts = facts(&house).await;
        Stage { house, web, facts, complaint }
    }

    /// The act's well-formed body, about the things that `name` is about.
    pub fn body(&self, house: &TestHouse, name: &str, act: &str) -> Value {
        self.acts.get(act).map_or(Value::Null, |schema| self.subjects.body(house, name, act, schema))
    }

    async fn ask(&self, stage: &Stage, route: &RouteInfo, persona: Option<Persona>) -> Answer {
        let path = self.subjects.path(route.name, &route.path);
        match (route.method, route.is_api) {
            ("GET", _) => stage.web.get(persona, &path).await,
            (_, true) => stage.web.act_at(persona, &path, &self.body(&stage.house, route.name, route.name)).await,
            _ => {
                let fields = as_form(&self.body(&stage.house, route.name, route.name));
                let fields: Vec<(&str, &str)> =
                    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                stage.web.post(persona, &path, &fields).await
            }
        }
    }

    /// One route, everybody: the answers, and whether each changed something. Whoever changes something is
    /// followed by a fresh copy, so that the answers do not hang on each other.
    async fn sweep(&self, route: &RouteInfo) -> Swept {
        let mut stage = self.stage(route.name).await;
        let complaint = stage.complaint.clone();
        let mut answers = Vec::new();
        for persona in everybody() {
            let answer = self.ask(&stage, route, persona).await;
            let changed = facts(&stage.house).await != stage.facts;
            answers.push((persona, answer, changed));
            if changed {
                std::mem::replace(&mut stage, self.stage(route.name).await).house.discard().await;
            }
        }
        stage.house.discard().await;
        Swept { route: route.clone(), answers, complaint }
    }
}

struct Stage {
    house: TestHouse,
    web: Web,
    facts: u64,
    complaint: Option<String>,
}

struct Swept {
    route: RouteInfo,
    answers: Vec<(Option<Persona>, Answer, bool)>,
    complaint: Option<String>,
}

async fn facts(house: &TestHouse) -> u64 {
    house.system().read().await.unwrap().count::<fact::Entity>(|q| q).await.unwrap()
}

/// Every act and route answers everybody in the way the matrix says, where the matrix says yes in the way that
/// `sweep.txt` says, never with a fault; acts are asked with a well-formed body about real rows; reads write no
/// fact; and whoever was refused has changed nothing.
#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_every_persona_as_the_matrix_and_the_list_say() {
    let ground = Ground::get();
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
    reviewed("sweep.txt", &told(&all));
}

/// What no list may allow.
fn wrong_answers(swept: &Swept) -> Vec<String> {
    let route = &swept.route;
    let mut wrong: Vec<String> = swept.complaint.iter().cloned().collect();
    for (persona, answer, changed) in &swept.answers {
        let may = allows(&persona.map_or(Office::Public, |one| one.actor().office), route.permission);
        let no = match (may, persona.is_some(), answer.status) {
            (_, _, 500..) => "a fault",
            (false, true, status) if status != 403 => "the matrix says no",
            (false, false, status) if status != 401 && status != 303 => "the public may not",
            (true, true, 401) => "signed in all the same",
            (true, _, 400 | 405 | 413 | 415 | 419) if route.is_api => {
                "a well-formed body was not understood: see subjects.rs"
            }
            _ if *changed && route.method == "GET" => "a read wrote a fact",
            _ if *changed && !may => "changed although refused",
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
        for (persona, answer, changed) in &swept.answers {
            if *changed || matches!(answer.status, 200 | 303) {
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

/// The answers as a table: `·` where the matrix says no, `*` behind a status where something was written.
fn told(all: &[Swept]) -> String {
    const SHORT: [&str; 17] = [
        "officer", "review", "inspect", "finance", "shishi", "quanzh", "provinc", "bureau", "clerk", "teacher",
        "rival", "trainee", "other", "audit", "monitor", "admin", "public",
    ];
    let mut lines: Vec<String> = all
        .iter()
        .map(|one| {
            let cells: Vec<String> = one
                .answers
                .iter()
                .map(|(persona, answer, changed)| format!("{:<8}", cell(&one.route, *persona, answer, *changed)))
                .collect();
            format!("{:<4} {:<46} {}", one.route.method, one.route.path, cells.concat()).trim_end().to_owned()
        })
        .collect();
    lines.sort();
    let head: Vec<String> = SHORT.iter().map(|one| format!("{one:<8}")).collect();
    format!(
        "{:<51} {}\n{}\n",
        "·: 403 by the matrix  *: something was written",
        head.concat().trim_end(),
        lines.join("\n")
    )
}

fn cell(route: &RouteInfo, persona: Option<Persona>, answer: &Answer, changed: bool) -> String {
    match allows(&persona.map_or(Office::Public, |one| one.actor().office), route.permission) {
        false => "·".into(),
        true => format!("{}{}", answer.status, if changed { "*" } else { "" }),
    }
}

/// Compares with a list under review.
fn reviewed(file: &str, text: &str) {
    let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(&path, text).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    let changed: Vec<String> = text
        .lines()
        .filter(|line| !known.lines().any(|one| one == *line))
        .map(|line| format!("+ {line}"))
        .chain(known.lines().filter(|line| !text.lines().any(|one| one == *line)).map(|line| format!("- {line}")))
        .collect();
    assert!(
        changed.is_empty(),
        "{file} changed: UPDATE=1 cargo test -p house, then read the difference\n{}",
        changed.join("\n")
    );
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
        let mut body = ground.body(&stage.house, route.name, route.name);
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
