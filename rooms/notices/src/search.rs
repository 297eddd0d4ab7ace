//! The search: classes, institutions, certificates, and persons by exact number, within reach.

use axum::response::Response;
use desk::{Desk, Query, Read};
use foundation::{Permission, Stop};
use maud::{Markup, html};
use serde::Deserialize;
use store::query::{ColumnTrait, Condition, QueryFilter, QuerySelect};
use store::seal::Purpose;
use store::tables::institutions::institution;
use store::tables::registry::person;
use store::tables::supervision::{certificate, training_class};
use ui::{Field, Form, FormState, form, page_head, panel};

/// Searching.
pub struct Search;
impl Read for Search {
    const NAME: &'static str = "search";
    const PERMISSION: Permission = Permission::SignedIn;
    const CLAUSE: &'static str = "M7.1";
}

/// Hits of each kind.
const HITS: u64 = 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// `/search?q=`.
pub async fn show(desk: Desk, Query(asked): Query<Asked>) -> Response {
    match body(&desk, asked.q.trim()).await {
        Ok(body) => desk.page("查询", "", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn body(desk: &Desk, words: &str) -> Result<Markup, Stop> {
    let hits = if words.is_empty() { Vec::new() } else { hits(desk, words).await? };
    Ok(html! {
        (page_head("查询", "班级、机构、证书编号；查人须输入完整证件号码或手机号", &[]))
        (form(&Form { action: "/search".into(), submit: "查".into(), is_search: true, ..Form::default() }, &FormState::new().with("q", words), html! { (Field::text("q", "查什么").max_length(60).show(&FormState::new().with("q", words))) }))
        @if !words.is_empty() && hits.is_empty() { (panel("", html! { p { "没有查到。可能不在您的管辖范围内，或换个写法再试。" } })) }
        @if !hits.is_empty() { (panel("", html! { ul { @for (href, name, what) in &hits { li { a href=(href) { (name) } " · " (what) } } } })) }
    })
}

async fn hits(desk: &Desk, words: &str) -> Result<Vec<(String, String, String)>, Stop> {
    let reader = desk.read().await?;
    let mut hits = Vec::new();
    let classes = Condition::any().add(training_class::Column::Title.contains(words)).add(training_class::Column::ClassNo.eq(words));
    for one in reader.list::<training_class::Entity>(|q| q.filter(classes).limit(HITS)).await? {
        hits.push((format!("/classes/{}", one.id), one.title, format!("{} · {}", one.institution_name, one.state.label())));
    }
    for one in reader.list::<institution::Entity>(|q| q.filter(institution::Column::Name.contains(words)).limit(HITS)).await? {
        hits.push((format!("/institutions/{}", one.id), one.name, one.district.full_name()));
    }
    let number = words.to_uppercase();
    for one in reader.list::<certificate::Entity>(|q| q.filter(certificate::Column::Number.eq(number.clone())).limit(HITS)).await? {
        hits.push((format!("/verify/{}", one.number), one.number, one.institution_name));
    }
    let keys = &desk.premises.keyring;
    let people = Condition::any()
        .add(person::Column::IdNumberIndex.eq(keys.index(Purpose::IdNumber, &format!("ID:{number}"))))
        .add(person::Column::PhoneIndex.eq(keys.index(Purpose::Phone, words)));
    for one in reader.list::<person::Entity>(|q| q.filter(people).limit(HITS)).await? {
        hits.push((
            format!("/persons/{}", one.id),
            one.name.parse::<foundation::PersonName>().map_or_else(|_| "*".into(), |name| name.masked()),
            one.id_number_masked,
        ));
    }
    Ok(hits)
}
