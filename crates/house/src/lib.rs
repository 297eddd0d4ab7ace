//! House: joins the rooms by their manifests — one router, one list of timed acts, one navigation (house.md §1) — and
//! knows nothing else of them.

mod app;
pub mod backup;
mod bind;
pub mod check;
pub mod files;
pub mod keyring;
pub mod listen;
mod open;
mod private;

pub use app::app;
pub use bind::bind;
pub use m8_evidence as evidence;
pub use open::{CLOCK_OFFSET, Looked, Options, look, open};

use desk::{Declared, Desk, Room, Routes};
use foundation::Stop;

/// Every room, in the order of their timed acts: the journal gives places to what the others have done.
pub fn rooms() -> Vec<Room> {
    vec![
        notices::room(),
        m1_needs::room(),
        m2_institutions::room(),
        m3_supervision::room(),
        m3_funds::room(),
        m7_registry::room(),
        m8_governance::room(),
        m8_evidence::room(),
    ]
}

/// Every room's routes.
pub fn routes() -> Routes {
    let shared = Declared::default().rules(reckoning::refusals::RULES).rules(desk::refusals::RULES).whole();
    rooms().into_iter().fold(Routes::new().declare(shared), |all, room| all.merge(room.routes))
}

/// Every room's timed acts. What fails keeps nothing else from its turn; all of it is told.
pub async fn tick(desk: &Desk) -> Result<(), Stop> {
    desk::room::tick(&desk.premises.declared().jobs, desk).await
}
