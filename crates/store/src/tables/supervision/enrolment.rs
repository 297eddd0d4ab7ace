//! A trainee's place in a class (花名册的一行; domain §4.0 `enrollment`).
use crate::tables::prelude::*;
table! {
    "enrolment" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: EnrolmentId,
        class: ClassId,
        person: PersonId,
        /// Kept as it was on the roster.
        name: String,
        id_number_masked: String,
        phone_masked: String,
        category: PersonCategory,
        education: String,
        /// The trainee's pledge that the identity given is true.
        pledged_at: Option<Instant>,
        /// False after withdrawal.
        active: bool,
        withdrawn_reason: String,
        credited_offline: Periods,
        credited_online: Periods,
        /// None until the completion exam is confirmed.
        passed: Option<bool>,
        institution: InstitutionId,
        district: DistrictCode,
        path: ManagementPath,
        created_at: Instant,
        version: i32,
    }
}
reach!(path = Path, owner = Institution, person = Person, class = Class);
