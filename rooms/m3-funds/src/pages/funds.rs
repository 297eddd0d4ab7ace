//! Fund accounts (M8.9; domain §7.5): what the budget is, what is promised, what is paid, what is left; the finance
//! office sets its budget here.

use axum::response::Response;
use chrono::Datelike;
use desk::{Desk, Pairs, Read};
use foundation::{Fault, Fen, Function, Office, Permission, Right, Stop};
use maud::{Markup, html};
use store::query::{QueryOrder, QuerySelect};
use store::tables::funds::fund_account;
use ui::{Column, Field, Form, FormState, Row, form, page_head, panel, simple_table};

use crate::acts::fund::SetFundBudget;
use crate::rules::fund::Sums;

/// Accounts within reach.
pub struct FundAccounts;
impl Read for FundAccounts {
    const NAME: &'static str = "fund-accounts";
    const PERMISSION: Permission = Permission::Of(Function::ClaimReview, Right::Read);
}

/// Accounts on the page: every county of the province for three years.
const ROWS: u64 = 400;

/// `/fund-accounts`.
pub async fn list(desk: Desk) -> Response {
    match body(&desk, &FormState::new()).await {
        Ok(body) => desk.page("资金账户", "/payment-batches", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn body(desk: &Desk, state: &FormState) -> Result<Markup, Stop> {
    if desk.actor.office.district().is_none() {
        return Err(Fault::Gone.into());
    }
    let accounts = desk
        .read()
        .await?
        .list::<fund_account::Entity>(|q| {
            q.order_by_desc(fund_account::Column::Year).order_by_asc(fund_account::Column::District).limit(ROWS)
        })
        .await?;
    let rows: Vec<Row> = accounts.iter().map(row).collect();
    let columns = [
        Column::text("地区"),
        Column::text("年度"),
        Column::number("预算"),
        Column::number("已预留（初审后）"),
        Column::number("拨付中"),
        Column::number("已拨付"),
        Column::number("可用"),
        Column::text("用了多少"),
    ];
    Ok(html! {
        (super::batches::tabs(desk, "/fund-accounts"))
        (page_head("资金账户", "就业补助资金；初审时预留，列入批次时转为拨付中，到账后为已拨付", &[]))
        @if rows.is_empty() { (panel("", html! { p { "还没有登记预算。没有预算时，补贴不能初审；请财政部门先登记本年度预算。" } })) }
        @else { (simple_table("资金账户", &columns, &rows)) }
        @if let Office::Finance { district } = &desk.actor.office {
            (budget_form(desk, &format!("{}登记或调整预算", district.name()), state))
        }
    })
}

fn row(one: &fund_account::Model) -> Row {
    let sums = Sums::of(one);
    let used = Fen(one.budget.0.saturating_sub(sums.free().0));
    let share = if one.budget.0 > 0 { (i128::from(used.0) * 100 / i128::from(one.budget.0)).clamp(0, 100) } else { 0 };
    Row::plain(vec![
        html! { (one.district.name()) },
        html! { (one.year) },
        ui::money(one.budget),
        ui::money(one.reserved),
        ui::money(one.batched),
        ui::money(one.paid),
        html! {
            @if sums.free() < Fen::ZERO { strong { "超 " (ui::money(Fen(-sums.free().0))) } }
            @else { (ui::money(sums.free())) }
        },
        html! { progress max="100" value=(share) aria-label=(format!("已用预算的 {share}%")) {} " " (share) "%" },
    ])
}

fn budget_form(desk: &Desk, title: &str, state: &FormState) -> Markup {
    let year = desk.today().year();
    let options = Form { action: "/fund-accounts".into(), submit: "登记预算".into(), ..Form::default() };
    panel(
        title,
        form(
            &options,
            state,
            html! {
                (Field::select("year", "年度",
                    [year, year + 1, year - 1].map(|one| (one.to_string(), format!("{one} 年"))))
                    .default_value(year.to_string()).required().show(state))
                (Field::money("budget", "全年预算").hint("写调整后的全年总额，不是增减数；不能低于已拨付和拨付中的合计").required().show(state))
                (Field::text("document", "依据文件").hint("例：晋财社〔2026〕8号").max_length(100).required().show(state))
            },
        ),
    )
}

/// POST `/fund-accounts`.
pub async fn set(desk: Desk, pairs: Pairs) -> Response {
    let mut state = pairs.state();
    let budget = Fen::from_yuan_text(pairs.value("budget"));
    if budget.is_none() {
        state.error("budget", "请填元，最多两位小数，例如 3000000 或 3000000.50");
    }
    let (Some(budget), true) = (budget, state.is_clean()) else { return again(&desk, state).await };
    let act = SetFundBudget {
        year: pairs.value("year").parse().unwrap_or(0),
        budget_fen: budget.0,
        document: pairs.value("document").into(),
    };
    desk.answer(
        desk.perform(act).await,
        |_| ("/fund-accounts".to_owned(), "预算已登记。".to_owned()),
        async |refusals| again(&desk, state.refused(refusals)).await,
    )
    .await
}

async fn again(desk: &Desk, state: FormState) -> Response {
    match body(desk, &state).await {
        Ok(body) => desk.page_status(422, "资金账户", "/payment-batches", body),
        Err(stop) => desk.stopped(stop),
    }
}
