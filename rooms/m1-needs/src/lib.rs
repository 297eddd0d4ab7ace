//! m1-needs: the needs catalogue 需求指导目录 (M1.1–M1.5; domain.md §2). Which trainings a district pays
//! for: drafted by county or city, filed by the province, published, delisted. Published rows are public.

pub mod acts;
pub mod declared;
pub mod doorway;
mod pages;
pub mod queries;
pub mod refusals;
pub mod rules;

use desk::procedure::table;
use desk::room::Counted;
use desk::{NavEntry, Room, Whom};
use foundation::codes::NeedsState;
use foundation::{Permission, Stop};
use futures::future::BoxFuture;
use store::Reader;
use store::query::{ColumnTrait, QueryFilter};
use store::tables::needs::needs_item;

pub use acts::{AddNeedsItem, DelistNeedsItem, EditNeedsItem, FileNeedsItem, PublishNeedsItem};
pub use doorway::published_item;
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
