//! Site verifications by two inspectors (实地核实; M3.5), append-only.
use crate::tables::prelude::*;
table! {
    "site_verification" key(id: Id) keeps(rows) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: SiteVerificationId,
        site: SiteId,
        institution: InstitutionId,
        verified_on: Date,
        valid_until: Date,
        inspectors: String,
        conclusion: ReviewResult,
        note: String,
        district: DistrictCode,
        path: ManagementPath,
        created_at: Instant,
    }
}
reach!(path = Path, owner = Institution);
