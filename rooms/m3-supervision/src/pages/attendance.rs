//! What the attendance part adds to the room's routes, the class dossier's panel, and the class's
//! attendance matrix (M3.3).

use axum::extract::Path;
use axum::response::Response;
use desk::procedure;
use desk::workbook::{Export, Sheet};
use desk::{Desk, Query, Read, Routes};
use foundation::at;
use foundation::codes::{ClassPhase, FullProcessState};
use foundation::ids::TypedId;
use foundation::{ClassId, Fault, Function, Permission, Right, Stop};
use maud::{Markup, html};
use store::Reader;
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::supervision::{attendance, class_session, inspection, training_class};
use ui::table::export_line;
use ui::{Button, Row, Tone, page_head, panel as white_panel, section, simple_table};

use super::{check_in, dispute, inspection as inspections, phone, session};
use crate::acts::attendance::{AskForRollCall, CallRoll};
use crate::acts::check_in::{SignIn, SignOut};
use crate::acts::dispute::{AnswerDispute, DisputeAttendance};
use crate::acts::inspection::{AnswerInspection, RecordInspection, ResumeClass, answers};
use crate::declared::CLASS;
use crate::hours;
use crate::procedures::full_process::{FullProcess, Step};
use crate::rules::inspection::{INSPECTED, has_decided};

/// Attendance of one class.
pub struct AttendancePage;
impl Read for AttendancePage {
    const NAME: &'static str = "attendance-page";
    const PERMISSION: Permission = Permission::Of(Function::Attendance, Right::Read);
    const STAGE: &'static str = FullProcessState::InTraining.code();
}

/// Sessions in progress now.
pub struct LiveWall;
impl Read for LiveWall {
    const NAME: &'static str = "live-wall";
    const PERMISSION: Permission = Permission::Of(Function::Inspection, Right::Read);
}

/// Phone, session, matrix, wall, inspection.
pub fn routes(routes: Routes) -> Routes {
    routes
        .read::<phone::MyTraining, _, _>("/me", phone::me)
        .read::<phone::MyTraining, _, _>("/me/hours/{class}", phone::my_hours)
        .read::<phone::MyTraining, _, _>("/me/views", phone::my_views)
        .read::<check_in::CheckInPage, _, _>("/check-in/{session}", check_in::show)
        .read::<check_in::CheckInPage, _, _>("/me/dispute/{session}", dispute::ask)
        .act::<SignIn, _, _>("/sessions/{id}/sign-in", check_in::sign_in)
        .act::<SignOut, _, _>("/sessions/{id}/sign-out", check_in::sign_out)
        .act::<AskForRollCall, _, _>("/sessions/{id}/ask-roll-call", check_in::ask_roll_call)
        .act::<DisputeAttendance, _, _>("/me/dispute/{session}", dispute::raise)
        .read::<dispute::DisputePage, _, _>("/disputes/{id}", dispute::show)
        .act::<AnswerDispute, _, _>("/disputes/{id}/answer", dispute::answer)
        .read::<session::SessionPage, _, _>("/sessions/{id}", session::show)
        .read::<session::SessionScreen, _, _>("/sessions/{id}/screen", session::screen)
        .act::<CallRoll, _, _>("/sessions/{id}/roll-call", session::call_roll)
        .read::<AttendancePage, _, _>("/classes/{id}/attendance", show)
        .read::<LiveWall, _, _>("/live", live)
        .read::<inspections::InspectionForm, _, _>("/classes/{id}/inspections/new", inspections::ask)
        .act::<RecordInspection, _, _>("/classes/{id}/inspections", inspections::record)
        .act::<AnswerInspection, _, _>("/inspections/{id}/answer", inspections::answer)
        .act::<ResumeClass, _, _>("/classes/{id}/resume", inspections::resume)
}

/// `/classes/{id}/attendance`.
pub async fn show(desk: Desk, Path(class): Path<String>, Query(asked): Query<Export>) -> Response {
    let Ok(class) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    matrix(&desk, &class, &asked.export).await.unwrap_or_else(|stop| desk.stopped(stop))
}

async fn matrix(desk: &Desk, class: &ClassId, export: &str) -> Result<Response, Stop> {
    let reader = desk.read().await?;
    let class = reader.get(&class).await?;
    let sessions = hours::sessions(&reader, &class.id).await?;
    let Some(pinned) = class.policy.as_deref() else {
        return Ok(desk.page(
            "考勤",
            "/classes",
            html! {
                (page_head("考勤", &class.title, &[])) (white_panel("", html! { p { "准予开班以后才有考勤。" } }))
            },
        ));
    };
    let policy = desk::policy::pinned(Some(pinned))?;
    let mut all = hours::of_class(&reader, &class.id, &policy).await?;
    let mut columns = vec![ui::Column::text("学员"), ui::Column::text("占全部课时"), ui::Column::number("已计课时")];
    columns.extend(
        sessions
            .iter()
            .map(|one| ui::Column::text(format!("{} {}", ui::dates::day(one.held_on), ui::dates::time(one.starts_at)))),
    );
    let now = desk.now();
    let rows: Vec<Row> = hours::roster(&reader, &class.id)
        .await?
        .iter()
        .map(|place| {
            let Some(hours) = all.remove(&place.id) else { return Row::plain(vec![html! { (place.name) }]) };
            let mut cells = vec![
                html! { (place.name) },
                html! { (reckoning::hours::rate_text(hours.rate)) },
                html! { (hours.rate.0) },
            ];
            cells.extend(hours.sessions.iter().zip(&sessions).map(|(credit, session)| {
                html! {
                    @if credit.reason.credited() { span title=(credit.reason.sentence()) { "✓ " (credit.credited) } }
                    @else if now < session.ends_at { "—" }
                    @else { span title=(credit.reason.sentence()) { "✕ " (credit.reason.sentence()) } }
                }
            }));
            let low =
                !reckoning::hours::rate_ok(&hours, &policy) && sessions.last().is_some_and(|one| now > one.ends_at);
            Row::plain(cells).tone(if low { Tone::Act } else { Tone::Neutral })
        })
        .collect();
    if !export.is_empty() {
        return Sheet::table(format!("{} 考勤", class.title), &columns, &rows).answer_as(desk, export);
    }
    let body = html! {
        (page_head("考勤", &class.title, &[Button::link("回到班级", at::ClassPage(&class.id).to_string())]))
        (simple_table("考勤汇总", &columns, &rows))
        (export_line(&at::ClassAttendance(&class.id).to_string()))
        p class="jb-head__note" { "✓ 后面是已计课时；✕ 后面是没有计入的原因。培训结束时，已计课时不到全部课时的 " (policy.min_rate_pct()) "% 不能参加结业考核。" }
        (section("课次", simple_table("课次",
            &[ui::Column::text("时间"), ui::Column::text("内容"), ui::Column::text("老师"), ui::Column::text("地点")],
            &sessions.iter().map(|one| Row::link(at::SessionPage(&one.id).to_string(), vec![
                html! {
                    (ui::dates::day_weekday(one.held_on)) " " (ui::dates::time(one.starts_at))
                    "—" (ui::dates::time(one.ends_at))
                },
                html! { (one.subject) "（" (one.mode.label()) " " (one.periods) " 课时）" }, html! { (one.teacher_name) },
                html! { (one.place) },
            ])).collect::<Vec<_>>())))
    };
    Ok(desk.page("考勤", "/classes", body))
}

/// The dossier's panel: the session in progress or next, and the checks so far.
pub async fn panel(desk: &Desk, reader: &Reader, class: &training_class::Model) -> Result<Markup, Stop> {
    if class.policy.is_none() {
        return Ok(html! {});
    }
    let now = desk.now();
    let sessions = hours::sessions(reader, &class.id).await?;
    let next = sessions.iter().find(|one| now <= one.ends_at);
    let checks = reader
        .list::<inspection::Entity>(|q| {
            q.filter(inspection::Column::Class.eq(class.id.clone())).order_by_asc(inspection::Column::At)
        })
        .await?;
    let answered = answers(reader, &class.id).await?;
    let done = sessions.iter().filter(|one| one.ends_at < now).count();
    let here = match next {
        Some(one) => present(reader, one).await?,
        None => 0,
    };
    let today = desk.today();
    let is_open = !matches!(class.state.phase(), ClassPhase::Archived | ClassPhase::Ended);
    let next_text = match next {
        _ if class.state.phase() == ClassPhase::Stopped => html! { "停课中，复课后按课程表继续" },
        None => {
            html! { "已全部上完" @if class.ends_on >= today { "，" (ui::dates::near_day(class.ends_on, today)) "结束培训后可以考核" } }
        }
        Some(one) => html! {
            a href=(at::SessionPage(&one.id)) {
                (ui::dates::near_day(one.held_on, today)) " " (ui::dates::time(one.starts_at))
            }
            " 已到 " (here) " / " (class.enrolled_count)
        },
    };
    Ok(section(
        "考勤与检查",
        html! {
            (ui::facts_grid(&[
                ("课次", html! { a href=(at::ClassAttendance(&class.id)) { "已上 " (done) " / " (sessions.len()) " 次" } }),
                ("现在或下一次课", next_text),
                ("过程检查", html! { (checks.len()) " 次" }),
            ]))
            @if !checks.is_empty() {
                div class="jb-checks" {
                    @for one in &checks { (inspections::line(desk, one, answered.get(&one.id.to_string()), is_open)) }
                }
            }
            @if let Some(options) =
                procedure::form::<FullProcess>(desk, class, Step::Resume, &CLASS.address(class.id.as_str())) {
                (inspections::resuming(&options))
            }
        },
    ))
}

/// The main acts of this part for this office.
pub fn main_buttons(desk: &Desk, class: &training_class::Model) -> Vec<Button> {
    let may = class.state.is_in(INSPECTED) && desk.may(Permission::Of(Function::Inspection, Right::Inspect));
    let button = Button::link("记录检查", at::ClassInspectionsNew(&class.id).to_string());
    let has_decided = has_decided(class, desk.actor.account.as_ref());
    may.then(|| if has_decided { button.blocked_because("您审过这个班，须由另一人检查") } else { button })
        .into_iter()
        .collect()
}

/// How many different people of a session have been marked in any way.
pub async fn present(reader: &Reader, session: &class_session::Model) -> Result<usize, Stop> {
    let rows = reader
        .list::<attendance::Entity>(|q| q.filter(crate::hours::marks_of_session(&session.class, &session.id)))
        .await?;
    Ok(rows.iter().map(|row| &row.enrolment).collect::<std::collections::HashSet<_>>().len())
}

fn one_of(count: i32) -> usize {
    usize::try_from(count).unwrap_or(0)
}

/// How a session stands, in a word: who is missing, or that nobody has been marked.
fn situation(here: usize, expected: usize, late: bool) -> (ui::Tag, ui::Tone) {
    match (here, late) {
        (0, false) => (ui::tag::neutral("刚开始"), ui::Tone::Neutral),
        (0, true) => (ui::tag::act("还没有签到和点名"), ui::Tone::Act),
        _ if here >= expected => (ui::tag::good("到齐"), ui::Tone::Neutral),
        _ => (ui::tag::look(format!("缺 {} 人", expected - here)), ui::Tone::Neutral),
    }
}

/// `/live`: what is being taught now within reach.
pub async fn live(desk: Desk) -> Response {
    match live_body(&desk).await {
        Ok(body) => desk.page("正在上课", "/live", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn live_body(desk: &Desk) -> Result<Markup, Stop> {
    let (now, today) = (desk.now(), desk.today());
    let reader = desk.read().await?;
    let sessions = reader
        .list::<class_session::Entity>(|q| {
            q.filter(class_session::Column::HeldOn.eq(today))
                .filter(class_session::Column::StartsAt.lte(now))
                .filter(class_session::Column::EndsAt.gte(now))
                .order_by_asc(class_session::Column::StartsAt)
        })
        .await?;
    let (mut rows, mut expected, mut here) = (Vec::new(), 0i64, 0usize);
    for one in &sessions {
        let class = reader.get(&one.class).await?;
        // A session of a class that was never approved is only a plan.
        if !class.state.is_in(&[FullProcessState::Approved, FullProcessState::InTraining]) {
            continue;
        }
        let count = present(&reader, one).await?;
        expected += i64::from(class.enrolled_count);
        here += count;
        let policy = desk::policy::of_class(&reader, &class, desk.today()).await?;
        let late = now >= one.starts_at + chrono::Duration::minutes(i64::from(policy.empty_classroom_minutes()));
        let (tag, tone) = situation(count, one_of(class.enrolled_count), late);
        rows.push(
            Row::link(
                at::SessionPage(&one.id).to_string(),
                vec![
                    html! { (class.title) },
                    html! { (class.institution_name) },
                    html! { (ui::dates::time(one.starts_at)) "—" (ui::dates::time(one.ends_at)) },
                    html! { (one.place) },
                    html! { (count) " / " (class.enrolled_count) },
                    html! { (tag) },
                    html! { (one.teacher_name) },
                ],
            )
            .tone(tone),
        );
    }
    let columns = [
        ui::Column::text("班级"),
        ui::Column::text("机构"),
        ui::Column::text("时间"),
        ui::Column::text("地点"),
        ui::Column::number("实到 / 应到"),
        ui::Column::text("情况"),
        ui::Column::text("老师"),
    ];
    let teaching = desk
        .may(Permission::Of(Function::OpeningApplication, Right::Read))
        .then(|| Button::link("看正在培训的班级", at::Classes.asking(&[("state", &ClassPhase::Teaching)])));
    Ok(html! {
        (page_head("正在上课",
            &format!("{} · {} 班 · 应到 {expected} · 实到 {here}", ui::dates::full_moment(now), rows.len()), &[]))
        @if rows.is_empty() {
            (ui::empty_state("现在没有正在上课的班级。", teaching.as_ref()))
        } @else {
            (simple_table("正在上课的班级", &columns, &rows))
        }
    })
}
