//! Acts of signing in and out with the rotating code (签到, 签退; M3.3). They come by the thousand at half past
//! eight, so those that wait are done together: a handful of statements, one fact for each meeting.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::Arc;

use desk::{Act, Asked, Desk, Done, FactDraft, Many, Plan};
use foundation::codes::{AttendanceKind, AttendanceMethod};
use foundation::{
    AccountId, AttendanceId, ClassId, EnrolmentId, FactId, Fault, Function, Instant, Office, Permission, PersonId,
    Refusal, Right, Scope, SessionId, Stop,
};
use journal::facts::{SignEntry, TraineesSignedIn, TraineesSignedOut};
use reckoning::policy::Policy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::query::{ColumnTrait, Condition, QueryFilter, QuerySelect, padded};
use store::tables::notices::task;
use store::tables::supervision::{attendance, class_session, enrolment, training_class};
use store::{Prepared, Reader, Writer};

use super::attendance::asked_under;
use crate::rules::attendance::{self as rules, Doing};

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
    ($name:ident $kebab:literal $title:literal) => {
        impl Act for $name {
            const NAME: &'static str = $kebab;
            const PERMISSION: Permission = Permission::Of(Function::Attendance, Right::Create);
            const TITLE: &'static str = $title;
            const GATHERED: bool = true;
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
signing_act!(SignIn "sign-in-to-session" "签到");
signing_act!(SignOut "sign-out-of-session" "签退");

store::picked! {
    /// A trainee's place on a roster, as far as marks need it.
    #[derive(Debug, Clone)]
    struct Place {
        id: EnrolmentId,
        person: PersonId,
        class: ClassId,
    }
}

/// The rows that a group's marks depend on, read once for all of them.
#[derive(Default)]
struct Known {
    sessions: HashMap<SessionId, (Arc<class_session::Model>, [String; 2])>,
    classes: HashMap<ClassId, (Arc<training_class::Model>, Option<Arc<Policy>>)>,
    places: HashMap<(PersonId, ClassId), Place>,
}

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

/// Where an asker may mark.
struct Found<'a> {
    account: AccountId,
    session: &'a Arc<class_session::Model>,
    class: &'a Arc<training_class::Model>,
    place: &'a Place,
    /// The last moment of a sign-in that can lead to hours.
    latest_in: Instant,
}

impl Found<'_> {
    fn mark<A: Signing>(&self, asker: usize, attendance: AttendanceId, fact: FactId, at: Instant) -> Mark {
        let in_time = A::KIND == AttendanceKind::SignIn && at <= self.latest_in;
        Mark {
            asker,
            session: Arc::clone(self.session),
            class: Arc::clone(self.class),
            enrolment: self.place.id.clone(),
            attendance,
            fact,
            at,
            in_time,
        }
    }

    fn row<A: Signing>(&self, mark: &Mark) -> attendance::Model {
        attendance::Model {
            id: mark.attendance.clone(),
            session: self.session.id.clone(),
            class: self.class.id.clone(),
            enrolment: self.place.id.clone(),
            person: self.place.person.clone(),
            kind: A::KIND,
            method: AttendanceMethod::Code,
            at: mark.at,
            recorded_by: self.account.clone(),
            fact: mark.fact.clone(),
            institution: self.session.institution.clone(),
            district: self.session.district,
            path: self.session.path.clone(),
        }
    }
}

impl Known {
    async fn read<A: Signing>(asked: &[Asked<A>], reader: &Reader) -> Result<Self, Stop> {
        let wanted: HashSet<&SessionId> = asked.iter().map(|one| one.act.session()).collect();
        let persons: HashSet<&PersonId> = asked.iter().filter_map(|one| person_of(&one.desk)).collect();
        let Some(first) = asked.first().map(|one| &one.desk) else { return Ok(Self::default()) };
        let (rows, secret, now) = (&first.premises.rows, &first.premises.settings.secret, first.now());
        let sessions = reader.kept::<class_session::Entity>(rows, wanted.into_iter().map(ToString::to_string)).await?;
        let wanted: HashSet<String> = sessions.iter().map(|one| one.class.to_string()).collect();
        let classes = reader.kept::<training_class::Entity>(rows, wanted).await?;
        let persons = padded(persons.into_iter().cloned());
        let places = reader
            .pick::<enrolment::Entity, Place>(|q| {
                q.select_only()
                    .columns([enrolment::Column::Id, enrolment::Column::Person, enrolment::Column::Class])
                    .filter(enrolment::Column::Person.is_in(persons))
                    .filter(enrolment::Column::Active.eq(true))
            })
            .await?;
        let classes: HashMap<_, _> = classes
            .into_iter()
            .map(|one| {
                let policy = one.policy.as_deref().and_then(|text| desk::policy::pinned(Some(text)).ok());
                (one.id.clone(), (one, policy))
            })
            .collect();
        // A meeting of a class without a policy has no code: its marks are refused before any is looked at.
        let codes = |one: &class_session::Model| {
            let policy = classes.get(&one.class).and_then(|(_, policy)| policy.as_ref());
            policy.map(|policy| rules::codes_taken(secret, &one.id, policy.code_seconds(), now)).unwrap_or_default()
        };
        Ok(Self {
            sessions: sessions.into_iter().map(|one| (one.id.clone(), (Arc::clone(&one), codes(&one)))).collect(),
            classes,
            places: places.into_iter().map(|one| ((one.person.clone(), one.class.clone()), one)).collect(),
        })
    }

    /// Whether this asker may mark now. A refusal comes with the asker's place, where there is one: it may be a repeat.
    fn judge<A: Signing>(
        &self,
        asked: &Asked<A>,
    ) -> Result<Found<'_>, (Stop, Option<(&class_session::Model, &Place)>)> {
        let (Some(person), Some(account)) = (person_of(&asked.desk), asked.desk.actor.account.clone()) else {
            return Err((Stop::Forbidden, None));
        };
        // Another class's meeting and one that does not exist are the same to a stranger.
        let gone = || (Stop::Fault(Fault::Gone), None);
        let (session, codes) = self.sessions.get(asked.act.session()).ok_or_else(gone)?;
        let (class, policy) = self.classes.get(&session.class).ok_or_else(gone)?;
        let place = self.places.get(&(person.clone(), class.id.clone())).ok_or_else(gone)?;
        // A slip reaches its giver's classes only (decisions/0008); said here, so that nobody's group stops for it.
        if let Office::Trainee { institutions: Some(at), .. } = &asked.desk.actor.office
            && !at.contains(&class.institution)
        {
            return Err(gone());
        }
        let no = |refusal: Refusal| (refusal.into(), Some((&**session, place)));
        let policy = policy.as_ref().ok_or_else(|| no(rules::not_in_training(class.state)))?;
        rules::window(class.state, session, A::DOING, policy, asked.desk.now()).map_err(no)?;
        if !rules::code_is_taken(codes, asked.act.code()) {
            return Err(no(rules::wrong_code()));
        }
        let latest_in = session.starts_at + chrono::Duration::minutes(i64::from(policy.late_minutes()));
        Ok(Found { account, session, class, place, latest_in })
    }
}

store::picked! {
    /// An open request's key.
    struct Request {
        once: Option<String>,
    }
}

/// Open requests for a roll call at these sessions.
async fn open_requests(known: &Known, reader: &Reader) -> Result<HashSet<String>, Stop> {
    let about = padded(known.sessions.keys().map(ToString::to_string));
    // A task that is done has no key. Asked for what is open besides, SQLite would go through all that is open.
    let rows = reader
        .pick::<task::Entity, Request>(|q| {
            q.select_only()
                .column(task::Column::Once)
                .filter(task::Column::About.is_in(about))
                .filter(task::Column::Kind.eq("call-roll"))
        })
        .await?;
    Ok(rows.into_iter().filter_map(|one| one.once).collect())
}

fn person_of(desk: &Desk) -> Option<&PersonId> {
    match &desk.actor.office {
        Office::Trainee { person, .. } => Some(person),
        _ => None,
    }
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
