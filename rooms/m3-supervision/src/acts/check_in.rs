//! Acts of signing in and out with the rotating code (签到, 签退; M3.3). They come by the thousand at half past
//! eight, so those that wait are done together: a handful of statements, one fact for each meeting.

mod known;

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::Arc;

use desk::{Act, Asked, Before, Desk, Done, Example, FactDraft, Many, Plan};
use foundation::codes::{AttendanceKind, AttendanceMethod, FullProcessState};
use foundation::{
    AttendanceId, EnrolmentId, FactId, Fault, Function, Instant, Permission, Right, Scope, SessionId, Stop,
};
use journal::facts::{SignEntry, TraineesSignedIn, TraineesSignedOut};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::query::{ColumnTrait, Condition, QueryFilter, padded};
use store::tables::supervision::{attendance, class_session, training_class};
use store::{Prepared, Reader, Writer};

use self::known::{Known, open_requests};
use super::attendance::asked_under;
use crate::rules::attendance::Doing;

/// What a sign-in or sign-out answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Marked {
    /// The time that counts: the first, on a repeat.
    pub at: Instant,
    /// True when it had been done before.
    pub repeated: bool,
}

/// 签到.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SignIn {
    /// The session.
    pub session: SessionId,
    /// The six letters on the class's screen.
    pub code: String,
}

/// 签退.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SignOut {
    /// The session.
    pub session: SessionId,
    /// The six letters on the class's screen.
    pub code: String,
}

/// What signing in and signing out have in common.
trait Signing: Act<Outcome = Marked> + Clone {
    const DOING: Doing;
    const KIND: AttendanceKind;
    fn session(&self) -> &SessionId;
    fn code(&self) -> &str;
    fn fact(class: &training_class::Model, session: SessionId, entries: Vec<SignEntry>) -> FactDraft;
}

impl Signing for SignIn {
    const DOING: Doing = Doing::SignIn;
    const KIND: AttendanceKind = AttendanceKind::SignIn;
    fn session(&self) -> &SessionId {
        &self.session
    }
    fn code(&self) -> &str {
        &self.code
    }
    fn fact(class: &training_class::Model, session: SessionId, entries: Vec<SignEntry>) -> FactDraft {
        let said = format!("{} 人签到", entries.len());
        FactDraft::of(&TraineesSignedIn { class: class.id.clone(), session, entries }, class.district, said)
    }
}

impl Signing for SignOut {
    const DOING: Doing = Doing::SignOut;
    const KIND: AttendanceKind = AttendanceKind::SignOut;
    fn session(&self) -> &SessionId {
        &self.session
    }
    fn code(&self) -> &str {
        &self.code
    }
    fn fact(class: &training_class::Model, session: SessionId, entries: Vec<SignEntry>) -> FactDraft {
        let said = format!("{} 人签退", entries.len());
        FactDraft::of(&TraineesSignedOut { class: class.id.clone(), session, entries }, class.district, said)
    }
}

macro_rules! signing_act {
    ($name:ident $kebab:literal $title:literal after $before:expr) => {
        impl Act for $name {
            const NAME: &'static str = $kebab;
            const PERMISSION: Permission = Permission::Of(Function::Attendance, Right::Create);
            const TITLE: &'static str = $title;
            const GATHERED: bool = true;
            const EXAMPLE: Example =
                Example::at(FullProcessState::InTraining.code()).after($before).with(r#"{"code": "$code"}"#);
            type Outcome = Marked;

            /// One alone, for whoever has a writer already.
            async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<Marked>, Stop> {
                let alone = [Asked { desk: desk.clone(), act: self.clone() }];
                let system = work.as_system("check-in");
                let many = (plan(&alone, &system).await?.write)(&system).await?;
                let marked = many.outcomes.into_iter().next().unwrap_or(Err(Fault::Gone.into()))?;
                Ok(if many.facts.is_empty() {
                    Done::Repeat(marked)
                } else {
                    Done::Written { outcome: marked, facts: many.facts }
                })
            }

            fn plan_many(
                asked: &[Asked<Self>],
                reader: &Reader,
            ) -> impl Future<Output = Result<Plan<Marked>, Stop>> + Send {
                plan(asked, reader)
            }
        }
    };
}
signing_act!(SignIn "sign-in-to-session" "签到" after &[]);
signing_act!(SignOut "sign-out-of-session" "签退" after &[Before::by::<SignIn>("trainee")]);

/// A mark that its rules allow.
struct Mark {
    asker: usize,
    session: Arc<class_session::Model>,
    class: Arc<training_class::Model>,
    enrolment: EnrolmentId,
    attendance: AttendanceId,
    fact: FactId,
    at: Instant,
    /// A sign-in that can still lead to hours: later ones need the roll.
    in_time: bool,
}

/// A place of which an earlier mark is the answer, whenever a repeat comes.
struct Again {
    asker: usize,
    session: SessionId,
    enrolment: EnrolmentId,
}

/// What is to be written for a group, and what each will be told.
struct Ready {
    outcomes: Vec<Option<Result<Marked, Stop>>>,
    marks: Vec<Mark>,
    again: Vec<Again>,
    rows: Prepared<attendance::Entity>,
    /// Keys of open requests for a roll call: whoever signs in in time after all needs it no more.
    requests: HashSet<String>,
    desk: Desk,
}

async fn plan<A: Signing>(asked: &[Asked<A>], reader: &Reader) -> Result<Plan<Marked>, Stop> {
    let known = Known::read(asked, reader).await?;
    let requests =
        if A::KIND == AttendanceKind::SignIn { open_requests(&known, reader).await? } else { HashSet::new() };
    let ready = ready(asked, &known, requests)?;
    Ok(Plan { write: Box::new(move |work| Box::pin(async move { write::<A>(ready, work).await })) })
}

fn ready<A: Signing>(asked: &[Asked<A>], known: &Known, requests: HashSet<String>) -> Result<Ready, Stop> {
    let Some(first) = asked.first().map(|one| &one.desk) else { return Err(Fault::Gone.into()) };
    let (mut outcomes, mut marks, mut again, mut rows) =
        (Vec::with_capacity(asked.len()), Vec::new(), Vec::new(), Vec::with_capacity(asked.len()));
    let mut seen: HashMap<(&SessionId, &EnrolmentId), Instant> = HashMap::new();
    let mut facts: HashMap<&SessionId, FactId> = HashMap::new();
    let scopes: Vec<Scope> = asked.iter().map(|one| one.desk.scope()).collect();
    for (asker, one) in asked.iter().enumerate() {
        outcomes.push(match known.judge(one) {
            Err((stop, place)) => {
                again.extend(place.map(|(session, place)| Again {
                    asker,
                    session: session.id.clone(),
                    enrolment: place.id.clone(),
                }));
                Some(Err(stop))
            }
            Ok(place) => match seen.get(&(&place.session.id, &place.place.id)) {
                Some(at) => Some(Ok(Marked { at: *at, repeated: true })),
                None => {
                    let at = one.desk.now();
                    seen.insert((&place.session.id, &place.place.id), at);
                    let fact = facts.entry(&place.session.id).or_insert_with(|| first.new_id()).clone();
                    let mark = place.mark::<A>(asker, first.new_id(), fact, at);
                    rows.push((&scopes[asker], place.row::<A>(&mark)));
                    marks.push(mark);
                    None
                }
            },
        });
    }
    Ok(Ready { outcomes, marks, again, rows: Prepared::of(&first.premises.db, rows)?, requests, desk: first.clone() })
}

/// Writes the marks, one fact for each meeting, and says what became of each asker.
async fn write<A: Signing>(ready: Ready, work: &Writer) -> Result<Many<Marked>, Stop> {
    let Ready { mut outcomes, marks, mut again, rows, requests, desk } = ready;
    let all = rows.rows();
    // Where another server was first with some, their rows are not ours: they are repeats.
    let ours: Option<HashSet<AttendanceId>> = if work.add_prepared(rows).await? == all {
        None
    } else {
        let ids = padded(marks.iter().map(|one| one.attendance.clone()));
        Some(
            work.list::<attendance::Entity>(|q| q.filter(attendance::Column::Id.is_in(ids)))
                .await?
                .into_iter()
                .map(|row| row.id)
                .collect(),
        )
    };
    let mut answered = Vec::new();
    let mut groups: HashMap<FactId, (Arc<training_class::Model>, SessionId, Vec<SignEntry>)> = HashMap::new();
    for one in marks {
        if ours.as_ref().is_some_and(|ours| !ours.contains(&one.attendance)) {
            again.push(Again { asker: one.asker, session: one.session.id.clone(), enrolment: one.enrolment });
            continue;
        }
        outcomes[one.asker] = Some(Ok(Marked { at: one.at, repeated: false }));
        if one.in_time && !requests.is_empty() {
            answered.extend(requests.get(&asked_under(&one.session.id, &one.enrolment)).cloned());
        }
        let entry = SignEntry {
            enrolment: one.enrolment,
            attendance: one.attendance,
            at: one.at,
            method: AttendanceMethod::Code.code().into(),
        };
        groups.entry(one.fact).or_insert_with(|| (one.class, one.session.id.clone(), Vec::new())).2.push(entry);
    }
    for (asker, at) in earlier(&again, A::KIND, work).await? {
        outcomes[asker] = Some(Ok(Marked { at, repeated: true }));
    }
    desk::tasks::close_once(&desk, work, answered).await?;
    let facts = groups.into_iter().map(|(fact, (class, session, entries))| {
        A::fact(&class, session.clone(), entries)
            .with_id(fact)
            .class(&class.id)
            .institution(&class.institution)
            .about(&crate::declared::SESSION, &session)
    });
    Ok(Many {
        facts: facts.collect(),
        outcomes: outcomes.into_iter().map(|one| one.unwrap_or(Err(Fault::Stale.into()))).collect(),
    })
}

/// The times of marks that stand already, by asker.
async fn earlier(again: &[Again], kind: AttendanceKind, work: &Writer) -> Result<Vec<(usize, Instant)>, Stop> {
    if again.is_empty() {
        return Ok(Vec::new());
    }
    let any = again.iter().fold(Condition::any(), |any, one| {
        any.add(
            Condition::all()
                .add(attendance::Column::Session.eq(one.session.clone()))
                .add(attendance::Column::Enrolment.eq(one.enrolment.clone())),
        )
    });
    let rows = work.list::<attendance::Entity>(|q| q.filter(any).filter(attendance::Column::Kind.eq(kind))).await?;
    let at = |one: &Again| {
        rows.iter().find(|row| row.session == one.session && row.enrolment == one.enrolment).map(|row| row.at)
    };
    Ok(again.iter().filter_map(|one| Some((one.asker, at(one)?))).collect())
}
