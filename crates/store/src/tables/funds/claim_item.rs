//! One trainee's line of a claim, with the trace of its amount (domain §7.3).
use crate::tables::prelude::*;
table! {
    "claim_item" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: ClaimItemId,
        claim: ClaimId,
        class: ClassId,
        enrolment: EnrolmentId,
        person: PersonId,
        name: String,
        id_number_masked: String,
        credited_offline: Periods,
        credited_online: Periods,
        payable: Periods,
        amount: Fen,
        /// False: not paid, `refusals` says why.
        eligible: bool,
        /// JSON list of `Refusal`.
        refusals: String,
        /// JSON list of the reckoning's steps.
        trace: String,
        institution: InstitutionId,
        district: DistrictCode,
        path: ManagementPath,
        version: i32,
    }
}
reach!(path = Path, owner = Institution, person = Person, class = Class);
