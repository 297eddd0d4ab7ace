//! Attendance events (考勤; M3.3), append-only. One per session, trainee and kind: a repeat is harmless.
use crate::tables::prelude::*;
table! {
    "attendance" key(id: Id) keeps(rows) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: AttendanceId,
        session: SessionId,
        class: ClassId,
        enrolment: EnrolmentId,
        person: PersonId,
        kind: AttendanceKind,
        method: AttendanceMethod,
        at: Instant,
        /// The account that recorded it: the trainee's own, or the class teacher's.
        recorded_by: AccountId,
        /// The fact that says so.
        fact: FactId,
        institution: InstitutionId,
        district: DistrictCode,
        path: ManagementPath,
    }
}
reach!(path = Path, owner = Institution, person = Person, class = Class);
