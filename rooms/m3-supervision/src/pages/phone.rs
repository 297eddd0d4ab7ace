//! The trainee's phone (M3.3; pages.md "On a phone"): today's session with one big button, the equal
//! alternatives beside it, hours with reasons, money to come, who looked. Signing in itself stands in `check_in`.

use axum::extract::Path;
use axum::response::Response;
use desk::{Desk, Read};
use foundation::at;
use foundation::codes::{AttendanceKind, ClaimState, ClassPhase, DisputeState, FullProcessState};
use foundation::{ClassId, Fault, Function, Instant, Office, Permission, PersonId, Right, SessionId, Stop};
use maud::{Markup, html};
use store::Reader;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder};
use store::tables::supervision::{
    attendance, attendance_dispute, certificate, class_session, enrolment, feedback, training_class,
};
use ui::{Button, PhoneCard, PhoneLine, page_head, panel, phone_lines};

use crate::acts::attendance::asked_under;
use crate::doorway::{Claimed, ClaimedFor};
use crate::hours;
use crate::rules::attendance::signs_out_until;

/// 我的培训.
pub struct MyTraining;
impl Read for MyTraining {
    const NAME: &'static str = "my-training";
    const PERMISSION: Permission = Permission::Of(Function::TraineeFeedback, Right::Create);
    const CLAUSE: &'static str = "M3.2";
    const CLAUSE_WHY: &'static str = "评价的人就是学员，这里看的是自己的课时";
    const STAGE: &'static str = FullProcessState::InTraining.code();
}

/// Whose phone it is.
pub(super) fn person(desk: &Desk) -> Result<PersonId, Stop> {
    match &desk.actor.office {
        Office::Trainee { person, .. } => Ok(person.clone()),
        _ => Err(Stop::Forbidden),
    }
}

/// `/me`.
pub async fn me(desk: Desk) -> Response {
    match me_body(&desk).await {
        Ok(body) => desk.page("我的培训", "/me", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn me_body(desk: &Desk) -> Result<Markup, Stop> {
    let person = person(desk)?;
    let reader = desk.read().await?;
    let places = reader
        .list::<enrolment::Entity>(|q| {
            q.filter(enrolment::Column::Person.eq(person.clone()))
                .filter(enrolment::Column::Active.eq(true))
                .order_by_desc(enrolment::Column::CreatedAt)
        })
        .await?;
    let mut cards = Vec::new();
    for place in &places {
        cards.push(class_card(desk, &reader, place).await?);
    }
    let views = m7_registry::doorway::looks(&reader, &person).await?;
    Ok(html! {
        @if cards.is_empty() {
            (panel("", html! { p { "您还没有参加培训班。报名请联系当地培训机构或人社部门。" } a class="btn jb-btn" href="/needs" { "看看有哪些培训" } }))
        }
        @for card in cards { (card) }
        (phone_lines(&[PhoneLine::text("谁看过我的资料", format!("{views} 次")).opens("/me/views")]))
    })
}

async fn class_card(desk: &Desk, reader: &Reader, place: &enrolment::Model) -> Result<Markup, Stop> {
    let class = reader.get(&place.class).await?;
    let sessions = hours::sessions(reader, &class.id).await?;
    let now = desk.now();
    let policy = desk::policy::of_class(reader, &class, desk.today()).await?;
    let next = sessions.iter().find(|one| now <= signs_out_until(one, &policy));
    let events =
        reader.list::<attendance::Entity>(|q| q.filter(attendance::Column::Enrolment.eq(place.id.clone()))).await?;
    let running = class.state.is_in(&[FullProcessState::Approved, FullProcessState::InTraining]);
    let asked = match next {
        Some(session) if running => asked_at(desk, session, place).await?,
        _ => None,
    };
    let (main, others) = follow_up(reader, &class, place).await?;
    Ok(html! {
        @if let (true, Some(session)) = (running, next) {
            (session_card(&class, session, &events, (now, desk.today()), asked))
        } @else {
            (PhoneCard { title: class.title.clone(),
                lines: vec![class.state.label().to_owned(), class.institution_name.clone()],
                main, others, ..PhoneCard::default() })
        }
        (hours_lines(&class, &sessions, &events, place, claimed(desk, place).await?)?)
    })
}

/// What is claimed for him, or why nothing is, once his class's claim is drafted; whether it was paid. The claim is the
/// institution's: it is read for him, about his own place.
async fn claimed(desk: &Desk, place: &enrolment::Model) -> Result<Option<Claimed>, Stop> {
    let reader = desk.as_system("own-claim").read().await?;
    desk.premises.ask(&reader, ClaimedFor { enrolment: place.id.clone() }).await
}

/// When this trainee asked for the roll at a session, while the request waits. The task is the school's: read for him.
async fn asked_at(
    desk: &Desk,
    session: &class_session::Model,
    place: &enrolment::Model,
) -> Result<Option<Instant>, Stop> {
    let reader = desk.as_system("asked-for-roll").read().await?;
    desk::tasks::open_since(&reader, &asked_under(&session.id, &place.id)).await
}

fn session_card(
    class: &training_class::Model,
    session: &class_session::Model,
    events: &[attendance::Model],
    (now, today): (Instant, foundation::Date),
    asked: Option<Instant>,
) -> Markup {
    let has = |kind| events.iter().find(|one| one.session == session.id && one.kind == kind);
    let (signed_in, signed_out, rolled) =
        (has(AttendanceKind::SignIn), has(AttendanceKind::SignOut), has(AttendanceKind::RollCall));
    let mut lines = vec![
        format!(
            "{} {} — {} · {}",
            ui::dates::near_day(session.held_on, today),
            ui::dates::time(session.starts_at),
            ui::dates::time(session.ends_at),
            session.place
        ),
        format!("老师：{}", session.teacher_name),
    ];
    let address = at::CheckInPage(&session.id).to_string();
    let main = match (rolled, signed_in, signed_out) {
        (Some(row), _, _) => {
            lines.push(format!("✓ 老师已点名（{}）", ui::dates::time(row.at)));
            None
        }
        (None, Some(_), Some(row)) => {
            lines.push(format!("✓ 已签到、已签退（{}）", ui::dates::time(row.at)));
            None
        }
        (None, Some(row), None) => {
            lines.push(format!("✓ {} 已签到", ui::dates::time(row.at)));
            Some(Button::link("签退", address))
        }
        (None, None, _) if now > session.ends_at => {
            lines.push("这次课已经结束，没有签到".into());
            None
        }
        (None, None, _) => Some(Button::link("签到", address)),
    };
    let open = main.is_some() || rolled.is_none() && signed_in.is_none();
    if let Some(at) = asked {
        lines.push(format!("✓ {} 已请老师点名，请在教室等候", ui::dates::time(at)));
    }
    let others = if open && asked.is_none() {
        vec![Button::post("请老师代点", at::SessionAskRollCall(&session.id).to_string())]
    } else {
        Vec::new()
    };
    html! { (PhoneCard { title: class.title.clone(), lines, main, others, ..PhoneCard::default() }) }
}

/// What comes after the last session: the feedback first where it is due, the certificate beside it.
async fn follow_up(
    reader: &Reader,
    class: &training_class::Model,
    place: &enrolment::Model,
) -> Result<(Option<Button>, Vec<Button>), Stop> {
    let certificate = reader.find::<certificate::Entity>(certificate::Column::Enrolment.eq(place.id.clone())).await?;
    let certificate = certificate.map(|one| Button::link("看我的证书", format!("/certificates/{}.pdf", one.id)));
    if class.state == FullProcessState::Certified && place.passed == Some(true) {
        let given = reader.find::<feedback::Entity>(feedback::Column::Enrolment.eq(place.id.clone())).await?.is_some();
        if !given {
            return Ok((
                Some(Button::link("评价这次培训", at::MeFeedback(&class.id).to_string())),
                certificate.into_iter().collect(),
            ));
        }
    }
    Ok((certificate, Vec::new()))
}

fn hours_lines(
    class: &training_class::Model,
    sessions: &[class_session::Model],
    events: &[attendance::Model],
    place: &enrolment::Model,
    claimed: Option<Claimed>,
) -> Result<Markup, Stop> {
    let Some(policy) = class.policy.as_deref() else { return Ok(html! {}) };
    let policy = desk::policy::pinned(Some(policy))?;
    let hours = reckoning::hours::credit(&hours::session_facts(sessions), &hours::attendance_facts(events), &policy);
    let total = class.periods_total.0;
    let needed = (total * policy.min_rate_pct() + 99) / 100;
    let payable = reckoning::money::payable(&hours, &policy);
    let amount = reckoning::money::amount(&payable, &policy);
    Ok(phone_lines(&[
        PhoneLine::score("我的课时", hours.rate.0.to_string(), total.to_string())
            .note(match place.passed {
                Some(true) => "已结业".to_owned(),
                Some(false) => "考核没有合格".to_owned(),
                None => format!("要满 {needed} 课时才能结业"),
            })
            .opens(at::MeHours(&place.class).to_string()),
        match claimed {
            Some(item) if item.eligible && item.state == ClaimState::Paid => {
                PhoneLine::text("补贴", ui::money::text(item.amount))
                    .note("已经拨付，由培训机构代领；培训机构不得再向您收费")
            }
            Some(item) if item.eligible => PhoneLine::text("补贴", ui::money::text(item.amount))
                .note("正在申领，由培训机构代领；培训机构不得再向您收费"),
            Some(item) => PhoneLine::text("补贴", "没有").note(item.why_not.map_or_else(String::new, |one| one.fact)),
            None if place.passed == Some(false) => PhoneLine::text("补贴", "没有").note("考核没有合格"),
            None if class.state.phase() == ClassPhase::Ended => PhoneLine::text("补贴", "没有").note("这个班没有办成"),
            None if hours.rate.0 < needed
                && !matches!(
                    class.state.phase(),
                    ClassPhase::Approved | ClassPhase::Teaching | ClassPhase::Stopped
                ) =>
            {
                PhoneLine::text("补贴", "没有").note(format!("课时不到 {needed}，不能结业；记错了请点上面一行告诉我们"))
            }
            None => PhoneLine::text("预计补贴", format!("机构代领 {}", ui::money::text(amount.fen)))
                .note("按现在的课时算；培训机构不得再向您收费"),
        },
    ]))
}

/// `/me/hours/{class}`: every session, counted or not, with the reason.
pub async fn my_hours(desk: Desk, Path(class): Path<String>) -> Response {
    let Ok(class) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    match hours_body(&desk, &class).await {
        Ok(body) => desk.page("我的课时", "/me", body),
        Err(stop) => desk.stopped(stop),
    }
}

async fn hours_body(desk: &Desk, class: &ClassId) -> Result<Markup, Stop> {
    let person = person(desk)?;
    let reader = desk.read().await?;
    let class = reader.get(&class).await?;
    let mine =
        Condition::all().add(enrolment::Column::Class.eq(class.id.clone())).add(enrolment::Column::Person.eq(person));
    let place = reader.find::<enrolment::Entity>(mine).await?.ok_or(Fault::Gone)?;
    let policy = desk::policy::pinned(class.policy.as_deref())?;
    let sessions = hours::sessions(&reader, &class.id).await?;
    let events =
        reader.list::<attendance::Entity>(|q| q.filter(attendance::Column::Enrolment.eq(place.id.clone()))).await?;
    let hours = reckoning::hours::credit(&hours::session_facts(&sessions), &hours::attendance_facts(&events), &policy);
    let disputes = reader
        .list::<attendance_dispute::Entity>(|q| {
            q.filter(attendance_dispute::Column::Enrolment.eq(place.id.clone()))
                .order_by_asc(attendance_dispute::Column::RaisedAt)
        })
        .await?;
    // The latest word about a session: it is being looked into, or what was found.
    let said = |session: &SessionId| disputes.iter().rfind(|one| one.session == *session);
    let (now, today) = (desk.now(), desk.today());
    let lines: Vec<PhoneLine> = sessions
        .iter()
        .filter(|one| one.starts_at <= now)
        .map(|one| {
            let credit = hours.sessions.iter().find(|credit| credit.session == one.id);
            let when = format!("{} {}", ui::dates::day_weekday(one.held_on), ui::dates::time(one.starts_at));
            match credit {
                Some(credit) if credit.reason.credited() => {
                    let answer =
                        said(&one.id).map(|said| format!("。{}", answered_in_words(said, today))).unwrap_or_default();
                    let line = PhoneLine::tag(when, ui::tag::good(format!("已计 {} 课时", credit.credited)))
                        .note(format!("{}{answer}", credit.reason.sentence()));
                    // Whoever is marked present and was not can say so too.
                    if answer.is_empty() { line.opens(at::MeDispute(&one.id).to_string()) } else { line }
                }
                Some(credit) if now <= one.ends_at => {
                    PhoneLine::tag(when, ui::tag::neutral("上课中")).note(credit.reason.sentence())
                }
                Some(credit) => {
                    let line = PhoneLine::tag(when, ui::tag::look(format!("少 {} 课时", one.periods)));
                    match said(&one.id) {
                        Some(said) => {
                            line.note(format!("{}。{}", credit.reason.sentence(), answered_in_words(said, today)))
                        }
                        None => line
                            .note(format!("{}。记错了点这里", credit.reason.sentence()))
                            .opens(at::MeDispute(&one.id).to_string()),
                    }
                }
                None => PhoneLine::text(when, "—"),
            }
        })
        .collect();
    Ok(html! {
        (page_head(&class.title,
            &format!("已计 {} / {} 课时，其中线上 {}", hours.rate.0, class.periods_total, hours.online), &[]))
        @if !lines.is_empty() { p class="jb-head__note" { "哪一次记错了，点那一行告诉我们。" } }
        @if lines.is_empty() { (panel("", html! { p { "还没有上课。" } })) } @else { (phone_lines(&lines)) }
    })
}

/// What became of a trainee's word about a session.
fn answered_in_words(one: &attendance_dispute::Model, today: foundation::Date) -> String {
    match one.state {
        DisputeState::Open => format!("您说记错了，县人社部门 {} 前答复", ui::dates::near_day(one.due_on, today)),
        state => format!("{}：{}", state.label(), one.answer),
    }
}

/// `/me/views`: who looked at my data, when, and why.
pub async fn my_views(desk: Desk) -> Response {
    let rows = match (person(&desk), desk.read().await) {
        (Ok(person), Ok(reader)) => m7_registry::doorway::all_looks(&reader, &person).await,
        (Err(stop), _) | (_, Err(stop)) => Err(stop),
    };
    match rows {
        Ok(rows) => {
            let lines: Vec<PhoneLine> = rows
                .iter()
                .map(|row| {
                    PhoneLine::text(format!("{} {}", row.office_name, row.viewer_name), ui::dates::full_moment(row.at))
                        .note(format!("事由：{}", row.purpose))
                })
                .collect();
            desk.page(
                "谁看过我的资料",
                "/me",
                html! {
                    (page_head("谁看过我的资料", "工作人员查看您的完整证件号码或电话，都会记在这里", &[]))
                    @if lines.is_empty() { (panel("", html! { p { "还没有人看过。" } })) } @else { (phone_lines(&lines)) }
                },
            )
        }
        Err(stop) => desk.stopped(stop),
    }
}
