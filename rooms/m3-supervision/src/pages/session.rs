//! One session: the screen with the rotating code, and the class teacher's roll-call (M3.3).

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs, Read};
use foundation::at;
use foundation::codes::{AttendanceKind, FullProcessState};
use foundation::{EnrolmentId, Fault, Function, Permission, Right, SessionId, Stop};
use maud::{Markup, html};
use store::Reader;
use store::query::QueryFilter;
use store::tables::supervision::{attendance, class_session, enrolment, training_class};
use ui::{Button, RotatingCode, page_head, panel};

use crate::acts::attendance::CallRoll;
use crate::declared::CALL_ROLL;
use crate::hours;
use crate::rules::attendance as rules;

/// A session's page.
pub struct SessionPage;
impl Read for SessionPage {
    const NAME: &'static str = "session-page";
    const PERMISSION: Permission = Permission::Of(Function::Attendance, Right::Read);
    const STAGE: &'static str = FullProcessState::InTraining.code();
}

/// The screen in the classroom: the institution's own.
pub struct SessionScreen;
impl Read for SessionScreen {
    const NAME: &'static str = "session-screen";
    const PERMISSION: Permission = Permission::Of(Function::CompletionExam, Right::Create);
    const STAGE: &'static str = FullProcessState::InTraining.code();
}

async fn load(
    reader: &Reader,
    session: &SessionId,
) -> Result<(class_session::Model, training_class::Model, Vec<enrolment::Model>, Vec<attendance::Model>), Stop> {
    let session = reader.get(&session).await?;
    let class = reader.get(&session.class).await?;
    let roster = hours::roster(reader, &class.id).await?;
    let events = reader
        .list::<attendance::Entity>(|q| q.filter(crate::hours::marks_of_session(&session.class, &session.id)))
        .await?;
    Ok((session, class, roster, events))
}

/// `/sessions/{id}`.
pub async fn show(desk: Desk, Path(session): Path<String>) -> Response {
    let Ok(session) = session.parse::<SessionId>() else { return desk.stopped(Fault::Gone.into()) };
    match body(&desk, &session).await {
        Ok(body) => desk.page("课次", "/classes", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn body(desk: &Desk, session: &SessionId) -> Result<Markup, Stop> {
    let reader = desk.read().await?;
    let (session, class, roster, events) = load(&reader, session).await?;
    let own = desk.actor.office.is_institution();
    let now = desk.now();
    let policy = desk::policy::of_class(&reader, &class, desk.today()).await?;
    let closed = rules::may_call_roll(&class, &session, &policy, now).err();
    let asked = if own { desk::tasks::open_titles(&reader, &session.id, &CALL_ROLL).await? } else { Vec::new() };
    let mut buttons = vec![Button::link("全班考勤", at::ClassAttendance(&class.id).to_string())];
    if own {
        buttons.push(Button::link("打开签到码大屏", at::SessionScreen(&session.id).to_string()).main());
    }
    let note = format!(
        "{} {}—{} · {} · {} · {} 课时",
        ui::dates::day_weekday(session.held_on),
        ui::dates::time(session.starts_at),
        ui::dates::time(session.ends_at),
        session.place,
        session.teacher_name,
        session.periods
    );
    Ok(html! {
        (page_head(&format!("{} · {}", class.title, session.subject), &note, &buttons))
        @if !asked.is_empty() {
            (ui::callout(ui::Tone::Look, html! {
                p {
                    strong { "请老师代点：" }
                    @for (at, one) in asked.iter().enumerate() { @if at > 0 { "、" } (one) }
                    "。请在下面给他们点名。"
                }
            }))
        }
        (roll(&session, &roster, &events, own, closed.as_ref().map(|r| r.fact.as_str())))
    })
}

fn roll(
    session: &class_session::Model,
    roster: &[enrolment::Model],
    events: &[attendance::Model],
    own: bool,
    closed: Option<&str>,
) -> Markup {
    let mark = |place: &EnrolmentId, kind| events.iter().find(|one| &one.enrolment == place && one.kind == kind);
    let present = roster.iter().filter(|one| events.iter().any(|event| event.enrolment == one.id)).count();
    let table = html! {
        h2 class="jb-h2" { "点名 " span class="jb-faint" { "已到 " (present) " / " (roster.len()) " 人" } }
        div class="jb-scroll" tabindex="0" role="region" aria-label="点名" { table class="jb-table jb-table--small" {
            caption class="jb-unseen" { "点名" }
            thead {
                tr { th scope="col" { "学员" } th scope="col" { "签到" } th scope="col" { "签退" } th scope="col" { "点名" } }
            }
            tbody { @for one in roster { tr {
                th scope="row" { (one.name) }
                td {
                    @if let Some(row) = mark(&one.id, AttendanceKind::SignIn) { (ui::dates::time(row.at)) }
                    @else { "—" }
                }
                td {
                    @if let Some(row) = mark(&one.id, AttendanceKind::SignOut) { (ui::dates::time(row.at)) }
                    @else { "—" }
                }
                td {
                    @if let Some(row) = mark(&one.id, AttendanceKind::RollCall) { "✓ " (ui::dates::time(row.at)) }
                    @else if mark(&one.id, AttendanceKind::Correction).is_some() { "✓ 更正" }
                    @else if own && closed.is_none() {
                        label class="jb-present" {
                            input type="checkbox" class="form-check-input" name="present" value=(one.id);
                            " 在" span class="jb-unseen" { "：" (one.name) }
                        }
                    } @else { "—" }
                }
            } } }
        } }
    };
    if !own {
        return html! { section class="jb-panel jb-section" { (table) } };
    }
    html! {
        form class="jb-panel jb-section" method="post" action=(at::SessionRollCall(&session.id)) {
            (ui::csrf::slot())
            (table)
            @if let Some(why) = closed { p { (why) } }
            @else {
                div class="jb-buttons" {
                    button class="btn jb-btn" type="submit" { "记下勾选的人到课" } " "
                    button class="btn btn-primary jb-btn" type="submit" name="all" value="1" { "全部到课" }
                }
                p class="jb-head__note" { "点名与扫码签到同样算数；每次点名都会记入公开日志，谁点的、几点点的都能查到。" }
            }
        }
    }
}

/// POST `/sessions/{id}/roll-call`.
pub async fn call_roll(desk: Desk, Path(session): Path<String>, form: Pairs) -> Response {
    let Ok(id) = session.parse::<SessionId>() else { return desk.stopped(Fault::Gone.into()) };
    let present: Result<Vec<EnrolmentId>, _> = match form.value("all") {
        "1" => match everybody(&desk, &id).await {
            Ok(all) => Ok(all),
            Err(stop) => return desk.stopped(stop),
        },
        _ => form.values("present").map(str::parse).collect(),
    };
    let Ok(present) = present else { return desk.error_page(400) };
    let result = desk.perform(CallRoll { session: id, present }).await;
    let said = result.as_ref().map_or_else(|_| String::new(), |count| format!("已记下 {count} 人到课。"));
    desk.after(result, &at::SessionPage(&session).to_string(), &said)
}

async fn everybody(desk: &Desk, session: &SessionId) -> Result<Vec<EnrolmentId>, Stop> {
    let reader = desk.read().await?;
    let session = reader.get(&session).await?;
    Ok(hours::roster(&reader, &session.class).await?.into_iter().map(|one| one.id).collect())
}

/// `/sessions/{id}/screen`.
pub async fn screen(desk: Desk, Path(session): Path<String>) -> Response {
    let Ok(session) = session.parse::<SessionId>() else { return desk.stopped(Fault::Gone.into()) };
    if !desk.actor.office.is_institution() {
        return desk.stopped(Stop::Forbidden);
    }
    match screen_body(&desk, &session).await {
        Ok(body) => desk.page("签到码", "/classes", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn screen_body(desk: &Desk, session: &SessionId) -> Result<Markup, Stop> {
    let reader = desk.read().await?;
    let (session, class, roster, events) = load(&reader, session).await?;
    let now = desk.now();
    let here = roster.iter().filter(|one| events.iter().any(|event| event.enrolment == one.id)).count();
    let policy = desk::policy::of_class(&reader, &class, desk.today()).await?;
    let open = class.state.is_in(&[FullProcessState::Approved, FullProcessState::InTraining])
        && now >= session.starts_at - chrono::Duration::minutes(i64::from(policy.sign_in_before_minutes()))
        && now <= rules::signs_out_until(&session, &policy);
    Ok(html! {
        (page_head(&class.title, &format!("{} {}—{} · {}", ui::dates::day_weekday(session.held_on),
            ui::dates::time(session.starts_at), ui::dates::time(session.ends_at), session.place),
            &[Button::link("点名", at::SessionPage(&session.id).to_string())]))
        @if open {
            @let code = rules::code_at(&desk.premises.settings.secret, &session.id, policy.code_seconds(), now);
            div class="jb-screen" {
            (RotatingCode {
                text: format!("{}{}", desk.premises.settings.base_url,
                    at::CheckInPage(&session.id).asking(&[("code", &code)])),
                digits: code.clone(), refresh: at::SessionScreen(&session.id).to_string(),
                seconds_left: rules::seconds_left(policy.code_seconds(), now) })
            div { p class="jb-screen-count" { "已到 " strong { (here) } " / " (roster.len()) " 人" }
            p class="jb-screen-how" { "用手机扫码，或在“我的培训”里输入六位码。没有手机的，请老师点名，一样算数。" } } }
        } @else { (panel("", html! { p { "现在不是这次课的签到时间。签到码在上课前后显示。" } })) }
    })
}
