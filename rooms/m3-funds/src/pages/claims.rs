//! The register of claims and the dossier of one: every fen with the way it came about (domain §7.3).

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use desk::procedure::{self, button};
use desk::{Desk, Next, Pairs, Query, Read};
use foundation::at;
use foundation::codes::{ClaimState, ObjectionState, PaymentState};
use foundation::ids::TypedId;
use foundation::{ClaimId, Fault, Fen, Function, Permission, Refusal, Right, Stop};
use maud::{Markup, html};
use reckoning::money::Step as Trace;
use serde::Serialize;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use store::tables::funds::{claim, claim_item, objection, payment_line};
use ui::{Button, Column, Dossier, DossierHead, Due, Row, Step, Tag, Tone, section, simple_table};

use super::register::Asked;
use crate::acts::draft::{RedraftClaim, Redrafted};
use crate::acts::payment::MakePaymentBatch;
use crate::acts::review::{
    ExplainClaimCorrection, FirstReviewClaim, PublishClaim, ReturnClaim, SecondReviewClaim, SubmitClaim, Submitted,
};
use crate::declared::CLAIM;
use crate::procedures::claims::{Claims, Step as ClaimStep};

/// Claims within reach.
pub struct ClaimRegister;
impl Read for ClaimRegister {
    const NAME: &'static str = "claim-register";
    const PERMISSION: Permission = Permission::Of(Function::ClaimReview, Right::Read);
}
/// One claim.
pub struct ClaimPage;
impl Read for ClaimPage {
    const NAME: &'static str = "claim-page";
    const PERMISSION: Permission = Permission::Of(Function::ClaimReview, Right::Read);
}

/// The colour of a state.
pub(super) fn tone(state: ClaimState) -> Tone {
    match state {
        ClaimState::Paid | ClaimState::NoObjection => Tone::Good,
        ClaimState::NotPassed | ClaimState::PaymentReturned | ClaimState::UnderObjection | ClaimState::Recovering => {
            Tone::Act
        }
        ClaimState::Draft | ClaimState::Recovered => Tone::Neutral,
        _ => Tone::Look,
    }
}

/// Until when the claim's present step must be done; provisional where the year's holidays are not known yet.
pub(super) fn due(desk: &Desk, row: &claim::Model) -> Option<Due> {
    // Only limits in working days move with the holidays.
    let in_days = matches!(
        row.state,
        ClaimState::Draft | ClaimState::NoObjection | ClaimState::FinanceReviewed | ClaimState::Paying
    );
    row.due_on.map(|due| Due::on(due, desk.today()).certain(in_days || desk.premises.calendar.is_certain(due)))
}

/// `/claims/{id}`.
pub async fn show(desk: Desk, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
    match body(&desk, &id).await {
        Ok(body) => desk.page("补贴申领", "/claims", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn body(desk: &Desk, id: &ClaimId) -> Result<Markup, Stop> {
    let reader = desk.read().await?;
    let row = reader.get(&id).await?;
    desk.shows(&crate::declared::CLAIM, &row.id, row.version);
    let items = reader
        .list::<claim_item::Entity>(|q| {
            q.filter(claim_item::Column::Claim.eq(id.clone())).order_by_asc(claim_item::Column::Name)
        })
        .await?;
    let payments = reader
        .list::<payment_line::Entity>(|q| {
            q.filter(payment_line::Column::Claim.eq(id.clone())).order_by_desc(payment_line::Column::Id)
        })
        .await?;
    let trail = desk::trail::of(desk, &reader, &crate::declared::CLAIM, &id.to_string(), 30).await?;
    let waits = m2_institutions::doorway::open_payee_change(&reader, &row.institution).await?;
    let mut main = vec![sums(&row, &items)];
    if !row.note.is_empty() {
        main.push(section("说明", html! { p { (row.note) } }));
    }
    if row.state == ClaimState::Returned && desk.may(Permission::Of(Function::ClaimSubmission, Right::Create)) {
        let options = ui::Form {
            action: at::ClaimExplain(&id).to_string(),
            submit: "记下补正说明".into(),
            ..ui::Form::default()
        };
        let state = ui::FormState::new();
        let field = ui::Field::text_area("note", "补正说明")
            .hint("写明补了什么、改了什么，审核人在留痕里看得到；写好再提交")
            .required()
            .max_length(1000);
        main.push(section(
            "",
            html! { details { summary { "写补正说明" } (ui::form(&options, &state, field.show(&state))) } },
        ));
    }
    let objections = reader
        .list::<objection::Entity>(|q| {
            q.filter(objection::Column::Claim.eq(id.clone())).order_by_asc(objection::Column::Id)
        })
        .await?;
    if !objections.is_empty() {
        main.push(objected(&objections));
    }
    if !payments.is_empty() {
        main.push(paid_out(desk, &row, &payments, waits.is_some()));
    }
    main.push(people(&items));
    main.push(unpaid(row.state, &items));
    let returning = procedure::form::<Claims>(desk, &row, ClaimStep::Return, &at::ClaimPage(&id).to_string());
    main.extend(returning.map(|options| return_form(&options)));
    Ok(html! {
        (Dossier { head: head(desk, &row, waits.is_some()), steps: steps(&row), main,
            side: vec![ui::trail(&trail)] })
    })
}

fn head(desk: &Desk, row: &claim::Model, payee_waits: bool) -> DossierHead {
    let mut buttons = Vec::new();
    // Who reads claims may yet not read openings (省鉴定中心, domain §1.3 row 11).
    if desk.may(Permission::Of(Function::OpeningApplication, Right::Read)) {
        buttons.push(Button::link("看班级", at::ClassPage(&row.class).to_string()));
    }
    if matches!(row.state, ClaimState::Draft | ClaimState::Returned | ClaimState::NotPassed)
        && row.second_reviewed_by.is_none()
        && desk.may(Permission::Of(Function::ClaimSubmission, Right::Create))
    {
        buttons.push(Button::post("按最新事实重算", at::ClaimRedraft(&row.id).to_string()));
    }
    buttons.extend(main_button(desk, row, payee_waits));
    DossierHead {
        title: format!("{} 补贴申领", row.class_title),
        state: Some(Tag::new(row.state.label(), tone(row.state))),
        due: due(desk, row),
        number: row.claim_no.clone(),
        owner: row.institution_name.clone(),
        buttons,
    }
}

/// The act whose turn it is, for this office; blocked with the reason where duties must be separate.
fn main_button(desk: &Desk, row: &claim::Model, payee_waits: bool) -> Option<Button> {
    use crate::procedures::claims::Step::{FirstReview, MakeBatch, Publish, SecondReview, Submit};
    let page = CLAIM.address(row.id.as_str());
    let steps = [Submit, FirstReview, SecondReview, Publish, MakeBatch];
    let (step, button) = steps.into_iter().find_map(|step| Some((step, button::<Claims>(desk, row, step, &page)?)))?;
    Some(match step {
        MakeBatch if payee_waits => button.blocked_because("收款账户正在更正，等另一人复核后再做"),
        _ => button,
    })
}

fn steps(row: &claim::Model) -> Vec<Step> {
    let day = |at: Option<foundation::Instant>| {
        at.map_or_else(String::new, |at| ui::dates::day(foundation::clock::day_of(at)))
    };
    let now = match row.state {
        ClaimState::Draft | ClaimState::Returned => 0,
        ClaimState::Submitted | ClaimState::Accepted | ClaimState::NotPassed => 1,
        ClaimState::FirstReviewed => 2,
        ClaimState::SecondReviewed | ClaimState::Published | ClaimState::UnderObjection => 3,
        ClaimState::NoObjection | ClaimState::FinanceReviewed | ClaimState::Paying | ClaimState::PaymentReturned => 4,
        ClaimState::Paid | ClaimState::Recovering | ClaimState::Recovered => 5,
    };
    let publicity = match (row.publicity_from, row.publicity_until) {
        (Some(from), Some(until)) => ui::dates::range(from, until),
        _ => String::new(),
    };
    let notes =
        [day(row.submitted_at), day(row.first_reviewed_at), day(row.second_reviewed_at), publicity, day(row.paid_at)];
    ["提交", "初审", "复审", "公示", "拨付"]
        .iter()
        .zip(notes)
        .enumerate()
        .map(|(at, (name, note))| match at.cmp(&now) {
            std::cmp::Ordering::Less => Step::done(*name, note),
            std::cmp::Ordering::Equal => Step::now(*name, note),
            std::cmp::Ordering::Greater => Step::to_come(*name),
        })
        .collect()
}

fn sums(row: &claim::Model, items: &[claim_item::Model]) -> Markup {
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

/// What was said against it; only offices see this.
fn objected(all: &[objection::Model]) -> Markup {
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
fn paid_out(desk: &Desk, row: &claim::Model, payments: &[payment_line::Model], payee_waits: bool) -> Markup {
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

fn people(items: &[claim_item::Model]) -> Markup {
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
fn unpaid(state: ClaimState, items: &[claim_item::Model]) -> Markup {
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

fn return_form(options: &ui::Form) -> Markup {
    let (state, field) =
        (ui::FormState::new(), ui::Field::text_area("note", "理由（机构会看到）").required().max_length(1000));
    html! {
        details class="jb-panel jb-section" {
            summary { (options.submit) } (ui::form(options, &state, field.show(&state)))
        }
    }
}

macro_rules! posts {
    ($($name:ident($act:ident) = $said:literal;)+) => {$(
        #[doc = concat!("POST of ", stringify!($act), ".")]
        pub async fn $name(desk: Desk, Path(id): Path<String>, _form: Pairs) -> Response {
            let Ok(claim) = id.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
            let result = desk.perform($act { claim }).await;
            desk.after(result, &at::ClaimPage(&id).to_string(), $said)
        }
    )+};
}
posts! {
    first_review(FirstReviewClaim) = "初审通过，资金已预留，请另一位工作人员复审。";
    second_review(SecondReviewClaim) = "复审通过，可以公示了。";
    publish(PublishClaim) = "已开始公示，从明天起计；截止日和名单在“公示”里。";
}

/// POST `/claims/{id}/submit`: handed in, or told that the facts have changed meanwhile.
pub async fn submit(desk: Desk, Path(id): Path<String>, _form: Pairs) -> Response {
    let Ok(claim) = id.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
    let here = at::ClaimPage(&id).to_string();
    let said = |one: Submitted| match one {
        one if one.submitted => Next::Go(here.clone(), "申领已提交，县人社部门会审核。".into()),
        one if one.persons == 0 => Next::Stay(
            here.clone(),
            "!按最新事实重算后，没有可以补贴的学员，申领已终止。请看下面每位学员的原因。".into(),
        ),
        one => {
            let sum = ui::money::text(Fen(one.total_fen));
            let now = format!(
                "!还没有提交：事实有变化，申领已按最新事实重算为 {} 人 {sum}。请核对后再提交一次。",
                one.persons
            );
            Next::Stay(here.clone(), now)
        }
    };
    desk.answer(desk.perform(SubmitClaim { claim }).await, said, async |no| desk.refused(&here, &no)).await
}

/// POST `/claims/{id}/redraft`.
pub async fn redraft(desk: Desk, Path(id): Path<String>, _form: Pairs) -> Response {
    let Ok(claim) = id.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
    let here = at::ClaimPage(&id).to_string();
    let said = |one: Redrafted| match one.changed {
        true => Next::Stay(
            here.clone(),
            format!("已按最新事实重算：{} 人 {}。", one.persons, ui::money::text(Fen(one.total_fen))),
        ),
        false => Next::Stay(here.clone(), "已按最新事实重算，没有变化。".into()),
    };
    desk.answer(desk.perform(RedraftClaim { claim }).await, said, async |no| desk.refused(&here, &no)).await
}

/// POST `/claims/{id}/return`.
pub async fn send_back(desk: Desk, Path(id): Path<String>, form: Pairs) -> Response {
    let Ok(claim) = id.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(ReturnClaim { claim, note: form.value("note").into() }).await;
    desk.after(result, &at::ClaimPage(&id).to_string(), "已退回补正。")
}

/// POST `/claims/{id}/explain`.
pub async fn explain(desk: Desk, Path(id): Path<String>, form: Pairs) -> Response {
    let Ok(claim) = id.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(ExplainClaimCorrection { claim, note: form.value("note").into() }).await;
    desk.after(result, &at::ClaimPage(&id).to_string(), "补正说明已记下，审核人看得到。改好后请提交。")
}

/// POST `/claims/{id}/batch`.
pub async fn batch(desk: Desk, Path(id): Path<String>, _form: Pairs) -> Response {
    let Ok(claim) = id.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
    desk.answer(
        desk.perform(MakePaymentBatch { claims: vec![claim] }).await,
        // Its number is what the maker looks for next.
        |batch| Next::Stay(at::PaymentBatchPage(&batch).to_string(), "拨付批次已做好，等财政复核。".to_owned()),
        async |refusals| desk.refused(&at::ClaimPage(&id).to_string(), &refusals),
    )
    .await
}

#[derive(Serialize)]
struct Told {
    id: ClaimId,
    claim_no: String,
    class: foundation::ClassId,
    state: &'static str,
    persons: i32,
    total_fen: i64,
}

/// `/api/v1/claims`: in the order of their ids, `after`, `limit` ≤ 100; `state`.
pub async fn resource(desk: Desk, headers: HeaderMap, Query(asked): Query<Asked>) -> Response {
    let run = async {
        let limit = desk::api::limit(&asked.limit);
        let rows = desk
            .read()
            .await?
            .list::<claim::Entity>(|q| {
                let mut all = Condition::all();
                if let Ok(state) = asked.state.parse::<ClaimState>() {
                    all = all.add(claim::Column::State.eq(state));
                }
                if let Ok(after) = asked.after.parse::<ClaimId>() {
                    all = all.add(claim::Column::Id.gt(after));
                }
                q.filter(all).order_by_asc(claim::Column::Id).limit(limit)
            })
            .await?;
        let last = rows.last().map(|row| row.id.to_string());
        let items: Vec<Told> = rows.into_iter().map(told).collect();
        Ok::<_, Stop>(desk::api::list(&headers, &items, limit, last))
    };
    run.await.unwrap_or_else(|stop| desk.stopped(stop))
}

fn told(one: claim::Model) -> Told {
    Told {
        id: one.id,
        claim_no: one.claim_no,
        class: one.class,
        state: one.state.code(),
        persons: one.persons,
        total_fen: one.total.0,
    }
}
