//! Signing in and out on the trainee's phone: the page behind the class screen's code, and the way out when there is no
//! screen and no network (M3.2; pages.md "On a phone").

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs, Query, Read};
use foundation::at;
use foundation::codes::{AttendanceKind, FullProcessState};
use foundation::{Fault, Function, Permission, Right, SessionId, Stop};
use maud::{Markup, html};
use serde::Deserialize;
use store::query::{ColumnTrait, QueryFilter};
use store::tables::supervision::attendance;
use ui::{Button, Field, Form, FormState, PhoneCard, form, page_head};

use super::phone::person;
use crate::acts::attendance::AskForRollCall;
use crate::acts::check_in::{SignIn, SignOut};

/// The page behind the class screen's code.
pub struct CheckInPage;
impl Read for CheckInPage {
    const NAME: &'static str = "check-in-page";
    const PERMISSION: Permission = Permission::Of(Function::TraineeFeedback, Right::Create);
    const CLAUSE: &'static str = "M3.2";
    const CLAUSE_WHY: &'static str = "评价的人就是学员，这里办的是签到";
    const STAGE: &'static str = FullProcessState::InTraining.code();
}

#[derive(Debug, Default, Deserialize)]
pub struct Scanned {
    #[serde(default)]
    code: String,
}

/// `/check-in/{session}?code=…`.
pub async fn show(desk: Desk, Path(session): Path<String>, Query(scanned): Query<Scanned>) -> Response {
    let Ok(session) = session.parse::<SessionId>() else { return desk.stopped(Fault::Gone.into()) };
    let state = FormState::new().with("code", scanned.code);
    match check_in_body(&desk, &session, &state).await {
        Ok(body) => desk.page("签到签退", "/me", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn check_in_body(desk: &Desk, session: &SessionId, state: &FormState) -> Result<Markup, Stop> {
    let person = person(desk)?;
    let reader = desk.read().await?;
    let session = reader.get(&session).await?;
    let class = reader.get(&session.class).await?;
    let mine = crate::hours::marks_of_session(&session.class, &session.id).add(attendance::Column::Person.eq(person));
    let events = reader.list::<attendance::Entity>(|q| q.filter(mine)).await?;
    let signed_in = events.iter().find(|one| one.kind == AttendanceKind::SignIn);
    let (word, action) = if signed_in.is_some() { ("签退", "sign-out") } else { ("签到", "sign-in") };
    Ok(html! {
        (page_head(&class.title, &format!("{} — {} · {}", ui::dates::time(session.starts_at),
            ui::dates::time(session.ends_at), session.place), &[]))
        @if let Some(row) = signed_in { p { (ui::tag::good(format!("{} 已签到", ui::dates::time(row.at)))) } }
        (form(&Form { action: format!("/sessions/{}/{action}", session.id), submit: word.into(), is_phone: true,
            ..Form::default() }, state, html! {
            (Field::text("code", "教室屏幕上的六位码")
                .hint("扫码进来的不用填").required().max_length(12).autocomplete("one-time-code").show(state))
        }))
        (PhoneCard { title: "没有屏幕、没有网络？".into(), lines: vec!["老师点名一样算数。".into()],
            others: vec![Button::post("请老师代点", at::SessionAskRollCall(&session.id).to_string())],
            ..PhoneCard::default() })
    })
}

/// POST `/sessions/{id}/sign-in`.
pub async fn sign_in(desk: Desk, Path(session): Path<String>, form: Pairs) -> Response {
    let Ok(id) = session.parse::<SessionId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk
        .perform(SignIn { session: id.clone(), code: form.value("code").into() })
        .await
        .map(|marked| format!("✓ 签到成功，{}", ui::dates::time(marked.at)));
    answered(&desk, &id, &form, result).await
}

/// POST `/sessions/{id}/sign-out`.
pub async fn sign_out(desk: Desk, Path(session): Path<String>, form: Pairs) -> Response {
    let Ok(id) = session.parse::<SessionId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk
        .perform(SignOut { session: id.clone(), code: form.value("code").into() })
        .await
        .map(|marked| format!("✓ 签退成功，{}", ui::dates::time(marked.at)));
    answered(&desk, &id, &form, result).await
}

async fn answered(desk: &Desk, session: &SessionId, form: &Pairs, result: Result<String, Stop>) -> Response {
    desk.answer(
        result,
        |said| ("/me".to_owned(), said),
        async |refusals| match check_in_body(desk, session, &form.state().refused(refusals)).await {
            Ok(body) => desk.page_status(422, "签到签退", "/me", body),
            Err(stop) => desk.stopped(stop),
        },
    )
    .await
}

/// POST `/sessions/{id}/ask-roll-call`.
pub async fn ask_roll_call(desk: Desk, Path(session): Path<String>, _form: Pairs) -> Response {
    let Ok(session) = session.parse::<SessionId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(AskForRollCall { session }).await;
    desk.after(result, "/me", "已告诉老师，请在教室等老师点名。")
}
