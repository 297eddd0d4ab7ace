//! A class's bundle for the offline verifier (M3.11): its facts with their proofs, and the rows of every room that has
//! some of the class, as their manifests say.

use desk::Premises;
use foundation::{ClassId, Fault, Stop};
use journal::bundle::ClassRow;
use journal::note::Keys;
use journal::{Bundle, Contents, ProvenEntry, Rows, tree};
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::journal::{fact, journal_subject};
use store::{Reader, sequencer};

/// The journal's signing keys of this installation.
pub fn keys(premises: &Premises) -> Keys {
    premises.journal_keys()
}

/// Everything an auditor needs about one class. The reader must reach the class.
pub async fn export(premises: &Premises, reader: &Reader, system: &Reader, class: &ClassId) -> Result<Bundle, Stop> {
    // Whoever may not reach the class gets none.
    reader.get(&class).await?;
    let latest = sequencer::latest(system).await?.ok_or(Fault::Gone)?;
    let size = u64::try_from(latest.size).unwrap_or(0);
    let facts = system
        .list::<fact::Entity>(|q| {
            q.filter(fact::Column::Class.eq(class.clone()))
                .filter(fact::Column::Seq.is_not_null())
                .filter(fact::Column::Seq.lt(latest.size))
                .order_by_asc(fact::Column::Seq)
        })
        .await?;
    let seqs: Vec<i64> = facts.iter().filter_map(|one| one.seq).collect();
    let mut numbers = Vec::new();
    for chunk in seqs.chunks(500) {
        numbers.extend(
            system
                .list::<journal_subject::Entity>(|q| {
                    q.filter(journal_subject::Column::Seq.is_in(chunk.iter().copied()))
                })
                .await?,
        );
    }
    let count = facts.len() as u64;
    let mut entries = Vec::with_capacity(facts.len());
    for entry in sequencer::rebuild(facts, numbers)? {
        let proof = sequencer::with_nodes(system, |read| {
            tree::inclusion_proof(size, entry.seq, &|wanted: &[u64]| read(wanted))
        })
        .await?;
        entries.push(ProvenEntry::new(&entry, &proof).map_err(|e| Fault::Db(e.to_string()))?);
    }
    let mut rows = Rows { class: ClassRow { facts: count, ..ClassRow::default() }, ..Rows::default() };
    for room in &premises.declared().evidence {
        (room.fill)(system, class, &mut rows).await?;
    }
    let contents = Contents { class: class.clone(), checkpoint: latest.note, entries, rows, openings: None };
    Bundle::seal(contents, &keys(premises)).map_err(|e| Fault::Db(e.to_string()).into())
}
