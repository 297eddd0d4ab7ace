//! The demo's personas and its movable clock. Outside demo mode these addresses do not exist.

use axum::Json;
use axum::response::{IntoResponse, Response};
use chrono::{Duration, NaiveDateTime};
use desk::{Desk, Pairs, Read, session};
use foundation::{Fault, Permission, Scope, Stop};
use maud::html;
use serde::Deserialize;
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::identity::account;

use crate::acts::by_login;
use crate::acts::demo::MoveDemoClock;
use crate::sign_in::signed_in;

/// The personas' page.
pub struct Personas;
impl Read for Personas {
    const NAME: &'static str = "personas";
    const PERMISSION: Permission = Permission::Public;
    const CLAUSE: &'static str = "M8.9";
}

/// What each persona does first, by login.
const DOES: &[(&str, &str)] = &[
    ("school-clerk", "办班、录名册、提交开班申请和补贴申领"),
    ("class-teacher", "上课、点名、投签到码"),
    ("jinjiang-officer", "受理、审核开班，确认成绩，初审补贴"),
    ("jinjiang-reviewer", "批准开班，复审补贴"),
    ("jinjiang-inspector", "过程检查"),
    ("jinjiang-finance", "批准拨付"),
    ("trainee", "手机签到、看课时、评价"),
    ("other-trainee", "另一位学员"),
    ("rival-clerk", "另一家机构：看不到别家的班"),
    ("shishi-officer", "邻县：看不到晋江的班"),
    ("quanzhou-officer", "全市"),
    ("province-officer", "给目录备案"),
    ("employment-bureau", "全省监管"),
    ("auditor", "只看、导出证据"),
    ("monitor", "第三方监督"),
    ("jinjiang-administrator", "开账号、停用、重置，不办业务"),
];

/// `/personas`.
pub async fn show(desk: Desk) -> Response {
    if !desk.premises.settings.demo {
        return desk.stopped(Fault::Gone.into());
    }
    let logins: Vec<&str> = DOES.iter().map(|(login, _)| *login).collect();
    let found = match desk.premises.db.read(Scope::Everything).await {
        Ok(reader) => reader.list::<account::Entity>(|q| q.filter(account::Column::Login.is_in(logins)).order_by_asc(account::Column::Login)).await,
        Err(stop) => Err(stop),
    };
    match found {
        Ok(accounts) => desk.page("体验身份", "", body(&desk, &accounts)),
        Err(stop) => desk.stopped(stop),
    }
}

fn body(desk: &Desk, accounts: &[account::Model]) -> maud::Markup {
    let now = desk.now();
    let wall = foundation::clock::local(now).format("%Y-%m-%dT%H:%M").to_string();
    let later = desk.premises.calendar.add_workdays(desk.today(), 6).date;
    let jump = |label: &str, to: foundation::Instant| {
        ui::Button::post(label, "/demo-clock").field("at", foundation::clock::local(to).format("%Y-%m-%dT%H:%M").to_string())
    };
    let next_day = foundation::clock::at_local(later.and_hms_opt(9, 0, 0).unwrap_or_default());
    html! {
        (ui::page_head("体验身份", "选一个人，就以他的岗位进去看；人名和证件号码都是虚构的", &[]))
        (ui::panel("", html! { ul class="jb-personas" { @for (login, does) in DOES { @if let Some(one) = accounts.iter().find(|a| a.login == *login) {
            li { form method="post" action="/personas" { (ui::csrf::slot()) input type="hidden" name="login" value=(login);
                button class="btn jb-btn" type="submit" { (one.name) } " " (one.office_name) " · " span class="jb-head__note" { (does) } } }
        } } } }))
        (ui::panel("演示时钟", html! {
            p { "现在是 " strong { (ui::dates::full_moment(now)) } }
            (ui::button_row(&[jump("过一小时", now + Duration::hours(1)), jump("过一天", now + Duration::days(1)), jump("过五个工作日", next_day)]))
            form method="post" action="/demo-clock" { (ui::csrf::slot()) label { "调到 " input class="form-control" type="datetime-local" name="at" value=(wall); } " " button class="btn jb-btn" type="submit" { "调整" } }
        }))
    }
}

/// POST `/personas`.
pub async fn enter(desk: Desk, form: Pairs) -> Response {
    match token(&desk, form.value("login")).await {
        Ok(token) => signed_in(&desk, &token, "/"),
        Err(stop) => desk.stopped(stop),
    }
}

async fn token(desk: &Desk, login: &str) -> Result<String, Stop> {
    if !desk.premises.settings.demo || !DOES.iter().any(|(known, _)| *known == login) {
        return Err(Fault::Gone.into());
    }
    let one = by_login(desk, login).await?.ok_or(Fault::Gone)?;
    session::open(&desk.premises, &one.id, true).await
}

/// A persona for programs (tests of the API).
#[derive(Debug, Deserialize)]
pub struct Asked {
    persona: String,
}

/// POST `/api/v1/demo-sign-in`.
pub async fn api(desk: Desk, asked: Result<Json<Asked>, axum::extract::rejection::JsonRejection>) -> Response {
    let Ok(Json(asked)) = asked else { return desk::api::problem(&desk, 400, "请求内容不合要求", &[]) };
    match token(&desk, &asked.persona).await {
        Ok(token) => Json(serde_json::json!({ "token": token })).into_response(),
        Err(stop) => desk.stopped(stop),
    }
}

/// POST `/demo-clock`.
pub async fn move_clock(desk: Desk, form: Pairs) -> Response {
    let Ok(wall) = NaiveDateTime::parse_from_str(form.value("at"), "%Y-%m-%dT%H:%M") else {
        return desk.go("/personas", "!时间没有填对。请选择日期和时间");
    };
    let result = desk.perform(MoveDemoClock { to: foundation::clock::at_local(wall) }).await;
    desk.after(result, "/personas", "演示时钟已调整，到期的事情会在几秒内办好。")
}
