//! Single class meetings of a draft: the form to add or change one, and its posts (M3.1).

use axum::extract::Path;
use axum::response::Response;
use chrono::NaiveTime;
use desk::{Desk, Pairs};
use foundation::at;
use foundation::codes::SessionMode;
use foundation::{ClassId, Date, Fault, RoomId, SessionId, Stop, TeacherId};
use m2_institutions::doorway::{self as institutions, Room, Teacher};
use maud::html;
use store::tables::supervision::{class_session, training_class};
use ui::{Button, Field, Form, FormState, form, page_head};

use super::classes::seen;
use crate::acts::opening::own_institution;
use crate::acts::timetable::{AddSession, EditSession, RemoveSession};
use crate::rules::timetable::SessionFields;

/// The form's facts: whose class, and the meeting that is changed.
struct Page {
    class: training_class::Model,
    session: Option<class_session::Model>,
    rooms: Vec<Room>,
    teachers: Vec<Teacher>,
}

async fn page_of(desk: &Desk, class: &str, session: Option<class_session::Model>) -> Result<Page, Stop> {
    let institution = own_institution(desk)?;
    let (reader, class) = seen(desk, class).await?;
    let rooms = institutions::rooms(&reader, &class.site).await?;
    let teachers = institutions::teachers(&reader, &institution).await?;
    Ok(Page { class, session, rooms, teachers })
}

async fn of_session(desk: &Desk, session: &str) -> Result<Page, Stop> {
    let id: SessionId = session.parse().map_err(|_| Fault::Gone)?;
    let row = desk.read().await?.get(&id).await?;
    desk.shows(&crate::declared::SESSION, &row.id, row.version);
    let class = row.class.to_string();
    page_of(desk, &class, Some(row)).await
}

fn draw(desk: &Desk, status: u16, page: &Page, state: &FormState) -> Response {
    let class = &page.class;
    let (title, action) = page.session.as_ref().map_or_else(
        || ("增加一次课", at::ClassSessions(&class.id).to_string()),
        |one| ("修改这次课", at::SessionEdit(&one.id).to_string()),
    );
    let remove = page.session.as_ref().map(|one| {
        Button::post("删去这次课", at::SessionRemove(&one.id).to_string()).danger().confirm("确认删去这次课？")
    });
    desk.page_status(status, title, "/classes", html! {
        (page_head(title, &class.title, &[Button::link("回到课程表", at::ClassTimetable(&class.id).to_string())]))
        (form(&Form { action, submit: "保存".into(), others: remove.into_iter().collect(), ..Form::default() },
            state, html! {
            (Field::date("held_on", "日期")
                .hint(format!("班期 {}", ui::dates::range(class.starts_on, class.ends_on))).required().show(state))
            (Field::time("starts", "几点开始").required().show(state))
            (Field::number("periods", "课时").unit("课时").hint("每课时 45 分钟，结束时间由此算出").required().show(state))
            (Field::radio("mode", "方式", SessionMode::all().iter().map(|one| (one.code(), one.label())))
                .required().show(state))
            (Field::text("subject", "内容").required().max_length(100).show(state))
            (Field::select("teacher", "老师",
                page.teachers.iter().map(|one| (one.id.to_string(), format!("{}（{}）", one.name, one.qualification))))
                .required().show(state))
            (Field::select("room", "教室", std::iter::once((String::new(), "线上课不用教室".to_owned()))
                .chain(page.rooms.iter()
                    .map(|one| (one.id.to_string(), format!("{}（{} 座）", one.name, one.seats))))).show(state))
        }))
    })
}

fn state_of(one: &class_session::Model) -> FormState {
    FormState::new()
        .with("held_on", one.held_on.to_string())
        .with("starts", ui::dates::time(one.starts_at))
        .with("periods", one.periods.to_string())
        .with("mode", one.mode.code())
        .with("subject", one.subject.as_str())
        .with("teacher", one.teacher.to_string())
        .with("room", one.room.as_ref().map(ToString::to_string).unwrap_or_default())
}

fn read(form: &Pairs) -> Result<SessionFields, FormState> {
    let mut state = form.state();
    let held_on = form.value("held_on").parse::<Date>().map_err(|_| state.error("held_on", "请选日期")).ok();
    let starts = NaiveTime::parse_from_str(form.value("starts"), "%H:%M")
        .map_err(|_| state.error("starts", "请按 08:30 的样子填"))
        .ok();
    let periods = form.value("periods").parse::<i32>().map_err(|_| state.error("periods", "请填整数")).ok();
    let mode = form.value("mode").parse::<SessionMode>().map_err(|_| state.error("mode", "请选方式")).ok();
    let teacher = form.value("teacher").parse::<TeacherId>().map_err(|_| state.error("teacher", "请选老师")).ok();
    let room = match form.value("room") {
        "" => Some(None),
        text => text.parse::<RoomId>().map(Some).map_err(|_| state.error("room", "请选教室")).ok(),
    };
    let fields = (|| {
        Some(SessionFields {
            held_on: held_on?,
            starts: starts?,
            periods: periods?,
            mode: mode?,
            subject: form.value("subject").into(),
            teacher: teacher?,
            room: room?,
        })
    })();
    state.finish(fields)
}

/// `/classes/{id}/sessions/new`.
pub async fn new(desk: Desk, Path(class): Path<String>) -> Response {
    match page_of(&desk, &class, None).await {
        Ok(page) => {
            let state = FormState::new()
                .with("held_on", page.class.starts_on.to_string())
                .with("starts", "08:30")
                .with("periods", "4")
                .with("mode", SessionMode::Practice.code())
                .with("teacher", page.class.class_teacher.to_string())
                .with("room", page.class.room.to_string());
            draw(&desk, 200, &page, &state)
        }
        Err(stop) => desk.stopped(stop),
    }
}

/// POST `/classes/{id}/sessions`.
pub async fn add(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let page = match page_of(&desk, &class, None).await {
        Ok(page) => page,
        Err(stop) => return desk.stopped(stop),
    };
    let fields = match read(&form) {
        Ok(fields) => fields,
        Err(state) => return draw(&desk, 422, &page, &state),
    };
    let id: ClassId = page.class.id.clone();
    let done = desk.perform(AddSession { class: id, fields }).await.map(|_| ());
    answer(&desk, &page, &form, done, "已增加一次课。").await
}

/// `/sessions/{id}/edit`.
pub async fn edit(desk: Desk, Path(session): Path<String>) -> Response {
    match of_session(&desk, &session).await {
        Ok(page) => {
            let state = page.session.as_ref().map(state_of).unwrap_or_default();
            draw(&desk, 200, &page, &state)
        }
        Err(stop) => desk.stopped(stop),
    }
}

/// POST `/sessions/{id}/edit`.
pub async fn save(desk: Desk, Path(session): Path<String>, form: Pairs) -> Response {
    let page = match of_session(&desk, &session).await {
        Ok(page) => page,
        Err(stop) => return desk.stopped(stop),
    };
    let fields = match read(&form) {
        Ok(fields) => fields,
        Err(state) => return draw(&desk, 422, &page, &state),
    };
    let Some(id) = page.session.as_ref().map(|one| one.id.clone()) else { return desk.stopped(Fault::Gone.into()) };
    let done = desk.perform(EditSession { session: id, fields }).await;
    answer(&desk, &page, &form, done, "已修改。").await
}

async fn answer(desk: &Desk, page: &Page, form: &Pairs, done: Result<(), Stop>, said: &str) -> Response {
    let next = |()| (at::ClassTimetable(&page.class.id).to_string(), said);
    desk.answer(done, next, async |no| draw(desk, 422, page, &form.state().refused(no))).await
}

/// POST `/sessions/{id}/remove`.
pub async fn remove(desk: Desk, Path(session): Path<String>, _form: Pairs) -> Response {
    let page = match of_session(&desk, &session).await {
        Ok(page) => page,
        Err(stop) => return desk.stopped(stop),
    };
    let Some(id) = page.session.as_ref().map(|one| one.id.clone()) else { return desk.stopped(Fault::Gone.into()) };
    let done = desk.perform(RemoveSession { session: id }).await;
    desk.after(done, &at::ClassTimetable(&page.class.id).to_string(), "已删去这次课。")
}
