//! Classes, their timetables and rosters as programs read them (M3.11): by cursor, with entity tags, masked.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use desk::{Desk, Query};
use foundation::codes::ClassState;
use foundation::{ClassId, Date, DistrictCode, Fault, Fen, Instant, InstitutionId, NeedsItemId, Stop};
use serde::Serialize;
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use store::tables::supervision::class_session;
use store::tables::supervision::training_class::{Column as C, Entity, Model};

use super::classes::{Filters, due, masked, number, seen};
use crate::hours;

/// A class as programs read it.
#[derive(Debug, Serialize)]
struct ClassOut<'a> {
    id: &'a ClassId,
    class_no: &'a str,
    state: ClassState,
    state_label: &'static str,
    regime: foundation::codes::Regime,
    title: &'a str,
    item: &'a str,
    needs_item: &'a NeedsItemId,
    term: i32,
    institution: &'a InstitutionId,
    institution_name: &'a str,
    district: DistrictCode,
    district_name: &'static str,
    starts_on: Date,
    ends_on: Date,
    exam_on: Option<Date>,
    planned_persons: i32,
    enrolled: i32,
    periods_total: i32,
    periods_theory: i32,
    periods_practice: i32,
    periods_online: i32,
    class_teacher: &'a str,
    due_on: Option<Date>,
    submitted_at: Option<Instant>,
    accepted_at: Option<Instant>,
    reviewed_at: Option<Instant>,
    decided_at: Option<Instant>,
    decision_note: &'a str,
    estimated_fen: Fen,
}

impl<'a> From<&'a Model> for ClassOut<'a> {
    fn from(class: &'a Model) -> Self {
        Self {
            id: &class.id,
            class_no: number(class),
            state: class.state,
            state_label: class.state.label(),
            regime: class.regime,
            title: &class.title,
            item: &class.item_name,
            needs_item: &class.needs_item,
            term: class.term,
            institution: &class.institution,
            institution_name: &class.institution_name,
            district: class.district,
            district_name: class.district.name(),
            starts_on: class.starts_on,
            ends_on: class.ends_on,
            exam_on: class.exam_on,
            planned_persons: class.planned_persons,
            enrolled: class.enrolled_count,
            periods_total: class.periods_total.0,
            periods_theory: class.periods_theory.0,
            periods_practice: class.periods_practice.0,
            periods_online: class.periods_online.0,
            class_teacher: &class.class_teacher_name,
            due_on: due(class),
            submitted_at: class.submitted_at,
            accepted_at: class.accepted_at,
            reviewed_at: class.reviewed_at,
            decided_at: class.decided_at,
            decision_note: &class.decision_note,
            estimated_fen: class.money,
        }
    }
}

/// `GET /api/v1/classes`: filters, `after`, `limit` ≤ 100; by id.
pub async fn resource(desk: Desk, headers: HeaderMap, Query(filters): Query<Filters>) -> Response {
    let run = async {
        let reader = desk.read().await?;
        let limit = desk::api::limit(&filters.limit);
        let rows = reader
            .list::<Entity>(|q| {
                let q = q.filter(filters.condition()).order_by_asc(C::Id).limit(limit);
                match filters.after.parse::<ClassId>() {
                    Ok(after) => q.filter(C::Id.gt(after)),
                    Err(_) => q,
                }
            })
            .await?;
        let items: Vec<ClassOut<'_>> = rows.iter().map(ClassOut::from).collect();
        Ok::<_, Stop>(desk::api::list(&headers, &items, limit, rows.last().map(|row| row.id.to_string())))
    };
    run.await.unwrap_or_else(|stop| desk.stopped(stop))
}

/// `GET /api/v1/classes/{id}`: the class with its timetable.
pub async fn one(desk: Desk, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let run = async {
        let (reader, class) = seen(&desk, &id).await?;
        let sessions: Vec<_> = hours::sessions(&reader, &class.id).await?.iter().map(session_out).collect();
        let mut out = serde_json::to_value(ClassOut::from(&class)).map_err(|e| Fault::Db(e.to_string()))?;
        out["sessions"] = serde_json::Value::Array(sessions);
        Ok::<_, Stop>(desk::api::resource(&headers, &out))
    };
    run.await.unwrap_or_else(|stop| desk.stopped(stop))
}

fn session_out(one: &class_session::Model) -> serde_json::Value {
    serde_json::json!({ "id": one.id, "held_on": one.held_on, "starts_at": one.starts_at, "ends_at": one.ends_at,
        "periods": one.periods.0, "mode": one.mode, "subject": one.subject, "teacher": one.teacher_name,
        "place": one.place })
}

/// `GET /api/v1/classes/{id}/roster`: masked.
pub async fn roster(desk: Desk, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let run = async {
        let (reader, class) = seen(&desk, &id).await?;
        let items: Vec<_> = hours::roster(&reader, &class.id).await?.iter().map(|one| serde_json::json!({
            "id": one.id, "name": masked(&one.name), "id_number": one.id_number_masked, "phone": one.phone_masked,
            "category": one.category, "category_label": one.category.label(), "pledged": one.pledged_at.is_some(),
        })).collect();
        Ok::<_, Stop>(desk::api::resource(&headers, &serde_json::json!({ "items": items })))
    };
    run.await.unwrap_or_else(|stop| desk.stopped(stop))
}
