//! What other rooms ask of the directory (M2.1, M3.7): may this institution open a class of this item here?

use foundation::codes::ReviewResult;
use foundation::{Date, InstitutionId, NeedsItemId, SiteId, Stop};
use store::Reader;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use store::tables::institutions::{directory_item, institution, room, site_verification, teacher};

use crate::refusals::IN_DIRECTORY;

/// The institution, if it stands in the directory and may open classes. Errors: `Gone`, or a refusal naming its state.
pub async fn listed(reader: &Reader, id: &InstitutionId) -> Result<institution::Model, Stop> {
    let row = reader.get(&id).await?;
    if row.state.may_open_classes() {
        return Ok(row);
    }
    Err(IN_DIRECTORY.refuse(format!("{}现在是“{}”，不能开新班", row.name, row.state.label())).into())
}

/// The line of the institution's directory for this item and site that is valid on `day`, if any.
pub async fn item_for(
    reader: &Reader,
    institution: &InstitutionId,
    item: &NeedsItemId,
    site: &SiteId,
    day: Date,
) -> Result<Option<directory_item::Model>, Stop> {
    use directory_item::Column;
    reader
        .find::<directory_item::Entity>(
            Condition::all()
                .add(Column::Institution.eq(institution.to_string()))
                .add(Column::NeedsItem.eq(item.to_string()))
                .add(Column::Site.eq(site.to_string()))
                .add(Column::ValidFrom.lte(day))
                .add(Column::ValidUntil.gte(day)),
        )
        .await
}

/// The latest verification of the site, if it passed and is valid on `day`. Seen by the institution and its
/// authorities.
pub async fn site_ok(reader: &Reader, site: &SiteId, day: Date) -> Result<Option<site_verification::Model>, Stop> {
    use site_verification::Column;
    let latest = reader
        .list::<site_verification::Entity>(|q| {
            q.filter(Column::Site.eq(site.to_string()))
                .filter(Column::VerifiedOn.lte(day))
                .order_by_desc(Column::VerifiedOn)
                .order_by_desc(Column::Id)
                .limit(1)
        })
        .await?;
    Ok(latest.into_iter().next().filter(|one| one.conclusion == ReviewResult::Pass && one.valid_until >= day))
}

/// The institution's teachers, by name. Seen by the institution and its authorities.
pub async fn teachers(reader: &Reader, institution: &InstitutionId) -> Result<Vec<teacher::Model>, Stop> {
    reader
        .list::<teacher::Entity>(|q| {
            q.filter(teacher::Column::Institution.eq(institution.to_string()))
                .order_by_asc(teacher::Column::Name)
                .order_by_asc(teacher::Column::Id)
        })
        .await
}

/// The rooms of a site, by name.
pub async fn rooms(reader: &Reader, site: &SiteId) -> Result<Vec<room::Model>, Stop> {
    reader
        .list::<room::Entity>(|q| {
            q.filter(room::Column::Site.eq(site.to_string()))
                .order_by_asc(room::Column::Name)
                .order_by_asc(room::Column::Id)
        })
        .await
}
