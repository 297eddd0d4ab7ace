//! The trail of one subject (M8.2): its facts within the reader's reach, newest first. Sequenced facts
//! come through the journal's subject index; those of the last seconds carry no number yet.

use std::collections::BTreeSet;

use foundation::Stop;
use store::Reader;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use store::tables::journal::{fact, journal_subject};
use ui::TrailLine;

use crate::Desk;
use crate::subject::Subject;

/// Lines of the trail of `kind:id`, at most `most`. Reach is the reader's: the public sees none.
pub async fn of(desk: &Desk, reader: &Reader, subject: &Subject, id: &str, most: u64) -> Result<Vec<TrailLine>, Stop> {
    lines(desk, reader, subject.kind, id, most, most, Condition::all()).await
}

/// How many facts are looked through for those that are no class's.
const LOOKED_THROUGH: u64 = 2_000;

/// The same without what stands in the trails of classes: an institution's own matters would drown in sign-ins.
pub async fn outside_classes(
    desk: &Desk,
    reader: &Reader,
    subject: &Subject,
    id: &str,
    most: u64,
) -> Result<Vec<TrailLine>, Stop> {
    lines(desk, reader, subject.kind, id, most, LOOKED_THROUGH, Condition::all().add(fact::Column::Class.is_null()))
        .await
}

async fn lines(
    desk: &Desk,
    reader: &Reader,
    kind: &str,
    id: &str,
    most: u64,
    looked_through: u64,
    which: Condition,
) -> Result<Vec<TrailLine>, Stop> {
    // Only running numbers are read with the system's reach; the facts themselves with the reader's.
    let system = desk.as_system("trail").read().await?;
    let numbered = system
        .list::<journal_subject::Entity>(|q| {
            q.filter(journal_subject::Column::Subject.eq(format!("{kind}:{id}")))
                .order_by_desc(journal_subject::Column::Nth)
                .limit(looked_through)
        })
        .await?;
    let places: BTreeSet<i64> = numbered.into_iter().map(|row| row.seq).collect();
    let fresh = reader
        .list::<fact::Entity>(|q| {
            q.filter(fact::Column::Seq.is_null())
                .filter(fact::Column::About.contains(id))
                .filter(which.clone())
                .order_by_desc(fact::Column::Id)
                .limit(most)
        })
        .await?;
    let older = reader
        .list::<fact::Entity>(|q| {
            q.filter(fact::Column::Seq.is_in(places)).filter(which).order_by_desc(fact::Column::Seq).limit(most)
        })
        .await?;
    let today = desk.today();
    Ok(fresh
        .into_iter()
        .chain(older)
        .map(|row| TrailLine {
            what: row.summary,
            at: ui::dates::moment(row.at, today),
            who: row.actor_name,
            journal: row.seq.and_then(|seq| u64::try_from(seq).ok()),
            href: None,
        })
        .collect())
}
