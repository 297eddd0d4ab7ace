//! Publicity of claims (补贴公示; domain §7.4): masked names, item, amount; open to everybody, printable.

use axum::extract::Path;
use axum::response::Response;
use desk::workbook::Export;
use desk::{Desk, Query, Read};
use foundation::at;
use foundation::codes::ClaimState;
use foundation::limits::{EXPORT_ROWS, PAGE_ROWS};
use foundation::{ClaimId, Fault, Permission, PersonName, Stop};
use maud::{Markup, html};
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::funds::{claim, claim_item};
use ui::{Button, Column, Register, Row, Tone, callout, page_head, panel, simple_table};

/// What is public now.
pub struct PublicityList;
impl Read for PublicityList {
    const NAME: &'static str = "publicity";
    const PERMISSION: Permission = Permission::Public;
    const CLAUSE: &'static str = "M8.9";
    const STAGE: &'static str = ClaimState::Published.code();
}

/// Shown to everybody: an objection does not take a claim out of sight.
const PUBLIC: [ClaimState; 2] = [ClaimState::Published, ClaimState::UnderObjection];

/// `/publicity`.
pub async fn list(desk: Desk, Query(asked): Query<Export>) -> Response {
    listed(&desk, &asked).await.unwrap_or_else(|stop| desk.stopped(stop))
}

async fn listed(desk: &Desk, asked: &Export) -> Result<Response, Stop> {
    let reader = desk.as_system("publicity").read().await?;
    let size = if asked.export.is_empty() { PAGE_ROWS } else { EXPORT_ROWS };
    let page = reader
        .page::<claim::Entity>(asked.page.parse().unwrap_or(1), size, |q| {
            q.filter(claim::Column::State.is_in(PUBLIC))
                .order_by_asc(claim::Column::PublicityUntil)
                .order_by_asc(claim::Column::Id)
        })
        .await?;
    let register = Register {
        title: "补贴公示".into(),
        note: "公示期内任何人都可以提出异议，不用登录".into(),
        path: "/publicity".into(),
        buttons: vec![Button::link("提出异议或查看答复", "/public/objections/new")],
        columns: vec![
            Column::text("培训机构"),
            Column::text("班级"),
            Column::text("地区"),
            Column::number("人数"),
            Column::number("金额"),
            Column::text("公示到"),
        ],
        rows: page.rows.iter().map(|one| line(desk, one)).collect(),
        total: page.total,
        page: page.number,
        per_page: page.size,
        exports: ui::table::exports(),
        empty: "现在没有正在公示的补贴。".into(),
        ..Register::default()
    };
    if !asked.export.is_empty() {
        return desk::workbook::Sheet::of(&register).answer_as(desk, &asked.export);
    }
    Ok(desk.page("补贴公示", "/publicity", html! { (register) }))
}

fn line(desk: &Desk, one: &claim::Model) -> Row {
    Row::link(
        at::PublicityPage(&one.id).to_string(),
        vec![
            html! { (one.institution_name) },
            html! { (one.class_title) },
            html! { (one.district.full_name()) },
            html! { (one.persons) },
            ui::money(one.total),
            html! {
                @if let Some(until) = one.publicity_until { (ui::dates::full_day(until)) (provisional(desk, until)) }
            },
        ],
    )
}

/// `/publicity/{claim}`.
pub async fn one(desk: Desk, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
    match one_body(&desk, &id).await {
        Ok(body) => desk.page("补贴公示", "/publicity", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn one_body(desk: &Desk, id: &ClaimId) -> Result<Markup, Stop> {
    let reader = desk.as_system("publicity").read().await?;
    let row = reader.get(&id).await?;
    if !PUBLIC.contains(&row.state) {
        return Err(Fault::Gone.into());
    }
    let items = reader
        .list::<claim_item::Entity>(|q| {
            q.filter(claim_item::Column::Claim.eq(id.clone()))
                .filter(claim_item::Column::Eligible.eq(true))
                .order_by_asc(claim_item::Column::Id)
        })
        .await?;
    let rows: Vec<Row> = items
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let name = one.name.parse::<PersonName>().map_or_else(|_| "*".to_owned(), |name| name.masked());
            Row::plain(vec![
                html! { (at + 1) },
                html! { (name) },
                html! { (row.class_title) },
                html! { (one.payable) },
                ui::money(one.amount),
            ])
        })
        .collect();
    let period = match (row.publicity_from, row.publicity_until) {
        (Some(from), Some(until)) => format!("{}{}", ui::dates::full_range(from, until), provisional(desk, until)),
        _ => String::new(),
    };
    Ok(html! {
        (page_head(&format!("{} 补贴公示", row.class_title), &format!("公示期 {period}"),
            &[Button::link("对这份公示提出异议", at::PublicObjectionsNew.asking(&[("claim", &id)]))]))
        @if row.state == ClaimState::UnderObjection {
            (callout(Tone::Look, html! { p { "有人对这份公示提出了异议，人社部门正在核查。核查期间不拨付。" } }))
        }
        (panel("", ui::facts_grid(&[("培训机构", row.institution_name.clone()), ("地区", row.district.full_name()),
            ("人数", format!("{} 人", items.len())), ("金额", ui::money::text(row.total))])))
        (simple_table("名单", &[Column::number("序号"), Column::text("姓名"), Column::text("项目"), Column::number("可补课时"),
            Column::number("金额")], &rows))
    })
}

/// A last day in a year whose holidays are not published yet may still move.
fn provisional(desk: &Desk, until: foundation::Date) -> &'static str {
    if desk.premises.calendar.is_certain(until) { "" } else { "（暂定）" }
}
