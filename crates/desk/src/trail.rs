//! The trail of one subject (M8.2): its facts within the reader's reach, newest first. Sequenced facts
//! come through the journal's subject index; those of the last seconds carry no number yet.

use std::collections::BTreeSet;

use foundation::{ClassId, Instant, PersonId, Stop};
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

store::picked! {
    /// What the trail of a class shows of a fact: not its body, which may list the whole class.
    #[derive(Debug)]
    struct Told {
        summary: String,
        at: Instant,
        actor_name: String,
        seq: Option<i64>,
    }
}

/// The last `most` facts of a class within the reader's reach, newest first, without the kinds that are too many to
/// show (M8.2). Errors: the database's.
pub async fn of_class(
    desk: &Desk,
    reader: &Reader,
    class: &ClassId,
    quiet: &[&str],
    most: u64,
) -> Result<Vec<TrailLine>, Stop> {
    let rows = reader
        .pick::<fact::Entity, Told>(|q| {
            q.select_only()
                .columns([fact::Column::Summary, fact::Column::At, fact::Column::ActorName, fact::Column::Seq])
                .filter(fact::Column::Class.eq(class.clone()))
                .filter(fact::Column::Fact.is_not_in(quiet.iter().copied()))
                .order_by_desc(fact::Column::At)
                .order_by_desc(fact::Column::Id)
                .limit(most)
        })
        .await?;
    let today = desk.today();
    Ok(rows
        .into_iter()
        .map(|one| TrailLine {
            what: one.summary,
            at: ui::dates::moment(one.at, today),
            who: one.actor_name,
            journal: one.seq.and_then(|seq| u64::try_from(seq).ok()),
            href: None,
        })
        .collect())
}

/// The journal number of a class's fact of this kind about a person, once it has one (M3.11). Errors: the database's.
pub async fn number_of(reader: &Reader, class: &ClassId, person: &PersonId, kind: &str) -> Result<Option<i64>, Stop> {
    let facts = reader
        .list::<fact::Entity>(|q| {
            q.filter(fact::Column::Class.eq(class.clone()))
                .filter(fact::Column::Person.eq(person.clone()))
                .filter(fact::Column::Fact.eq(kind))
                .limit(1)
        })
        .await?;
    Ok(facts.first().and_then(|one| one.seq))
}

/// A class's facts of one kind, oldest first: the body of each, and its line. Errors: the database's.
pub async fn told_of_class(reader: &Reader, class: &ClassId, kind: &str) -> Result<Vec<(String, String)>, Stop> {
    let which = Condition::all().add(fact::Column::Class.eq(class.clone())).add(fact::Column::Fact.eq(kind));
    let told = reader.list::<fact::Entity>(|q| q.filter(which).order_by_asc(fact::Column::Id)).await?;
    Ok(told.into_iter().map(|one| (one.body, one.summary)).collect())
}
