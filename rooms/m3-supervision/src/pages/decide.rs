//! The decisions on a class: one-button posts, and forms where a reason must be written (M3.1); the
//! notice of approval and the institution's pledge, to be printed.

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs};
use foundation::at;
use foundation::codes::{FullProcessState, ReviewResult};
use foundation::{ClassId, Fault, Stop, clock};
use maud::{Markup, html};
use store::tables::supervision::training_class;
use ui::{Button, Confirm, Field, Form, FormState, facts_grid, form, page_head, panel, section};

use super::classes::{number, seen};
use super::dossier;
use crate::acts::correction::ExplainCorrection;
use crate::acts::decide::{AnswerReviewLine, RecheckOpening, RefuseOpening, ReturnOpening, RevokeClass, WithdrawClass};
use crate::acts::review::{AcceptOpening, ApproveOpening, ReviewOpening, SubmitOpening, lines_of};

macro_rules! simple_posts {
    ($($(#[$doc:meta])* $name:ident($act:ident) = $said:literal;)+) => {$(
        $(#[$doc])*
        pub async fn $name(desk: Desk, Path(class): Path<String>, _form: Pairs) -> Response {
            let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
            let result = desk.perform($act { class: id }).await;
            desk.after(result, &at::ClassPage(&class).to_string(), $said)
        }
    )+};
}
simple_posts! {
    /// POST `/classes/{id}/accept`.
    accept(AcceptOpening) = "已受理，进入审核。";
    /// POST `/classes/{id}/approve`.
    approve(ApproveOpening) = "已准予开班，机构到开班日即可点名。";
    /// POST `/classes/{id}/recheck`.
    recheck(RecheckOpening) = "已重新机审。";
}

/// POST `/classes/{id}/submit`.
pub async fn submit(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    desk.answer(
        desk.perform(SubmitOpening { class: id, pledge: form.value("pledge") == "1" }).await,
        |()| {
            (at::ClassPage(&class).to_string(), "开班申请已提交，等县级人社部门受理；进度和时限都在这一页。".to_owned())
        },
        async |refusals| match dossier::body(&desk, &class).await {
            Ok((title, page)) => desk.page_status(422, &title, "/classes", html! { (ui::refusals(&refusals)) (page) }),
            Err(stop) => desk.stopped(stop),
        },
    )
    .await
}

/// What the institution says to the list of what was missing.
pub fn explain_form(class: &ClassId, state: &FormState) -> Markup {
    let options =
        Form { action: at::ClassExplain(&class).to_string(), submit: "记下补正说明".into(), ..Form::default() };
    let field = Field::text_area("note", "补正说明")
        .hint("逐条写补了什么、改了什么，审核人在留痕里看得到；改好后再点右上角重新提交")
        .required()
        .max_length(1000);
    section("", html! { details { summary { "写补正说明" } (form(&options, state, field.show(state))) } })
}

/// POST `/classes/{id}/explain`.
pub async fn explain(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(ExplainCorrection { class: id, note: form.value("note").into() }).await;
    desk.after(result, &at::ClassPage(&class).to_string(), "补正说明已记下，审核人看得到。改好后请重新提交。")
}

/// POST `/classes/{id}/review`: all human lines at once (`all=1`), or those that are named.
pub async fn review(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let run = async {
        let (reader, row) = seen(&desk, &class).await?;
        let passed = if form.value("all") == "1" {
            lines_of(&reader, &row.id)
                .await?
                .into_iter()
                .filter(|line| !line.by_machine && line.result.is_none())
                .map(|line| line.code)
                .collect()
        } else {
            form.values("passed").map(str::to_owned).collect()
        };
        desk.perform(ReviewOpening { class: row.id, passed }).await
    };
    let result = run.await;
    desk.after(result, &at::ClassPage(&class).to_string(), "审核通过，请另一位工作人员批准。")
}

/// One of the forms that want a reason.
struct Asked {
    what: &'static str,
    title: &'static str,
    button: &'static str,
    label: &'static str,
    hint: &'static str,
    effects: &'static [&'static str],
    done: &'static str,
    danger: bool,
}

const RETURN: Asked = Asked {
    what: "return",
    title: "退回补正",
    button: "退回补正",
    label: "需要补正的事项",
    hint: "一次告知清楚，机构照此补正；机审没有通过的已列在里面",
    effects: &["申请回到机构，机构在规定工作日内补正后重新提交", "逾期没有重新提交的，申请自动撤销"],
    done: "已退回补正，机构会看到全部事项。",
    danger: false,
};
const REFUSE: Asked = Asked {
    what: "refuse",
    title: "不予开班",
    button: "不予开班",
    label: "理由",
    hint: "写明不符合哪一条、依据什么",
    effects: &["本次申请到此为止，机构会看到理由，可以申诉或另行申报"],
    done: "已不予开班，机构会看到理由。",
    danger: true,
};
const WITHDRAW: Asked = Asked {
    what: "withdraw",
    title: "撤销班级",
    button: "撤销",
    label: "理由",
    hint: "例如：报名人数不足",
    effects: &["本班不再办理，名册上的学员不占次数", "撤销后不能恢复，需要时请重新申报"],
    done: "班级已撤销。",
    danger: true,
};
const REVOKE: Asked = Asked {
    what: "revoke",
    title: "撤销班级",
    button: "撤销",
    label: "理由",
    hint: "写明查实的情况和依据",
    effects: &["本班不再办理，不予补贴", "撤销后不能恢复；机构会看到理由"],
    done: "班级已撤销。",
    danger: true,
};

macro_rules! reasoned {
    ($($ask:ident, $post:ident, $asked:ident, $act:ident;)+) => {$(
        /// The form.
        pub async fn $ask(desk: Desk, Path(class): Path<String>) -> Response { ask(&desk, &class, &$asked).await }
        /// Its POST.
        pub async fn $post(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
            let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
            desk.answer(desk.perform($act { class: id, reason: form.value("reason").into() }).await,
                |()| (at::ClassPage(&class).to_string(), $asked.done.to_owned()),
                async |no| redraw(&desk, &class, &$asked, form.state().refused(no)).await).await
        }
    )+};
}
reasoned! {
    ask_return, send_back, RETURN, ReturnOpening;
    ask_refuse, refuse, REFUSE, RefuseOpening;
    ask_withdraw, withdraw, WITHDRAW, WithdrawClass;
    ask_revoke, revoke, REVOKE, RevokeClass;
}

async fn ask(desk: &Desk, class: &str, asked: &Asked) -> Response {
    let run = async {
        let (reader, row) = seen(desk, class).await?;
        let mut state = FormState::new();
        if asked.what == "return" {
            let missing: Vec<String> = lines_of(&reader, &row.id)
                .await?
                .iter()
                .filter(|line| matches!(line.result, Some(ReviewResult::Fail | ReviewResult::NeedsFix)))
                .enumerate()
                .map(|(at, line)| format!("{}. {}：{}。{}", at + 1, line.title, line.fact, line.fix))
                .collect();
            state = state.with("reason", missing.join("\n"));
        }
        Ok::<_, Stop>(desk.page(asked.title, "/classes", confirm(&row, asked, state)))
    };
    run.await.unwrap_or_else(|stop| desk.stopped(stop))
}

async fn redraw(desk: &Desk, class: &str, asked: &Asked, state: FormState) -> Response {
    match seen(desk, class).await {
        Ok((_, row)) => desk.page_status(422, asked.title, "/classes", confirm(&row, asked, state)),
        Err(stop) => desk.stopped(stop),
    }
}

fn confirm(class: &training_class::Model, asked: &Asked, state: FormState) -> Markup {
    let field = Field::text_area("reason", asked.label).hint(asked.hint).required().max_length(1000).show(&state);
    html! { (Confirm {
        title: format!("{}：{} {}", asked.title, class.institution_name, class.title),
        effects: asked.effects.iter().map(|one| (*one).to_owned()).collect(),
        form: Form { action: format!("/classes/{}/{}", class.id, asked.what), submit: asked.button.into(),
            is_danger: asked.danger, ..Form::default() },
        fields: Some(field), state, back: at::ClassPage(&class.id).to_string(),
    }) }
}

/// `/classes/{id}/lines/{code}`: one human line that is not in order.
pub async fn ask_line(desk: Desk, Path((class, code)): Path<(String, String)>) -> Response {
    line_page(&desk, &class, &code, 200, FormState::new()).await.unwrap_or_else(|stop| desk.stopped(stop))
}

async fn line_page(desk: &Desk, class: &str, code: &str, status: u16, state: FormState) -> Result<Response, Stop> {
    let (reader, row) = seen(desk, class).await?;
    let lines = lines_of(&reader, &row.id).await?;
    let line = lines.iter().find(|line| line.code == code && !line.by_machine).ok_or(Fault::Gone)?;
    let state =
        if state.value("result").is_empty() { state.with("result", ReviewResult::NeedsFix.code()) } else { state };
    Ok(desk.page_status(
        status,
        &line.title,
        "/classes",
        html! {
            (page_head(&line.title, &row.title, &[Button::link("回到班级", at::ClassPage(&row.id).to_string())]))
            (ui::form(&Form { action: at::ClassLines(&row.id, &line.code).to_string(), submit: "保存".into(),
                ..Form::default() }, &state, html! {
                (Field::radio("result", "核对结果", ReviewResult::FOUND.map(|one| (one.code(), one.label())))
                    .required().show(&state))
                (Field::text_area("note", "看到了什么").hint("机构据此补正；通过的可以不写").max_length(1000).show(&state))
            }))
        },
    ))
}

/// POST `/classes/{id}/lines/{code}`.
pub async fn answer_line(desk: Desk, Path((class, code)): Path<(String, String)>, form: Pairs) -> Response {
    let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    let mut state = form.state();
    let result = form.value("result").parse::<ReviewResult>().map_err(|_| state.error("result", "请选核对结果")).ok();
    let answer = match result {
        Some(result) => {
            desk.perform(AnswerReviewLine { class: id, code: code.clone(), result, note: form.value("note").into() })
                .await
        }
        None => Err(Stop::Refused(Vec::new())),
    };
    desk.answer(
        answer,
        |()| (at::ClassPage(&class).to_string(), "已记下核对结果。".to_owned()),
        async |no| {
            line_page(&desk, &class, &code, 422, state.refused(no)).await.unwrap_or_else(|stop| desk.stopped(stop))
        },
    )
    .await
}

/// `/classes/{id}/notice`: 准予开班通知书, to be printed.
pub async fn notice(desk: Desk, Path(class): Path<String>) -> Response {
    let run = async {
        let (_, row) = seen(&desk, &class).await?;
        let approved = row.policy.is_some() && !row.state.is_in(&[FullProcessState::Withdrawn]);
        let (true, Some(decided)) = (approved, row.decided_at) else { return Err(Fault::Gone.into()) };
        Ok(desk.page("准予开班通知书", "/classes", html! {
            (page_head("准予开班通知书", number(&row), &[Button::link("回到班级", at::ClassPage(&row.id).to_string())]))
            (panel("", html! {
                p { (row.institution_name) "：" }
                p { "你单位申请的“" (row.title) "”经真实性、完备性审核，符合要求，准予开班。请按核准的教学计划组织培训，自觉接受过程检查；培训过程及真实性由你单位负责。" }
                (facts_grid(&[
                    ("班级编号", html! { (number(&row)) }), ("培训项目", html! { (row.item_name) }),
                    ("起止", html! { (ui::dates::full_day(row.starts_on)) " — " (ui::dates::full_day(row.ends_on)) }),
                    ("总课时", html! {
                        (row.periods_total) "（理论 " (row.periods_theory) "、实操 " (row.periods_practice)
                        "、线上 " (row.periods_online) "）"
                    }),
                    ("学员", html! { (row.enrolled_count) " 人" }), ("班主任", html! { (row.class_teacher_name) }),
                ]))
                p { (row.district.hr_office_name()) }
                p { (ui::dates::full_day(clock::day_of(decided))) }
            }))
        }))
    };
    run.await.unwrap_or_else(|stop: Stop| desk.stopped(stop))
}

/// What an institution promises with its application (M3.1).
pub(super) fn pledge_text(title: &str) -> String {
    format!(
        "我单位承诺：对“{title}”培训全过程及真实性负责；学员身份、教学计划、师资、场地、考勤和考核真实；不向学员收取费用。如有虚假，愿退回补贴并承担责任。"
    )
}

/// `/classes/{id}/pledge`: what the institution has pledged.
pub async fn pledge(desk: Desk, Path(class): Path<String>) -> Response {
    let run = async {
        let (_, row) = seen(&desk, &class).await?;
        let at = row.institution_pledged_at.ok_or(Fault::Gone)?;
        Ok(desk.page(
            "机构承诺书",
            "/classes",
            html! {
                (page_head("机构承诺书", &row.title, &[Button::link("回到班级", at::ClassPage(&row.id).to_string())]))
                (panel("", html! {
                    p { (pledge_text(&row.title)) }
                    p { (row.institution_name) }
                    p { (ui::dates::full_moment(at)) }
                }))
            },
        ))
    };
    run.await.unwrap_or_else(|stop: Stop| desk.stopped(stop))
}
