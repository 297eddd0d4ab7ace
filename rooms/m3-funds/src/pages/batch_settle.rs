//! What the bank answered to a payment batch (拨付; M8.9; domain §7.4 S70–S90): the form that takes its file whole, and
//! the one in which it is typed line by line.

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs};
use foundation::PaymentLineId;
use foundation::at;
use foundation::codes::PaymentState;
use maud::{Markup, html};
use store::tables::funds::{payment_batch, payment_line};
use ui::{Field, Form, FormState, form, section};

use super::batch::{Loaded, load, shown};
use crate::acts::settle::{SettlePaymentBatch, SettledLine};

/// The form that takes the bank's file.
pub(super) fn upload_form(desk: &Desk, batch: &payment_batch::Model, state: &FormState) -> Markup {
    let options = Form {
        action: at::PaymentBatchReturn(&batch.id).to_string(),
        submit: "上传并登记".into(),
        has_files: true,
        ..Form::default()
    };
    let sample =
        |kind: &str, format: &str| at::PaymentBatchSample(&batch.id).asking(&[("kind", &kind), ("format", &format)]);
    // Errors of the other form are shown there.
    let fresh = FormState::new();
    let state = if state.value(BY_LINE).is_empty() { state } else { &fresh };
    section(
        "上传银行回盘文件",
        html! {
            @if !state.refusals().is_empty() { p { strong { "整个文件都没有登记。" } "下面每一行都改好后，重新上传一次即可；已登记过的行重复上传没有关系。" } }
            (form(&options, state, html! {
                (Field::file("file", "回盘文件", ".xlsx,.csv")
                    .hint("银行给的 .xlsx 或 .csv，要有行号、金额、结果、流水号、原因五列，顺序不限").required().show(state))
            }))
            @if desk.premises.settings.demo {
                p class="jb-faint" { "演示：没有银行，可以用样例文件走完这一步。"
                    a href=(sample("paid", "csv")) { "样例：全部到账（CSV）" } " · "
                    a href=(sample("paid", "xlsx")) { "样例：全部到账（Excel）" } " · "
                    a href=(sample("returned", "csv")) { "样例：最后一笔退票（CSV）" }
                }
            }
        },
    )
}

/// Marks what was typed line by line, beside a file's errors.
const BY_LINE: &str = "by_line";

/// The form in which the answer is typed.
pub(super) fn settle_form(options: Form, lines: &[payment_line::Model], state: &FormState) -> Markup {
    let typed = !state.value(BY_LINE).is_empty();
    let (options, fresh) = (Form { hidden: vec![(BY_LINE.into(), "1".into())], ..options }, FormState::new());
    let state = if typed { state } else { &fresh };
    html! {
        details class="jb-section" open[typed] {
            summary { "没有回盘文件，逐笔登记" }
            (form(&options, state, html! {
                @for one in lines.iter().filter(|one| one.state == PaymentState::Sent) {
                    (ui::fieldset(&format!("{} {} {}", one.payee, one.account_masked, ui::money::text(one.amount)),
                        html! {
                        (Field::radio(format!("result_{}", one.id), "结果",
                            [("paid", "已到账"), ("returned", "退票"), ("", "还没有结果")]).show(state))
                        (ui::field_row(html! {
                            (Field::text(format!("reference_{}", one.id), "流水号")
                                .hint("已到账的填").max_length(60).show(state))
                            (Field::text(format!("reason_{}", one.id), "退票原因").hint("退票的填").max_length(100).show(state))
                        }))
                    }))
                }
            }))
        }
    }
}

/// POST `/payment-batches/{id}/settle`.
pub async fn settle(desk: Desk, Path(id): Path<String>, form: Pairs) -> Response {
    let Loaded { batch, lines } = match load(&desk, &id).await {
        Ok(found) => found,
        Err(stop) => return desk.stopped(stop),
    };
    let mut state = form.state();
    let mut settled = Vec::new();
    // Whatever was typed is told, also of a line that another has answered meanwhile: the act says what contradicts.
    for one in &lines {
        let field = |name: &str| form.value(&format!("{name}_{}", one.id)).to_owned();
        let (paid, reference, reason) = (field("result") == "paid", field("reference"), field("reason"));
        if field("result").is_empty() {
            continue;
        }
        if paid && reference.is_empty() {
            state.error(&format!("reference_{}", one.id), format!("{} 已到账，请填银行流水号", one.payee));
        }
        if !paid && reason.is_empty() {
            state.error(&format!("reason_{}", one.id), format!("{} 退票，请填原因", one.payee));
        }
        settled.push(SettledLine { line: PaymentLineId::clone(&one.id), paid, reference, reason });
    }
    if !state.is_clean() {
        return shown(&desk, &id, 422, &state).await;
    }
    desk.answer(
        desk.perform(SettlePaymentBatch { batch: batch.id, lines: settled }).await,
        |()| {
            (
                at::PaymentBatchPage(&id).to_string(),
                "回单已登记，到账的申领已完结，退票的回到县人社部门处理。".to_owned(),
            )
        },
        async |refusals| shown(&desk, &id, 422, &state.refused(refusals)).await,
    )
    .await
}
