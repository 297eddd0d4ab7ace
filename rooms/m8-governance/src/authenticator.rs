//! One's own account and its authenticator app (M8.4; domain §12.3): binding it is compulsory for officials before
//! anything else, offered to everybody else.

use axum::response::Response;
use desk::{Desk, Pairs, Read, password, session, totp};
use foundation::{Office, Permission, Refusal, Scope, Stop};
use maud::{Markup, html};
use ui::{Field, Form, FormState, form, page_head, panel};

use crate::acts::own::{ChangePassword, EnrolTotp};
use crate::refusals::PASSWORD;
use crate::sign_in::with_cookie;
use crate::tries;

/// One's own account.
pub struct MyAccount;
impl Read for MyAccount {
    const NAME: &'static str = "my-account";
    const PERMISSION: Permission = Permission::SignedIn;
    const CLAUSE: &'static str = "M8.4";
}

/// The page on which an official binds the app right after the first password.
pub fn first(desk: &Desk, state: &FormState) -> Markup {
    html! {
        (page_head("绑定动态口令", "工作人员登录要过两重验证，绑定后才能办理业务", &[]))
        (panel("", html! {
            (steps(desk, &desk.actor.name))
            (form(&Form { action: "/sign-in/authenticator".into(), submit: "绑定并登录".into(),
                hidden: vec![("next".into(), state.value("next").into())], ..Form::default() }, state,
                code_field(state)))
        }))
        (ui::Button::post("换个账号登录", "/sign-in/again").quiet())
    }
}

fn code_field(state: &FormState) -> Markup {
    Field::text("code", "口令软件现在显示的六位数字").required().max_length(6).autocomplete("one-time-code").show(state)
}

/// What to do on the phone.
fn steps(desk: &Desk, name: &str) -> Markup {
    let secret = desk.sign_in.as_ref().map(|id| session::totp_secret(&desk.premises, id)).unwrap_or_default();
    let key = totp::base32(&secret);
    let spaced: Vec<&str> = (0..key.len()).step_by(4).filter_map(|at| key.get(at..(at + 4).min(key.len()))).collect();
    html! {
        ol {
            li { "在手机上装一个动态口令软件（支持 TOTP 的都可以，如政务口令、身份验证器）。" }
            li { "用它扫下面的二维码；不能扫时选“手工输入密钥”，账号随便起名，密钥填：" br; code { (spaced.join(" ")) } }
            li { "把它显示的六位数字填到下面，试一次。" }
        }
        (ui::qr(&totp::address(&secret, name), "动态口令二维码"))
    }
}

/// `/account`.
pub async fn show(desk: Desk) -> Response {
    page(&desk, 200, &FormState::new()).await.unwrap_or_else(|stop| desk.stopped(stop))
}

async fn page(desk: &Desk, status: u16, state: &FormState) -> Result<Response, Stop> {
    // Each of the two forms shows its own errors.
    let fresh = FormState::new();
    let (code, password) = if state.value(CHANGES).is_empty() { (state, &fresh) } else { (&fresh, state) };
    let id = desk.actor.account.clone().ok_or(Stop::SignedOut)?;
    let one = desk.premises.db.read(Scope::Everything).await?.get(&id).await?;
    let facts = [
        ("账号", one.login.clone()),
        ("单位", one.office_name.clone()),
        ("岗位", one.role.label().to_owned()),
        ("第二重验证", if one.totp_secret.is_some() { "已绑定动态口令".to_owned() } else { "未绑定".to_owned() }),
    ];
    Ok(desk.page_status(
        status,
        "我的账号",
        "",
        html! {
            (page_head("我的账号", &format!("{} · {}", desk.actor.office_name, desk.actor.name), &[]))
            @if matches!(desk.actor.office, Office::Trainee { .. }) {
                (panel("", html! { p { "您用登录条登录，不用记密码。换了手机，请班主任再发一张登录条。" } }))
            } @else {
                (panel("", ui::facts_grid(&facts)))
                @if one.totp_secret.is_some() {
                    (panel("动态口令", html! { p { "换了手机或丢了口令软件，请本单位的系统管理员重置账号。" } }))
                } @else {
                    (panel("绑定动态口令（第二重验证）", html! {
                        p { "绑定后每次登录除密码外还要填手机上的六位数字。" }
                        (steps(desk, &one.login))
                        (form(&Form { action: "/account/totp".into(), submit: "绑定".into(), ..Form::default() }, code,
                            code_field(code)))
                    }))
                }
                @if one.password_hash.is_some() { (panel("修改密码", password_form(password))) }
            }
        },
    ))
}

/// POST `/account/totp`.
pub async fn enrol(desk: Desk, form: Pairs) -> Response {
    let next = |token: String| with_cookie(&desk, &token, false, desk.go("/account", "动态口令已绑定。"));
    let again = async |no| {
        page(&desk, 422, &FormState::new().secret("code").refused(no)).await.unwrap_or_else(|stop| desk.stopped(stop))
    };
    desk.answer(bind(&desk, form.value("code")).await, next, again).await
}

/// A second factor is a new way in: the sign-in goes on under a new token.
async fn bind(desk: &Desk, code: &str) -> Result<String, Stop> {
    let id = desk.sign_in.clone().ok_or(Stop::SignedOut)?;
    desk.perform(EnrolTotp { code: code.into() }).await?;
    session::complete(&desk.premises, &id).await
}

/// Marks the form of a new password.
const CHANGES: &str = "changes_password";

fn password_form(state: &FormState) -> Markup {
    let options = Form {
        action: "/account/password".into(),
        submit: "修改密码".into(),
        hidden: vec![(CHANGES.into(), "1".into())],
        ..Form::default()
    };
    form(
        &options,
        state,
        html! {
            (Field::password("current", "现在的密码").required().autocomplete("current-password").show(state))
            (Field::password("password", "新密码")
                .hint(password::WANTED).required().autocomplete("new-password").show(state))
            (Field::password("again", "再输一遍新密码").required().autocomplete("new-password").show(state))
        },
    )
}

/// POST `/account/password`: the present password is a guess like any other, and counted.
pub async fn change_password(desk: Desk, form: Pairs) -> Response {
    let next = |token: String| {
        with_cookie(&desk, &token, false, desk.go("/account", "密码已修改，其他设备上的登录都已退出。"))
    };
    let again = async |no| {
        let state = FormState::new().with(CHANGES, "1").secret("password").refused(no);
        page(&desk, 422, &state).await.unwrap_or_else(|stop| desk.stopped(stop))
    };
    desk.answer(changed(&desk, &form).await, next, again).await
}

async fn changed(desk: &Desk, form: &Pairs) -> Result<String, Stop> {
    let id = desk.actor.account.clone().ok_or(Stop::SignedOut)?;
    let one = desk.premises.db.read(Scope::Everything).await?.get(&id).await?;
    let no = |fact: &str, fix: &str, field: &str| PASSWORD.refuse(fact).fix(fix).at(field);
    let (current, new) = (form.value("current"), form.value("password"));
    let mut refusals: Vec<Refusal> =
        password::weakness(new, password::Whose { login: &one.login, name: &one.name }).into_iter().collect();
    if new != form.value("again") {
        refusals.push(no("两次输入的新密码不一样", "请再输一遍", "again"));
    }
    if current.is_empty() {
        refusals.push(no("没有填写现在的密码", "请填写，以确认是本人", "current"));
    } else if new == current {
        refusals.push(no("新密码和现在的一样", "请换一个", "password"));
    }
    if !refusals.is_empty() {
        return Err(refusals.into());
    }
    let Some(counted) = tries::count(desk, &id).await? else {
        return Err(
            no("输错太多次，账号已锁定", &format!("请 {} 分钟后再试", password::LOCK_MINUTES), "current").into()
        );
    };
    if !password::matches_apart(current.to_owned(), one.password_hash).await? {
        tries::was_wrong(desk, &counted).await?;
        return Err(no("现在的密码不对", "请核对后再输；忘了密码请本单位的系统管理员重置", "current").into());
    }
    tries::was_right(desk, &counted).await?;
    let password_hash = password::hash_apart(new.to_owned(), desk.premises.ids.bytes()).await?;
    desk.perform(ChangePassword { password_hash }).await?;
    session::open(&desk.premises, &id, true).await
}
