//! What other rooms ask of the directory (M2.1, M3.7): may this institution open a class of this item here, where and
//! by whom is it taught, and does its account stand?

use std::collections::{HashMap, HashSet};

use foundation::codes::ReviewResult;
use foundation::{Date, InstitutionId, NeedsItemId, RoomId, SiteId, Stop, TeacherId};
use store::Reader;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use store::seal::BlindIndex;
use store::tables::institutions::{directory_item, institution, payee_change, room, site_verification, teacher};

use crate::refusals::IN_DIRECTORY;

/// An institution of the directory.
pub use store::tables::institutions::institution::Model as Institution;
/// A correction of a payee's account.
pub use store::tables::institutions::payee_change::Model as PayeeChange;
/// A room of a site.
pub use store::tables::institutions::room::Model as Room;
/// A verification of a site.
pub use store::tables::institutions::site_verification::Model as SiteVerification;
/// A teacher of an institution.
pub use store::tables::institutions::teacher::Model as Teacher;

/// The institution, if it stands in the directory and may open classes. Errors: `Gone`, or a refusal naming its state.
pub async fn listed(reader: &Reader, id: &InstitutionId) -> Result<Institution, Stop> {
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
    line_for(reader, institution, item, site, (day, day)).await
}

/// How many trainees at once the directory allows an institution for this item and site, where it has a line that is
/// valid from the first to the last of these days (M2.4). Errors: the database's.
pub async fn capacity(
    reader: &Reader,
    institution: &InstitutionId,
    item: &NeedsItemId,
    site: &SiteId,
    days: (Date, Date),
) -> Result<Option<i32>, Stop> {
    Ok(line_for(reader, institution, item, site, days).await?.map(|line| line.capacity))
}

async fn line_for(
    reader: &Reader,
    institution: &InstitutionId,
    item: &NeedsItemId,
    site: &SiteId,
    (from, until): (Date, Date),
) -> Result<Option<directory_item::Model>, Stop> {
    use directory_item::Column;
    reader
        .find::<directory_item::Entity>(
            Condition::all()
                .add(Column::Institution.eq(institution.to_string()))
                .add(Column::NeedsItem.eq(item.to_string()))
                .add(Column::Site.eq(site.to_string()))
                .add(Column::ValidFrom.lte(from))
                .add(Column::ValidUntil.gte(until)),
        )
        .await
}

/// The items that the institution's directory lists (M2.4). Errors: the database's.
pub async fn items_taught(reader: &Reader, institution: &InstitutionId) -> Result<Vec<NeedsItemId>, Stop> {
    let lines = reader
        .list::<directory_item::Entity>(|q| q.filter(directory_item::Column::Institution.eq(institution.clone())))
        .await?;
    Ok(lines.into_iter().map(|one| one.needs_item).collect())
}

/// The latest verification of the site, if it passed and is valid on `day`. Seen by the institution and its
/// authorities.
pub async fn site_ok(reader: &Reader, site: &SiteId, day: Date) -> Result<Option<SiteVerification>, Stop> {
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

/// The last verification of the site that passed, whether it is still valid or not (M3.7). Errors: the database's.
pub async fn last_passed(reader: &Reader, site: &SiteId) -> Result<Option<SiteVerification>, Stop> {
    use site_verification::Column;
    let passed = reader
        .list::<site_verification::Entity>(|q| {
            q.filter(Column::Site.eq(site.clone()))
                .filter(Column::Conclusion.eq(ReviewResult::Pass))
                .order_by_desc(Column::VerifiedOn)
                .limit(1)
        })
        .await?;
    Ok(passed.into_iter().next())
}

/// The institution's teachers, by name. Seen by the institution and its authorities.
pub async fn teachers(reader: &Reader, institution: &InstitutionId) -> Result<Vec<Teacher>, Stop> {
    reader
        .list::<teacher::Entity>(|q| {
            q.filter(teacher::Column::Institution.eq(institution.to_string()))
                .order_by_asc(teacher::Column::Name)
                .order_by_asc(teacher::Column::Id)
        })
        .await
}

/// Those of the institution's teachers who are meant, as the table gives them (M2.1). Errors: the database's.
pub async fn teachers_among(
    reader: &Reader,
    institution: &InstitutionId,
    meant: &HashSet<TeacherId>,
) -> Result<Vec<Teacher>, Stop> {
    let mut all =
        reader.list::<teacher::Entity>(|q| q.filter(teacher::Column::Institution.eq(institution.clone()))).await?;
    all.retain(|one| meant.contains(&one.id));
    Ok(all)
}

/// Under which ids the humans behind these teachers teach, at this school or another: each with the index of its
/// document (M3.2). Errors: the database's.
pub async fn same_humans(reader: &Reader, teachers: &[Teacher]) -> Result<HashMap<TeacherId, BlindIndex>, Stop> {
    let same = reader
        .list::<teacher::Entity>(|q| {
            q.filter(teacher::Column::IdNumberIndex.is_in(teachers.iter().map(|one| one.id_number_index.clone())))
        })
        .await?;
    Ok(same.into_iter().map(|one| (one.id, one.id_number_index)).collect())
}

/// The rooms of a site, by name.
pub async fn rooms(reader: &Reader, site: &SiteId) -> Result<Vec<Room>, Stop> {
    reader
        .list::<room::Entity>(|q| q.filter(room::Column::Site.eq(site.clone())).order_by_asc(room::Column::Name))
        .await
}

/// The rooms of all sites of an institution, by name (M2.1). Errors: the database's.
pub async fn rooms_of(reader: &Reader, institution: &InstitutionId) -> Result<Vec<Room>, Stop> {
    reader
        .list::<room::Entity>(|q| {
            q.filter(room::Column::Institution.eq(institution.clone())).order_by_asc(room::Column::Name)
        })
        .await
}

/// The seats of the smallest of these rooms; none where there is no room (M3.2). Errors: the database's.
pub async fn fewest_seats(reader: &Reader, rooms: HashSet<RoomId>) -> Result<i32, Stop> {
    let rows = reader.list::<room::Entity>(|q| q.filter(room::Column::Id.is_in(rooms))).await?;
    Ok(rows.iter().map(|one| one.seats).min().unwrap_or(0))
}

/// Whether another institution has the same account (M8.9; risk rule C02). Errors: the database's.
pub async fn shares_account(reader: &Reader, one: &Institution, account: &BlindIndex) -> Result<bool, Stop> {
    let others = Condition::all()
        .add(institution::Column::AccountIndex.eq(account.clone()))
        .add(institution::Column::Id.ne(one.id.clone()));
    Ok(reader.find::<institution::Entity>(others).await?.is_some())
}

/// The correction of an institution's account that waits for its second person (M8.9). Errors: the database's.
pub async fn open_payee_change(reader: &Reader, institution: &InstitutionId) -> Result<Option<PayeeChange>, Stop> {
    reader.find::<payee_change::Entity>(payee_change::Column::Open.eq(institution.to_string())).await
}

/// Those of these institutions whose account is being corrected (M8.9). Errors: the database's.
pub async fn payees_in_change(
    reader: &Reader,
    institutions: impl Iterator<Item = &InstitutionId>,
) -> Result<HashSet<InstitutionId>, Stop> {
    let of = payee_change::Column::Open.is_in(institutions.map(ToString::to_string));
    Ok(reader.list::<payee_change::Entity>(|q| q.filter(of)).await?.into_iter().map(|one| one.institution).collect())
}
