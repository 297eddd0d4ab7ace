//! The whole application on one page (M3.1, M5.1, M7.1): what is taught, where, when, the timetable laid out by
//! itself, the roster's file and the pledges; or from an earlier class's copy, which asks for little else but days.

use axum::response::Response;
use chrono::Datelike;
use desk::{Desk, Pairs, Query, Upload};
use foundation::at;
use foundation::ids::TypedId;
use foundation::{ClassId, Date, Fault, NeedsItemId, Stop};
use m7_registry::roster::{self, RosterFile, RosterRow};
use maud::{Markup, html};
use serde::Deserialize;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::supervision::training_class;
use ui::{Field, Form, FormState, form, page_head, panel};

use super::opening::{date_fields, parse_plan, plan_fields, plan_state};
use super::roster::{imported, redraw_roster};
use super::timetable::{layout_fields, layout_state, parse_layout};
use crate::acts::opening::{CreateClass, SignPledges, last_class, own_institution};
use crate::queries::{Choices, choices};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct From {
    from: String,
}

/// What the form of a new class is drawn from.
struct NewForm {
    choices: Choices,
    from: Option<training_class::Model>,
    online_cap_pct: i32,
    earliest: Date,
}

/// `/classes/new` (`?from=ID` copies; without it the last class's texts are offered).
pub async fn new(desk: Desk, Query(from): Query<From>) -> Response {
    let run = async {
        let new = new_form(&desk, &from.from).await?;
        let before = match &new.from {
            Some(class) => Some(class.clone()),
            None => last_class(&desk.read().await?, None).await?,
        };
        let state = match before {
            None => FormState::new().with("term", "1"),
            Some(class) => {
                let (term, days) = (next_term(&desk.read().await?, &class).await?, next_days(&class, new.earliest));
                plan_state(&class)
                    .with("term", term.to_string())
                    .with("starts_on", days.0.to_string())
                    .with("ends_on", days.1.to_string())
                    .with("exam_on", days.2.to_string())
                    .with("needs_item", class.needs_item.to_string())
                    .with("room", class.room.to_string())
                    .with("class_teacher", class.class_teacher.to_string())
            }
        };
        Ok::<_, Stop>(desk.page("新建开班申请", "/classes", new_body(&new, &layout_state(state))))
    };
    run.await.unwrap_or_else(|stop| desk.stopped(stop))
}

async fn new_form(desk: &Desk, from: &str) -> Result<NewForm, Stop> {
    let institution = own_institution(desk)?;
    let reader = desk.read().await?;
    let from = match from {
        "" => None,
        text => Some(reader.get(&text.parse::<ClassId>().map_err(|_| Fault::Gone)?).await?),
    };
    let home = reader.get(&institution).await?;
    let policy = desk::policy::in_force(
        &reader,
        desk::policy::scheme_of(foundation::codes::Regime::FullProcess)?,
        home.district,
        desk.today(),
    )
    .await?;
    let earliest = desk
        .premises
        .calendar
        .add_workdays(desk.today(), u32::try_from(policy.submit_workdays_before()).unwrap_or(0))
        .date;
    Ok(NewForm {
        choices: choices(&reader, &institution).await?,
        from,
        online_cap_pct: policy.online_cap_pct(),
        earliest,
    })
}

/// The number after the last of the same item.
async fn next_term(reader: &store::Reader, class: &training_class::Model) -> Result<i32, Stop> {
    let last = reader
        .list::<training_class::Entity>(|q| {
            q.filter(training_class::Column::Institution.eq(class.institution.clone()))
                .filter(training_class::Column::NeedsItem.eq(class.needs_item.clone()))
                .order_by_desc(training_class::Column::Term)
                .limit(1)
        })
        .await?;
    Ok(last.first().map_or(class.term, |one| one.term) + 1)
}

/// The soonest days that may be applied for, on the same weekdays and as far apart as last time.
fn next_days(class: &training_class::Model, earliest: Date) -> (Date, Date, Date) {
    let after = class.ends_on.succ_opt().unwrap_or(class.ends_on).max(earliest);
    let starts_on = after.iter_days().take(7).find(|day| day.weekday() == class.starts_on.weekday()).unwrap_or(after);
    let (length, gap) = (class.ends_on - class.starts_on, class.exam_on.unwrap_or(class.ends_on) - class.ends_on);
    (starts_on, starts_on + length, starts_on + length + gap)
}

/// Fields that a copy takes over without asking, unless one of them is wrong.
const TAKEN_OVER: [&str; 8] =
    ["needs_item", "term", "theory", "practice", "online", "exam_plan", "materials", "safety_plan"];

fn new_body(new: &NewForm, state: &FormState) -> Markup {
    let choices = &new.choices;
    let missing = choices.items.is_empty() || choices.rooms.is_empty() || choices.teachers.is_empty();
    let wrong = |name: &&str| {
        state.error_at(name).is_some() || state.refusals().iter().any(|no| no.field.as_deref() == Some(*name))
    };
    let copy = new.from.as_ref().filter(|_| !TAKEN_OVER.iter().any(wrong));
    let mut hidden: Vec<(String, String)> =
        new.from.iter().map(|class| ("copy_of".to_owned(), class.id.to_string())).collect();
    if copy.is_some() {
        hidden.extend(TAKEN_OVER.iter().map(|name| ((*name).to_owned(), state.value(name).to_owned())));
    }
    let note = if new.from.is_some() {
        "照上一期再办：核对日期和人数，课程表跟着移动"
    } else {
        "一页填完就能提交；下次可以照抄"
    };
    html! {
        (page_head("新建开班申请", note, &[]))
        @if missing {
            (panel("", html! {
                p { "还不能开班：机构目录里要先有可开展的项目、教室和授课教师。" }
                a class="btn jb-btn" href="/my-institution" { "去补齐机构资料" }
            }))
        } @else {
            @if let Some(class) = copy {
                (panel("沿用", ui::facts_grid(&[
                    ("项目", format!("{} 第{}期", class.item_name, state.value("term"))),
                    ("课时", format!("理论 {} · 实操 {} · 线上 {}", state.value("theory"), state.value("practice"),
                        state.value("online"))),
                    ("考核方案、教学资源、预案", "同上一期，保存后可在“教学计划”里改".to_owned()),
                ])))
            }
            (form(&Form { action: "/classes/new".into(), submit: "保存，核对后提交".into(), has_files: true, hidden,
                ..Form::default() }, state, html! {
                @if copy.is_none() {
                    (Field::select("needs_item", "培训项目", choices.items.iter()
                        .map(|one| (one.id.to_string(),
                            format!("{}（{}—{} 课时）", one.name, one.periods_min, one.periods_max))))
                        .required().show(state))
                }
                (Field::select("room", "上课教室", choices.rooms.iter()
                    .map(|one| (one.id.to_string(), format!("{}（{} 座）", one.name, one.seats)))).required().show(state))
                (Field::select("class_teacher", "班主任", choices.teachers.iter()
                    .map(|one| (one.id.to_string(), format!("{}（{}）", one.name, one.qualification))))
                    .required().show(state))
                @if copy.is_none() { (plan_fields(state, new.online_cap_pct)) }
                @else {
                    (Field::number("planned_persons", "计划人数").unit("人").required().show(state)) (date_fields(state))
                }
                @if new.from.is_none() {
                    h2 class="jb-h2" { "课程表" }
                    p class="jb-head__note" { "按下面的时段自动排满课时，保存后可以逐次修改。" }
                    (layout_fields(state))
                }
                h2 class="jb-h2" { "学员" }
                (roster_field(state))
                (Field::checkbox("pledged", "名册上学员本人签字的承诺书已经收齐").hint("没收齐先不勾，学员也可以在自己手机上签").show(state))
            }))
        }
    }
}

fn roster_field(state: &FormState) -> Markup {
    html! {
        (Field::file("file", "学员名册", ".xlsx,.csv").hint("有“姓名”“证件号码”两列即可；写错的行会逐行指出，其余照常登记；也可以保存后再传").show(state))
        p { a href="/roster-template.xlsx" { "下载名册模板" } }
    }
}

/// What was typed, as the act wants it. Errors are in the state.
fn parse(form: &Pairs, copy_of: Option<ClassId>, state: &mut FormState) -> Option<CreateClass> {
    let plan = parse_plan(form, state);
    let needs_item =
        form.value("needs_item").parse::<NeedsItemId>().map_err(|_| state.error("needs_item", "请选择培训项目")).ok();
    let room = form.value("room").parse().map_err(|_| state.error("room", "请选择教室")).ok();
    let class_teacher =
        form.value("class_teacher").parse().map_err(|_| state.error("class_teacher", "请选择班主任")).ok();
    // A copy moves its own timetable; a form sent without these fields leaves it for later.
    let layout =
        if copy_of.is_some() || form.value("block").is_empty() { None } else { Some(parse_layout(form, state)?) };
    Some(CreateClass {
        needs_item: needs_item?,
        room: room?,
        class_teacher: class_teacher?,
        plan: plan?,
        copy_of,
        layout,
    })
}

/// POST `/classes/new`: the class and its timetable, then whom the file names, then the collected pledges.
pub async fn create(desk: Desk, upload: Upload) -> Response {
    let Upload { name, bytes, fields, .. } = upload;
    let form = Pairs(fields);
    let new = match new_form(&desk, form.value("copy_of")).await {
        Ok(new) => new,
        Err(stop) => return desk.stopped(stop),
    };
    let again = |state: &FormState| desk.page_status(422, "新建开班申请", "/classes", new_body(&new, state));
    let mut state = form.state();
    let act = parse(&form, new.from.as_ref().map(|class| class.id.clone()), &mut state);
    let made = async {
        // A file that can't be read is said before anything is made.
        let file = read_roster(&desk, name, bytes).await?;
        // What could not be read of the form stands at its field.
        let act = act.filter(|_| state.is_clean()).ok_or(Stop::Refused(Vec::new()))?;
        let id = desk.perform(act).await?;
        Ok(fill(&desk, id, file, !form.value("pledged").is_empty()).await)
    };
    let made = made.await;
    desk.answer(made, |page| page, async |no| again(&state.refused(no))).await
}

async fn read_roster(desk: &Desk, name: String, bytes: Vec<u8>) -> Result<Option<RosterFile>, Stop> {
    if bytes.is_empty() { Ok(None) } else { roster::read_apart(desk, name, bytes).await.map(Some) }
}

/// What is said above a roster that was not taken whole.
const SAVED: &str = "班级已经保存为草稿。名册里标出的几处，改好后在这里再上传一次。";

/// The new class's roster and pledges; whatever is wrong is shown where it is put right.
async fn fill(desk: &Desk, id: ClassId, file: Option<RosterFile>, is_pledged: bool) -> Response {
    let Some(file) = file else {
        return desk.go(&at::ClassRoster(&id).to_string(), "已保存草稿，请导入学员名册。");
    };
    let rows: Vec<RosterRow> = file.persons.iter().map(RosterRow::from).collect();
    let (added, errors) = match imported(desk, &id, rows, file.errors).await {
        Ok(outcome) => outcome,
        // The class is made: what its roster lacks is said where it is put right.
        refused => {
            return desk
                .answer(
                    refused,
                    |_| ("/classes", ""),
                    async |no| {
                        redraw_roster(&desk.saying(SAVED), id.as_str(), &FormState::new().refused(no), &[]).await
                    },
                )
                .await;
        }
    };
    if is_pledged
        && added > 0
        && let Err(stop) = desk.perform(SignPledges { class: id.clone() }).await
    {
        return desk.stopped(stop);
    }
    if !errors.is_empty() {
        return redraw_roster(&desk.saying(SAVED), id.as_str(), &FormState::new(), &errors).await;
    }
    desk.go(&at::ClassPage(&id).to_string(), &format!("已保存，登记学员 {added} 人。请核对后提交。"))
}
