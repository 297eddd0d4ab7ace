//! Class meetings (课次): the timetable, one row each.
use crate::tables::prelude::*;
table! {
    "class_session" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: SessionId,
        class: ClassId,
        position: i32,
        held_on: Date,
        starts_at: Instant,
        ends_at: Instant,
        periods: Periods,
        mode: SessionMode,
        subject: String,
        teacher: TeacherId,
        teacher_name: String,
        room: Option<RoomId>,
        place: String,
        institution: InstitutionId,
        district: DistrictCode,
        path: ManagementPath,
        version: i32,
    }
}
reach!(path = Path, owner = Institution, class_of_trainee = Class);
