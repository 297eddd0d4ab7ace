//! M3 process supervision (M3.1–M3.5, M5.1): opening, attendance, inspection, completion exam,
//! certificate, feedback of regime A's classes.

pub mod acts;
pub mod certificate_pdf;
pub mod declared;
pub mod doorway;
mod evidence;
mod finders;
mod home;
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
use desk::{Desk, NavEntry, Room, Routes, Whom};
use foundation::{Function, Permission, Right, Stop};
use m7_registry::doorway::ClassesOf;

/// What the room brings.
pub fn room() -> Room {
    Room::new("m3-supervision")
        .routes(pages::routes::routes(pages::completion::routes(pages::attendance::routes(Routes::new()))))
        .rules(refusals::RULES)
        .rules(&review::CHECKS.iter().map(|one| one.rule).collect::<Vec<_>>())
        .subjects(declared::SUBJECTS)
        .matters(declared::MATTERS)
        .procedure(table::<procedures::full_process::FullProcess>())
        .procedure(table::<procedures::disputes::Disputes>())
        .jobs(|desk| Box::pin(tick(desk)))
        .navigation(NAVIGATION)
        .cards(home::cards)
        .public_numbers(home::public_numbers)
        .search(finders::CLASSES)
        .search(finders::CERTIFICATES)
        .evidence(evidence::EVIDENCE)
        .answers::<ClassesOf>(|reader, asked| Box::pin(doorway::classes_of(reader, asked)))
}

const NAVIGATION: [NavEntry; 4] = [
    NavEntry { place: 10, label: "我的培训", href: "/me", permission: Permission::SignedIn, whom: Whom::Trainees },
    NavEntry {
        place: 30,
        label: "班级",
        href: "/classes",
        permission: Permission::Of(Function::OpeningApplication, Right::Read),
        whom: Whom::Desks,
    },
    NavEntry {
        place: 40,
        label: "正在上课",
        href: "/live",
        permission: Permission::Of(Function::Inspection, Right::Read),
        whom: Whom::Officials,
    },
    NavEntry { place: 120, label: "证书查验", href: "/verify", permission: Permission::Public, whom: Whom::Public },
];

/// The room's timed acts.
async fn tick(desk: &Desk) -> Result<(), Stop> {
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
