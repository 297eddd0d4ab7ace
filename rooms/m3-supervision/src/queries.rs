//! Reads that the opening's pages and its machine review need (M3.1). What looks beyond the asker's
//! reach (clashes anywhere in the province) goes through the system's reader and comes back masked.

use desk::Desk;
use foundation::Stop;
use foundation::codes::{CertificateType, ClassPhase, ClassState};
use m1_needs::doorway::{NeedsItem, published_among};
use m2_institutions::doorway::{self as institutions, Room, Teacher};
use store::Reader;
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
    pub items: Vec<NeedsItem>,
    pub rooms: Vec<Room>,
    pub teachers: Vec<Teacher>,
}

/// Items of its directory lines that lead to a completion certificate, its rooms, its teachers.
pub async fn choices(reader: &Reader, institution: &foundation::InstitutionId) -> Result<Choices, Stop> {
    let taught = institutions::items_taught(reader, institution).await?;
    let completed = [CertificateType::Completion, CertificateType::Entrepreneurship];
    Ok(Choices {
        items: published_among(reader, &taught, &completed).await?,
        rooms: institutions::rooms_of(reader, institution).await?,
        teachers: institutions::teachers(reader, institution).await?,
    })
}
