//! Timed acts: drafting claims, ending publicity (M7.1, M8.9; domain §7.4).

use desk::Desk;
use foundation::Stop;
use foundation::codes::{ClaimState, ClassState};
use store::query::{ColumnTrait, QueryFilter, QuerySelect};
use store::tables::funds::claim;
use store::tables::supervision::training_class;

use crate::acts::draft::DraftClaim;
use crate::acts::review::EndPublicity;

/// Rows looked at in one tick.
const PER_TICK: u64 = 200;

/// Drafts what may be claimed and ends what has been public long enough.
pub async fn tick(desk: &Desk) -> Result<(), Stop> {
    let reader = desk.read().await?;
    let classes = reader.list::<training_class::Entity>(|q| q.filter(training_class::Column::State.eq(ClassState::FeedbackDone)).limit(PER_TICK)).await?;
    let over = reader
        .list::<claim::Entity>(|q| {
            q.filter(claim::Column::State.eq(ClaimState::Published)).filter(claim::Column::PublicityUntil.lt(desk.today())).limit(PER_TICK)
        })
        .await?;
    drop(reader);
    for class in classes {
        desk.perform(DraftClaim { class: class.id }).await?;
    }
    for one in over {
        desk.perform(EndPublicity { claim: one.id }).await?;
    }
    Ok(())
}
