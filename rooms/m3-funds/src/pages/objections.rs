//! Pages of public objections (M8.9; domain §7.4 S55): raise one and read its answer without an account; the county's
//! list and the one page on which an objection is decided.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use desk::procedure;
use desk::tries::{self, Allowance};
use desk::{Desk, Pairs, Query, Read};
use foundation::at;
use foundation::codes::{ClaimState, ObjectionState};
use foundation::{ClaimId, EnrolmentId, Fault, Function, ObjectionId, Permission, Right, Stop};
use maud::{Markup, html};
use serde::Deserialize;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::funds::{claim, claim_item, objection};
use ui::{
    Button, Column, Dossier, DossierHead, Due, Field, Form, FormState, Row, Tag, Tone, callout, form, page_head, panel,
    section, simple_table,
};

use crate::acts::decide::{DecideObjection, Verdict};
use crate::acts::objection::{ObjectionRaised, RaiseObjection, ReadObjectionContact, receipt_hash};
use crate::procedures::objections::{Objections, Step};

/// The public's pages.
pub struct PublicObjections;
impl Read for PublicObjections {
    const NAME: &'static str = "public-objections";
    const PERMISSION: Permission = Permission::Public;
    const CLAUSE: &'static str = "M8.9";
}
/// The county's pages.
pub struct ObjectionPages;
impl Read for ObjectionPages {
    const NAME: &'static str = "objection-pages";
    const PERMISSION: Permission = Permission::Of(Function::ClaimReview, Right::Read);
}

/// Objections from one address: a few a day, not a flood; receipts asked for: nobody tries them out.
const RAISING: Allowance = Allowance { burst: 5, every_s: 3600 };
const ASKING: Allowance = Allowance { burst: 30, every_s: 10 };
/// Rows on a page.
const ROWS: u64 = 100;

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

fn tone(state: ObjectionState) -> Tone {
    match state {
        ObjectionState::Open => Tone::Act,
        ObjectionState::Upheld => Tone::Look,
        ObjectionState::Dismissed | ObjectionState::AnsweredAlong => Tone::Neutral,
    }
}

fn due(desk: &Desk, one: &objection::Model) -> Due {
    if one.state != ObjectionState::Open {
        return Due::none();
    }
    Due::on(one.due_on, desk.today()).certain(desk.premises.calendar.is_certain(one.due_on))
}

/// `/objections`: those of the reach, open ones first.
pub async fn list(desk: Desk) -> Response {
    match list_body(&desk).await {
        Ok(body) => desk.page("公示异议", "/claims", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn list_body(desk: &Desk) -> Result<Markup, Stop> {
    if desk.actor.office.district().is_none() {
        return Err(Fault::Gone.into());
    }
    let rows = desk
        .read()
        .await?
        .list::<objection::Entity>(|q| {
            q.order_by_asc(objection::Column::State).order_by_asc(objection::Column::DueOn).limit(ROWS)
        })
        .await?;
    let rows: Vec<Row> = rows
        .iter()
        .map(|one| {
            Row::link(
                at::ObjectionPage(&one.id).to_string(),
                vec![
                    html! { (one.class_title) },
                    html! { (one.institution_name) },
                    html! { (one.district.name()) },
                    html! { (Tag::new(one.state.label(), tone(one.state))) },
                    html! { (ui::dates::full_moment(one.raised_at)) },
                    html! { @if one.state == ObjectionState::Open { (due(desk, one)) } },
                ],
            )
        })
        .collect();
    let columns = [
        Column::text("班级"),
        Column::text("机构"),
        Column::text("地区"),
        Column::text("状态"),
        Column::text("提出时间"),
        Column::text("限期"),
    ];
    Ok(html! {
        (page_head("公示异议", "公示期内任何人都可以提；机构看不到提出人", &[]))
        @if rows.is_empty() { (panel("", html! { p { "没有收到异议。" } })) } @else { (simple_table("公示异议", &columns, &rows)) }
    })
}

/// `/objections/{id}`.
pub async fn show(desk: Desk, Path(id): Path<String>) -> Response {
    shown(&desk, &id, &FormState::new(), None).await
}

async fn shown(desk: &Desk, id: &str, state: &FormState, contact: Option<&str>) -> Response {
    match one_body(desk, id, state, contact).await {
        Ok(body) => desk.page_status(if state.is_clean() { 200 } else { 422 }, "公示异议", "/claims", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn one_body(desk: &Desk, id: &str, state: &FormState, contact: Option<&str>) -> Result<Markup, Stop> {
    let id = id.parse::<ObjectionId>().map_err(|_| Fault::Gone)?;
    let reader = desk.read().await?;
    let one = reader.get(&id).await?;
    desk.shows(&crate::declared::OBJECTION, &one.id, one.version);
    let lines = reader
        .list::<claim_item::Entity>(|q| {
            q.filter(claim_item::Column::Claim.eq(one.claim.clone()))
                .filter(claim_item::Column::Eligible.eq(true))
                .order_by_asc(claim_item::Column::Id)
        })
        .await?;
    let trail = desk::trail::of(desk, &reader, &crate::declared::OBJECTION, &id.to_string(), 30).await?;
    let deciding = procedure::form::<Objections>(desk, &one, Step::Dismiss, &at::ObjectionPage(&one.id).to_string());
    let mut main =
        vec![section("异议内容", html! { p { (one.reason) } }), contact_part(&one, deciding.is_some(), contact)];
    if !one.answer.is_empty() {
        main.push(section("答复", html! { p { (one.answer) } }));
    }
    if let Some(options) = deciding {
        main.push(decide_form(&options, &lines, state));
    }
    main.insert(0, state.untold());
    Ok(html! { (Dossier {
        head: DossierHead {
            title: format!("{} 公示异议", one.class_title),
            state: Some(Tag::new(one.state.label(), tone(one.state))),
            due: (one.state == ObjectionState::Open).then(|| due(desk, &one)),
            number: ui::dates::full_moment(one.raised_at),
            owner: one.institution_name.clone(),
            buttons: vec![Button::link("看申领", at::ClaimPage(&one.claim).to_string()),
                Button::link("看班级", at::ClassPage(&one.class).to_string())],
        },
        main,
        side: vec![ui::trail(&trail)],
        ..Dossier::default()
    }) })
}

fn contact_part(one: &objection::Model, decides: bool, contact: Option<&str>) -> Markup {
    let options =
        Form { action: at::ObjectionContact(&one.id).to_string(), submit: "查看".into(), ..Form::default() };
    section(
        "异议人",
        html! {
            @match contact {
                Some(contact) => { p { "联系方式：" strong { (contact) } "（本次查看已记入日志）" } }
                None => { p { @if one.contact_masked.is_empty() { "没有留联系方式" } @else { (one.contact_masked) } } }
            }
            @if decides && contact.is_none() && one.contact.is_some() {
                details {
                    summary { "查看联系方式" }
                    (form(&options, &FormState::new(), Field::text("purpose", "为什么要查看")
                        .hint("会记入日志").required().max_length(100).show(&FormState::new())))
                }
            }
        },
    )
}

fn decide_form(options: &Form, lines: &[claim_item::Model], state: &FormState) -> Markup {
    let people = lines.iter().enumerate().map(|(at, line)| {
        (
            line.enrolment.to_string(),
            format!(
                "{}. {} {} {} 课时 {}",
                at + 1,
                line.name,
                line.id_number_masked,
                line.payable,
                ui::money::text(line.amount)
            ),
        )
    });
    section(
        "核查处理",
        form(
            options,
            state,
            html! {
                (Field::radio("verdict", "核查结论", [
                    ("dismiss", "异议不成立，继续公示"),
                    ("strike", "异议成立，剔除下面勾选的学员，其余继续公示"),
                    ("send_back", "异议成立，整份申领退回机构补正"),
                ]).required().show(state))
                (Field::checkboxes("struck", "剔除的学员（只在剔除时勾选，序号与公示一致）", people).show(state))
                (Field::text_area("answer", "答复")
                    .hint("异议人会看到：核查了什么、结论、依据。不要写他人的个人信息。").required().max_length(1000).show(state))
            },
        ),
    )
}

/// POST `/objections/{id}/decide`.
pub async fn decide(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Response {
    let Ok(objection) = id.parse::<ObjectionId>() else { return desk.stopped(Fault::Gone.into()) };
    let mut state = pairs.state();
    let verdict = match pairs.value("verdict") {
        "dismiss" => Verdict::Dismiss,
        "strike" => Verdict::Strike,
        "send_back" => Verdict::SendBack,
        _ => {
            state.error("verdict", "请选择核查结论");
            return shown(&desk, &id, &state, None).await;
        }
    };
    let struck: Vec<EnrolmentId> = pairs.values("struck").filter_map(|one| one.parse().ok()).collect();
    desk.answer(
        desk.perform(DecideObjection { objection, verdict, struck, answer: pairs.value("answer").into() }).await,
        |()| (at::ObjectionPage(&id).to_string(), "已处理，异议人凭回执号可以看到答复。".to_owned()),
        async |refusals| shown(&desk, &id, &state.refused(refusals), None).await,
    )
    .await
}

/// POST `/objections/{id}/contact`: shown once, in the answer to this request.
pub async fn contact(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Response {
    let Ok(objection) = id.parse::<ObjectionId>() else { return desk.stopped(Fault::Gone.into()) };
    let read = async {
        let contact = desk.perform(ReadObjectionContact { objection, purpose: pairs.value("purpose").into() }).await?;
        Ok(shown(&desk, &id, &FormState::new(), Some(&contact)).await)
    };
    desk.answer(read.await, |page| page, async |no| desk.refused(&at::ObjectionPage(&id).to_string(), &no)).await
}
