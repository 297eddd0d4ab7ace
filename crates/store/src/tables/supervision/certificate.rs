//! Completion certificates (培训合格证书; domain §4.1 field list).
use crate::tables::prelude::*;
table! {
    "certificate" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: CertificateId,
        number: String,
        class: ClassId,
        enrolment: EnrolmentId,
        person: PersonId,
        name: String,
        id_number_masked: String,
        item_name: String,
        periods: Periods,
        starts_on: Date,
        ends_on: Date,
        institution: InstitutionId,
        institution_name: String,
        issued_on: Date,
        /// Salt of the name's commitment in the journal, hex.
        salt: String,
        /// True until annulled.
        valid: bool,
        annulled_reason: String,
        district: DistrictCode,
        path: ManagementPath,
        created_at: Instant,
        version: i32,
    }
}
reach!(path = Path, owner = Institution, person = Person, class = Class);
