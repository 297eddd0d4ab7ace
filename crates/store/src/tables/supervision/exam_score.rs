//! Scores of a completion exam, theory and practice out of 100 each.
use crate::tables::prelude::*;
table! {
    "exam_score" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: ScoreId,
        exam: ExamId,
        class: ClassId,
        enrolment: EnrolmentId,
        person: PersonId,
        theory: i32,
        practice: i32,
        absent: bool,
        passed: bool,
        institution: InstitutionId,
        district: DistrictCode,
        path: ManagementPath,
        version: i32,
    }
}
reach!(path = Path, owner = Institution, person = Person, class = Class);
