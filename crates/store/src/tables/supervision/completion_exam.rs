//! Completion exams (结业考核; M3.1): scores entered by one person, confirmed by another.
use crate::tables::prelude::*;
table! {
    "completion_exam" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: ExamId,
        class: ClassId,
        held_on: Date,
        examiner: String,
        second_examiner: String,
        method: String,
        /// Pass line of each part, from the pinned policy.
        pass_line: i32,
        entered_by: Option<AccountId>,
        entered_at: Option<Instant>,
        confirmed_by: Option<AccountId>,
        confirmed_at: Option<Instant>,
        institution: InstitutionId,
        district: DistrictCode,
        path: ManagementPath,
        version: i32,
    }
}
reach!(path = Path, owner = Institution, class_of_trainee = Class);
