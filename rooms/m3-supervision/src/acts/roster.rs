//! The roster of a class that is being applied for: trainees put on and taken off, pledges signed (M7.1, M3.1).

use std::collections::HashSet;

use desk::{Act, Desk, Done, Example, FactDraft};
use foundation::codes::FullProcessState;
use foundation::limits::ROSTER_ROWS;
use foundation::{ClassId, EnrolmentId, Fault, Function, Office, Permission, PersonId, Refusal, Right, Stop};
use m7_registry::{RosterPerson, RosterRow, RowError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition, Set};
use store::tables::supervision::{enrolment, training_class};

use super::opening::draft;
use crate::hours;
use m7_registry::refusals::ROSTER;

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
    const TITLE: &'static str = "登记学员";
    const EXAMPLE: Example = Example::at(FullProcessState::Draft.code()).with(
        r#"{"rows": [{"row": 2, "name": "陈进补", "id_type": "居民身份证", "id_number": "$spare-id-number", "birth": "",
            "phone": "13905951234", "category": "", "education": ""}]}"#,
    );
    type Outcome = RosterOutcome;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<RosterOutcome>, Stop> {
        let class = draft(desk, work, &self.class).await?;
        let policy = desk::policy::applied_for(work, &class, desk.today()).await?;
        not_too_many(self.rows.len())?;
        let mut outcome = RosterOutcome::default();
        let mut on_roster: HashSet<PersonId> =
            hours::roster(work, &class.id).await?.into_iter().map(|one| one.person).collect();
        let checked: Vec<_> =
            self.rows.iter().map(|given| (given, given.check(desk.today(), desk.premises.settings.demo))).collect();
        let mut registrar =
            m7_registry::Registrar::open(desk, work, checked.iter().filter_map(|(_, one)| one.as_ref().ok())).await?;
        let mut rows = Vec::new();
        for (given, one) in checked {
            let wrong = |column: &str, reason: String, fix: &str| RowError {
                row: given.row,
                name: given.name.clone(),
                column: column.into(),
                reason,
                fix: fix.into(),
            };
            let one = match one {
                Ok(one) => one,
                Err(errors) => {
                    outcome.errors.extend(errors);
                    continue;
                }
            };
            if i32::try_from(on_roster.len()).unwrap_or(i32::MAX) >= policy.class_max() {
                outcome.errors.push(wrong(
                    "姓名",
                    format!("名册已有 {} 人，到了班额上限", on_roster.len()),
                    "请另开一班",
                ));
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
            FactDraft::new("TraineesRegistered", class.district, format!("登记学员 {added} 人"))
                .class(&class.id)
                .institution(&class.institution)
                .with("persons", added),
        ))
    }
}

/// No more rows at once than a roster file may have.
fn not_too_many(rows: usize) -> Result<(), Refusal> {
    if rows <= ROSTER_ROWS {
        return Ok(());
    }
    Err(ROSTER.refuse(format!("一次登记 {rows} 人")).fix(format!("一次最多 {ROSTER_ROWS} 人，请分开登记")).at("file"))
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
    let change = training_class::ActiveModel {
        enrolled_count: Set(i32::try_from(count).unwrap_or(i32::MAX)),
        ..Default::default()
    };
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
    const TITLE: &'static str = "移出名册";
    const EXAMPLE: Example = Example::at(FullProcessState::Draft.code());
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = draft(desk, work, &self.class).await?;
        let place = work.get(&self.enrolment).await?;
        if place.class != class.id {
            return Err(Fault::Gone.into());
        }
        work.remove_all::<enrolment::Entity>(enrolment::Column::Id.eq(place.id.clone())).await?;
        recount(work, &class).await?;
        Ok(Done::new(
            (),
            FactDraft::new("TraineeRemoved", class.district, "从名册移出一名学员")
                .class(&class.id)
                .institution(&class.institution)
                .enrolment(&place.id),
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
    const TITLE: &'static str = "签署参训承诺";
    const EXAMPLE: Example = Example::at(FullProcessState::Draft.code());
    /// How many were signed now.
    type Outcome = u64;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<u64>, Stop> {
        let class = work.get(&self.class).await?;
        let unsigned = Condition::all()
            .add(enrolment::Column::Class.eq(class.id.clone()))
            .add(enrolment::Column::PledgedAt.is_null());
        let (unsigned, who) = match &desk.actor.office {
            Office::Trainee { person, .. } => {
                (unsigned.add(enrolment::Column::Person.eq(person.clone())), "学员本人签署承诺书")
            }
            Office::Organisation { .. } => (unsigned, "机构确认已收齐学员纸质承诺书"),
            _ => return Err(Stop::Forbidden),
        };
        let signed = work
            .change_all::<enrolment::Entity>(
                unsigned,
                enrolment::ActiveModel { pledged_at: Set(Some(desk.now())), ..Default::default() },
            )
            .await?;
        if signed == 0 {
            return Ok(Done::Repeat(0));
        }
        Ok(Done::new(
            signed,
            FactDraft::new("PledgesSigned", class.district, format!("{who}，{signed} 人"))
                .class(&class.id)
                .with("persons", signed),
        ))
    }
}
