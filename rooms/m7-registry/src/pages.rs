//! Persons of the real-name registry as officials and institutions see them (M7.1, M7.2; domain §12.1):
//! masked everywhere, opened one field at a time for a written reason that the person can read.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use desk::workbook::XLSX;
use desk::{Desk, Next, Pairs, Query, Read, Routes};
use foundation::at;
use foundation::limits::{EXPORT_ROWS, PAGE_ROWS};
use foundation::{Fault, Function, Permission, PersonId, Refusal, Right, Stop};
use maud::{Markup, html};
use serde::Deserialize;
use store::Reader;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder};
use store::tables::registry::person;
use ui::{
    Column, Dossier, DossierHead, Field, Form, FormState, Masked, Register, Row, facts_grid, form, section,
    simple_table,
};

use crate::acts::{FindPerson, RevealPersonalData};
use crate::doorway::ClassesOf;
use crate::{roster, search, views};

/// Why somebody may need a whole number; anything else can be written in the API's own words.
pub const REASONS: [&str; 5] =
    ["开班审核核对身份", "过程检查核对身份", "电话抽核学员", "补贴审核核对身份", "处理投诉举报"];

/// Persons within reach.
pub struct PersonRegister;
impl Read for PersonRegister {
    const NAME: &'static str = "person-register";
    const PERMISSION: Permission = Permission::Of(Function::Inspection, Right::Read);
    const CLAUSE: &'static str = "M7.1";
    const CLAUSE_WHY: &'static str = "检查的人查的是实名登记";
}

/// One person.
pub struct PersonPage;
impl Read for PersonPage {
    const NAME: &'static str = "person-page";
    const PERMISSION: Permission = Permission::Of(Function::Inspection, Right::Read);
    const CLAUSE: &'static str = "M7.1";
    const CLAUSE_WHY: &'static str = "检查的人查的是实名登记";
}

/// The empty roster to fill in.
pub struct RosterTemplate;
impl Read for RosterTemplate {
    const NAME: &'static str = "roster-template";
    const PERMISSION: Permission = Permission::Of(Function::Roster, Right::Read);
}

/// The room's routes.
pub fn routes() -> Routes {
    Routes::new()
        .read::<PersonRegister, _, _>("/persons", register)
        .read::<search::Search, _, _>("/search", search::ask)
        .post::<search::Search, _, _>("/search", search::answer)
        .act::<FindPerson, _, _>("/persons/find", find)
        .read::<PersonPage, _, _>("/persons/{id}", show)
        .act::<RevealPersonalData, _, _>("/persons/{id}/reveal", reveal)
        .read::<RosterTemplate, _, _>("/roster-template.xlsx", template)
}

/// The page of the register.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Turned {
    /// Page number.
    pub page: String,
    /// `xlsx` or `csv` asks for the file; numbers stay masked in it.
    pub export: String,
}

/// `/persons`: everybody within reach; who is looked for travels in a post, never in the address.
pub async fn register(desk: Desk, Query(turned): Query<Turned>) -> Response {
    listed(&desk, 200, turned.page.parse().unwrap_or(1), &turned.export, &FormState::new())
        .await
        .unwrap_or_else(|stop| desk.stopped(stop))
}

async fn listed(desk: &Desk, status: u16, page: u64, export: &str, state: &FormState) -> Result<Response, Stop> {
    let reader = desk.read().await?;
    let words = state.value("who").trim();
    let size = if export.is_empty() { PAGE_ROWS } else { EXPORT_ROWS };
    let found = reader
        .page::<person::Entity>(page, size, |q| {
            q.filter(named(words)).order_by_asc(person::Column::Name).order_by_asc(person::Column::Id)
        })
        .await?;
    let more = found.total > found.rows.len() as u64 && !words.is_empty();
    let register = Register {
        title: "实名制人员".into(),
        note: "参加过本辖区或本机构培训的人员".into(),
        path: "/persons".into(),
        columns: ["姓名", "证件", "证件号码", "性别", "电话", "首次登记"].map(Column::text).to_vec(),
        rows: found.rows.iter().map(line).collect(),
        // Found ones are on one page: turning it would put the words into the address.
        total: if more { found.rows.len() as u64 } else { found.total },
        page: found.number,
        per_page: found.size,
        exports: ui::table::exports(),
        empty: "没有找到。姓名可以只写一部分。".into(),
        ..Register::default()
    };
    if !export.is_empty() {
        return desk::workbook::Sheet::of(&register).answer_as(desk, export);
    }
    let options = Form { action: "/persons/find".into(), submit: "查找".into(), ..Form::default() };
    Ok(desk.page_status(
        status,
        "实名制人员",
        "/persons",
        html! {
            (form(&options, state, html! {
                (Field::text("who", "查找")
                    .hint("姓名（可以只写一部分），或完整的证件号码、手机号；按号码查到的会记入留痕").autocomplete("off").required().show(state))
            }))
            @if more { p { "符合的有 " (found.total) " 人，只列出前 " (found.rows.len()) " 人，请写得更完整些。" } }
            (register)
        },
    ))
}

fn line(one: &person::Model) -> Row {
    Row::link(
        at::PersonPage(&one.id).to_string(),
        vec![
            html! { (one.name) },
            html! { (one.id_type.label()) },
            html! { span class="jb-number" { (one.id_number_masked) } },
            html! { (one.sex) },
            html! { span class="jb-number" { (one.phone_masked) } },
            html! { (one.district.name()) " " (ui::dates::full_day(foundation::clock::day_of(one.created_at))) },
        ],
    )
}

fn named(text: &str) -> Condition {
    // % and _ are LIKE's own letters; no name holds them.
    let plain: String = text.chars().filter(|c| !matches!(c, '%' | '_' | '\\')).take(50).collect();
    if plain.is_empty() { Condition::all() } else { Condition::all().add(person::Column::Name.contains(plain)) }
}

/// POST `/persons/find`: a name lists, a whole number opens.
pub async fn find(desk: Desk, form: Pairs) -> Response {
    let who = form.value("who");
    let digits = who.chars().filter(char::is_ascii_digit).count();
    if digits < 5 && !search::is_number(&desk, who) {
        return listed(&desk, 200, 1, "", &form.state()).await.unwrap_or_else(|stop| desk.stopped(stop));
    }
    let next = |found: Option<PersonId>| match found {
        Some(person) => Next::Go(at::PersonPage(&person).to_string(), String::new()),
        None => Next::Stay("/persons".into(), "!没有找到，或者不在您的管辖范围内。请核对号码。".into()),
    };
    let again = async |mut no: Vec<Refusal>| {
        no.iter_mut().for_each(|one| one.field = Some("who".into()));
        listed(&desk, 422, 1, "", &FormState::new().secret("who").refused(no))
            .await
            .unwrap_or_else(|stop| desk.stopped(stop))
    };
    desk.answer(desk.perform(FindPerson { id_number: who.into() }).await, next, again).await
}

/// `/persons/{id}`.
pub async fn show(desk: Desk, Path(id): Path<String>) -> Response {
    match dossier(&desk, &id, None, "").await {
        Ok(body) => desk.page("实名制人员", "/persons", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn seen(desk: &Desk, id: &str) -> Result<(Reader, person::Model), Stop> {
    let id: PersonId = id.parse().map_err(|_| Fault::Gone)?;
    let reader = desk.read().await?;
    let row = reader.get(&id).await?;
    Ok((reader, row))
}

/// The dossier; `opened` is a field just revealed, with its value, `error` why it was not.
async fn dossier(desk: &Desk, id: &str, opened: Option<(&str, &str)>, error: &str) -> Result<Markup, Stop> {
    let (reader, row) = seen(desk, id).await?;
    let shown = |what: &str, word: &str, masked: &str| field(desk, &row.id, what, word, masked, opened);
    let facts = [
        ("证件", html! { (row.id_type.label()) }),
        ("证件号码", shown("id_number", "证件号码", &row.id_number_masked)),
        ("电话", shown("phone", "电话", &row.phone_masked)),
        ("性别", html! { (or_dash(&row.sex)) }),
        ("出生", html! { (row.birth.format("%Y年%-m月")) }),
        ("文化程度", html! { (or_dash(&row.education)) }),
        (
            "首次登记",
            html! { (row.district.name()) " " (ui::dates::full_day(foundation::clock::day_of(row.created_at))) },
        ),
    ];
    let mut main = Vec::new();
    if !error.is_empty() {
        main.push(html! { p class="jb-text--act" role="alert" { (error) } });
    }
    main.extend([section("", facts_grid(&facts)), section("参加的培训", classes(desk, &reader, &row.id).await?)]);
    let mut side = vec![section("谁看过", viewed(desk, &reader, &row.id).await?)];
    side.push(ui::trail(&desk::trail::of(desk, &reader, &crate::declared::PERSON, &row.id.to_string(), 20).await?));
    Ok(html! {
        (Dossier { head: DossierHead { title: row.name.clone(), owner: "实名制人员".into(), ..DossierHead::default() },
            steps: Vec::new(), main, side })
    })
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "—" } else { text }
}

fn field(desk: &Desk, person: &PersonId, what: &str, word: &str, masked: &str, opened: Option<(&str, &str)>) -> Markup {
    if masked.is_empty() {
        return html! { "没有登记" };
    }
    if let Some((_, value)) = opened.filter(|(which, _)| *which == what) {
        return html! { (Masked { text: value.into(), what: word.into(), is_revealed: true, ..Masked::default() }) };
    }
    let mut one = Masked::new(word, masked);
    if desk.may(<RevealPersonalData as desk::Act>::PERMISSION) {
        one = one.reveal_at(at::PersonReveal(&person).to_string()).field("what", what);
        one.reasons = REASONS.iter().map(|reason| ((*reason).to_owned(), (*reason).to_owned())).collect();
    }
    html! { (one) }
}

async fn classes(desk: &Desk, reader: &Reader, person: &PersonId) -> Result<Markup, Stop> {
    let attended = desk.premises.ask(reader, ClassesOf { person: person.clone(), most: PAGE_ROWS }).await?;
    let rows: Vec<Row> = attended
        .iter()
        .map(|one| {
            Row::link(
                at::ClassPage(&one.class).to_string(),
                vec![
                    html! { (one.title) },
                    html! { (one.institution_name) },
                    html! { (ui::dates::full_range(one.days.0, one.days.1)) },
                    html! { (one.category.label()) },
                    html! { (one.state.map_or("已退出", |state| state.label())) },
                    html! {
                        @if let Some(number) = &one.certificate { a href=(at::VerifyPage(number)) { (number) } }
                        @else { "—" }
                    },
                ],
            )
        })
        .collect();
    Ok(simple_table(
        "参加的培训",
        &[
            Column::text("班级"),
            Column::text("机构"),
            Column::text("起止"),
            Column::text("人员类别"),
            Column::text("状态"),
            Column::text("证书"),
        ],
        &rows,
    ))
}

async fn viewed(desk: &Desk, reader: &Reader, person: &PersonId) -> Result<Markup, Stop> {
    let list = views::of(reader, person, 20).await?;
    let today = desk.today();
    Ok(html! {
        @if list.is_empty() { p class="jb-faint" { "没有人查看过完整信息。" } }
        ul class="jb-list" {
            @for one in &list {
                li {
                    span {
                        (views::word(&one.what)) " · " (one.purpose) br;
                        small class="jb-faint" {
                            (ui::dates::moment(one.at, today)) " " (one.office_name) " " (one.viewer_name)
                        }
                    }
                }
            }
        }
    })
}

/// POST `/persons/{id}/reveal`: shows the field once, on this page only; nothing is kept in the browser.
pub async fn reveal(desk: Desk, Path(id): Path<String>, form: Pairs) -> Response {
    let Ok(person) = id.parse::<PersonId>() else { return desk.stopped(Fault::Gone.into()) };
    let what = form.value("what").to_owned();
    let page = async |status, opened: Option<&str>, error: String| match dossier(
        &desk,
        &id,
        opened.map(|value| (what.as_str(), value)),
        &error,
    )
    .await
    {
        Ok(body) => desk.page_status(status, "实名制人员", "/persons", body),
        Err(stop) => desk.stopped(stop),
    };
    let shown = async {
        let value = desk
            .perform(RevealPersonalData { person, what: what.clone(), purpose: form.value("reason").into() })
            .await?;
        Ok(page(200, Some(&value), String::new()).await)
    };
    let again = async |no: Vec<Refusal>| {
        page(422, None, no.iter().map(|one| format!("{}。{}。", one.fact, one.fix)).collect()).await
    };
    desk.answer(shown.await, |page| page, again).await
}

/// `/roster-template.xlsx`.
pub async fn template(desk: Desk) -> Response {
    match roster::template() {
        Ok(bytes) => (
            [
                (header::CONTENT_TYPE, XLSX.to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    format!("attachment; filename*=UTF-8''{}", ui::table::encode("学员名册模板.xlsx")),
                ),
            ],
            bytes,
        )
            .into_response(),
        Err(refusal) => desk.stopped(refusal.into()),
    }
}
