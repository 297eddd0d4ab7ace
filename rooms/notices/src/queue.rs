//! The home page: what to do, ordered by deadline and money. A clean item is done from here.

use axum::http::HeaderMap;
use axum::response::Response;
use desk::{Desk, Read, session};
use foundation::codes::{ClaimState, ClassState};
use foundation::{Date, Fen, Office, Permission, Stop};
use maud::{Markup, html};
use serde::Serialize;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect, Select};
use store::tables::funds::claim;
use store::tables::notices::task;
use store::tables::supervision::training_class;
use ui::{Button, Due, Queue as QueueBody, QueueRow, StatCard, Tag, Tone};

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

/// Tasks on the page.
const ROWS: u64 = 50;

/// What a kind of task is called, and whether its button does it at once when the machine found nothing.
fn matter(kind: &str) -> (&'static str, Option<(&'static str, &'static str)>) {
    match kind {
        "accept-opening" => ("开班受理", Some(("受理", "accept"))),
        "review-opening" => ("开班审核", None),
        "approve-opening" => ("开班批准", Some(("准予开班", "approve"))),
        "correct-opening" => ("补正", None),
        "opening-refused" => ("不予开班", None),
        "class-revoked" => ("班级已撤销", None),
        "start-class" => ("开班准备", None),
        "inspect-class" => ("过程检查", None),
        "answer-inspection" => ("回复检查", None),
        "inspection-answered" => ("整改复查", None),
        "attendance-dispute" => ("考勤异议", None),
        "call-roll" => ("请求点名", None),
        "enter-scores" => ("录入成绩", None),
        "confirm-exam" => ("确认成绩", None),
        "issue-certificates" => ("发放证书", None),
        "give-feedback" => ("评价培训", None),
        "submit-claim" => ("提交申领", None),
        "accept-claim" | "first-review-claim" => ("补贴初审", None),
        "second-review-claim" => ("补贴复审", None),
        "publish-claim" => ("补贴公示", None),
        "claim-in-publicity" => ("公示中", None),
        "pay-claim" => ("拨付", None),
        "approve-batch" => ("批准拨付", None),
        "settle-batch" => ("银行回盘", None),
        "correct-payment" => ("退票处理", None),
        _ => ("待办", None),
    }
}

/// Where a task opens.
fn address(about_kind: &str, about: &str) -> String {
    match about_kind {
        "session" => format!("/sessions/{about}"),
        "claim" => format!("/claims/{about}"),
        "payment_batch" | "payment-batch" => format!("/payment-batches/{about}"),
        _ => format!("/classes/{about}"),
    }
}

fn open_tasks(desk: &Desk, q: Select<task::Entity>) -> Select<task::Entity> {
    let kind = session::office_parts(&desk.actor.office).0;
    // Cities and the province watch; the queue of an audience is that office's own.
    let mine = match &desk.actor.account {
        Some(account) => Condition::any().add(task::Column::NotFor.is_null()).add(task::Column::NotFor.ne(account.clone())),
        None => Condition::all(),
    };
    q.filter(task::Column::Audience.eq(kind)).filter(task::Column::DoneAt.is_null()).filter(mine)
}

async fn tasks(desk: &Desk) -> Result<(Vec<task::Model>, u64), Stop> {
    let reader = desk.read().await?;
    let rows = reader
        .list::<task::Entity>(|q| {
            open_tasks(desk, q).order_by_asc(task::Column::DueOn).order_by_desc(task::Column::Money).order_by_asc(task::Column::Id).limit(ROWS)
        })
        .await?;
    let total = reader.count::<task::Entity>(|q| open_tasks(desk, q)).await?;
    Ok((rows, total))
}

/// `/`.
pub async fn home(desk: Desk) -> Response {
    match desk.actor.office {
        Office::Public => desk.page("首页", "/", front_door(&desk)),
        Office::Trainee { .. } => desk.go("/me", desk.manner.flash.as_deref().unwrap_or("")),
        _ => match queue(&desk).await {
            Ok(body) => desk.page("今日待办", "/", body),
            Err(stop) => desk.stopped(stop),
        },
    }
}

async fn queue(desk: &Desk) -> Result<Markup, Stop> {
    let (rows, total) = tasks(desk).await?;
    let today = desk.today();
    let due_today = rows.iter().filter(|one| one.due_on.is_some_and(|due| due <= today)).count();
    Ok(html! { (QueueBody {
        title: "今日待办".into(),
        note: format!("{} · 按时限与金额排序 · 共 {total} 件，其中 {due_today} 件今天到期", ui::dates::day_weekday(today)),
        cards: cards(desk).await?, rows: rows.iter().map(|one| row(one, today)).collect(),
        empty: "没有要办的事。".into(), ..QueueBody::default()
    }) })
}

fn row(one: &task::Model, today: Date) -> QueueRow {
    let (matter, quick) = matter(&one.kind);
    let href = address(&one.about_kind, &one.about);
    let button = match quick {
        Some((label, step)) if one.tone == "good" => Button::post(label, format!("{href}/{step}")).main().about(one.title.as_str()),
        _ => Button::link("处理", href.clone()).about(one.title.as_str()),
    };
    let tone = match one.tone.as_str() {
        "good" => Tone::Good,
        "look" => Tone::Look,
        "act" => Tone::Act,
        _ => Tone::Neutral,
    };
    QueueRow {
        due: one.due_on.map_or_else(Due::none, |due| Due::on(due, today)),
        matter: matter.into(),
        subject: one.title.clone(),
        href: Some(href),
        amount: (one.money != Fen::ZERO).then_some(one.money),
        finding: (!one.finding.is_empty()).then(|| Tag::new(one.finding.as_str(), tone)),
        button: Some(button),
        ..QueueRow::default()
    }
}

async fn cards(desk: &Desk) -> Result<Vec<StatCard>, Stop> {
    let reader = desk.read().await?;
    let classes =
        async |states: &[ClassState]| reader.count::<training_class::Entity>(|q| q.filter(training_class::Column::State.is_in(states.iter().copied()))).await;
    let may_claims = desk.may(Permission::Of(foundation::Function::ClaimReview, foundation::Right::Read));
    let claims = async |states: &[ClaimState]| {
        if may_claims { reader.count::<claim::Entity>(|q| q.filter(claim::Column::State.is_in(states.iter().copied()))).await } else { Ok(0) }
    };
    let (running, waiting, stopped) = (
        classes(&[ClassState::InTraining]).await?,
        classes(&[ClassState::Submitted, ClassState::UnderReview]).await?,
        classes(&[ClassState::Suspended]).await?,
    );
    let (reviewing, published) = (claims(&[ClaimState::Submitted, ClaimState::FirstReviewed]).await?, claims(&[ClaimState::Published]).await?);
    Ok(vec![
        StatCard::new("正在培训", format!("{running} 班")).opens("/classes?state=A40"),
        StatCard::new("待审开班", waiting.to_string()).opens("/classes?state=A20"),
        StatCard::new("待审补贴", reviewing.to_string()).opens("/claims"),
        StatCard::new("公示中", format!("{published} 批")).opens("/publicity"),
        StatCard::new("中止", stopped.to_string()).opens("/classes?state=A45").tone(if stopped > 0 { Tone::Act } else { Tone::Neutral }),
    ])
}

fn front_door(desk: &Desk) -> Markup {
    let links = [
        ("/needs", "需求指导目录", "政府出钱培训哪些项目"),
        ("/institutions", "培训机构目录", "哪些机构可以办"),
        ("/publicity", "补贴公示", "钱发给了谁"),
        ("/verify", "证书查验", "证书是真是假"),
        ("/journal", "公开日志", "谁都能核对的账"),
    ];
    html! {
        (ui::page_head("福建省补贴性职业技能培训", "事实进，数字出：每一分补贴都能从事实重新算出来", &[]))
        (ui::panel("", html! { ul { @for (href, name, what) in links { li { a href=(href) { (name) } " · " (what) } } } }))
        p { a class="btn btn-primary jb-btn" href="/sign-in" { "工作人员登录" } " " @if desk.premises.settings.demo { a class="btn jb-btn" href="/personas" { "体验身份（演示）" } } }
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

/// `/api/v1/tasks`.
pub async fn resource(desk: Desk, headers: HeaderMap) -> Response {
    match tasks(&desk).await {
        Ok((rows, _)) => {
            let told: Vec<Told<'_>> = rows
                .iter()
                .map(|one| Told {
                    id: one.id.to_string(),
                    kind: &one.kind,
                    about_kind: &one.about_kind,
                    about: &one.about,
                    title: &one.title,
                    finding: &one.finding,
                    money_fen: one.money.0,
                    due_on: one.due_on,
                })
                .collect();
            desk::api::resource(&headers, &told)
        }
        Err(stop) => desk.stopped(stop),
    }
}
