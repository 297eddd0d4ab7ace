//! Classes (班级; M3; domain §4.0). The state column is written only through a rule's change.
use crate::tables::prelude::*;
table! {
    "training_class" key(id: Id) version(version: Version) {
        #[sea_orm(primary_key, auto_increment = false)]
        id: ClassId,
        /// district6 + yyyy + regime + institution serial(4) + running number(4).
        class_no: String,
        regime: Regime,
        state: ClassState,
        institution: InstitutionId,
        institution_name: String,
        needs_item: NeedsItemId,
        site: SiteId,
        room: RoomId,
        /// e.g. `育婴员 第2期`.
        title: String,
        item_name: String,
        term: i32,
        planned_persons: i32,
        periods_total: Periods,
        periods_theory: Periods,
        periods_practice: Periods,
        periods_online: Periods,
        starts_on: Date,
        ends_on: Date,
        class_teacher: TeacherId,
        class_teacher_name: String,
        exam_on: Option<Date>,
        /// How the completion exam is held and scored (考核方案).
        exam_plan: String,
        /// Textbooks or digital courses (教学资源).
        materials: String,
        /// Insurance and safety (保险与安全预案).
        safety_plan: String,
        institution_pledged_at: Option<Instant>,
        submitted_at: Option<Instant>,
        accepted_at: Option<Instant>,
        accepted_by: Option<AccountId>,
        /// First reviewer's pass; the approver must be somebody else.
        reviewed_at: Option<Instant>,
        reviewed_by: Option<AccountId>,
        decided_at: Option<Instant>,
        decided_by: Option<AccountId>,
        /// Reasons of a return or refusal, shown to the institution.
        decision_note: String,
        /// What the current step waits for, in days of Fujian.
        due_on: Option<Date>,
        /// The policy in force at approval, JSON of `reckoning::Policy`; immutable afterwards.
        policy: Option<String>,
        enrolled_count: i32,
        /// Estimated money while it runs, decided money afterwards.
        money: Fen,
        district: DistrictCode,
        path: ManagementPath,
        created_at: Instant,
        created_by: AccountId,
        version: i32,
    }
}
reach!(path = Path, owner = Institution, class_of_trainee = Id);
