//! One-time links: first administrator, password reset, a trainee's sign-in slip.
use crate::tables::prelude::*;
table! {
    "one_time_link" plain_key(token_hash: TokenHash) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        token_hash: String,
        account: AccountId,
        /// `first-administrator`, `set-password`, `trainee-slip`.
        purpose: String,
        /// Who gave the slip.
        institution: Option<InstitutionId>,
        expires_at: Instant,
        used_at: Option<Instant>,
        created_at: Instant,
        version: i32,
    }
}
reach!(system);
