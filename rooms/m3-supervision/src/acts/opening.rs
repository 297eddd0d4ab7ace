//! Acts of the institution up to the opening application (开班申请; M3.1, M7.1): draft, plan, roster,
//! timetable, pledges.

use std::collections::HashSet;

use desk::{Act, Desk, Done, FactDraft};
use foundation::codes::{ClassState, Regime};
use foundation::limits::ROSTER_ROWS;
use foundation::{
    ClassId, EnrolmentId, Fault, Fen, Function, InstitutionId, NeedsItemId, Office, Permission, PersonId, Refusal, Right, RoomId, Stop, TeacherId,
};
use m7_registry::{RosterPerson, RosterRow, RowError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect, Set};
use store::tables::institutions::{institution, room, site, teacher};
use store::tables::needs::needs_item;
use store::tables::supervision::{class_session, enrolment, training_class};

use super::timetable::shifted;
use crate::hours;
use crate::rules::opening::{self as rules, Layout, Plan};

const EDIT: Permission = Permission::Of(Function::OpeningApplication, Right::Create);

/// The institution that acts. Errors: `Forbidden` for anybody else whom the matrix lets create.
pub fn own_institution(desk: &Desk) -> Result<InstitutionId, Stop> {
    match &desk.actor.office {
        Office::Institution { institution } => Ok(institution.clone()),
        _ => Err(Stop::Forbidden),
    }
}

/// What a meeting without a room says of its place.
pub(super) const ONLINE_PLACE: &str = "线上直播";

/// `实训楼 302`.
pub(super) async fn place_name(work: &Writer, room: &room::Model) -> Result<String, Stop> {
    Ok(format!("{} {}", work.get::<site::Entity>(room.site.to_string()).await?.name, room.name))
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
}

impl Act for CreateClass {
    const NAME: &'static str = "create-class";
    const PERMISSION: Permission = EDIT;
    const CLAUSE: &'static str = "M3.1";
    const TITLE: &'static str = "新建开班申请";
    type Outcome = ClassId;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<ClassId>, Stop> {
        let institution = work.get::<institution::Entity>(own_institution(desk)?.to_string()).await?;
        let (item, room, teacher) = parts(work, &self.needs_item, &self.room, &self.class_teacher, &institution.id).await?;
        let policy = desk::policy::in_force(work, institution.district, desk.today()).await?;
        let mut refusals = rules::check_plan(&self.plan, (item.periods_min, item.periods_max, item.online_cap_pct), room.seats, &policy, desk.today());
        if item.certificate_type.regime() != Regime::FullProcess {
            refusals.push(
                Refusal::new("监管方式", "M3.1", format!("{} 不走合格证类开班申请", item.certificate_type.label()), "需求指导目录", "请选择合格证类项目")
                    .at("needs_item"),
            );
        }
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
        let id: ClassId = desk.new_id();
        let row = row(desk, id.clone(), &institution, &item, &room, &teacher, &self.plan);
        work.add::<training_class::Entity>(row.clone()).await?;
        if let Some(from) = &self.copy_of {
            let from = work.get::<training_class::Entity>(from.to_string()).await?;
            let place = place_name(work, &room).await?;
            let sessions = hours::sessions(work, &from.id)
                .await?
                .into_iter()
                .map(|one| class_session::Model { place: if one.room.as_ref() == Some(&from.room) { place.clone() } else { one.place.clone() }, ..one })
                .collect();
            work.add_many::<class_session::Entity>(shifted(desk, &from, &row, sessions)).await?;
        }
        let fact = FactDraft::new("ClassDrafted", "M3.1", institution.district, format!("新建“{} 第{}期”", item.name, self.plan.term))
            .class(&id)
            .institution(&institution.id)
            .with("class_state", ClassState::Draft.code());
        Ok(Done::new(id, fact))
    }
}

async fn parts(
    work: &Writer,
    item: &NeedsItemId,
    room: &RoomId,
    teacher: &TeacherId,
    institution: &InstitutionId,
) -> Result<(needs_item::Model, room::Model, teacher::Model), Stop> {
    let item = work.get::<needs_item::Entity>(item.to_string()).await?;
    let room = work.get::<room::Entity>(room.to_string()).await?;
    let teacher = work.get::<teacher::Entity>(teacher.to_string()).await?;
    // Rooms are open to read; only one's own can be used.
    if &room.institution != institution || &teacher.institution != institution {
        return Err(Fault::Gone.into());
    }
    Ok((item, room, teacher))
}

fn row(
    desk: &Desk,
    id: ClassId,
    institution: &institution::Model,
    item: &needs_item::Model,
    room: &room::Model,
    teacher: &teacher::Model,
    plan: &Plan,
) -> training_class::Model {
    training_class::Model {
        // A draft has no number yet; its id stands in, so that the key stays unique.
        class_no: format!("草稿{id}"),
        regime: item.certificate_type.regime(),
        state: ClassState::Draft,
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
    const CLAUSE: &'static str = "M3.1";
    const TITLE: &'static str = "修改教学计划";
    /// Whether the timetable could be kept.
    type Outcome = bool;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<bool>, Stop> {
        let class = draft(desk, work, &self.class).await?;
        let item = work.get::<needs_item::Entity>(class.needs_item.to_string()).await?;
        let room = work.get::<room::Entity>(class.room.to_string()).await?;
        let policy = desk::policy::in_force(work, class.district, desk.today()).await?;
        let refusals = rules::check_plan(&self.plan, (item.periods_min, item.periods_max, item.online_cap_pct), room.seats, &policy, desk.today());
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
        Ok(Done::new(kept, FactDraft::new("ClassPlanEdited", "M3.1", class.district, "修改教学计划").class(&class.id).institution(&class.institution)))
    }
}

/// The class as the plan will have it.
fn planned(class: &training_class::Model, item: &needs_item::Model, plan: &Plan) -> training_class::Model {
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
    let class = work.get::<training_class::Entity>(class.to_string()).await?;
    rules::editable(&class)?;
    Ok(class)
}

/// Lays the timetable out anew.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LayTimetable {
    /// The class.
    pub class: ClassId,
    /// Weekdays, times, block length.
    pub layout: Layout,
    /// Who teaches; the class teacher when empty.
    pub teacher: Option<TeacherId>,
}

impl Act for LayTimetable {
    const NAME: &'static str = "lay-timetable";
    const PERMISSION: Permission = EDIT;
    const CLAUSE: &'static str = "M3.1";
    const TITLE: &'static str = "生成课程表";
    /// How many sessions.
    type Outcome = u32;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<u32>, Stop> {
        let class = draft(desk, work, &self.class).await?;
        let policy = desk::policy::in_force(work, class.district, desk.today()).await?;
        let meetings = rules::lay_out(&class, &self.layout, &policy)?;
        if meetings.len() > foundation::limits::SESSIONS_PER_CLASS {
            return Err(Refusal::new("课程表", "M3.1", format!("排出 {} 次课，太多了", meetings.len()), "课程表", "请增加每次课的课时").at("block").into());
        }
        let room = work.get::<room::Entity>(class.room.to_string()).await?;
        let place_name = place_name(work, &room).await?;
        let teacher = work.get::<teacher::Entity>(self.teacher.as_ref().unwrap_or(&class.class_teacher).to_string()).await?;
        if teacher.institution != class.institution {
            return Err(Fault::Gone.into());
        }
        work.remove_all::<class_session::Entity>(class_session::Column::Class.eq(class.id.clone())).await?;
        let rows: Vec<class_session::Model> = meetings
            .iter()
            .zip(1..)
            .map(|(one, position)| {
                let online = one.mode == foundation::codes::SessionMode::Online;
                class_session::Model {
                    id: desk.new_id(),
                    class: class.id.clone(),
                    position,
                    held_on: foundation::clock::day_of(one.starts_at),
                    starts_at: one.starts_at,
                    ends_at: one.ends_at,
                    periods: one.periods,
                    mode: one.mode,
                    subject: format!("{}（{}）", class.item_name, one.mode.label()),
                    teacher: teacher.id.clone(),
                    teacher_name: teacher.name.clone(),
                    room: (!online).then(|| room.id.clone()),
                    place: if online { ONLINE_PLACE.into() } else { place_name.clone() },
                    institution: class.institution.clone(),
                    district: class.district,
                    path: class.path.clone(),
                    version: 1,
                }
            })
            .collect();
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        work.add_many::<class_session::Entity>(rows).await?;
        Ok(Done::new(
            count,
            FactDraft::new("TimetableLaid", "M3.1", class.district, format!("生成课程表，{count} 次课"))
                .class(&class.id)
                .institution(&class.institution)
                .with("sessions", count),
        ))
    }
}

/// Puts trainees on the roster: good rows are registered whatever the others are.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AddTrainees {
    /// The class.
    pub class: ClassId,
    /// Who, as typed or as the file holds them.
    pub rows: Vec<RosterRow>,
}

/// What became of the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RosterOutcome {
    /// New on the roster.
    pub added: u32,
    /// Everything wrong with the other rows.
    pub errors: Vec<RowError>,
}

impl Act for AddTrainees {
    const NAME: &'static str = "add-trainees";
    const PERMISSION: Permission = Permission::Of(Function::Roster, Right::Create);
    const CLAUSE: &'static str = "M7.1";
    const TITLE: &'static str = "登记学员";
    type Outcome = RosterOutcome;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<RosterOutcome>, Stop> {
        let class = draft(desk, work, &self.class).await?;
        let policy = desk::policy::in_force(work, class.district, desk.today()).await?;
        if self.rows.len() > ROSTER_ROWS {
            return Err(Refusal::new("花名册", "M7.1", format!("一次登记 {} 人", self.rows.len()), "花名册", format!("一次最多 {ROSTER_ROWS} 人，请分开登记"))
                .at("file")
                .into());
        }
        let mut outcome = RosterOutcome::default();
        let mut on_roster: HashSet<PersonId> = hours::roster(work, &class.id).await?.into_iter().map(|one| one.person).collect();
        let checked: Vec<_> = self.rows.iter().map(|given| (given, given.check(desk.today(), desk.premises.settings.demo))).collect();
        let mut registrar = m7_registry::Registrar::open(desk, work, checked.iter().filter_map(|(_, one)| one.as_ref().ok())).await?;
        let mut rows = Vec::new();
        for (given, one) in checked {
            let wrong =
                |column: &str, reason: String, fix: &str| RowError { row: given.row, name: given.name.clone(), column: column.into(), reason, fix: fix.into() };
            let one = match one {
                Ok(one) => one,
                Err(errors) => {
                    outcome.errors.extend(errors);
                    continue;
                }
            };
            if i32::try_from(on_roster.len()).unwrap_or(i32::MAX) >= policy.class_max {
                outcome.errors.push(wrong("姓名", format!("名册已有 {} 人，到了班额上限", on_roster.len()), "请另开一班"));
                continue;
            }
            // Looked up first, so that a row that changes nothing writes nothing.
            if registrar.find(desk, &one.document).is_some_and(|person| on_roster.contains(person)) {
                outcome.errors.push(wrong("证件号码", "这个人已经在本班名册里".into(), "不用再登记，请删去这一行"));
                continue;
            }
            let person = match registrar.register(desk, work, &one, class.district).await {
                Ok(person) => person,
                Err(Stop::Refused(no)) => {
                    outcome.errors.extend(no.into_iter().map(|no| wrong("证件号码", no.fact, &no.fix)));
                    continue;
                }
                Err(stop) => return Err(stop),
            };
            on_roster.insert(person.clone());
            rows.push(place(desk, &class, person, &one));
        }
        registrar.close(work).await?;
        outcome.added = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        if rows.is_empty() {
            return Ok(Done::Repeat(outcome));
        }
        work.add_many::<enrolment::Entity>(rows).await?;
        recount(work, &class).await?;
        let added = outcome.added;
        Ok(Done::new(
            outcome,
            FactDraft::new("TraineesRegistered", "M7.1", class.district, format!("登记学员 {added} 人"))
                .class(&class.id)
                .institution(&class.institution)
                .with("persons", added),
        ))
    }
}

fn place(desk: &Desk, class: &training_class::Model, person: PersonId, one: &RosterPerson) -> enrolment::Model {
    enrolment::Model {
        id: desk.new_id::<EnrolmentId>(),
        class: class.id.clone(),
        person,
        name: one.name.as_str().into(),
        id_number_masked: one.document.masked(),
        phone_masked: one.phone.as_ref().map(foundation::Phone::masked).unwrap_or_default(),
        category: one.category,
        education: one.education.clone(),
        pledged_at: None,
        active: true,
        withdrawn_reason: String::new(),
        credited_offline: foundation::Periods::ZERO,
        credited_online: foundation::Periods::ZERO,
        passed: None,
        institution: class.institution.clone(),
        district: class.district,
        path: class.path.clone(),
        created_at: desk.now(),
        version: 1,
    }
}

async fn recount(work: &Writer, class: &training_class::Model) -> Result<(), Stop> {
    let count = hours::roster(work, &class.id).await?.len();
    let change = training_class::ActiveModel { enrolled_count: Set(i32::try_from(count).unwrap_or(i32::MAX)), ..Default::default() };
    work.save::<training_class::Entity>(class, change).await
}

/// Takes a trainee off the roster of a draft.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RemoveTrainee {
    /// The class.
    pub class: ClassId,
    /// Who.
    pub enrolment: EnrolmentId,
}

impl Act for RemoveTrainee {
    const NAME: &'static str = "remove-trainee";
    const PERMISSION: Permission = Permission::Of(Function::Roster, Right::Create);
    const CLAUSE: &'static str = "M7.1";
    const TITLE: &'static str = "移出名册";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = draft(desk, work, &self.class).await?;
        let place = work.get::<enrolment::Entity>(self.enrolment.to_string()).await?;
        if place.class != class.id {
            return Err(Fault::Gone.into());
        }
        work.remove_all::<enrolment::Entity>(enrolment::Column::Id.eq(place.id.clone())).await?;
        recount(work, &class).await?;
        Ok(Done::new(
            (),
            FactDraft::new("TraineeRemoved", "M7.1", class.district, "从名册移出一名学员")
                .class(&class.id)
                .institution(&class.institution)
                .about("enrolment", &place.id),
        ))
    }
}

/// 学员承诺: by the trainee on the phone, or the paper that the clerk has collected.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SignPledges {
    /// The class.
    pub class: ClassId,
}

impl Act for SignPledges {
    const NAME: &'static str = "sign-pledges";
    const PERMISSION: Permission = Permission::Of(Function::Roster, Right::Create);
    const CLAUSE: &'static str = "M3.1";
    const TITLE: &'static str = "签署参训承诺";
    /// How many were signed now.
    type Outcome = u64;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<u64>, Stop> {
        let class = work.get::<training_class::Entity>(self.class.to_string()).await?;
        let unsigned = Condition::all().add(enrolment::Column::Class.eq(class.id.clone())).add(enrolment::Column::PledgedAt.is_null());
        let (unsigned, who) = match &desk.actor.office {
            Office::Trainee { person } => (unsigned.add(enrolment::Column::Person.eq(person.clone())), "学员本人签署承诺书"),
            Office::Institution { .. } => (unsigned, "机构确认已收齐学员纸质承诺书"),
            _ => return Err(Stop::Forbidden),
        };
        let signed = work.change_all::<enrolment::Entity>(unsigned, enrolment::ActiveModel { pledged_at: Set(Some(desk.now())), ..Default::default() }).await?;
        if signed == 0 {
            return Ok(Done::Repeat(0));
        }
        Ok(Done::new(signed, FactDraft::new("PledgesSigned", "M3.1", class.district, format!("{who}，{signed} 人")).class(&class.id).with("persons", signed)))
    }
}

/// The last class of the same institution and item, to copy from.
pub async fn last_class(reader: &store::Reader, item: Option<&NeedsItemId>) -> Result<Option<training_class::Model>, Stop> {
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
