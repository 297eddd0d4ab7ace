//! A clock that went back (M8.9): a fact dated before its predecessor in the journal by more than the allowed skew gets
//! a fact of its own that says so. It is never refused, for what happened happened; `/healthz` and `jinbu verify` tell.

use foundation::limits::CLOCK_SKEW_MS;
use foundation::{FactId, Instant, Stop, TypedId};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use sha2::{Digest, Sha256};

use crate::tables::identity::setting;
use crate::tables::journal::fact;
use crate::{Reader, Writer};

/// The mark's kind of fact.
pub const DATED_BACK: &str = "FactDatedBack";
/// Setting that holds when the last mark was made, in milliseconds.
const LAST_MARK: &str = "clock_last_mark_ms";
/// A demo's clock is moved by an act, whose fact explains itself.
const MOVED: &str = "DemoClockMoved";

/// Marks the first of the waiting facts where it is dated too far before the last placed one: those after it come in
/// the order of their dates.
pub(crate) async fn mark(work: &Writer, waiting: &[fact::Model], size: u64, now: Instant) -> Result<(), Stop> {
    let (Some(first), Some(last)) = (waiting.first(), size.checked_sub(1)) else { return Ok(()) };
    let last = i64::try_from(last).unwrap_or(i64::MAX);
    let Some(before) =
        work.list::<fact::Entity>(|q| q.filter(fact::Column::Seq.eq(last)).limit(1)).await?.into_iter().next()
    else {
        return Ok(());
    };
    let behind = before.at.timestamp_millis() - first.at.timestamp_millis();
    if behind <= CLOCK_SKEW_MS || first.fact == MOVED || first.fact == DATED_BACK {
        return Ok(());
    }
    tracing::warn!(fact = %first.id, behind_ms = behind, "a fact is dated before its predecessor: the clock went back");
    work.add::<fact::Entity>(row(first, behind, now)).await?;
    work.put::<setting::Entity>(setting::Model { key: LAST_MARK.into(), value: now.timestamp_millis().to_string() })
        .await
}

fn row(first: &fact::Model, behind_ms: i64, now: Instant) -> fact::Model {
    fact::Model {
        id: mark_id(first),
        seq: None,
        at: now,
        act: "sequence".into(),
        fact: DATED_BACK.into(),
        clause: "M8.9".into(),
        actor: "job:sequencer".into(),
        actor_name: "系统".into(),
        office: "system:sequencer".into(),
        office_name: "系统".into(),
        class: None,
        about: serde_json::json!([["fact", first.id]]).to_string(),
        summary: format!("事实 {} 记的时间比前一条早 {} 秒，服务器的时钟可能被调慢过", first.id, behind_ms / 1000),
        body: serde_json::json!({ "behind_ms": behind_ms, "fact": first.id }).to_string(),
        commitments: "{}".into(),
        organisation: None,
        person: None,
        path: first.path.clone(),
        district: first.district,
    }
}

/// One fact has one mark, whichever server makes it.
fn mark_id(first: &fact::Model) -> FactId {
    let hash = Sha256::digest(format!("dated back\n{}", first.id));
    let random = hash.iter().take(10).fold(0u128, |all, byte| (all << 8) | u128::from(*byte));
    FactId::from_ulid(ulid::Ulid::from_parts(u64::try_from(first.at.timestamp_millis()).unwrap_or(0), random))
}

/// When a fact was last marked; none when none ever was.
pub async fn last_mark_ms(reader: &Reader) -> Result<Option<i64>, Stop> {
    let row = reader.find::<setting::Entity>(setting::Column::Key.eq(LAST_MARK)).await?;
    Ok(row.and_then(|row| row.value.parse().ok()))
}
