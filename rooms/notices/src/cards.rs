//! The numbers above the queue, each with its second line and the rows behind it (pages.md "Queue").

use desk::Desk;
use foundation::codes::{ClaimState, ClassPhase, ClassState};
use foundation::{Date, Fen, Function, Permission, Right, Stop, at};
use store::Reader;
use store::query::{Alias, ColumnTrait, Expr, ExprTrait, QueryFilter, QuerySelect};
use store::tables::funds::claim;
use store::tables::supervision::{class_session, training_class};
use ui::{StatCard, Tone};

store::picked! {
    /// One state's rows: how many, how many people, how much, and the first day that counts among them.
    pub(crate) struct Sums {
        pub(crate) state: String,
        pub(crate) rows: i64,
        pub(crate) persons: Option<i64>,
        pub(crate) fen: Option<i64>,
        pub(crate) first: Option<Date>,
    }
}

/// Several states' rows together.
#[derive(Default)]
pub(crate) struct Total {
    pub(crate) rows: i64,
    pub(crate) persons: i64,
    pub(crate) fen: i64,
    first: Option<Date>,
}

/// The states of `all` whose code is one of these.
pub(crate) fn total(all: &[Sums], states: &[&str]) -> Total {
    all.iter().filter(|one| states.contains(&one.state.as_str())).fold(Total::default(), |sum, one| Total {
        rows: sum.rows + one.rows,
        persons: sum.persons + one.persons.unwrap_or(0),
        fen: sum.fen + one.fen.unwrap_or(0),
        first: sum.first.into_iter().chain(one.first).min(),
    })
}

/// Claims in these states, by state; answered from the index alone (`path, state, …`).
pub(crate) async fn claims(reader: &Reader, states: &[ClaimState]) -> Result<Vec<Sums>, Stop> {
    let whole = |column| Expr::col((claim::Entity, column)).sum().cast_as(Alias::new("bigint"));
    reader
        .pick::<claim::Entity, Sums>(|q| {
            q.select_only()
                .column(claim::Column::State)
                .column_as(claim::Column::State.count(), "rows")
                .column_as(whole(claim::Column::Persons), "persons")
                .column_as(whole(claim::Column::Total), "fen")
                .column_as(claim::Column::PublicityUntil.min(), "first")
                .filter(claim::Column::State.is_in(states.iter().copied()))
                .group_by(claim::Column::State)
        })
        .await
}

/// Classes in these phases, by state; the same.
async fn classes(reader: &Reader, phases: &[ClassPhase]) -> Result<Vec<Sums>, Stop> {
    let whole = |column| Expr::col((training_class::Entity, column)).sum().cast_as(Alias::new("bigint"));
    reader
        .pick::<training_class::Entity, Sums>(|q| {
            q.select_only()
                .column(training_class::Column::State)
                .column_as(training_class::Column::State.count(), "rows")
                .column_as(whole(training_class::Column::EnrolledCount), "persons")
                .column_as(whole(training_class::Column::Money), "fen")
                .column_as(training_class::Column::DueOn.min(), "first")
                .filter(training_class::Column::State.is_in(ClassState::in_phases(phases)))
                .group_by(training_class::Column::State)
        })
        .await
}

/// The classes of one phase, whatever their regimes.
fn in_phase(all: &[Sums], phase: ClassPhase) -> Total {
    let states: Vec<&str> = ClassState::in_phases(&[phase]).into_iter().map(ClassState::code).collect();
    total(all, &states)
}

/// Yuan of a sum.
pub(crate) fn yuan(total: &Total) -> String {
    ui::money::text(Fen(total.fen))
}

/// What an office with these rights counts.
pub async fn cards(desk: &Desk) -> Result<Vec<StatCard>, Stop> {
    use ClassPhase as P;
    let reader = desk.read().await?;
    let read = |function| desk.may(Permission::Of(function, Right::Read));
    let mut cards = Vec::new();
    let classes = if read(Function::OpeningApplication) {
        classes(&reader, &[P::Draft, P::Waiting, P::Teaching, P::Stopped]).await?
    } else {
        Vec::new()
    };
    if read(Function::OpeningApplication) {
        cards.push(running(desk, &reader, &in_phase(&classes, P::Teaching)).await?);
        cards.push(waiting(desk, &in_phase(&classes, P::Waiting)));
    }
    let drafts = in_phase(&classes, P::Draft);
    if drafts.rows > 0 && desk.actor.office.is_institution() {
        cards.push(
            StatCard::new("草稿", format!("{} 份", drafts.rows))
                .note("开班申请还没有提交")
                .opens(at::Classes.asking(&[("state", &P::Draft)])),
        );
    }
    if read(Function::ClaimReview) {
        cards.extend(money(desk, &reader).await?);
    }
    let stopped = in_phase(&classes, P::Stopped);
    if stopped.rows > 0 {
        let note = format!("{} 人等着复课", stopped.persons);
        cards.push(
            StatCard::new("停课整改", format!("{} 班", stopped.rows))
                .note(note)
                .opens(at::Classes.asking(&[("state", &P::Stopped)]))
                .tone(Tone::Act),
        );
    }
    Ok(cards)
}

async fn running(desk: &Desk, reader: &Reader, sums: &Total) -> Result<StatCard, Stop> {
    let (now, today) = (desk.now(), desk.today());
    // Asked of the few meetings of the day, not of all classes that are taught.
    let taught = store::query::Query::select()
        .expr(Expr::val(1))
        .from(training_class::Entity)
        .and_where(
            Expr::col((training_class::Entity, training_class::Column::Id))
                .equals((class_session::Entity, class_session::Column::Class)),
        )
        .and_where(
            training_class::Column::State.is_in(ClassState::in_phases(&[ClassPhase::Approved, ClassPhase::Teaching])),
        )
        .to_owned();
    let held = reader
        .count::<class_session::Entity>(|q| {
            q.filter(class_session::Column::HeldOn.eq(today))
                .filter(class_session::Column::StartsAt.lte(now))
                .filter(class_session::Column::EndsAt.gte(now))
                .filter(Expr::exists(taught))
        })
        .await?;
    let now = if held > 0 { format!("现在 {held} 班在上课") } else { "现在没有课".to_owned() };
    Ok(StatCard::new("正在培训", format!("{} 班", sums.rows))
        .note(format!("名册 {} 人 · {now}", sums.persons))
        .opens(at::Classes.asking(&[("state", &ClassPhase::Teaching)])))
}

fn waiting(desk: &Desk, sums: &Total) -> StatCard {
    StatCard::new("待审开班", format!("{} 班", sums.rows))
        .note(earliest(sums.first, desk.today(), "到期", "没有积压"))
        .opens(at::Classes.asking(&[("state", &ClassPhase::Waiting)]))
}

fn earliest(day: Option<Date>, today: Date, what: &str, none: &str) -> String {
    match day {
        None => none.to_owned(),
        Some(day) if day < today => format!("最早已超期 {} 天", (today - day).num_days()),
        Some(day) => format!("最早 {} {what}", ui::dates::near_day(day, today)),
    }
}

async fn money(desk: &Desk, reader: &Reader) -> Result<Vec<StatCard>, Stop> {
    use ClaimState as S;
    const REVIEWING: [S; 4] = [S::Submitted, S::Accepted, S::FirstReviewed, S::SecondReviewed];
    let all = claims(reader, &[&REVIEWING[..], &[S::Published, S::UnderObjection, S::Paid]].concat()).await?;
    let (reviewing, paid) = (total(&all, &REVIEWING.map(S::code)), total(&all, &[S::Paid.code()]));
    let (shown, ends) =
        (total(&all, &[S::Published.code(), S::UnderObjection.code()]), total(&all, &[S::Published.code()]).first);
    Ok(vec![
        StatCard::new("待审补贴", yuan(&reviewing))
            .note(format!("{} 笔 · {} 人", reviewing.rows, reviewing.persons))
            .opens(at::Claims.asking(&[("state", &"reviewing")])),
        StatCard::new("公示中", format!("{} 笔", shown.rows))
            .note(if shown.rows == 0 {
                "现在没有".to_owned()
            } else {
                format!("{} · {}", yuan(&shown), earliest(ends, desk.today(), "届满", ""))
            })
            .opens(at::Claims.asking(&[("state", &"public")])),
        StatCard::new("已拨付", yuan(&paid))
            .note(format!("{} 笔 · {} 人", paid.rows, paid.persons))
            .opens(at::Claims.asking(&[("state", &S::Paid)])),
    ])
}
