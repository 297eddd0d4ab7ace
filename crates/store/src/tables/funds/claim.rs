//! Subsidy claims (补贴申领; domain §7.4). One per class: a second claim cannot exist.
use crate::tables::prelude::*;
table! {
    "claim" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: ClaimId,
        /// class number + `-1`.
        claim_no: String,
        class: ClassId,
        class_title: String,
        institution: InstitutionId,
        institution_name: String,
        state: ClaimState,
        persons: i32,
        total: Fen,
        drafted_at: Instant,
        submitted_at: Option<Instant>,
        submitted_by: Option<AccountId>,
        first_reviewed_by: Option<AccountId>,
        first_reviewed_at: Option<Instant>,
        second_reviewed_by: Option<AccountId>,
        second_reviewed_at: Option<Instant>,
        publicity_from: Option<Date>,
        publicity_until: Option<Date>,
        note: String,
        due_on: Option<Date>,
        fund_account: Option<String>,
        batch: Option<PaymentBatchId>,
        paid_at: Option<Instant>,
        district: DistrictCode,
        path: ManagementPath,
        created_at: Instant,
        version: i32,
    }
}
reach!(path = Path, owner = Institution, class = Class);
