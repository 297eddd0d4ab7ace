//! Acts on accounts (M8.4, M8.9; domain §1.3 row 36, §12.3) and on the demo's clock.

pub mod accounts;
pub mod demo;
pub mod links;
pub mod opening;
pub mod own;
pub mod policy;
pub mod slips;

use desk::{Desk, FactDraft};
use foundation::{Office, Scope, Stop};
use store::tables::identity::account;

/// A fact about an account.
fn fact(kind: &'static str, row: &account::Model, summary: impl Into<String>) -> FactDraft {
    let draft = FactDraft::new(kind, row.district, summary)
        .about(&crate::declared::ACCOUNT, &row.id)
        .with("login", row.login.as_str());
    match Office::from_parts(&row.office_kind, &row.office_ref, row.district) {
        Some(Office::Organisation { organisation }) => draft.organisation(&organisation),
        _ => draft,
    }
}

/// Reads an account by login, as the system: nobody is signed in yet.
pub async fn by_login(desk: &Desk, login: &str) -> Result<Option<account::Model>, Stop> {
    use store::query::ColumnTrait;
    desk.premises.db.read(Scope::Everything).await?.find::<account::Entity>(account::Column::Login.eq(login)).await
}
