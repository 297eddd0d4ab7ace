//! The completion exam's page: who may sit, the sheet of marks, the second person's confirmation (M3.1).

use std::collections::HashMap;

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Pairs, Read};
use foundation::at;
use foundation::codes::FullProcessState;
use foundation::{ClassId, EnrolmentId, Fault, Function, Permission, Right, Stop};
use maud::{Markup, html};
use store::query::{ColumnTrait, QueryFilter};
use store::tables::supervision::{completion_exam, enrolment, exam_score, training_class};
use ui::{Button, Field, Form, FormState, Row, form, page_head, panel, section, simple_table};

use crate::acts::exam::{ConfirmExam, EnterScores};
use crate::declared::CLASS;
use crate::hours;
use crate::rules::completion::{self, Marks, Sitting};

/// The exam page of a class.
pub struct ExamPage;
impl Read for ExamPage {
    const NAME: &'static str = "exam-page";
    const PERMISSION: Permission = Permission::Of(Function::CompletionExam, Right::Read);
}

/// Names in the line about marks that are missing.
const NAMED: usize = 3;

/// One line of the sheet.
struct Line {
    place: enrolment::Model,
    rate: String,
    barred: Option<String>,
    score: Option<exam_score::Model>,
}

struct Sheet {
    class: training_class::Model,
    exam: Option<completion_exam::Model>,
    lines: Vec<Line>,
}

async fn sheet(desk: &Desk, class: &ClassId) -> Result<Sheet, Stop> {
    let reader = desk.read().await?;
    let class = reader.get(&class).await?;
    desk.shows(&CLASS, &class.id, class.version);
    // Before approval no policy is pinned and there are no hours: the policy of today says what will hold.
    let policy = desk::policy::of_class(&reader, &class, desk.today()).await?;
    let mut all = hours::of_class(&reader, &class.id, &policy).await?;
    let exam = reader.find::<completion_exam::Entity>(completion_exam::Column::Class.eq(class.id.clone())).await?;
    let mut scores: HashMap<EnrolmentId, exam_score::Model> = reader
        .list::<exam_score::Entity>(|q| q.filter(exam_score::Column::Class.eq(class.id.clone())))
        .await?
        .into_iter()
        .map(|one| (one.enrolment.clone(), one))
        .collect();
    let lines = hours::roster(&reader, &class.id)
        .await?
        .into_iter()
        .map(|place| {
            let hours = all.remove(&place.id);
            let rate = hours.as_ref().map_or_else(|| "—".to_owned(), |h| reckoning::hours::rate_text(h.rate));
            let barred = completion::may_sit(hours.as_ref(), &policy).err();
            Line { score: scores.remove(&place.id), place, rate, barred }
        })
        .collect();
    Ok(Sheet { class, exam, lines })
}

/// `/classes/{id}/exam`.
pub async fn show(desk: Desk, Path(class): Path<String>) -> Response {
    let Ok(class) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    match sheet(&desk, &class).await {
        Ok(sheet) => desk.page("结业考核", "/classes", body(&desk, &sheet, None)),
        Err(stop) => desk.stopped(stop),
    }
}

fn body(desk: &Desk, sheet: &Sheet, state: Option<&FormState>) -> Markup {
    let enters = desk.may(Permission::Of(Function::CompletionExam, Right::Create))
        && sheet.class.state.is_in(&[FullProcessState::TrainingEnded, FullProcessState::Examining]);
    let confirmed = sheet.exam.as_ref().is_some_and(|exam| exam.confirmed_by.is_some());
    let mut buttons = vec![Button::link("回到班级", at::ClassPage(&sheet.class.id).to_string())];
    if desk.may(Permission::Of(Function::CompletionExam, Right::Approve)) && sheet.exam.is_some() && !confirmed {
        buttons.push(Button::post("确认成绩", at::ClassExamConfirm(&sheet.class.id).to_string()).main());
    }
    html! {
        (page_head("结业考核", &sheet.class.title, &buttons))
        @if let Some(exam) = &sheet.exam {
            (panel("", html! { (ui::facts_grid(&[
                ("考核日期", ui::dates::day_weekday(exam.held_on)),
                ("考评人员", format!("{}、{}", exam.examiner, exam.second_examiner)), ("方式", exam.method.clone()),
                ("合格线", format!("理论、实操各 {} 分", exam.pass_line)),
                ("状态", if confirmed { "已由第二人确认".into() } else { "已录入，待第二人确认".into() })])) }))
        }
        @if enters && !confirmed { (entry(sheet, state)) } @else { (marks(sheet)) }
        @if sheet.class.policy.is_some() { (barred(sheet)) }
    }
}

fn entry(sheet: &Sheet, state: Option<&FormState>) -> Markup {
    let fresh = prefilled(sheet);
    let state = state.unwrap_or(&fresh);
    html! {
        (form(&Form { action: at::ClassExam(&sheet.class.id).to_string(), submit: "提交成绩".into(), ..Form::default() },
            state, html! {
            (Field::date("held_on", "考核日期").required().show(state))
            (Field::text("examiner", "考评人员一").required().max_length(50).show(state))
            (Field::text("second_examiner", "考评人员二").hint("须与第一位不同，且至少一位没有教过本班").required().max_length(50).show(state))
            (Field::text("method", "考核方式").required().max_length(100).show(state))
            div class="jb-scroll" tabindex="0" role="region" aria-label="成绩" {
                table class="jb-table jb-table--small jb-marks" {
                    caption class="jb-faint" { "成绩（百分制整数；缺考的勾选“缺考”）" }
                    thead {
                        tr {
                            th scope="col" { "学员" } th scope="col" { "出勤率" } th scope="col" { "理论" }
                            th scope="col" { "实操" } th scope="col" { "缺考" }
                        }
                    }
                    tbody { @for line in sheet.lines.iter().filter(|line| line.barred.is_none()) {
                        @let id = line.place.id.to_string();
                        tr {
                            th scope="row" { (line.place.name) }
                            td { (line.rate) }
                            td { (mark("theory", "理论", &line.place.name, &id, state)) }
                            td { (mark("practice", "实操", &line.place.name, &id, state)) }
                            td {
                                input type="checkbox" name={ "absent_" (id) } value="1"
                                    aria-label={ (line.place.name) " 缺考" }
                                    checked[state.value(&format!("absent_{id}")) == "1"];
                            }
                        }
                    } }
                }
            }
        }))
    }
}

fn mark(kind: &str, word: &str, name: &str, id: &str, state: &FormState) -> Markup {
    let field = format!("{kind}_{id}");
    let wrong =
        !state.is_clean() && state.value(&format!("absent_{id}")) != "1" && points(state.value(&field)).is_none();
    html! {
        input class="form-control jb-mark" type="text" inputmode="numeric" maxlength="3" size="4"
            id={ "field-" (field) } name=(field) value=(state.value(&field))
            aria-label={ (name) " " (word) } aria-invalid=[wrong.then_some("true")];
    }
}

/// A mark: a whole number from 0 to 100.
fn points(text: &str) -> Option<i32> {
    text.trim().parse().ok().filter(|points| (0..=100).contains(points))
}

fn prefilled(sheet: &Sheet) -> FormState {
    let mut state = FormState::new()
        .with("method", "理论笔试＋现场操作")
        .with("held_on", sheet.class.exam_on.unwrap_or(sheet.class.ends_on).to_string());
    if let Some(exam) = &sheet.exam {
        state = state
            .with("held_on", exam.held_on.to_string())
            .with("examiner", exam.examiner.as_str())
            .with("second_examiner", exam.second_examiner.as_str())
            .with("method", exam.method.as_str());
    }
    for line in &sheet.lines {
        if let Some(score) = &line.score {
            let id = &line.place.id;
            state = state
                .with(&format!("theory_{id}"), score.theory.to_string())
                .with(&format!("practice_{id}"), score.practice.to_string());
            if score.absent {
                state = state.with(&format!("absent_{id}"), "1");
            }
        }
    }
    state
}

fn marks(sheet: &Sheet) -> Markup {
    let rows: Vec<Row> = sheet
        .lines
        .iter()
        .filter_map(|line| {
            let score = line.score.as_ref()?;
            let outcome = if score.absent {
                ui::tag::look("缺考")
            } else if score.passed {
                ui::tag::good("合格")
            } else {
                ui::tag::act("不合格")
            };
            Some(Row::plain(vec![
                html! { (line.place.name) },
                html! { (line.rate) },
                html! { (score.theory) },
                html! { (score.practice) },
                html! { (outcome) },
            ]))
        })
        .collect();
    let columns = [
        ui::Column::text("学员"),
        ui::Column::text("出勤率"),
        ui::Column::number("理论"),
        ui::Column::number("实操"),
        ui::Column::text("结果"),
    ];
    if rows.is_empty() {
        panel("", html! { p { "还没有成绩。培训结束后由培训机构录入，再由第二人确认。" } })
    } else {
        simple_table("结业考核成绩册", &columns, &rows)
    }
}

fn barred(sheet: &Sheet) -> Markup {
    let rows: Vec<Row> = sheet
        .lines
        .iter()
        .filter_map(|line| Some(Row::plain(vec![html! { (line.place.name) }, html! { (line.barred.as_ref()?) }])))
        .collect();
    if rows.is_empty() {
        return html! {};
    }
    section(
        "不能参加考核的学员",
        simple_table("不能参加考核的学员", &[ui::Column::text("学员"), ui::Column::text("原因")], &rows),
    )
}

/// POST `/classes/{id}/exam`.
pub async fn enter(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let Ok(class) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    let sheet = match sheet(&desk, &class).await {
        Ok(sheet) => sheet,
        Err(stop) => return desk.stopped(stop),
    };
    let mut state = form.state();
    let result = match parse(&sheet, &form, &mut state) {
        Some(act) => desk.perform(act).await,
        None => return desk.page_status(422, "结业考核", "/classes", body(&desk, &sheet, Some(&state))),
    };
    desk.answer(
        result,
        |()| (at::ClassExam(&class).to_string(), "成绩已提交，等县人社部门的第二人确认。".to_owned()),
        async |refusals| {
            desk.page_status(422, "结业考核", "/classes", body(&desk, &sheet, Some(&state.refused(refusals))))
        },
    )
    .await
}

fn parse(sheet: &Sheet, form: &Pairs, state: &mut FormState) -> Option<EnterScores> {
    let held_on = form.value("held_on").parse().map_err(|_| state.error("held_on", "请填考核日期")).ok();
    for (field, word) in [("examiner", "考评人员一"), ("second_examiner", "考评人员二"), ("method", "考核方式")]
    {
        if form.value(field).trim().is_empty() {
            state.error(field, format!("请填{word}"));
        }
    }
    let (mut marks, mut wrong) = (Vec::new(), Vec::new());
    for line in sheet.lines.iter().filter(|line| line.barred.is_none()) {
        let id = &line.place.id;
        let absent = form.value(&format!("absent_{id}")) == "1";
        let (theory, practice) = (form.value(&format!("theory_{id}")), form.value(&format!("practice_{id}")));
        match (absent, points(theory), points(practice)) {
            (true, _, _) => marks.push(Marks { enrolment: id.clone(), theory: 0, practice: 0, absent }),
            (false, Some(theory), Some(practice)) => {
                marks.push(Marks { enrolment: id.clone(), theory, practice, absent })
            }
            (false, theory, _) => wrong.push((
                format!("{}_{id}", if theory.is_none() { "theory" } else { "practice" }),
                line.place.name.as_str(),
            )),
        }
    }
    // One line for all of them, which leads to the first: forty lines would hide the sheet.
    if let Some((first, _)) = wrong.first() {
        let names: Vec<&str> = wrong.iter().take(NAMED).map(|(_, name)| *name).collect();
        let who = format!(
            "{}{}",
            names.join("、"),
            if wrong.len() > NAMED { format!("等 {} 人", wrong.len()) } else { String::new() }
        );
        state.error(first, format!("{who}的成绩没有填好：理论、实操请填 0 到 100 的整数，缺考的请勾选“缺考”"));
    }
    let sitting = Sitting {
        held_on: held_on?,
        examiner: form.value("examiner").into(),
        second_examiner: form.value("second_examiner").into(),
        method: form.value("method").into(),
    };
    state.is_clean().then(|| EnterScores { class: sheet.class.id.clone(), sitting, marks })
}

/// POST `/classes/{id}/exam/confirm`.
pub async fn confirm(desk: Desk, Path(class): Path<String>, _form: Pairs) -> Response {
    let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    let result = desk.perform(ConfirmExam { class: id }).await;
    desk.after(result, &at::ClassExam(&class).to_string(), "成绩已确认，培训机构可以发证了。")
}
