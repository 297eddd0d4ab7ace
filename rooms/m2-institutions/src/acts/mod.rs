//! Acts of the institution directory (M2.1–M2.5, M3.7).

pub mod contact;
pub mod directory;
pub mod payee;
pub mod sites;
pub mod standing;
pub mod teachers;

use desk::{Desk, FactDraft};
use foundation::{Fault, InstitutionId, Stop};
use store::Writer;
use store::tables::institutions::institution;

/// The actor's own institution. Errors: `Forbidden` for other offices, `Gone` when it is not listed here.
pub async fn own(desk: &Desk, work: &Writer) -> Result<institution::Model, Stop> {
    work.get(&desk.actor.office.institution().ok_or(Stop::Forbidden)?).await
}

/// An institution that the actor's office manages. The directory is readable by all, so reach is asked here.
pub async fn managed(work: &Writer, id: &InstitutionId) -> Result<institution::Model, Stop> {
    let row = work.get(&id).await?;
    if crate::queries::manages(work.scope(), &row.path) { Ok(row) } else { Err(Fault::Gone.into()) }
}

/// A fact of an institution.
pub fn fact(kind: &'static str, row: &institution::Model, summary: impl Into<String>) -> FactDraft {
    FactDraft::new(kind, row.district, summary).institution(&row.id)
}
