//! Trainee feedback (学员评价; M3.1): once per trainee and class, anonymous to the institution.

use desk::tasks;
use desk::{Act, Desk, Done, FactDraft};
use foundation::codes::ClassState;
use foundation::limits::TEXT_CHARS;
use foundation::{ClassId, Fault, Function, Office, Permission, Refusal, Right, Stop};
use journal::facts::TraineeFeedbackGiven;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition, Set};
use store::tables::notices::task;
use store::tables::supervision::{enrolment, feedback, training_class};

use crate::rules::completion;
use crate::rules::states::{Move, after};

/// Five marks, two questions of truth, a few words.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GiveFeedback {
    /// The class.
    pub class: ClassId,
    /// 教师 1–5.
    pub teacher: i32,
    /// 内容 1–5.
    pub content: i32,
    /// 实操 1–5.
    pub practice: i32,
    /// 管理 1–5.
    pub management: i32,
    /// 就业帮助 1–5.
    pub employment_help: i32,
    /// 是否本人全程参加.
    pub attended_in_person: bool,
    /// 是否被收取费用.
    pub was_charged: bool,
    /// A few words, may be empty.
    pub text: String,
}

impl Act for GiveFeedback {
    const NAME: &'static str = "give-feedback";
    const PERMISSION: Permission = Permission::Of(Function::TraineeFeedback, Right::Create);
    const CLAUSE: &'static str = "M3.1";
    const TITLE: &'static str = "评价本次培训";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let Office::Trainee { person } = &desk.actor.office else { return Err(Stop::Forbidden) };
        let class = work.get::<training_class::Entity>(self.class.to_string()).await?;
        let place = Condition::all().add(enrolment::Column::Class.eq(class.id.clone())).add(enrolment::Column::Person.eq(person.clone()));
        let place = work.find::<enrolment::Entity>(place).await?.ok_or(Fault::Gone)?;
        let mut refusals = completion::check_ratings(&[
            ("teacher", self.teacher),
            ("content", self.content),
            ("practice", self.practice),
            ("management", self.management),
            ("employment_help", self.employment_help),
        ]);
        // Late answers count until the class is archived: a claim that was not handed in yet is drafted anew.
        if !matches!(class.state, ClassState::Certified | ClassState::FeedbackDone | ClassState::Claimed) {
            refusals.push(Refusal::new("学员评价", "M3.1", format!("本班现在是“{}”", class.state.label()), "班级状态", "发证之后才能评价，到时会在首页提醒您"));
        }
        if self.text.chars().count() > TEXT_CHARS {
            refusals.push(Refusal::new("学员评价", "M3.1", format!("意见超过 {TEXT_CHARS} 字"), "学员评价表", "请写短一些").at("text"));
        }
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
        let row = feedback::Model {
            id: desk.new_id(),
            class: class.id.clone(),
            enrolment: place.id.clone(),
            person: person.clone(),
            teacher: self.teacher,
            content: self.content,
            practice: self.practice,
            management: self.management,
            employment_help: self.employment_help,
            attended_in_person: self.attended_in_person,
            was_charged: self.was_charged,
            text: self.text.trim().to_owned(),
            at: desk.now(),
            district: class.district,
            path: class.path.clone(),
        };
        if work.add_new::<feedback::Entity>(vec![row]).await? == 0 {
            return Ok(Done::Repeat(()));
        }
        let mine = Condition::all()
            .add(task::Column::Person.eq(person.clone()))
            .add(task::Column::About.eq(class.id.to_string()))
            .add(task::Column::Kind.eq("give-feedback"))
            .add(task::Column::DoneAt.is_null());
        work.change_all::<task::Entity>(mine, task::ActiveModel { done_at: Set(Some(desk.now())), ..Default::default() }).await?;
        let body = TraineeFeedbackGiven { class: class.id.clone(), enrolment: place.id.clone() };
        Ok(Done::new((), FactDraft::of(&body, class.district, "学员完成评价").class(&class.id).about("enrolment", &place.id)))
    }
}

/// Closes a class's feedback: enough answers, or the days have passed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FinishFeedback {
    /// The class.
    pub class: ClassId,
}

impl Act for FinishFeedback {
    const NAME: &'static str = "finish-feedback";
    const PERMISSION: Permission = Permission::Job;
    const CLAUSE: &'static str = "M3.1";
    const TITLE: &'static str = "学员评价结束";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get::<training_class::Entity>(self.class.to_string()).await?;
        let state = after(class.state, Move::FinishFeedback)?;
        work.save::<training_class::Entity>(&class, training_class::ActiveModel { state: Set(state), ..Default::default() }).await?;
        tasks::close(desk, work, &class.id, &["give-feedback"]).await?;
        let fact = FactDraft::new("TraineeFeedbackFinished", "M3.1", class.district, "学员评价结束")
            .class(&class.id)
            .institution(&class.institution)
            .with("class_state", state.code());
        Ok(Done::new((), fact))
    }
}
