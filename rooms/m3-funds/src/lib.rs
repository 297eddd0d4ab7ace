//! M3 funds (M3.1, M7.1, M8.9; domain §7.3–7.4): the claim of a regime-A class from draft to payment.

pub mod acts;
pub mod declared;
pub mod jobs;
pub mod pages;
pub mod procedures;
pub mod refusals;
pub mod rules;

use desk::procedure::table;
use desk::{Declared, Desk, Routes};
use foundation::Stop;

/// The room's routes.
pub fn routes() -> Routes {
    pages::routes().declare(declared())
}

/// What the room declares.
fn declared() -> Declared {
    Declared::default()
        .rules(refusals::RULES)
        .subjects(declared::SUBJECTS)
        .matters(declared::MATTERS)
        .procedure(table::<procedures::claims::Claims>())
        .procedure(table::<procedures::batches::Batches>())
        .procedure(table::<procedures::lines::Lines>())
        .procedure(table::<procedures::objections::Objections>())
}

/// The room's timed acts.
pub async fn tick(desk: &Desk) -> Result<(), Stop> {
    jobs::tick(desk).await
}
