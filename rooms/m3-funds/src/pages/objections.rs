//! Pages of objections for the county (公示异议; M8.9; domain §7.4 S55): the list, and the one page on which an
//! objection is decided. The public's pages are in `public_objections`.

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs, Read, procedure};
use foundation::at;
use foundation::codes::ObjectionState;
use foundation::{EnrolmentId, Fault, Function, ObjectionId, Permission, Right, Stop};
use maud::{Markup, html};
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::funds::{claim_item, objection};
use ui::{
    Button, Column, Dossier, DossierHead, Due, Field, Form, FormState, Row, Tag, Tone, form, page_head, panel, section,
    simple_table,
};

use crate::acts::decide::{DecideObjection, Verdict};
use crate::acts::objection::ReadObjectionContact;
use crate::procedures::objections::{Objections, Step};

/// The county's pages.
pub struct ObjectionPages;
impl Read for ObjectionPages {
    const NAME: &'static str = "objection-pages";
    const PERMISSION: Permission = Permission::Of(Function::ClaimReview, Right::Read);
}

/// Rows on a page.
pub(super) const ROWS: u64 = 100;

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
    let mut buttons = vec![Button::link("看申领", at::ClaimPage(&one.claim).to_string())];
    // Who reads claims may yet not read openings (省鉴定中心, domain §1.3 row 11).
    if desk.may(Permission::Of(Function::OpeningApplication, Right::Read)) {
        buttons.push(Button::link("看班级", at::ClassPage(&one.class).to_string()));
    }
    Ok(html! { (Dossier {
        head: DossierHead {
            title: format!("{} 公示异议", one.class_title),
            state: Some(Tag::new(one.state.label(), tone(one.state))),
            due: (one.state == ObjectionState::Open).then(|| due(desk, &one)),
            number: ui::dates::full_moment(one.raised_at),
            owner: one.institution_name.clone(),
            buttons,
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
