//! The sequencer: gives facts their place in the journal and grows the Merkle tree (house.md §0.4).
//! Safe with several servers: places, nodes and running numbers are keys, so of two that try one wins.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foundation::{Fault, Instant, Scope, Stop};
use journal::note::Keys;
use journal::tree::{self, Hash};
use journal::{About, Entry, sign_checkpoint};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::Guarded;
use crate::tables::journal::{fact, journal_checkpoint, journal_node, journal_subject};
use crate::{Db, Reader, Writer};

/// Facts that one turn places at most: a turn holds SQLite's writer for some tens of milliseconds.
pub const FACTS_PER_TURN: u64 = 1000;
/// Facts that get their places in one statement.
const PLACES_PER_STATEMENT: usize = 200;
/// Keys in one `IN (…)`: below both databases' parameter limits.
const KEYS_PER_QUERY: usize = 500;

/// Places waiting facts until none is left; says how many. `origin` names the journal.
pub async fn sequence(db: &Db, keys: &Keys, origin: &str, now: Instant) -> Result<u64, Stop> {
    let mut placed = 0;
    loop {
        let (keys, origin) = (keys.clone(), origin.to_owned());
        let turn = db
            .write_guarded(Guarded::ByKeys, Scope::Everything, move |work| {
                Box::pin(async move { turn(work, &keys, &origin, now).await })
            })
            .await;
        match turn {
            Ok(0) => return Ok(placed),
            Ok(n) => placed += n,
            // Another server placed the same facts first; its turn stands and ours is undone.
            Err(Stop::Fault(Fault::Duplicate(_) | Fault::Stale)) => return Ok(placed),
            Err(stop) => return Err(stop),
        }
    }
}

async fn turn(work: &Writer, keys: &Keys, origin: &str, now: Instant) -> Result<u64, Stop> {
    let waiting = work
        .list::<fact::Entity>(|q| {
            q.filter(fact::Column::Seq.is_null())
                .order_by_asc(fact::Column::At)
                .order_by_asc(fact::Column::Id)
                .limit(FACTS_PER_TURN)
        })
        .await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let old_size = size(work).await?;
    crate::clock_mark::mark(work, &waiting, old_size, now).await?;
    let mut numbers = running_numbers(work, &waiting).await?;
    let mut leaves = Vec::with_capacity(waiting.len());
    let mut subjects = Vec::new();
    for (seq, row) in (old_size..).zip(&waiting) {
        let abouts = next_numbers(row, &mut numbers)?;
        subjects.extend(abouts.iter().map(|about| subject_row(about, seq)));
        leaves.push(entry(row, seq, abouts)?.to_bytes().map_err(|e| Fault::Db(e.to_string()))?);
    }
    let edge = read_nodes(work, &tree_edge(old_size)).await?;
    let new = tree::append(old_size, &|wanted: &[u64]| pick(&edge, wanted), &leaves)
        .map_err(|e| Fault::Db(format!("{e:?}")))?;
    work.add_many::<journal_node::Entity>(new.stored.iter().map(|(index, hash)| node_row(*index, hash)).collect())
        .await?;
    work.add_many::<journal_subject::Entity>(subjects).await?;
    for (chunk, first) in waiting.chunks(PLACES_PER_STATEMENT).zip((old_size..).step_by(PLACES_PER_STATEMENT)) {
        place(work, chunk, first).await?;
    }
    let note = sign_checkpoint(origin, new.size, new.root, keys).map_err(|e| Fault::Db(e.to_string()))?;
    work.add::<journal_checkpoint::Entity>(journal_checkpoint::Model { size: signed(new.size), note, at: now }).await?;
    Ok(waiting.len() as u64)
}

/// The one change that a fact ever sees: its place, many in one statement. A place once given is never changed.
async fn place(work: &Writer, rows: &[fact::Model], first: u64) -> Result<(), Stop> {
    let unplaced = sea_orm::Condition::all()
        .add(fact::Column::Id.is_in(rows.iter().map(|row| row.id.clone())))
        .add(fact::Column::Seq.is_null());
    let places = (first..)
        .zip(rows)
        .fold(CaseStatement::new(), |all, (seq, row)| all.case(fact::Column::Id.eq(row.id.clone()), signed(seq)));
    if work.fill::<fact::Entity>(unplaced, fact::Column::Seq, Expr::expr(places)).await? == rows.len() as u64 {
        Ok(())
    } else {
        Err(Fault::Stale.into())
    }
}

/// Entries in the log now.
pub async fn size(reader: &Reader) -> Result<u64, Stop> {
    Ok(latest(reader).await?.map_or(0, |row| u64::try_from(row.size).unwrap_or(0)))
}

/// The latest signed checkpoint.
pub async fn latest(reader: &Reader) -> Result<Option<journal_checkpoint::Model>, Stop> {
    Ok(reader
        .list::<journal_checkpoint::Entity>(|q| q.order_by_desc(journal_checkpoint::Column::Size).limit(1))
        .await?
        .into_iter()
        .next())
}

/// Stored hashes by index; those that are not stored are absent.
pub async fn read_nodes(reader: &Reader, wanted: &[u64]) -> Result<HashMap<u64, Hash>, Stop> {
    let mut found = HashMap::with_capacity(wanted.len());
    for chunk in wanted.chunks(KEYS_PER_QUERY) {
        let keys: Vec<i64> = chunk.iter().map(|w| signed(*w)).collect();
        for row in reader.list::<journal_node::Entity>(|q| q.filter(journal_node::Column::Position.is_in(keys))).await?
        {
            let bytes: [u8; 32] = hex::decode(&row.hash)
                .ok()
                .and_then(|b| b.try_into().ok())
                .ok_or_else(|| Fault::Db("a stored hash is not 32 bytes".into()))?;
            found.insert(u64::try_from(row.position).unwrap_or(0), Hash(bytes));
        }
    }
    Ok(found)
}

/// Runs a pure tree function whose reads are not known beforehand: asks, fetches, asks again.
pub async fn with_nodes<T, F>(reader: &Reader, run: F) -> Result<T, Stop>
where
    F: Fn(&dyn Fn(&[u64]) -> Result<Vec<Hash>, Vec<u64>>) -> Result<T, tree::TreeError<Vec<u64>>>,
{
    let mut known = HashMap::new();
    for _ in 0..8 {
        match run(&|wanted: &[u64]| pick(&known, wanted)) {
            Ok(value) => return Ok(value),
            Err(tree::TreeError::Read(missing)) => known.extend(read_nodes(reader, &missing).await?),
            Err(other) => return Err(Fault::Db(format!("{other:?}")).into()),
        }
    }
    Err(Fault::Db("the journal's tree lacks stored hashes".into()).into())
}

fn pick(known: &HashMap<u64, Hash>, wanted: &[u64]) -> Result<Vec<Hash>, Vec<u64>> {
    let missing: Vec<u64> = wanted.iter().copied().filter(|w| !known.contains_key(w)).collect();
    if missing.is_empty() { Ok(wanted.iter().map(|w| known[w]).collect()) } else { Err(missing) }
}

/// The stored indexes of a tree's right edge, found by asking an append what it would read.
fn tree_edge(size: u64) -> Vec<u64> {
    let asked = std::cell::RefCell::new(Vec::new());
    let _ = tree::append(
        size,
        &|wanted: &[u64]| -> Result<Vec<Hash>, ()> {
            asked.borrow_mut().extend_from_slice(wanted);
            Err(())
        },
        &[Vec::<u8>::new()],
    );
    asked.into_inner()
}

/// What a fact is about, as its row lists it.
pub fn subjects_of(row: &fact::Model) -> Result<Vec<(String, String)>, Fault> {
    let listed: Vec<(String, String)> = serde_json::from_str(&row.about).map_err(|e| Fault::Db(e.to_string()))?;
    let mut seen = BTreeSet::new();
    Ok(listed.into_iter().filter(|one| seen.insert(one.clone())).collect())
}

fn next_numbers(row: &fact::Model, numbers: &mut BTreeMap<String, u64>) -> Result<Vec<About>, Fault> {
    Ok(subjects_of(row)?
        .into_iter()
        .map(|(kind, id)| {
            let last = numbers.entry(format!("{kind}:{id}")).or_insert(0);
            *last += 1;
            About { kind, id, nth: *last }
        })
        .collect())
}

crate::picked! {
    struct Last {
        subject: String,
        last: i64,
    }
}

async fn running_numbers(work: &Writer, waiting: &[fact::Model]) -> Result<BTreeMap<String, u64>, Stop> {
    let mut subjects = BTreeSet::new();
    for row in waiting {
        subjects.extend(subjects_of(row)?.into_iter().map(|(kind, id)| format!("{kind}:{id}")));
    }
    let subjects: Vec<String> = subjects.into_iter().collect();
    let mut numbers = BTreeMap::new();
    for chunk in subjects.chunks(KEYS_PER_QUERY) {
        let rows = work
            .pick::<journal_subject::Entity, Last>(|q| {
                q.select_only()
                    .column(journal_subject::Column::Subject)
                    .column_as(Expr::col(journal_subject::Column::Nth).max(), "last")
                    .filter(journal_subject::Column::Subject.is_in(chunk))
                    .group_by(journal_subject::Column::Subject)
            })
            .await?;
        numbers.extend(rows.into_iter().map(|row| (row.subject, u64::try_from(row.last).unwrap_or(0))));
    }
    Ok(numbers)
}

fn subject_row(about: &About, seq: u64) -> journal_subject::Model {
    let subject = format!("{}:{}", about.kind, about.id);
    journal_subject::Model { id: format!("{subject}:{}", about.nth), subject, nth: signed(about.nth), seq: signed(seq) }
}

fn node_row(index: u64, hash: &Hash) -> journal_node::Model {
    journal_node::Model { position: signed(index), hash: hex::encode(hash.0) }
}

/// The journal's entry of a fact row at its place. Anyone who changes the row changes these bytes.
pub fn entry(row: &fact::Model, seq: u64, about: Vec<About>) -> Result<Entry, Fault> {
    let bad = |e: serde_json::Error| Fault::Db(format!("fact {}: {e}", row.id));
    Ok(Entry {
        v: journal::entry::ENTRY_VERSION,
        seq,
        id: row.id.clone(),
        at_ms: row.at.timestamp_millis(),
        act: row.act.clone(),
        fact: row.fact.clone(),
        clause: row.clause.clone(),
        actor: row.actor.clone(),
        office: row.office.clone(),
        district: row.district.to_string(),
        about,
        body: serde_json::from_str(&row.body).map_err(bad)?,
        commitments: serde_json::from_str(&row.commitments).map_err(bad)?,
    })
}

/// The entries at these places, rebuilt from the rows of the database, ascending.
pub async fn entries(reader: &Reader, seqs: std::ops::Range<u64>) -> Result<Vec<Entry>, Stop> {
    let (from, until) = (signed(seqs.start), signed(seqs.end));
    let rows = reader
        .list::<fact::Entity>(|q| {
            q.filter(fact::Column::Seq.gte(from)).filter(fact::Column::Seq.lt(until)).order_by_asc(fact::Column::Seq)
        })
        .await?;
    let numbers = reader
        .list::<journal_subject::Entity>(|q| {
            q.filter(journal_subject::Column::Seq.gte(from)).filter(journal_subject::Column::Seq.lt(until))
        })
        .await?;
    rebuild(rows, numbers)
}

/// Entries from fact rows and the running numbers that belong to them.
pub fn rebuild(rows: Vec<fact::Model>, numbers: Vec<journal_subject::Model>) -> Result<Vec<Entry>, Stop> {
    let by_place: HashMap<(i64, String), u64> =
        numbers.into_iter().map(|n| ((n.seq, n.subject), u64::try_from(n.nth).unwrap_or(0))).collect();
    rows.into_iter()
        .map(|row| {
            let seq = row.seq.unwrap_or(-1);
            let about = subjects_of(&row)?
                .into_iter()
                .map(|(kind, id)| {
                    let nth = by_place.get(&(seq, format!("{kind}:{id}"))).copied().unwrap_or(0);
                    About { kind, id, nth }
                })
                .collect();
            Ok(entry(&row, u64::try_from(seq).unwrap_or(u64::MAX), about)?)
        })
        .collect()
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
