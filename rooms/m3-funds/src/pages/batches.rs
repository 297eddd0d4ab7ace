//! Payment batches (拨付; domain §7.4 S70–S90): finance approves, the bank's file goes out, its answer
//! comes back as a table that is read whole: every wrong row told, every right row taken.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use desk::{Desk, Pairs, Read};
use foundation::codes::PaymentState;
use foundation::{Fault, Function, Office, PaymentBatchId, PaymentLineId, Permission, Right, Stop};
use maud::{Markup, html};
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::seal::Purpose;
use store::tables::funds::{payment_batch, payment_line};
use ui::{Button, Column, FormState, Row, page_head, panel, simple_table};

use crate::acts::payment::{ApprovePaymentBatch, SettlePaymentBatch, SettledLine};

/// Batches within reach.
pub struct BatchList;
impl Read for BatchList {
    const NAME: &'static str = "payment-batches";
    const PERMISSION: Permission = Permission::Of(Function::ClaimPayment, Right::Read);
    const CLAUSE: &'static str = "M8.9";
}
/// The file for the bank, with open accounts: only who pays.
pub struct BankFile;
impl Read for BankFile {
    const NAME: &'static str = "bank-file";
    const PERMISSION: Permission = Permission::Of(Function::ClaimPayment, Right::Pay);
    const CLAUSE: &'static str = "M8.9";
}

/// Batches on the page.
const ROWS: u64 = 100;

/// `/payment-batches`.
pub async fn list(desk: Desk) -> Response {
    match list_body(&desk).await {
        Ok(body) => desk.page("拨付", "/payment-batches", body),
        Err(stop) => desk.stopped(stop),
    }
}

/// The money's pages beside each other.
pub(super) fn tabs(current: &str) -> Markup {
    let items = [("待拨付", "/claims?step=pay"), ("拨付批次", "/payment-batches"), ("资金账户", "/fund-accounts")];
    ui::layout::tabs("拨付", &items.map(|(label, href)| ui::NavItem::new(label, href)), current)
}

async fn list_body(desk: &Desk) -> Result<Markup, Stop> {
    let rows = desk.read().await?.list::<payment_batch::Entity>(|q| q.order_by_desc(payment_batch::Column::MadeAt).limit(ROWS)).await?;
    let rows: Vec<Row> = rows
        .iter()
        .map(|one| {
            Row::link(
                format!("/payment-batches/{}", one.id),
                vec![
                    html! { (one.batch_no) },
                    html! { (one.district.name()) },
                    html! { (one.state.label()) },
                    html! { (one.lines) },
                    ui::money(one.total),
                    html! { (ui::dates::full_moment(one.made_at)) },
                ],
            )
        })
        .collect();
    let buttons = if desk.may(Permission::Of(Function::ClaimPayment, Right::Publish)) {
        vec![Button::link("做拨付批次", "/claims?step=pay").main()]
    } else {
        Vec::new()
    };
    Ok(html! {
        (tabs("/payment-batches"))
        (page_head("拨付", "", &buttons))
        @if rows.is_empty() { (panel("", html! { p { "还没有拨付批次。公示无异议的申领可以做拨付批次。" } })) }
        @else { (simple_table("拨付批次", &[Column::text("批次"), Column::text("地区"), Column::text("状态"), Column::number("笔数"), Column::number("金额"), Column::text("制单")], &rows)) }
    })
}

async fn load(desk: &Desk, id: &str) -> Result<(payment_batch::Model, Vec<payment_line::Model>), Stop> {
    let id = id.parse::<PaymentBatchId>().map_err(|_| Fault::Gone)?;
    let reader = desk.read().await?;
    let batch = reader.get::<payment_batch::Entity>(id.to_string()).await?;
    let lines = reader.list::<payment_line::Entity>(|q| q.filter(payment_line::Column::Batch.eq(id.clone())).order_by_asc(payment_line::Column::Id)).await?;
    Ok((batch, lines))
}

/// `/payment-batches/{id}`.
pub async fn show(desk: Desk, Path(id): Path<String>) -> Response {
    match load(&desk, &id).await {
        Ok((batch, lines)) => desk.page("拨付批次", "/payment-batches", body(&desk, &batch, &lines, &FormState::new())),
        Err(stop) => desk.stopped(stop),
    }
}

fn body(desk: &Desk, batch: &payment_batch::Model, lines: &[payment_line::Model], state: &FormState) -> Markup {
    let finance = matches!(desk.actor.office, Office::Finance { .. });
    let mut buttons = Vec::new();
    if finance && batch.state == PaymentState::Pending {
        buttons.push(Button::post("批准拨付", format!("/payment-batches/{}/approve", batch.id)).main());
    }
    if finance && batch.state == PaymentState::Sent {
        buttons.push(Button::link("下载银行代发文件", format!("/payment-batches/{}/file", batch.id)));
    }
    let rows: Vec<Row> = lines
        .iter()
        .map(|one| {
            Row::link(
                format!("/claims/{}", one.claim),
                vec![
                    html! { (one.payee) },
                    html! { (one.bank) },
                    html! { (one.account_masked) },
                    ui::money(one.amount),
                    html! { (one.state.label()) },
                    html! { (one.bank_reference) " " (one.reason) },
                ],
            )
        })
        .collect();
    html! {
        (page_head(&format!("拨付批次 {}", batch.batch_no), &format!("{} · {} 笔 · {} · {}", batch.state.label(), batch.lines, ui::money::text(batch.total), reckoning::words::in_words(batch.total)), &buttons))
        (simple_table("拨付清册", &[Column::text("户名"), Column::text("开户行"), Column::text("账号"), Column::number("金额"), Column::text("状态"), Column::text("回单")], &rows))
        @if finance && batch.state == PaymentState::Sent { (settle_form(batch, lines, state)) }
    }
}

fn settle_form(batch: &payment_batch::Model, lines: &[payment_line::Model], state: &FormState) -> Markup {
    html! {
        form class="jb-panel jb-section" method="post" action={ "/payment-batches/" (batch.id) "/settle" } {
            (ui::csrf::slot())
            h2 class="jb-h2" { "登记银行回单" }
            (ui::error_summary(state))
            @for one in lines.iter().filter(|one| one.state == PaymentState::Sent) {
                fieldset class="jb-section" {
                    legend { (one.payee) " " (one.account_masked) " " (ui::money::text(one.amount)) }
                    @let id = one.id.to_string();
                    label { input type="radio" name={ "result_" (id) } value="paid" checked[state.value(&format!("result_{id}")) != "returned"]; " 已到账" } " "
                    label { input type="radio" name={ "result_" (id) } value="returned" checked[state.value(&format!("result_{id}")) == "returned"]; " 退票" } " "
                    label { "流水号 " input class="form-control" type="text" name={ "reference_" (id) } value=(state.value(&format!("reference_{id}"))) maxlength="60"; } " "
                    label { "退票原因 " input class="form-control" type="text" name={ "reason_" (id) } value=(state.value(&format!("reason_{id}"))) maxlength="100"; }
                }
            }
            button class="btn btn-primary jb-btn" type="submit" { "登记回单" }
        }
    }
}

/// POST `/payment-batches/{id}/approve`.
pub async fn approve(desk: Desk, Path(id): Path<String>, _form: Pairs) -> Response {
    let Ok(batch) = id.parse::<PaymentBatchId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(ApprovePaymentBatch { batch }).await;
    desk.after(result, &format!("/payment-batches/{id}"), "已批准，请下载银行代发文件送银行。")
}

/// POST `/payment-batches/{id}/settle`.
pub async fn settle(desk: Desk, Path(id): Path<String>, form: Pairs) -> Response {
    let (batch, lines) = match load(&desk, &id).await {
        Ok(found) => found,
        Err(stop) => return desk.stopped(stop),
    };
    let mut state = form.state();
    let mut settled = Vec::new();
    for one in lines.iter().filter(|one| one.state == PaymentState::Sent) {
        let field = |name: &str| form.value(&format!("{name}_{}", one.id)).to_owned();
        let (paid, reference, reason) = (field("result") == "paid", field("reference"), field("reason"));
        if paid && reference.is_empty() {
            state.error(&format!("reference_{}", one.id), format!("{} 已到账，请填银行流水号", one.payee));
        }
        if !paid && reason.is_empty() {
            state.error(&format!("reason_{}", one.id), format!("{} 退票，请填原因", one.payee));
        }
        settled.push(SettledLine { line: PaymentLineId::clone(&one.id), paid, reference, reason });
    }
    if !state.is_clean() {
        return desk.page_status(422, "拨付批次", "/payment-batches", body(&desk, &batch, &lines, &state));
    }
    match desk.perform(SettlePaymentBatch { batch: batch.id.clone(), lines: settled }).await {
        Ok(()) => desk.go(&format!("/payment-batches/{id}"), "回单已登记，到账的申领已完结，退票的回到县人社部门处理。"),
        Err(Stop::Refused(refusals)) => desk.page_status(422, "拨付批次", "/payment-batches", body(&desk, &batch, &lines, &state.refused(refusals))),
        Err(stop) => desk.stopped(stop),
    }
}

/// `/payment-batches/{id}/file`: CSV with the whole accounts as text.
pub async fn bank_file(desk: Desk, Path(id): Path<String>) -> Response {
    let (batch, lines) = match load(&desk, &id).await {
        Ok(found) => found,
        Err(stop) => return desk.stopped(stop),
    };
    if batch.state == PaymentState::Pending || !matches!(desk.actor.office, Office::Finance { .. }) {
        return desk.stopped(Fault::Gone.into());
    }
    let mut text = String::from("\u{feff}户名,账号,开户行,金额,摘要,行号\r\n");
    for one in &lines {
        let Ok(account) = desk.premises.keyring.open(Purpose::Account, &one.id.to_string(), &one.account) else {
            return desk.stopped(Fault::Db("sealed account".into()).into());
        };
        let plain = |text: &str| text.replace([',', '"', '\r', '\n'], " ");
        text.push_str(&format!(
            "{},\"\t{}\",{},{}.{:02},培训补贴 {},{}\r\n",
            plain(&one.payee),
            account.as_str(),
            plain(&one.bank),
            one.amount.0 / 100,
            one.amount.0 % 100,
            batch.batch_no,
            one.id
        ));
    }
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.csv\"", batch.id))], text)
        .into_response()
}
