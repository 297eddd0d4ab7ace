//! What a group's marks depend on, read once for all of them, and what it says of each asker (M3.3).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use desk::{Asked, Desk};
use foundation::codes::{AttendanceKind, AttendanceMethod};
use foundation::{
    AccountId, AttendanceId, ClassId, EnrolmentId, FactId, Fault, Instant, Office, PersonId, Refusal, SessionId, Stop,
};
use reckoning::policy::Policy;
use store::Reader;
use store::query::{ColumnTrait, QueryFilter, QuerySelect, padded};
use store::tables::supervision::{attendance, class_session, enrolment, training_class};

use super::{Mark, Signing};
use crate::declared::CALL_ROLL;
use crate::rules::attendance as rules;

store::picked! {
    /// A trainee's place on a roster, as far as marks need it.
    #[derive(Debug, Clone)]
    pub(super) struct Place {
        pub(super) id: EnrolmentId,
        person: PersonId,
        class: ClassId,
    }
}

/// The rows that a group's marks depend on, read once for all of them.
#[derive(Default)]
pub(super) struct Known {
    sessions: HashMap<SessionId, (Arc<class_session::Model>, [String; 2])>,
    classes: HashMap<ClassId, (Arc<training_class::Model>, Option<Arc<Policy>>)>,
    places: HashMap<(PersonId, ClassId), Place>,
}

impl Known {
    pub(super) async fn read<A: Signing>(asked: &[Asked<A>], reader: &Reader) -> Result<Self, Stop> {
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
    pub(super) fn judge<A: Signing>(
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

/// Where an asker may mark.
pub(super) struct Found<'a> {
    account: AccountId,
    pub(super) session: &'a Arc<class_session::Model>,
    class: &'a Arc<training_class::Model>,
    pub(super) place: &'a Place,
    /// The last moment of a sign-in that can lead to hours.
    latest_in: Instant,
}

impl Found<'_> {
    pub(super) fn mark<A: Signing>(&self, asker: usize, attendance: AttendanceId, fact: FactId, at: Instant) -> Mark {
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

    pub(super) fn row<A: Signing>(&self, mark: &Mark) -> attendance::Model {
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

/// Open requests for a roll call at these sessions.
pub(super) async fn open_requests(known: &Known, reader: &Reader) -> Result<HashSet<String>, Stop> {
    let about = padded(known.sessions.keys().map(ToString::to_string));
    desk::tasks::open_keys(reader, about, &CALL_ROLL).await
}

fn person_of(desk: &Desk) -> Option<&PersonId> {
    match &desk.actor.office {
        Office::Trainee { person, .. } => Some(person),
        _ => None,
    }
}
