//! One institution (M2.4): the public part, the inside for its authorities, and its standing (M2.5).

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs, procedure};
use foundation::at;
use foundation::{Fault, InstitutionId, Stop};
use store::tables::institutions::institution::Model;
use ui::{Button, Dossier, DossierHead, Field, FormState, Markup, form, html, section, trail};

use super::inside::{self, Inside};
use super::register::state_tag;
use crate::acts::standing::{RemoveInstitution, RestoreInstitution, SuspendInstitution};
use crate::declared::INSTITUTION;
use crate::procedures::standing::{Standing, Step};
use crate::{doorway, queries};

const MOST_LINES: u64 = 50;

/// The dossier.
pub async fn show(desk: Desk, Path(id): Path<String>) -> Result<Response, Response> {
    page(&desk, &id, &FormState::new(), None).await.map_err(|stop| desk.stopped(stop))
}

/// The institution with this id; malformed ids are absent ones.
pub async fn found(desk: &Desk, id: &str) -> Result<Model, Stop> {
    let id: InstitutionId = id.parse().map_err(|_| Fault::Gone)?;
    let row = desk.read().await?.get(&id).await?;
    desk.shows(&INSTITUTION, &row.id, row.version);
    Ok(row)
}

async fn page(desk: &Desk, id: &str, state: &FormState, doing: Option<Step>) -> Result<Response, Stop> {
    let row = found(desk, id).await?;
    let reader = desk.read().await?;
    let (manages, sees) = (queries::manages(reader.scope(), &row.path), queries::sees_inside(reader.scope(), &row));
    let parts = Inside::read(&reader, &row.id).await?;
    let lines = if sees {
        desk::trail::outside_classes(
            desk,
            &reader,
            &crate::declared::INSTITUTION,
            row.id.to_string().as_str(),
            MOST_LINES,
        )
        .await?
    } else {
        Vec::new()
    };
    let today = desk.today();
    let verify = |site: &store::tables::institutions::site::Model| {
        (manages && desk.may(super::INSPECT))
            .then(|| Button::link("登记核实", at::SiteVerification(&site.id).to_string()).about(site.name.clone()))
    };
    let mut main = vec![
        section("", inside::facts(&row, sees)),
        section(
            "可开展的培训项目",
            html! {
                (parts.lines_table(today, sees))
                @if manages && desk.may(super::PUBLISH) {
                    p { (Button::link("增加培训项目", at::InstitutionItemsNew(&row.id).to_string())) }
                }
            },
        ),
        section("培训场地", parts.sites_table(today, sees, verify)),
    ];
    if sees {
        let check = |one: &store::tables::institutions::teacher::Model| {
            (manages && desk.may(super::INSPECT) && one.certificate_verified_on.is_none()).then(|| {
                Button::post("核对一致", at::TeacherVerifyCertificate(&one.id).to_string())
                    .about(one.name.clone())
                    .confirm("已向发证机构核对，姓名、等级和编号都一致？")
            })
        };
        main.push(section("教师", parts.teachers_table(check)));
    }
    if manages && desk.may(super::DECIDE) {
        main.extend(standing(desk, &row, state, doing));
    }
    main.insert(0, state.untold());
    let dossier = Dossier {
        head: DossierHead {
            title: row.name.clone(),
            state: Some(state_tag(row.state)),
            number: format!("{}-{:04}", row.district, row.serial),
            owner: row.district.full_name(),
            buttons: account_button(desk, &reader, &row).await?,
            ..DossierHead::default()
        },
        main,
        side: if sees { vec![trail(&lines)] } else { Vec::new() },
        ..Dossier::default()
    };
    Ok(desk.page_status(if state.is_clean() { 200 } else { 422 }, &row.name, super::NAV, html! { (dossier) }))
}

/// The payee's account; and opening the clerk's account, while the institution has none that works.
async fn account_button(desk: &Desk, reader: &store::Reader, row: &Model) -> Result<Vec<Button>, Stop> {
    if !(queries::manages(reader.scope(), &row.path) && desk.may(super::PUBLISH)) {
        return Ok(Vec::new());
    }
    let has_one = desk::accounts::has_one(reader, &row.id).await?;
    let waits = doorway::open_payee_change(reader, &row.id).await?.is_some();
    let word = if waits { "复核收款账户" } else { "更正收款账户" };
    let mut buttons = vec![Button::link(word, at::InstitutionPayee(&row.id).to_string())];
    if !has_one {
        buttons.push(Button::link("开通机构账号", at::InstitutionAccount(&row.id).to_string()).main());
    }
    Ok(buttons)
}

/// The moves that make sense now, each with its reason.
fn standing(desk: &Desk, row: &Model, state: &FormState, doing: Option<Step>) -> Vec<Markup> {
    let fresh = FormState::new();
    let page = at::InstitutionPage(&row.id).to_string();
    let steps = [Step::Suspend, Step::Restore, Step::Remove];
    let forms = steps.into_iter().filter_map(|step| Some((step, procedure::form::<Standing>(desk, row, step, &page)?)));
    forms
        .map(|(step, options)| {
            let state = if doing == Some(step) { state } else { &fresh };
            let field =
                Field::text("reason", "原因").hint("机构会看到，并记入留痕").required().max_length(100).show(state);
            section(
                "",
                html! {
                    details open[doing == Some(step)] { summary { (options.submit) } (form(&options, state, field)) }
                },
            )
        })
        .collect()
}

async fn moved<T>(
    desk: Desk,
    id: &str,
    pairs: Pairs,
    step: Step,
    result: Result<T, Stop>,
    message: &str,
) -> Result<Response, Response> {
    let again = async |no| {
        page(&desk, id, &pairs.state().refused(no), Some(step)).await.unwrap_or_else(|stop| desk.stopped(stop))
    };
    Ok(desk.answer(result, |_| (at::InstitutionPage(id).to_string(), message), again).await)
}

/// No new classes.
pub async fn suspend(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let institution = found(&desk, &id).await.map_err(|stop| desk.stopped(stop))?.id;
    let result = desk.perform(SuspendInstitution { institution, reason: pairs.value("reason").into() }).await;
    moved(desk, &id, pairs, Step::Suspend, result, "已暂停承训，不能申请新班。").await
}

/// New classes again.
pub async fn restore(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let institution = found(&desk, &id).await.map_err(|stop| desk.stopped(stop))?.id;
    let result = desk.perform(RestoreInstitution { institution, reason: pairs.value("reason").into() }).await;
    moved(desk, &id, pairs, Step::Restore, result, "已恢复承训。").await
}

/// Out of the directory.
pub async fn remove(desk: Desk, Path(id): Path<String>, pairs: Pairs) -> Result<Response, Response> {
    let institution = found(&desk, &id).await.map_err(|stop| desk.stopped(stop))?.id;
    let result = desk.perform(RemoveInstitution { institution, reason: pairs.value("reason").into() }).await;
    moved(desk, &id, pairs, Step::Remove, result, "已移出目录。").await
}
