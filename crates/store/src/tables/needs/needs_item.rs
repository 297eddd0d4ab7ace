//! Rows of the needs catalogue (M1.1; domain §2.2 `catalogue_item`).
use crate::tables::prelude::*;
table! {
    /// One training item that a district pays for.
    "needs_item" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: NeedsItemId,
        district: DistrictCode,
        path: ManagementPath,
        year: i32,
        training_type: TrainingType,
        /// None for items outside the occupation classification.
        occupation: Option<OccupationCode>,
        /// 职业(工种)名称 as published.
        name: String,
        level: SkillLevel,
        certificate_type: CertificateType,
        periods_min: Periods,
        periods_max: Periods,
        online_cap_pct: i32,
        shortage: bool,
        shortage_class: Option<ShortageClass>,
        /// What the public reads, e.g. `每课时25元，20—80课时`.
        rate_text: String,
        state: NeedsState,
        filing_no: String,
        document: String,
        published_on: Option<Date>,
        created_at: Instant,
        version: i32,
    }
}
reach!(path = Path, reads = everyone);
