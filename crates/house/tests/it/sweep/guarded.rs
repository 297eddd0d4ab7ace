//! What the guard refuses (M8.4, M8.9): proved once for each permission × column on a route that has it, and once for
//! each route by somebody who lacks its permission. The sweep itself then asks only those whom the guard lets in.

use std::collections::BTreeMap;

use desk::routes::RouteInfo;
use testkit::Persona;

use super::columns::{COLUMNS, may};
use super::{Ground, facts};

/// 403 for whoever is signed in; the public is asked to sign in.
fn is_no(persona: Option<Persona>, status: u16) -> bool {
    match persona {
        Some(_) => status == 403,
        None => status == 401 || status == 303,
    }
}

/// Every permission refuses every column that lacks it, and every route refuses at least one of them.
#[tokio::test(flavor = "multi_thread")]
async fn who_lacks_the_permission_is_refused_at_the_door() {
    let ground = Ground::get();
    let stage = ground.stage("").await;
    let list = house::routes().list;
    let mut of_permission: BTreeMap<String, &RouteInfo> = BTreeMap::new();
    for route in &list {
        of_permission.entry(route.permission.to_string()).or_insert(route);
    }
    let people: Vec<Option<Persona>> = COLUMNS.iter().flat_map(|one| one.people.iter().copied()).collect();
    let mut asked: Vec<(&RouteInfo, Option<Persona>)> = Vec::new();
    for route in of_permission.values() {
        asked.extend(people.iter().filter(|one| !may(**one, route.permission)).map(|one| (*route, *one)));
    }
    for (at, route) in list.iter().enumerate() {
        // Not always the same person.
        let turned = people[at % people.len()..].iter().chain(&people[..at % people.len()]);
        asked.extend(turned.filter(|one| !may(**one, route.permission)).take(1).map(|one| (route, *one)));
    }
    assert!(asked.len() > list.len(), "it asked nothing: {}", asked.len());
    let mut wrong = Vec::new();
    for (route, persona) in &asked {
        let answer = ground.ask(&stage, route, *persona).await;
        if !is_no(*persona, answer.status) {
            wrong.push(format!("{} {} as {persona:?}: {}", route.method, route.path, answer.status));
        }
    }
    assert!(wrong.is_empty(), "the guard says no, and they were answered otherwise:\n{}", wrong.join("\n"));
    assert_eq!(facts(&stage.house).await, stage.facts, "a refusal wrote a fact");
    println!("guard: {} permissions, {} refusals asked", of_permission.len(), asked.len());
    stage.house.discard().await;
}
