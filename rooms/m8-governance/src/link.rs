//! Opening a one-time link (M8.4): set a password, or, for a trainee, be in. Looking at it does not use it up: chat
//! programs fetch links before people do.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs, password, session};
use foundation::at;
use foundation::{Fault, InstitutionId, Office, PersonName, Scope, Stop};
use maud::{Markup, html};
use store::tables::identity::{account, one_time_link};
use ui::{Field, Form, FormState, form, page_head, panel};

use crate::acts::links::{self, LinkPurpose};
use crate::acts::own::{SetPassword, UseSlip};
use crate::sign_in::{must_enrol, signed_in, with_cookie};

struct Opened {
    link: one_time_link::Model,
    account: account::Model,
}

impl Opened {
    fn is_slip(&self) -> bool {
        self.link.purpose == LinkPurpose::TraineeSlip.word()
    }

    /// The desk of the link's account.
    fn holder(&self, desk: &Desk) -> Result<Desk, Stop> {
        Ok(Desk::of(Arc::clone(&desk.premises), session::actor_of(&self.account).ok_or(Fault::Gone)?))
    }
}

async fn open(desk: &Desk, token: &str) -> Result<Opened, Stop> {
    let reader = desk.premises.db.read(Scope::Everything).await?;
    let link = reader.get_keyed::<one_time_link::Entity>(&links::hash(token)).await?;
    let account = reader.get(&link.account).await?;
    if link.used_at.is_some() || link.expires_at < desk.premises.clock.real_now() || account.disabled {
        return Err(Fault::Gone.into());
    }
    Ok(Opened { link, account })
}

/// `/links/{token}`.
pub async fn show(desk: Desk, Path(token): Path<String>) -> Response {
    match open(&desk, &token).await {
        Ok(opened) if opened.is_slip() => desk.page("学员登录", "", slip(&opened, &token)),
        Ok(opened) => desk.page("设置密码", "", password_form(&opened, &token, &FormState::new())),
        Err(stop) => gone(&desk, stop),
    }
}

/// A link that opens nothing any more says what to do, whatever the reason.
fn gone(desk: &Desk, stop: Stop) -> Response {
    if !matches!(stop, Stop::Fault(Fault::Gone)) {
        return desk.stopped(stop);
    }
    desk.page_status(
        404,
        "链接已失效",
        "",
        html! {
            (page_head("链接已失效", "", &[]))
            (panel("", html! {
                p { "这个链接用过了、过期了，或者已经换了新的。" }
                p { "学员：如果这部手机上登录过，直接" a href="/me" { "打开我的培训" } "；没有登录过，请班主任再发一张登录条。" }
                p { "工作人员：请本单位的系统管理员重置账号，会给您新的链接。" }
            }))
        },
    )
}

fn slip(opened: &Opened, token: &str) -> Markup {
    let name = opened.account.name.parse::<PersonName>().map_or_else(|_| "学员".to_owned(), |name| name.masked());
    html! {
        (page_head(&format!("{name}，您好"), "", &[]))
        (panel("", html! {
            p { "点下面的按钮，这部手机就登录了，上课扫码就能签到。" }
            (form(&Form { action: at::LinkPage(&token).to_string(), submit: "是我，登录".into(), is_phone: true,
                ..Form::default() }, &FormState::new(), html! {}))
            p class="jb-head__note" { "不是您本人，请不要点，把登录条交还班主任。这张登录条只能用一次。" }
        }))
    }
}

fn password_form(opened: &Opened, token: &str, state: &FormState) -> Markup {
    html! {
        (page_head("设置密码", &format!("账号 {} · {}", opened.account.login, opened.account.office_name), &[]))
        (form(&Form { action: at::LinkPage(&token).to_string(), submit: "设置密码并登录".into(), ..Form::default() },
            state, html! {
            (Field::password("password", "新密码")
                .hint(password::WANTED).required().autocomplete("new-password").show(state))
            (Field::password("again", "再输一遍").required().autocomplete("new-password").show(state))
        }))
        p class="jb-head__note" { "这个链接只能用一次。" @if must_enrol(&opened.account) { "设好密码后，还要绑定手机动态口令。" } }
    }
}

fn whose(account: &account::Model) -> password::Whose<'_> {
    password::Whose { login: &account.login, name: &account.name }
}

/// POST `/links/{token}`.
pub async fn follow(desk: Desk, Path(token): Path<String>, form: Pairs) -> Response {
    let opened = match open(&desk, &token).await {
        Ok(opened) => opened,
        Err(stop) => return gone(&desk, stop),
    };
    if opened.is_slip() {
        return match use_slip(&desk, &opened).await {
            Ok(token) => with_cookie(&desk, &token, true, desk.go("/me", "登录成功，这部手机以后直接打开就行。")),
            Err(stop) => gone(&desk, stop),
        };
    }
    let mut state = FormState::new().secret("password");
    if form.value("password") != form.value("again") {
        state.error("again", "两次输入的密码不一样");
    }
    let state = state.refused(password::weakness(form.value("password"), whose(&opened.account)));
    if !state.is_clean() {
        return desk.page_status(422, "设置密码", "", password_form(&opened, &token, &state));
    }
    match set_password(&desk, &opened, form.value("password")).await {
        Ok(token) if must_enrol(&opened.account) => {
            with_cookie(&desk, &token, false, desk.go("/sign-in", "密码已设置。"))
        }
        Ok(token) => signed_in(&desk, &token, "/"),
        Err(stop) => gone(&desk, stop),
    }
}

async fn use_slip(desk: &Desk, opened: &Opened) -> Result<String, Stop> {
    let reach = reach_of(desk, opened)?;
    opened.holder(desk)?.perform(UseSlip { token_hash: opened.link.token_hash.clone() }).await?;
    session::open_at(&desk.premises, &opened.account.id, true, reach.as_deref()).await
}

/// The slip's institution, beside those whose slips this very phone was signed in with. Errors: `Gone` for a slip of
/// nobody.
fn reach_of(desk: &Desk, opened: &Opened) -> Result<Option<Vec<InstitutionId>>, Stop> {
    let given = opened.link.institution.clone().ok_or(Fault::Gone)?;
    let before = match &desk.actor.office {
        Office::Trainee { institutions, .. } if desk.actor.account.as_ref() == Some(&opened.account.id) => {
            institutions.clone()
        }
        _ => Some(Vec::new()),
    };
    Ok(before.map(|mut at| {
        at.retain(|one| *one != given);
        at.push(given);
        at
    }))
}

async fn set_password(desk: &Desk, opened: &Opened, password: &str) -> Result<String, Stop> {
    let password_hash = password::hash_apart(password.to_owned(), desk.premises.ids.bytes()).await?;
    opened.holder(desk)?.perform(SetPassword { token_hash: opened.link.token_hash.clone(), password_hash }).await?;
    session::open(&desk.premises, &opened.account.id, !must_enrol(&opened.account)).await
}
