//! The sweep's columns: not persons but classes of reach. Whoever acts for the same office, in the same place, with the
//! same role stands in one column; of several people the first who gets through answers for it, because one of them may
//! be kept from an act by what he did before.

use foundation::permission::permits;
use foundation::{Office, Permission};
use testkit::Persona::{self, *};

/// One column.
pub struct Column {
    /// Seven letters for the table's head.
    pub name: &'static str,
    /// Who stands in it; none is the public.
    pub people: &'static [Option<Persona>],
}

const fn column(name: &'static str, people: &'static [Option<Persona>]) -> Column {
    Column { name, people }
}

/// Everybody, by what he reaches.
pub static COLUMNS: [Column; 22] = [
    column("county", &[Some(JinjiangOfficer), Some(JinjiangReviewer), Some(JinjiangInspector)]),
    column("finance", &[Some(JinjiangFinance)]),
    column("admin", &[Some(JinjiangAdministrator)]),
    column("neighb", &[Some(ShishiOfficer)]),
    column("city", &[Some(QuanzhouOfficer)]),
    column("provinc", &[Some(ProvinceOfficer)]),
    column("bureau", &[Some(EmploymentBureau)]),
    column("centre", &[Some(AssessmentCentre)]),
    column("technic", &[Some(TechnicalCentre)]),
    column("school", &[Some(SchoolClerk)]),
    column("teacher", &[Some(ClassTeacher)]),
    column("rival", &[Some(RivalClerk)]),
    column("trainee", &[Some(Trainee)]),
    column("other", &[Some(OtherTrainee)]),
    column("audit", &[Some(Auditor)]),
    column("monitor", &[Some(Monitor)]),
    column("industr", &[Some(IndustryDepartment)]),
    column("assess", &[Some(AssessmentBody)]),
    column("platfor", &[Some(Platform)]),
    column("enterpr", &[Some(Enterprise)]),
    column("base", &[Some(Base)]),
    column("public", &[None]),
];

/// Whether the guard lets him in.
pub fn may(persona: Option<Persona>, permission: Permission) -> bool {
    match persona {
        Some(one) => permits(&one.actor(), permission),
        None => foundation::permission::allows(&Office::Public, permission),
    }
}

/// Every persona stands in a column, once.
#[test]
fn every_persona_stands_in_one_column() {
    for persona in Persona::all() {
        let many = COLUMNS.iter().flat_map(|one| one.people).filter(|one| **one == Some(*persona)).count();
        assert_eq!(many, 1, "{persona:?}: a persona has its place in COLUMNS");
    }
}
