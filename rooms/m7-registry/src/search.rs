//! The search (M7.1): classes, institutions, certificates, claims, payment batches and persons within reach. What is
//! asked travels in the body, never in an address: people type document numbers into any box, and addresses end up
//! in logs.

use axum::response::Response;
use desk::room::{Finder, HITS, Hit};
use desk::{Desk, Pairs, Read};
use foundation::at;
use foundation::{IdDocument, IdType, Permission, PersonId, Phone, Stop};
use futures::future::BoxFuture;
use maud::{Markup, html};
use store::Reader;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::registry::person;
use ui::{Field, Form, FormState, form, page_head, panel};

use crate::acts::FindPerson;

/// Searching.
pub struct Search;
impl Read for Search {
    const NAME: &'static str = "search";
    const PERMISSION: Permission = Permission::SignedIn;
    const CLAUSE: &'static str = "M7.1";
}

/// Longest words.
const LETTERS: usize = 60;

/// `/search`: the empty form; a question in the address is not answered.
pub async fn ask(desk: Desk) -> Response {
    desk.page("查询", "", html! { (head(&desk, "")) })
}

/// POST `/search`.
pub async fn answer(desk: Desk, asked: Pairs) -> Response {
    let words: String = asked.value("q").chars().take(LETTERS).collect();
    match body(&desk, &words).await {
        Ok(body) => desk.page("查询", "", body),
        Err(stop) => desk.stopped(stop),
    }
}

fn head(desk: &Desk, words: &str) -> Markup {
    // A whole number is not written back onto the page.
    let shown = if is_number(desk, words) { "" } else { words };
    let state = FormState::new().with("q", shown);
    html! {
        (page_head("查询", "班级、机构、学员姓名，证书、申领、拨付批次的编号，或完整的证件号码、手机号；只查得到您管辖范围内的", &[]))
        (form(&Form { action: "/search".into(), submit: "查".into(), ..Form::default() }, &state, html! {
            (Field::text("q", "查什么").required().max_length(60).autocomplete("off").show(&state))
        }))
    }
}

async fn body(desk: &Desk, words: &str) -> Result<Markup, Stop> {
    let groups = if words.is_empty() { Vec::new() } else { hits(desk, words).await? };
    let none = groups.iter().all(|(_, hits)| hits.is_empty());
    Ok(html! {
        (head(desk, words))
        @if words.is_empty() { (panel("", html! { p { "请写要查的内容。" } })) }
        @else if none { (panel("", html! { p { "没有查到。可能不在您的管辖范围内，或换个写法再试。" } })) }
        @for (title, hits) in &groups { @if !hits.is_empty() {
            (panel(title, html! { ul { @for hit in hits { li { a href=(hit.href) { (hit.name) } " · " (hit.what) } } }
                @if hits.len() as u64 == HITS { p class="jb-faint" { "只列出前 " (HITS) " 条，请写得更具体些。" } } }))
        } }
    })
}

async fn hits(desk: &Desk, words: &str) -> Result<Vec<(&'static str, Vec<Hit>)>, Stop> {
    let reader = desk.read().await?;
    let is_number = is_number(desk, words);
    let asked = |one: &&Finder| if is_number { one.numbers } else { one.words };
    let mut finders: Vec<&Finder> = desk.premises.declared().finders.iter().filter(asked).collect();
    finders.sort_by_key(|one| one.place);
    let mut all = Vec::new();
    for one in finders {
        all.push((one.title, (one.find)(desk, &reader, words).await?));
    }
    Ok(all)
}

/// Whether somebody's whole document or mobile number was typed.
pub fn is_number(desk: &Desk, words: &str) -> bool {
    let (today, demo) = (desk.today(), desk.premises.settings.demo);
    IdType::all().iter().any(|kind| IdDocument::parse(*kind, words, today, demo).is_ok())
        || words.parse::<Phone>().is_ok()
}

fn person_hit(one: person::Model) -> Hit {
    Hit { href: at::PersonPage(&one.id).to_string(), name: one.name, what: one.id_number_masked }
}

/// Persons by a whole number: before the others.
pub(crate) const BY_NUMBER: Finder = Finder { title: "学员", place: 5, numbers: true, words: false, find: by_number };
/// Persons by their name.
pub(crate) const BY_NAME: Finder = Finder { title: "学员", place: 60, numbers: false, words: true, find: by_name };

fn by_name<'a>(desk: &'a Desk, reader: &'a Reader, words: &'a str) -> BoxFuture<'a, Result<Vec<Hit>, Stop>> {
    Box::pin(async move {
        if !desk.may(<FindPerson as desk::Act>::PERMISSION) || words.chars().count() < 2 {
            return Ok(Vec::new());
        }
        let named = person::Column::Name.contains(words);
        let rows =
            reader.list::<person::Entity>(|q| q.filter(named).order_by_asc(person::Column::Name).limit(HITS)).await?;
        Ok(rows.into_iter().map(person_hit).collect())
    })
}

/// An act, because a hit leaves a trace that the person can see.
fn by_number<'a>(desk: &'a Desk, reader: &'a Reader, words: &'a str) -> BoxFuture<'a, Result<Vec<Hit>, Stop>> {
    Box::pin(async move {
        if !desk.may(<FindPerson as desk::Act>::PERMISSION) {
            return Ok(Vec::new());
        }
        let found: Option<PersonId> = desk.perform(FindPerson { id_number: words.into() }).await?;
        match found {
            Some(id) => Ok(vec![person_hit(reader.get(&id).await?)]),
            None => Ok(Vec::new()),
        }
    })
}
