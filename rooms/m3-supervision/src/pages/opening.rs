//! The institution's pages up to the application: new class, plan, roster, timetable (M3.1, M5.1, M7.1).

use axum::extract::Path;
use axum::response::Response;
use chrono::Datelike;
use desk::{Desk, Pairs, Query, Read};
use foundation::{ClassId, Date, Fault, Function, NeedsItemId, Permission, Right, Stop};
use maud::{Markup, html};
use serde::Deserialize;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::supervision::training_class;
use ui::{Button, Field, Form, FormState, form, page_head, panel};

use crate::acts::opening::{CreateClass, EditClassPlan, last_class, own_institution};
use crate::queries::{Choices, choices};
use crate::rules::opening::Plan;

macro_rules! reads {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $permission:expr;)+) => {$(
        $(#[$doc])*
        pub struct $name;
        impl Read for $name {
            const NAME: &'static str = $text;
            const PERMISSION: Permission = $permission;
            const CLAUSE: &'static str = "M3.1";
        }
    )+};
}
reads! {
    /// The form of a new class.
    NewClassPage = "new-class-page", Permission::Of(Function::OpeningApplication, Right::Create);
    /// The roster.
    RosterPage = "roster-page", Permission::Of(Function::Roster, Right::Read);
    /// The timetable.
    TimetablePage = "timetable-page", Permission::Of(Function::Attendance, Right::Read);
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct From {
    from: String,
}

/// What the form of a new class is drawn from.
struct NewForm {
    choices: Choices,
    from: Option<training_class::Model>,
    online_cap_pct: i32,
    earliest: Date,
}

/// `/classes/new` (`?from=ID` copies; without it the last class's texts are offered).
pub async fn new(desk: Desk, Query(from): Query<From>) -> Response {
    let run = async {
        let new = new_form(&desk, &from.from).await?;
        let before = match &new.from {
            Some(class) => Some(class.clone()),
            None => last_class(&desk.read().await?, None).await?,
        };
        let state = match before {
            None => FormState::new().with("term", "1"),
            Some(class) => {
                let (term, days) = (next_term(&desk.read().await?, &class).await?, next_days(&class, new.earliest));
                plan_state(&class)
                    .with("term", term.to_string())
                    .with("starts_on", days.0.to_string())
                    .with("ends_on", days.1.to_string())
                    .with("exam_on", days.2.to_string())
                    .with("needs_item", class.needs_item.to_string())
                    .with("room", class.room.to_string())
                    .with("class_teacher", class.class_teacher.to_string())
            }
        };
        Ok::<_, Stop>(desk.page("新建开班申请", "/classes", new_body(&new, &state)))
    };
    run.await.unwrap_or_else(|stop| desk.stopped(stop))
}

async fn new_form(desk: &Desk, from: &str) -> Result<NewForm, Stop> {
    let institution = own_institution(desk)?;
    let reader = desk.read().await?;
    let from = match from {
        "" => None,
        text => Some(reader.get::<training_class::Entity>(text.parse::<ClassId>().map_err(|_| Fault::Gone)?.to_string()).await?),
    };
    let home = reader.get::<store::tables::institutions::institution::Entity>(institution.to_string()).await?;
    let policy = desk::policy::in_force(&reader, home.district, desk.today()).await?;
    let earliest = desk.premises.calendar.add_workdays(desk.today(), u32::try_from(policy.submit_workdays_before).unwrap_or(0)).date;
    Ok(NewForm { choices: choices(&reader, &institution).await?, from, online_cap_pct: policy.online_cap_pct, earliest })
}

/// The number after the last of the same item.
async fn next_term(reader: &store::Reader, class: &training_class::Model) -> Result<i32, Stop> {
    let last = reader
        .list::<training_class::Entity>(|q| {
            q.filter(training_class::Column::Institution.eq(class.institution.clone()))
                .filter(training_class::Column::NeedsItem.eq(class.needs_item.clone()))
                .order_by_desc(training_class::Column::Term)
                .limit(1)
        })
        .await?;
    Ok(last.first().map_or(class.term, |one| one.term) + 1)
}

/// The soonest days that may be applied for, on the same weekdays and as far apart as last time.
fn next_days(class: &training_class::Model, earliest: Date) -> (Date, Date, Date) {
    let after = class.ends_on.succ_opt().unwrap_or(class.ends_on).max(earliest);
    let starts_on = after.iter_days().take(7).find(|day| day.weekday() == class.starts_on.weekday()).unwrap_or(after);
    let (length, gap) = (class.ends_on - class.starts_on, class.exam_on.unwrap_or(class.ends_on) - class.ends_on);
    (starts_on, starts_on + length, starts_on + length + gap)
}

fn plan_state(class: &training_class::Model) -> FormState {
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

/// Fields that a copy takes over without asking, unless one of them is wrong.
const TAKEN_OVER: [&str; 8] = ["needs_item", "term", "theory", "practice", "online", "exam_plan", "materials", "safety_plan"];

fn new_body(new: &NewForm, state: &FormState) -> Markup {
    let choices = &new.choices;
    let missing = choices.items.is_empty() || choices.rooms.is_empty() || choices.teachers.is_empty();
    let wrong = |name: &&str| state.error_at(name).is_some() || state.refusals().iter().any(|no| no.field.as_deref() == Some(*name));
    let copy = new.from.as_ref().filter(|_| !TAKEN_OVER.iter().any(wrong));
    let mut hidden: Vec<(String, String)> = new.from.iter().map(|class| ("copy_of".to_owned(), class.id.to_string())).collect();
    if copy.is_some() {
        hidden.extend(TAKEN_OVER.iter().map(|name| ((*name).to_owned(), state.value(name).to_owned())));
    }
    let note = if new.from.is_some() { "照上一期再办：核对日期和人数，课程表跟着移动" } else { "填一次，下次可以照抄" };
    html! {
        (page_head("新建开班申请", note, &[]))
        @if missing { (panel("", html! { p { "还不能开班：机构目录里要先有可开展的项目、教室和授课教师。" } a class="btn jb-btn" href="/my-institution" { "去补齐机构资料" } })) }
        @else {
            @if let Some(class) = copy {
                (panel("沿用", ui::facts_grid(&[
                    ("项目", format!("{} 第{}期", class.item_name, state.value("term"))), ("课时", format!("理论 {} · 实操 {} · 线上 {}", state.value("theory"), state.value("practice"), state.value("online"))),
                    ("考核方案、教学资源、预案", "同上一期，保存后可在“教学计划”里改".to_owned()),
                ])))
            }
            (form(&Form { action: "/classes/new".into(), submit: "保存，下一步录名册".into(), hidden, ..Form::default() }, state, html! {
                @if copy.is_none() { (Field::select("needs_item", "培训项目", choices.items.iter().map(|one| (one.id.to_string(), format!("{}（{}—{} 课时）", one.name, one.periods_min, one.periods_max)))).required().show(state)) }
                (Field::select("room", "上课教室", choices.rooms.iter().map(|one| (one.id.to_string(), format!("{}（{} 座）", one.name, one.seats)))).required().show(state))
                (Field::select("class_teacher", "班主任", choices.teachers.iter().map(|one| (one.id.to_string(), format!("{}（{}）", one.name, one.qualification)))).required().show(state))
                @if copy.is_none() { (plan_fields(state, new.online_cap_pct)) }
                @else { (Field::number("planned_persons", "计划人数").unit("人").required().show(state)) (date_fields(state)) }
            }))
        }
    }
}

fn date_fields(state: &FormState) -> Markup {
    html! {
        (Field::date("starts_on", "开始日期").required().show(state))
        (Field::date("ends_on", "结束日期").required().show(state))
        (Field::date("exam_on", "结业考核日期").required().show(state))
    }
}

fn plan_fields(state: &FormState, online_cap_pct: i32) -> Markup {
    html! {
        (Field::number("term", "第几期").unit("期").required().show(state))
        (Field::number("planned_persons", "计划人数").unit("人").required().show(state))
        (Field::number("theory", "理论课时（线下）").unit("课时").required().show(state))
        (Field::number("practice", "实操课时（线下）").unit("课时").required().show(state))
        (Field::number("online", "线上课时").unit("课时").hint(format!("不超过总课时的 {online_cap_pct}%")).required().show(state))
        (date_fields(state))
        (Field::text_area("exam_plan", "考核方案").hint("理论和实操怎么考、各占多少、合格线").required().max_length(1000).show(state))
        (Field::text_area("materials", "教学资源").hint("教材名称和书号，或数字课程").required().max_length(1000).show(state))
        (Field::text_area("safety_plan", "保险与安全预案").required().max_length(1000).show(state))
    }
}

fn parse_plan(form: &Pairs, state: &mut FormState) -> Option<Plan> {
    let mut number = |name: &str, words: &str| form.value(name).parse::<i32>().map_err(|_| state.error(name, format!("{words}请填整数"))).ok();
    let numbers = (number("term", "期数"), number("planned_persons", "人数"), number("theory", "课时"), number("practice", "课时"), number("online", "课时"));
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

/// POST `/classes/new`.
pub async fn create(desk: Desk, form: Pairs) -> Response {
    let new = match new_form(&desk, form.value("copy_of")).await {
        Ok(new) => new,
        Err(stop) => return desk.stopped(stop),
    };
    let mut state = form.state();
    let plan = parse_plan(&form, &mut state);
    let item = form.value("needs_item").parse::<NeedsItemId>().map_err(|_| state.error("needs_item", "请选择培训项目")).ok();
    let room = form.value("room").parse().map_err(|_| state.error("room", "请选择教室")).ok();
    let teacher = form.value("class_teacher").parse().map_err(|_| state.error("class_teacher", "请选择班主任")).ok();
    let (Some(plan), Some(needs_item), Some(room), Some(class_teacher)) = (plan, item, room, teacher) else {
        return desk.page_status(422, "新建开班申请", "/classes", new_body(&new, &state));
    };
    let copy_of = new.from.as_ref().map(|class| class.id.clone());
    match desk.perform(CreateClass { needs_item, room, class_teacher, plan, copy_of }).await {
        Ok(id) => desk.go(&format!("/classes/{id}/roster"), "已保存草稿，请导入学员名册。"),
        Err(Stop::Refused(refusals)) => desk.page_status(422, "新建开班申请", "/classes", new_body(&new, &state.refused(refusals))),
        Err(stop) => desk.stopped(stop),
    }
}

pub(super) async fn class_of(desk: &Desk, class: &str) -> Result<training_class::Model, Stop> {
    let id = class.parse::<ClassId>().map_err(|_| Fault::Gone)?;
    desk.read().await?.get::<training_class::Entity>(id.to_string()).await
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
    let policy = desk::policy::in_force(&desk.read().await?, class.district, desk.today()).await?;
    Ok((class, policy.online_cap_pct))
}

fn plan_body(class: &training_class::Model, cap: i32, state: &FormState) -> Markup {
    html! {
        (page_head("教学计划", &class.title, &[Button::link("回到班级", format!("/classes/{}", class.id))]))
        (form(&Form { action: format!("/classes/{}/plan", class.id), submit: "保存".into(), ..Form::default() }, state, html! { (plan_fields(state, cap)) p class="jb-head__note" { "只改起止日期的，课程表跟着移动；改了课时的，课程表要重新生成。" } }))
    }
}

/// POST `/classes/{id}/plan`.
pub async fn edit_plan(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let (row, cap) = match plan_of(&desk, &class).await {
        Ok(found) => found,
        Err(stop) => return desk.stopped(stop),
    };
    let mut state = form.state();
    let Some(plan) = parse_plan(&form, &mut state) else { return desk.page_status(422, "教学计划", "/classes", plan_body(&row, cap, &state)) };
    match desk.perform(EditClassPlan { class: row.id.clone(), plan }).await {
        Ok(kept) => desk.go(
            &if kept { format!("/classes/{class}") } else { format!("/classes/{class}/timetable") },
            if kept { "已保存。" } else { "已保存，请重新生成课程表。" },
        ),
        Err(Stop::Refused(refusals)) => desk.page_status(422, "教学计划", "/classes", plan_body(&row, cap, &state.refused(refusals))),
        Err(stop) => desk.stopped(stop),
    }
}
