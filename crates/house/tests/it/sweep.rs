//! The sweep: every registered route and act × every persona, the neighbour and the rival among them
//! (house.md §4.4). It enumerates what is registered, so nothing can be left out; `routes.txt` is the
//! list under review (UPDATE=1 rewrites it, a reviewer reads the difference).

use foundation::permission::allows;
use foundation::{ClassId, Office};
use testkit::{Persona, TestHouse};

use crate::fixtures;

/// Ids that exist in the house, by the route's parameter and what stands before it.
fn filled(path: &str, class: &ClassId, session: &str, enrolment: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in path.split('/') {
        let before = parts.last().map_or("", String::as_str).to_owned();
        parts.push(match (part.starts_with('{'), before.as_str()) {
            (false, _) => part.to_owned(),
            (true, "classes" | "feedback" | "hours") => class.to_string(),
            (true, "sessions" | "check-in" | "dispute") => session.to_owned(),
            (true, "institutions") => testkit::personas::school().to_string(),
            (true, "needs") => fixtures::item().to_string(),
            (true, "sites") => fixtures::school_site().to_string(),
            (true, "teachers") => fixtures::theory_teacher().to_string(),
            (true, "persons") => testkit::personas::trainee().to_string(),
            (true, "roster" | "trainees") => enrolment.to_owned(),
            (true, "verify" | "certificates") => "PXHG35058220260001000001X".to_owned(),
            (true, "tile") => "0/000".to_owned(),
            (true, _) => "01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
        });
    }
    parts.join("/")
}

/// Every act and route answers everybody, in the way the matrix says, and never with a fault.
#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_every_persona_as_the_matrix_says() {
    let house = TestHouse::new().await;
    let class = fixtures::approved_class(&house).await;
    let (session, enrolment) = (class.sessions[0].to_string(), class.enrolments[0].to_string());
    let list = house::routes().list;
    let web = house.serve(house::routes());
    let mut wrong = Vec::new();
    for route in &list {
        let path = filled(&route.path, &class.class, &session, &enrolment);
        for persona in Persona::all().iter().copied().map(Some).chain([None]) {
            let answer = match (route.method, route.is_api) {
                ("GET", _) => web.get(persona, &path).await,
                (_, true) => web.act(persona, route.name, &serde_json::json!({})).await,
                _ => web.post(persona, &path, &[]).await,
            };
            let office = persona.map_or(Office::Public, |one| one.actor().office);
            let may = allows(&office, route.permission);
            let fits = match (may, persona.is_some(), answer.status) {
                (_, _, 500..) => false,
                (false, true, status) => status == 403,
                (false, false, status) => status == 303 || status == 401,
                // What one may do at all: done, shown, refused by a rule, not understood, out of reach, or not this office's.
                (true, _, status) => matches!(status, 200 | 303 | 304 | 400 | 403 | 404 | 409 | 413 | 415 | 422),
            };
            if !fits {
                wrong.push(format!("{} {} as {persona:?}: {} (may: {may})", route.method, route.path, answer.status));
            }
            assert!(!answer.text.contains("panicked") && !answer.text.contains("stack backtrace"), "{path}");
        }
    }
    assert!(wrong.is_empty(), "{} of {} routes answer wrongly:\n{}", wrong.len(), list.len(), wrong.join("\n"));
}

/// Whoever may read classes reads his own; the neighbour's officer, the rival and the stranger get 404.
#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_class_is_not_found() {
    let house = TestHouse::new().await;
    let class = fixtures::approved_class(&house).await;
    let web = house.serve(house::routes());
    let pages: Vec<String> = house::routes()
        .list
        .iter()
        .filter(|route| route.method == "GET" && route.path.contains("/classes/{id}"))
        .map(|route| filled(&route.path, &class.class, "", ""))
        .collect();
    assert!(pages.len() > 10);
    for page in &pages {
        for stranger in [Persona::ShishiOfficer, Persona::RivalClerk] {
            let answer = web.get(Some(stranger), page).await;
            assert!(matches!(answer.status, 403 | 404), "{page} as {stranger:?}: {}", answer.status);
            assert!(!answer.text.contains("安海"), "{page} leaks to {stranger:?}");
        }
    }
    assert_eq!(web.get(Some(Persona::JinjiangOfficer), &format!("/classes/{}", class.class)).await.status, 200);
}

/// SQL and HTML in every text field of every page form stay text.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_is_neither_executed_nor_a_fault() {
    let house = TestHouse::new().await;
    let class = fixtures::approved_class(&house).await;
    let web = house.serve(house::routes());
    let hostile = "'; DROP TABLE task; --<script>alert(1)</script>\u{202e}";
    let names = [
        "q",
        "name",
        "title",
        "reason",
        "note",
        "text",
        "code",
        "login",
        "password",
        "file",
        "plan",
        "state",
        "page",
        "sort",
        "after",
        "limit",
        "number",
        "second_inspector",
        "examiner",
        "theory",
        "uscc",
        "contact",
        "phone",
        "document",
    ];
    let fields: Vec<(&str, &str)> = names.iter().map(|name| (*name, hostile)).collect();
    for route in house::routes().list.iter().filter(|route| !route.is_api) {
        let path = filled(&route.path, &class.class, &class.sessions[0].to_string(), &class.enrolments[0].to_string());
        for persona in [Some(Persona::SchoolClerk), Some(Persona::JinjiangOfficer), Some(Persona::Trainee), None] {
            let answer = if route.method == "POST" {
                web.post(persona, &path, &fields).await
            } else {
                web.get(persona, &format!("{path}?q=%27%3B%3Cscript%3E&page=%3Cscript%3E&state=%27")).await
            };
            assert!(answer.status < 500, "{} {path}: {}", route.method, answer.status);
            assert!(!answer.text.contains("<script>alert(1)") && !answer.text.contains("';<script>"), "{} {path} echoes markup", route.method);
        }
    }
    assert_eq!(web.get(Some(Persona::JinjiangOfficer), "/").await.status, 200, "the queue's table is still there");
}

/// The list under review.
#[test]
fn routes_txt_is_what_is_registered() {
    let mut lines: Vec<String> = house::routes()
        .list
        .iter()
        .map(|route| format!("{:<4} {:<48} {:<28} {:<6} {}", route.method, route.path, route.name, route.clause, route.permission))
        .collect();
    lines.sort();
    let text = lines.join("\n") + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/routes.txt");
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), text, "routes changed: UPDATE=1 cargo test -p house, then read the difference");
}
