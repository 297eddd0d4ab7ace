//! Acts of the completion exam (结业考核; M3.1): one person enters the marks, another confirms them.

use std::collections::HashSet;

use desk::procedure::{Taking, may_take, take};
use desk::{Act, Desk, Done, Example, FactDraft, Hands};
use foundation::codes::FullProcessState;
use foundation::{ClassId, EnrolmentId, ExamId, Function, Permission, Right, Stop};
use journal::facts::{CompletionExamConfirmed, ExamResult};
use reckoning::policy::Policy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, QueryFilter, Set};
use store::tables::supervision::{completion_exam, enrolment, exam_score, training_class};

use crate::declared::CLASS;
use crate::hours;
use crate::procedures::full_process::{FullProcess, Step};
use crate::refusals::TWO_PEOPLE;
use crate::rules::completion::{self, Marks, Sitting};

/// The examiner's sheet: entered whole, replaced whole until somebody else has confirmed it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EnterScores {
    /// The class.
    pub class: ClassId,
    /// Day, examiners, method.
    pub sitting: Sitting,
    /// Everybody who may sit.
    pub marks: Vec<Marks>,
}

impl Act for EnterScores {
    const NAME: &'static str = "enter-scores";
    const PERMISSION: Permission = Permission::Of(Function::CompletionExam, Right::Create);
    const TITLE: &'static str = "录入结业考核成绩";
    const EXAMPLE: Example = Example::NONE.with(
        r#"{"sitting": {"held_on": "$last-day", "examiner": "吴秋月", "second_examiner": "陈志远"},
            "marks": [{"enrolment": "$each-sitter", "theory": 80, "practice": 75, "absent": false}]}"#,
    );
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get(&self.class).await?;
        let policy = desk::policy::pinned(class.policy.as_deref())?;
        let eligible = eligible(work, &class, &policy).await?;
        let teachers: HashSet<String> =
            hours::sessions(work, &class.id).await?.into_iter().map(|one| one.teacher_name).collect();
        let refusals =
            completion::check_sheet(&class, &teachers, &self.sitting, &self.marks, &eligible, &policy, desk.today());
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
        let step = if class.state == FullProcessState::Examining { Step::MendScores } else { Step::EnterScores };
        may_take::<FullProcess>(desk, &class, step)?;
        let exam = self.save_exam(desk, work, &class, &policy).await?;
        self.save_scores(desk, work, &class, &exam, &policy).await?;
        let fact = FactDraft::new(
            "CompletionScoresEntered",
            class.district,
            format!("录入 {} 人结业考核成绩", self.marks.len()),
        )
        .class(&class.id)
        .institution(&class.institution)
        .about(&crate::declared::EXAM, &exam)
        .with("exam", exam.to_string())
        .with("held_on", self.sitting.held_on.to_string())
        .with("persons", self.marks.len());
        let taking = Taking::new(training_class::ActiveModel::default())
            .finding("look", format!("{} 人成绩待确认", self.marks.len()));
        Ok(Done::new((), take::<FullProcess>(desk, work, &class, step, taking, fact).await?))
    }
}

impl EnterScores {
    async fn save_exam(
        &self,
        desk: &Desk,
        work: &Writer,
        class: &training_class::Model,
        policy: &Policy,
    ) -> Result<ExamId, Stop> {
        let before = work.find::<completion_exam::Entity>(completion_exam::Column::Class.eq(class.id.clone())).await?;
        if let Some(exam) = before {
            if exam.confirmed_by.is_some() {
                return Err(TWO_PEOPLE.refuse("成绩已经确认，不能再改").into());
            }
            let change = completion_exam::ActiveModel {
                held_on: Set(self.sitting.held_on),
                examiner: Set(self.sitting.examiner.trim().into()),
                second_examiner: Set(self.sitting.second_examiner.trim().into()),
                method: Set(self.sitting.method.trim().into()),
                entered_by: Set(desk.actor.account.clone()),
                entered_at: Set(Some(desk.now())),
                ..Default::default()
            };
            work.save::<completion_exam::Entity>(&exam, change).await?;
            work.remove_all::<exam_score::Entity>(exam_score::Column::Exam.eq(exam.id.clone())).await?;
            return Ok(exam.id);
        }
        let exam: ExamId = desk.new_id();
        work.add::<completion_exam::Entity>(completion_exam::Model {
            id: exam.clone(),
            class: class.id.clone(),
            held_on: self.sitting.held_on,
            examiner: self.sitting.examiner.trim().into(),
            second_examiner: self.sitting.second_examiner.trim().into(),
            method: self.sitting.method.trim().into(),
            pass_line: policy.exam_pass_line(),
            entered_by: desk.actor.account.clone(),
            entered_at: Some(desk.now()),
            confirmed_by: None,
            confirmed_at: None,
            institution: class.institution.clone(),
            district: class.district,
            path: class.path.clone(),
            version: 1,
        })
        .await?;
        Ok(exam)
    }

    async fn save_scores(
        &self,
        desk: &Desk,
        work: &Writer,
        class: &training_class::Model,
        exam: &ExamId,
        policy: &Policy,
    ) -> Result<(), Stop> {
        let roster = hours::roster(work, &class.id).await?;
        let marks = completion::by_enrolment(&self.marks);
        let rows = roster
            .iter()
            .filter_map(|one| Some((one, *marks.get(&one.id)?)))
            .map(|(one, mark)| exam_score::Model {
                id: desk.new_id(),
                exam: exam.clone(),
                class: class.id.clone(),
                enrolment: one.id.clone(),
                person: one.person.clone(),
                theory: if mark.absent { 0 } else { mark.theory },
                practice: if mark.absent { 0 } else { mark.practice },
                absent: mark.absent,
                passed: completion::passed(mark, policy.exam_pass_line()),
                institution: class.institution.clone(),
                district: class.district,
                path: class.path.clone(),
                version: 1,
            })
            .collect();
        work.add_many::<exam_score::Entity>(rows).await
    }
}

/// Who may sit: by the attendance rate.
pub async fn eligible(
    reader: &store::Reader,
    class: &training_class::Model,
    policy: &Policy,
) -> Result<HashSet<EnrolmentId>, Stop> {
    let hours = hours::of_class(reader, &class.id, policy).await?;
    Ok(hours
        .into_iter()
        .filter(|(_, hours)| completion::may_sit(Some(hours), policy).is_ok())
        .map(|(id, _)| id)
        .collect())
}

/// The second person's word on the marks.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ConfirmExam {
    /// The class.
    pub class: ClassId,
}

impl Act for ConfirmExam {
    const NAME: &'static str = "confirm-exam";
    const PERMISSION: Permission = Permission::Of(Function::CompletionExam, Right::Approve);
    const TITLE: &'static str = "确认结业考核成绩";
    const HANDS: Hands = Hands::One("成绩由机构录入，人社部门确认，已是两个单位");
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get(&self.class).await?;
        desk.unchanged(&CLASS, &class.id.to_string(), class.version)?;
        let exam = work.find::<completion_exam::Entity>(completion_exam::Column::Class.eq(class.id.clone())).await?;
        let Some(exam) = exam else {
            return Err(TWO_PEOPLE.refuse("成绩还没有录入").fix("请先由培训机构录入成绩").into());
        };
        completion::may_confirm(&exam, desk.actor.account.as_ref())?;
        may_take::<FullProcess>(desk, &class, Step::ConfirmExam)?;
        let change = completion_exam::ActiveModel {
            confirmed_by: Set(desk.actor.account.clone()),
            confirmed_at: Set(Some(desk.now())),
            ..Default::default()
        };
        work.save::<completion_exam::Entity>(&exam, change).await?;
        let scores =
            work.list::<exam_score::Entity>(|q| q.filter(exam_score::Column::Exam.eq(exam.id.clone()))).await?;
        for outcome in [true, false] {
            let ids: Vec<EnrolmentId> =
                scores.iter().filter(|one| one.passed == outcome).map(|one| one.enrolment.clone()).collect();
            if !ids.is_empty() {
                work.change_all::<enrolment::Entity>(
                    enrolment::Column::Id.is_in(ids),
                    enrolment::ActiveModel { passed: Set(Some(outcome)), ..Default::default() },
                )
                .await?;
            }
        }
        let passed = scores.iter().filter(|one| one.passed).count();
        let body = CompletionExamConfirmed {
            class: class.id.clone(),
            exam: exam.id.clone(),
            results: scores
                .iter()
                .map(|one| ExamResult {
                    enrolment: one.enrolment.clone(),
                    theory: one.theory,
                    practice: one.practice,
                    passed: one.passed,
                })
                .collect(),
        };
        let fact = FactDraft::of(&body, class.district, format!("确认成绩：{} 人参加，{passed} 人合格", scores.len()))
            .class(&class.id)
            .institution(&class.institution)
            .about(&crate::declared::EXAM, &exam.id);
        // Nobody gets a certificate, nobody is paid for: nothing of the class is left to do.
        let (step, tone, found) = match passed {
            0 => (Step::ConfirmNobody, "look", "本班没有合格的学员，已归档，不能申领补贴".to_owned()),
            passed => (Step::ConfirmExam, "good", format!("{passed} 人合格，可以发证")),
        };
        let taking = Taking::new(training_class::ActiveModel::default()).finding(tone, found);
        Ok(Done::new((), take::<FullProcess>(desk, work, &class, step, taking, fact).await?))
    }
}
