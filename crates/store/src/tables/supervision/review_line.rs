//! Lines of the authenticity and completeness review (真实性完备性审核; M3.1, domain §4.1).
use crate::tables::prelude::*;
table! {
    "review_line" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: ReviewLineId,
        class: ClassId,
        /// `completeness` or `authenticity`.
        list: String,
        /// Stable code, e.g. `C03` or a risk rule's id such as `T01`.
        code: String,
        position: i32,
        title: String,
        /// True when the machine answers it, false when a human must.
        by_machine: bool,
        result: Option<ReviewResult>,
        /// What is so, with numbers and names (masked).
        fact: String,
        source: String,
        fix: String,
        decided_by: Option<AccountId>,
        decided_by_name: String,
        decided_at: Option<Instant>,
        institution: InstitutionId,
        district: DistrictCode,
        path: ManagementPath,
        version: i32,
    }
}
reach!(path = Path, owner = Institution, class = Class);
