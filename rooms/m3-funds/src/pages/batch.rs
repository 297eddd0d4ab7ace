//! The page of a payment batch (拨付; M8.9; domain §7.4 S70–S90): where it stands, what each line came to, and finance's
//! approval. What the bank answers is registered in `batch_settle`.

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Next, Pairs, procedure};
use foundation::at;
use foundation::codes::PaymentState;
use foundation::{Fault, Fen, Function, PaymentBatchId, Permission, Right, Stop};
use maud::{Markup, html};
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::funds::{payment_batch, payment_line};
use ui::{Button, Column, Dossier, DossierHead, FormState, Row, Step, Tag, Tone, section, simple_table};

use super::batch_settle::{settle_form, upload_form};
use super::batches::{due, state_word, tone};
use crate::acts::payment::{ApprovePaymentBatch, payees_odd};
use crate::procedures::batches::{Batches, Step as BatchStep};

/// A batch with its lines.
pub(super) struct Loaded {
    pub(super) batch: payment_batch::Model,
    pub(super) lines: Vec<payment_line::Model>,
}

pub(super) async fn load(desk: &Desk, id: &str) -> Result<Loaded, Stop> {
    let id = id.parse::<PaymentBatchId>().map_err(|_| Fault::Gone)?;
    let reader = desk.read().await?;
    let batch = reader.get(&id).await?;
    desk.shows(&crate::declared::PAYMENT_BATCH, &batch.id, batch.version);
    let lines = reader
        .list::<payment_line::Entity>(|q| {
            q.filter(payment_line::Column::Batch.eq(id.clone())).order_by_asc(payment_line::Column::Id)
        })
        .await?;
    Ok(Loaded { batch, lines })
}

/// `/payment-batches/{id}`.
pub async fn show(desk: Desk, Path(id): Path<String>) -> Response {
    shown(&desk, &id, 200, &FormState::new()).await
}

pub(super) async fn shown(desk: &Desk, id: &str, status: u16, state: &FormState) -> Response {
    let body = async {
        let loaded = load(desk, id).await?;
        let trail = desk::trail::of(desk, &desk.read().await?, &crate::declared::PAYMENT_BATCH, id, 30).await?;
        let odd = payees_odd(&desk.read().await?, &loaded.lines).await?;
        let waits = matches!(loaded.batch.state, PaymentState::Pending | PaymentState::Sent);
        Ok(html! {
            @if waits && !odd.is_empty() {
                (ui::callout(Tone::Act, html! { @for one in &odd { p { (one.fact) "。" (one.fix) "。" } } }))
            }
            (body(desk, &loaded, &trail, state))
        })
    };
    match body.await {
        Ok(body) => desk.page_status(status, "拨付批次", "/payment-batches", body),
        Err(stop) => desk.stopped(stop),
    }
}

fn body(desk: &Desk, loaded: &Loaded, trail: &[ui::TrailLine], state: &FormState) -> Markup {
    let batch = &loaded.batch;
    let may = |right| desk.may(Permission::Of(Function::ClaimPayment, right));
    let mut buttons = Vec::new();
    let page = at::PaymentBatchPage(&batch.id).to_string();
    if let Some(button) = procedure::button::<Batches>(desk, batch, BatchStep::Approve, &page) {
        let asked = button.confirm.clone().unwrap_or_default();
        buttons.push(button.confirm(format!("把 {} 笔共 {} {asked}", batch.lines, ui::money::text(batch.total))));
    }
    if may(Right::Pay) && batch.file.is_some() {
        buttons.push(
            Button::post("下载银行代发文件", at::PaymentBatchFile(&batch.id).to_string())
                .confirm("文件里有完整账号。下载会记入日志，收款机构看得到是谁下载的。现在下载吗？"),
        );
    }
    let mut main = vec![facts(loaded)];
    if let Some(options) = procedure::form::<Batches>(desk, batch, BatchStep::Settle, &page) {
        main.push(upload_form(desk, batch, state));
        main.push(settle_form(options, &loaded.lines, state));
    }
    main.push(section("拨付清册", lines_table(&loaded.lines)));
    main.extend(super::batch_undo::part(desk, batch, state));
    main.insert(0, state.untold());
    html! { (Dossier {
        head: DossierHead {
            title: format!("拨付批次 {}", batch.batch_no),
            state: Some(Tag::new(state_word(batch.state), tone(batch.state))),
            due: due(desk, batch).filter(|_| batch.settled_at.is_none()),
            number: format!("{} 笔", batch.lines),
            owner: batch.district.full_name(),
            buttons,
        },
        steps: steps(batch),
        main,
        side: vec![ui::trail(trail)],
    }) }
}

fn steps(batch: &payment_batch::Model) -> Vec<Step> {
    let day = |at: Option<foundation::Instant>| {
        at.map_or_else(String::new, |at| ui::dates::day(foundation::clock::day_of(at)))
    };
    let made = Step::done("县人社制单", day(Some(batch.made_at)));
    match batch.state {
        PaymentState::Pending => vec![made, Step::now("财政复核", ""), Step::to_come("银行回盘")],
        PaymentState::Sent => vec![made, Step::done("财政复核", day(batch.approved_at)), Step::now("银行回盘", "")],
        PaymentState::Withdrawn => vec![made, Step::now("已撤回", "")],
        PaymentState::Paid | PaymentState::Returned => {
            vec![made, Step::done("财政复核", day(batch.approved_at)), Step::done("银行回盘", day(batch.settled_at))]
        }
    }
}

fn facts(loaded: &Loaded) -> Markup {
    let batch = &loaded.batch;
    let sum = |state| {
        let of: Vec<Fen> = loaded.lines.iter().filter(|one| one.state == state).map(|one| one.amount).collect();
        format!("{} 笔 {}", of.len(), ui::money::text(Fen::sum(of).unwrap_or_default()))
    };
    section(
        "",
        html! {
            (ui::facts_grid(&[
                ("批次金额", ui::money::text(batch.total)),
                ("大写", reckoning::words::in_words(batch.total)),
                ("已到账", sum(PaymentState::Paid)),
                ("退票", sum(PaymentState::Returned)),
            ]))
            @if !batch.file_hash.is_empty() {
                p class="jb-faint" { "银行代发文件的 SHA-256（已记入日志，送银行前可核对）：" code { (batch.file_hash) } }
            }
        },
    )
}

fn lines_table(lines: &[payment_line::Model]) -> Markup {
    let rows: Vec<Row> = lines
        .iter()
        .map(|one| {
            Row::link(
                at::ClaimPage(&one.claim).to_string(),
                vec![
                    html! { (one.payee) },
                    html! { (one.bank) },
                    html! { (one.account_masked) },
                    ui::money(one.amount),
                    html! { (Tag::new(one.state.label(), tone(one.state))) },
                    html! { (one.bank_reference) (one.reason) },
                ],
            )
        })
        .collect();
    let columns = [
        Column::text("户名"),
        Column::text("开户行"),
        Column::text("账号"),
        Column::number("金额"),
        Column::text("状态"),
        Column::text("流水号或退票原因"),
    ];
    simple_table("拨付清册", &columns, &rows)
}

/// POST `/payment-batches/{id}/approve`.
pub async fn approve(desk: Desk, Path(id): Path<String>, _form: Pairs) -> Response {
    let Ok(batch) = id.parse::<PaymentBatchId>() else { return desk.stopped(Fault::Gone.into()) };
    // The file is what comes next, and it is here.
    let next = |()| {
        Next::Stay(at::PaymentBatchPage(&id).to_string(), "已批准，银行代发文件已生成，请下载后送银行。".to_owned())
    };
    desk.answer(desk.perform(ApprovePaymentBatch { batch }).await, next, async |no| {
        shown(&desk, &id, 422, &FormState::new().refused(no)).await
    })
    .await
}
