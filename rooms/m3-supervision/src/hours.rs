//! Hours of a class from its rows, through the reckoning (M3.3; house.md §0): one place for pages,
//! jobs and claims, so that they cannot differ.

use std::collections::HashMap;

use foundation::codes::{AttendanceKind, SessionMode};
use foundation::{ClassId, EnrolmentId, SessionId, Stop};
use reckoning::hours::{AttendanceFact, Hours, Kind, SessionFact, credit};
use reckoning::policy::Policy;
use store::Reader;
use store::query::{ColumnTrait, Condition, Query, QueryFilter, QueryOrder};
use store::tables::supervision::{attendance, class_session, enrolment};

/// The sessions of a class as the reckoning takes them.
pub fn session_facts(rows: &[class_session::Model]) -> Vec<SessionFact> {
    rows.iter()
        .map(|row| SessionFact {
            session: row.id.clone(),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            periods: row.periods,
            online: row.mode == SessionMode::Online,
        })
        .collect()
}

/// Attendance rows as the reckoning takes them.
pub fn attendance_facts(rows: &[attendance::Model]) -> Vec<AttendanceFact> {
    rows.iter()
        .map(|row| AttendanceFact {
            fact: row.fact.clone(),
            session: row.session.clone(),
            enrolment: row.enrolment.clone(),
            at: row.at,
            kind: match row.kind {
                AttendanceKind::SignIn => Kind::SignIn,
                AttendanceKind::SignOut => Kind::SignOut,
                AttendanceKind::RollCall => Kind::RollCall,
                AttendanceKind::Correction => Kind::Correction,
            },
        })
        .collect()
}

/// The attendance of a class: found through its roster, so that a check-in keeps one index and no more.
pub fn marks_of_class(class: &ClassId) -> Condition {
    let roster = Query::select()
        .column(enrolment::Column::Id)
        .from(enrolment::Entity)
        .and_where(enrolment::Column::Class.eq(class.clone()))
        .to_owned();
    Condition::all().add(attendance::Column::Enrolment.in_subquery(roster))
}

/// The attendance of one of a class's sessions.
pub fn marks_of_session(class: &ClassId, session: &SessionId) -> Condition {
    marks_of_class(class).add(attendance::Column::Session.eq(session.clone()))
}

/// The timetable of a class, in order.
pub async fn sessions(reader: &Reader, class: &ClassId) -> Result<Vec<class_session::Model>, Stop> {
    reader
        .list::<class_session::Entity>(|q| {
            q.filter(class_session::Column::Class.eq(class.clone())).order_by_asc(class_session::Column::StartsAt)
        })
        .await
}

/// The roster of a class, by name; those who left excluded.
pub async fn roster(reader: &Reader, class: &ClassId) -> Result<Vec<enrolment::Model>, Stop> {
    reader
        .list::<enrolment::Entity>(|q| {
            q.filter(enrolment::Column::Class.eq(class.clone()))
                .filter(enrolment::Column::Active.eq(true))
                .order_by_asc(enrolment::Column::Name)
                .order_by_asc(enrolment::Column::Id)
        })
        .await
}

/// Whether one trainee's marks at one session give its periods already.
pub fn counts(session: &class_session::Model, marks: &[attendance::Model], policy: &Policy) -> bool {
    let hours = credit(&session_facts(std::slice::from_ref(session)), &attendance_facts(marks), policy);
    hours.sessions.iter().any(|one| one.reason.credited())
}

/// Everybody's hours in a class. Those without any event have hours too: zero.
pub async fn of_class(reader: &Reader, class: &ClassId, policy: &Policy) -> Result<HashMap<EnrolmentId, Hours>, Stop> {
    let sessions = session_facts(&sessions(reader, class).await?);
    let rows = reader.list::<attendance::Entity>(|q| q.filter(marks_of_class(class))).await?;
    let mut events: HashMap<EnrolmentId, Vec<AttendanceFact>> = HashMap::new();
    for event in attendance_facts(&rows) {
        events.entry(event.enrolment.clone()).or_default().push(event);
    }
    let roster = roster(reader, class).await?;
    Ok(roster
        .into_iter()
        .map(|one| {
            let hours = credit(&sessions, events.get(&one.id).map_or(&[][..], Vec::as_slice), policy);
            (one.id, hours)
        })
        .collect())
}
