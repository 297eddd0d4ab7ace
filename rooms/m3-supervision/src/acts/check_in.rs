//! Acts of signing in and out with the rotating code (签到, 签退; M3.3). They come by the thousand at half past
//! eight, so those that wait are done together: a handful of statements, one fact for each meeting.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::Arc;

use desk::{Act, Asked, Desk, Done, FactDraft, Many};
use foundation::codes::{AttendanceKind, AttendanceMethod};
use foundation::{
    AccountId, AttendanceId, ClassId, EnrolmentId, FactId, Fault, Function, Instant, Office, Permission, PersonId, Right, Scope, SessionId, Stop,
};
use journal::facts::{SignEntry, TraineesSignedIn, TraineesSignedOut};
use reckoning::policy::Policy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition, QueryFilter, QuerySelect, padded};
use store::tables::supervision::{attendance, class_session, enrolment, training_class};

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
            const CLAUSE: &'static str = "M3.3";
            const TITLE: &'static str = $title;
            const GATHERED: bool = true;
            type Outcome = Marked;

            /// One alone, for whoever has a writer already.
            async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<Marked>, Stop> {
                let alone = [Asked { desk: desk.clone(), act: self.clone() }];
                let many = mark(&alone, &work.as_system("check-in")).await?;
                let marked = many.outcomes.into_iter().next().unwrap_or(Err(Fault::Gone.into()))?;
                Ok(if many.facts.is_empty() { Done::Repeat(marked) } else { Done::Written { outcome: marked, facts: many.facts } })
            }

            fn perform_many(asked: &[Asked<Self>], work: &Writer) -> impl Future<Output = Result<Many<Marked>, Stop>> + Send {
                mark(asked, work)
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
struct Mark<'a> {
    asker: usize,
    scope: Scope,
    account: AccountId,
    session: &'a class_session::Model,
    place: &'a Place,
    at: Instant,
}

async fn mark<A: Signing>(asked: &[Asked<A>], work: &Writer) -> Result<Many<Marked>, Stop> {
    let t0 = std::time::Instant::now();
    let known = Known::read(asked, work).await?;
    let t1 = t0.elapsed();
    let mut outcomes: Vec<Option<Result<Marked, Stop>>> = Vec::with_capacity(asked.len());
    let (mut marks, mut seen): (Vec<Mark<'_>>, HashMap<(&SessionId, &EnrolmentId), Instant>) = (Vec::new(), HashMap::new());
    // Places whose mark was refused or stood already: an earlier mark is the answer to a repeat, whenever it comes.
    let mut again: Vec<(usize, &SessionId, &EnrolmentId)> = Vec::new();
    for (asker, one) in asked.iter().enumerate() {
        outcomes.push(match known.judge(one) {
            Err((stop, place)) => {
                again.extend(place.map(|(session, place)| (asker, &session.id, &place.id)));
                Some(Err(stop))
            }
            Ok((account, session, place)) => match seen.get(&(&session.id, &place.id)) {
                Some(at) => Some(Ok(Marked { at: *at, repeated: true })),
                None => {
                    let at = one.desk.now();
                    seen.insert((&session.id, &place.id), at);
                    marks.push(Mark { asker, scope: one.desk.scope(), account, session, place, at });
                    None
                }
            },
        });
    }
    let t2 = t0.elapsed();
    let (new, facts) = write::<A>(asked, &known, &marks, work).await?;
    eprintln!("n={} read={:?} judge={:?} write={:?}", asked.len(), t1, t2 - t1, t0.elapsed() - t2);
    again.extend(marks.iter().filter(|one| !new.contains(&one.asker)).map(|one| (one.asker, &one.session.id, &one.place.id)));
    for one in marks.iter().filter(|one| new.contains(&one.asker)) {
        outcomes[one.asker] = Some(Ok(Marked { at: one.at, repeated: false }));
    }
    for (asker, at) in earlier(&again, A::KIND, work).await? {
        outcomes[asker] = Some(Ok(Marked { at, repeated: true }));
    }
    Ok(Many { outcomes: outcomes.into_iter().map(|one| one.unwrap_or(Err(Fault::Stale.into()))).collect(), facts })
}

impl Known {
    async fn read<A: Signing>(asked: &[Asked<A>], work: &Writer) -> Result<Self, Stop> {
        let wanted: HashSet<&SessionId> = asked.iter().map(|one| one.act.session()).collect();
        let persons: HashSet<&PersonId> = asked.iter().filter_map(|one| person_of(&one.desk)).collect();
        let Some(first) = asked.first().map(|one| &one.desk) else { return Ok(Self::default()) };
        let (rows, secret, now) = (&first.premises.rows, &first.premises.settings.secret, first.now());
        let sessions = work.kept::<class_session::Entity>(rows, wanted.into_iter().map(ToString::to_string)).await?;
        let wanted: HashSet<String> = sessions.iter().map(|one| one.class.to_string()).collect();
        let classes = work.kept::<training_class::Entity>(rows, wanted).await?;
        let persons = padded(persons.into_iter().cloned());
        let places = work
            .pick::<enrolment::Entity, Place>(|q| {
                q.select_only()
                    .columns([enrolment::Column::Id, enrolment::Column::Person, enrolment::Column::Class])
                    .filter(enrolment::Column::Person.is_in(persons))
                    .filter(enrolment::Column::Active.eq(true))
            })
            .await?;
        Ok(Self {
            sessions: sessions.into_iter().map(|one| (one.id.clone(), (Arc::clone(&one), rules::codes_taken(secret, &one.id, now)))).collect(),
            classes: classes
                .into_iter()
                .map(|one| {
                    let policy = one.policy.as_deref().and_then(|text| desk::policy::pinned(Some(text)).ok());
                    (one.id.clone(), (one, policy))
                })
                .collect(),
            places: places.into_iter().map(|one| ((one.person.clone(), one.class.clone()), one)).collect(),
        })
    }

    /// Whether this asker may mark now. A refusal comes with the asker's place, where there is one: it may be a repeat.
    fn judge<A: Signing>(&self, asked: &Asked<A>) -> Result<(AccountId, &class_session::Model, &Place), (Stop, Option<(&class_session::Model, &Place)>)> {
        let (Some(person), Some(account)) = (person_of(&asked.desk), asked.desk.actor.account.clone()) else { return Err((Stop::Forbidden, None)) };
        // Another class's meeting and one that does not exist are the same to a stranger.
        let gone = || (Stop::Fault(Fault::Gone), None);
        let (session, codes) = self.sessions.get(asked.act.session()).ok_or_else(gone)?;
        let session: &class_session::Model = session;
        let (class, policy) = self.classes.get(&session.class).ok_or_else(gone)?;
        let place = self.places.get(&(person.clone(), class.id.clone())).ok_or_else(gone)?;
        let no = |stop: Stop| (stop, Some((session, place)));
        let now = asked.desk.now();
        let policy = policy.as_ref().ok_or_else(|| no(rules::not_in_training(class.state).into()))?;
        rules::window(class.state, session, A::DOING, policy, now).map_err(|refusal| no(refusal.into()))?;
        if !rules::code_is_taken(codes, asked.act.code()) {
            return Err(no(rules::wrong_code().into()));
        }
        Ok((account, session, place))
    }
}

fn person_of(desk: &Desk) -> Option<&PersonId> {
    match &desk.actor.office {
        Office::Trainee { person } => Some(person),
        _ => None,
    }
}

/// Writes the marks; says which askers' are new, with one fact for each meeting.
async fn write<A: Signing>(asked: &[Asked<A>], known: &Known, marks: &[Mark<'_>], work: &Writer) -> Result<(HashSet<usize>, Vec<FactDraft>), Stop> {
    let Some(desk) = asked.first().map(|one| &one.desk) else { return Ok((HashSet::new(), Vec::new())) };
    let mut facts: HashMap<&SessionId, FactId> = HashMap::new();
    let rows: Vec<(&Scope, attendance::Model)> = marks
        .iter()
        .map(|one| {
            let fact = facts.entry(&one.session.id).or_insert_with(|| desk.new_id()).clone();
            (&one.scope, row::<A>(desk, one, fact))
        })
        .collect();
    let ids: Vec<AttendanceId> = rows.iter().map(|(_, row)| row.id.clone()).collect();
    let added = work.add_as::<attendance::Entity>(rows).await?;
    let kept: HashSet<AttendanceId> = if usize::try_from(added) == Ok(ids.len()) {
        ids.iter().cloned().collect()
    } else {
        let stands = work.list::<attendance::Entity>(|q| q.filter(attendance::Column::Id.is_in(padded(ids.iter().cloned())))).await?;
        stands.into_iter().map(|row| row.id).collect()
    };
    let mut new = HashSet::new();
    let mut entries: HashMap<&SessionId, Vec<SignEntry>> = HashMap::new();
    for (one, id) in marks.iter().zip(ids).filter(|(_, id)| kept.contains(id)) {
        new.insert(one.asker);
        let entry = SignEntry { enrolment: one.place.id.clone(), attendance: id, at: one.at, method: AttendanceMethod::Code.code().into() };
        entries.entry(&one.session.id).or_default().push(entry);
    }
    let drafts = entries.into_iter().filter_map(|(session, entries)| {
        let class = &known.classes.get(&known.sessions.get(session)?.0.class)?.0;
        let draft = A::fact(class, session.clone(), entries).class(&class.id).institution(&class.institution).about("session", session);
        Some(draft.with_id(facts.get(session)?.clone()))
    });
    Ok((new, drafts.collect()))
}

fn row<A: Signing>(desk: &Desk, one: &Mark<'_>, fact: FactId) -> attendance::Model {
    attendance::Model {
        id: desk.new_id(),
        session: one.session.id.clone(),
        class: one.session.class.clone(),
        enrolment: one.place.id.clone(),
        person: one.place.person.clone(),
        kind: A::KIND,
        method: AttendanceMethod::Code,
        at: one.at,
        recorded_by: one.account.clone(),
        fact,
        institution: one.session.institution.clone(),
        district: one.session.district,
        path: one.session.path.clone(),
    }
}

/// The times of marks that stand already, by asker.
async fn earlier(again: &[(usize, &SessionId, &EnrolmentId)], kind: AttendanceKind, work: &Writer) -> Result<Vec<(usize, Instant)>, Stop> {
    if again.is_empty() {
        return Ok(Vec::new());
    }
    let any = again.iter().fold(Condition::any(), |any, (_, session, place)| {
        any.add(Condition::all().add(attendance::Column::Session.eq((*session).clone())).add(attendance::Column::Enrolment.eq((*place).clone())))
    });
    let rows = work.list::<attendance::Entity>(|q| q.filter(any).filter(attendance::Column::Kind.eq(kind))).await?;
    let found = |session: &SessionId, place: &EnrolmentId| rows.iter().find(|row| row.session == *session && row.enrolment == *place).map(|row| row.at);
    Ok(again.iter().filter_map(|(asker, session, place)| Some((*asker, found(session, place)?))).collect())
}
