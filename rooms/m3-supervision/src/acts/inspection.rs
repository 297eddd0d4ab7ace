//! Acts of the process check (过程检查; M3.1, domain §4.4).

use std::collections::HashMap;

use desk::procedure::{Taking, may_take, take};
use desk::tasks::{self, TaskDraft};
use desk::{Act, Before, Desk, Done, Example, FactDraft, Hands};
use foundation::codes::{ClassPhase, FullProcessState, InspectionKind, InspectionOpinion, InspectionProblem};
use foundation::limits::TEXT_CHARS;
use foundation::{ClassId, Fault, Function, InspectionId, Permission, Right, SessionId, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::query::{ColumnTrait, QueryFilter, QueryOrder, Set};
use store::tables::supervision::{attendance, class_session, inspection, training_class};
use store::{Reader, Writer};

use crate::declared::{ANSWER_INSPECTION, CLASS, INSPECT, INSPECTION_ANSWERED};
use crate::procedures::full_process::{FullProcess, Step};
use crate::refusals::{INSPECTION, RESUME};
use crate::rules::inspection as rules;

/// One check of one class, by two people.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RecordInspection {
    /// The class.
    pub class: ClassId,
    /// The session that was visited, if one was in progress.
    pub session: Option<SessionId>,
    /// On site, by video, by phone.
    pub kind: InspectionKind,
    /// Without notice.
    pub unannounced: bool,
    /// The second inspector's name.
    pub second_inspector: String,
    /// Heads counted.
    pub present_count: i32,
    /// The planned teacher was teaching.
    pub teacher_present: bool,
    /// What was taught is what was planned.
    pub content_matches: bool,
    /// What was found.
    pub problems: Vec<InspectionProblem>,
    /// The opinion.
    pub opinion: InspectionOpinion,
    /// A few words.
    pub note: String,
}

impl Act for RecordInspection {
    const NAME: &'static str = "record-inspection";
    const PERMISSION: Permission = Permission::Of(Function::Inspection, Right::Inspect);
    const TITLE: &'static str = "记录过程检查";
    const HANDS: Hands = Hands::Not(&[
        ("review-opening", "本班由您审核，须由另一位工作人员检查"),
        ("approve-opening", "本班由您准予开班，须由另一位工作人员检查"),
    ]);
    const EXAMPLE: Example = Example::NONE.with(
        r#"{"opinion": "STOP", "problems": [], "present_count": 0, "second_inspector": "周志明", "kind": "SITE",
            "note": "现场教师不在岗"}"#,
    );
    type Outcome = InspectionId;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<InspectionId>, Stop> {
        let class = work.get(&self.class).await?;
        desk.unchanged(&CLASS, &class.id.to_string(), class.version)?;
        let problems: Vec<String> = self.problems.iter().map(|one| one.code().to_owned()).collect();
        let meeting = self.meeting(desk, work).await?;
        let signed_in = self.signed_in(work).await?;
        let mut refusals = rules::check(
            &class,
            meeting.as_ref(),
            desk.actor.account.as_ref(),
            &desk.actor.name,
            &self.second_inspector,
            signed_in,
            self.present_count,
            self.opinion,
            &problems,
            &self.note,
        );
        if self.note.chars().count() > TEXT_CHARS || self.second_inspector.chars().count() > 50 {
            refusals.push(INSPECTION.refuse("文字太长").at("note"));
        }
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
        if self.opinion == InspectionOpinion::Stop {
            may_take::<FullProcess>(desk, &class, Step::Suspend)?;
        }
        let id: InspectionId = desk.new_id();
        work.add::<inspection::Entity>(self.row(desk, &class, id.clone(), signed_in, &problems)).await?;
        if self.opinion != InspectionOpinion::Normal {
            let policy = desk::policy::of_class(work, &class, desk.today()).await?;
            TaskDraft::new(
                desk,
                &ANSWER_INSPECTION,
                &class.id,
                format!("{}：检查意见“{}”", class.title, self.opinion.label()),
                class.district,
            )
            .for_institution(&class.institution)
            .finding("act", self.note.chars().take(60).collect::<String>())
            .due(Some(tasks::days_from(desk.today(), policy.inspection_answer_days())))
            .put_once(work, asked_under(&id))
            .await?;
        }
        // Whoever looks again has also seen whether the school's answer is true.
        tasks::close(desk, work, &class.id, &[&INSPECT, &INSPECTION_ANSWERED]).await?;
        let fact = FactDraft::new(
            "ClassInspected",
            class.district,
            format!("{}：{}，现场 {} 人", self.kind.label(), self.opinion.label(), self.present_count),
        )
        .class(&class.id)
        .institution(&class.institution)
        .about(&crate::declared::INSPECTION, &id)
        .with("inspection", id.to_string())
        .with("kind", self.kind.code())
        .with("signed_in", signed_in)
        .with("present_count", self.present_count)
        .with("opinion", self.opinion.code())
        .with("problems", problems);
        if self.opinion != InspectionOpinion::Stop {
            return Ok(Done::new(id, fact));
        }
        let taking = Taking::new(training_class::ActiveModel {
            decision_note: Set(self.note.trim().into()),
            ..Default::default()
        });
        Ok(Done::new(id, take::<FullProcess>(desk, work, &class, Step::Suspend, taking, fact).await?))
    }
}

/// What the institution answered to the checks of a class, by their ids: the answer stands in the journal.
pub async fn answers(reader: &Reader, class: &ClassId) -> Result<HashMap<String, String>, Stop> {
    let told = desk::trail::told_of_class(reader, class, "InspectionAnswered").await?;
    let of = |body: &str| {
        Some(serde_json::from_str::<serde_json::Value>(body).ok()?.get("inspection")?.as_str()?.to_owned())
    };
    Ok(told.into_iter().filter_map(|(body, line)| Some((of(&body)?, line))).collect())
}

/// The key under which an institution is asked to answer a check.
fn asked_under(inspection: &InspectionId) -> String {
    format!("answer-inspection:{inspection}")
}

impl RecordInspection {
    /// The meeting that was visited: one of this class, begun by now.
    async fn meeting(&self, desk: &Desk, work: &Writer) -> Result<Option<class_session::Model>, Stop> {
        let Some(id) = &self.session else { return Ok(None) };
        let row = work.get(&id).await?;
        if row.class != self.class {
            return Err(Fault::Gone.into());
        }
        Ok(Some(row).filter(|row| row.starts_at <= desk.now()))
    }

    async fn signed_in(&self, work: &Writer) -> Result<i32, Stop> {
        let Some(session) = &self.session else { return Ok(0) };
        let here = crate::hours::marks_of_session(&self.class, session);
        let rows = work.list::<attendance::Entity>(|q| q.filter(here)).await?;
        let people: std::collections::HashSet<_> = rows.iter().map(|row| &row.enrolment).collect();
        Ok(i32::try_from(people.len()).unwrap_or(i32::MAX))
    }

    fn row(
        &self,
        desk: &Desk,
        class: &training_class::Model,
        id: InspectionId,
        signed_in: i32,
        problems: &[String],
    ) -> inspection::Model {
        inspection::Model {
            id,
            class: class.id.clone(),
            session: self.session.clone(),
            kind: self.kind,
            unannounced: self.unannounced,
            inspector: desk.actor.account.clone().unwrap_or_else(|| desk.new_id()),
            inspector_name: desk.actor.name.clone(),
            second_inspector: self.second_inspector.trim().into(),
            planned_persons: class.enrolled_count,
            signed_in,
            present_count: self.present_count,
            teacher_present: self.teacher_present,
            content_matches: self.content_matches,
            problems: problems.join(","),
            opinion: self.opinion,
            note: self.note.trim().into(),
            at: desk.now(),
            institution: class.institution.clone(),
            district: class.district,
            path: class.path.clone(),
        }
    }
}

/// 恢复培训 after a stop.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ResumeClass {
    /// The class.
    pub class: ClassId,
    /// Why it may go on.
    pub note: String,
}

impl Act for ResumeClass {
    const NAME: &'static str = "resume-class";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Approve);
    const CLAUSE: &'static str = "M3.2";
    const CLAUSE_WHY: &'static str = "恢复的是上课，由审批人决定";
    const TITLE: &'static str = "恢复培训";
    const HANDS: Hands = Hands::One("复课前须先有复查记录；只恢复原来已批准的培训");
    const EXAMPLE: Example = Example::NONE.after(&[Before::by::<RecordInspection>("jinjiang-inspector").with(
        r#"{"opinion": "OK", "problems": [], "present_count": 0, "second_inspector": "周志明", "kind": "SITE",
            "note": "复查：整改到位"}"#,
    )]);
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let class = work.get(&self.class).await?;
        may_take::<FullProcess>(desk, &class, Step::Resume)?;
        let mut no = Vec::new();
        // Who stopped it said what was wrong; that it is right now somebody must have seen.
        let checks = work
            .list::<inspection::Entity>(|q| {
                q.filter(inspection::Column::Class.eq(class.id.clone())).order_by_asc(inspection::Column::At)
            })
            .await?;
        if checks.last().is_none_or(|last| last.opinion != InspectionOpinion::Normal) {
            no.push(
                RESUME
                    .refuse("停课以后还没有复查，或者复查的意见不是“正常”")
                    .fix("请先复查并记录检查，意见为“正常”的才能恢复"),
            );
        }
        if self.note.trim().is_empty() || self.note.chars().count() > TEXT_CHARS {
            no.push(RESUME.refuse("没有写恢复的理由，或写得太长").at("note"));
        }
        if !no.is_empty() {
            return Err(no.into());
        }
        let fact =
            FactDraft::new("ClassResumed", class.district, "恢复培训").class(&class.id).institution(&class.institution);
        let taking = Taking::new(training_class::ActiveModel {
            decision_note: Set(self.note.trim().into()),
            ..Default::default()
        });
        // Now there is something to see again; not for whoever approved it.
        let taking = taking.finding("look", "停课后恢复，请再看一次").not_for(class.decided_by.clone());
        Ok(Done::new((), take::<FullProcess>(desk, work, &class, Step::Resume, taking, fact).await?))
    }
}

/// The institution's answer to a check: its word and its evidence, nothing is changed by it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AnswerInspection {
    /// The inspection.
    pub inspection: InspectionId,
    /// What has been done about it.
    pub text: String,
}

impl Act for AnswerInspection {
    const NAME: &'static str = "answer-inspection";
    const PERMISSION: Permission = Permission::Of(Function::Inspection, Right::Create);
    const TITLE: &'static str = "回复检查意见";
    const EXAMPLE: Example = Example::at(FullProcessState::Suspended.code());
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let row = work.get(&self.inspection).await?;
        let class = work.get(&row.class).await?;
        // It is the school's word: whoever else was called to the class has none in its name.
        if desk.actor.office.institution().as_ref() != Some(&class.institution) {
            return Err(Stop::Forbidden);
        }
        let text = self.text.trim();
        if text.is_empty() || text.chars().count() > TEXT_CHARS {
            return Err(INSPECTION
                .refuse("没有写整改情况，或写得太长")
                .fix("请写明做了什么、什么时候做的")
                .at("text")
                .into());
        }
        // Each check is answered for itself, once; the journal says whether it was.
        let no = if row.opinion == InspectionOpinion::Normal {
            Some("这次检查没有要回复的意见".to_owned())
        } else if matches!(class.state.phase(), ClassPhase::Archived | ClassPhase::Ended) {
            Some(format!("班级现在是“{}”", class.state.label()))
        } else {
            answers(work, &class.id).await?.contains_key(&row.id.to_string()).then(|| "这次检查已经回复过".to_owned())
        };
        if let Some(fact) = no {
            return Err(INSPECTION
                .refuse(fact)
                .source("过程检查记录")
                .fix("不用再回复；还有情况要说的，请联系县人社部门")
                .into());
        }
        tasks::close_once(desk, work, vec![asked_under(&row.id)]).await?;
        // What an earlier version asked carries no key: any answer ends it, as then.
        tasks::close_keyless(desk, work, &class.id, &[&ANSWER_INSPECTION]).await?;
        TaskDraft::new(
            desk,
            &INSPECTION_ANSWERED,
            &class.id,
            format!("{}：机构回复了检查意见", class.title),
            class.district,
        )
        .finding("look", text.chars().take(60).collect::<String>())
        .put_once(work, format!("inspection-answered:{}", row.id))
        .await?;
        let fact = FactDraft::new(
            "InspectionAnswered",
            class.district,
            format!("机构回复检查意见：{}", text.chars().take(120).collect::<String>()),
        )
        .class(&class.id)
        .institution(&class.institution)
        .about(&crate::declared::INSPECTION, &row.id)
        .with("inspection", row.id.to_string());
        Ok(Done::new((), fact))
    }
}
