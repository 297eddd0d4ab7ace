//! Pages of objections for the public (公示异议; M8.9; domain §7.4 S55): raise one, and read its answer with the
//! receipt, both without an account.

use std::sync::Arc;

use axum::response::Response;
use desk::tries::{self, Allowance};
use desk::{Desk, Pairs, Query, Read};
use foundation::at;
use foundation::codes::ClaimState;
use foundation::{ClaimId, Fault, Permission, Stop};
use maud::{Markup, html};
use serde::Deserialize;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::funds::{claim, objection};
use ui::{Button, Column, Field, Form, FormState, Row, Tone, callout, form, page_head, panel, section, simple_table};

use super::objections::ROWS;
use crate::acts::objection::{ObjectionRaised, RaiseObjection, receipt_hash};

/// The public's pages.
pub struct PublicObjections;
impl Read for PublicObjections {
    const NAME: &'static str = "public-objections";
    const PERMISSION: Permission = Permission::Public;
    const CLAUSE: &'static str = "M8.9";
}

/// Objections from one address: a few a day, not a flood; receipts asked for: nobody tries them out.
const RAISING: Allowance = Allowance { burst: 5, every_s: 3600 };
const ASKING: Allowance = Allowance { burst: 30, every_s: 10 };

/// Which claim, or which receipt.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Asked {
    claim: String,
    receipt: String,
}

/// `/public/objections/new`: which publicity, then the form.
pub async fn new(desk: Desk, Query(asked): Query<Asked>) -> Response {
    let body = match asked.claim.parse::<ClaimId>() {
        Ok(id) => raise_body(&desk, &id, &FormState::new()).await,
        Err(_) => choose_body(&desk).await,
    };
    match body {
        Ok(body) => desk.page("提出异议", "/publicity", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn choose_body(desk: &Desk) -> Result<Markup, Stop> {
    let reader = desk.as_system("publicity").read().await?;
    let open = [ClaimState::Published, ClaimState::UnderObjection];
    let rows = reader
        .list::<claim::Entity>(|q| {
            q.filter(claim::Column::State.is_in(open))
                .filter(claim::Column::PublicityUntil.gte(desk.today()))
                .order_by_asc(claim::Column::PublicityUntil)
                .limit(ROWS)
        })
        .await?;
    let rows: Vec<Row> = rows
        .iter()
        .map(|one| {
            Row::plain(vec![
                html! { a href=(at::PublicObjectionsNew.asking(&[("claim", &one.id)])) { (one.class_title) } },
                html! { (one.institution_name) },
                html! { (one.district.full_name()) },
                html! { @if let Some(until) = one.publicity_until { (ui::dates::full_day(until)) } },
            ])
        })
        .collect();
    Ok(html! {
        (page_head("提出异议或查看答复", "不用登录，不用留姓名", &[]))
        (receipt_form(""))
        (section("对哪一份公示有异议", html! {
            @if rows.is_empty() { p { "现在没有正在公示的补贴。其他问题请向当地人社部门举报。" } }
            @else {
                (simple_table("正在公示",
                    &[Column::text("班级"), Column::text("培训机构"), Column::text("地区"), Column::text("公示到")], &rows))
            }
        }))
    })
}

fn receipt_form(receipt: &str) -> Markup {
    let options =
        Form { action: "/public/objections".into(), submit: "查看答复".into(), is_search: true, ..Form::default() };
    panel(
        "已经提过异议",
        form(
            &options,
            &FormState::new().with("receipt", receipt),
            Field::text("receipt", "回执号")
                .hint("提交异议时给您的 16 位字母和数字")
                .max_length(30)
                .show(&FormState::new().with("receipt", receipt)),
        ),
    )
}

async fn public_claim(desk: &Desk, id: &ClaimId) -> Result<claim::Model, Stop> {
    let row = desk.as_system("publicity").read().await?.get(&id).await?;
    if matches!(row.state, ClaimState::Published | ClaimState::UnderObjection) {
        Ok(row)
    } else {
        Err(Fault::Gone.into())
    }
}

async fn raise_body(desk: &Desk, id: &ClaimId, state: &FormState) -> Result<Markup, Stop> {
    let row = public_claim(desk, id).await?;
    let options = Form {
        action: at::PublicObjectionsNew.asking(&[("claim", id)]),
        submit: "提交异议".into(),
        is_phone: true,
        ..Form::default()
    };
    let until = row.publicity_until.map(ui::dates::full_day).unwrap_or_default();
    Ok(html! {
        (page_head("对公示提出异议", &format!("{} · {}", row.class_title, row.institution_name),
            &[Button::link("看公示名单", at::PublicityPage(&id).to_string())]))
        (panel("", html! { p { "公示到 " (until) "。不用登录，不记您的名字；培训机构看不到是谁提的，也看不到您的联系方式。" } }))
        (form(&options, state, html! {
            (Field::text_area("reason", "哪里不对")
                .hint("写清是名单里的第几位、哪里不对、您怎么知道的。不要写他人的身份证号、电话。").required().max_length(500).show(state))
            (Field::text("contact", "您的联系方式").hint("可以不填。填了便于我们找您核实，加密保存，查看会留痕。").max_length(50).show(state))
        }))
    })
}

/// POST `/public/objections/new`.
pub async fn raise(desk: Desk, Query(asked): Query<Asked>, pairs: Pairs) -> Response {
    let Ok(claim) = asked.claim.parse::<ClaimId>() else { return desk.stopped(Fault::Gone.into()) };
    let premises = &desk.premises;
    if premises
        .tries
        .take("objection", &tries::address_key(desk.manner.from), RAISING, premises.clock.real_now())
        .is_err()
    {
        return desk.error_page(429);
    }
    // Whoever is signed in: the public objects.
    let public = Desk::public(Arc::clone(premises));
    let act = RaiseObjection {
        claim: claim.clone(),
        reason: pairs.value("reason").into(),
        contact: pairs.value("contact").into(),
    };
    desk.answer(
        public.perform(act).await,
        |raised| receipt(&desk, &raised),
        async |no| match raise_body(&desk, &claim, &pairs.state().refused(no)).await {
            Ok(body) => desk.page_status(422, "提出异议", "/publicity", body),
            Err(stop) => desk.stopped(stop),
        },
    )
    .await
}

/// What is shown once: the number that finds the answer.
fn receipt(desk: &Desk, raised: &ObjectionRaised) -> Response {
    let body = html! {
        (page_head("异议已收到", "", &[]))
        (panel("", html! {
            p { "请记下回执号，用它查看答复。这个号码只显示这一次，我们也不保存。" }
            p class="jb-h2" { code { (raised.receipt) } }
            p { "县（市、区）人社部门会在 " (ui::dates::full_day(raised.due_on)) " 前核查并答复。" }
            p { (Button::link("查看答复", at::PublicObjections.asking(&[("receipt", &raised.receipt)])).main()) }
        }))
    };
    desk.page("异议已收到", "/publicity", body)
}

/// `/public/objections?receipt=…`: the answer, for whoever holds the receipt.
pub async fn answer(desk: Desk, Query(asked): Query<Asked>) -> Response {
    if asked.receipt.trim().is_empty() {
        return desk.go("/public/objections/new", "");
    }
    let premises = &desk.premises;
    if premises
        .tries
        .take("objection-receipt", &tries::address_key(desk.manner.from), ASKING, premises.clock.real_now())
        .is_err()
    {
        return desk.error_page(429);
    }
    let found = match desk.as_system("objection-receipt").read().await {
        Ok(reader) => {
            reader.find::<objection::Entity>(objection::Column::ReceiptHash.eq(receipt_hash(&asked.receipt))).await
        }
        Err(stop) => Err(stop),
    };
    match found {
        Ok(Some(one)) => desk.page("异议答复", "/publicity", answer_body(&one)),
        Ok(None) => {
            let body = html! {
                (page_head("没有找到这个回执号", "", &[])) (callout(Tone::Look, html! { p { "请核对每一个字母和数字，大小写不论。" } }))
                (receipt_form(&asked.receipt))
            };
            desk.page_status(404, "异议答复", "/publicity", body)
        }
        Err(stop) => desk.stopped(stop),
    }
}

fn answer_body(one: &objection::Model) -> Markup {
    let when = |at: Option<foundation::Instant>| at.map(ui::dates::full_moment).unwrap_or_default();
    html! {
        (page_head("异议答复", &format!("{} · {}", one.class_title, one.institution_name), &[]))
        (panel("", ui::facts_grid(&[
            ("状态", one.state.label().to_owned()),
            ("提出时间", ui::dates::full_moment(one.raised_at)),
            ("答复期限", ui::dates::full_day(one.due_on)),
            ("答复时间", when(one.decided_at)),
        ])))
        (panel("您提的异议", html! { p { (one.reason) } }))
        @if one.answer.is_empty() { (panel("答复", html! { p { "正在核查，请在期限后再来看。" } })) }
        @else { (panel("答复", html! { p { (one.answer) } p class="jb-faint" { (one.district.hr_office_name()) } })) }
    }
}
