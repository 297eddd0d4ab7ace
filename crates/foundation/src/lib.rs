//! Foundation: the words of the field, without IO. Ids, money, class hours, districts, calendar,
//! offices, permissions, refusals. A value that exists is valid ("parse, don't validate").
//! Serves every measure; domain.md §0, §1, §12.7, §12.8.

pub mod at;
pub mod calendar;
mod class_state;
pub mod clock;
mod code_enum;
pub mod codes;
pub mod dates;
pub mod district;
pub mod id_number;
pub mod ids;
pub mod limits;
pub mod money;
pub mod occupation;
pub mod office;
pub mod organisation;
pub mod periods;
pub mod permission;
pub mod personal;
pub mod refusal;
pub mod uscc;

pub use calendar::WorkCalendar;
pub use clock::{Clock, Ids, Instant};
pub use district::{DistrictCode, ManagementPath};
pub use id_number::{IdDocument, IdType};
pub use ids::*;
pub use money::Fen;
pub use occupation::{OccupationCode, SkillLevel};
pub use office::{Actor, Office, Scope};
pub use organisation::{Organisation, OrganisationKind};
pub use periods::Periods;
pub use permission::{Function, Permission, Right};
pub use personal::{AccountNumber, PersonName, Phone};
pub use refusal::{Fault, Refusal, Rule, Stop, Trouble, Verdict};
pub use uscc::Uscc;

/// A calendar day in Fujian (UTC+8 all year).
pub type Date = chrono::NaiveDate;
