//! What other rooms ask of the needs catalogue (M1.1): may this item be taught here, and what is it called?

use foundation::codes::{CertificateType, NeedsState};
use foundation::{Fault, NeedsItemId, Stop};
use store::Reader;
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::needs::needs_item;

use crate::queries;
use crate::refusals::IN_DIRECTORY;

/// An item of the catalogue.
pub use store::tables::needs::needs_item::Model as NeedsItem;

/// The published item that a class or an institution's directory is about.
/// Errors: `Gone` when there is none; a refusal when it is not (or no longer) published.
pub async fn published_item(reader: &Reader, id: &NeedsItemId) -> Result<NeedsItem, Stop> {
    let row = reader.get(&id).await?;
    match row.state {
        NeedsState::Published => Ok(row),
        // Drafts are nobody's business outside their own district: the same answer as absence.
        NeedsState::Draft if !queries::visible(reader.scope(), &row) => Err(Fault::Gone.into()),
        NeedsState::Draft | NeedsState::Delisted => Err(IN_DIRECTORY
            .refuse(format!("“{}”{}，不在现行的需求指导目录里", row.name, row.state.label()))
            .at("needs_item")
            .into()),
    }
}

/// The items of these ids, whatever became of them (M2.1). Errors: the database's.
pub async fn items(reader: &Reader, ids: &[NeedsItemId]) -> Result<Vec<NeedsItem>, Stop> {
    reader.list::<needs_item::Entity>(|q| q.filter(needs_item::Column::Id.is_in(ids.iter().cloned()))).await
}

/// The published items, by name (M1.1). Errors: the database's.
pub async fn published(reader: &Reader) -> Result<Vec<NeedsItem>, Stop> {
    reader
        .list::<needs_item::Entity>(|q| {
            q.filter(needs_item::Column::State.eq(NeedsState::Published)).order_by_asc(needs_item::Column::Name)
        })
        .await
}

/// The published items whose name holds these words (M2.4). Errors: the database's.
pub async fn published_called(reader: &Reader, words: &str) -> Result<Vec<NeedsItem>, Stop> {
    reader
        .list::<needs_item::Entity>(|q| {
            q.filter(needs_item::Column::Name.contains(words))
                .filter(needs_item::Column::State.eq(NeedsState::Published))
        })
        .await
}

/// Those of these items that are published and lead to one of these certificates, by name (M3.1). Errors: the
/// database's.
pub async fn published_among(
    reader: &Reader,
    ids: &[NeedsItemId],
    certificates: &[CertificateType],
) -> Result<Vec<NeedsItem>, Stop> {
    reader
        .list::<needs_item::Entity>(|q| {
            q.filter(needs_item::Column::Id.is_in(ids.iter().cloned()))
                .filter(needs_item::Column::State.eq(NeedsState::Published))
                .filter(needs_item::Column::CertificateType.is_in(certificates.iter().copied()))
                .order_by_asc(needs_item::Column::Name)
        })
        .await
}
