//! Sign-in accounts (M8; domain §12.3). One account acts for one office.
use crate::tables::prelude::*;
table! {
    /// An account. `office_kind` + `office_ref` name its office; `path` says who may administer it.
    "account" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: AccountId,
        login: String,
        name: String,
        /// `province` … `trainee`, as in `foundation::Office`'s serde tag.
        office_kind: String,
        /// District code, institution id or person id; empty for provincial offices.
        office_ref: String,
        office_name: String,
        /// What the account is for within its office.
        role: AccountRole,
        /// argon2id PHC text; None until the holder has set one.
        password_hash: Option<String>,
        /// TOTP secret; officials must have one before they may act.
        totp_secret: Option<Sealed>,
        /// Last accepted TOTP step, so that a code works once.
        totp_last_step: i64,
        failed_count: i32,
        locked_until: Option<Instant>,
        disabled: bool,
        organisation: Option<OrganisationId>,
        person: Option<PersonId>,
        district: DistrictCode,
        path: ManagementPath,
        created_at: Instant,
        version: i32,
    }
}
reach!(path = Path, owner = Organisation, person = Person);
