//! The timetable's page: laid out from the plan in one go, changed meeting by meeting (M3.1, M5.1).

use axum::extract::Path;
use axum::response::Response;
use chrono::NaiveTime;
use desk::{Desk, Pairs};
use foundation::at;
use foundation::{ClassId, Fault, Stop, TeacherId};
use maud::{Markup, html};
use store::tables::supervision::class_session;
use ui::{Button, Column, Field, Form, FormState, Row, ShareMeter, field_row, form, page_head, panel, simple_table};

use super::opening::class_of;
use crate::acts::opening::{LayTimetable, own_institution};
use crate::hours;
use crate::queries::choices;
use crate::rules::layout::{Layout, WEEKDAYS};
use crate::rules::opening::editable;

/// `/classes/{id}/timetable`.
pub async fn timetable(desk: Desk, Path(class): Path<String>) -> Response {
    match timetable_body(&desk, &class, &layout_state(FormState::new())).await {
        Ok(body) => desk.page("课程表", "/classes", body),
        Err(stop) => desk.stopped(stop),
    }
}

/// What is proposed: working days, mornings and afternoons, blocks of four.
pub(super) fn layout_state(state: FormState) -> FormState {
    state
        .with_all("weekdays", ["1", "2", "3", "4", "5"])
        .with("morning", "08:30")
        .with("afternoon", "14:00")
        .with("block", "4")
}

/// When lessons are held.
pub(super) fn layout_fields(state: &FormState) -> Markup {
    html! {
        (Field::checkboxes("weekdays", "每周上课", WEEKDAYS).required().show(state))
        (field_row(html! {
            (Field::time("morning", "上午几点开始").hint("不上就空着").show(state))
            (Field::time("afternoon", "下午几点开始").hint("不上就空着").show(state))
            (Field::time("evening", "晚上几点开始").hint("填了，线上课就排在晚上").show(state))
        }))
        (Field::number("block", "每次课").unit("课时").required().show(state))
    }
}

/// The layout as typed. Errors are in the state.
pub(super) fn parse_layout(form: &Pairs, state: &mut FormState) -> Option<Layout> {
    let mut time = |name: &str| match form.value(name) {
        "" => None,
        text => NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| state.error(name, "请按 08:30 的样子填")).ok(),
    };
    let (morning, afternoon, evening) = (time("morning"), time("afternoon"), time("evening"));
    let block = form.value("block").parse::<i32>().map_err(|_| state.error("block", "请填整数")).ok();
    let weekdays: Vec<u8> = form.values("weekdays").filter_map(|day| day.parse().ok()).collect();
    block.filter(|_| state.is_clean()).map(|block| Layout { weekdays, morning, afternoon, evening, block })
}

async fn timetable_body(desk: &Desk, class: &str, state: &FormState) -> Result<Markup, Stop> {
    let class = class_of(desk, class).await?;
    let sessions = hours::sessions(&desk.read().await?, &class.id).await?;
    let edits = own_institution(desk).is_ok() && editable(&class).is_ok();
    let policy = desk::policy::of_class(&desk.read().await?, &class, desk.today()).await?;
    let teachers = if edits { choices(&desk.read().await?, &class.institution).await?.teachers } else { Vec::new() };
    let mut buttons = vec![Button::link("回到班级", at::ClassPage(&class.id).to_string())];
    if edits {
        buttons.push(Button::link("增加一次课", at::ClassSessionsNew(&class.id).to_string()));
    }
    if edits && !sessions.is_empty() {
        buttons.push(Button::link("下一步：提交", at::ClassPage(&class.id).to_string()).main());
    }
    let count = |n: i32| u32::try_from(n).unwrap_or(0);
    Ok(html! {
        (page_head("课程表", &format!("{} · {} 次课", class.title, sessions.len()), &buttons))
        (panel("", html! {
            (ShareMeter::online(count(class.periods_online.0), count(class.periods_total.0),
                count(policy.online_cap_pct())))
        }))
        @if edits {
            details class="jb-section" open[sessions.is_empty() || !state.is_clean()] {
                summary { @if sessions.is_empty() { "生成课程表" } @else { "重新生成课程表（现有的会被换掉）" } }
                (form(&Form { action: at::ClassTimetable(&class.id).to_string(), submit: "生成课程表".into(),
                    ..Form::default() }, state, html! {
                    (layout_fields(state))
                    (Field::select("teacher", "任课老师",
                        teachers.iter().map(|one| (one.id.to_string(), format!("{}（{}）", one.name, one.qualification))))
                        .default_value(class.class_teacher.to_string()).hint("生成后可以逐次修改").show(state))
                }))
            }
        }
        (session_table(&sessions, edits))
    })
}

fn session_table(sessions: &[class_session::Model], edits: bool) -> Markup {
    if sessions.is_empty() {
        return panel("", html! { p { "还没有排课。" } });
    }
    let mut columns = vec![
        Column::text("日期"),
        Column::text("时段"),
        Column::number("课时"),
        Column::text("方式"),
        Column::text("内容"),
        Column::text("教师"),
        Column::text("地点"),
    ];
    if edits {
        columns.push(Column::text(""));
    }
    let rows: Vec<Row> = sessions
        .iter()
        .map(|one| {
            let mut cells = vec![
                html! { (ui::dates::day_weekday(one.held_on)) },
                html! { (ui::dates::time(one.starts_at)) "—" (ui::dates::time(one.ends_at)) },
                html! { (one.periods) },
                html! { (one.mode.label()) },
                html! { (one.subject) },
                html! { (one.teacher_name) },
                html! { (one.place) },
            ];
            if edits {
                cells.push(html! {
                    (Button::link("修改", at::SessionEdit(&one.id).to_string())
                        .quiet().about(ui::dates::day_weekday(one.held_on)))
                });
            }
            Row::plain(cells)
        })
        .collect();
    simple_table("教学计划（课程表）", &columns, &rows)
}

/// POST `/classes/{id}/timetable`.
pub async fn lay(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    let mut state = form.state();
    let teacher = form.value("teacher").parse::<TeacherId>().ok();
    let layout = parse_layout(&form, &mut state);
    let laid = match layout {
        Some(layout) => desk.perform(LayTimetable { class: id, layout, teacher }).await,
        // What could not be read stands at its field.
        None => Err(Stop::Refused(Vec::new())),
    };
    let next = |count| (at::ClassTimetable(&class).to_string(), format!("已排 {count} 次课。"));
    desk.answer(laid, next, async |no| match timetable_body(&desk, &class, &state.refused(no)).await {
        Ok(body) => desk.page_status(422, "课程表", "/classes", body),
        Err(stop) => desk.stopped(stop),
    })
    .await
}
