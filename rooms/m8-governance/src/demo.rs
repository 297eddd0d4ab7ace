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

/// The personas by where they work: login, and what each does first.
const PLACES: &[(&str, &[(&str, &str)])] = &[
    (
        "培训机构",
        &[
            ("school-clerk", "办班、录名册、提交开班申请和补贴申领"),
            ("class-teacher", "投签到码、点名"),
            ("rival-clerk", "另一家机构：看不到别家的班"),
        ],
    ),
    (
        "晋江市",
        &[
            ("jinjiang-officer", "受理、审核开班，确认成绩，初审补贴"),
            ("jinjiang-reviewer", "批准开班，复审补贴"),
            ("jinjiang-inspector", "过程检查，组拨付批次"),
            ("jinjiang-finance", "批准拨付，录入银行结果"),
            ("jinjiang-administrator", "开账号、停用、重置，不办业务"),
            ("monitor", "第三方监督：现场和电话抽查"),
        ],
    ),
    (
        "学员（请用手机打开，或把窗口缩窄）",
        &[("trainee", "签到、看课时、评价，52 岁"), ("other-trainee", "同班的另一位学员")],
    ),
    (
        "上级、邻县和审计",
        &[
            ("quanzhou-officer", "看全市"),
            ("province-officer", "给需求目录备案"),
            ("employment-bureau", "看全省"),
            ("auditor", "只看，导出证据包"),
            ("shishi-officer", "邻县：看不到晋江的班"),
        ],
    ),
    (
        "其他部门和单位（多数业务还没有开通）",
        &[
            ("assessment-centre", "省鉴定中心：看评价和培训"),
            ("technical-centre", "省技工教育中心：看目录和培训"),
            ("industry-department", "行业部门：看目录和自己牵头的班"),
            ("assessment-body", "评价机构"),
            ("platform", "线上培训平台"),
            ("enterprise", "企业"),
            ("base", "公共实训基地"),
        ],
    ),
];

fn logins() -> impl Iterator<Item = &'static str> {
    PLACES.iter().flat_map(|(_, people)| people.iter().map(|(login, _)| *login))
}

/// `/personas`.
pub async fn show(desk: Desk) -> Response {
    if !desk.premises.settings.demo {
        return desk.stopped(Fault::Gone.into());
    }
    let found = match desk.premises.db.read(Scope::Everything).await {
        Ok(reader) => {
            reader
                .list::<account::Entity>(|q| {
                    q.filter(account::Column::Login.is_in(logins())).order_by_asc(account::Column::Login)
                })
                .await
        }
        Err(stop) => Err(stop),
    };
    match found {
        Ok(accounts) => desk.page("换个身份体验", "", body(&desk, &accounts)),
        Err(stop) => desk.stopped(stop),
    }
}

fn body(desk: &Desk, accounts: &[account::Model]) -> maud::Markup {
    let now = desk.now();
    let wall = foundation::clock::local(now).format("%Y-%m-%dT%H:%M").to_string();
    let later = desk.premises.calendar.add_workdays(desk.today(), 6).date;
    let jump = |label: &str, to: foundation::Instant| {
        ui::Button::post(label, "/demo-clock")
            .field("at", foundation::clock::local(to).format("%Y-%m-%dT%H:%M").to_string())
    };
    let next_day = foundation::clock::at_local(later.and_hms_opt(9, 0, 0).unwrap_or_default());
    html! {
        (ui::page_head("换个身份体验", "选一个人，就以他的岗位进去看、进去办；人名和证件号码都是虚构的", &[]))
        div class="jb-personas" { @for (place, people) in PLACES { (ui::panel(place, html! { ul class="jb-list" {
            @for (login, does) in *people { @if let Some(one) = accounts.iter().find(|a| a.login == *login) {
                li {
                    span { strong { (one.name) } " " span class="jb-faint" { (one.office_name) } br; (does) }
                    form method="post" action="/personas" {
                        (ui::csrf::slot()) input type="hidden" name="login" value=(login);
                        button class="btn jb-btn" type="submit" { "进入" span class="jb-unseen" { "：" (one.name) } } }
                }
            } }
        } })) } }
        (ui::panel("演示时钟", html! {
            p {
                "现在是 " strong { (ui::dates::full_moment(now)) } " " (ui::dates::weekday(desk.today()))
                "。往后拨，到期的事（公示期满、评价期满、补贴草稿）会自己办好。"
            }
            div class="jb-clock" {
                (jump("过一小时", now + Duration::hours(1))) (jump("过一天", now + Duration::days(1)))
                (jump("过五个工作日", next_day))
                form class="jb-clock__to" method="post" action="/demo-clock" {
                    (ui::csrf::slot())
                    label for="clock-at" { "或者拨到" }
                    input class="form-control" type="datetime-local" id="clock-at" name="at" value=(wall);
                    button class="btn jb-btn" type="submit" { "拨过去" }
                }
            }
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
    if !desk.premises.settings.demo || !logins().any(|known| known == login) {
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
    desk.after(result, "/personas", "演示时钟已拨好，到期的事会在几秒内自己办好。")
}
