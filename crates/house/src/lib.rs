//! House: joins the rooms — one router, one list of timed acts, one navigation (house.md §1).

mod app;
pub mod evidence;
mod open;

pub use app::app;
pub use open::{CLOCK_OFFSET, Options, nav, open};

use desk::{Desk, Routes};
use foundation::Stop;

/// Every room's routes.
pub fn routes() -> Routes {
    Routes::new()
        .merge(notices::routes())
        .merge(m1_needs::routes())
        .merge(m2_institutions::routes())
        .merge(m3_supervision::routes())
        .merge(m3_funds::routes())
        .merge(m7_registry::routes())
        .merge(m8_governance::routes())
        .merge(evidence::routes())
}

/// Every room's timed acts, then the journal's sequencer. Errors of one room do not keep the others
/// from their turn; the first is told.
pub async fn tick(desk: &Desk) -> Result<(), Stop> {
    let turns = [m3_supervision::tick(desk).await, m3_funds::tick(desk).await];
    let premises = &desk.premises;
    store::sequencer::sequence(&premises.db, &evidence::keys(premises), &premises.settings.journal_origin, desk.now()).await?;
    turns.into_iter().collect()
}
