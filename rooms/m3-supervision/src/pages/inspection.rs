//! The process check's form and its line in the class dossier (M3.1; domain §4.4).

use axum::extract::Path;
use axum::response::Response;
use chrono::Duration;
use desk::{Desk, Pairs, Read};
use foundation::at;
use foundation::codes::{FullProcessState, InspectionKind, InspectionOpinion, InspectionProblem};
use foundation::{ClassId, Fault, Function, InspectionId, Permission, Right, Stop};
use maud::{Markup, html};
use store::tables::supervision::{class_session, inspection, training_class};
use ui::{Field, Form, FormState, form, page_head};

use crate::acts::inspection::{AnswerInspection, RecordInspection, ResumeClass};
use crate::declared::CLASS;
use crate::hours;
use crate::pages::attendance::present;

/// The form.
pub struct InspectionForm;
impl Read for InspectionForm {
    const NAME: &'static str = "inspection-form";
    const PERMISSION: Permission = Permission::Of(Function::Inspection, Right::Inspect);
    const STAGE: &'static str = FullProcessState::InTraining.code();
}

struct Visit {
    class: training_class::Model,
    session: Option<class_session::Model>,
    signed_in: usize,
}

/// Minutes after a meeting in which what was seen in it may still be written down.
const WRITTEN_AFTER: i64 = 60;

/// The class, and the meeting: the one that goes on, or the one whose form was opened while it went on.
async fn visit(desk: &Desk, class: &ClassId, opened: &str) -> Result<Visit, Stop> {
    let reader = desk.read().await?;
    let class = reader.get(&class).await?;
    desk.shows(&CLASS, &class.id, class.version);
    let now = desk.now();
    let sessions = hours::sessions(&reader, &class.id).await?;
    let goes_on = |one: &&class_session::Model| one.starts_at <= now && now <= one.ends_at;
    let just_over = |one: &&class_session::Model| {
        one.id.to_string() == opened && one.starts_at <= now && now <= one.ends_at + Duration::minutes(WRITTEN_AFTER)
    };
    let session = sessions.iter().find(just_over).or_else(|| sessions.iter().find(goes_on)).cloned();
    let signed_in = match &session {
        Some(one) => present(&reader, one).await?,
        None => 0,
    };
    Ok(Visit { class, session, signed_in })
}

/// `/classes/{id}/inspections/new`.
pub async fn ask(desk: Desk, Path(class): Path<String>) -> Response {
    let Ok(class) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    match visit(&desk, &class, "").await {
        Ok(visit) => {
            let state = FormState::new().with("kind", InspectionKind::OnSite.code()).with("unannounced", "1");
            desk.page("记录检查", "/classes", body(&visit, &state))
        }
        Err(stop) => desk.stopped(stop),
    }
}

fn body(visit: &Visit, state: &FormState) -> Markup {
    let at = visit.session.as_ref().map_or_else(
        || "现在没有在上课".to_owned(),
        |one| {
            format!(
                "{}—{} {} · {}",
                ui::dates::time(one.starts_at),
                ui::dates::time(one.ends_at),
                one.place,
                one.teacher_name
            )
        },
    );
    let hidden = visit.session.iter().map(|one| ("session".to_owned(), one.id.to_string())).collect();
    html! {
        (page_head("记录检查", &format!("{} · {}", visit.class.title, visit.class.institution_name), &[]))
        (ui::panel("", html! {
            (ui::facts_grid(&[("应到", format!("{} 人", visit.class.enrolled_count)),
                ("已签到", format!("{} 人", visit.signed_in)), ("本次课", at)]))
        }))
        (form(&Form { action: at::ClassInspections(&visit.class.id).to_string(), submit: "提交检查记录".into(), hidden,
            ..Form::default() }, state, html! {
            (Field::radio("kind", "检查方式", InspectionKind::all().iter().map(|k| (k.code(), k.label())))
                .required().show(state))
            (Field::checkbox("unannounced", "事先没有通知").show(state))
            (Field::number("present_count", "现场人数").unit("人").hint("请当场数，不要照抄签到数").required().show(state))
            (Field::radio("teacher_present", "课表上的老师在讲课", [("true", "是"), ("false", "不是")]).required().show(state))
            (Field::radio("content_matches", "内容与教学计划一致", [("true", "一致"), ("false", "不一致")]).required().show(state))
            (Field::checkboxes("problems", "发现的问题", InspectionProblem::all().iter().map(|p| (p.code(), p.label())))
                .show(state))
            (Field::radio("opinion", "意见", InspectionOpinion::all().iter().map(|o| (o.code(), o.label())))
                .required().show(state))
            (Field::text("second_inspector", "同行检查人").hint("检查须两人进行").required().max_length(50).show(state))
            (Field::text_area("note", "情况说明").max_length(1000).show(state))
        }))
    }
}

/// POST `/classes/{id}/inspections`.
pub async fn record(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    let visit = match visit(&desk, &id, form.value("session")).await {
        Ok(visit) => visit,
        Err(stop) => return desk.stopped(stop),
    };
    let mut state = form.state();
    let kind = form.value("kind").parse::<InspectionKind>().map_err(|_| state.error("kind", "请选择检查方式")).ok();
    let opinion =
        form.value("opinion").parse::<InspectionOpinion>().map_err(|_| state.error("opinion", "请选择意见")).ok();
    let present_count =
        form.value("present_count").parse::<i32>().map_err(|_| state.error("present_count", "请填现场人数")).ok();
    for (name, label) in [("teacher_present", "老师是否在讲课"), ("content_matches", "内容是否一致")] {
        if !matches!(form.value(name), "true" | "false") {
            state.error(name, format!("请选择{label}"));
        }
    }
    let (Some(kind), Some(opinion), Some(present_count), true) = (kind, opinion, present_count, state.is_clean())
    else {
        return desk.page_status(422, "记录检查", "/classes", body(&visit, &state));
    };
    let act = RecordInspection {
        class: id,
        session: visit.session.as_ref().map(|one| one.id.clone()),
        kind,
        unannounced: form.value("unannounced") == "1",
        second_inspector: form.value("second_inspector").into(),
        present_count,
        teacher_present: form.value("teacher_present") == "true",
        content_matches: form.value("content_matches") == "true",
        problems: form.values("problems").filter_map(|code| code.parse().ok()).collect(),
        opinion,
        note: form.value("note").into(),
    };
    desk.answer(
        desk.perform(act).await,
        |_| (at::ClassPage(&class).to_string(), "检查记录已存入，机构可以看到。".to_owned()),
        async |refusals| desk.page_status(422, "记录检查", "/classes", body(&visit, &state.refused(refusals))),
    )
    .await
}

/// One check in the dossier, with the institution's way to answer.
pub fn line(desk: &Desk, one: &inspection::Model, answer: Option<&String>, is_open: bool) -> Markup {
    let tone = match one.opinion {
        InspectionOpinion::Normal => ui::tag::good(one.opinion.label()),
        InspectionOpinion::Rectify => ui::tag::look(one.opinion.label()),
        InspectionOpinion::Stop => ui::tag::act(one.opinion.label()),
    };
    let problems: Vec<&str> = one
        .problems
        .split(',')
        .filter_map(|code| code.parse::<InspectionProblem>().ok())
        .map(InspectionProblem::label)
        .collect();
    let answers = desk.actor.office.is_institution()
        && one.opinion != InspectionOpinion::Normal
        && answer.is_none()
        && is_open
        && desk.may(Permission::Of(Function::Inspection, Right::Create));
    html! {
        p {
            (ui::dates::full_moment(one.at)) " " (one.kind.label()) @if one.unannounced { "（未通知）" }
            "：应到 " (one.planned_persons) "，已签到 " (one.signed_in) "，现场 " (one.present_count) " " (tone)
            " " (problems.join("、")) " " (one.note) " "
            span class="jb-head__note" { (one.inspector_name) "、" (one.second_inspector) }
        }
        @if let Some(answer) = answer { p { (answer) } }
        @if answers {
            form method="post" novalidate action=(at::InspectionsAnswer(&one.id)) {
                (ui::csrf::slot())
                (Field::text("text", "整改情况").required().max_length(500).show(&FormState::new()))
                button class="btn jb-btn" type="submit" { "回复" }
            }
        }
    }
}

/// The form by which a stopped class goes on.
pub fn resuming(options: &Form) -> Markup {
    let (state, field) = (
        FormState::new(),
        Field::text_area("note", "恢复的理由")
            .hint("机构会看到：整改了什么、复查看到了什么")
            .required()
            .max_length(1000),
    );
    html! { details { summary { (options.submit) } (form(options, &state, field.show(&state))) } }
}

/// POST `/inspections/{id}/answer`.
pub async fn answer(desk: Desk, Path(id): Path<String>, form: Pairs) -> Response {
    let Ok(inspection) = id.parse::<InspectionId>() else { return desk.stopped(Fault::Gone.into()) };
    let class = match desk.read().await {
        Ok(reader) => reader.get(&inspection).await,
        Err(stop) => Err(stop),
    };
    let class = match class {
        Ok(row) => row.class,
        Err(stop) => return desk.stopped(stop),
    };
    let result = desk.perform(AnswerInspection { inspection, text: form.value("text").into() }).await;
    desk.after(result, &at::ClassPage(&class).to_string(), "已回复，县人社部门会看到。")
}

/// POST `/classes/{id}/resume`.
pub async fn resume(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(ResumeClass { class: id, note: form.value("note").into() }).await;
    desk.after(result, &at::ClassPage(&class).to_string(), "班级已恢复培训。")
}
