//! m1-needs: the needs catalogue 需求指导目录 (M1.1–M1.5; domain.md §2). Which trainings a district pays
//! for: drafted by county or city, filed by the province, published, delisted. Published rows are public.

pub mod acts;
pub mod declared;
mod pages;
pub mod queries;
pub mod refusals;
pub mod rules;

use crate::refusals::IN_DIRECTORY;
use desk::procedure::table;
use desk::room::Counted;
use desk::{NavEntry, Room, Whom};
use foundation::codes::NeedsState;
use foundation::{Fault, NeedsItemId, Permission, Stop};
use futures::future::BoxFuture;
use store::Reader;
use store::query::{ColumnTrait, QueryFilter};
use store::tables::needs::needs_item;

pub use acts::{AddNeedsItem, DelistNeedsItem, EditNeedsItem, FileNeedsItem, PublishNeedsItem};
pub use rules::NeedsItemFields;

/// What the room brings.
pub fn room() -> Room {
    Room::new("m1-needs")
        .routes(pages::routes())
        .rules(refusals::RULES)
        .subjects(declared::SUBJECTS)
        .matters(declared::MATTERS)
        .procedure(table::<declared::NeedsItems>())
        .navigation(NAVIGATION)
        .public_numbers(public_numbers)
}

const NAVIGATION: [NavEntry; 1] =
    [NavEntry { place: 80, label: "需求目录", href: "/needs", permission: Permission::Public, whom: Whom::All }];

/// How many items are published.
fn public_numbers(reader: &Reader) -> BoxFuture<'_, Result<Counted, Stop>> {
    Box::pin(async move {
        let published = needs_item::Column::State.eq(NeedsState::Published);
        let many = reader.count::<needs_item::Entity>(|q| q.filter(published)).await?;
        Ok(Counted { doors: vec![("/needs", format!("{many} 个项目已发布"))], ..Counted::default() })
    })
}

/// Doorway: the published item that a class or an institution's directory is about.
/// Errors: `Gone` when there is none; a refusal when it is not (or no longer) published.
pub async fn published_item(reader: &Reader, id: &NeedsItemId) -> Result<needs_item::Model, Stop> {
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
