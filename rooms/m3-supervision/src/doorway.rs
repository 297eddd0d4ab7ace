//! What other rooms ask of supervision (M3.1, M7.1): how far is a class, who is on its roster, what did its trainees
//! reach? And what supervision asks of the rooms above it.

use std::collections::{HashMap, HashSet};

use desk::Desk;
use desk::question::Question;
use foundation::codes::{ClaimState, ClassState};
use foundation::{ClassId, Date, EnrolmentId, Fen, Instant, PersonId, Refusal, Stop};
use m7_registry::doorway::{Attended, ClassesOf};
use store::query::{ColumnTrait, Condition, Expr, ExprTrait, Query, QueryFilter, QueryOrder, QuerySelect, Set};
use store::tables::supervision::{certificate, enrolment, exam_score, feedback, training_class};
use store::{Reader, Writer};

/// A trainee's place in a class.
pub use store::tables::supervision::enrolment::Model as Place;
/// A class.
pub use store::tables::supervision::training_class::Model as Class;

/// Which of these persons were paid, or are being paid, for other classes than one (M3.9)? Asked of whoever pays.
pub struct PaidBefore {
    /// The persons.
    pub people: Vec<PersonId>,
    /// The class that does not count.
    pub but: ClassId,
}

/// A place that was or is being paid for.
pub struct PaidPlace {
    /// Whose.
    pub person: PersonId,
    /// As the claim names the person.
    pub name: String,
    /// In which class.
    pub class: ClassId,
    /// The day on which its claim was drafted.
    pub on: Date,
}

impl Question for PaidBefore {
    type Answer = Vec<PaidPlace>;
    const NAME: &'static str = "paid-before";
}

/// What is claimed for a place, once its class's claim is drafted (M3.9)? Asked of whoever pays.
pub struct ClaimedFor {
    /// The place.
    pub enrolment: EnrolmentId,
}

/// What is claimed for a place, or why nothing is.
pub struct Claimed {
    /// How the claim stands.
    pub state: ClaimState,
    /// Whether anything is.
    pub eligible: bool,
    /// How much.
    pub amount: Fen,
    /// The first reason against it.
    pub why_not: Option<Refusal>,
}

impl Question for ClaimedFor {
    type Answer = Option<Claimed>;
    const NAME: &'static str = "claimed-for";
}

/// The classes that a person has been in: the registry's question. Errors: the database's.
pub(crate) async fn classes_of(reader: &Reader, asked: &ClassesOf) -> Result<Vec<Attended>, Stop> {
    let person = &asked.person;
    let places = reader
        .list::<enrolment::Entity>(|q| {
            q.filter(enrolment::Column::Person.eq(person.clone()))
                .order_by_desc(enrolment::Column::Id)
                .limit(asked.most)
        })
        .await?;
    let held = reader
        .list::<training_class::Entity>(|q| {
            q.filter(training_class::Column::Id.is_in(places.iter().map(|one| one.class.clone())))
        })
        .await?;
    let certificates =
        reader.list::<certificate::Entity>(|q| q.filter(certificate::Column::Person.eq(person.clone()))).await?;
    let attended = |place: Place| {
        let class = held.iter().find(|class| class.id == place.class)?;
        Some(Attended {
            class: class.id.clone(),
            title: class.title.clone(),
            institution_name: class.institution_name.clone(),
            days: (class.starts_on, class.ends_on),
            category: place.category,
            state: place.active.then_some(class.state),
            certificate: certificates.iter().find(|one| one.enrolment == place.id).map(|one| one.number.clone()),
        })
    };
    Ok(places.into_iter().filter_map(attended).collect())
}

/// The roster of a class in the order in which it grew; those who left excluded (M7.1). Errors: the database's.
pub async fn places(reader: &Reader, class: &ClassId) -> Result<Vec<Place>, Stop> {
    reader
        .list::<enrolment::Entity>(|q| {
            q.filter(enrolment::Column::Class.eq(class.clone()))
                .filter(enrolment::Column::Active.eq(true))
                .order_by_asc(enrolment::Column::CreatedAt)
                .order_by_asc(enrolment::Column::Id)
        })
        .await
}

/// The next classes in these states, in the turn of a job (M7.1). Errors: the database's.
pub async fn next_in(
    desk: &Desk,
    reader: &Reader,
    job: &'static str,
    states: Vec<ClassState>,
) -> Result<Vec<Class>, Stop> {
    let of = training_class::Column::State.is_in(states);
    desk.premises.turns.next::<training_class::Entity>(reader, job, |q| q.filter(of)).await
}

/// Whether the class that a column of another table names is in one of these states.
pub fn class_in(column: impl ColumnTrait, states: Vec<ClassState>) -> Condition {
    let classes = Query::select()
        .column(training_class::Column::Id)
        .from(training_class::Entity)
        .and_where(training_class::Column::State.is_in(states))
        .to_owned();
    Condition::all().add(column.in_subquery(classes))
}

/// Whether a trainee of the class that a column of another table names has answered after the moment in another of its
/// columns (M3.1).
pub fn heard_after(class: impl ColumnTrait, since: impl ColumnTrait) -> Condition {
    let later = Query::select()
        .expr(Expr::val(1))
        .from(feedback::Entity)
        .and_where(Expr::col((feedback::Entity, feedback::Column::Class)).equals(class.as_column_ref()))
        .and_where(Expr::col((feedback::Entity, feedback::Column::At)).gt(Expr::col(since.as_column_ref())))
        .to_owned();
    Condition::all().add(Expr::exists(later))
}

/// Whether a trainee of the class has answered after a moment (M3.1). Errors: the database's.
pub async fn heard_since(reader: &Reader, class: &ClassId, since: Instant) -> Result<bool, Stop> {
    let late = Condition::all().add(feedback::Column::Class.eq(class.clone())).add(feedback::Column::At.gt(since));
    Ok(reader.find::<feedback::Entity>(late).await?.is_some())
}

/// Those of these places whose trainee has answered (M3.1). Errors: the database's.
pub async fn heard(reader: &Reader, places: Vec<EnrolmentId>) -> Result<HashSet<EnrolmentId>, Stop> {
    let rows = reader.list::<feedback::Entity>(|q| q.filter(feedback::Column::Enrolment.is_in(places))).await?;
    Ok(rows.into_iter().map(|one| one.enrolment).collect())
}

/// Those of these places whose trainee passed the exam (M3.1). Errors: the database's.
pub async fn passed(reader: &Reader, places: Vec<EnrolmentId>) -> Result<HashSet<EnrolmentId>, Stop> {
    let rows = reader
        .list::<exam_score::Entity>(|q| {
            q.filter(exam_score::Column::Enrolment.is_in(places)).filter(exam_score::Column::Passed.eq(true))
        })
        .await?;
    Ok(rows.into_iter().map(|one| one.enrolment).collect())
}

/// The days on which certificates that still hold were issued for these places (M3.1). Errors: the database's.
pub async fn issued(reader: &Reader, places: Vec<EnrolmentId>) -> Result<HashMap<EnrolmentId, Date>, Stop> {
    let rows = reader
        .list::<certificate::Entity>(|q| {
            q.filter(certificate::Column::Enrolment.is_in(places)).filter(certificate::Column::Valid.eq(true))
        })
        .await?;
    Ok(rows.into_iter().map(|one| (one.enrolment, one.issued_on)).collect())
}

/// What a class costs, for the step by which its claim is drafted (M7.1).
pub fn costs(money: Fen) -> training_class::ActiveModel {
    training_class::ActiveModel { money: Set(money), ..Default::default() }
}

/// Keeps what a class costs now (M7.1). Errors: the database's; `Stale` when the class was changed meanwhile.
pub async fn keep_costs(work: &Writer, class: &Class, money: Fen) -> Result<(), Stop> {
    work.save::<training_class::Entity>(class, costs(money)).await
}
