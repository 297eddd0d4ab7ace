//! The register of claims, and the officer's steps on many at once (M8.9; domain §7.4): one act per claim beneath, each
//! refusal told by name.

use std::collections::HashSet;

use axum::response::Response;
use desk::{Act, Desk, Pairs, Query, Read, procedure};
use foundation::at;
use foundation::codes::ClaimState;
use foundation::limits::{BATCH_LINES, EXPORT_ROWS, PAGE_ROWS};
use foundation::{ClaimId, Fault, Fen, Office, Permission, Stop};
use m2_institutions::doorway::payees_in_change;
use maud::{Markup, Render, html};
use store::query::{ColumnTrait, Expr, QueryFilter, QuerySelect};
use store::tables::funds::claim;
use ui::layout::NavItem;
use ui::table::Bulk;
use ui::{Button, Column, Due, Register, Row, Tag, page_head, panel, simple_table};

use super::claims::{ClaimRegister, due, tone};
use super::register_query::{Asked, Step, chosen, counts, filtered, filters, ordered, query};
use crate::acts::payment::MakePaymentBatch;
use crate::acts::review::{FirstReviewClaim, PublishClaim, SecondReviewClaim};
use crate::procedures::claims::{Claims, Step as Taken};

/// Acts on several claims.
pub struct ClaimBulk;
impl Read for ClaimBulk {
    const NAME: &'static str = "claim-bulk";
    const PERMISSION: Permission = ClaimRegister::PERMISSION;
    const STAGE: &'static str = ClaimState::NoObjection.code();
}

/// `/claims`.
pub async fn register(desk: Desk, Query(asked): Query<Asked>) -> Response {
    answer(&desk, &asked).await.unwrap_or_else(|stop| desk.stopped(stop))
}

store::picked! {
    struct Sum {
        total: Option<i64>,
    }
}

async fn answer(desk: &Desk, asked: &Asked) -> Result<Response, Stop> {
    if matches!(desk.actor.office, Office::Trainee { .. }) {
        return Err(Fault::Gone.into());
    }
    let reader = desk.read().await?;
    let counts = counts(desk, &reader).await?;
    let step = chosen(asked, &counts);
    let page = reader
        .page::<claim::Entity>(
            asked.page_number(),
            if asked.export.is_empty() { PAGE_ROWS } else { EXPORT_ROWS },
            |q| ordered(filtered(q, asked, step), step),
        )
        .await?;
    let total = reader
        .pick::<claim::Entity, Sum>(|q| {
            filtered(q, asked, step).select_only().column_as(Expr::cust("CAST(SUM(total) AS bigint)"), "total")
        })
        .await?;
    let total = Fen(total.first().and_then(|one| one.total).unwrap_or(0));
    // What is ticked here is done to what stands here.
    if step.is_some() {
        page.rows.iter().for_each(|one| desk.shows(&crate::declared::CLAIM, &one.id, one.version));
    }
    let waiting = if step == Some(Step::Pay) {
        payees_in_change(&reader, page.rows.iter().map(|one| &one.institution)).await?
    } else {
        HashSet::new()
    };
    let rows = page.rows.iter().map(|one| row(desk, one, step, waiting.contains(&one.institution))).collect();
    let columns = columns(step);
    let sums = columns
        .iter()
        .map(|one| {
            if one.label == "金额" {
                ui::money(total)
            } else {
                html! { @if one.label == "班级" { "合计" } }
            }
        })
        .collect();
    let register = Register {
        title: "补贴".into(),
        note: step
            .map_or_else(String::new, |one| format!("{}：{} 份，{}", one.label(), page.total, ui::money::text(total))),
        buttons: buttons(desk),
        path: "/claims".into(),
        query: query(asked, step),
        filters: filters(step),
        sums: if page.rows.is_empty() { Vec::new() } else { sums },
        bulk: step.filter(|_| !page.rows.is_empty()).map(|one| Bulk {
            action: "/claims/bulk".into(),
            acts: vec![(one.verb(), one.slug().into())],
            all_picked: false,
        }),
        columns,
        rows,
        total: page.total,
        page: page.number,
        per_page: PAGE_ROWS,
        exports: ui::table::exports(),
        empty: step.map_or_else(
            || "还没有补贴申领。班级评价结束后，系统会自动生成。".to_owned(),
            |one| format!("没有{}的申领。", one.label()),
        ),
        ..Register::default()
    };
    if !asked.export.is_empty() {
        return desk::workbook::Sheet::of(&register).answer_as(desk, &asked.export);
    }
    Ok(desk.page("补贴", "/claims", html! { (steps_bar(&counts, step)) (register) }))
}

fn buttons(desk: &Desk) -> Vec<Button> {
    if desk.actor.office.district().is_some() {
        vec![
            Button::link("公示异议", "/objections"),
            Button::link("拨付批次", "/payment-batches"),
            Button::link("资金账户", "/fund-accounts"),
        ]
    } else {
        Vec::new()
    }
}

fn steps_bar(counts: &[(Step, u64)], step: Option<Step>) -> Markup {
    if counts.is_empty() {
        return html! {};
    }
    let address = |slug: &str| at::Claims.asking(&[("step", &slug)]);
    let mut items: Vec<NavItem> = counts
        .iter()
        .map(|(step, count)| NavItem { count: Some(*count), ..NavItem::new(step.label(), address(step.slug())) })
        .collect();
    items.push(NavItem::new("全部", address("all")));
    ui::layout::tabs("轮到我办", &items, &address(step.map_or("all", Step::slug)))
}

fn columns(step: Option<Step>) -> Vec<Column> {
    let mut all = vec![Column::text("班级"), Column::text("申领编号"), Column::text("机构"), Column::text("地区")];
    if step.is_none() || step == Some(Step::Pay) {
        all.push(Column::text("状态"));
    }
    all.extend([Column::number("人数"), Column::number("金额"), Column::text("限期")]);
    if step.is_some() {
        all.push(Column::text("能否办理"));
    }
    all
}

fn row(desk: &Desk, one: &claim::Model, step: Option<Step>, payee_waits: bool) -> Row {
    let mut cells = vec![
        html! { (one.class_title) },
        html! { (one.claim_no) },
        html! { (one.institution_name) },
        html! { (one.district.name()) },
    ];
    if step.is_none() || step == Some(Step::Pay) {
        cells.push(html! { (Tag::new(one.state.label(), tone(one.state))) });
    }
    cells.extend([html! { (one.persons) }, ui::money(one.total), due(desk, one).unwrap_or_else(Due::none).render()]);
    let Some(step) = step else { return Row::link(at::ClaimPage(&one.id).to_string(), cells) };
    let why_not = match step {
        Step::Second => {
            procedure::kept_apart::<Claims>(desk, one, Taken::SecondReview).map(|_| "您办了初审，须另一人复审")
        }
        Step::Pay if payee_waits => Some("收款账户正在更正，等另一人复核"),
        _ => None,
    };
    cells.push(why_not.map_or_else(|| ui::tag::good("可以办理").render(), |why| ui::tag::look(why).render()));
    let row = Row::link(at::ClaimPage(&one.id).to_string(), cells);
    if why_not.is_some() { row } else { row.pick(one.id.to_string()) }
}

/// POST `/claims/bulk`: `pick` for each claim, `do` for the step.
pub async fn bulk(desk: Desk, form: Pairs) -> Response {
    let Some(step) = Step::parse(form.value("do")) else { return desk.stopped(Fault::Gone.into()) };
    let back = at::Claims.asking(&[("step", &step.slug())]);
    let picked: Vec<ClaimId> = form.values("pick").filter_map(|one| one.parse().ok()).collect();
    if picked.is_empty() || picked.len() > BATCH_LINES {
        let told = if picked.is_empty() {
            "!没有选中申领。请先勾选，再办理。".to_owned()
        } else {
            format!("!选中了 {} 份，一次最多办理 {BATCH_LINES} 份。", picked.len())
        };
        return desk.go(&back, &told);
    }
    if step == Step::Pay {
        return desk.answer(desk.perform(MakePaymentBatch { claims: picked }).await,
            |batch| (at::PaymentBatchPage(&batch).to_string(), "拨付批次已做好，等财政复核。".to_owned()), async |refusals| {
                let said = html! {
                    (page_head("没有做成拨付批次", "整批没有生成，下面每条都要先处理，或者去掉后再做", &[Button::link("回到待拨付", back)]))
                    (ui::refusal::refusals(&refusals))
                };
                desk.page_status(422, "没有做成拨付批次", "/claims", said)
            }).await;
    }
    let mut not_done = Vec::new();
    for claim in &picked {
        let result = match step {
            Step::First => one(&desk, FirstReviewClaim { claim: claim.clone() }).await,
            Step::Second => one(&desk, SecondReviewClaim { claim: claim.clone() }).await,
            Step::Publish | Step::Pay => one(&desk, PublishClaim { claim: claim.clone() }).await,
        };
        match result {
            Ok(()) => {}
            Err(Stop::Refused(_) | Stop::Fault(Fault::Stale | Fault::Gone | Fault::Busy)) => {
                not_done.push((claim.clone(), result))
            }
            Err(stop) => return desk.stopped(stop),
        }
    }
    if not_done.is_empty() {
        return desk.go(&back, &format!("{} 份已{}。", picked.len(), step.verb().trim_start_matches("选中的")));
    }
    match refused_page(&desk, step, picked.len(), &not_done).await {
        Ok(body) => desk.page_status(422, "有的没有办成", "/claims", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn one<A: Act<Outcome = ()>>(desk: &Desk, act: A) -> Result<(), Stop> {
    desk.perform(act).await
}

async fn refused_page(
    desk: &Desk,
    step: Step,
    all: usize,
    not_done: &[(ClaimId, Result<(), Stop>)],
) -> Result<Markup, Stop> {
    let reader = desk.read().await?;
    let known = reader
        .list::<claim::Entity>(|q| q.filter(claim::Column::Id.is_in(not_done.iter().map(|(id, _)| id.clone()))))
        .await?;
    let rows: Vec<Row> = not_done
        .iter()
        .map(|(id, result)| {
            let title = known
                .iter()
                .find(|one| one.id == *id)
                .map_or_else(|| "不在管辖范围内的申领".to_owned(), |one| one.class_title.clone());
            let (fact, fix) = match result {
                Err(Stop::Refused(why)) => (
                    why.iter().map(|one| format!("{}（{}）", one.fact, one.rule)).collect::<Vec<_>>().join("；"),
                    why.iter().map(|one| one.fix.as_str()).collect::<Vec<_>>().join("；"),
                ),
                Err(Stop::Fault(Fault::Gone)) => ("没有找到".to_owned(), "请刷新后再选".to_owned()),
                _ => ("刚才有人先办了，或系统正忙".to_owned(), "请刷新后再办".to_owned()),
            };
            Row::link(at::ClaimPage(&id).to_string(), vec![html! { (title) }, html! { (fact) }, html! { (fix) }])
        })
        .collect();
    let done = all - not_done.len();
    Ok(html! {
        (page_head("有的没有办成", &format!("选中 {all} 份：办成 {done} 份，没有办成 {} 份", not_done.len()),
            &[Button::link(format!("回到{}", step.label()), at::Claims.asking(&[("step", &step.slug())])).main()]))
        @if done > 0 { (panel("", html! { p { "办成的 " (done) " 份已经生效，不受下面几份影响。" } })) }
        (simple_table("没有办成", &[Column::text("班级"), Column::text("原因"), Column::text("怎么办")], &rows))
    })
}
