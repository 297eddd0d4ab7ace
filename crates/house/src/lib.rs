//! House: joins the rooms — one router, one list of timed acts, one navigation (house.md §1).

mod app;
pub mod evidence;
pub mod listen;
mod open;
mod private;

pub use app::app;
pub use open::{CLOCK_OFFSET, Options, keys, nav, open};

use desk::turns::Told;
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

/// Every room's timed acts, then the journal's sequencer. What fails keeps nothing else from its turn; all of it is told.
pub async fn tick(desk: &Desk) -> Result<(), Stop> {
    let mut told = Told::default();
    told.note("m3-supervision", m3_supervision::tick(desk).await);
    told.note("m3-funds", m3_funds::tick(desk).await);
    told.note("m8-governance", m8_governance::tick(desk).await);
    let premises = &desk.premises;
    let sequenced = store::sequencer::sequence(&premises.db, &evidence::keys(premises), &premises.settings.journal_origin, desk.now()).await;
    told.note("sequencer", sequenced);
    told.finish()
}
