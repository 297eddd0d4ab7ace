//! The payee's account (M8.9): the form of a correction, and while one waits, the page of whoever types it again.

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs};
use foundation::{Refusal, Stop, at};
use store::query::ColumnTrait;
use store::tables::identity::account;
use store::tables::institutions::{institution, payee_change};
use ui::{Button, Dossier, DossierHead, Field, Form, FormState, Markup, dates, facts_grid, form, html, section};

use super::office_forms::managed;
use super::{FormPage, NAV, settle};
use crate::acts::payee::{ConfirmPayeeAccount, DeclinePayeeAccount, ProposePayeeAccount};
use crate::queries;

/// What the page shows and what was typed into it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    Confirm,
    Decline,
}

/// The page.
pub async fn show(desk: Desk, Path(id): Path<String>) -> Result<Response, Response> {
    let run = async {
        let row = managed(&desk, &id).await?;
        match queries::open_payee_change(&desk.read().await?, &row.id).await? {
            Some(open) => waiting(&desk, &row, &open, &FormState::new(), Doing::Confirm).await,
            None => Ok(proposal(&desk, &row, &FormState::new().with("bank", row.bank.as_str()))),
        }
    };
    run.await.map_err(|stop| desk.stopped(stop))
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
            p { "现在登记的是 " (row.bank) " " (row.account_masked) "。户名须与机构名称一致。提交后由另一人照依据材料再输一遍账号，两次一致才生效；在这之前不能为这家机构新做拨付批次。" }
            (Field::text("bank", "开户银行").required().max_length(100).show(state))
            (Field::text("account", "账号").hint("加密保存，页面只显示后四位").required().max_length(40).show(state))
            (Field::text("document", "依据材料").hint("例：机构账户变更函、银行开户证明").required().max_length(100).show(state))
        },
    )
}

/// A correction that waits: what it says, and what this person may do with it.
async fn waiting(desk: &Desk, row: &institution::Model, open: &payee_change::Model, state: &FormState, doing: Doing) -> Result<Response, Stop> {
    let by = desk.read().await?.find::<account::Entity>(account::Column::Id.eq(open.proposed_by.clone())).await?;
    let by = by.map_or_else(|| "本单位工作人员".to_owned(), |one| one.name);
    let is_own = desk.actor.account.as_ref() == Some(&open.proposed_by);
    let fresh = FormState::new();
    let at = |wanted: Doing| if doing == wanted { state } else { &fresh };
    let facts: [(&str, String); 5] = [
        ("现在登记的", format!("{} {}", row.bank, row.account_masked)),
        ("改为", format!("{} {}", open.bank, open.account_masked)),
        ("依据材料", open.document.clone()),
        ("提出人", by),
        ("提出时间", dates::full_moment(open.proposed_at)),
    ];
    let mut main = vec![section("更正的内容", facts_grid(&facts))];
    if is_own {
        main.push(section("复核", html! { p { "这项更正由您提出，须由另一人复核。填错了的，可以在下面撤回。" } }));
    } else if desk.may(super::DECIDE) {
        main.push(section("复核", confirm_form(row, at(Doing::Confirm))));
    }
    main.push(section("", decline_form(row, at(Doing::Decline), is_own, doing == Doing::Decline)));
    let head = DossierHead {
        title: "复核收款账户".into(),
        owner: row.name.clone(),
        buttons: vec![Button::link("返回", at::InstitutionPage(&row.id).to_string())],
        ..DossierHead::default()
    };
    let body = html! { (Dossier { head, main, ..Dossier::default() }) };
    Ok(desk.page_status(if state.is_clean() { 200 } else { 422 }, "复核收款账户", NAV, body))
}

fn confirm_form(row: &institution::Model, state: &FormState) -> Markup {
    let options = Form { action: at::InstitutionPayeeConfirm(&row.id).to_string(), submit: "复核通过".into(), ..Form::default() };
    let field = Field::text("account", "账号").hint("请照依据材料输入完整账号，与提出人填的一致才生效；不要向提出人要").required().max_length(40).show(state);
    form(&options, state, html! { p { "户名须与机构名称一致。" } (field) })
}

fn decline_form(row: &institution::Model, state: &FormState, is_own: bool, is_open: bool) -> Markup {
    let title = if is_own { "撤回" } else { "退回" };
    let options = Form { action: at::InstitutionPayeeDecline(&row.id).to_string(), submit: title.into(), is_danger: true, ..Form::default() };
    let field = Field::text("reason", "原因").hint("机构会看到，并记入留痕").required().max_length(100).show(state);
    html! { details open[is_open] { summary { (title) } (form(&options, state, field)) } }
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
    Ok(settle(&desk, result, pairs.state(), &at::InstitutionPage(&id).to_string(), "已提出，等另一人复核后生效。", |state| {
        proposal(&desk, &row, state)
    })
    .await)
}

/// Confirms.
pub async fn confirm(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let row = managed(&desk, &id).await.map_err(|stop| desk.stopped(stop))?;
    let result = desk.perform(ConfirmPayeeAccount { institution: row.id.clone(), account: pairs.value("account").into() }).await;
    decided(desk, row, pairs, Doing::Confirm, result, "收款账户已更正。").await
}

/// Sends or takes back.
pub async fn decline(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let row = managed(&desk, &id).await.map_err(|stop| desk.stopped(stop))?;
    let result = desk.perform(DeclinePayeeAccount { institution: row.id.clone(), reason: pairs.value("reason").into() }).await;
    decided(desk, row, pairs, Doing::Decline, result, "已退回，收款账户没有变。").await
}

async fn decided<T>(desk: Desk, row: institution::Model, pairs: Pairs, doing: Doing, result: Result<T, Stop>, said: &str) -> Result<Response, Response> {
    let again = async |no: Vec<Refusal>| {
        let run = async {
            match queries::open_payee_change(&desk.read().await?, &row.id).await? {
                Some(open) => waiting(&desk, &row, &open, &pairs.state().refused(no), doing).await,
                // Somebody else has decided meanwhile: the refusal says so above a new form.
                None => Ok(proposal(&desk, &row, &FormState::new().with("bank", row.bank.as_str()).refused(no))),
            }
        };
        run.await.unwrap_or_else(|stop: Stop| desk.stopped(stop))
    };
    Ok(desk.answer(result, |_| (at::InstitutionPage(&row.id).to_string(), said), again).await)
}
