//! Nobody is shown a way that is shut: every link of every page that a persona comes to by links opens, and every
//! form's act is one that his office may do (M8.5: the office that pays, those that only look).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use foundation::Office;
use foundation::permission::allows;
use testkit::Persona;
use testkit::web::Web;

use crate::sweep::Ground;

/// Pages of one kind that are looked at: their links hang on their state.
const OF_A_KIND: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn m8_5_no_link_that_anybody_sees_answers_403() {
    let house = Ground::get().copy().await;
    let web = Arc::new(Web::of(house::app(&house.premises, house::routes()), &house.premises));
    let everybody = Persona::all().iter().copied().map(Some).chain([None]);
    let crawls: Vec<_> = everybody.map(|persona| tokio::spawn(crawl(Arc::clone(&web), persona))).collect();
    let (mut shut, mut pages) = (Vec::new(), 0);
    for crawl in crawls {
        let found = crawl.await.unwrap();
        pages += found.pages;
        shut.extend(found.shut);
    }
    assert!(pages > 500, "it came nowhere: {pages}");
    assert!(shut.is_empty(), "{} ways are shut:\n{}", shut.len(), shut.join("\n"));
    house.discard().await;
}

#[derive(Default)]
struct Found {
    pages: usize,
    shut: Vec<String>,
}

async fn crawl(web: Arc<Web>, persona: Option<Persona>) -> Found {
    let office = persona.map_or(Office::Public, |one| one.actor().office);
    let routes = house::routes().list;
    let (mut found, mut seen, mut kinds) =
        (Found::default(), BTreeSet::from(["/".to_owned()]), BTreeMap::<String, usize>::new());
    let mut waiting = VecDeque::from([("/".to_owned(), "nowhere".to_owned())]);
    while let Some((path, from)) = waiting.pop_front() {
        let answer = web.get(persona, &path).await;
        found.pages += 1;
        if matches!(answer.status, 401 | 403 | 404 | 405 | 500..) {
            found.shut.push(format!("{persona:?}: {path} answers {} (on {from})", answer.status));
        }
        let is_page = answer
            .headers
            .get("content-type")
            .is_some_and(|kind| kind.to_str().is_ok_and(|text| text.contains("html")));
        if !is_page {
            continue;
        }
        for action in after(&answer.text, " action=\"") {
            let act = routes.iter().find(|route| route.method == "POST" && fits(&route.path, &action));
            if act.is_some_and(|act| !allows(&office, act.permission)) {
                found.shut.push(format!("{persona:?}: the form {action} on {path} is not his to send"));
            }
        }
        for link in after(&answer.text, " href=\"")
            .into_iter()
            .chain([answer.location])
            .filter(|link| link.starts_with('/') && !link.starts_with("/assets/"))
        {
            let seen_of_kind = kinds.entry(kind(&link)).or_default();
            if *seen_of_kind < OF_A_KIND && seen.insert(link.clone()) {
                *seen_of_kind += 1;
                waiting.push_back((link, path.clone()));
            }
        }
    }
    found
}

/// What stands between each `before` and the next quotation mark, without the part of a page.
fn after(html: &str, before: &str) -> Vec<String> {
    html.split(before)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|link| link.split('#').next().unwrap_or("").replace("&amp;", "&"))
        .collect()
}

/// Whether an address is one of a pattern's.
fn fits(pattern: &str, address: &str) -> bool {
    let (pattern, address): (Vec<&str>, Vec<&str>) =
        (pattern.split('/').collect(), address.split('?').next().unwrap_or("").split('/').collect());
    pattern.len() == address.len()
        && pattern.iter().zip(&address).all(|(one, other)| one.starts_with('{') || one == other)
}

/// An address without what tells two of a kind apart: ids, numbers, what is asked for.
fn kind(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let part = |part: &str| {
        if part.len() >= 12 && part.bytes().any(|b| b.is_ascii_digit()) { "*".to_owned() } else { part.to_owned() }
    };
    let names: Vec<&str> = query.split('&').map(|pair| pair.split('=').next().unwrap_or("")).collect();
    format!("{}?{}", path.split('/').map(part).collect::<Vec<_>>().join("/"), names.join("&"))
}
