//! Corrections of an institution's account, proposed by one person and decided by another (M8.9; domain §10.4 F04).
use crate::tables::prelude::*;
table! {
    "payee_change" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: PayeeChangeId,
        institution: InstitutionId,
        bank: String,
        account: Sealed,
        account_index: BlindIndex,
        account_masked: String,
        /// What it rests on.
        document: String,
        proposed_by: AccountId,
        proposed_at: Instant,
        /// The institution while nobody has decided: unique, so one waits at most.
        open: Option<String>,
        decided_by: Option<AccountId>,
        decided_at: Option<Instant>,
        accepted: Option<bool>,
        /// Why it was sent back.
        reason: String,
        district: DistrictCode,
        path: ManagementPath,
        version: i32,
    }
}
reach!(path = Path, owner = Institution);
