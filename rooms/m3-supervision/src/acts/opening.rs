//! Acts of the institution on the draft of an opening application (开班申请; M3.1, M7.1): a new class, its plan changed.
//! Roster, pledges and timetable have files of their own.

use desk::procedure::{Taking, begin};
use desk::{Act, Desk, Done, Example, FactDraft};
use foundation::codes::{ClassPhase, ClassState, FullProcessState, Regime};
use foundation::{
    ClassId, Fault, Fen, Function, InstitutionId, NeedsItemId, Permission, Refusal, Right, RoomId, Stop, TeacherId,
};
use m1_needs::doorway::NeedsItem;
use m2_institutions::doorway::{Institution, Room, Teacher};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect, Set};
use store::tables::supervision::{class_session, training_class};

pub use super::roster::{AddTrainees, RemoveTrainee, RosterOutcome, SignPledges};
pub use super::timetable::LayTimetable;
use super::timetable::{laid, shifted};
use crate::declared::CLASS;
use crate::hours;
use crate::procedures::full_process::{FullProcess, Step};
use crate::refusals::{REGIME, TERM};
use crate::rules::layout::Layout;
use crate::rules::opening::{self as rules, Plan};

const EDIT: Permission = Permission::Of(Function::OpeningApplication, Right::Create);

/// A plan within the limits of the demo's items: days to come, the online share under its cap.
const PLAN: &str = r#"{"plan": {"term": 77, "planned_persons": 12, "theory": 14,
    "practice": 20, "online": 22, "starts_on": "2026-12-14", "ends_on": "2026-12-30", "exam_on": "2027-01-04",
    "exam_plan": "理论、实操各占一半", "materials": "国家职业技能培训教程", "safety_plan": "已购团体意外险"}}"#;

/// The institution that acts. Errors: `Forbidden` for anybody else whom the matrix lets create.
pub fn own_institution(desk: &Desk) -> Result<InstitutionId, Stop> {
    desk.actor.office.institution().ok_or(Stop::Forbidden)
}

/// `实训楼 302`.
pub(super) async fn place_name(work: &Writer, room: &Room) -> Result<String, Stop> {
    Ok(format!("{} {}", work.get(&room.site).await?.name, room.name))
}

/// A new class, from one form.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CreateClass {
    /// What is taught.
    pub needs_item: NeedsItemId,
    /// Where.
    pub room: RoomId,
    /// 班主任.
    pub class_teacher: TeacherId,
    /// The plan.
    pub plan: Plan,
    /// A class of one's own whose timetable is taken over, moved to the new days.
    #[serde(default)]
    pub copy_of: Option<ClassId>,
    /// How the timetable is laid out at once; without it (or with a copy) it is laid out or moved on its own.
    #[serde(default)]
    pub layout: Option<Layout>,
}

impl Act for CreateClass {
    const NAME: &'static str = "create-class";
    const PERMISSION: Permission = EDIT;
    const TITLE: &'static str = "新建开班申请";
    const EXAMPLE: Example = Example::NONE.with(PLAN);
    type Outcome = ClassId;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<ClassId>, Stop> {
        let institution = work.get(&own_institution(desk)?).await?;
        let (item, room, teacher) =
            parts(work, &self.needs_item, &self.room, &self.class_teacher, &institution.id).await?;
        let regime = item.certificate_type.regime();
        if regime != Regime::FullProcess {
            return Err(REGIME
                .refuse(format!("{} 不走合格证类开班申请", item.certificate_type.label()))
                .at("needs_item")
                .into());
        }
        let policy =
            desk::policy::in_force(work, desk::policy::scheme_of(regime)?, institution.district, desk.today()).await?;
        let mut refusals = rules::check_plan(
            &self.plan,
            (item.periods_min, item.periods_max, item.online_cap_pct),
            room.seats,
            &policy,
            desk.today(),
        );
        refusals.extend(term_taken(work, &institution.id, &item, self.plan.term, None).await?);
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
        let id: ClassId = desk.new_id();
        let row = row(desk, id.clone(), &institution, &item, &room, &teacher, &self.plan);
        let place = place_name(work, &room).await?;
        // Before the class is written: what doesn't fit is refused with the rest of the form.
        let laid = match (&self.copy_of, &self.layout) {
            (None, Some(layout)) => laid(desk, &row, layout, &teacher, &place, &policy)?,
            _ => Vec::new(),
        };
        let fact =
            FactDraft::new("ClassDrafted", institution.district, format!("新建“{} 第{}期”", item.name, self.plan.term))
                .class(&id)
                .institution(&institution.id);
        let made = begin::<FullProcess>(
            desk,
            work,
            row.clone(),
            Step::Draft,
            Taking::new(training_class::ActiveModel::default()),
            fact,
        )
        .await?;
        let fact = made.ok_or(Fault::Stale)?;
        work.add_many::<class_session::Entity>(laid).await?;
        if let Some(from) = &self.copy_of {
            let from = work.get(&from).await?;
            let sessions = hours::sessions(work, &from.id)
                .await?
                .into_iter()
                .map(|one| class_session::Model {
                    place: if one.room.as_ref() == Some(&from.room) { place.clone() } else { one.place.clone() },
                    ..one
                })
                .collect();
            work.add_many::<class_session::Entity>(shifted(desk, &from, &row, sessions)).await?;
        }
        Ok(Done::new(id, fact))
    }
}

/// The refusal of a number that another class of the item has: a form sent twice makes one class.
async fn term_taken(
    work: &Writer,
    institution: &InstitutionId,
    item: &NeedsItem,
    term: i32,
    but: Option<&ClassId>,
) -> Result<Option<Refusal>, Stop> {
    let same = Condition::all()
        .add(training_class::Column::Institution.eq(institution.clone()))
        .add(training_class::Column::NeedsItem.eq(item.id.clone()))
        .add(training_class::Column::Term.eq(term))
        .add(training_class::Column::State.is_not_in(ClassState::in_phases(&[ClassPhase::Ended])));
    let others = work.list::<training_class::Entity>(|q| q.filter(same)).await?;
    Ok(others.into_iter().find(|one| but != Some(&one.id)).map(|one| {
        let fact = format!("已经有“{}”，现在是“{}”", one.title, one.state.label());
        TERM.refuse(fact).at("term")
    }))
}

async fn parts(
    work: &Writer,
    item: &NeedsItemId,
    room: &RoomId,
    teacher: &TeacherId,
    institution: &InstitutionId,
) -> Result<(NeedsItem, Room, Teacher), Stop> {
    let item = work.get(&item).await?;
    let room = work.get(&room).await?;
    let teacher = work.get(&teacher).await?;
    // Rooms are open to read; only one's own can be used.
    if &room.institution != institution || &teacher.institution != institution {
        return Err(Fault::Gone.into());
    }
    Ok((item, room, teacher))
}

fn row(
    desk: &Desk,
    id: ClassId,
    institution: &Institution,
    item: &NeedsItem,
    room: &Room,
    teacher: &Teacher,
    plan: &Plan,
) -> training_class::Model {
    training_class::Model {
        // A draft has no number yet; its id stands in, so that the key stays unique.
        class_no: format!("草稿{id}"),
        regime: item.certificate_type.regime(),
        state: FullProcessState::Draft.into(),
        institution: institution.id.clone(),
        institution_name: institution.name.clone(),
        needs_item: item.id.clone(),
        site: room.site.clone(),
        room: room.id.clone(),
        title: format!("{} 第{}期", item.name, plan.term),
        item_name: item.name.clone(),
        term: plan.term,
        planned_persons: plan.planned_persons,
        periods_total: foundation::Periods(plan.theory + plan.practice + plan.online),
        periods_theory: foundation::Periods(plan.theory),
        periods_practice: foundation::Periods(plan.practice),
        periods_online: foundation::Periods(plan.online),
        starts_on: plan.starts_on,
        ends_on: plan.ends_on,
        class_teacher: teacher.id.clone(),
        class_teacher_name: teacher.name.clone(),
        exam_on: Some(plan.exam_on),
        exam_plan: plan.exam_plan.trim().into(),
        materials: plan.materials.trim().into(),
        safety_plan: plan.safety_plan.trim().into(),
        institution_pledged_at: None,
        submitted_at: None,
        accepted_at: None,
        accepted_by: None,
        reviewed_at: None,
        reviewed_by: None,
        decided_at: None,
        decided_by: None,
        decision_note: String::new(),
        due_on: None,
        policy: None,
        enrolled_count: 0,
        money: Fen::ZERO,
        district: institution.district,
        path: institution.path.clone(),
        created_at: desk.now(),
        created_by: desk.actor.account.clone().unwrap_or_else(|| desk.new_id()),
        version: 1,
        id,
    }
}

/// Changes the plan of a draft. A timetable that still fits moves with the first day; another is dropped.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EditClassPlan {
    /// The class.
    pub class: ClassId,
    /// The plan.
    pub plan: Plan,
}

impl Act for EditClassPlan {
    const NAME: &'static str = "edit-class-plan";
    const PERMISSION: Permission = EDIT;
    const TITLE: &'static str = "修改教学计划";
    const EXAMPLE: Example = Example::at(FullProcessState::Draft.code()).with(PLAN);
    /// Whether the timetable could be kept.
    type Outcome = bool;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<bool>, Stop> {
        let class = draft(desk, work, &self.class).await?;
        desk.unchanged(&CLASS, &class.id.to_string(), class.version)?;
        let item = work.get(&class.needs_item).await?;
        let room = work.get(&class.room).await?;
        let policy = desk::policy::applied_for(work, &class, desk.today()).await?;
        let mut refusals = rules::check_plan(
            &self.plan,
            (item.periods_min, item.periods_max, item.online_cap_pct),
            room.seats,
            &policy,
            desk.today(),
        );
        refusals.extend(term_taken(work, &class.institution, &item, self.plan.term, Some(&class.id)).await?);
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
        let now = planned(&class, &item, &self.plan);
        let change = training_class::ActiveModel {
            title: Set(now.title.clone()),
            term: Set(now.term),
            planned_persons: Set(now.planned_persons),
            periods_total: Set(now.periods_total),
            periods_theory: Set(now.periods_theory),
            periods_practice: Set(now.periods_practice),
            periods_online: Set(now.periods_online),
            starts_on: Set(now.starts_on),
            ends_on: Set(now.ends_on),
            exam_on: Set(now.exam_on),
            exam_plan: Set(now.exam_plan.clone()),
            materials: Set(now.materials.clone()),
            safety_plan: Set(now.safety_plan.clone()),
            ..Default::default()
        };
        work.save::<training_class::Entity>(&class, change).await?;
        let before = hours::sessions(work, &class.id).await?;
        let moved = shifted(desk, &class, &now, before.clone());
        let kept = moved.len() == before.len();
        work.remove_all::<class_session::Entity>(class_session::Column::Class.eq(class.id.clone())).await?;
        work.add_many::<class_session::Entity>(moved).await?;
        Ok(Done::new(
            kept,
            FactDraft::new("ClassPlanEdited", class.district, "修改教学计划")
                .class(&class.id)
                .institution(&class.institution),
        ))
    }
}

/// The class as the plan will have it.
fn planned(class: &training_class::Model, item: &NeedsItem, plan: &Plan) -> training_class::Model {
    training_class::Model {
        title: format!("{} 第{}期", item.name, plan.term),
        term: plan.term,
        planned_persons: plan.planned_persons,
        periods_total: foundation::Periods(plan.theory + plan.practice + plan.online),
        periods_theory: foundation::Periods(plan.theory),
        periods_practice: foundation::Periods(plan.practice),
        periods_online: foundation::Periods(plan.online),
        starts_on: plan.starts_on,
        ends_on: plan.ends_on,
        exam_on: Some(plan.exam_on),
        exam_plan: plan.exam_plan.trim().into(),
        materials: plan.materials.trim().into(),
        safety_plan: plan.safety_plan.trim().into(),
        ..class.clone()
    }
}

/// The institution's own editable class.
pub(super) async fn draft(desk: &Desk, work: &Writer, class: &ClassId) -> Result<training_class::Model, Stop> {
    own_institution(desk)?;
    let class = work.get(&class).await?;
    rules::editable(&class)?;
    Ok(class)
}

/// The last class of the same institution and item, to copy from.
pub async fn last_class(
    reader: &store::Reader,
    item: Option<&NeedsItemId>,
) -> Result<Option<training_class::Model>, Stop> {
    let rows = reader
        .list::<training_class::Entity>(|q| {
            let q = q.order_by_desc(training_class::Column::CreatedAt).limit(1);
            match item {
                Some(item) => q.filter(training_class::Column::NeedsItem.eq(item.clone())),
                None => q,
            }
        })
        .await?;
    Ok(rows.into_iter().next())
}
