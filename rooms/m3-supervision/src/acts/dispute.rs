//! 考勤异议 (M3.3; domain §4.0): the trainee says that a record is wrong; the county looks, answers, and where the
//! trainee was there after all, adds a correction. What was recorded before stays: a correction is a fact of its own.

use desk::procedure::{Taking, begin, take};
use desk::tasks;
use desk::{Act, Desk, Done, Example, FactDraft, Hands};
use foundation::codes::{AttendanceKind, AttendanceMethod, DisputeState, FullProcessState};
use foundation::limits::TEXT_CHARS;
use foundation::{AttendanceId, DisputeId, FactId, Function, Permission, Refusal, Right, SessionId, Stop};
use journal::facts::AttendanceCorrected;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, QueryFilter, Set};
use store::tables::supervision::{attendance, attendance_dispute, enrolment, training_class};

use super::attendance::{masked, own};
use crate::hours;
use crate::procedures::disputes::{Disputes, Step};
use crate::refusals::DISPUTE;
use crate::rules::attendance as rules;

/// 记错了: the trainee's own word about a session; nothing is changed, somebody must look.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DisputeAttendance {
    /// The session.
    pub session: SessionId,
    /// What is wrong, in the trainee's words.
    pub text: String,
}

impl Act for DisputeAttendance {
    const NAME: &'static str = "dispute-attendance";
    const PERMISSION: Permission = Permission::Of(Function::Attendance, Right::Create);
    const TITLE: &'static str = "考勤有误，告诉我们";
    const KEYS_GUARD: bool = true;
    const EXAMPLE: Example = Example::at(FullProcessState::InTraining.code());
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let (session, class, place) = own(desk, work, &self.session).await?;
        let text = self.text.trim();
        rules::may_dispute(&class, &session, text, desk.now())?;
        let policy = desk::policy::of_class(work, &class, desk.today()).await?;
        let (id, salt): (DisputeId, [u8; 16]) = (desk.new_id(), desk.premises.ids.bytes());
        let row = attendance_dispute::Model {
            session: session.id.clone(),
            class: class.id.clone(),
            enrolment: place.id.clone(),
            person: place.person.clone(),
            text: text.to_owned(),
            salt: hex::encode(salt),
            state: DisputeState::Open,
            answer: String::new(),
            raised_at: desk.now(),
            due_on: tasks::days_from(desk.today(), policy.dispute_answer_days()),
            open: Some(format!("{}:{}", place.id, session.id)),
            decided_by: None,
            decided_at: None,
            district: class.district,
            path: class.path.clone(),
            version: 1,
            id: id.clone(),
        };
        // The words themselves may name people: the journal keeps a commitment, the county's row the words and the
        // salt.
        let fact = FactDraft::new("AttendanceDisputed", class.district, "学员对考勤提出异议")
            .class(&class.id)
            .person(&place.person)
            .enrolment(&place.id)
            .about(&crate::declared::DISPUTE, &id)
            .with("session", session.id.to_string())
            .with("enrolment", place.id.to_string())
            .commits("text", journal::commit(salt, text));
        let taking = Taking::new(attendance_dispute::ActiveModel::default())
            .by(&policy)
            .titled(format!("{} · {} {}", class.institution_name, class.title, masked(&place.name)))
            .finding("look", shortened(text, 40));
        match begin::<Disputes>(desk, work, row, Step::Raise, taking, fact).await? {
            Some(fact) => Ok(Done::new((), fact)),
            None => Err(DISPUTE
                .refuse("这次课您已经反映过，县人社部门还在核实")
                .fix("请等答复，答复会写在“我的课时”里")
                .into()),
        }
    }
}

/// What the county found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisputeVerdict {
    /// 属实: the trainee was there, the session counts.
    Present,
    /// 属实, but nothing is to be added (e.g. somebody else signed for him: to be looked into elsewhere).
    Upheld,
    /// 不属实.
    Dismissed,
}

/// Answers a disputed record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AnswerDispute {
    /// The dispute.
    pub dispute: DisputeId,
    /// What was found.
    pub verdict: DisputeVerdict,
    /// What the trainee reads.
    pub answer: String,
}

impl Act for AnswerDispute {
    const NAME: &'static str = "answer-dispute";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Approve);
    const CLAUSE: &'static str = "M3.2";
    const CLAUSE_WHY: &'static str = "答复的人是审批人，答复的是考勤";
    const TITLE: &'static str = "答复考勤异议";
    const HANDS: Hands = Hands::One("考勤由机构记录，异议由学员提出，人社部门答复，已是三方");
    const EXAMPLE: Example = Example::at(FullProcessState::InTraining.code());
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let row = work.get(&self.dispute).await?;
        let answer = self.answer.trim();
        self.check(&row, answer)?;
        let class = work.get(&row.class).await?;
        let fact = if self.verdict == DisputeVerdict::Present {
            correct(desk, work, &row, &class).await?
        } else {
            self.said(&class)
        };
        let step = match self.verdict {
            DisputeVerdict::Present => Step::Correct,
            DisputeVerdict::Upheld => Step::Uphold,
            DisputeVerdict::Dismissed => Step::Dismiss,
        };
        let change = attendance_dispute::ActiveModel {
            answer: Set(answer.to_owned()),
            open: Set(None),
            decided_by: Set(desk.actor.account.clone()),
            decided_at: Set(Some(desk.now())),
            ..Default::default()
        };
        let fact = fact
            .class(&class.id)
            .institution(&class.institution)
            .person(&row.person)
            .enrolment(&row.enrolment)
            .about(&crate::declared::DISPUTE, &row.id);
        Ok(Done::new((), take::<Disputes>(desk, work, &row, step, Taking::new(change), fact).await?))
    }
}

impl AnswerDispute {
    fn check(&self, row: &attendance_dispute::Model, answer: &str) -> Result<(), Vec<Refusal>> {
        let no = |fact: String, fix: &str, field: &str| DISPUTE.refuse(fact).fix(fix).at(field);
        let mut refusals = Vec::new();
        if row.state != DisputeState::Open {
            refusals.push(no(format!("这条异议已经是“{}”", row.state.label()), "请刷新页面", "verdict"));
        }
        let length = answer.chars().count();
        if !(rules::ANSWER_CHARS..=TEXT_CHARS).contains(&length) {
            let fact = format!("答复有 {length} 个字，应为 {} 至 {TEXT_CHARS} 字", rules::ANSWER_CHARS);
            refusals.push(no(fact, "请写清核实了什么、结论是什么，学员会看到", "answer"));
        }
        if refusals.is_empty() { Ok(()) } else { Err(refusals) }
    }

    fn said(&self, class: &training_class::Model) -> FactDraft {
        let said = if self.verdict == DisputeVerdict::Upheld {
            "考勤异议属实，不改记录"
        } else {
            "考勤异议不属实"
        };
        FactDraft::new("AttendanceDisputeAnswered", class.district, said)
    }
}

/// Adds the correction; where the hours were frozen already, they are reckoned anew.
async fn correct(
    desk: &Desk,
    work: &Writer,
    row: &attendance_dispute::Model,
    class: &training_class::Model,
) -> Result<FactDraft, Stop> {
    rules::may_correct(class.state)?;
    let policy = desk::policy::pinned(class.policy.as_deref())?;
    let sessions = hours::sessions(work, &class.id).await?;
    let marks =
        work.list::<attendance::Entity>(|q| q.filter(attendance::Column::Enrolment.eq(row.enrolment.clone()))).await?;
    let reckoned = |marks: &[attendance::Model]| {
        reckoning::hours::credit(&hours::session_facts(&sessions), &hours::attendance_facts(marks), &policy)
    };
    if let Some(credit) =
        reckoned(&marks).sessions.iter().find(|one| one.session == row.session && one.reason.credited())
    {
        let fact = format!("这次课已经计了 {} 课时：{}", credit.credited, credit.reason.sentence());
        return Err(DISPUTE.refuse(fact).source("考勤记录").fix("不用补记，请选另一个结论").at("verdict").into());
    }
    let session = work.get(&row.session).await?;
    let (fact, attendance): (FactId, AttendanceId) = (desk.new_id(), desk.new_id());
    let mark = attendance::Model {
        id: attendance.clone(),
        session: row.session.clone(),
        class: class.id.clone(),
        enrolment: row.enrolment.clone(),
        person: row.person.clone(),
        kind: AttendanceKind::Correction,
        method: AttendanceMethod::Manual,
        at: desk.now(),
        recorded_by: desk.actor.account.clone().ok_or(Stop::Forbidden)?,
        fact: fact.clone(),
        institution: class.institution.clone(),
        district: class.district,
        path: class.path.clone(),
    };
    work.add::<attendance::Entity>(mark.clone()).await?;
    if class.state == FullProcessState::TrainingEnded {
        let hours = reckoned(&[marks, vec![mark.clone()]].concat());
        let place = work.get(&row.enrolment).await?;
        let change = enrolment::ActiveModel {
            credited_offline: Set(hours.offline),
            credited_online: Set(hours.online),
            ..Default::default()
        };
        work.save::<enrolment::Entity>(&place, change).await?;
    }
    let body = AttendanceCorrected {
        class: class.id.clone(),
        session: row.session.clone(),
        enrolment: row.enrolment.clone(),
        attendance,
        at: mark.at,
        dispute: row.id.clone(),
    };
    let said = format!("考勤异议属实，{} 这次课更正为到课", ui::dates::day(session.held_on));
    Ok(FactDraft::of(&body, class.district, said).with_id(fact).about(&crate::declared::SESSION, &session.id))
}

/// The first letters of a text, with a sign that there are more.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most).chain(['…']).collect() }
}
