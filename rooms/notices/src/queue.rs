//! The home page: what to do, ordered by deadline and money. A clean item is done from here.

use std::collections::HashMap;

use axum::http::HeaderMap;
use axum::response::Response;
use desk::answer::FROM_QUEUE;
use desk::matter::{Ends, Matter};
use desk::{Desk, Query, Read};
use foundation::at;
use foundation::codes::AccountRole;
use foundation::{Date, Fen, Office, OrganisationKind, Permission, Stop, TaskId};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use store::Page;
use store::query::{Alias, ColumnTrait, Condition, Expr, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use store::tables::notices::task;
use ui::{Button, Due, Queue as QueueBody, QueueRow, Tag, Tone};

use crate::{front_door, overdue};

/// Everybody's home.
pub struct Home;
impl Read for Home {
    const NAME: &'static str = "home";
    const PERMISSION: Permission = Permission::Public;
    const CLAUSE: &'static str = "M8.9";
}

/// The queue as a resource.
pub struct Queue;
impl Read for Queue {
    const NAME: &'static str = "task-list";
    const PERMISSION: Permission = Permission::SignedIn;
    const CLAUSE: &'static str = "M8.9";
}

/// Tasks on a page of the queue.
const ROWS: u64 = 50;

/// What the address holds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Page of the queue.
    page: String,
    /// API: id after which to go on.
    after: String,
    /// API: how many.
    limit: String,
}

/// What a row's matter is called. One that no room declares any more was put by an earlier version.
pub(crate) fn called(desk: &Desk, kind: &str) -> &'static str {
    desk.premises.declared().matter(kind).map_or("待办", |one| one.called)
}

/// The page of what a task is about; the queue itself where it has none.
pub(crate) fn address(desk: &Desk, one: &task::Model) -> String {
    match desk.premises.declared().subject(&one.about_kind) {
        Some(subject) if !subject.folder.is_empty() => subject.address(&one.about),
        _ => "/".to_owned(),
    }
}

/// An address opened from here: what is done there comes back, and the next item is the first.
fn from_queue(href: &str) -> String {
    format!("{href}?{FROM_QUEUE}")
}

/// Whether cases are this account's to do: an official administrator minds accounts and decides no case (domain §1.3).
pub(crate) fn does_cases(desk: &Desk) -> bool {
    desk.actor.role != AccountRole::Administrator || !desk.actor.office.is_official()
}

fn open_tasks(desk: &Desk, q: Select<task::Entity>) -> Select<task::Entity> {
    let kind = desk.actor.office.parts().0;
    // Cities and the province watch; the queue of an audience is that office's own.
    let mine = match &desk.actor.account {
        Some(account) => {
            Condition::any().add(task::Column::NotFor.is_null()).add(task::Column::NotFor.ne(account.clone()))
        }
        None => Condition::all(),
    };
    let q = if does_cases(desk) { q } else { q.filter(Expr::val(1).eq(0)) };
    q.filter(task::Column::Audience.eq(kind)).filter(task::Column::DoneAt.is_null()).filter(mine)
}

store::picked! {
    /// How many wait, and how many of them are due.
    struct Counts {
        total: i64,
        due_now: Option<i64>,
    }
}

async fn tasks(desk: &Desk, page: u64) -> Result<(Page<task::Model>, u64), Stop> {
    let reader = desk.read().await?;
    // What has no deadline comes last, on both databases.
    let shape = |q: Select<task::Entity>| {
        open_tasks(desk, q)
            .order_by_asc(Expr::col((task::Entity, task::Column::DueOn)).is_null())
            .order_by_asc(task::Column::DueOn)
            .order_by_desc(task::Column::Money)
            .order_by_asc(task::Column::Id)
    };
    let due_now = Expr::case(task::Column::DueOn.lte(desk.today()), 1).finally(0);
    let counts = reader
        .pick::<task::Entity, Counts>(|q| {
            open_tasks(desk, q)
                .select_only()
                .column_as(Expr::col((task::Entity, task::Column::Audience)).count(), "total")
                .column_as(ExprTrait::sum(due_now).cast_as(Alias::new("bigint")), "due_now")
        })
        .await?;
    let count = |of: fn(&Counts) -> i64| counts.first().map_or(0, |one| u64::try_from(of(one)).unwrap_or(0));
    let total = count(|one| one.total);
    let number = Ord::clamp(page, 1, Ord::max(total.div_ceil(ROWS), 1));
    let rows = reader.list::<task::Entity>(|q| shape(q).offset((number - 1).saturating_mul(ROWS)).limit(ROWS)).await?;
    Ok((Page { rows, number, total, size: ROWS }, count(|one| one.due_now.unwrap_or(0))))
}

/// `/`.
pub async fn home(desk: Desk, Query(asked): Query<Asked>) -> Response {
    match desk.actor.office {
        Office::Public => match front_door::body(&desk).await {
            Ok(body) => desk.page("首页", "/", body),
            Err(stop) => desk.stopped(stop),
        },
        Office::Trainee { .. } => desk.go("/me", desk.manner.flash.as_deref().unwrap_or("")),
        _ => match queue(&desk, asked.page.parse().unwrap_or(1)).await {
            Ok(body) => desk.page("今日待办", "/", body),
            Err(stop) => desk.stopped(stop),
        },
    }
}

async fn queue(desk: &Desk, page: u64) -> Result<Markup, Stop> {
    let (page, due_now) = tasks(desk, page).await?;
    let today = desk.today();
    let day = ui::dates::day_weekday(today);
    let note = match (page.total, due_now) {
        (0, _) => day,
        (total, 0) => format!("{day} · 按时限与金额排序 · 共 {total} 件，今天没有到期的"),
        (total, due_now) => format!("{day} · 按时限与金额排序 · 共 {total} 件，其中 {due_now} 件今天到期或已超期"),
    };
    let blocked = blocked(desk, &page.rows).await?;
    let (buttons, empty) = next_step(desk);
    Ok(html! { (QueueBody {
        title: "今日待办".into(), note, cards: cards(desk).await?,
        rows: page.rows.iter().map(|one| row(one, desk, blocked.get(&one.id.to_string()).copied())).collect(),
        empty: empty.into(), buttons, pages: Some((page.number, page.total.div_ceil(page.size), "/".into())),
    }) (overdue::below(desk).await?) })
}

/// The numbers above the queue, as the rooms count them.
async fn cards(desk: &Desk) -> Result<Vec<ui::StatCard>, Stop> {
    let mut all = Vec::new();
    for cards in &desk.premises.declared().cards {
        all.extend(cards(desk).await?);
    }
    all.sort_by_key(|(place, _)| *place);
    Ok(all.into_iter().map(|(_, card)| card).collect())
}

/// Why some of these rows are not the asker's to do, by their ids: the room of the matter says.
async fn blocked(desk: &Desk, rows: &[task::Model]) -> Result<HashMap<String, &'static str>, Stop> {
    let mut all = HashMap::new();
    for matter in &desk.premises.declared().matters {
        let of_it: Vec<&task::Model> = rows.iter().filter(|one| one.kind == matter.kind).collect();
        let Some(ask) = matter.not_his.filter(|_| !of_it.is_empty()) else { continue };
        let not_his = ask(desk, of_it.iter().map(|one| one.about.clone()).collect()).await?;
        all.extend(of_it.iter().filter_map(|one| Some((one.id.to_string(), *not_his.get(&one.about)?))));
    }
    Ok(all)
}

/// What an office may begin from here, and what an empty queue tells it.
fn next_step(desk: &Desk) -> (Vec<Button>, &'static str) {
    match desk.actor.office {
        _ if !does_cases(desk) => {
            (vec![Button::link("管理账号", "/accounts").main()], "系统管理员不办业务，没有待办。账号在“账号”里。")
        }
        Office::Organisation { ref organisation } if organisation.kind == OrganisationKind::TrainingInstitution => {
            (vec![Button::link("申报新班", "/classes/new").main()], organisation.kind.of().idle)
        }
        Office::County { .. } => (Vec::new(), "没有要办的事。新的开班申请、补贴申领一到，就会排在这里。"),
        Office::Finance { .. } => (Vec::new(), "没有要办的事。人社部门组好的拨付批次会排在这里，等您批准。"),
        Office::Audit { .. } => {
            (Vec::new(), "审计没有待办。请从“班级”进入任一班的案卷，案卷右侧可以导出证据包，带走离线核验。")
        }
        Office::Organisation { ref organisation } => (Vec::new(), organisation.kind.of().idle),
        _ => (Vec::new(), "没有要您办的事。上面每个数字都能点开，看到具体的班级和补贴。"),
    }
}

/// A matter's deadline, said to be provisional where the year's holidays are not published yet.
fn due_of(one: &task::Model, matter: Option<&Matter>, desk: &Desk) -> Due {
    let certain = |due| !matter.is_some_and(|one| one.in_workdays) || desk.premises.calendar.is_certain(due);
    one.due_on.map_or_else(Due::none, |due| Due::on(due, desk.today()).certain(certain(due)))
}

fn button(one: &task::Model, matter: Option<&Matter>, href: &str) -> Button {
    let Some(matter) = matter else { return Button::link("查看", href) };
    match (&matter.quick, matter.ends) {
        (Some(quick), _) if one.tone == "good" => {
            let button = Button::post(quick.word, format!("{href}/{}", quick.post)).main();
            if quick.question.is_empty() {
                button
            } else {
                button.confirm(format!("{}：{}", one.title, quick.question)).field("all", "1")
            }
        }
        (_, Ends::Seen) => Button::post("知道了", at::TaskSettle(&one.id).to_string()),
        (_, Ends::Finding) => Button::link("登记结果", at::TaskPage(&one.id).to_string()),
        (_, Ends::ByStep | Ends::ByActs(_)) => Button::link(matter.opens, from_queue(&format!("{href}{}", matter.at))),
    }
}

fn row(one: &task::Model, desk: &Desk, why_not: Option<&'static str>) -> QueueRow {
    let matter = desk.premises.declared().matter(&one.kind);
    let href = address(desk, one);
    let button = button(one, matter, &href);
    let button = match why_not {
        Some(why) => button.blocked_because(why),
        None => button,
    };
    let tone = match one.tone.as_str() {
        "good" => Tone::Good,
        "look" => Tone::Look,
        "act" => Tone::Act,
        _ => Tone::Neutral,
    };
    // `晋江市安海职业培训学校 · 育婴员 第2期 12人`: whom in bold, the rest beside it.
    let (subject, detail) = one.title.split_once(" · ").unwrap_or((one.title.as_str(), ""));
    QueueRow {
        due: due_of(one, matter, desk),
        matter: called(desk, &one.kind).into(),
        subject: subject.into(),
        detail: detail.into(),
        href: Some(from_queue(&href)),
        amount: (one.money != Fen::ZERO).then_some(one.money),
        finding: (!one.finding.is_empty()).then(|| Tag::new(one.finding.as_str(), tone)),
        button: Some(button),
        ..QueueRow::default()
    }
}

#[derive(Serialize)]
struct Told<'a> {
    id: String,
    kind: &'a str,
    about_kind: &'a str,
    about: &'a str,
    title: &'a str,
    finding: &'a str,
    money_fen: i64,
    due_on: Option<Date>,
}

impl<'a> From<&'a task::Model> for Told<'a> {
    fn from(one: &'a task::Model) -> Self {
        Self {
            id: one.id.to_string(),
            kind: &one.kind,
            about_kind: &one.about_kind,
            about: &one.about,
            title: &one.title,
            finding: &one.finding,
            money_fen: one.money.0,
            due_on: one.due_on,
        }
    }
}

/// `/api/v1/tasks`: open tasks in the order of their ids, `after`, `limit` ≤ 100.
pub async fn resource(desk: Desk, headers: HeaderMap, Query(asked): Query<Asked>) -> Response {
    let run = async {
        let limit = desk::api::limit(&asked.limit);
        let rows = desk
            .read()
            .await?
            .list::<task::Entity>(|q| {
                let q = open_tasks(&desk, q).order_by_asc(task::Column::Id).limit(limit);
                match asked.after.parse::<TaskId>() {
                    Ok(after) => q.filter(task::Column::Id.gt(after)),
                    Err(_) => q,
                }
            })
            .await?;
        let items: Vec<Told<'_>> = rows.iter().map(Told::from).collect();
        Ok::<_, Stop>(desk::api::list(&headers, &items, limit, rows.last().map(|row| row.id.to_string())))
    };
    run.await.unwrap_or_else(|stop| desk.stopped(stop))
}
