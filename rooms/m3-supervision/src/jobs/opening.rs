//! Timed acts of the opening (M3.1; domain §4.1 A15): applications returned and never corrected lapse.

use desk::Desk;
use foundation::Stop;
use foundation::codes::ClassState;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::supervision::training_class;

use crate::acts::decide::LapseCorrection;

/// Classes looked at in one tick.
const CLASSES_PER_TICK: u64 = 200;

/// Withdraws what was returned and left beyond its day.
pub async fn tick(desk: &Desk) -> Result<(), Stop> {
    let today = desk.today();
    let late = desk
        .read()
        .await?
        .list::<training_class::Entity>(|q| {
            q.filter(training_class::Column::State.eq(ClassState::Returned))
                .filter(training_class::Column::DueOn.lt(today))
                .order_by_asc(training_class::Column::DueOn)
                .limit(CLASSES_PER_TICK)
        })
        .await?;
    for class in late {
        desk.perform(LapseCorrection { class: class.id }).await?;
    }
    Ok(())
}
