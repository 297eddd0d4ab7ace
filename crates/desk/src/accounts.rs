//! Holders of accounts (M8.9), for rooms that name who did something: nothing but a name leaves here.

use std::collections::HashMap;

use foundation::{AccountId, InstitutionId, Stop};
use store::Reader;
use store::query::{ColumnTrait, Condition, QueryFilter};
use store::tables::identity::account;

/// What these accounts' holders are called; whoever is beyond the reader's reach is not among them. Errors: the
/// database's.
pub async fn names(
    reader: &Reader,
    ids: impl IntoIterator<Item = AccountId>,
) -> Result<HashMap<AccountId, String>, Stop> {
    let found = reader.list::<account::Entity>(|q| q.filter(account::Column::Id.is_in(ids))).await?;
    Ok(found.into_iter().map(|one| (one.id, one.name)).collect())
}

/// Whether somebody may sign in for an institution (M2.1). Errors: the database's.
pub async fn has_one(reader: &Reader, institution: &InstitutionId) -> Result<bool, Stop> {
    let live = Condition::all()
        .add(account::Column::Organisation.eq(institution.clone()))
        .add(account::Column::Disabled.eq(false));
    Ok(reader.find::<account::Entity>(live).await?.is_some())
}
