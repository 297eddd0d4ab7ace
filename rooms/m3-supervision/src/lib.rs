//! M3 process supervision (M3.1–M3.5, M5.1): opening, attendance, inspection, completion exam,
//! certificate, feedback of regime A's classes.

pub mod acts;
pub mod certificate_pdf;
pub mod declared;
pub mod hours;
pub mod jobs;
pub mod pages;
pub mod procedures;
pub mod queries;
pub mod refusals;
pub mod review;
pub mod rules;

use desk::procedure::table;
use desk::turns::Told;
use desk::{Declared, Desk, Routes};
use foundation::Stop;

/// The room's routes.
pub fn routes() -> Routes {
    pages::routes::routes(pages::completion::routes(pages::attendance::routes(Routes::new()))).declare(declared())
}

/// What the room declares.
fn declared() -> Declared {
    let into = Declared::default()
        .rules(refusals::RULES)
        .rules(&review::CHECKS.iter().map(|one| one.rule).collect::<Vec<_>>())
        .subjects(declared::SUBJECTS)
        .matters(declared::MATTERS);
    into.procedure(table::<procedures::full_process::FullProcess>())
        .procedure(table::<procedures::disputes::Disputes>())
}

/// The room's timed acts.
pub async fn tick(desk: &Desk) -> Result<(), Stop> {
    let mut told = Told::default();
    let turns = [
        jobs::opening::tick(desk, &mut told).await,
        jobs::attendance::tick(desk, &mut told).await,
        jobs::completion::tick(desk, &mut told).await,
    ];
    for turn in turns {
        told.note("m3-supervision", turn);
    }
    told.finish()
}
