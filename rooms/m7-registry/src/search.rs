//! The search (M7.1): classes, institutions, certificates, claims, payment batches and persons within reach. What is
//! asked travels in the body, never in an address: people type document numbers into any box, and addresses end up
//! in logs.

use axum::response::Response;
use desk::{Desk, Pairs, Read};
use foundation::at;
use foundation::{Function, IdDocument, IdType, Permission, PersonId, Phone, Right, Stop};
use maud::{Markup, html};
use store::Reader;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use store::tables::funds::{claim, payment_batch};
use store::tables::institutions::institution;
use store::tables::registry::person;
use store::tables::supervision::{certificate, training_class};
use ui::{Field, Form, FormState, form, page_head, panel};

use crate::acts::FindPerson;

/// Searching.
pub struct Search;
impl Read for Search {
    const NAME: &'static str = "search";
    const PERMISSION: Permission = Permission::SignedIn;
    const CLAUSE: &'static str = "M7.1";
}

/// Hits of each kind.
const HITS: u64 = 20;
/// Longest words.
const LETTERS: usize = 60;

/// One hit: where it opens, what it is called, a word about it.
struct Hit {
    href: String,
    name: String,
    what: String,
}

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
    if is_number(desk, words) {
        // A district's code, with which its batches begin, is also some document's number.
        return Ok(vec![
            ("学员", by_number(desk, &reader, words).await?),
            ("拨付批次", batches(desk, &reader, words).await?),
        ]);
    }
    Ok(vec![
        ("班级", classes(&reader, words).await?),
        ("机构", institutions(&reader, words).await?),
        ("证书", certificates(&reader, words).await?),
        ("补贴申领", claims(desk, &reader, words).await?),
        ("拨付批次", batches(desk, &reader, words).await?),
        ("学员", by_name(desk, &reader, words).await?),
    ])
}

/// Whether somebody's whole document or mobile number was typed.
pub fn is_number(desk: &Desk, words: &str) -> bool {
    let (today, demo) = (desk.today(), desk.premises.settings.demo);
    IdType::all().iter().any(|kind| IdDocument::parse(*kind, words, today, demo).is_ok())
        || words.parse::<Phone>().is_ok()
}

async fn classes(reader: &Reader, words: &str) -> Result<Vec<Hit>, Stop> {
    use training_class::Column as C;
    let like = Condition::any()
        .add(C::Title.contains(words))
        .add(C::InstitutionName.contains(words))
        .add(C::ClassNo.eq(words));
    let rows = reader.list::<training_class::Entity>(|q| q.filter(like).order_by_desc(C::StartsOn).limit(HITS)).await?;
    let hit = |one: training_class::Model| Hit {
        href: at::ClassPage(&one.id).to_string(),
        name: one.title,
        what: format!(
            "{} · {} · {}",
            one.institution_name,
            one.state.label(),
            ui::dates::full_range(one.starts_on, one.ends_on)
        ),
    };
    Ok(rows.into_iter().map(hit).collect())
}

async fn institutions(reader: &Reader, words: &str) -> Result<Vec<Hit>, Stop> {
    use institution::Column as C;
    let like = Condition::any().add(C::Name.contains(words)).add(C::Uscc.eq(words.to_uppercase()));
    let rows = reader.list::<institution::Entity>(|q| q.filter(like).order_by_asc(C::Name).limit(HITS)).await?;
    Ok(rows
        .into_iter()
        .map(|one| Hit {
            href: at::InstitutionPage(&one.id).to_string(),
            name: one.name,
            what: one.district.full_name(),
        })
        .collect())
}

async fn certificates(reader: &Reader, words: &str) -> Result<Vec<Hit>, Stop> {
    let rows = reader
        .list::<certificate::Entity>(|q| q.filter(certificate::Column::Number.eq(words.to_uppercase())).limit(HITS))
        .await?;
    Ok(rows
        .into_iter()
        .map(|one| Hit { href: at::VerifyPage(&one.number).to_string(), name: one.number, what: one.institution_name })
        .collect())
}

async fn claims(desk: &Desk, reader: &Reader, words: &str) -> Result<Vec<Hit>, Stop> {
    if !desk.may(Permission::Of(Function::ClaimReview, Right::Read)) {
        return Ok(Vec::new());
    }
    let rows =
        reader.list::<claim::Entity>(|q| q.filter(claim::Column::ClaimNo.eq(words.to_uppercase())).limit(HITS)).await?;
    let hit = |one: claim::Model| Hit {
        href: at::ClaimPage(&one.id).to_string(),
        what: format!("{} · {} · {}", one.class_title, one.state.label(), ui::money::text(one.total)),
        name: one.claim_no,
    };
    Ok(rows.into_iter().map(hit).collect())
}

/// By their number or its beginning: `350582-202611`.
async fn batches(desk: &Desk, reader: &Reader, words: &str) -> Result<Vec<Hit>, Stop> {
    use payment_batch::Column as C;
    let begins_one =
        words.chars().all(|one| one.is_ascii_digit() || one == '-') && (words.len() <= 6 || words.contains('-'));
    if !begins_one || !desk.may(Permission::Of(Function::ClaimPayment, Right::Read)) {
        return Ok(Vec::new());
    }
    let rows = reader
        .list::<payment_batch::Entity>(|q| q.filter(C::BatchNo.starts_with(words)).order_by_desc(C::MadeAt).limit(HITS))
        .await?;
    let hit = |one: payment_batch::Model| Hit {
        href: at::PaymentBatchPage(&one.id).to_string(),
        what: format!("{} 笔 · {} · {}", one.lines, ui::money::text(one.total), ui::dates::full_moment(one.made_at)),
        name: one.batch_no,
    };
    Ok(rows.into_iter().map(hit).collect())
}

fn person_hit(one: person::Model) -> Hit {
    Hit { href: at::PersonPage(&one.id).to_string(), name: one.name, what: one.id_number_masked }
}

async fn by_name(desk: &Desk, reader: &Reader, words: &str) -> Result<Vec<Hit>, Stop> {
    if !desk.may(<FindPerson as desk::Act>::PERMISSION) || words.chars().count() < 2 {
        return Ok(Vec::new());
    }
    let rows = reader
        .list::<person::Entity>(|q| {
            q.filter(person::Column::Name.contains(words)).order_by_asc(person::Column::Name).limit(HITS)
        })
        .await?;
    Ok(rows.into_iter().map(person_hit).collect())
}

/// By a whole number: an act, because a hit leaves a trace that the person can see.
async fn by_number(desk: &Desk, reader: &Reader, words: &str) -> Result<Vec<Hit>, Stop> {
    if !desk.may(<FindPerson as desk::Act>::PERMISSION) {
        return Ok(Vec::new());
    }
    let found: Option<PersonId> = desk.perform(FindPerson { id_number: words.into() }).await?;
    match found {
        Some(id) => Ok(vec![person_hit(reader.get(&id).await?)]),
        None => Ok(Vec::new()),
    }
}
