//! Timed acts of attendance (M3.1, M3.3): a class starts with its first attendance, ends with its last
//! session, lapses when it never starts; credited hours are then frozen.

use std::collections::BTreeMap;

use desk::procedure::{Taking, may_take, take};
use desk::tasks;
use desk::turns::Told;
use desk::{Act, Desk, Done, FactDraft};
use foundation::codes::{ClassState, FullProcessState};
use foundation::{ClassId, EnrolmentId, Periods, Permission, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use store::tables::supervision::{attendance, class_session, enrolment, training_class};
use store::{Reader, Writer};

use crate::acts::attendance::roll_calls_end;
use crate::hours;
use crate::procedures::full_process::{FullProcess, Step};
use crate::rules::attendance::signs_out_until;

/// Starts, ends and lapses classes whose time has come.
pub(crate) async fn tick(desk: &Desk, told: &mut Told) -> Result<(), Stop> {
    let (today, turns) = (desk.today(), &desk.premises.turns);
    let reader = desk.read().await?;
    let in_state = |state: ClassState| {
        move |q: store::query::Select<training_class::Entity>| q.filter(training_class::Column::State.eq(state))
    };
    let approved = turns
        .next::<training_class::Entity>(&reader, "start-training", |q| {
            in_state(FullProcessState::Approved.into())(q).filter(training_class::Column::StartsOn.lte(today))
        })
        .await?;
    let running = turns
        .next::<training_class::Entity>(&reader, "end-training", |q| {
            in_state(FullProcessState::InTraining.into())(q).filter(training_class::Column::EndsOn.lte(today))
        })
        .await?;
    for class in approved {
        told.note(&class.id, begin_or_lapse(desk, &reader, &class).await);
    }
    for class in running {
        told.note(&class.id, end(desk, &reader, &class).await);
    }
    Ok(())
}

async fn begin_or_lapse(desk: &Desk, reader: &Reader, class: &training_class::Model) -> Result<(), Stop> {
    let policy = desk::policy::pinned(class.policy.as_deref())?;
    if reader.find::<attendance::Entity>(hours::marks_of_class(&class.id)).await?.is_some() {
        desk.perform(StartTraining { class: class.id.clone() }).await
    } else if desk.today() > tasks::days_from(class.starts_on, policy.start_within_days()) {
        desk.perform(LapseClass { class: class.id.clone() }).await
    } else {
        Ok(())
    }
}

async fn end(desk: &Desk, reader: &Reader, class: &training_class::Model) -> Result<(), Stop> {
    let policy = desk::policy::pinned(class.policy.as_deref())?;
    let last = reader
        .list::<class_session::Entity>(|q| {
            q.filter(class_session::Column::Class.eq(class.id.clone()))
                .order_by_desc(class_session::Column::EndsAt)
                .limit(1)
        })
        .await?;
    // The roll may be called and people may sign out for a while after the last bell.
    match last.first().is_none_or(|one| desk.now() > signs_out_until(one, &policy)) {
        true => desk.perform(EndTraining { class: class.id.clone() }).await,
        false => Ok(()),
    }
}

/// First attendance seen: the class is in training.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct StartTraining {
    /// The class.
    pub class: ClassId,
}

impl Act for StartTraining {
    const NAME: &'static str = "start-training";
    const PERMISSION: Permission = Permission::Job;
    const CLAUSE: &'static str = "M3.2";
    const TITLE: &'static str = "开始培训";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get(&self.class).await?;
        let fact = FactDraft::new("TrainingStarted", class.district, "首次考勤，开始培训")
            .class(&class.id)
            .institution(&class.institution);
        // Now there is something to see; not for whoever approved it.
        let taking = Taking::new(training_class::ActiveModel::default())
            .due(Some(class.ends_on))
            .finding("", "每班至少现场检查一次")
            .not_for(class.decided_by.clone());
        Ok(Done::new((), take::<FullProcess>(desk, work, &class, Step::StartTraining, taking, fact).await?))
    }
}

/// Never started within the policy's days.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LapseClass {
    /// The class.
    pub class: ClassId,
}

impl Act for LapseClass {
    const NAME: &'static str = "lapse-class";
    const PERMISSION: Permission = Permission::Job;
    const CLAUSE: &'static str = "M3.1";
    const TITLE: &'static str = "逾期未开班，自动撤销";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get(&self.class).await?;
        roll_calls_end(desk, work, &class.id).await?;
        let fact = FactDraft::new("ClassLapsed", class.district, "逾期未开班，自动撤销")
            .class(&class.id)
            .institution(&class.institution);
        let taking = Taking::new(training_class::ActiveModel::default());
        Ok(Done::new((), take::<FullProcess>(desk, work, &class, Step::LapseClass, taking, fact).await?))
    }
}

/// After the last session: hours are reckoned and frozen with the class.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EndTraining {
    /// The class.
    pub class: ClassId,
}

impl Act for EndTraining {
    const NAME: &'static str = "end-training";
    const PERMISSION: Permission = Permission::Job;
    const CLAUSE: &'static str = "M3.2";
    const TITLE: &'static str = "培训结束";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get(&self.class).await?;
        may_take::<FullProcess>(desk, &class, Step::EndTraining)?;
        let policy = desk::policy::pinned(class.policy.as_deref())?;
        let mut eligible = 0usize;
        // Most of a class has the same hours: one statement for all who have.
        let mut alike: BTreeMap<(Periods, Periods), Vec<EnrolmentId>> = BTreeMap::new();
        for (place, hours) in hours::of_class(work, &class.id, &policy).await? {
            eligible += usize::from(reckoning::hours::rate_ok(&hours, &policy));
            alike.entry((hours.offline, hours.online)).or_default().push(place);
        }
        for ((offline, online), places) in alike {
            let change = enrolment::ActiveModel {
                credited_offline: Set(offline),
                credited_online: Set(online),
                ..Default::default()
            };
            work.change_all::<enrolment::Entity>(enrolment::Column::Id.is_in(places), change).await?;
        }
        roll_calls_end(desk, work, &class.id).await?;
        let fact = FactDraft::new("TrainingEnded", class.district, format!("培训结束，{eligible} 人出勤率达标"))
            .class(&class.id)
            .institution(&class.institution)
            .with("eligible", eligible);
        let taking = Taking::new(training_class::ActiveModel::default())
            .due(Some(tasks::days_from(class.ends_on, policy.exam_within_days())))
            .finding("look", format!("{eligible} 人可以参加结业考核"));
        Ok(Done::new((), take::<FullProcess>(desk, work, &class, Step::EndTraining, taking, fact).await?))
    }
}
