//! A person's counted subsidies (domain §7.3 rules 1 and 2; risk rules E11, E12): one row from the hour a claim is
//! submitted until it is sent back or struck. Unique keys decide where two claims are handed in at once.
use crate::tables::prelude::*;
table! {
    "subsidy_slot" key(id: Id) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: SubsidySlotId,
        kind: SubsidyKind,
        person: PersonId,
        /// 1 for the first that counts, 2 for the next; the lowest free one is taken.
        place: i32,
        /// Occupation (or item) and level: paid for once.
        subject: String,
        claim: ClaimId,
        class: ClassId,
        class_no: String,
        enrolment: EnrolmentId,
        taken_on: Date,
        institution: InstitutionId,
        district: DistrictCode,
        path: ManagementPath,
    }
}
reach!(path = Path, owner = Institution, person = Person, class = Class);
