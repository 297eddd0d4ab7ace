//! Trainee feedback (学员评价; M3.1): anonymous to the institution, one per trainee and class.
use crate::tables::prelude::*;
table! {
    "feedback" key(id: Id) keeps(rows) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: FeedbackId,
        class: ClassId,
        enrolment: EnrolmentId,
        person: PersonId,
        /// 1–5 each.
        teacher: i32,
        content: i32,
        practice: i32,
        management: i32,
        employment_help: i32,
        /// 是否本人全程参加.
        attended_in_person: bool,
        /// 是否被收取费用.
        was_charged: bool,
        text: String,
        /// Own phone, or the class's shared device.
        channel: FeedbackChannel,
        at: Instant,
        district: DistrictCode,
        path: ManagementPath,
    }
}
// No institution column on purpose: the institution sees only counts and means, through the room.
reach!(path = Path, person = Person);
