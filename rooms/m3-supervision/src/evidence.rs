//! A class's rows as its evidence holds them: what facts account for, to be held against them offline (M3.11).

use desk::room::{ClassNamed, Evidence};
use foundation::codes::{AttendanceKind, SessionMode};
use foundation::{ClassId, Stop};
use futures::future::BoxFuture;
use journal::Rows;
use journal::bundle::{AttendanceRow, CertificateRow, EnrolmentRow, ExamResultRow, SessionRow};
use reckoning::hours::Kind;
use store::Reader;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::supervision::{
    attendance, certificate, class_session, completion_exam, enrolment, exam_score, training_class,
};

/// The room's rows in a bundle.
pub(crate) const EVIDENCE: Evidence = Evidence {
    fill: |reader, class, rows| Box::pin(fill(reader, class, rows)),
    unreadable: |reader, class| unreadable(reader, class),
    classes: Some(|reader| Box::pin(ever_approved(reader))),
};

async fn fill(reader: &Reader, class: &ClassId, rows: &mut Rows) -> Result<(), Stop> {
    let row = reader.get(class).await?;
    let policy = row.policy.as_deref().map(|text| desk::policy::pinned(Some(text))).transpose()?;
    rows.class.state = row.state.code().into();
    rows.class.policy = policy.map(std::sync::Arc::unwrap_or_clone);
    rows.class.periods_total = row.periods_total;
    rows.class.periods_online = row.periods_online;
    rows.sessions = sessions(reader, class).await?;
    rows.enrolments = reader
        .list::<enrolment::Entity>(|q| {
            q.filter(enrolment::Column::Class.eq(class.clone())).order_by_asc(enrolment::Column::Id)
        })
        .await?
        .into_iter()
        .map(|one| EnrolmentRow { enrolment: one.id })
        .collect();
    rows.attendance = attended(reader, class).await?;
    rows.exam_results = results(reader, class).await?;
    rows.certificates = reader
        .list::<certificate::Entity>(|q| {
            q.filter(certificate::Column::Class.eq(class.clone())).order_by_asc(certificate::Column::Number)
        })
        .await?
        .into_iter()
        .map(|one| CertificateRow { certificate: one.id, enrolment: one.enrolment, number: one.number })
        .collect();
    Ok(())
}

async fn sessions(reader: &Reader, class: &ClassId) -> Result<Vec<SessionRow>, Stop> {
    let rows = reader
        .list::<class_session::Entity>(|q| {
            q.filter(class_session::Column::Class.eq(class.clone())).order_by_asc(class_session::Column::Position)
        })
        .await?;
    let told = |one: class_session::Model| SessionRow {
        session: one.id,
        starts_at: one.starts_at,
        ends_at: one.ends_at,
        periods: one.periods,
        online: one.mode == SessionMode::Online,
    };
    Ok(rows.into_iter().map(told).collect())
}

async fn attended(reader: &Reader, class: &ClassId) -> Result<Vec<AttendanceRow>, Stop> {
    let rows = reader
        .list::<attendance::Entity>(|q| {
            q.filter(crate::hours::marks_of_class(class)).order_by_asc(attendance::Column::Id)
        })
        .await?;
    let told = |one: attendance::Model| AttendanceRow {
        attendance: one.id,
        fact: one.fact,
        session: one.session,
        enrolment: one.enrolment,
        at: one.at,
        method: matches!(one.kind, AttendanceKind::SignIn | AttendanceKind::SignOut)
            .then(|| one.method.code().to_owned()),
        kind: match one.kind {
            AttendanceKind::SignIn => Kind::SignIn,
            AttendanceKind::SignOut => Kind::SignOut,
            AttendanceKind::RollCall => Kind::RollCall,
            AttendanceKind::Correction => Kind::Correction,
        },
    };
    Ok(rows.into_iter().map(told).collect())
}

/// Results count once the exam is confirmed.
async fn results(reader: &Reader, class: &ClassId) -> Result<Vec<ExamResultRow>, Stop> {
    let confirmed = reader
        .list::<completion_exam::Entity>(|q| {
            q.filter(completion_exam::Column::Class.eq(class.clone()))
                .filter(completion_exam::Column::ConfirmedBy.is_not_null())
        })
        .await?;
    if confirmed.is_empty() {
        return Ok(Vec::new());
    }
    let rows = reader
        .list::<exam_score::Entity>(|q| {
            q.filter(exam_score::Column::Class.eq(class.clone())).order_by_asc(exam_score::Column::Id)
        })
        .await?;
    let told = |one: exam_score::Model| ExamResultRow {
        exam: one.exam,
        enrolment: one.enrolment,
        theory: one.theory,
        practice: one.practice,
        passed: one.passed,
    };
    Ok(rows.into_iter().map(told).collect())
}

/// Every class whose policy was pinned: what was approved was, whatever became of it.
async fn ever_approved(reader: &Reader) -> Result<Vec<ClassNamed>, Stop> {
    reader
        .pick::<training_class::Entity, ClassNamed>(|q| {
            q.select_only()
                .column(training_class::Column::Id)
                .column(training_class::Column::ClassNo)
                .filter(training_class::Column::Policy.is_not_null())
                .order_by_asc(training_class::Column::ClassNo)
        })
        .await
}

fn unreadable<'a>(reader: &'a Reader, class: &'a ClassId) -> BoxFuture<'a, Result<Vec<String>, Stop>> {
    Box::pin(async move {
        let of = training_class::Column::Id.eq(class.clone()).into();
        let mut found = reader.unreadable::<training_class::Entity>(of).await?;
        macro_rules! of_class {
            ($($table:ident),*) => {$(
                let of = $table::Column::Class.eq(class.clone()).into();
                found.extend(reader.unreadable::<$table::Entity>(of).await?);
            )*};
        }
        of_class!(class_session, enrolment, attendance, completion_exam, exam_score, certificate);
        Ok(found)
    })
}
