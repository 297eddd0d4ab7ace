//! The register of the catalogue (M1.1), its workbook in the columns of annex table 1, and its API.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use desk::workbook::{Cell, Sheet};
use desk::{Desk, Query};
use foundation::at;
use foundation::codes::{CertificateType, NeedsState, TrainingType};
use foundation::limits::{EXPORT_ROWS, PAGE_ROWS};
use foundation::{DistrictCode, Fault, Function, NeedsItemId, OccupationCode, Office, Permission, Right, Scope, Stop};
use serde::Serialize;
use store::query::QuerySelect;
use store::tables::needs::needs_item::{Entity, Model};
use ui::{Button, Column, Filter, Register, Row, html, tag};

use crate::queries::{self, Filters};

/// The register, or its file.
pub async fn show(desk: Desk, Query(filters): Query<Filters>) -> Result<Response, Response> {
    let answer = if !filters.export.is_empty() { export(&desk, &filters).await } else { table(&desk, &filters).await };
    answer.map_err(|stop| desk.stopped(stop))
}

async fn table(desk: &Desk, filters: &Filters) -> Result<Response, Stop> {
    let (reader, scope) = (desk.read().await?, desk.scope());
    let page = reader
        .page::<Entity>(filters.page.parse().unwrap_or(1), PAGE_ROWS, |q| queries::register(filters, &scope, q))
        .await?;
    let official = matches!(desk.actor.office, Office::Province | Office::City { .. } | Office::County { .. });
    let mut buttons = Vec::new();
    // An enterprise's C on this row is its need (需求), not the catalogue's draft.
    if desk.actor.office.district().is_some() && desk.may(Permission::Of(Function::NeedsDraft, Right::Create)) {
        buttons.push(Button::link("起草新项目", "/needs/new").main());
    }
    let register = Register {
        title: "职业技能培训需求指导目录".into(),
        note: "目录里的培训才有补贴".into(),
        buttons,
        path: "/needs".into(),
        query: filters.pairs(),
        filters: choices(official),
        columns: columns(official),
        rows: page.rows.iter().map(|row| line(row, official)).collect(),
        total: page.total,
        page: page.number,
        per_page: page.size,
        exports: ui::table::exports(),
        empty: "没有符合条件的项目。换个条件试试。".into(),
        ..Register::default()
    };
    Ok(desk.page("需求指导目录", super::NAV, html! { (register) }))
}

fn choices(official: bool) -> Vec<Filter> {
    let mut all = vec![
        Filter::text("q", "职业、项目或编码"),
        desk::filters::districts(&Scope::Everything),
        Filter::choice("training", "培训类型", TrainingType::all().iter().map(|one| (one.code(), one.label()))),
        Filter::choice("certificate", "证书类型", CertificateType::all().iter().map(|one| (one.code(), one.label()))),
        Filter::choice("shortage", "急需紧缺", [("1", "是"), ("0", "否")]),
    ];
    if official {
        all.push(Filter::choice("state", "状态", NeedsState::all().iter().map(|one| (one.code(), one.label()))));
    }
    all
}

fn columns(official: bool) -> Vec<Column> {
    let mut all = vec![
        Column::text("职业（工种）或项目"),
        Column::text("等级"),
        Column::text("地区"),
        Column::text("培训类型"),
        Column::text("证书类型"),
        Column::number("课时"),
        Column::text("补贴标准"),
        Column::text("急需紧缺"),
    ];
    if official {
        all.push(Column::text("状态"));
    }
    all
}

fn line(row: &Model, official: bool) -> Row {
    let mut cells = vec![
        html! { (row.name) @if let Some(code) = &row.occupation { " " small class="jb-faint" { (code) } } },
        html! { (row.level.label()) },
        html! { (row.district.name()) },
        html! { (row.training_type.label()) },
        html! { (row.certificate_type.label()) },
        html! { (periods(row)) },
        html! { (row.rate_text) },
        html! { @if let Some(class) = row.shortage_class { (tag::look(class.label())) } @else { "否" } },
    ];
    if official {
        cells.push(html! { (state_tag(row)) });
    }
    Row::link(at::NeedsItemPage(&row.id).to_string(), cells)
}

/// `20—80`, or one number when both are the same.
pub fn periods(row: &Model) -> String {
    if row.periods_min == row.periods_max {
        row.periods_min.to_string()
    } else {
        format!("{}—{}", row.periods_min, row.periods_max)
    }
}

/// The state in one word.
pub fn state_tag(row: &Model) -> ui::Tag {
    match row.state {
        NeedsState::Draft if row.filing_no.is_empty() => tag::neutral("起草"),
        NeedsState::Draft => tag::look("已备案，待发布"),
        NeedsState::Published => tag::good("已发布"),
        NeedsState::Delisted => tag::act("已移出"),
    }
}

async fn export(desk: &Desk, filters: &Filters) -> Result<Response, Stop> {
    let (reader, scope) = (desk.read().await?, desk.scope());
    let rows = reader.list::<Entity>(|q| queries::register(filters, &scope, q).limit(EXPORT_ROWS + 1)).await?;
    let rows = (1..)
        .zip(&rows)
        .map(|(number, row)| {
            vec![
                Cell::Number(number),
                Cell::text(row.training_type.label()),
                Cell::text(row.name.as_str()),
                row.occupation.as_ref().map_or(Cell::Empty, |code| Cell::text(code.as_str())),
                Cell::text(row.level.label()),
                Cell::text(periods(row)),
                Cell::text(row.rate_text.as_str()),
                Cell::text(row.shortage_class.map_or("否".to_owned(), |class| format!("是（{}）", class.label()))),
                Cell::text(row.certificate_type.label()),
                Cell::text(remark(row)),
            ]
        })
        .collect();
    let columns = vec![
        ("序号", 6),
        ("培训类型", 22),
        ("职业(工种)名称", 24),
        ("职业编码", 13),
        ("等级", 14),
        ("课时", 10),
        ("补贴标准(元)", 28),
        ("是否急需紧缺", 16),
        ("证书类型", 18),
        ("备注", 36),
    ];
    Sheet { title: "职业技能培训需求指导目录".into(), columns, rows }.answer_as(desk, &filters.export)
}

fn remark(row: &Model) -> String {
    let mut parts = vec![row.district.full_name(), format!("{}年", row.year)];
    if !row.document.is_empty() {
        parts.push(row.document.clone());
    }
    if row.state != NeedsState::Published {
        parts.push(row.state.label().to_owned());
    }
    parts.join("，")
}

/// An item as the API gives it.
#[derive(Debug, Serialize)]
struct Item<'a> {
    id: &'a NeedsItemId,
    district: DistrictCode,
    district_name: &'static str,
    year: i32,
    training_type: TrainingType,
    occupation: Option<&'a OccupationCode>,
    name: &'a str,
    level: foundation::SkillLevel,
    certificate_type: CertificateType,
    periods_min: i32,
    periods_max: i32,
    online_cap_pct: i32,
    shortage_class: Option<foundation::codes::ShortageClass>,
    rate_text: &'a str,
    state: NeedsState,
    filing_no: &'a str,
    document: &'a str,
    published_on: Option<foundation::Date>,
}

impl<'a> From<&'a Model> for Item<'a> {
    fn from(row: &'a Model) -> Self {
        Self {
            id: &row.id,
            district: row.district,
            district_name: row.district.name(),
            year: row.year,
            training_type: row.training_type,
            occupation: row.occupation.as_ref(),
            name: &row.name,
            level: row.level,
            certificate_type: row.certificate_type,
            periods_min: row.periods_min.0,
            periods_max: row.periods_max.0,
            online_cap_pct: row.online_cap_pct,
            shortage_class: row.shortage_class,
            rate_text: &row.rate_text,
            state: row.state,
            filing_no: &row.filing_no,
            document: &row.document,
            published_on: row.published_on,
        }
    }
}

/// `GET /api/v1/needs`: filters, `after`, `limit` ≤ 100.
pub async fn resource(desk: Desk, headers: HeaderMap, Query(filters): Query<Filters>) -> Result<Response, Response> {
    let run = async {
        let (reader, scope) = (desk.read().await?, desk.scope());
        let limit = desk::api::limit(&filters.limit);
        let rows = reader.list::<Entity>(|q| queries::resource(&filters, &scope, q).limit(limit)).await?;
        let items: Vec<Item<'_>> = rows.iter().map(Item::from).collect();
        Ok::<_, Stop>(desk::api::list(&headers, &items, limit, rows.last().map(|row| row.id.to_string())))
    };
    run.await.map_err(|stop| desk.stopped(stop))
}

/// `GET /api/v1/needs/{id}`.
pub async fn one(desk: Desk, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Response> {
    let run = async {
        let row = seen(&desk, &id).await?;
        Ok::<_, Stop>(desk::api::resource(&headers, &Item::from(&row)))
    };
    run.await.map_err(|stop| desk.stopped(stop))
}

/// The item with this id, if the desk may see it; malformed ids are absent ones.
pub async fn seen(desk: &Desk, id: &str) -> Result<Model, Stop> {
    let id: NeedsItemId = id.parse().map_err(|_| Fault::Gone)?;
    let reader = desk.read().await?;
    let row = reader.get(&id).await?;
    if queries::visible(reader.scope(), &row) { Ok(row) } else { Err(Fault::Gone.into()) }
}
