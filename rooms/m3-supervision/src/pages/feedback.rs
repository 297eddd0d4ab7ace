//! The trainee's feedback on the phone, and its summary for those who run and watch the class (M3.1).

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs, Read};
use foundation::at;
use foundation::codes::{FeedbackChannel, FullProcessState};
use foundation::{ClassId, Fault, Function, Office, Permission, Right, Stop};
use maud::{Markup, html};
use store::query::{ColumnTrait, Condition, QueryFilter};
use store::tables::supervision::{certificate, feedback, training_class};
use ui::{Button, Field, Form, FormState, Row, form, page_head, panel, simple_table};

use crate::acts::feedback::{DisownFeedback, GiveFeedback};

/// Fewest answers before an institution sees means: below that a voice could be told from another.
pub const ANSWERS_SHOWN_FROM: usize = 5;

/// The five things a trainee rates.
const ASPECTS: [(&str, &str); 5] = [
    ("teacher", "老师教得怎么样"),
    ("content", "学的内容有没有用"),
    ("practice", "动手练习够不够"),
    ("management", "班级管理好不好"),
    ("employment_help", "对找工作有没有帮助"),
];

/// The trainee's page.
pub struct FeedbackPage;
impl Read for FeedbackPage {
    const NAME: &'static str = "feedback-page";
    const PERMISSION: Permission = Permission::Of(Function::TraineeFeedback, Right::Create);
    const STAGE: &'static str = FullProcessState::Certified.code();
}

/// The summary.
pub struct FeedbackSummary;
impl Read for FeedbackSummary {
    const NAME: &'static str = "feedback-summary";
    const PERMISSION: Permission = Permission::Of(Function::TraineeFeedback, Right::Read);
}

/// `/me/feedback/{class}`.
pub async fn ask(desk: Desk, Path(class): Path<String>) -> Response {
    let Ok(class) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    match mine(&desk, &class).await {
        Ok((class, None)) => desk.page("评价培训", "/me", question(&class, &FormState::new())),
        Ok((class, Some(given))) => desk.page("评价培训", "/me", thanks(&class, &given)),
        Err(stop) => desk.stopped(stop),
    }
}

async fn mine(desk: &Desk, class: &ClassId) -> Result<(training_class::Model, Option<feedback::Model>), Stop> {
    let Office::Trainee { person, .. } = &desk.actor.office else { return Err(Stop::Forbidden) };
    let reader = desk.read().await?;
    let class = reader.get(&class).await?;
    let given = Condition::all()
        .add(feedback::Column::Class.eq(class.id.clone()))
        .add(feedback::Column::Person.eq(person.clone()));
    let given = reader.find::<feedback::Entity>(given).await?;
    Ok((class, given))
}

fn question(class: &training_class::Model, state: &FormState) -> Markup {
    html! {
        (page_head(&class.title, "培训机构看不到是谁评的", &[]))
        (form(&Form { action: at::MeFeedback(&class.id).to_string(), submit: "交评价".into(), is_phone: true,
            ..Form::default() }, state, questions(state)))
    }
}

/// The five marks, the two questions of truth, and room for words.
pub(super) fn questions(state: &FormState) -> Markup {
    html! {
        @for (name, words) in ASPECTS {
            (Field::radio(name, words, [("5", "很好"), ("4", "好"), ("3", "一般"), ("2", "不好"), ("1", "很不好")])
                .required().show(state))
        }
        (Field::radio("attended_in_person", "是您本人全程参加的吗", [("yes", "是"), ("no", "不是")]).required().show(state))
        (Field::radio("was_charged", "有没有人向您收过钱", [("no", "没有"), ("yes", "有")]).required().show(state))
        (Field::text_area("text", "还想说的话").max_length(1000).show(state))
    }
}

/// What was left out.
pub(super) fn unanswered(form: &Pairs, state: &mut FormState) {
    for (name, _) in ASPECTS {
        if !(1..=5).contains(&form.value(name).parse::<i32>().unwrap_or(0)) {
            state.error(name, "请选一个");
        }
    }
    for name in ["attended_in_person", "was_charged"] {
        if !matches!(form.value(name), "yes" | "no") {
            state.error(name, "请选一个");
        }
    }
}

/// What the trainee sees afterwards; one whose answers came from the shared device can say that they are not his.
fn thanks(class: &training_class::Model, given: &feedback::Model) -> Markup {
    if given.channel == FeedbackChannel::Desk {
        return html! {
            (page_head("已有您的评价", &class.title, &[]))
            (panel("", html! {
                p { (ui::dates::full_moment(given.at)) "，有人用您的名字在班级的评价台上交了评价。" }
                p { "是您自己填的，就不用管。" }
                (Button::post("不是我填的，告诉人社部门", at::MeFeedbackDisown(&class.id).to_string()))
                (Button::link("回到我的培训", "/me"))
            }))
        };
    }
    thanked(class)
}

fn thanked(class: &training_class::Model) -> Markup {
    html! {
        (page_head("谢谢您的评价", &class.title, &[]))
        (panel("", html! { p { "您的评价已经收到。" } (Button::link("回到我的培训", "/me").main()) }))
    }
}

/// POST `/me/feedback/{class}`.
pub async fn give(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let Ok(class) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    let row = match mine(&desk, &class).await {
        Ok((row, _)) => row,
        Err(stop) => return desk.stopped(stop),
    };
    let mut state = form.state();
    unanswered(&form, &mut state);
    if !state.is_clean() {
        return desk.page_status(422, "评价培训", "/me", question(&row, &state));
    }
    let mark = |name: &str| form.value(name).parse().unwrap_or(0);
    let act = GiveFeedback {
        class,
        teacher: mark("teacher"),
        content: mark("content"),
        practice: mark("practice"),
        management: mark("management"),
        employment_help: mark("employment_help"),
        attended_in_person: form.value("attended_in_person") == "yes",
        was_charged: form.value("was_charged") == "yes",
        text: form.value("text").into(),
    };
    desk.answer(
        desk.perform(act).await,
        |()| ("/me".to_owned(), "评价已收到，谢谢您。".to_owned()),
        async |refusals| desk.page_status(422, "评价培训", "/me", question(&row, &state.refused(refusals))),
    )
    .await
}

/// POST `/me/feedback/{class}/disown`.
pub async fn disown(desk: Desk, Path(class): Path<String>, _form: Pairs) -> Response {
    let Ok(class) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(DisownFeedback { class }).await;
    desk.after(result, "/me", "已经告诉县人社部门，会有人核实。")
}

/// Counts and sums of a class's feedback.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Summary {
    pub asked: u64,
    pub answers: usize,
    /// Of these at the class's shared device.
    pub at_desk: usize,
    sums: [i64; 5],
    pub not_in_person: usize,
    pub charged: usize,
}

impl Summary {
    /// The mean of an aspect in tenths, half up: integers only.
    pub fn tenths(&self, aspect: usize) -> Option<i64> {
        let count = i64::try_from(self.answers).ok().filter(|n| *n > 0)?;
        Some((self.sums[aspect] * 10 + count / 2) / count)
    }
}

/// The summary of a class, within what the office may know. Reads as the system because the rows carry
/// no institution on purpose; only numbers leave this function.
pub async fn summary(desk: &Desk, class: &ClassId) -> Result<Summary, Stop> {
    desk.read().await?.get(&class).await?;
    let reader = desk.as_system("feedback-summary").read().await?;
    let rows = reader.list::<feedback::Entity>(|q| q.filter(feedback::Column::Class.eq(class.clone()))).await?;
    let mut summary = Summary {
        asked: reader.count::<certificate::Entity>(|q| q.filter(certificate::Column::Class.eq(class.clone()))).await?,
        answers: rows.len(),
        ..Summary::default()
    };
    for row in rows {
        for (sum, mark) in
            summary.sums.iter_mut().zip([row.teacher, row.content, row.practice, row.management, row.employment_help])
        {
            *sum += i64::from(mark);
        }
        summary.at_desk += usize::from(row.channel == FeedbackChannel::Desk);
        summary.not_in_person += usize::from(!row.attended_in_person);
        summary.charged += usize::from(row.was_charged);
    }
    Ok(summary)
}

/// How many have answered for a class that the asker may see.
pub async fn answers(desk: &Desk, class: &ClassId) -> Result<u64, Stop> {
    desk.as_system("feedback-summary")
        .read()
        .await?
        .count::<feedback::Entity>(|q| q.filter(feedback::Column::Class.eq(class.clone())))
        .await
}

/// `/classes/{id}/feedback`.
pub async fn show(desk: Desk, Path(class): Path<String>) -> Response {
    let Ok(class) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    match summary(&desk, &class).await {
        Ok(summary) => desk.page("学员评价汇总", "/classes", body(&desk, &class, &summary)),
        Err(stop) => desk.stopped(stop),
    }
}

fn body(desk: &Desk, class: &ClassId, summary: &Summary) -> Markup {
    let hidden = desk.actor.office.is_institution() && summary.answers < ANSWERS_SHOWN_FROM;
    let mut buttons = vec![Button::link("回到班级", at::ClassPage(&class).to_string())];
    if desk.actor.office.is_institution() {
        buttons.push(Button::link("打开评价台", at::ClassFeedbackDesk(&class).to_string()).main());
    }
    let rows: Vec<Row> = ASPECTS
        .iter()
        .enumerate()
        .map(|(at, (_, words))| {
            let mean =
                summary.tenths(at).map_or_else(|| "—".to_owned(), |tenths| format!("{}.{}", tenths / 10, tenths % 10));
            Row::plain(vec![html! { (words) }, html! { (mean) }])
        })
        .collect();
    html! {
        (page_head("学员评价汇总", &format!("应评 {} 人，已评 {} 人", summary.asked, summary.answers), &buttons))
        (panel("评价方式", html! {
            (ui::facts_grid(&[("本人手机", format!("{} 份", summary.answers - summary.at_desk)),
                ("评价台", format!("{} 份", summary.at_desk))]))
            @if summary.at_desk > 0 { p class="jb-faint" { "评价台的评价是在培训机构的设备上填的，县人社部门会电话抽核。" } }
        }))
        @if hidden { (panel("", html! { p { "评价不到 " (ANSWERS_SHOWN_FROM) " 份，为保护学员暂不显示分数。" } })) }
        @else {
            (simple_table("各项平均分（满分 5 分）", &[ui::Column::text("项目"), ui::Column::number("平均分")], &rows))
            @if !desk.actor.office.is_institution() {
                (panel("真实性问题", html! {
                    (ui::facts_grid(&[("说不是本人全程参加", format!("{} 人", summary.not_in_person)),
                        ("说被收过钱", format!("{} 人", summary.charged))]))
                }))
            }
        }
    }
}
