//! m2-institutions: the directory of subsidised training institutions 补贴性培训机构目录 (M2.1–M2.5), their
//! sites, rooms and teachers, and site verification 实地核实 (M3.7); domain.md §3.

pub mod acts;
pub mod declared;
mod doorway;
mod pages;
pub mod procedures;
pub mod queries;
pub mod refusals;
pub mod rules;

use desk::procedure::table;
use desk::{Declared, Routes};

use crate::procedures::payee::PayeeChanges;
use crate::procedures::standing::Standing;

pub use acts::contact::EditInstitutionContact;
pub use acts::directory::{AddDirectoryItem, ListInstitution};
pub use acts::sites::{AddRoom, AddSite, RecordSiteVerification};
pub use acts::standing::{RemoveInstitution, RestoreInstitution, SuspendInstitution};
pub use acts::teachers::{AddTeacher, EditTeacher, VerifyTeacherCertificate};
pub use doorway::{item_for, listed, rooms, site_ok, teachers};

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
        .procedure(table::<Standing>())
        .procedure(table::<PayeeChanges>())
}
