//! Trainee feedback (学员评价; M3.1): once per trainee and class, anonymous to the institution.

use desk::procedure::{Taking, may_take, take};
use desk::tasks::{self, TaskDraft};
use desk::{Act, Before, Desk, Done, Example, FactDraft};
use foundation::codes::{ClassState, FeedbackChannel, FullProcessState};
use foundation::limits::TEXT_CHARS;
use foundation::{ClassId, Fault, Function, Office, Permission, Refusal, Right, Stop};
use journal::facts::TraineeFeedbackGiven;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition};
use store::tables::supervision::{enrolment, feedback, training_class};

use crate::declared::{FEEDBACK_DISOWNED, GIVE_FEEDBACK, PHONE_FEEDBACK};
use crate::procedures::full_process::{FullProcess, Step};
use crate::refusals::FEEDBACK;
use crate::rules::completion;

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
    const TITLE: &'static str = "评价本次培训";
    const EXAMPLE: Example = Example::at(FullProcessState::Certified.code());
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let Office::Trainee { person, .. } = &desk.actor.office else { return Err(Stop::Forbidden) };
        let class = work.get(&self.class).await?;
        let place = Condition::all()
            .add(enrolment::Column::Class.eq(class.id.clone()))
            .add(enrolment::Column::Person.eq(person.clone()));
        let place = work.find::<enrolment::Entity>(place).await?.ok_or(Fault::Gone)?;
        let answers = Answers {
            marks: [self.teacher, self.content, self.practice, self.management, self.employment_help],
            attended_in_person: self.attended_in_person,
            was_charged: self.was_charged,
            text: &self.text,
            channel: FeedbackChannel::Own,
        };
        answers.give(desk, work, &class, &place).await
    }
}

/// What was answered, and how it came in.
pub(super) struct Answers<'a> {
    pub marks: [i32; 5],
    pub attended_in_person: bool,
    pub was_charged: bool,
    pub text: &'a str,
    pub channel: FeedbackChannel,
}

impl Answers<'_> {
    /// Writes the one feedback of a trainee's place; a second one is a repeat.
    pub async fn give(
        &self,
        desk: &Desk,
        work: &Writer,
        class: &training_class::Model,
        place: &enrolment::Model,
    ) -> Result<Done<()>, Stop> {
        let [teacher, content, practice, management, employment_help] = self.marks;
        let names = ["teacher", "content", "practice", "management", "employment_help"];
        let mut refusals = completion::check_ratings(&names.into_iter().zip(self.marks).collect::<Vec<_>>());
        refusals.extend(not_now(class.state));
        if self.text.chars().count() > TEXT_CHARS {
            refusals.push(FEEDBACK.refuse(format!("意见超过 {TEXT_CHARS} 字")).fix("请写短一些").at("text"));
        }
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
        let row = feedback::Model {
            id: desk.new_id(),
            class: class.id.clone(),
            enrolment: place.id.clone(),
            person: place.person.clone(),
            teacher,
            content,
            practice,
            management,
            employment_help,
            attended_in_person: self.attended_in_person,
            was_charged: self.was_charged,
            text: self.text.trim().to_owned(),
            channel: self.channel,
            at: desk.now(),
            district: class.district,
            path: class.path.clone(),
        };
        if work.add_new::<feedback::Entity>(vec![row]).await? == 0 {
            return Ok(Done::Repeat(()));
        }
        tasks::close_for(desk, work, &place.person, &class.id, &GIVE_FEEDBACK).await?;
        let body = TraineeFeedbackGiven { class: class.id.clone(), enrolment: place.id.clone() };
        let fact = FactDraft::of(&body, class.district, format!("学员完成评价（{}）", self.channel.label()))
            .with("channel", self.channel.code());
        Ok(Done::new((), fact.class(&class.id).enrolment(&place.id)))
    }
}

/// The refusal of feedback before the certificates or after all is over. Late answers count until the class is
/// archived: a claim that was not handed in yet is drafted anew.
pub fn not_now(state: ClassState) -> Option<Refusal> {
    let no = !state.is_in(&[FullProcessState::Certified, FullProcessState::FeedbackDone, FullProcessState::Claimed]);
    no.then(|| {
        FEEDBACK
            .refuse(format!("本班现在是“{}”", state.label()))
            .source("班级状态")
            .fix("发证之后才能评价，到时会在首页提醒您")
    })
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
    const CLAUSE: &'static str = "M3.4";
    const TITLE: &'static str = "学员评价结束";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get(&self.class).await?;
        may_take::<FullProcess>(desk, &class, Step::FinishFeedback)?;
        let at_desk = Condition::all()
            .add(feedback::Column::Class.eq(class.id.clone()))
            .add(feedback::Column::Channel.eq(FeedbackChannel::Desk));
        let at_desk = work.count::<feedback::Entity>(|q| store::query::QueryFilter::filter(q, at_desk)).await?;
        if at_desk > 0 {
            ask_to_phone(desk, work, &class, at_desk).await?;
        }
        let fact = FactDraft::new("TraineeFeedbackFinished", class.district, "学员评价结束")
            .class(&class.id)
            .institution(&class.institution);
        let taking = Taking::new(training_class::ActiveModel::default());
        Ok(Done::new((), take::<FullProcess>(desk, work, &class, Step::FinishFeedback, taking, fact).await?))
    }
}

/// Answers from the shared device were given beside the institution: the county phones a sample of these trainees.
async fn ask_to_phone(desk: &Desk, work: &Writer, class: &training_class::Model, at_desk: u64) -> Result<(), Stop> {
    let policy = desk::policy::pinned(class.policy.as_deref())?;
    let sample = (at_desk * u64::try_from(policy.phone_sample_pct()).unwrap_or(0)).div_ceil(100).max(1);
    TaskDraft::new(desk, &PHONE_FEEDBACK, &class.id, format!("{}：评价台评价电话抽核", class.title), class.district)
        .finding("look", format!("{at_desk} 份评价在机构的评价台上填，请电话抽核至少 {sample} 人"))
        .due(Some(tasks::days_from(desk.today(), policy.inspection_answer_days())))
        .put(work)
        .await
}

/// The trainee says that the feedback in his name was not his.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DisownFeedback {
    /// The class.
    pub class: ClassId,
}

impl Act for DisownFeedback {
    const NAME: &'static str = "disown-feedback";
    const PERMISSION: Permission = Permission::Of(Function::TraineeFeedback, Right::Create);
    const TITLE: &'static str = "评价不是我填的";
    const EXAMPLE: Example = Example::at(FullProcessState::Certified.code())
        .after(&[Before::by::<super::feedback_desk::GiveFeedbackAtDesk>("trainee")]);
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let Office::Trainee { person, .. } = &desk.actor.office else { return Err(Stop::Forbidden) };
        let class = work.get(&self.class).await?;
        let given = Condition::all()
            .add(feedback::Column::Class.eq(class.id.clone()))
            .add(feedback::Column::Person.eq(person.clone()));
        let given = work.find::<feedback::Entity>(given).await?.ok_or(Fault::Gone)?;
        if given.channel == FeedbackChannel::Own {
            return Err(FEEDBACK
                .refuse("这份评价是用您自己的手机交的")
                .source("评价记录")
                .fix("手机被别人用过的，请向县人社部门反映")
                .into());
        }
        let said = TaskDraft::new(
            desk,
            &FEEDBACK_DISOWNED,
            &class.id,
            format!("{}：有学员说评价不是本人填的", class.title),
            class.district,
        )
        .finding("act", "请核实是否代填评价");
        if !said.put_once(work, format!("feedback-disowned:{}", given.id)).await? {
            return Ok(Done::Repeat(()));
        }
        let fact = FactDraft::new("FeedbackDisowned", class.district, "学员说评价不是本人填的");
        Ok(Done::new(
            (),
            fact.class(&class.id).person(person).enrolment(&given.enrolment).with("feedback", given.id.to_string()),
        ))
    }
}
