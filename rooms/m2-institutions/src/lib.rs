//! m2-institutions: the directory of subsidised training institutions 补贴性培训机构目录 (M2.1–M2.5), their
//! sites, rooms and teachers, and site verification 实地核实 (M3.7); domain.md §3.

pub mod acts;
pub mod declared;
pub mod doorway;
mod home;
mod pages;
pub mod procedures;
pub mod queries;
pub mod refusals;
pub mod rules;

use desk::procedure::table;
use desk::{NavEntry, Room, Whom};
use foundation::{Function, Permission, Right};

use crate::procedures::payee::PayeeChanges;
use crate::procedures::standing::Standing;

pub use acts::contact::EditInstitutionContact;
pub use acts::directory::{AddDirectoryItem, ListInstitution};
pub use acts::sites::{AddRoom, AddSite, RecordSiteVerification};
pub use acts::standing::{RemoveInstitution, RestoreInstitution, SuspendInstitution};
pub use acts::teachers::{AddTeacher, EditTeacher, VerifyTeacherCertificate};
pub use doorway::{item_for, listed, site_ok};

/// What the room brings.
pub fn room() -> Room {
    Room::new("m2-institutions")
        .routes(pages::routes())
        .rules(refusals::RULES)
        .subjects(declared::SUBJECTS)
        .matters(declared::MATTERS)
        .procedure(table::<Standing>())
        .procedure(table::<PayeeChanges>())
        .navigation(NAVIGATION)
        .public_numbers(home::public_numbers)
        .search(home::FINDER)
}

const NAVIGATION: [NavEntry; 2] = [
    NavEntry {
        place: 50,
        label: "本机构",
        href: "/my-institution",
        permission: Permission::Of(Function::DirectoryApplication, Right::Read),
        whom: Whom::Institutions,
    },
    NavEntry {
        place: 90, label: "机构目录", href: "/institutions", permission: Permission::Public, whom: Whom::All
    },
];
