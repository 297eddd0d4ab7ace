//! Facts: what happened, written in the act's own transaction; append-only but for `seq`.
use crate::tables::prelude::*;
table! {
    "fact" key(id: Id) keeps(rows but seq) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: FactId,
        /// Place in the journal; None until the sequencer has been by.
        seq: Option<i64>,
        at: Instant,
        act: String,
        /// Past tense, e.g. `ClassOpeningApproved`.
        fact: String,
        clause: String,
        /// Account id, or `job:<name>`.
        actor: String,
        actor_name: String,
        office: String,
        office_name: String,
        class: Option<ClassId>,
        /// JSON list of [kind, id].
        about: String,
        /// One Chinese line for trails.
        summary: String,
        /// Canonical JSON.
        body: String,
        /// JSON name → hex.
        commitments: String,
        organisation: Option<OrganisationId>,
        person: Option<PersonId>,
        district: DistrictCode,
        path: ManagementPath,
    }
}
reach!(path = Path, owner = Organisation, person = Person, class = Class, writes = everyone);
