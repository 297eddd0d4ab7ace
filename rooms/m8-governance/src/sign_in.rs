//! Signing in and out (M8.9; domain §12.3): password, second factor for officials, lock-out. Unknown accounts get
//! the same answer in the same time. A sign-in whose second factor is missing reaches these pages and no others.

use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use chrono::Duration;
use desk::cookies::{self, Lasts};
use desk::password::{self, LOCK_AFTER, LOCK_MINUTES};
use desk::tries::{self, Allowance};
use desk::{Desk, Pairs, Query, Read, session, totp};
use foundation::limits::BODY_BYTES;
use foundation::{Fault, Office, Permission, Scope, Stop, at};
use maud::{Markup, html};
use serde::Deserialize;
use store::seal::Purpose;
use store::tables::identity::account;
use ui::{Field, Form, FormState, form, page_head};

use crate::acts::by_login;
use crate::acts::own::EnrolTotp;
use crate::{authenticator, tries as count};

/// The sign-in page and what belongs to it.
pub struct SignInPage;
impl Read for SignInPage {
    const NAME: &'static str = "sign-in";
    const PERMISSION: Permission = Permission::Public;
    const CLAUSE: &'static str = "M8.9";
}
/// Signing out.
pub struct SignOut;
impl Read for SignOut {
    const NAME: &'static str = "sign-out";
    const PERMISSION: Permission = Permission::SignedIn;
    const CLAUSE: &'static str = "M8.9";
}
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Next {
    next: String,
}

/// `/sign-in`: the next step of signing in.
pub async fn ask(desk: Desk, Query(next): Query<Next>) -> Response {
    let state = FormState::new().with("next", next.next);
    match half(&desk).await {
        Ok(one) if one.totp_secret.is_some() => desk.page("登录", "", code_form(&state)),
        Ok(_) => desk.page("绑定动态口令", "", authenticator::first(&desk, &state)),
        Err(Stop::SignedOut) => desk.page("登录", "", sign_in_form(&desk, &state)),
        Err(stop) => desk.stopped(stop),
    }
}

fn sign_in_form(desk: &Desk, state: &FormState) -> Markup {
    html! {
        (page_head("登录", "", &[]))
        (form(&Form { action: "/sign-in".into(), submit: "登录".into(),
            hidden: vec![("next".into(), state.value("next").into())], ..Form::default() }, state, html! {
            (Field::text("login", "账号").required().max_length(64).autocomplete("username").show(state))
            (Field::password("password", "密码").required().autocomplete("current-password").show(state))
        }))
        @if desk.premises.settings.demo { p { a href="/personas" { "演示环境：选一个体验身份" } } }
        p class="jb-head__note" { "学员请扫培训机构发的登录二维码；忘记密码请联系本单位的系统管理员。" }
    }
}

/// What a password led to.
enum Outcome {
    Refused,
    Locked,
    TooOften(Duration),
    /// The right password; an authenticator's code, or binding one, is still to come.
    Half(String),
    In(String),
}

/// Wrong names get their lock too, or the lock would tell which names exist.
const UNKNOWN: Allowance = Allowance { burst: LOCK_AFTER - 1, every_s: LOCK_MINUTES * 60 / (LOCK_AFTER as i64 - 1) };

async fn try_password(desk: &Desk, login: &str, given: &str) -> Result<Outcome, Stop> {
    let premises = &desk.premises;
    let (now, from) = (premises.clock.real_now(), tries::address_key(desk.manner.from));
    if let Err(wait) = premises.tries.take("sign-in", &from, tries::PER_ADDRESS, now) {
        return Ok(Outcome::TooOften(wait));
    }
    let login = login.trim().to_lowercase();
    let Some(one) = by_login(desk, &login).await? else {
        if premises.tries.take("unknown", &login, UNKNOWN, now).is_err() {
            return Ok(Outcome::Locked);
        }
        password::matches_apart(given.to_owned(), None).await?;
        return Ok(Outcome::Refused);
    };
    let Some(counted) = count::count(desk, &one.id).await? else { return Ok(Outcome::Locked) };
    let right = password::matches_apart(given.to_owned(), one.password_hash.clone()).await?;
    if !right || one.disabled {
        count::was_wrong(desk, &counted).await?;
        return Ok(if counted.is_last { Outcome::Locked } else { Outcome::Refused });
    }
    count::was_right(desk, &counted).await?;
    premises.tries.give_back("sign-in", &from, tries::PER_ADDRESS);
    let whole = one.totp_secret.is_none() && !must_enrol(&one);
    if whole {
        count::forget(desk, &one.id).await?;
    }
    let token = session::open(premises, &one.id, whole).await?;
    Ok(if whole { Outcome::In(token) } else { Outcome::Half(token) })
}

/// Whether the account may do nothing before it has bound an authenticator: those of officials.
pub fn must_enrol(one: &account::Model) -> bool {
    one.totp_secret.is_none()
        && Office::from_parts(&one.office_kind, &one.office_ref, one.district)
            .is_some_and(|office| office.is_official())
}

/// POST `/sign-in`.
pub async fn answer(desk: Desk, form: Pairs) -> Response {
    let mut state = form.state().secret("password");
    let next = safe(form.value("next"));
    match try_password(&desk, form.value("login"), form.value("password")).await {
        Ok(Outcome::In(token)) => signed_in(&desk, &token, next),
        Ok(Outcome::Half(token)) => {
            with_cookie(&desk, &token, false, desk.go(&at::SignIn.asking(&[("next", &next)]), ""))
        }
        Ok(Outcome::Locked) => {
            state.error("login", locked_words());
            desk.page_status(422, "登录", "", sign_in_form(&desk, &state))
        }
        Ok(Outcome::TooOften(wait)) => {
            state.error("login", too_often_words(wait));
            desk.page_status(429, "登录", "", sign_in_form(&desk, &state))
        }
        Ok(Outcome::Refused) => {
            state.error("login", "账号或密码不对");
            desk.page_status(422, "登录", "", sign_in_form(&desk, &state))
        }
        Err(stop) => desk.stopped(stop),
    }
}

fn locked_words() -> String {
    format!("连续输错 {LOCK_AFTER} 次，账号已锁定，请 {LOCK_MINUTES} 分钟后再试。忘记密码请联系本单位的系统管理员重置")
}

fn too_often_words(wait: Duration) -> String {
    format!("这个网络地址短时间内试得太多，请 {} 秒后再试", wait.num_seconds().max(1))
}

/// The account whose second factor is still to come, with its sign-in.
async fn half(desk: &Desk) -> Result<account::Model, Stop> {
    let id = desk.sign_in.clone().filter(|_| desk.actor.office == Office::Public).ok_or(Stop::SignedOut)?;
    let reader = desk.premises.db.read(Scope::Everything).await?;
    let row = reader.get(&id).await?;
    reader.get(&row.account).await
}

fn code_form(state: &FormState) -> Markup {
    html! {
        (page_head("请输入动态口令", "打开手机上的口令软件，填现在显示的六位数字", &[]))
        (form(&Form { action: "/sign-in/code".into(), submit: "登录".into(),
            hidden: vec![("next".into(), state.value("next").into())], ..Form::default() }, state, html! {
            (Field::text("code", "六位数字").required().max_length(6).autocomplete("one-time-code").show(state))
        }))
        p class="jb-head__note" { "换了手机或丢了口令软件，请本单位的系统管理员重置账号。" }
        (ui::Button::post("换个账号登录", "/sign-in/again").quiet())
    }
}

/// POST `/sign-in/again`: drops a half sign-in.
pub async fn again(desk: Desk, _form: Pairs) -> Response {
    match &desk.sign_in {
        Some(id) if desk.actor.office == Office::Public => match session::close(&desk.premises, id).await {
            Ok(()) => without_cookie(&desk, desk.go("/sign-in", "")),
            Err(stop) => desk.stopped(stop),
        },
        _ => desk.go("/sign-in", ""),
    }
}

/// POST `/sign-in/code`: the second factor.
pub async fn code(desk: Desk, form: Pairs) -> Response {
    let mut state = FormState::new().secret("code").with("next", form.value("next"));
    match check_code(&desk, form.value("code")).await {
        Ok(Code::Right(token)) => return signed_in(&desk, &token, safe(form.value("next"))),
        Ok(Code::Wrong) => state.error("code", "口令不对，或已用过，请填最新的"),
        Ok(Code::Locked) => state.error("code", locked_words()),
        Ok(Code::TooOften(wait)) => state.error("code", too_often_words(wait)),
        Err(stop) => return desk.stopped(stop),
    };
    desk.page_status(422, "登录", "", code_form(&state))
}

/// What a code led to.
enum Code {
    /// The sign-in is whole, under this new token.
    Right(String),
    Wrong,
    Locked,
    TooOften(Duration),
}

async fn check_code(desk: &Desk, code: &str) -> Result<Code, Stop> {
    let premises = &desk.premises;
    let id = desk.sign_in.clone().ok_or(Stop::SignedOut)?;
    let one = half(desk).await?;
    let (now, from) = (premises.clock.real_now(), tries::address_key(desk.manner.from));
    if let Err(wait) = premises.tries.take("sign-in", &from, tries::PER_ADDRESS, now) {
        return Ok(Code::TooOften(wait));
    }
    let Some(sealed) = &one.totp_secret else { return Err(Fault::Gone.into()) };
    let Some(counted) = count::count(desk, &one.id).await? else { return Ok(Code::Locked) };
    let secret = premises
        .keyring
        .open(Purpose::TotpSecret, &one.id.to_string(), sealed)
        .map_err(|e| Fault::Db(e.to_string()))?;
    let secret = hex::decode(secret.as_bytes()).map_err(|e| Fault::Db(e.to_string()))?;
    let step = totp::accepted_step(&secret, code.trim(), now, one.totp_last_step)?;
    let right = match step {
        Some(step) if !one.disabled => count::take_step(desk, &one.id, step).await?,
        _ => false,
    };
    if !right {
        count::was_wrong(desk, &counted).await?;
        return Ok(if counted.is_last { Code::Locked } else { Code::Wrong });
    }
    premises.tries.give_back("sign-in", &from, tries::PER_ADDRESS);
    count::forget(desk, &one.id).await?;
    Ok(Code::Right(session::complete(premises, &id).await?))
}

/// Only addresses of our own.
fn safe(next: &str) -> &str {
    // Browsers drop tabs and line ends from an address: what stands behind them would be another house.
    let is_ours =
        next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.chars().any(char::is_control);
    if is_ours { next } else { "/" }
}

/// Sets the cookie and goes on.
pub fn signed_in(desk: &Desk, token: &str, next: &str) -> Response {
    let answer = desk.go(next, "");
    with_cookie(desk, token, false, answer)
}

/// Sets the cookie. `keep` lets it outlive the browser: on a trainee's own phone, for as long as the sign-in itself.
pub fn with_cookie(desk: &Desk, token: &str, keep: bool, mut answer: Response) -> Response {
    let lasts = if keep { Lasts::Seconds(session::TRAINEE_IDLE_DAYS * 24 * 3600) } else { Lasts::Browser };
    cookies::put(&desk.premises.settings, &mut answer, session::COOKIE, token, lasts);
    answer
}

fn without_cookie(desk: &Desk, mut answer: Response) -> Response {
    cookies::put(&desk.premises.settings, &mut answer, session::COOKIE, "", Lasts::Gone);
    answer
}

/// POST `/sign-out`.
pub async fn sign_out(desk: Desk, _form: Pairs) -> Response {
    if let Some(id) = &desk.sign_in
        && let Err(stop) = session::close(&desk.premises, id).await
    {
        return desk.stopped(stop);
    }
    without_cookie(&desk, desk.go("/", ""))
}

/// POST `/large-text`.
pub async fn large_text(desk: Desk, form: Pairs) -> Response {
    let mut answer = desk.go(safe(form.value("back")), "");
    let is_on = form.value("on") == "1" || form.value("on") == "on";
    let (value, lasts) = if is_on { ("1", Lasts::Seconds(365 * 24 * 3600)) } else { ("0", Lasts::Gone) };
    cookies::put(&desk.premises.settings, &mut answer, "big", value, lasts);
    answer
}

/// POST `/sign-in/authenticator`: binds the app and is in.
pub async fn enrol_first(desk: Desk, form: Pairs) -> Response {
    let next = |token: String| {
        with_cookie(&desk, &token, false, desk.go(safe(form.value("next")), "动态口令已绑定，以后每次登录都要填。"))
    };
    let again = async |no| {
        let state = FormState::new().with("next", form.value("next")).refused(no);
        desk.page_status(422, "绑定动态口令", "", authenticator::first(&desk, &state))
    };
    desk.answer(bind(&desk, form.value("code")).await, next, again).await
}

async fn bind(desk: &Desk, code: &str) -> Result<String, Stop> {
    let (one, id) = (half(desk).await?, desk.sign_in.clone().ok_or(Stop::SignedOut)?);
    if one.disabled {
        return Err(Fault::Gone.into());
    }
    let actor = session::actor_of(&one).ok_or(Fault::Gone)?;
    let mut holder = Desk::of(Arc::clone(&desk.premises), actor);
    holder.sign_in.clone_from(&desk.sign_in);
    holder.perform(EnrolTotp { code: code.into() }).await?;
    count::forget(desk, &one.id).await?;
    session::complete(&desk.premises, &id).await
}

/// Credentials of a program.
#[derive(Deserialize)]
pub struct Credentials {
    login: String,
    password: String,
    #[serde(default)]
    code: String,
}

/// POST `/api/v1/sign-in`: a bearer token.
pub async fn api(mut desk: Desk, request: Request) -> Response {
    let Ok(body) = axum::body::to_bytes(request.into_body(), BODY_BYTES).await else {
        return desk::api::problem(&desk, 413, "请求内容太大", &[]);
    };
    let given: Credentials = match desk::api::read(&body) {
        Ok(given) => given,
        Err(detail) => return desk::api::problem(&desk, 400, &detail, &[]),
    };
    match credentials(&mut desk, &given).await {
        Ok(Ok(token)) => Json(serde_json::json!({ "token": token })).into_response(),
        Ok(Err((status, words))) => desk::api::problem(&desk, status, &words, &[]),
        Err(stop) => desk.stopped(stop),
    }
}

async fn credentials(desk: &mut Desk, given: &Credentials) -> Result<Result<String, (u16, String)>, Stop> {
    let token = match try_password(desk, &given.login, &given.password).await? {
        Outcome::In(token) => return Ok(Ok(token)),
        Outcome::Half(token) => token,
        Outcome::Locked => return Ok(Err((401, locked_words()))),
        Outcome::TooOften(wait) => return Ok(Err((429, too_often_words(wait)))),
        Outcome::Refused => return Ok(Err((401, "账号或密码不对".into()))),
    };
    let Some(known) = session::recognise(&desk.premises, &token).await? else {
        return Ok(Err((401, "账号或密码不对".into())));
    };
    desk.sign_in = Some(known.id);
    if half(desk).await?.totp_secret.is_none() {
        return Ok(Err((401, "请先在网页上登录一次，绑定动态口令".into())));
    }
    Ok(match check_code(desk, &given.code).await? {
        Code::Right(token) => Ok(token),
        Code::Wrong => Err((401, "动态口令不对".into())),
        Code::Locked => Err((401, locked_words())),
        Code::TooOften(wait) => Err((429, too_often_words(wait))),
    })
}
