//! The payee's account (M8.9): the form of a correction, and while one waits, the page of whoever types it again.

use axum::extract::Path;
use axum::response::Response;
use desk::procedure::{Procedure, form as form_of, kept_apart};
use desk::{Desk, Pairs};
use foundation::codes::PayeeState;
use foundation::{AccountId, Fault, InstitutionId, PayeeChangeId, Stop, at};
use store::Reader;
use store::tables::institutions::{institution, payee_change};
use ui::{Button, Dossier, DossierHead, Field, Form, FormState, Markup, Tag, dates, facts_grid, form, html, section};

use super::office_forms::managed;
use super::{FormPage, NAV, settle};
use crate::acts::payee::{ConfirmPayeeAccount, DeclinePayeeAccount, ProposePayeeAccount, WithdrawPayeeAccount};
use crate::declared::PAYEE_CHANGE;
use crate::doorway;
use crate::procedures::payee::{PayeeChanges, Step};

/// Lines of a correction's trail.
const TRAIL_LINES: u64 = 20;

/// What the page shows and what was typed into it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    Confirm,
    Decline,
    Withdraw,
}

/// `/institutions/{id}/payee`: the form; while a correction waits, its page.
pub async fn show(desk: Desk, Path(id): Path<String>) -> Result<Response, Response> {
    let run = async {
        let row = managed(&desk, &id).await?;
        match doorway::open_payee_change(&desk.read().await?, &row.id).await? {
            Some(open) => Ok(desk.go(&at::PayeeChangePage(&open.id).to_string(), "")),
            None => Ok(proposal(&desk, &row, &FormState::new().with("bank", row.bank.as_str()))),
        }
    };
    run.await.map_err(|stop| desk.stopped(stop))
}

/// `/payee-changes/{id}`.
pub async fn one(desk: Desk, Path(id): Path<String>) -> Result<Response, Response> {
    page(&desk, &id, &FormState::new(), Doing::Confirm).await.map_err(|stop| desk.stopped(stop))
}

fn proposal(desk: &Desk, row: &institution::Model, state: &FormState) -> Response {
    let page = FormPage {
        title: "更正收款账户",
        note: &row.name,
        action: at::InstitutionPayee(&row.id).to_string(),
        submit: "提交复核",
        back: at::InstitutionPage(&row.id).to_string(),
        current: NAV,
    };
    page.draw(
        desk,
        state,
        html! {
            p {
                "现在登记的是 " (row.bank) " " (row.account_masked)
                "。户名须与机构名称一致。提交后由另一人照依据材料再输一遍账号，两次一致才生效；在这之前不能为这家机构新做拨付批次。"
            }
            (Field::text("bank", "开户银行").required().max_length(100).show(state))
            (Field::text("account", "账号").hint("加密保存，页面只显示后四位").required().max_length(40).show(state))
            (Field::text("document", "依据材料").hint("例：机构账户变更函、银行开户证明").required().max_length(100).show(state))
        },
    )
}

/// A correction, what it says, and what this person may do with it.
async fn page(desk: &Desk, id: &str, state: &FormState, doing: Doing) -> Result<Response, Stop> {
    let reader = desk.read().await?;
    let change = reader.get(&id.parse::<PayeeChangeId>().map_err(|_| Fault::Gone)?).await?;
    desk.shows(&PAYEE_CHANGE, &change.id, change.version);
    let row = reader.get(&change.institution).await?;
    let trail = desk::trail::of(desk, &reader, &PAYEE_CHANGE, id, TRAIL_LINES).await?;
    let mut main = vec![section("更正的内容", facts_grid(&said(&reader, &row, &change).await?))];
    let here = at::PayeeChangePage(&change.id).to_string();
    let fresh = FormState::new();
    let of = |wanted: Doing| if doing == wanted { state } else { &fresh };
    if let Some(why) = kept_apart::<PayeeChanges>(desk, &change, Step::Confirm).filter(|_| change.open.is_some()) {
        main.push(section("复核", html! { p { (why) "。" } }));
    }
    if let Some(options) = form_of::<PayeeChanges>(desk, &change, Step::Confirm, &here) {
        main.push(section("复核", confirm_form(&options, of(Doing::Confirm))));
    }
    if let Some(options) = form_of::<PayeeChanges>(desk, &change, Step::Decline, &here) {
        main.push(section("", ended_form(&options, of(Doing::Decline), doing == Doing::Decline)));
    }
    if let Some(options) = form_of::<PayeeChanges>(desk, &change, Step::Withdraw, &here) {
        main.push(section("", ended_form(&options, of(Doing::Withdraw), doing == Doing::Withdraw)));
    }
    main.insert(0, state.untold());
    let now = PayeeChanges::state(&change)?;
    let head = DossierHead {
        title: "收款账户更正".into(),
        state: Some(tag_of(now)),
        owner: row.name.clone(),
        buttons: vec![Button::link("看机构", at::InstitutionPage(&row.id).to_string())],
        ..DossierHead::default()
    };
    let body = html! { (Dossier { head, main, side: vec![ui::trail(&trail)], ..Dossier::default() }) };
    Ok(desk.page_status(if state.is_clean() { 200 } else { 422 }, "收款账户更正", NAV, body))
}

/// The state in one word.
pub fn tag_of(state: PayeeState) -> Tag {
    match state {
        PayeeState::Proposed => ui::tag::look(state.label()),
        PayeeState::Confirmed => ui::tag::good(state.label()),
        PayeeState::Declined => ui::tag::act(state.label()),
        PayeeState::Withdrawn => ui::tag::neutral(state.label()),
    }
}

async fn said(
    reader: &Reader,
    row: &institution::Model,
    change: &payee_change::Model,
) -> Result<Vec<(&'static str, String)>, Stop> {
    let who = [Some(&change.proposed_by), change.decided_by.as_ref()];
    let known = desk::accounts::names(reader, who.into_iter().flatten().cloned()).await?;
    let name = |who: &AccountId| known.get(who).map_or_else(|| "人社部门工作人员".to_owned(), String::clone);
    let mut all = vec![
        ("现在登记的", format!("{} {}", row.bank, row.account_masked)),
        ("改为", format!("{} {}", change.bank, change.account_masked)),
        ("依据材料", change.document.clone()),
        ("提出", format!("{} {}", name(&change.proposed_by), dates::full_moment(change.proposed_at))),
    ];
    if let (Some(by), Some(at)) = (&change.decided_by, change.decided_at) {
        all.push(("办理", format!("{} {}", name(by), dates::full_moment(at))));
    }
    if !change.reason.is_empty() {
        all.push(("原因", change.reason.clone()));
    }
    Ok(all)
}

fn confirm_form(options: &Form, state: &FormState) -> Markup {
    let field = Field::text("account", "账号")
        .hint("请照依据材料输入完整账号，与提出人填的一致才生效；不要向提出人要")
        .required()
        .max_length(40)
        .show(state);
    form(options, state, html! { p { "户名须与机构名称一致。" } (field) })
}

/// Sending or taking it back, folded, for a reason.
fn ended_form(options: &Form, state: &FormState, is_open: bool) -> Markup {
    let options = Form { is_danger: true, ..options.clone() };
    let field = Field::text("reason", "原因").hint("机构会看到，并记入留痕").required().max_length(100).show(state);
    html! { details open[is_open] { summary { (options.submit) } (form(&options, state, field)) } }
}

/// Proposes.
pub async fn propose(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let row = managed(&desk, &id).await.map_err(|stop| desk.stopped(stop))?;
    let act = ProposePayeeAccount {
        institution: row.id.clone(),
        bank: pairs.value("bank").into(),
        account: pairs.value("account").into(),
        document: pairs.value("document").into(),
    };
    let result = desk.perform(act).await;
    Ok(settle(
        &desk,
        result,
        pairs.state(),
        &at::InstitutionPage(&id).to_string(),
        "已提出，等另一人复核后生效。",
        |state| proposal(&desk, &row, state),
    )
    .await)
}

/// The correction at an address, and whose account it is.
async fn meant(desk: &Desk, id: &str) -> Result<(InstitutionId, Option<PayeeChangeId>), Response> {
    let run = async {
        let id: PayeeChangeId = id.parse().map_err(|_| Fault::Gone)?;
        Ok((desk.read().await?.get(&id).await?.institution, Some(id)))
    };
    run.await.map_err(|stop: Stop| desk.stopped(stop))
}

/// Confirms.
pub async fn confirm(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let (institution, change) = meant(&desk, &id).await?;
    let result =
        desk.perform(ConfirmPayeeAccount { institution, change, account: pairs.value("account").into() }).await;
    Ok(decided(&desk, &id, &pairs, Doing::Confirm, result, "收款账户已更正。").await)
}

/// Sends it back.
pub async fn decline(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let (institution, change) = meant(&desk, &id).await?;
    let result = desk.perform(DeclinePayeeAccount { institution, change, reason: pairs.value("reason").into() }).await;
    Ok(decided(&desk, &id, &pairs, Doing::Decline, result, "已退回，收款账户没有变。").await)
}

/// Takes one's own back.
pub async fn withdraw(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let (institution, change) = meant(&desk, &id).await?;
    let result = desk.perform(WithdrawPayeeAccount { institution, change, reason: pairs.value("reason").into() }).await;
    Ok(decided(&desk, &id, &pairs, Doing::Withdraw, result, "已撤回，收款账户没有变。").await)
}

async fn decided<T>(
    desk: &Desk,
    id: &str,
    pairs: &Pairs,
    doing: Doing,
    result: Result<T, Stop>,
    said: &str,
) -> Response {
    let again = async |no| {
        page(desk, id, &pairs.state().secret("account").refused(no), doing)
            .await
            .unwrap_or_else(|stop| desk.stopped(stop))
    };
    desk.answer(result, |_| (at::PayeeChangePage(id).to_string(), said), again).await
}
