//! What a journal subject is called, where it opens and who may read it (M8.2): declared by the room that owns it,
//! read by queues, trails, search and the overdue list. A subject that is not declared here has no address.

use foundation::district::DistrictLevel;
use foundation::{DistrictCode, OrganisationKind, Permission};

/// A kind of thing that facts and tasks are about.
#[derive(Debug)]
pub struct Subject {
    /// As the journal writes it, `class`.
    pub kind: &'static str,
    /// As earlier versions wrote it in tasks; empty for most.
    pub formerly: &'static str,
    /// What users read for it, `班级`.
    pub called: &'static str,
    /// The folder of its pages, `/classes`; empty where it has no page of its own.
    pub folder: &'static str,
    /// Who may read it.
    pub read: Permission,
}

impl Subject {
    /// Its page.
    pub fn address(&self, id: &str) -> String {
        format!("{}/{id}", self.folder)
    }
}

/// Which queue a matter goes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The county's human-resources office.
    County,
    /// The finance office.
    Finance,
    /// The organisation of this kind that it concerns.
    Organisation(OrganisationKind),
    /// The trainee it concerns.
    Trainee,
    /// The province.
    Province,
    /// Whoever keeps the thing's line: the office of its district's own level.
    Keeper,
}

impl Audience {
    /// The training institution it concerns.
    pub const INSTITUTION: Self = Self::Organisation(OrganisationKind::TrainingInstitution);

    /// The kind of office, as sessions and tasks write it, for a thing of `district`.
    pub fn office(self, district: DistrictCode) -> &'static str {
        match self {
            Self::County => "county",
            Self::Finance => "finance",
            Self::Organisation(kind) => kind.code(),
            Self::Trainee => "trainee",
            Self::Province => "province",
            Self::Keeper => match district.level() {
                DistrictLevel::Province => "province",
                DistrictLevel::City => "city",
                _ => "county",
            },
        }
    }
    /// What users read.
    pub const fn called(self) -> &'static str {
        match self {
            Self::County => "县级人社部门",
            Self::Finance => "财政部门",
            Self::Organisation(kind) => kind.label(),
            Self::Trainee => "学员",
            Self::Province => "省人社厅",
            Self::Keeper => "所属人社部门",
        }
    }
}
