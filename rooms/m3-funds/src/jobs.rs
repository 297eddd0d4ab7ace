//! Timed acts: drafting claims, drafting them anew after late feedback, ending publicity, archiving what is not paid
//! (M7.1, M8.9; domain §7.4).

use desk::turns::Told;
use desk::{Act, Desk, procedure};
use foundation::Stop;
use foundation::codes::{ClaimState, ClassState};
use m3_supervision::doorway::{class_in, heard_after, next_in};
use m3_supervision::procedures::full_process::{FullProcess, Step as ClassStep};
use store::Reader;
use store::query::{ColumnTrait, Condition, QueryFilter};
use store::tables::funds::claim;

use crate::acts::draft::{ArchiveUnpaidClass, DraftClaim, RedraftClaim, claim_window_end};
use crate::acts::review::EndPublicity;

/// Drafts what may be claimed and ends what has been public long enough. One that cannot be done does not keep the
/// others waiting; everything that failed is told.
pub(crate) async fn tick(desk: &Desk) -> Result<(), Stop> {
    let (today, turns, reader) = (desk.today(), &desk.premises.turns, desk.read().await?);
    let classes = next_in(desk, &reader, "draft-claim", states(ClassStep::DraftClaim)).await?;
    let late = turns.next::<claim::Entity>(&reader, "redraft-claim", |q| q.filter(answered_late())).await?;
    let over = turns
        .next::<claim::Entity>(&reader, "end-publicity", |q| {
            q.filter(claim::Column::State.eq(ClaimState::Published)).filter(claim::Column::PublicityUntil.lt(today))
        })
        .await?;
    let closed = turns
        .next::<claim::Entity>(&reader, "archive-unpaid", |q| {
            q.filter(claim::Column::State.eq(ClaimState::NotPassed))
                .filter(class_in(claim::Column::Class, states(ClassStep::ArchiveUnpaid)))
        })
        .await?;
    let mut told = Told::default();
    for class in classes {
        told.note(&class.id, done(desk, DraftClaim { class: class.id.clone() }).await);
    }
    for one in late {
        told.note(&one.id, done(desk, RedraftClaim { claim: one.id.clone() }).await);
    }
    for one in over {
        told.note(&one.id, done(desk, EndPublicity { claim: one.id.clone() }).await);
    }
    for one in closed {
        told.note(&one.id, archive(desk, &reader, &one).await);
    }
    told.finish()
}

/// Archives a class whose claim did not pass, once nothing can be claimed for it any more.
async fn archive(desk: &Desk, reader: &Reader, one: &claim::Model) -> Result<(), Stop> {
    let class = reader.get(&one.class).await?;
    let months = desk::policy::pinned(class.policy.as_deref())?.claim_window_months();
    match claim_window_end(class.ends_on, months).is_some_and(|last| last < desk.today()) {
        true => done(desk, ArchiveUnpaidClass { claim: one.id.clone() }).await,
        false => Ok(()),
    }
}

/// A rule says no by now: no fault of the tick.
async fn done<A: Act>(desk: &Desk, act: A) -> Result<(), Stop> {
    match desk.perform(act).await {
        Ok(_) | Err(Stop::Refused(_)) => Ok(()),
        Err(stop) => Err(stop),
    }
}

/// Claims in hand whose class was answered for after they were drafted.
fn answered_late() -> Condition {
    Condition::all()
        .add(claim::Column::State.is_in([ClaimState::Draft, ClaimState::Returned, ClaimState::NotPassed]))
        .add(claim::Column::SecondReviewedBy.is_null())
        .add(heard_after(claim::Column::Class, claim::Column::DraftedAt))
}

/// The states of classes from which a step of theirs leads on: the class's table says.
fn states(step: ClassStep) -> Vec<ClassState> {
    procedure::row::<FullProcess>(step).from.iter().copied().map(ClassState::from).collect()
}
