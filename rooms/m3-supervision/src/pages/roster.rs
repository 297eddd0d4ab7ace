//! The roster's page: a workbook dropped in, one person typed in, the rows that need a change (M7.1).

use axum::extract::Path;
use axum::response::Response;
use desk::workbook::{Export, Sheet};
use desk::{Desk, Pairs, Query, Upload};
use foundation::at;
use foundation::codes::{Education, PersonCategory};
use foundation::ids::TypedId;
use foundation::{ClassId, EnrolmentId, Fault, Function, IdType, Permission, Right, Stop};
use m7_registry::roster::{self, RosterRow, RowError};
use maud::{Markup, html};
use store::tables::supervision::{enrolment, training_class};
use ui::table::export_line;
use ui::{Button, Column, Field, Form, FormState, Row, form, page_head, panel, simple_table};

use super::opening::class_of;
use crate::acts::opening::own_institution;
use crate::acts::roster::{AddTrainees, RemoveTrainee, SignPledges};
use crate::hours;
use crate::rules::opening::editable;

/// `/classes/{id}/roster`.
pub async fn roster_page(desk: Desk, Path(class): Path<String>, Query(asked): Query<Export>) -> Response {
    if !asked.export.is_empty() {
        return exported(&desk, &class, &asked.export).await.unwrap_or_else(|stop| desk.stopped(stop));
    }
    match roster_body(&desk, &class, &FormState::new(), &[]).await {
        Ok(body) => desk.page("学员名册", "/classes", body),
        Err(stop) => desk.stopped(stop),
    }
}

/// What the page shows, numbers masked.
async fn exported(desk: &Desk, class: &str, export: &str) -> Result<Response, Stop> {
    let class = class_of(desk, class).await?;
    let roster = hours::roster(&desk.read().await?, &class.id).await?;
    let (columns, rows) = roster_rows(&class, &roster, false, false);
    Sheet::table(format!("{} 学员名册", class.title), &columns, &rows).answer_as(desk, export)
}

async fn roster_body(desk: &Desk, class: &str, state: &FormState, errors: &[RowError]) -> Result<Markup, Stop> {
    let class = class_of(desk, class).await?;
    let roster = hours::roster(&desk.read().await?, &class.id).await?;
    let edits = own_institution(desk).is_ok() && editable(&class).is_ok();
    let unsigned = roster.iter().filter(|one| one.pledged_at.is_none()).count();
    let mut buttons = vec![Button::link("回到班级", at::ClassPage(&class.id).to_string())];
    if edits && unsigned > 0 && !roster.is_empty() {
        buttons.push(
            Button::post(format!("已收齐 {unsigned} 份学员承诺书"), at::ClassPledges(&class.id).to_string())
                .confirm("确认已收齐学员本人签字的承诺书？"),
        );
    }
    if edits && !roster.is_empty() {
        buttons.push(Button::link("下一步：课程表", at::ClassTimetable(&class.id).to_string()).main());
    }
    Ok(html! {
        (page_head("学员名册", &format!("{} · {} / {} 人", class.title, roster.len(), class.planned_persons), &buttons))
        @if !errors.is_empty() { (error_table(errors)) }
        @if edits { (import_form(&class, state)) } @else { (ui::refusal::refusals(state.refusals())) }
        (roster_table(&class, &roster, edits, desk.may(Permission::Of(Function::Inspection, Right::Read))))
    })
}

fn error_table(errors: &[RowError]) -> Markup {
    let rows: Vec<Row> = errors
        .iter()
        .map(|one| {
            Row::plain(vec![
                html! { "第 " (one.row) " 行" },
                html! { (one.name) },
                html! { (one.column) },
                html! { (one.reason) },
                html! { (one.fix) },
            ])
            .tone(ui::Tone::Act)
        })
        .collect();
    let title = format!("有 {} 处要改；其余学员已经登记", errors.len());
    html! {
        div role="alert" {
            h2 class="jb-h2" { (title) }
            (simple_table(&title, &[Column::text("位置"), Column::text("姓名"), Column::text("栏目"), Column::text("问题"),
                Column::text("怎么改")], &rows))
        }
    }
}

fn import_form(class: &training_class::Model, state: &FormState) -> Markup {
    let codes = |all: Vec<(&'static str, &'static str)>| all;
    html! {
        (panel("导入名册", form(&Form { action: at::ClassRoster(&class.id).to_string(), submit: "导入".into(),
            has_files: true, ..Form::default() }, &file_state(state), html! {
            (Field::file("file", "名册文件", ".xlsx,.csv")
                .hint("列的顺序随意，有“姓名”“证件号码”两列即可；写错的行会逐行指出，其余照常登记").required().show(&file_state(state)))
            p { a href="/roster-template.xlsx" { "下载名册模板" } }
        })))
        details class="jb-panel jb-section"
            open[!state.value("id_number").is_empty() || !state.value("name").is_empty()] {
            summary { "只加一个人，或改好一行再登记" }
            (form(&Form { action: at::ClassTrainees(&class.id).to_string(), submit: "登记".into(), ..Form::default() },
                state, html! {
                (Field::text("name", "姓名").required().show(state))
                (Field::select("id_type", "证件类型",
                    codes(IdType::all().iter().map(|one| (one.code(), one.label())).collect()))
                    .default_value(IdType::ResidentCard.code()).show(state))
                (Field::text("id_number", "证件号码").required().show(state))
                (Field::text("birth", "出生日期").hint("证件号码里没有出生日期的才填，如 1975-03-05").show(state))
                (Field::text("phone", "联系电话").show(state))
                (Field::select("category", "人员类别",
                    codes(PersonCategory::all().iter().map(|one| (one.code(), one.label())).collect()))
                    .default_value(PersonCategory::Other.code()).show(state))
                (Field::select("education", "文化程度", std::iter::once(("", "没有填"))
                    .chain(Education::all().iter().map(|one| (one.label(), one.label())))).show(state))
            }))
        }
    }
}

/// Errors of the typed row belong to its own form, not to the file's.
fn file_state(state: &FormState) -> FormState {
    FormState::new().refused(state.refusals().iter().filter(|one| one.field.as_deref() == Some("file")).cloned())
}

fn roster_table(class: &training_class::Model, roster: &[enrolment::Model], edits: bool, links: bool) -> Markup {
    if roster.is_empty() {
        return panel("", html! { p { "名册还是空的。" } });
    }
    let (columns, rows) = roster_rows(class, roster, edits, links);
    html! { (simple_table("学员", &columns, &rows)) (export_line(&at::ClassRoster(&class.id).to_string())) }
}

fn roster_rows(
    class: &training_class::Model,
    roster: &[enrolment::Model],
    edits: bool,
    links: bool,
) -> (Vec<Column>, Vec<Row>) {
    let mut columns = vec![
        Column::text("姓名"),
        Column::text("证件号码"),
        Column::text("电话"),
        Column::text("人员类别"),
        Column::text("承诺书"),
    ];
    if edits {
        columns.push(Column::text(""));
    }
    let rows: Vec<Row> = roster
        .iter()
        .map(|one| {
            let mut cells = vec![
                html! { @if links { a href=(at::PersonPage(&one.person)) { (one.name) } } @else { (one.name) } },
                html! { (one.id_number_masked) },
                html! { (one.phone_masked) },
                html! { (one.category.label()) },
                html! { @if one.pledged_at.is_some() { (ui::tag::good("已签")) } @else { (ui::tag::look("未签")) } },
            ];
            if edits {
                cells.push(html! {
                    (Button::post("移出", at::ClassRosterRemove(&class.id, &one.id).to_string())
                        .quiet().about(one.name.as_str()))
                });
            }
            Row::plain(cells)
        })
        .collect();
    (columns, rows)
}

/// POST `/classes/{id}/roster`: the file; good rows are registered whatever the others are.
pub async fn import(desk: Desk, Path(class): Path<String>, upload: Upload) -> Response {
    let row = match class_of(&desk, &class).await {
        Ok(row) => row,
        Err(stop) => return desk.stopped(stop),
    };
    let taken = async {
        let file = roster::read_apart(&desk, upload.name, upload.bytes).await?;
        register(&desk, &row, file.persons.iter().map(RosterRow::from).collect(), file.errors, FormState::new()).await
    };
    desk.answer(
        taken.await,
        |page| page,
        async |no| redraw_roster(&desk, &class, &FormState::new().refused(no), &[]).await,
    )
    .await
}

/// POST `/classes/{id}/trainees`: one trainee, typed or corrected.
pub async fn add_one(desk: Desk, Path(class): Path<String>, form: Pairs) -> Response {
    let row = match class_of(&desk, &class).await {
        Ok(row) => row,
        Err(stop) => return desk.stopped(stop),
    };
    let of = |name: &str| form.value(name).to_owned();
    let given = RosterRow {
        row: 0,
        name: of("name"),
        id_type: of("id_type"),
        id_number: of("id_number"),
        birth: of("birth"),
        phone: of("phone"),
        category: of("category"),
        education: of("education"),
    };
    let taken = register(&desk, &row, vec![given], Vec::new(), form.state()).await;
    desk.answer(taken, |page| page, async |no| redraw_roster(&desk, &class, &form.state().refused(no), &[]).await).await
}

/// Registers what is right of the rows: how many, and everything wrong with the others in the file's order.
pub(super) async fn imported(
    desk: &Desk,
    class: &ClassId,
    rows: Vec<RosterRow>,
    mut errors: Vec<RowError>,
) -> Result<(u32, Vec<RowError>), Stop> {
    let mut added = 0;
    if !rows.is_empty() {
        let outcome = desk.perform(AddTrainees { class: class.clone(), rows }).await?;
        errors.extend(outcome.errors);
        added = outcome.added;
    }
    errors.sort_by_key(|one| one.row);
    Ok((added, errors))
}

/// Registers what is right; the roster with what is wrong, at its field or by its row.
async fn register(
    desk: &Desk,
    class: &training_class::Model,
    rows: Vec<RosterRow>,
    errors: Vec<RowError>,
    typed: FormState,
) -> Result<Response, Stop> {
    let total = rows.len();
    let (added, errors) = imported(desk, &class.id, rows, errors).await?;
    if errors.is_empty() {
        return Ok(desk.go(&at::ClassRoster(&class.id).to_string(), &format!("已登记 {added} 名学员。")));
    }
    let mut state = if total == 1 { typed } else { FormState::new() };
    for one in errors.iter().filter(|one| one.row == 0) {
        if let Some((field, _)) = COLUMNS.iter().find(|(_, column)| *column == one.column) {
            state.error(field, format!("{}。{}", one.reason, one.fix));
        }
    }
    Ok(redraw_roster(
        desk,
        class.id.as_str(),
        &state,
        &errors.into_iter().filter(|one| one.row > 0).collect::<Vec<_>>(),
    )
    .await)
}

const COLUMNS: [(&str, &str); 7] = [
    ("name", "姓名"),
    ("id_type", "证件类型"),
    ("id_number", "证件号码"),
    ("birth", "出生日期"),
    ("phone", "联系电话"),
    ("category", "人员类别"),
    ("education", "文化程度"),
];

pub(super) async fn redraw_roster(desk: &Desk, class: &str, state: &FormState, errors: &[RowError]) -> Response {
    match roster_body(desk, class, state, errors).await {
        Ok(body) => desk.page_status(422, "学员名册", "/classes", body),
        Err(stop) => desk.stopped(stop),
    }
}

/// POST `/classes/{id}/roster/{enrolment}/remove`.
pub async fn remove(desk: Desk, Path((class, place)): Path<(String, String)>, _form: Pairs) -> Response {
    let (Ok(id), Ok(enrolment)) = (class.parse::<ClassId>(), place.parse::<EnrolmentId>()) else {
        return desk.stopped(Fault::Gone.into());
    };
    let result = desk.perform(RemoveTrainee { class: id, enrolment }).await;
    desk.after(result, &at::ClassRoster(&class).to_string(), "已移出名册。")
}

/// POST `/classes/{id}/pledges`.
pub async fn pledges(desk: Desk, Path(class): Path<String>, _form: Pairs) -> Response {
    let Ok(id) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    let back = if matches!(desk.actor.office, foundation::Office::Trainee { .. }) {
        "/me".to_owned()
    } else {
        at::ClassRoster(&class).to_string()
    };
    let result = desk.perform(SignPledges { class: id }).await;
    desk.after(result, &back, "承诺书已记入。")
}
