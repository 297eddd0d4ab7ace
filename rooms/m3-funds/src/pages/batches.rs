//! The register of payment batches (拨付; M8.9; domain §7.4 S70–S90), and the money's pages beside each other.

use axum::response::Response;
use desk::{Desk, Query, Read};
use foundation::at;
use foundation::codes::PaymentState;
use foundation::limits::{EXPORT_ROWS, PAGE_ROWS};
use foundation::{Function, Permission, Right, Stop};
use maud::{Markup, html};
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::funds::payment_batch;
use ui::{Button, Column, Due, Filter, Register, Row, Tag, Tone};

/// Batches within reach.
pub struct BatchList;
impl Read for BatchList {
    const NAME: &'static str = "payment-batches";
    const PERMISSION: Permission = Permission::Of(Function::ClaimPayment, Right::Read);
}
desk::filters! {
    /// The register's address.
    pub Asked {
        /// State code.
        state,
    }
}

/// The colour of a state.
pub(super) fn tone(state: PaymentState) -> Tone {
    match state {
        PaymentState::Paid => Tone::Good,
        PaymentState::Returned => Tone::Act,
        PaymentState::Pending | PaymentState::Sent => Tone::Look,
        PaymentState::Withdrawn => Tone::Neutral,
    }
}

/// A batch's state in the words of its own step.
pub(super) fn state_word(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Pending => "待财政复核",
        PaymentState::Sent => "已批准，待银行回盘",
        PaymentState::Paid => "银行已回盘",
        PaymentState::Returned => "全部退票",
        PaymentState::Withdrawn => "已撤回",
    }
}

/// `/payment-batches`.
pub async fn list(desk: Desk, Query(asked): Query<Asked>) -> Response {
    listed(&desk, &asked).await.unwrap_or_else(|stop| desk.stopped(stop))
}

/// The money's pages beside each other.
pub(super) fn tabs(desk: &Desk, current: &str) -> Markup {
    let mut items = vec![
        ui::NavItem::new("拨付批次", "/payment-batches"),
        ui::NavItem::new("资金账户", "/fund-accounts"),
        ui::NavItem::new("收款账户更正", at::PayeeChanges.to_string()),
    ];
    if desk.may(Permission::Of(Function::ClaimPayment, Right::Publish)) {
        items.insert(0, ui::NavItem::new("待拨付", at::Claims.asking(&[("step", &"pay")])));
    }
    ui::layout::tabs("拨付", &items, current)
}

async fn listed(desk: &Desk, asked: &Asked) -> Result<Response, Stop> {
    let state = PaymentState::all().iter().find(|one| one.code() == asked.state);
    let size = if asked.export.is_empty() { PAGE_ROWS } else { EXPORT_ROWS };
    let reader = desk.read().await?;
    let page = reader
        .page::<payment_batch::Entity>(asked.page_number(), size, |q| {
            let q = q.order_by_desc(payment_batch::Column::MadeAt).order_by_desc(payment_batch::Column::Id);
            match state {
                // What the bank has answered is one thing to look for, however it answered.
                Some(PaymentState::Paid | PaymentState::Returned) => {
                    q.filter(payment_batch::Column::State.is_in([PaymentState::Paid, PaymentState::Returned]))
                }
                Some(state) => q.filter(payment_batch::Column::State.eq(*state)),
                None => q,
            }
        })
        .await?;
    let may_make = desk.may(Permission::Of(Function::ClaimPayment, Right::Publish));
    let register = Register {
        title: "拨付批次".into(),
        path: "/payment-batches".into(),
        query: asked.pairs(),
        filters: vec![Filter::choice(
            "state",
            "状态",
            [PaymentState::Pending, PaymentState::Sent, PaymentState::Paid, PaymentState::Withdrawn]
                .map(|one| (one.code(), state_word(one))),
        )],
        buttons: if may_make {
            vec![Button::link("做拨付批次", at::Claims.asking(&[("step", &"pay")])).main()]
        } else {
            Vec::new()
        },
        columns: vec![
            Column::text("批次"),
            Column::text("地区"),
            Column::text("状态"),
            Column::number("笔数"),
            Column::number("金额"),
            Column::text("制单"),
            Column::text("限期"),
        ],
        rows: page.rows.iter().map(|one| line(desk, one)).collect(),
        total: page.total,
        page: page.number,
        per_page: page.size,
        exports: ui::table::exports(),
        empty: "还没有拨付批次。公示无异议的申领可以做拨付批次。".into(),
        ..Register::default()
    };
    if !asked.export.is_empty() {
        return desk::workbook::Sheet::of(&register).answer_as(desk, &asked.export);
    }
    let tabs = desk.actor.office.district().map(|_| tabs(desk, "/payment-batches"));
    Ok(desk.page("拨付", "/payment-batches", html! { @if let Some(tabs) = tabs { (tabs) } (register) }))
}

fn line(desk: &Desk, one: &payment_batch::Model) -> Row {
    Row::link(
        at::PaymentBatchPage(&one.id).to_string(),
        vec![
            html! { (one.batch_no) },
            html! { (one.district.name()) },
            html! { (Tag::new(state_word(one.state), tone(one.state))) },
            html! { (one.lines) },
            ui::money(one.total),
            html! { (ui::dates::full_moment(one.made_at)) },
            html! { @if let Some(due) = due(desk, one).filter(|_| one.settled_at.is_none()) { (due) } },
        ],
    )
}

/// Until when the batch's present step must be done.
pub(super) fn due(desk: &Desk, batch: &payment_batch::Model) -> Option<Due> {
    batch.due_on.map(|due| {
        Due::on(due, desk.today())
            .certain(batch.state != PaymentState::Pending || desk.premises.calendar.is_certain(due))
    })
}
