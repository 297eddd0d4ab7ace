//! The register of the directory (M2.4), its workbook in the columns of annex table 2, and its API.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use desk::workbook::{Cell, Sheet};
use desk::{Desk, Query};
use foundation::at;
use foundation::codes::{DirectoryState, InstitutionKind};
use foundation::limits::{EXPORT_ROWS, PAGE_ROWS};
use foundation::{DistrictCode, Fault, InstitutionId, Office, Scope, Stop, Uscc};
use serde::Serialize;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::institutions::institution::{Column, Entity, Model};
use ui::{Button, Filter, Register, Row, Tag, html, tag};

use crate::queries::{self, Filters};

/// The register, or its file.
pub async fn show(desk: Desk, Query(filters): Query<Filters>) -> Result<Response, Response> {
    let answer = if !filters.export.is_empty() { export(&desk, &filters).await } else { table(&desk, &filters).await };
    answer.map_err(|stop| desk.stopped(stop))
}

async fn table(desk: &Desk, filters: &Filters) -> Result<Response, Stop> {
    let reader = desk.read().await?;
    let condition = queries::condition(&reader, filters).await?;
    let page = reader
        .page::<Entity>(filters.page.parse().unwrap_or(1), PAGE_ROWS, |q| queries::register(condition.clone(), q))
        .await?;
    let programmes = queries::programmes(&reader, &page.rows).await?;
    let official = matches!(
        desk.actor.office,
        Office::Province | Office::City { .. } | Office::County { .. } | Office::Audit { .. }
    );
    let mut choices = vec![
        Filter::text("q", "机构名称或信用代码"),
        Filter::text("item", "培训项目"),
        desk::filters::districts(&Scope::Everything),
        Filter::choice("kind", "办学性质", InstitutionKind::all().iter().map(|one| (one.code(), one.label()))),
    ];
    if official {
        choices.push(Filter::choice(
            "state",
            "状态",
            [DirectoryState::Listed, DirectoryState::Warned, DirectoryState::Suspended, DirectoryState::Removed]
                .iter()
                .map(|one| (one.code(), one.label())),
        ));
    }
    let register = Register {
        title: "补贴性培训机构目录".into(),
        note: "目录里的机构才能开补贴性培训班".into(),
        buttons: if desk.may(super::PUBLISH) {
            vec![Button::link("列入新机构", "/institutions/new").main()]
        } else {
            Vec::new()
        },
        path: "/institutions".into(),
        query: filters.pairs(),
        filters: choices,
        columns: ["机构名称", "地区", "办学性质", "可开展的培训项目", "地址", "联系人", "联系电话", "状态"]
            .map(ui::Column::text)
            .into(),
        rows: page.rows.iter().map(|row| line(row, &programmes)).collect(),
        total: page.total,
        page: page.number,
        per_page: page.size,
        exports: ui::table::exports(),
        empty: "没有符合条件的机构。换个条件试试。".into(),
        ..Register::default()
    };
    Ok(desk.page("培训机构目录", super::NAV, html! { (register) }))
}

fn line(row: &Model, programmes: &BTreeMap<InstitutionId, Vec<String>>) -> Row {
    let taught = programmes.get(&row.id).map(Vec::as_slice).unwrap_or_default();
    Row::link(
        at::InstitutionPage(&row.id).to_string(),
        vec![
            html! { (row.name) },
            html! { (row.district.name()) },
            html! { (row.kind.label()) },
            html! {
                @if taught.is_empty() {
                    "—"
                } @else {
                    (taught.iter().take(3).cloned().collect::<Vec<_>>().join("、"))
                    @if taught.len() > 3 { " 等 " (taught.len()) " 项" }
                }
            },
            html! { (row.address) },
            html! { (row.contact) },
            html! { (row.phone) },
            html! { (state_tag(row.state)) },
        ],
    )
}

/// The state in one word.
pub fn state_tag(state: DirectoryState) -> Tag {
    match state {
        DirectoryState::Listed => tag::good(state.label()),
        DirectoryState::Warned | DirectoryState::Rectifying => tag::look(state.label()),
        DirectoryState::Suspended | DirectoryState::Removed | DirectoryState::Expired => tag::act(state.label()),
        DirectoryState::Applying
        | DirectoryState::FormalCheck
        | DirectoryState::OnSiteCheck
        | DirectoryState::Scoring
        | DirectoryState::Publicity
        | DirectoryState::Filing
        | DirectoryState::Left => tag::neutral(state.label()),
    }
}

async fn export(desk: &Desk, filters: &Filters) -> Result<Response, Stop> {
    let reader = desk.read().await?;
    let condition = queries::condition(&reader, filters).await?;
    let rows = reader.list::<Entity>(|q| queries::register(condition, q).limit(EXPORT_ROWS + 1)).await?;
    let programmes = queries::programmes(&reader, &rows).await?;
    let rows = (1..)
        .zip(&rows)
        .map(|(number, row)| {
            vec![
                Cell::Number(number),
                Cell::text(row.name.as_str()),
                Cell::text(row.address.as_str()),
                Cell::text(row.kind.label()),
                Cell::text(programmes.get(&row.id).map(|all| all.join("、")).unwrap_or_default()),
                Cell::text(row.contact.as_str()),
                Cell::text(row.phone.as_str()),
                Cell::text(format!("{}，{}，{}", row.district.full_name(), row.state.label(), row.document)),
            ]
        })
        .collect();
    let columns = vec![
        ("序号", 6),
        ("机构名称", 32),
        ("地址", 36),
        ("办学性质", 22),
        ("可开展的培训项目", 44),
        ("联系人", 10),
        ("联系电话", 16),
        ("备注", 36),
    ];
    Sheet { title: "补贴性培训机构目录".into(), columns, rows }.answer_as(desk, &filters.export)
}

/// An institution as the API gives it: the directory's public columns.
#[derive(Debug, Serialize)]
struct Item<'a> {
    id: &'a InstitutionId,
    uscc: &'a Uscc,
    name: &'a str,
    kind: InstitutionKind,
    district: DistrictCode,
    district_name: &'static str,
    serial: i32,
    address: &'a str,
    contact: &'a str,
    phone: &'a str,
    state: DirectoryState,
    licence_until: foundation::Date,
    listed_on: Option<foundation::Date>,
    document: &'a str,
    programmes: &'a [String],
}

fn item<'a>(row: &'a Model, programmes: &'a BTreeMap<InstitutionId, Vec<String>>) -> Item<'a> {
    Item {
        id: &row.id,
        uscc: &row.uscc,
        name: &row.name,
        kind: row.kind,
        district: row.district,
        district_name: row.district.name(),
        serial: row.serial,
        address: &row.address,
        contact: &row.contact,
        phone: &row.phone,
        state: row.state,
        licence_until: row.licence_until,
        listed_on: row.listed_on,
        document: &row.document,
        programmes: programmes.get(&row.id).map(Vec::as_slice).unwrap_or_default(),
    }
}

/// `GET /api/v1/institutions`: filters, `after`, `limit` ≤ 100.
pub async fn resource(desk: Desk, headers: HeaderMap, Query(filters): Query<Filters>) -> Result<Response, Response> {
    let run = async {
        let reader = desk.read().await?;
        let limit = desk::api::limit(&filters.limit);
        let condition = queries::condition(&reader, &filters).await?;
        let rows = reader
            .list::<Entity>(|q| {
                let q = q.filter(condition).order_by_asc(Column::Id).limit(limit);
                match filters.after.parse::<InstitutionId>() {
                    Ok(after) => q.filter(Column::Id.gt(after)),
                    Err(_) => q,
                }
            })
            .await?;
        let programmes = queries::programmes(&reader, &rows).await?;
        let items: Vec<Item<'_>> = rows.iter().map(|row| item(row, &programmes)).collect();
        Ok::<_, Stop>(desk::api::list(&headers, &items, limit, rows.last().map(|row| row.id.to_string())))
    };
    run.await.map_err(|stop| desk.stopped(stop))
}

/// `GET /api/v1/institutions/{id}`.
pub async fn one(desk: Desk, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Response> {
    let run = async {
        let reader = desk.read().await?;
        let row = reader.get(&id.parse::<InstitutionId>().map_err(|_| Fault::Gone)?).await?;
        let programmes = queries::programmes(&reader, std::slice::from_ref(&row)).await?;
        Ok::<_, Stop>(desk::api::resource(&headers, &item(&row, &programmes)))
    };
    run.await.map_err(|stop| desk.stopped(stop))
}
