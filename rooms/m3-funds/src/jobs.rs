//! Timed acts: drafting claims, drafting them anew after late feedback, ending publicity, archiving what is not paid
//! (M7.1, M8.9; domain §7.4).

use desk::{Act, Desk};
use foundation::codes::{ClaimState, ClassState};
use foundation::{Fault, Stop};
use store::query::{ColumnTrait, Condition, Expr, ExprTrait, Query, QueryFilter, QueryOrder, QuerySelect};
use store::tables::funds::claim;
use store::tables::supervision::{feedback, training_class};

use crate::acts::draft::{ArchiveUnpaidClass, DraftClaim, RedraftClaim, claim_window_end};
use crate::acts::review::EndPublicity;

/// Rows looked at in one tick.
const PER_TICK: u64 = 200;

/// Drafts what may be claimed and ends what has been public long enough. One that cannot be done does not keep the
/// others waiting; the first fault is told.
pub async fn tick(desk: &Desk) -> Result<(), Stop> {
    let reader = desk.read().await?;
    let classes = reader.list::<training_class::Entity>(|q| q.filter(training_class::Column::State.eq(ClassState::FeedbackDone)).limit(PER_TICK)).await?;
    let late = reader.list::<claim::Entity>(|q| q.filter(answered_late()).order_by_asc(claim::Column::DraftedAt).limit(PER_TICK)).await?;
    let over = reader
        .list::<claim::Entity>(|q| {
            q.filter(claim::Column::State.eq(ClaimState::Published)).filter(claim::Column::PublicityUntil.lt(desk.today())).limit(PER_TICK)
        })
        .await?;
    let closed = reader
        .list::<claim::Entity>(|q| {
            q.filter(claim::Column::State.eq(ClaimState::NotPassed)).filter(in_claimed_class()).order_by_asc(claim::Column::DraftedAt).limit(PER_TICK)
        })
        .await?;
    let mut ended = Vec::new();
    for one in closed {
        let class = reader.get::<training_class::Entity>(one.class.to_string()).await?;
        let months = desk::policy::pinned(class.policy.as_deref())?.claim_window_months;
        if claim_window_end(class.ends_on, months).is_some_and(|last| last < desk.today()) {
            ended.push(one.id);
        }
    }
    drop(reader);
    let mut first = Ok(());
    for class in classes {
        first = first.and(done(desk, DraftClaim { class: class.id }).await);
    }
    for one in late {
        first = first.and(done(desk, RedraftClaim { claim: one.id }).await);
    }
    for one in over {
        first = first.and(done(desk, EndPublicity { claim: one.id }).await);
    }
    for claim in ended {
        first = first.and(done(desk, ArchiveUnpaidClass { claim }).await);
    }
    first
}

/// Somebody else was first, or a rule says no by now: both are no fault of the tick.
async fn done<A: Act>(desk: &Desk, act: A) -> Result<(), Stop> {
    match desk.perform(act).await {
        Ok(_) | Err(Stop::Refused(_) | Stop::Fault(Fault::Gone)) => Ok(()),
        Err(stop) => Err(stop),
    }
}

/// Claims in hand whose class was answered for after they were drafted.
fn answered_late() -> Condition {
    let later = Query::select()
        .expr(Expr::val(1))
        .from(feedback::Entity)
        .and_where(Expr::col((feedback::Entity, feedback::Column::Class)).equals((claim::Entity, claim::Column::Class)))
        .and_where(Expr::col((feedback::Entity, feedback::Column::At)).gt(Expr::col((claim::Entity, claim::Column::DraftedAt))))
        .to_owned();
    Condition::all()
        .add(claim::Column::State.is_in([ClaimState::Draft, ClaimState::Returned, ClaimState::NotPassed]))
        .add(claim::Column::SecondReviewedBy.is_null())
        .add(Expr::exists(later))
}

fn in_claimed_class() -> Condition {
    let claimed = Query::select()
        .column(training_class::Column::Id)
        .from(training_class::Entity)
        .and_where(training_class::Column::State.eq(ClassState::Claimed))
        .to_owned();
    Condition::all().add(claim::Column::Class.in_subquery(claimed))
}
