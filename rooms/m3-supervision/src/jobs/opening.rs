//! Timed acts of the opening (M3.1; domain §4.1 A15): applications returned and never corrected lapse.

use desk::Desk;
use desk::turns::Told;
use foundation::Stop;
use foundation::codes::FullProcessState;
use store::query::{ColumnTrait, QueryFilter};
use store::tables::supervision::training_class;

use crate::acts::decide::LapseCorrection;

/// Withdraws what was returned and left beyond its day.
pub(crate) async fn tick(desk: &Desk, told: &mut Told) -> Result<(), Stop> {
    let (today, reader) = (desk.today(), desk.read().await?);
    let late = |q: store::query::Select<training_class::Entity>| {
        q.filter(training_class::Column::State.eq(FullProcessState::Returned))
            .filter(training_class::Column::DueOn.lt(today))
    };
    for class in desk.premises.turns.next::<training_class::Entity>(&reader, "lapse-correction", late).await? {
        told.note(&class.id, desk.perform(LapseCorrection { class: class.id.clone() }).await);
    }
    Ok(())
}
