//! Sign-ins: one row per signed-in browser. Only the token's hash is kept.
use crate::tables::prelude::*;
table! {
    "sign_in" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: SignInId,
        account: AccountId,
        token_hash: String,
        /// Password (and code, where required) have been given.
        complete: bool,
        /// A slip's sign-in: whose matters it reaches, ids with commas between; none: all.
        institutions: Option<String>,
        created_at: Instant,
        last_seen_at: Instant,
        ended_at: Option<Instant>,
        version: i32,
    }
}
reach!(system);
