//! Reads that the opening's pages and its machine review need (M3.1). What looks beyond the asker's
//! reach (clashes anywhere in the province) goes through the system's reader and comes back masked.

use desk::Desk;
use foundation::Stop;
use foundation::codes::{CertificateType, ClassPhase, ClassState, NeedsState};
use store::Reader;
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::institutions::{directory_item, room, teacher};
use store::tables::needs::needs_item;
use store::tables::supervision::training_class;

/// The day the application counts from: an application under way was in time on the day it came in.
pub(crate) fn applied_on(desk: &Desk, class: &training_class::Model) -> foundation::Date {
    let under_way = class.state.phase() == ClassPhase::Waiting;
    class.submitted_at.filter(|_| under_way).map_or_else(|| desk.today(), foundation::clock::day_of)
}

/// States in which a class, of whatever regime, holds its people's time.
pub(crate) fn holding() -> Vec<ClassState> {
    ClassState::in_phases(&[ClassPhase::Waiting, ClassPhase::Approved, ClassPhase::Teaching, ClassPhase::Stopped])
}

/// Day and hour, shortly.
pub(crate) fn short(at: foundation::Instant) -> String {
    format!("{} {}", ui::dates::day(foundation::clock::day_of(at)), ui::dates::time(at))
}

/// What an institution can choose from for a new class.
pub struct Choices {
    pub items: Vec<needs_item::Model>,
    pub rooms: Vec<room::Model>,
    pub teachers: Vec<teacher::Model>,
}

/// Items of its directory lines that lead to a completion certificate, its rooms, its teachers.
pub async fn choices(reader: &Reader, institution: &foundation::InstitutionId) -> Result<Choices, Stop> {
    let lines = reader
        .list::<directory_item::Entity>(|q| q.filter(directory_item::Column::Institution.eq(institution.clone())))
        .await?;
    let items = reader
        .list::<needs_item::Entity>(|q| {
            q.filter(needs_item::Column::Id.is_in(lines.iter().map(|one| one.needs_item.clone())))
                .filter(needs_item::Column::State.eq(NeedsState::Published))
                .filter(
                    needs_item::Column::CertificateType
                        .is_in([CertificateType::Completion, CertificateType::Entrepreneurship]),
                )
                .order_by_asc(needs_item::Column::Name)
        })
        .await?;
    let rooms = reader
        .list::<room::Entity>(|q| {
            q.filter(room::Column::Institution.eq(institution.clone())).order_by_asc(room::Column::Name)
        })
        .await?;
    let teachers = reader
        .list::<teacher::Entity>(|q| {
            q.filter(teacher::Column::Institution.eq(institution.clone())).order_by_asc(teacher::Column::Name)
        })
        .await?;
    Ok(Choices { items, rooms, teachers })
}
