//! Acts of attendance (M3.3): the roll-call as the equal alternative to signing in, and the request for it. Signing in
//! and out is in `check_in`, the trainee's word that a record is wrong in `dispute`.

use desk::tasks::TaskDraft;
use desk::{Act, Desk, Done, Example, FactDraft};
use foundation::codes::{AttendanceKind, AttendanceMethod, FullProcessState};
use foundation::{ClassId, EnrolmentId, FactId, Fault, Function, Office, Permission, Right, SessionId, Stop};
use journal::facts::{RollCallEntry, RollCalled};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition, QueryFilter};
use store::tables::supervision::{attendance, class_session, enrolment, training_class};

use crate::declared::CALL_ROLL;
use crate::hours;
use crate::refusals::ROLL_CALL;
use crate::rules::attendance as rules;

/// 班主任点名: those who are there, without a phone as well as with one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CallRoll {
    /// The session.
    pub session: SessionId,
    /// Who is there.
    pub present: Vec<EnrolmentId>,
}

impl Act for CallRoll {
    const NAME: &'static str = "call-roll";
    const PERMISSION: Permission = Permission::Of(Function::Attendance, Right::Create);
    const TITLE: &'static str = "点名";
    const EXAMPLE: Example =
        Example::at(FullProcessState::InTraining.code()).with(r#"{"present": ["$each-enrolment"]}"#);
    /// How many were newly marked present.
    type Outcome = u32;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<u32>, Stop> {
        if !desk.actor.office.is_institution() {
            return Err(Stop::Forbidden);
        }
        let account = desk.actor.account.clone().ok_or(Stop::Forbidden)?;
        let session = work.get(&self.session).await?;
        let class = work.get(&session.class).await?;
        let now = desk.now();
        rules::may_call_roll(&class, &session, &*desk::policy::of_class(work, &class, desk.today()).await?, now)?;
        let roster = hours::roster(work, &class.id).await?;
        let marks =
            work.list::<attendance::Entity>(|q| q.filter(hours::marks_of_session(&class.id, &session.id))).await?;
        if self.present.is_empty() {
            return Err(ROLL_CALL.refuse("没有勾选到课的学员").into());
        }
        let wanted: std::collections::HashSet<&EnrolmentId> = self.present.iter().collect();
        if wanted.iter().any(|id| !roster.iter().any(|one| &one.id == *id)) {
            return Err(ROLL_CALL.refuse("点到的人里有不在本班名册上的").fix("请刷新名单后重新点名").into());
        }
        let fresh: Vec<_> = roster
            .iter()
            .filter(|one| {
                wanted.contains(&one.id)
                    && !marks.iter().any(|row| row.enrolment == one.id && row.kind == AttendanceKind::RollCall)
            })
            .collect();
        // Whoever is marked by now, in whatever way, waits for nobody.
        let settled = self.present.iter().chain(marks.iter().map(|row| &row.enrolment));
        let settled = settled.map(|place| asked_under(&session.id, place)).collect();
        if fresh.is_empty() {
            desk::tasks::close_once(desk, work, settled).await?;
            return Ok(Done::Repeat(0));
        }
        let fact: FactId = desk.new_id();
        let rows: Vec<attendance::Model> = fresh
            .iter()
            .map(|one| attendance::Model {
                id: desk.new_id(),
                session: session.id.clone(),
                class: class.id.clone(),
                enrolment: one.id.clone(),
                person: one.person.clone(),
                kind: AttendanceKind::RollCall,
                method: AttendanceMethod::RollCall,
                at: now,
                recorded_by: account.clone(),
                fact: fact.clone(),
                institution: class.institution.clone(),
                district: class.district,
                path: class.path.clone(),
            })
            .collect();
        let body = RollCalled {
            class: class.id.clone(),
            session: session.id.clone(),
            entries: rows
                .iter()
                .map(|row| RollCallEntry { enrolment: row.enrolment.clone(), attendance: row.id.clone(), at: row.at })
                .collect(),
        };
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        work.add_many::<attendance::Entity>(rows).await?;
        desk::tasks::close_once(desk, work, settled).await?;
        let draft = FactDraft::of(&body, class.district, format!("班主任点名，{count} 人到课"))
            .with_id(fact)
            .class(&class.id)
            .institution(&class.institution)
            .about(&crate::declared::SESSION, &session.id);
        Ok(Done::new(count, draft))
    }
}

/// The key of one trainee's open request at a session.
pub fn asked_under(session: &SessionId, place: &EnrolmentId) -> String {
    format!("call-roll:{session}:{place}")
}

/// Ends the requests that nobody answered: the roll cannot be called any more, a record can be disputed.
pub(crate) async fn roll_calls_end(desk: &Desk, work: &Writer, class: &ClassId) -> Result<(), Stop> {
    let meetings = hours::sessions(work, class).await?.into_iter().map(|one| one.id.to_string()).collect();
    desk::tasks::close_among(desk, work, meetings, &[&CALL_ROLL]).await
}

/// 请老师代点: no phone, no camera, no signal.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AskForRollCall {
    /// The session.
    pub session: SessionId,
}

impl Act for AskForRollCall {
    const NAME: &'static str = "ask-for-roll-call";
    const PERMISSION: Permission = Permission::Of(Function::Attendance, Right::Create);
    const TITLE: &'static str = "请老师代点";
    const EXAMPLE: Example = Example::at(FullProcessState::InTraining.code());
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let (session, class, place) = own(desk, work, &self.session).await?;
        let policy = desk::policy::of_class(work, &class, desk.today()).await?;
        rules::may_ask_for_roll_call(&class, &session, &policy, desk.now())?;
        let his =
            hours::marks_of_session(&class.id, &session.id).add(attendance::Column::Enrolment.eq(place.id.clone()));
        let marks = work.list::<attendance::Entity>(|q| q.filter(his)).await?;
        if hours::counts(&session, &marks, &policy) {
            return Err(ROLL_CALL
                .refuse("这次课已经计入您的课时")
                .source("本人考勤记录")
                .fix("不用再请老师代点；哪里记错了，请在“我的课时”里告诉我们")
                .into());
        }
        let open = TaskDraft::new(
            desk,
            &CALL_ROLL,
            &session.id,
            format!("{}：{} 请老师代点", class.title, masked(&place.name)),
            class.district,
        )
        .for_institution(&class.institution)
        .due(Some(session.held_on));
        // Each asks for himself, once while it waits.
        if !open.put_once(work, asked_under(&session.id, &place.id)).await? {
            return Ok(Done::Repeat(()));
        }
        let fact = FactDraft::new("RollCallRequested", class.district, "学员请老师代点")
            .class(&class.id)
            .person(&place.person)
            .enrolment(&place.id)
            .with("session", session.id.to_string())
            .with("enrolment", place.id.to_string());
        Ok(Done::new((), fact))
    }
}

/// The trainee's own session, class and place.
pub(super) async fn own(
    desk: &Desk,
    work: &Writer,
    session: &SessionId,
) -> Result<(class_session::Model, training_class::Model, enrolment::Model), Stop> {
    let Office::Trainee { person, .. } = &desk.actor.office else { return Err(Stop::Forbidden) };
    let session = work.get(&session).await?;
    let class = work.get(&session.class).await?;
    let mine = Condition::all()
        .add(enrolment::Column::Class.eq(class.id.clone()))
        .add(enrolment::Column::Person.eq(person.clone()));
    let place = work.find::<enrolment::Entity>(mine).await?.ok_or(Fault::Gone)?;
    Ok((session, class, place))
}

/// 林*珍.
pub fn masked(name: &str) -> String {
    name.parse::<foundation::PersonName>().map_or_else(|_| "*".into(), |name| name.masked())
}

/// The class of a session, for addresses.
pub async fn class_of(reader: &store::Reader, session: &SessionId) -> Result<ClassId, Stop> {
    Ok(reader.get(&session).await?.class)
}
