//! Timed housekeeping (M8.4): what is kept only for a while goes when its while is over. Facts stay for ever; these
//! rows are none.

use chrono::Duration;
use desk::Desk;
use desk::turns::Told;
use foundation::{Instant, Scope, Stop};
use store::db::Guarded;
use store::query::{ColumnTrait, Condition};
use store::tables::identity::{idempotency, one_time_link, sign_in};

/// How often it looks.
const EVERY: Duration = Duration::hours(1);
/// A client may repeat an act with its idempotency key for so long.
pub const ANSWERS_DAYS: i64 = 7;
/// Links that were used or have expired.
const LINKS_DAYS: i64 = 30;
/// Sign-ins that ended: who was in when is kept for more than the six months that the law on network security asks for.
const SIGN_INS_DAYS: i64 = 200;

/// Removes what is over, once an hour. Two servers that do it at once remove the same rows.
pub(crate) async fn tick(desk: &Desk) -> Result<(), Stop> {
    let now = desk.premises.clock.real_now();
    if !desk.premises.turns.is_due("housekeeping", EVERY, now) {
        return Ok(());
    }
    let mut told = Told::default();
    let demo_now = desk.now();
    told.note(
        "answers",
        remove::<idempotency::Entity>(
            desk,
            Condition::all().add(idempotency::Column::At.lt(demo_now - Duration::days(ANSWERS_DAYS))),
        )
        .await,
    );
    told.note(
        "links",
        remove::<one_time_link::Entity>(
            desk,
            one_time_link::Column::ExpiresAt.lt(now - Duration::days(LINKS_DAYS)).into(),
        )
        .await,
    );
    told.note("sign-ins", remove::<sign_in::Entity>(desk, over(now)).await);
    told.finish()
}

fn over(now: Instant) -> Condition {
    // Nobody stays signed in for so long: whoever was not seen is out.
    Condition::all().add(sign_in::Column::LastSeenAt.lt(now - Duration::days(SIGN_INS_DAYS)))
}

async fn remove<E: store::Reach>(desk: &Desk, gone: Condition) -> Result<u64, Stop> {
    desk.premises
        .db
        .write_guarded(Guarded::ByKeys, Scope::Everything, move |work| {
            Box::pin(async move { work.remove_all::<E>(gone).await })
        })
        .await
}
