//! m8-evidence: the journal's public face, evidence of classes for the offline verifier, and the whole house held
//! against its journal (M3.11, M8.9). Every room puts its own rows into a class's evidence, by its manifest.

mod acts;
mod bundle;
mod jobs;
mod pages;
mod verification;

use desk::Room;
use desk::room::Counted;
use foundation::Stop;
use futures::future::BoxFuture;
use store::Reader;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::journal::fact;

pub use acts::{EvidenceExported, ExportEvidence};
pub use bundle::{export, keys};
pub use verification::{verify_classes, verify_classes_by, verify_database, verify_log_by};

/// What the room brings. Its timed act gives facts their places: the house joins it last.
pub fn room() -> Room {
    Room::new("m8-evidence")
        .routes(pages::routes())
        .jobs(|desk| Box::pin(jobs::tick(desk)))
        .public_numbers(public_numbers)
}

/// How many facts the journal holds.
fn public_numbers(reader: &Reader) -> BoxFuture<'_, Result<Counted, Stop>> {
    Box::pin(async move {
        let last = reader
            .list::<fact::Entity>(|q| {
                q.filter(fact::Column::Seq.is_not_null()).order_by_desc(fact::Column::Seq).limit(1)
            })
            .await?;
        let many = last.first().and_then(|one| one.seq).map_or(0, |seq| u64::try_from(seq).unwrap_or(0) + 1);
        let now = format!("{} 条事实", ui::trail::grouped(many));
        Ok(Counted { doors: vec![("/journal", now)], ..Counted::default() })
    })
}
