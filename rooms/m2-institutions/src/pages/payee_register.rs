//! The register of corrections of payees' accounts (M8.9; risk rule F04 付前改卡): who proposed, who decided, on which
//! document; for the offices that pay and those that watch them.

use std::collections::HashMap;

use axum::response::Response;
use desk::procedure::Procedure;
use desk::{Desk, Query, filters};
use foundation::codes::PayeeState;
use foundation::limits::{EXPORT_ROWS, PAGE_ROWS};
use foundation::{AccountId, InstitutionId, Stop, at};
use store::Reader;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder};
use store::tables::institutions::payee_change::{Column as C, Entity, Model};
use store::tables::institutions::{institution, payee_change};
use ui::{Column, Filter, Register, Row, dates, html};

use super::payee::tag_of;
use crate::procedures::payee::PayeeChanges;

desk::filters! {
    /// The register's address.
    pub Asked {
        /// Words of the institution's name.
        q,
        /// State code.
        state,
        /// District code.
        district,
    }
}

/// `/payee-changes`, or its file.
pub async fn show(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Response> {
    listed(&desk, &asked).await.map_err(|stop| desk.stopped(stop))
}

async fn listed(desk: &Desk, asked: &Asked) -> Result<Response, Stop> {
    let reader = desk.read().await?;
    let all = condition(&reader, asked).await?;
    let size = if asked.export.is_empty() { PAGE_ROWS } else { EXPORT_ROWS };
    let page = reader
        .page::<Entity>(asked.page_number(), size, |q| {
            q.filter(all.clone()).order_by_desc(C::ProposedAt).order_by_desc(C::Id)
        })
        .await?;
    let (payees, people) = (payees(&reader, &page.rows).await?, people(&reader, &page.rows).await?);
    let register = Register {
        title: "收款账户更正".into(),
        note: "一人提出、另一人照材料复核才生效；等待复核时不做、不批准这家机构的拨付批次".into(),
        path: at::PayeeChanges.to_string(),
        query: asked.pairs(),
        filters: vec![
            Filter::text("q", "机构名称"),
            Filter::choice("state", "状态", PayeeState::all().iter().map(|one| (one.code(), one.label()))),
            filters::districts(&desk.scope()),
        ],
        columns: ["机构", "地区", "状态", "改为", "依据材料", "提出", "办理"].map(Column::text).into(),
        rows: page.rows.iter().map(|row| line(row, &payees, &people)).collect::<Result<_, _>>()?,
        total: page.total,
        page: page.number,
        per_page: page.size,
        exports: ui::table::exports(),
        empty: "没有收款账户更正。要更正的，请从机构页面提出。".into(),
        ..Register::default()
    };
    if !asked.export.is_empty() {
        return desk::workbook::Sheet::of(&register).answer_as(desk, &asked.export);
    }
    Ok(desk.page("收款账户更正", "/payment-batches", html! { (register) }))
}

/// The condition of the filters; the state is read from who decided, as the procedure does.
async fn condition(reader: &Reader, asked: &Asked) -> Result<Condition, Stop> {
    let mut all = filters::below(Condition::all(), &asked.district, C::Path, C::Id);
    all = match (asked.state.trim(), asked.state.trim().parse::<PayeeState>()) {
        ("", _) => all,
        (_, Ok(state)) => all.add(of_state(state)),
        (_, Err(_)) => all.add(C::Id.is_null()),
    };
    let words = filters::words(&asked.q);
    if !words.is_empty() {
        let named =
            reader.list::<institution::Entity>(|q| q.filter(institution::Column::Name.contains(&words))).await?;
        let named: Vec<InstitutionId> = named.into_iter().map(|one| one.id).collect();
        all = all.add(C::Institution.is_in(named));
    }
    Ok(all)
}

fn of_state(state: PayeeState) -> Condition {
    use store::query::{Expr, ExprTrait};
    let by_proposer = || Expr::col(C::DecidedBy).eq(Expr::col(C::ProposedBy));
    match state {
        PayeeState::Proposed => Condition::all().add(C::Open.is_not_null()),
        PayeeState::Confirmed => Condition::all().add(C::Accepted.eq(true)),
        PayeeState::Declined => Condition::all().add(C::Accepted.eq(false)).add(by_proposer().not()),
        PayeeState::Withdrawn => Condition::all().add(C::Accepted.eq(false)).add(by_proposer()),
    }
}

async fn payees(reader: &Reader, rows: &[Model]) -> Result<HashMap<InstitutionId, String>, Stop> {
    let ids: Vec<InstitutionId> = rows.iter().map(|one| one.institution.clone()).collect();
    let found = reader.list::<institution::Entity>(|q| q.filter(institution::Column::Id.is_in(ids))).await?;
    Ok(found.into_iter().map(|one| (one.id, one.name)).collect())
}

async fn people(reader: &Reader, rows: &[Model]) -> Result<HashMap<AccountId, String>, Stop> {
    let proposed = rows.iter().map(|one| one.proposed_by.clone());
    let decided = rows.iter().filter_map(|one| one.decided_by.clone());
    desk::accounts::names(reader, proposed.chain(decided)).await
}

fn line(
    row: &payee_change::Model,
    payees: &HashMap<InstitutionId, String>,
    people: &HashMap<AccountId, String>,
) -> Result<Row, Stop> {
    let name = |who: &AccountId| people.get(who).map_or("人社部门工作人员", String::as_str);
    let decided = row.decided_by.as_ref().zip(row.decided_at);
    Ok(Row::link(
        at::PayeeChangePage(&row.id).to_string(),
        vec![
            html! { (payees.get(&row.institution).map_or("—", String::as_str)) },
            html! { (row.district.name()) },
            html! { (tag_of(PayeeChanges::state(row)?)) },
            html! { (row.bank) " " (row.account_masked) },
            html! { (row.document) },
            html! { (name(&row.proposed_by)) " " (dates::full_moment(row.proposed_at)) },
            html! { @match decided { Some((by, at)) => { (name(by)) " " (dates::full_moment(at)) } None => { "—" } } },
        ],
    ))
}
