//! What the dossier of a claim says of its money (M8.9; domain §7.3): every fen with the way it came about, who is not
//! paid for and why, what was said against it, and each time it went to the bank.

use desk::Desk;
use foundation::at;
use foundation::codes::{ClaimState, ObjectionState, PaymentState};
use foundation::{Function, Permission, Refusal, Right};
use maud::{Markup, html};
use reckoning::money::Step as Trace;
use store::tables::funds::{claim, claim_item, objection, payment_line};
use ui::{Column, Row, Tag, Tone, section, simple_table};

pub(super) fn sums(row: &claim::Model, items: &[claim_item::Model]) -> Markup {
    let paid = items.iter().filter(|one| one.eligible).count();
    section(
        "",
        ui::facts_grid(&[
            ("申领金额", ui::money::text(row.total)),
            ("大写", reckoning::words::in_words(row.total)),
            ("补贴人数", format!("{paid} 人")),
            ("不予补贴", format!("{} 人", items.len() - paid)),
            ("拨付方式", "直补机构（代领）".to_owned()),
        ]),
    )
}

pub(super) fn people(items: &[claim_item::Model]) -> Markup {
    let rows: Vec<Row> = items
        .iter()
        .filter(|one| one.eligible)
        .map(|one| {
            let trace: Vec<Trace> = serde_json::from_str(&one.trace).unwrap_or_default();
            Row::plain(vec![
                html! { (one.name) },
                html! { (one.id_number_masked) },
                html! { (one.credited_offline) },
                html! { (one.credited_online) },
                html! { (one.payable) },
                ui::money(one.amount),
                html! {
                    details {
                        summary { "这个数怎么来的" }
                        ol {
                            @for step in &trace {
                                li {
                                    (step.label) "：" (step.formula) " = " (step.value)
                                    @if !step.document.is_empty() { "（" (step.document) "）" }
                                }
                            }
                        }
                    }
                },
            ])
        })
        .collect();
    section(
        "补贴明细",
        simple_table(
            "补贴明细",
            &[
                Column::text("姓名"),
                Column::text("证件号码"),
                Column::number("线下课时"),
                Column::number("线上课时"),
                Column::number("可补课时"),
                Column::number("金额"),
                Column::text("依据"),
            ],
            &rows,
        ),
    )
}

/// Who is not paid for, and why; while something can still be done about it, what.
pub(super) fn unpaid(state: ClaimState, items: &[claim_item::Model]) -> Markup {
    let may_change = matches!(state, ClaimState::Draft | ClaimState::Returned | ClaimState::NotPassed);
    let rows: Vec<Row> = items
        .iter()
        .filter(|one| !one.eligible)
        .map(|one| {
            let why: Vec<Refusal> = serde_json::from_str(&one.refusals).unwrap_or_default();
            Row::plain(vec![
                html! { (one.name) },
                html! { ul class="jb-plain" { @for refusal in &why { li {
                    (refusal.fact) " " small class="jb-source" { (refusal.rule) " · 来源：" (refusal.source) }
                    @if may_change { br; "怎么办：" (refusal.fix) }
                } } } },
            ])
        })
        .collect();
    if rows.is_empty() {
        return html! {};
    }
    section(
        "不予补贴的学员",
        simple_table(
            "不予补贴的学员",
            &[Column::text("姓名"), Column::text(if may_change { "原因和怎么办" } else { "原因" })],
            &rows,
        ),
    )
}

/// What was said against it; only offices see this.
pub(super) fn objected(all: &[objection::Model]) -> Markup {
    let rows: Vec<Row> = all
        .iter()
        .map(|one| {
            let tone = if one.state == ObjectionState::Open { Tone::Act } else { Tone::Neutral };
            Row::link(
                at::ObjectionPage(&one.id).to_string(),
                vec![
                    html! { (one.reason) },
                    html! { (Tag::new(one.state.label(), tone)) },
                    html! { (ui::dates::full_day(one.due_on)) },
                    html! { (one.answer) },
                ],
            )
        })
        .collect();
    section(
        "公示异议",
        simple_table(
            "公示异议",
            &[Column::text("内容"), Column::text("状态"), Column::text("答复期限"), Column::text("答复")],
            &rows,
        ),
    )
}

/// Each time it went to the bank, and what came of it.
pub(super) fn paid_out(desk: &Desk, row: &claim::Model, payments: &[payment_line::Model], payee_waits: bool) -> Markup {
    // A batch holds others' claims too: institutions do not see it.
    let own = desk.actor.office.is_institution();
    let rows: Vec<Row> = payments
        .iter()
        .map(|one| {
            let tone = if one.state == PaymentState::Returned { Tone::Act } else { Tone::Neutral };
            Row::plain(vec![
                html! { @if own { "—" } @else { a href=(at::PaymentBatchPage(&one.batch)) { "看批次" } } },
                html! { (one.payee) },
                html! { (one.bank) " " (one.account_masked) },
                ui::money(one.amount),
                html! { (Tag::new(one.state.label(), tone)) },
                html! { (one.bank_reference) (one.reason) },
            ])
        })
        .collect();
    let columns = [
        Column::text("批次"),
        Column::text("户名"),
        Column::text("账户"),
        Column::number("金额"),
        Column::text("状态"),
        Column::text("流水号或退票原因"),
    ];
    section(
        "拨付",
        html! {
            @if row.state == ClaimState::PaymentReturned
                && desk.may(Permission::Of(Function::DirectoryPublication, Right::Publish)) {
                @let payee = at::InstitutionPayee(&row.institution).to_string();
                @if payee_waits { p { "银行退票。收款账户的更正正等着另一人复核：" a href=(payee) { "看更正" } "。复核以后再重新做拨付批次。" } }
                @else { p { "银行退票。请先与机构核对账户，需要的先" a href=(payee) { "更正收款账户" } "，再重新做拨付批次。" } }
            }
            (simple_table("拨付", &columns, &rows))
        },
    )
}
