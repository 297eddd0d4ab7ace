//! Taking a batch back, or sending it back (M8.9): one folded form on the batch's page, for either office.

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs, procedure};
use foundation::at;
use foundation::{Fault, PaymentBatchId, Stop};
use maud::{Markup, html};
use store::tables::funds::payment_batch;
use ui::{Field, Form, FormState, form, section};

use super::batch::shown;
use crate::acts::withdraw::{RefusePaymentBatch, WithdrawPaymentBatch};
use crate::procedures::batches::{Batches, Step};

/// The form, while the batch waits and for whom it is.
pub fn part(desk: &Desk, batch: &payment_batch::Model, state: &FormState) -> Option<Markup> {
    let page = at::PaymentBatchPage(&batch.id).to_string();
    let options = [Step::Refuse, Step::Withdraw]
        .into_iter()
        .find_map(|step| procedure::form::<Batches>(desk, batch, step, &page))?;
    let options = Form { is_danger: true, ..options };
    let fresh = FormState::new();
    let is_here = state.error_at("undo").is_some();
    let field = Field::text("undo", "原因")
        .hint("例：清册里有一家学校账户不对。批次作废，各笔补贴回到“待拨付”，可以重新做批次")
        .required()
        .max_length(200);
    Some(section(
        "",
        html! {
            details open[is_here] {
                summary { (options.submit) }
                (form(&options, if is_here { state } else { &fresh }, field.show(if is_here { state } else { &fresh })))
            }
        },
    ))
}

/// POST `/payment-batches/{id}/withdraw`.
pub async fn withdraw(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Response {
    let Ok(batch) = id.parse::<PaymentBatchId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(WithdrawPaymentBatch { batch, reason: pairs.value("undo").into() }).await;
    undone(&desk, &id, &pairs, result).await
}

/// POST `/payment-batches/{id}/refuse`.
pub async fn refuse(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Response {
    let Ok(batch) = id.parse::<PaymentBatchId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(RefusePaymentBatch { batch, reason: pairs.value("undo").into() }).await;
    undone(&desk, &id, &pairs, result).await
}

async fn undone(desk: &Desk, id: &str, pairs: &Pairs, result: Result<(), Stop>) -> Response {
    let here = at::PaymentBatchPage(&id).to_string();
    desk.answer(
        result,
        |()| (here.clone(), "批次已作废，各笔补贴回到“待拨付”。"),
        async |no| {
            // The batch has moved on meanwhile: its page has no such form any more.
            if no.iter().any(|one| one.field.is_none()) {
                desk.refused(&here, &no)
            } else {
                shown(desk, id, 422, &pairs.state().refused(no)).await
            }
        },
    )
    .await
}
