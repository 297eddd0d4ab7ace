//! Payment batches (拨付; domain §7.4 S70–S90): finance approves, the bank's file goes out, its answer
//! comes back as a file that is read whole, or is typed line by line.

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Next, Pairs, Query, Read, procedure};
use foundation::at;
use foundation::codes::PaymentState;
use foundation::limits::{EXPORT_ROWS, PAGE_ROWS};
use foundation::{Fault, Fen, Function, PaymentBatchId, PaymentLineId, Permission, Right, Stop};
use maud::{Markup, html};
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::funds::{payment_batch, payment_line};
use ui::{
    Button, Column, Dossier, DossierHead, Due, Field, Filter, Form, FormState, Register, Row, Step, Tag, Tone, form,
    section, simple_table,
};

use crate::acts::payment::{ApprovePaymentBatch, payees_odd};
use crate::acts::settle::{SettlePaymentBatch, SettledLine};
use crate::procedures::batches::{Batches, Step as BatchStep};

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

fn tone(state: PaymentState) -> Tone {
    match state {
        PaymentState::Paid => Tone::Good,
        PaymentState::Returned => Tone::Act,
        PaymentState::Pending | PaymentState::Sent => Tone::Look,
        PaymentState::Withdrawn => Tone::Neutral,
    }
}

/// A batch's state in the words of its own step.
fn state_word(state: PaymentState) -> &'static str {
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

fn due(desk: &Desk, batch: &payment_batch::Model) -> Option<Due> {
    batch.due_on.map(|due| {
        Due::on(due, desk.today())
            .certain(batch.state != PaymentState::Pending || desk.premises.calendar.is_certain(due))
    })
}

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
        main.push(settle_form(options, loaded, state));
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

fn upload_form(desk: &Desk, batch: &payment_batch::Model, state: &FormState) -> Markup {
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

fn settle_form(options: Form, loaded: &Loaded, state: &FormState) -> Markup {
    let typed = !state.value(BY_LINE).is_empty();
    let (options, fresh) = (Form { hidden: vec![(BY_LINE.into(), "1".into())], ..options }, FormState::new());
    let state = if typed { state } else { &fresh };
    html! {
        details class="jb-section" open[typed] {
            summary { "没有回盘文件，逐笔登记" }
            (form(&options, state, html! {
                @for one in loaded.lines.iter().filter(|one| one.state == PaymentState::Sent) {
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
