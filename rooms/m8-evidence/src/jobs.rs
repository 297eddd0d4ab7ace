//! Timed acts (M8.9): facts get their places in the journal, and a clock that went back is told of.

use desk::Desk;
use desk::health::Finding;
use desk::turns::Told;
use foundation::Stop;

/// What is new gets its place; the clock is looked at.
pub(crate) async fn tick(desk: &Desk) -> Result<(), Stop> {
    let premises = &desk.premises;
    let (keys, origin) = (premises.journal_keys(), &premises.settings.journal_origin);
    let mut told = Told::default();
    told.note("sequencer", store::sequencer::sequence(&premises.db, &keys, origin, desk.now()).await);
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
