//! Public objections to a published claim (公示异议; domain §7.4 S55). The contact is sealed, the receipt kept as its
//! hash: only who holds the receipt reads the answer. Institutions do not see who objected.
use crate::tables::prelude::*;
table! {
    "objection" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: ObjectionId,
        /// SHA-256 of the receipt number, hex.
        receipt_hash: String,
        claim: ClaimId,
        class: ClassId,
        class_title: String,
        institution_name: String,
        reason: String,
        /// Opens the journal's commitment to `reason`: 32 hex letters.
        salt: String,
        contact: Option<Sealed>,
        contact_masked: String,
        state: ObjectionState,
        answer: String,
        raised_at: Instant,
        due_on: Date,
        decided_by: Option<AccountId>,
        decided_at: Option<Instant>,
        district: DistrictCode,
        path: ManagementPath,
        version: i32,
    }
}
reach!(path = Path);
