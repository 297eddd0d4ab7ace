//! The register of classes (M3.11: recorded, findable, traceable): filters in the address, sorting,
//! pages, the workbook of what is on the screen, and the same rows for programs.

use axum::response::Response;
use desk::workbook::{Cell, Sheet};
use desk::{Desk, Query, Read, filters};
use foundation::at;
use foundation::codes::{ClassPhase, ClassState};
use foundation::limits::{EXPORT_ROWS, PAGE_ROWS};
use foundation::{ClassId, Date, Fault, Function, InstitutionId, NeedsItemId, Permission, PersonName, Right, Stop};
use maud::html;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect, Select};
use store::tables::supervision::training_class::{Column as C, Entity, Model};
use ui::{Button, Column, Filter, Register, Row, tag};

/// Classes within reach.
pub struct ClassRegister;
impl Read for ClassRegister {
    const NAME: &'static str = "class-register";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Read);
}

desk::filters! {
    /// The filters of the register, as the address holds them.
    pub Filters {
        /// Words of the title, the number or the institution's name.
        q,
        /// A phase of all regimes (`teaching`, `waiting`), or the code of one regime's state.
        state,
        /// Needs item id.
        item,
        /// Institution id.
        institution,
        /// District code; a city takes its counties along.
        district,
        /// First day not before.
        from,
        /// First day not after.
        until,
    }
}

const SORTS: [(&str, C); 5] = [
    ("starts_on", C::StartsOn),
    ("title", C::Title),
    ("enrolled", C::EnrolledCount),
    ("money", C::Money),
    ("due_on", C::DueOn),
];

impl Filters {
    /// The condition; words that are no code match nothing rather than everything.
    pub(super) fn condition(&self) -> Condition {
        let mut all = Condition::all();
        let words = filters::words(&self.q);
        if !words.is_empty() {
            all = all.add(
                Condition::any()
                    .add(C::Title.contains(&words))
                    .add(C::ClassNo.contains(&words))
                    .add(C::InstitutionName.contains(&words)),
            );
        }
        all = match self.state.trim().parse::<ClassPhase>() {
            Ok(phase) => all.add(C::State.is_in(ClassState::in_phases(&[phase]))),
            Err(_) => filters::equal::<ClassState>(all, &self.state, C::State, C::Id),
        };
        all = filters::equal::<NeedsItemId>(all, &self.item, C::NeedsItem, C::Id);
        all = filters::equal::<InstitutionId>(all, &self.institution, C::Institution, C::Id);
        all = filters::below(all, &self.district, C::Path, C::Id);
        if let Ok(from) = self.from.parse::<Date>() {
            all = all.add(C::StartsOn.gte(from));
        }
        if let Ok(until) = self.until.parse::<Date>() {
            all = all.add(C::StartsOn.lte(until));
        }
        all
    }

    fn shape(&self, select: Select<Entity>) -> Select<Entity> {
        let select = select.filter(self.condition());
        let (key, down) = match self.sort.strip_prefix('-') {
            Some(key) => (key, true),
            None => (self.sort.as_str(), false),
        };
        let select = match SORTS.iter().find(|(name, _)| *name == key) {
            Some((_, column)) if down => select.order_by_desc(*column),
            Some((_, column)) => select.order_by_asc(*column),
            None => select.order_by_desc(C::StartsOn),
        };
        select.order_by_desc(C::Id)
    }
}

/// `/classes`, or its workbook.
pub async fn show(desk: Desk, Query(filters): Query<Filters>) -> Response {
    let answer = if !filters.export.is_empty() { export(&desk, &filters).await } else { table(&desk, &filters).await };
    answer.unwrap_or_else(|stop| desk.stopped(stop))
}

async fn table(desk: &Desk, filters: &Filters) -> Result<Response, Stop> {
    let reader = desk.read().await?;
    let page = reader.page::<Entity>(filters.page_number(), PAGE_ROWS, |q| filters.shape(q)).await?;
    let own = desk.actor.office.is_institution();
    let mut buttons = Vec::new();
    if own {
        buttons.push(Button::link("申报新班", "/classes/new").main());
    }
    let today = desk.today();
    let register = Register {
        title: "班级".into(),
        note: "合格证类，全过程监管".into(),
        buttons,
        path: "/classes".into(),
        query: filters.pairs(),
        filters: choices(desk, own),
        columns: vec![
            Column::text("班级").sorts("title"),
            Column::text("机构"),
            Column::text("状态"),
            Column::text("时限").sorts("due_on"),
            Column::text("起止").sorts("starts_on"),
            Column::number("人数").sorts("enrolled"),
            Column::number("课时"),
            Column::number("补贴（预计）").sorts("money"),
        ],
        rows: page
            .rows
            .iter()
            .map(|class| {
                Row::link(
                    at::ClassPage(&class.id).to_string(),
                    vec![
                        html! { (class.title) " " small class="jb-faint jb-number" { (number(class)) } },
                        html! { (class.institution_name) },
                        html! { (state_tag(class.state)) },
                        html! {
                            @if let Some(due) = due(class) {
                                (ui::Due::on(due, today).certain(desk.premises.calendar.is_certain(due)))
                            } @else {
                                "—"
                            }
                        },
                        html! { (ui::dates::range(class.starts_on, class.ends_on)) },
                        html! { (class.enrolled_count) " / " (class.planned_persons) },
                        html! { (class.periods_total) },
                        ui::money(class.money),
                    ],
                )
            })
            .collect(),
        total: page.total,
        page: page.number,
        per_page: page.size,
        exports: ui::table::exports(),
        empty: "没有符合条件的班级。".into(),
        empty_button: own.then(|| Button::link("申报新班", "/classes/new")),
        ..Register::default()
    };
    Ok(desk.page("班级", "/classes", html! { (register) }))
}

fn choices(desk: &Desk, own: bool) -> Vec<Filter> {
    let phases = ClassPhase::all().iter().map(|one| (one.code(), one.label()));
    let states = phases.chain(ClassState::all().map(|one| (one.code(), one.label())));
    let mut all = vec![
        Filter::text("q", "班级、编号或机构"),
        Filter::choice("state", "状态", states),
        Filter::day("from", "开班不早于"),
        Filter::day("until", "开班不晚于"),
    ];
    if !own {
        all.push(filters::districts(&desk.scope()));
    }
    all
}

async fn export(desk: &Desk, filters: &Filters) -> Result<Response, Stop> {
    let reader = desk.read().await?;
    let rows = reader.list::<Entity>(|q| filters.shape(q).limit(EXPORT_ROWS + 1)).await?;
    let rows = (1..)
        .zip(&rows)
        .map(|(at, class)| {
            vec![
                Cell::Number(at),
                Cell::text(number(class)),
                Cell::text(class.title.as_str()),
                Cell::text(class.institution_name.as_str()),
                Cell::text(class.district.full_name()),
                Cell::text(class.state.label()),
                Cell::Day(class.starts_on),
                Cell::Day(class.ends_on),
                Cell::Number(class.planned_persons.into()),
                Cell::Number(class.enrolled_count.into()),
                Cell::Number(class.periods_total.0.into()),
                Cell::Number(class.periods_theory.0.into()),
                Cell::Number(class.periods_practice.0.into()),
                Cell::Number(class.periods_online.0.into()),
                Cell::text(class.class_teacher_name.as_str()),
                Cell::Money(class.money),
            ]
        })
        .collect();
    let columns = vec![
        ("序号", 6),
        ("班级编号", 22),
        ("班级", 26),
        ("培训机构", 30),
        ("地区", 24),
        ("状态", 18),
        ("开班日期", 12),
        ("结束日期", 12),
        ("计划人数", 9),
        ("名册人数", 9),
        ("总课时", 8),
        ("理论", 8),
        ("实操", 8),
        ("线上", 8),
        ("班主任", 10),
        ("预计补贴(元)", 14),
    ];
    Sheet { title: "班级".into(), columns, rows }.answer_as(desk, &filters.export)
}

/// The number people use; drafts have none yet.
pub fn number(class: &Model) -> &str {
    if class.class_no.starts_with("草稿") { "未编号" } else { &class.class_no }
}

/// The day the present step must be done by; nothing once the application is decided.
pub fn due(class: &Model) -> Option<Date> {
    class.due_on.filter(|_| matches!(class.state.phase(), ClassPhase::Waiting | ClassPhase::Returned))
}

/// The state in one word, with its meaning of colour.
pub fn state_tag(state: ClassState) -> ui::Tag {
    match state.phase() {
        ClassPhase::Draft | ClassPhase::Archived => tag::neutral(state.label()),
        ClassPhase::Waiting | ClassPhase::Returned | ClassPhase::Assessing => tag::look(state.label()),
        ClassPhase::Approved | ClassPhase::Teaching | ClassPhase::Certified => tag::good(state.label()),
        ClassPhase::Stopped | ClassPhase::Ended => tag::act(state.label()),
    }
}

/// The class at an address, if the desk may see it; malformed ids are absent ones.
pub async fn seen(desk: &Desk, id: &str) -> Result<(store::Reader, Model), Stop> {
    let id: ClassId = id.parse().map_err(|_| Fault::Gone)?;
    let reader = desk.read().await?;
    let class = reader.get(&id).await?;
    desk.shows(&crate::declared::CLASS, &class.id, class.version);
    Ok((reader, class))
}

/// A name for lists that leave the office.
pub fn masked(name: &str) -> String {
    name.parse::<PersonName>().map_or_else(|_| "*".to_owned(), |name| name.masked())
}
