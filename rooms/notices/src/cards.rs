//! The numbers above the queue, each with its second line and the rows behind it (pages.md "Queue").

use desk::Desk;
use foundation::codes::{ClaimState, ClassState};
use foundation::{Date, Fen, Function, Permission, Right, Stop};
use store::Reader;
use store::query::{Alias, ColumnTrait, Condition, Expr, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::funds::claim;
use store::tables::supervision::{class_session, training_class};
use ui::{StatCard, Tone};

store::picked! {
    /// How many, how many people, how much.
    pub(crate) struct Sums {
        pub(crate) rows: i64,
        pub(crate) persons: Option<i64>,
        pub(crate) fen: Option<i64>,
    }
}

/// Claims in these states: how many, their people and money.
pub(crate) async fn claims(reader: &Reader, condition: Condition) -> Result<Sums, Stop> {
    let whole = |column| Expr::col((claim::Entity, column)).sum().cast_as(Alias::new("bigint"));
    let rows = reader
        .pick::<claim::Entity, Sums>(|q| {
            q.select_only()
                .column_as(claim::Column::Id.count(), "rows")
                .column_as(whole(claim::Column::Persons), "persons")
                .column_as(whole(claim::Column::Total), "fen")
                .filter(condition)
        })
        .await?;
    Ok(rows.into_iter().next().unwrap_or(Sums { rows: 0, persons: None, fen: None }))
}

async fn classes(reader: &Reader, condition: Condition) -> Result<Sums, Stop> {
    let whole = |column| Expr::col((training_class::Entity, column)).sum().cast_as(Alias::new("bigint"));
    let rows = reader
        .pick::<training_class::Entity, Sums>(|q| {
            q.select_only()
                .column_as(training_class::Column::Id.count(), "rows")
                .column_as(whole(training_class::Column::EnrolledCount), "persons")
                .column_as(whole(training_class::Column::Money), "fen")
                .filter(condition)
        })
        .await?;
    Ok(rows.into_iter().next().unwrap_or(Sums { rows: 0, persons: None, fen: None }))
}

fn in_states(states: &[ClassState]) -> Condition {
    Condition::all().add(training_class::Column::State.is_in(states.iter().copied()))
}

fn claims_in(states: &[ClaimState]) -> Condition {
    Condition::all().add(claim::Column::State.is_in(states.iter().copied()))
}

/// Yuan of a sum.
pub(crate) fn yuan(sums: &Sums) -> String {
    ui::money::text(Fen(sums.fen.unwrap_or(0)))
}

/// What an office with these rights counts.
pub async fn cards(desk: &Desk) -> Result<Vec<StatCard>, Stop> {
    let reader = desk.read().await?;
    let read = |function| desk.may(Permission::Of(function, Right::Read));
    let mut cards = Vec::new();
    if read(Function::OpeningApplication) {
        cards.push(running(desk, &reader).await?);
        cards.push(waiting(desk, &reader).await?);
    }
    if read(Function::ClaimReview) {
        cards.extend(money(desk, &reader).await?);
    }
    if read(Function::OpeningApplication) {
        let stopped = classes(&reader, in_states(&[ClassState::Suspended])).await?;
        if stopped.rows > 0 {
            let note = format!("{} 人等着复课", stopped.persons.unwrap_or(0));
            cards.push(StatCard::new("停课整改", format!("{} 班", stopped.rows)).note(note).opens("/classes?state=A45").tone(Tone::Act));
        }
    }
    Ok(cards)
}

async fn running(desk: &Desk, reader: &Reader) -> Result<StatCard, Stop> {
    let sums = classes(reader, in_states(&[ClassState::InTraining])).await?;
    let (now, today) = (desk.now(), desk.today());
    let taught = store::query::Query::select()
        .column(training_class::Column::Id)
        .from(training_class::Entity)
        .and_where(training_class::Column::State.is_in([ClassState::Approved, ClassState::InTraining]))
        .to_owned();
    let held = reader
        .count::<class_session::Entity>(|q| {
            q.filter(class_session::Column::HeldOn.eq(today))
                .filter(class_session::Column::StartsAt.lte(now))
                .filter(class_session::Column::EndsAt.gte(now))
                .filter(class_session::Column::Class.in_subquery(taught))
        })
        .await?;
    let note = if held > 0 {
        format!("名册 {} 人 · 现在 {held} 班在上课", sums.persons.unwrap_or(0))
    } else {
        format!("名册 {} 人 · 现在没有课", sums.persons.unwrap_or(0))
    };
    Ok(StatCard::new("正在培训", format!("{} 班", sums.rows)).note(note).opens("/classes?state=A40"))
}

async fn waiting(desk: &Desk, reader: &Reader) -> Result<StatCard, Stop> {
    let states = [ClassState::Submitted, ClassState::UnderReview];
    let sums = classes(reader, in_states(&states)).await?;
    let first = reader
        .list::<training_class::Entity>(|q| {
            q.filter(in_states(&states)).filter(training_class::Column::DueOn.is_not_null()).order_by_asc(training_class::Column::DueOn).limit(1)
        })
        .await?
        .first()
        .and_then(|one| one.due_on);
    Ok(StatCard::new("待审开班", format!("{} 班", sums.rows)).note(earliest(first, desk.today(), "到期", "没有积压")).opens("/classes?state=waiting"))
}

fn earliest(day: Option<Date>, today: Date, what: &str, none: &str) -> String {
    match day {
        None => none.to_owned(),
        Some(day) if day < today => format!("最早已超期 {} 天", (today - day).num_days()),
        Some(day) => format!("最早 {} {what}", ui::dates::near_day(day, today)),
    }
}

async fn money(desk: &Desk, reader: &Reader) -> Result<Vec<StatCard>, Stop> {
    let today = desk.today();
    let reviewing = claims(reader, claims_in(&[ClaimState::Submitted, ClaimState::Accepted, ClaimState::FirstReviewed, ClaimState::SecondReviewed])).await?;
    let shown = claims(reader, claims_in(&[ClaimState::Published, ClaimState::UnderObjection])).await?;
    let ends = reader
        .list::<claim::Entity>(|q| q.filter(claims_in(&[ClaimState::Published])).order_by_asc(claim::Column::PublicityUntil).limit(1))
        .await?
        .first()
        .and_then(|one| one.publicity_until);
    let paid = claims(reader, claims_in(&[ClaimState::Paid])).await?;
    let people = |sums: &Sums| sums.persons.unwrap_or(0);
    Ok(vec![
        StatCard::new("待审补贴", yuan(&reviewing)).note(format!("{} 笔 · {} 人", reviewing.rows, people(&reviewing))).opens("/claims"),
        StatCard::new("公示中", format!("{} 笔", shown.rows))
            .note(if shown.rows == 0 { "现在没有".to_owned() } else { format!("{} · {}", yuan(&shown), earliest(ends, today, "届满", "")) })
            .opens("/publicity"),
        StatCard::new("已拨付", yuan(&paid)).note(format!("{} 笔 · {} 人", paid.rows, people(&paid))).opens("/claims?state=S90"),
    ])
}
