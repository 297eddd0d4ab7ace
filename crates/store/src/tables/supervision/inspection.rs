//! Process checks (过程检查; M3.1, domain §4.4), append-only.
use crate::tables::prelude::*;
table! {
    "inspection" key(id: Id) keeps(rows) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: InspectionId,
        class: ClassId,
        session: Option<SessionId>,
        kind: InspectionKind,
        unannounced: bool,
        inspector: AccountId,
        inspector_name: String,
        second_inspector: String,
        planned_persons: i32,
        signed_in: i32,
        present_count: i32,
        teacher_present: bool,
        content_matches: bool,
        problems: String,
        opinion: InspectionOpinion,
        note: String,
        at: Instant,
        institution: InstitutionId,
        district: DistrictCode,
        path: ManagementPath,
    }
}
reach!(path = Path, owner = Institution, class = Class);
