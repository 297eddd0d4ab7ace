//! House: joins the rooms — one router, one list of timed acts, one navigation (house.md §1).

mod app;
pub mod backup;
mod bind;
pub mod check;
pub mod evidence;
pub mod files;
pub mod keyring;
pub mod listen;
mod open;
mod private;
mod verification;

pub use app::app;
pub use bind::bind;
pub use open::{CLOCK_OFFSET, Looked, Options, look, nav, open};

use desk::health::Finding;
use desk::turns::Told;
use desk::{Declared, Desk, Routes};
use foundation::Stop;

/// Every room's routes.
pub fn routes() -> Routes {
    let shared = Declared::default().rules(reckoning::refusals::RULES).rules(desk::refusals::RULES).whole();
    Routes::new()
        .declare(shared)
        .merge(notices::routes())
        .merge(m1_needs::routes())
        .merge(m2_institutions::routes())
        .merge(m3_supervision::routes())
        .merge(m3_funds::routes())
        .merge(m7_registry::routes())
        .merge(m8_governance::routes())
        .merge(evidence::routes())
}

/// Every room's timed acts, then the journal's sequencer. What fails keeps nothing else from its turn; all of it is
/// told.
pub async fn tick(desk: &Desk) -> Result<(), Stop> {
    let mut told = Told::default();
    told.note("m3-supervision", m3_supervision::tick(desk).await);
    told.note("m3-funds", m3_funds::tick(desk).await);
    told.note("m8-governance", m8_governance::tick(desk).await);
    let premises = &desk.premises;
    let sequenced = store::sequencer::sequence(
        &premises.db,
        &evidence::keys(premises),
        &premises.settings.journal_origin,
        desk.now(),
    )
    .await;
    told.note("sequencer", sequenced);
    told.note("clock", look_at_clock(desk).await);
    told.finish()
}

/// How long a mark is told of.
const CLOCK_TOLD_FOR_MS: i64 = 7 * 24 * 3600 * 1000;

/// Tells of a clock that went back lately.
async fn look_at_clock(desk: &Desk) -> Result<(), Stop> {
    let last = store::clock_mark::last_mark_ms(&desk.read().await?).await?;
    let is_lately = last.is_some_and(|last| desk.now().timestamp_millis() - last < CLOCK_TOLD_FOR_MS);
    desk.premises.health.tell("clock", is_lately.then_some(CLOCK_WENT_BACK));
    Ok(())
}

/// What is told then.
const CLOCK_WENT_BACK: Finding = Finding::noticed(
    "七天内有事实记的时间比前一条早两分钟以上：服务器的时钟被调慢过，请检查对时（NTP），jinbu verify 会列出是哪些",
);
