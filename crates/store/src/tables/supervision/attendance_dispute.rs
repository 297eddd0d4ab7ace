//! A trainee's word that a record of attendance is wrong (考勤异议; M3.3), and the county's answer. The journal keeps a
//! salted commitment to the words. Institutions do not read them here.
use crate::tables::prelude::*;
table! {
    "attendance_dispute" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: DisputeId,
        session: SessionId,
        class: ClassId,
        enrolment: EnrolmentId,
        person: PersonId,
        text: String,
        /// Opens the journal's commitment to `text`: 32 hex letters.
        salt: String,
        state: DisputeState,
        answer: String,
        raised_at: Instant,
        due_on: Date,
        /// Place and meeting while nobody has answered: unique, so one waits at most.
        open: Option<String>,
        decided_by: Option<AccountId>,
        decided_at: Option<Instant>,
        district: DistrictCode,
        path: ManagementPath,
        version: i32,
    }
}
reach!(path = Path, person = Person);
