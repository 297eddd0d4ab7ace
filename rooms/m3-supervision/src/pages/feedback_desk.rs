//! The class's feedback desk (评价台; M3.4): the institution's screen with a rotating code, and the public page of the
//! shared device, where trainees without a phone say who they are and answer.

use axum::extract::Path;
use axum::response::Response;
use desk::tries::{PER_DESK, address_key};
use desk::{Desk, Pairs, Query, Read};
use foundation::at;
use foundation::{ClassId, EnrolmentId, Fault, Function, Office, Permission, Right, Scope, Stop};
use maud::{Markup, html};
use serde::Deserialize;
use store::query::{ColumnTrait, Condition, QueryFilter};
use store::seal::Purpose;
use store::tables::supervision::{certificate, enrolment, feedback, training_class};
use ui::{Button, Field, Form, FormState, RotatingCode, form, page_head, panel};

use super::feedback::{questions, unanswered};
use crate::acts::feedback::not_now;
use crate::acts::feedback_desk::{GiveFeedbackAtDesk, ticket};
use crate::refusals::FEEDBACK_DESK;
use crate::rules::attendance::{code_is_taken, desk_code_at, desk_codes_taken, seconds_left};

/// The institution's screen.
pub struct FeedbackScreen;
impl Read for FeedbackScreen {
    const NAME: &'static str = "feedback-screen";
    const PERMISSION: Permission = Permission::Of(Function::CompletionExam, Right::Create);
    const CLAUSE: &'static str = "M3.4";
    const CLAUSE_WHY: &'static str = "评价台由管考核的人打开，归学员评价";
}

/// The shared device.
pub struct FeedbackDesk;
impl Read for FeedbackDesk {
    const NAME: &'static str = "feedback-desk";
    const PERMISSION: Permission = Permission::Public;
    const CLAUSE: &'static str = "M3.4";
}

/// Last letters of the document that a trainee types.
const LAST: usize = 6;

/// `/classes/{id}/feedback-desk`.
pub async fn screen(desk: Desk, Path(class): Path<String>) -> Response {
    screen_body(&desk, &class)
        .await
        .map_or_else(|stop| desk.stopped(stop), |body| desk.page("评价台", "/classes", body))
}

async fn screen_body(desk: &Desk, class: &str) -> Result<Markup, Stop> {
    let class: ClassId = class.parse().map_err(|_| Fault::Gone)?;
    if !desk.actor.office.is_institution() {
        return Err(Stop::Forbidden);
    }
    let class = desk.read().await?.get(&class).await?;
    let back = Button::link("评价汇总", at::ClassFeedback(&class.id).to_string());
    if let Some(no) = not_now(class.state) {
        return Ok(
            html! { (page_head("评价台", &class.title, &[back])) (panel("", html! { p { (no.fact) "。" (no.fix) } })) },
        );
    }
    let policy = desk::policy::pinned(class.policy.as_deref())?;
    let code = desk_code_at(&desk.premises.settings.secret, &class.id, policy.code_seconds(), desk.now());
    Ok(html! {
        (page_head("评价台", &class.title, &[back]))
        (RotatingCode {
            text: format!("{}{}", desk.premises.settings.base_url,
                at::FeedbackDeskPage(&class.id).asking(&[("code", &code)])),
            digits: code,
            refresh: at::ClassFeedbackDesk(&class.id).to_string(),
            seconds_left: seconds_left(policy.code_seconds(), desk.now()),
        })
        (panel("给没有手机的学员用", html! { ul {
            li { "用一台没有登录工作账号的平板或电脑扫这个码，让学员自己填，旁人请走开。" }
            li { "这样填的评价会标明“评价台”，县人社部门会打电话向学员本人核实，学员自己也看得到；代填评价属于弄虚作假。" }
            li { "有手机的学员请用自己的手机评价。" }
        } }))
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Scanned {
    code: String,
}

/// Looks up a class for the shared device: its title is all that leaves.
async fn class_of(desk: &Desk, id: &str) -> Result<training_class::Model, Stop> {
    let id: ClassId = id.parse().map_err(|_| Fault::Gone)?;
    desk.premises.db.read(Scope::Everything).await?.get(&id).await
}

/// `/feedback-desk/{class}`.
pub async fn ask(desk: Desk, Path(class): Path<String>, Query(scanned): Query<Scanned>) -> Response {
    match class_of(&desk, &class).await {
        Ok(class) => who_page(&desk, &class, 200, &FormState::new().with("code", scanned.code)),
        Err(stop) => desk.stopped(stop),
    }
}

fn who_page(desk: &Desk, class: &training_class::Model, status: u16, state: &FormState) -> Response {
    let action = at::FeedbackDeskPage(&class.id).to_string();
    let body = if desk.actor.office == Office::Public {
        html! {
            (page_head("培训评价", &class.title, &[]))
            (form(&Form { action, submit: "下一步".into(), is_phone: true, ..Form::default() }, state, html! {
                (Field::text("code", "大屏上的评价码")
                    .hint("扫码进来的不用填").required().max_length(12).autocomplete("off").show(state))
                (Field::text("name", "您的姓名").required().max_length(50).autocomplete("off").show(state))
                (Field::text("last", "身份证号码后六位").required().max_length(6).autocomplete("off").show(state))
            }))
        }
    } else {
        html! {
            (page_head("培训评价", &class.title, &[]))
            (panel("", html! {
                p { "这台设备登录着" (desk.actor.office_name) " " (desk.actor.name) "的账号。评价台要用没有登录的设备打开，免得说不清是谁填的。" }
            }))
        }
    };
    desk.page_status(status, "培训评价", "", body)
}

/// POST `/feedback-desk/{class}`: who is it.
pub async fn recognise(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let class = match class_of(&desk, &class).await {
        Ok(class) => class,
        Err(stop) => return desk.stopped(stop),
    };
    let next = |place| {
        answers_page(
            &desk,
            &class,
            200,
            &FormState::new().with("ticket", ticket(&desk.premises.settings.secret, &place, desk.now())),
        )
    };
    let again = async |no| who_page(&desk, &class, 422, &form.state().secret("last").refused(no));
    desk.answer(recognised(&desk, &class, &form).await, next, again).await
}

async fn recognised(desk: &Desk, class: &training_class::Model, form: &Pairs) -> Result<EnrolmentId, Stop> {
    let no = |fact: &str, fix: &str, field: &str| {
        Stop::from(FEEDBACK_DESK.refuse(fact).source("学员花名册").fix(fix).at(field))
    };
    if desk.actor.office != Office::Public {
        return Err(Stop::Forbidden);
    }
    if let Some(refusal) = not_now(class.state) {
        return Err(refusal.into());
    }
    if let Err(wait) = desk.premises.tries.take(
        "feedback-desk",
        &address_key(desk.manner.from),
        PER_DESK,
        desk.premises.clock.real_now(),
    ) {
        return Err(no("试得太多了", &format!("请 {} 秒后再试", wait.num_seconds().max(1)), "code"));
    }
    let policy = desk::policy::pinned(class.policy.as_deref())?;
    if !code_is_taken(
        &desk_codes_taken(&desk.premises.settings.secret, &class.id, policy.code_seconds(), desk.now()),
        form.value("code"),
    ) {
        return Err(no("评价码不对，或已经换了新的", "请看大屏上现在的评价码再输一次", "code"));
    }
    let reader = desk.premises.db.read(Scope::Everything).await?;
    let named = Condition::all()
        .add(enrolment::Column::Class.eq(class.id.clone()))
        .add(enrolment::Column::Active.eq(true))
        .add(enrolment::Column::Name.eq(form.value("name")));
    let last = form.value("last").to_uppercase();
    for place in reader.list::<enrolment::Entity>(|q| q.filter(named)).await? {
        let row = reader.get(&place.person).await?;
        let number = desk
            .premises
            .keyring
            .open(Purpose::IdNumber, &row.id.to_string(), &row.id_number)
            .map_err(|e| Fault::Db(e.to_string()))?;
        if last.chars().count() != LAST || !number.to_uppercase().ends_with(&last) {
            continue;
        }
        let certified =
            reader.find::<certificate::Entity>(certificate::Column::Enrolment.eq(place.id.clone())).await?.is_some();
        if !certified {
            return Err(no("您没有拿到本班的合格证，不用评价", "有疑问请问班主任", "name"));
        }
        if reader.find::<feedback::Entity>(feedback::Column::Enrolment.eq(place.id.clone())).await?.is_some() {
            return Err(no("您已经评价过了", "谢谢，不用再填", "name"));
        }
        return Ok(place.id);
    }
    Err(no("名册上没有找到您", "请核对姓名和身份证号码后六位，姓名要和身份证上一样", "name"))
}

fn answers_page(desk: &Desk, class: &training_class::Model, status: u16, state: &FormState) -> Response {
    let options = Form {
        action: at::FeedbackDeskAnswers(&class.id).to_string(),
        submit: "交评价".into(),
        hidden: vec![("ticket".into(), state.value("ticket").into())],
        is_phone: true,
        ..Form::default()
    };
    desk.page_status(
        status,
        "培训评价",
        "",
        html! {
            (page_head("培训评价", &class.title, &[]))
            (panel("", html! { p { "请您自己填。培训机构看不到是谁评的；人社部门可能会打电话向您核实。" } }))
            (form(&options, state, questions(state)))
        },
    )
}

/// POST `/feedback-desk/{class}/answers`.
pub async fn give(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let class = match class_of(&desk, &class).await {
        Ok(class) => class,
        Err(stop) => return desk.stopped(stop),
    };
    let mut state = form.state();
    unanswered(&form, &mut state);
    if !state.is_clean() {
        return answers_page(&desk, &class, 422, &state);
    }
    let mark = |name: &str| form.value(name).parse().unwrap_or(0);
    let act = GiveFeedbackAtDesk {
        class: class.id.clone(),
        ticket: form.value("ticket").into(),
        teacher: mark("teacher"),
        content: mark("content"),
        practice: mark("practice"),
        management: mark("management"),
        employment_help: mark("employment_help"),
        attended_in_person: form.value("attended_in_person") == "yes",
        was_charged: form.value("was_charged") == "yes",
        text: form.value("text").into(),
    };
    let thanks = |()| {
        let body = html! {
            (page_head("谢谢您的评价", &class.title, &[]))
            (panel("", html! {
                p { "已经收到。" } (Button::link("下一位", at::FeedbackDeskPage(&class.id).to_string()).main())
            }))
        };
        desk.page("谢谢您", "", body)
    };
    desk.answer(desk.perform(act).await, thanks, async |no| answers_page(&desk, &class, 422, &state.refused(no))).await
}
