//! Signing in and out (M8.9; domain §12.3): password, second factor for officials, lock-out; one-time
//! links for the first password. Unknown accounts get the same answer in the same time.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::Duration;
use desk::password::{self, LOCK_AFTER, LOCK_MINUTES};
use desk::{Desk, Pairs, Query, Read, session, totp};
use foundation::{AccountId, Fault, Office, Permission, Scope, Stop};
use maud::{Markup, html};
use serde::Deserialize;
use store::query::{ColumnTrait, Condition, Set};
use store::seal::Purpose;
use store::tables::identity::{account, one_time_link, sign_in as sign_ins};
use ui::{Field, Form, FormState, form, page_head, panel};

use crate::acts::{EnrolTotp, by_login, hex_secret};

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
/// One's own account.
pub struct MyAccount;
impl Read for MyAccount {
    const NAME: &'static str = "my-account";
    const PERMISSION: Permission = Permission::SignedIn;
    const CLAUSE: &'static str = "M8.9";
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Next {
    next: String,
}

/// `/sign-in`.
pub async fn ask(desk: Desk, Query(next): Query<Next>) -> Response {
    desk.page("登录", "", sign_in_form(&desk, &FormState::new().with("next", next.next)))
}

fn sign_in_form(desk: &Desk, state: &FormState) -> Markup {
    html! {
        (page_head("登录", "", &[]))
        (form(&Form { action: "/sign-in".into(), submit: "登录".into(), hidden: vec![("next".into(), state.value("next").into())], ..Form::default() }, state, html! {
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
    NeedsCode(String),
    In(String),
}

async fn try_password(desk: &Desk, login: &str, given: &str) -> Result<Outcome, Stop> {
    let premises = &desk.premises;
    let known = by_login(desk, login).await?;
    let now = premises.clock.real_now();
    let locked = known.as_ref().is_some_and(|one| one.locked_until.is_some_and(|until| until > now));
    let (password, stored) = (given.to_owned(), known.as_ref().and_then(|one| one.password_hash.clone()));
    let right = tokio::task::spawn_blocking(move || password.len() <= password::LENGTH_MAX * 4 && password::matches(&password, stored.as_deref()))
        .await
        .unwrap_or(false);
    let Some(one) = known else { return Ok(Outcome::Refused) };
    if locked {
        return Ok(Outcome::Locked);
    }
    if !right || one.disabled {
        let failed = one.failed_count + 1;
        let until = (failed >= LOCK_AFTER).then(|| now + Duration::minutes(LOCK_MINUTES));
        change(
            desk,
            &one,
            account::ActiveModel { failed_count: Set(if until.is_some() { 0 } else { failed }), locked_until: Set(until), ..Default::default() },
        )
        .await?;
        return Ok(if until.is_some() { Outcome::Locked } else { Outcome::Refused });
    }
    change(desk, &one, account::ActiveModel { failed_count: Set(0), locked_until: Set(None), ..Default::default() }).await?;
    let token = session::open(premises, &one.id, one.totp_secret.is_none()).await?;
    Ok(if one.totp_secret.is_some() { Outcome::NeedsCode(token) } else { Outcome::In(token) })
}

async fn change(desk: &Desk, one: &account::Model, change: account::ActiveModel) -> Result<(), Stop> {
    let id = one.id.clone();
    desk.premises
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.change_all::<account::Entity>(account::Column::Id.eq(id), change).await.map(|_| ()) }))
        .await
}

/// POST `/sign-in`.
pub async fn answer(desk: Desk, form: Pairs) -> Response {
    let mut state = form.state().secret("password");
    match try_password(&desk, form.value("login"), form.value("password")).await {
        Ok(Outcome::In(token)) => signed_in(&desk, &token, safe(form.value("next"))),
        Ok(Outcome::NeedsCode(token)) => with_cookie(&desk, &token, desk.page("登录", "", code_form(&FormState::new().with("next", form.value("next"))))),
        Ok(Outcome::Locked) => {
            state.error("login", format!("连续输错 {LOCK_AFTER} 次，账号锁定 {LOCK_MINUTES} 分钟"));
            desk.page_status(422, "登录", "", sign_in_form(&desk, &state))
        }
        Ok(Outcome::Refused) => {
            state.error("login", "账号或密码不对");
            desk.page_status(422, "登录", "", sign_in_form(&desk, &state))
        }
        Err(stop) => desk.stopped(stop),
    }
}

fn code_form(state: &FormState) -> Markup {
    html! {
        (page_head("请输入动态口令", "打开手机上的口令软件，填现在显示的六位数字", &[]))
        (form(&Form { action: "/sign-in/code".into(), submit: "登录".into(), hidden: vec![("next".into(), state.value("next").into())], ..Form::default() }, state, html! {
            (Field::text("code", "六位数字").required().max_length(6).autocomplete("one-time-code").show(state))
        }))
    }
}

/// POST `/sign-in/code`: the second factor.
pub async fn code(desk: Desk, form: Pairs) -> Response {
    match check_code(&desk, form.value("code")).await {
        Ok(true) => desk.go(safe(form.value("next")), ""),
        Ok(false) => {
            let mut state = FormState::new().with("next", form.value("next"));
            state.error("code", "口令不对，或已用过，请填最新的");
            desk.page_status(422, "登录", "", code_form(&state))
        }
        Err(stop) => desk.stopped(stop),
    }
}

async fn check_code(desk: &Desk, code: &str) -> Result<bool, Stop> {
    let premises = &desk.premises;
    let id = desk.sign_in.clone().ok_or(Stop::SignedOut)?;
    let reader = premises.db.read(Scope::Everything).await?;
    let row = reader.get::<sign_ins::Entity>(id.to_string()).await?;
    let one = reader.get::<account::Entity>(row.account.to_string()).await?;
    if one.locked_until.is_some_and(|until| until > premises.clock.real_now()) {
        return Ok(false);
    }
    let Some(sealed) = &one.totp_secret else { return Err(Fault::Gone.into()) };
    let secret = premises.keyring.open(Purpose::TotpSecret, &one.id.to_string(), sealed).map_err(|e| Fault::Db(e.to_string()))?;
    let secret = hex_secret(&secret).ok_or(Fault::Gone)?;
    match totp::accepted_step(&secret, code.trim(), premises.clock.real_now(), one.totp_last_step)? {
        Some(step) => {
            change(desk, &one, account::ActiveModel { totp_last_step: Set(step), failed_count: Set(0), ..Default::default() }).await?;
            session::complete(premises, &id).await?;
            Ok(true)
        }
        None => {
            let failed = one.failed_count + 1;
            let until = (failed >= LOCK_AFTER).then(|| premises.clock.real_now() + Duration::minutes(LOCK_MINUTES));
            change(desk, &one, account::ActiveModel { failed_count: Set(failed), locked_until: Set(until), ..Default::default() }).await?;
            Ok(false)
        }
    }
}

/// Only addresses of our own.
fn safe(next: &str) -> &str {
    if next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') { next } else { "/" }
}

/// Sets the cookie and goes on.
pub fn signed_in(desk: &Desk, token: &str, next: &str) -> Response {
    let answer = desk.go(next, "");
    with_cookie(desk, token, answer)
}

fn with_cookie(desk: &Desk, token: &str, mut answer: Response) -> Response {
    let secure = if desk.premises.settings.secure_cookies { "; Secure" } else { "" };
    if let Ok(value) = HeaderValue::from_str(&format!("{}={token}; Path=/; HttpOnly; SameSite=Lax{secure}", session::COOKIE)) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    answer
}

/// POST `/sign-out`.
pub async fn sign_out(desk: Desk, _form: Pairs) -> Response {
    if let Some(id) = &desk.sign_in
        && let Err(stop) = session::close(&desk.premises, id).await
    {
        return desk.stopped(stop);
    }
    let mut answer = desk.go("/", "");
    answer.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static("jinbu=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"));
    answer
}

/// POST `/large-text`.
pub async fn large_text(desk: Desk, form: Pairs) -> Response {
    let mut answer = desk.go(safe(form.value("back")), "");
    let value = if form.value("on") == "1" || form.value("on") == "on" {
        "big=1; Path=/; Max-Age=31536000; SameSite=Lax"
    } else {
        "big=0; Path=/; Max-Age=0; SameSite=Lax"
    };
    answer.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static(value));
    answer
}

async fn open_link(desk: &Desk, token: &str) -> Result<one_time_link::Model, Stop> {
    use sha2::{Digest, Sha256};
    let row = desk.premises.db.read(Scope::Everything).await?.get::<one_time_link::Entity>(hex::encode(Sha256::digest(token.as_bytes()))).await?;
    if row.used_at.is_some() || row.expires_at < desk.premises.clock.real_now() {
        return Err(Fault::Gone.into());
    }
    Ok(row)
}

/// `/links/{token}`: set the first password.
pub async fn link(desk: Desk, Path(token): Path<String>) -> Response {
    match open_link(&desk, &token).await {
        Ok(_) => desk.page("设置密码", "", link_form(&token, &FormState::new())),
        Err(stop) => desk.stopped(stop),
    }
}

fn link_form(token: &str, state: &FormState) -> Markup {
    html! {
        (page_head("设置密码", "这个链接只能用一次", &[]))
        (form(&Form { action: format!("/links/{token}"), submit: "设置密码并登录".into(), ..Form::default() }, state, html! {
            (Field::password("password", "新密码").hint("12 个以上字符，含大写、小写、数字、符号中的三类").required().autocomplete("new-password").show(state))
            (Field::password("again", "再输一遍").required().autocomplete("new-password").show(state))
        }))
    }
}

/// POST `/links/{token}`.
pub async fn use_link(desk: Desk, Path(token): Path<String>, form: Pairs) -> Response {
    let row = match open_link(&desk, &token).await {
        Ok(row) => row,
        Err(stop) => return desk.stopped(stop),
    };
    let mut state = FormState::new();
    if form.value("password") != form.value("again") {
        state.error("again", "两次输入的密码不一样");
    }
    let state = state.refused(password::weakness(form.value("password"), ""));
    if !state.is_clean() {
        return desk.page_status(422, "设置密码", "", link_form(&token, &state));
    }
    match set_password(&desk, &row, form.value("password")).await {
        Ok(token) => signed_in(&desk, &token, "/account"),
        Err(stop) => desk.stopped(stop),
    }
}

async fn set_password(desk: &Desk, link: &one_time_link::Model, password: &str) -> Result<String, Stop> {
    let (password, salt) = (password.to_owned(), desk.premises.ids.bytes());
    let hash = tokio::task::spawn_blocking(move || password::hash(&password, salt)).await.map_err(|e| Fault::Upstream(e.to_string()))??;
    let (account, token_hash, now): (AccountId, String, _) = (link.account.clone(), link.token_hash.clone(), desk.premises.clock.real_now());
    desk.premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                let unused = Condition::all().add(one_time_link::Column::TokenHash.eq(token_hash)).add(one_time_link::Column::UsedAt.is_null());
                if work.change_all::<one_time_link::Entity>(unused, one_time_link::ActiveModel { used_at: Set(Some(now)), ..Default::default() }).await? != 1 {
                    return Err(Fault::Gone.into());
                }
                let change = account::ActiveModel { password_hash: Set(Some(hash)), failed_count: Set(0), locked_until: Set(None), ..Default::default() };
                work.change_all::<account::Entity>(account::Column::Id.eq(account), change).await.map(|_| ())
            })
        })
        .await?;
    session::close_all(&desk.premises, &link.account).await?;
    session::open(&desk.premises, &link.account, true).await
}

/// `/account`.
pub async fn account(desk: Desk) -> Response {
    let secret = hex::encode(desk.premises.ids.bytes::<20>());
    desk.page("我的账号", "", account_body(&desk, &secret, &FormState::new()))
}

fn account_body(desk: &Desk, secret: &str, state: &FormState) -> Markup {
    let bytes = hex_secret(secret).unwrap_or_default();
    html! {
        (page_head("我的账号", &format!("{} · {}", desk.actor.office_name, desk.actor.name), &[]))
        @if !matches!(desk.actor.office, Office::Trainee { .. }) { (panel("动态口令（第二重验证）", html! {
            p { "用手机口令软件扫码，再填它显示的六位数字。绑定后每次登录都要填。" }
            (ui::qr(&totp::address(&bytes, &desk.actor.name), "动态口令二维码"))
            p { "不能扫码时手工输入：" code { (totp::base32(&bytes)) } }
            (form(&Form { action: "/account/totp".into(), submit: "绑定".into(), hidden: vec![("secret".into(), secret.into())], ..Form::default() }, state, html! {
                (Field::text("code", "六位数字").required().max_length(6).show(state))
            }))
        })) }
    }
}

/// POST `/account/totp`.
pub async fn enrol(desk: Desk, form: Pairs) -> Response {
    match desk.perform(EnrolTotp { secret: form.value("secret").into(), code: form.value("code").into() }).await {
        Ok(()) => desk.go("/account", "动态口令已绑定。"),
        Err(Stop::Refused(refusals)) => desk.page_status(422, "我的账号", "", account_body(&desk, form.value("secret"), &FormState::new().refused(refusals))),
        Err(stop) => desk.stopped(stop),
    }
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
pub async fn api(mut desk: Desk, given: Result<Json<Credentials>, axum::extract::rejection::JsonRejection>) -> Response {
    let Ok(Json(given)) = given else { return desk::api::problem(&desk, 400, "请求内容不合要求", &[]) };
    let token = match try_password(&desk, &given.login, &given.password).await {
        Ok(Outcome::In(token)) => token,
        Ok(Outcome::NeedsCode(token)) => match session::recognise(&desk.premises, &token).await {
            Ok(Some(half)) => {
                desk.sign_in = Some(half.id);
                match check_code(&desk, &given.code).await {
                    Ok(true) => token,
                    Ok(false) => return desk::api::problem(&desk, 401, "动态口令不对", &[]),
                    Err(stop) => return desk.stopped(stop),
                }
            }
            Ok(None) => return desk::api::problem(&desk, 401, "账号或密码不对", &[]),
            Err(stop) => return desk.stopped(stop),
        },
        Ok(Outcome::Locked | Outcome::Refused) => return desk::api::problem(&desk, 401, "账号或密码不对", &[]),
        Err(stop) => return desk.stopped(stop),
    };
    Json(serde_json::json!({ "token": token })).into_response()
}
