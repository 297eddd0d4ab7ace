//! What the institution's pages up to the application share, and the plan's own page (M3.1, M5.1).

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs};
use foundation::at;
use foundation::codes::FullProcessState;
use foundation::{ClassId, Date, Fault, Function, Permission, Right, Stop};
use maud::{Markup, html};
use store::tables::supervision::training_class;
use ui::{Button, Field, Form, FormState, field_row, form, page_head};

use crate::acts::opening::{EditClassPlan, own_institution};
use crate::rules::opening::Plan;

desk::reads! {
    at FullProcessState::Draft.code();
    /// The form of a new class.
    NewClassPage = "new-class-page", Permission::Of(Function::OpeningApplication, Right::Create);
    /// The roster.
    RosterPage = "roster-page", Permission::Of(Function::Roster, Right::Read);
    /// The timetable.
    TimetablePage = "timetable-page", Permission::Of(Function::Attendance, Right::Read);
}

pub(super) fn plan_state(class: &training_class::Model) -> FormState {
    FormState::new()
        .with("term", class.term.to_string())
        .with("planned_persons", class.planned_persons.to_string())
        .with("theory", class.periods_theory.to_string())
        .with("practice", class.periods_practice.to_string())
        .with("online", class.periods_online.to_string())
        .with("starts_on", class.starts_on.to_string())
        .with("ends_on", class.ends_on.to_string())
        .with("exam_on", class.exam_on.map(|d| d.to_string()).unwrap_or_default())
        .with("exam_plan", class.exam_plan.as_str())
        .with("materials", class.materials.as_str())
        .with("safety_plan", class.safety_plan.as_str())
}

pub(super) fn date_fields(state: &FormState) -> Markup {
    html! {
        (field_row(html! {
            (Field::date("starts_on", "开始日期").required().show(state))
            (Field::date("ends_on", "结束日期").required().show(state))
            (Field::date("exam_on", "结业考核日期").required().show(state))
        }))
    }
}

pub(super) fn plan_fields(state: &FormState, online_cap_pct: i32) -> Markup {
    html! {
        (field_row(html! {
            (Field::number("term", "第几期").unit("期").required().show(state))
            (Field::number("planned_persons", "计划人数").unit("人").required().show(state))
        }))
        (field_row(html! {
            (Field::number("theory", "理论课时（线下）").unit("课时").required().show(state))
            (Field::number("practice", "实操课时（线下）").unit("课时").required().show(state))
            (Field::number("online", "线上课时")
                .unit("课时").hint(format!("不超过总课时的 {online_cap_pct}%")).required().show(state))
        }))
        (date_fields(state))
        (Field::text_area("exam_plan", "考核方案").hint("理论和实操怎么考、各占多少、合格线").required().max_length(1000).show(state))
        (Field::text_area("materials", "教学资源").hint("教材名称和书号，或数字课程").required().max_length(1000).show(state))
        (Field::text_area("safety_plan", "保险与安全预案").required().max_length(1000).show(state))
    }
}

pub(super) fn parse_plan(form: &Pairs, state: &mut FormState) -> Option<Plan> {
    let mut number = |name: &str, words: &str| {
        form.value(name).parse::<i32>().map_err(|_| state.error(name, format!("{words}请填整数"))).ok()
    };
    let numbers = (
        number("term", "期数"),
        number("planned_persons", "人数"),
        number("theory", "课时"),
        number("practice", "课时"),
        number("online", "课时"),
    );
    let mut date = |name: &str| form.value(name).parse::<Date>().map_err(|_| state.error(name, "请选日期")).ok();
    let dates = (date("starts_on"), date("ends_on"), date("exam_on"));
    Some(Plan {
        term: numbers.0?,
        planned_persons: numbers.1?,
        theory: numbers.2?,
        practice: numbers.3?,
        online: numbers.4?,
        starts_on: dates.0?,
        ends_on: dates.1?,
        exam_on: dates.2?,
        exam_plan: form.value("exam_plan").into(),
        materials: form.value("materials").into(),
        safety_plan: form.value("safety_plan").into(),
    })
}

pub(super) async fn class_of(desk: &Desk, class: &str) -> Result<training_class::Model, Stop> {
    let id = class.parse::<ClassId>().map_err(|_| Fault::Gone)?;
    desk.read().await?.get(&id).await
}

/// `/classes/{id}/plan`: the institution's own form.
pub async fn plan(desk: Desk, Path(class): Path<String>) -> Response {
    match plan_of(&desk, &class).await {
        Ok((class, cap)) => desk.page("教学计划", "/classes", plan_body(&class, cap, &plan_state(&class))),
        Err(stop) => desk.stopped(stop),
    }
}

async fn plan_of(desk: &Desk, class: &str) -> Result<(training_class::Model, i32), Stop> {
    own_institution(desk)?;
    let class = class_of(desk, class).await?;
    let policy = desk::policy::applied_for(&desk.read().await?, &class, desk.today()).await?;
    Ok((class, policy.online_cap_pct()))
}

fn plan_body(class: &training_class::Model, cap: i32, state: &FormState) -> Markup {
    html! {
        (page_head("教学计划", &class.title, &[Button::link("回到班级", at::ClassPage(&class.id).to_string())]))
        (form(&Form { action: at::ClassPlan(&class.id).to_string(), submit: "保存".into(), ..Form::default() },
            state, html! {
            (plan_fields(state, cap)) p class="jb-head__note" { "只改起止日期的，课程表跟着移动；改了课时的，课程表要重新生成。" }
        }))
    }
}

/// POST `/classes/{id}/plan`.
pub async fn edit_plan(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let (row, cap) = match plan_of(&desk, &class).await {
        Ok(found) => found,
        Err(stop) => return desk.stopped(stop),
    };
    let mut state = form.state();
    let Some(plan) = parse_plan(&form, &mut state) else {
        return desk.page_status(422, "教学计划", "/classes", plan_body(&row, cap, &state));
    };
    desk.answer(
        desk.perform(EditClassPlan { class: row.id.clone(), plan }).await,
        |kept| {
            (
                if kept { at::ClassPage(&class).to_string() } else { at::ClassTimetable(&class).to_string() },
                if kept { "已保存。" } else { "已保存，请重新生成课程表。" }.to_owned(),
            )
        },
        async |refusals| desk.page_status(422, "教学计划", "/classes", plan_body(&row, cap, &state.refused(refusals))),
    )
    .await
}
