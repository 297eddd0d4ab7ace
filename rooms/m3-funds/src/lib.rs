//! M3 funds (M3.1, M7.1, M8.9; domain §7.3–7.4): the claim of a regime-A class from draft to payment.

pub mod acts;
pub mod declared;
mod doorway;
mod evidence;
mod finders;
mod home;
mod jobs;
pub mod pages;
pub mod procedures;
pub mod refusals;
pub mod rules;

use desk::procedure::table;
use desk::{NavEntry, Room, Whom};
use foundation::{Function, Permission, Right};
use m3_supervision::doorway::{ClaimedFor, PaidBefore};

/// What the room brings.
pub fn room() -> Room {
    Room::new("m3-funds")
        .routes(pages::routes())
        .rules(refusals::RULES)
        .subjects(declared::SUBJECTS)
        .matters(declared::MATTERS)
        .procedure(table::<procedures::claims::Claims>())
        .procedure(table::<procedures::batches::Batches>())
        .procedure(table::<procedures::lines::Lines>())
        .procedure(table::<procedures::objections::Objections>())
        .jobs(|desk| Box::pin(jobs::tick(desk)))
        .navigation(NAVIGATION)
        .cards(home::cards)
        .public_numbers(home::public_numbers)
        .search(finders::CLAIMS)
        .search(finders::BATCHES)
        .evidence(evidence::EVIDENCE)
        .answers::<PaidBefore>(|reader, asked| Box::pin(doorway::paid_before(reader, asked)))
        .answers::<ClaimedFor>(|reader, asked| Box::pin(doorway::claimed_for(reader, asked)))
        .files(acts::bank_file::KEEPER)
}

const NAVIGATION: [NavEntry; 3] = [
    NavEntry {
        place: 60,
        label: "补贴",
        href: "/claims",
        permission: Permission::Of(Function::ClaimReview, Right::Read),
        whom: Whom::Desks,
    },
    NavEntry {
        place: 70,
        label: "拨付",
        href: "/payment-batches",
        permission: Permission::Of(Function::ClaimPayment, Right::Read),
        whom: Whom::Officials,
    },
    NavEntry { place: 100, label: "公示", href: "/publicity", permission: Permission::Public, whom: Whom::Public },
];
