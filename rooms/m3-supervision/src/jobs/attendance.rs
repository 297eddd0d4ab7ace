//! Timed acts of attendance (M3.1, M3.3): a class starts with its first attendance, ends with its last
//! session, lapses when it never starts; credited hours are then frozen.

use std::collections::BTreeMap;

use desk::tasks::{self, TaskDraft};
use desk::{Act, Desk, Done, FactDraft};
use foundation::codes::ClassState;
use foundation::{ClassId, EnrolmentId, Periods, Permission, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use store::tables::supervision::{attendance, class_session, enrolment, training_class};

use crate::hours;
use crate::rules::states::{Move, after};

/// Classes looked at in one tick, each kind.
const CLASSES_PER_TICK: u64 = 200;

/// Starts, ends and lapses classes whose time has come.
pub async fn tick(desk: &Desk) -> Result<(), Stop> {
    let (today, now) = (desk.today(), desk.now());
    let reader = desk.read().await?;
    let in_state = |state: ClassState| {
        move |q: store::query::Select<training_class::Entity>| {
            q.filter(training_class::Column::State.eq(state)).order_by_asc(training_class::Column::StartsOn).limit(CLASSES_PER_TICK)
        }
    };
    for class in reader.list::<training_class::Entity>(|q| in_state(ClassState::Approved)(q).filter(training_class::Column::StartsOn.lte(today))).await? {
        let begun = reader.find::<attendance::Entity>(hours::marks_of_class(&class.id)).await?.is_some();
        let policy = desk::policy::pinned(class.policy.as_deref())?;
        let lapses_on = class.starts_on + chrono::Days::new(u64::try_from(policy.start_within_days).unwrap_or(0));
        if begun {
            desk.perform(StartTraining { class: class.id }).await?;
        } else if today > lapses_on {
            desk.perform(LapseClass { class: class.id }).await?;
        }
    }
    for class in reader.list::<training_class::Entity>(|q| in_state(ClassState::InTraining)(q).filter(training_class::Column::EndsOn.lte(today))).await? {
        let last = reader
            .list::<class_session::Entity>(|q| {
                q.filter(class_session::Column::Class.eq(class.id.clone())).order_by_desc(class_session::Column::EndsAt).limit(1)
            })
            .await?;
        // The roll may be called and people may sign out for a while after the last bell.
        let closed = last.first().is_none_or(|one| now > one.ends_at + chrono::Duration::minutes(crate::rules::attendance::SIGN_OUT_AFTER_MINUTES));
        if closed {
            desk.perform(EndTraining { class: class.id }).await?;
        }
    }
    Ok(())
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
    const CLAUSE: &'static str = "M3.1";
    const TITLE: &'static str = "开始培训";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let (class, state) = moved(work, &self.class, Move::StartTraining).await?;
        tasks::close(desk, work, &class.id, &["start-class"]).await?;
        Ok(Done::new(
            (),
            FactDraft::new("TrainingStarted", "M3.1", class.district, "首次考勤，开始培训")
                .class(&class.id)
                .institution(&class.institution)
                .with("class_state", state.code()),
        ))
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
        let (class, state) = moved(work, &self.class, Move::Withdraw).await?;
        tasks::close(desk, work, &class.id, &["start-class", "inspect-class"]).await?;
        Ok(Done::new(
            (),
            FactDraft::new("ClassLapsed", "M3.1", class.district, "逾期未开班，自动撤销")
                .class(&class.id)
                .institution(&class.institution)
                .with("class_state", state.code()),
        ))
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
    const CLAUSE: &'static str = "M3.1";
    const TITLE: &'static str = "培训结束";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let (class, state) = moved(work, &self.class, Move::EndTraining).await?;
        let policy = desk::policy::pinned(class.policy.as_deref())?;
        let mut eligible = 0usize;
        // Most of a class has the same hours: one statement for all who have.
        let mut alike: BTreeMap<(Periods, Periods), Vec<EnrolmentId>> = BTreeMap::new();
        for (place, hours) in hours::of_class(work, &class.id, &policy).await? {
            eligible += usize::from(reckoning::hours::rate_ok(&hours, &policy));
            alike.entry((hours.offline, hours.online)).or_default().push(place);
        }
        for ((offline, online), places) in alike {
            let change = enrolment::ActiveModel { credited_offline: Set(offline), credited_online: Set(online), ..Default::default() };
            work.change_all::<enrolment::Entity>(enrolment::Column::Id.is_in(places), change).await?;
        }
        tasks::close(desk, work, &class.id, &["inspect-class", "start-class"]).await?;
        TaskDraft::new(desk, "institution", "enter-scores", ("class", class.id.to_string()), class.title.clone(), class.district)
            .for_institution(&class.institution)
            .finding("look", format!("{eligible} 人可以参加结业考核"))
            .due(Some(class.ends_on + chrono::Days::new(u64::try_from(policy.exam_within_days).unwrap_or(0))))
            .put(work)
            .await?;
        let fact = FactDraft::new("TrainingEnded", "M3.1", class.district, format!("培训结束，{eligible} 人出勤率达标"))
            .class(&class.id)
            .institution(&class.institution)
            .with("eligible", eligible)
            .with("class_state", state.code());
        Ok(Done::new((), fact))
    }
}

async fn moved(work: &Writer, class: &ClassId, step: Move) -> Result<(training_class::Model, ClassState), Stop> {
    let class = work.get::<training_class::Entity>(class.to_string()).await?;
    let state = after(class.state, step)?;
    work.save::<training_class::Entity>(&class, training_class::ActiveModel { state: Set(state), ..Default::default() }).await?;
    Ok((class, state))
}
