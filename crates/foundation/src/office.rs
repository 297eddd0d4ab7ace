//! Who acts, for which office, and how far that office reaches (M8; domain.md §1.1–§1.3).

use serde::{Deserialize, Serialize};

use crate::codes::AccountRole;
use crate::{AccountId, DistrictCode, InstitutionId, ManagementPath, PersonId};

/// An office of the eight measures. The district of a city, county or finance office is its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Office {
    /// 省人社厅 (P_HRSS).
    Province,
    /// 省就业局 (P_EMP).
    EmploymentBureau,
    /// 省职业技能鉴定指导中心 (P_SKILL).
    AssessmentCentre,
    /// 省技工教育中心 (P_TECH).
    TechnicalEducationCentre,
    /// 设区市人社局 (C_HRSS).
    City { district: DistrictCode },
    /// 县(市、区)人社局 (D_HRSS).
    County { district: DistrictCode },
    /// 财政局 (FIN), at its district's level.
    Finance { district: DistrictCode },
    /// 行业主管部门 (IND).
    IndustryDepartment { district: DistrictCode },
    /// 第三方监督机构 (TP), for the district that contracted it.
    Monitor { district: DistrictCode },
    /// 审计、纪检、巡视 (AUD): reads everything below its district, changes nothing.
    Audit { district: DistrictCode },
    /// 补贴性培训机构 (INST).
    Institution { institution: InstitutionId },
    /// 学员 (TRN). Signed in by a slip of paper, he sees his matters at the institutions that gave it to him and no
    /// others: whoever printed the slip might have used it himself. None: all of his matters.
    Trainee {
        person: PersonId,
        #[serde(skip)]
        institutions: Option<Vec<InstitutionId>>,
    },
    /// 公众 (PUB): nobody signed in.
    Public,
    /// The system's own jobs; named, recorded in the journal, and the only widening door.
    System { job: String },
}

/// Who is doing it: the account (none for the public and for jobs) and the office it acts for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The signed-in account.
    pub account: Option<AccountId>,
    /// The name shown in trails, e.g. `陈秀娟`.
    pub name: String,
    /// The office's name, e.g. `晋江市人力资源和社会保障局`.
    pub office_name: String,
    /// The office it acts for.
    pub office: Office,
    /// What the account is for within the office.
    pub role: AccountRole,
}

/// How far an office reaches: what every query is limited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All rows: the system's own jobs only.
    Everything,
    /// Rows whose management path starts with this one (`35/3505/350582`).
    Below(ManagementPath),
    /// Rows of one institution.
    Institution(InstitutionId),
    /// Rows about one person.
    Person(PersonId),
    /// Rows about one person, as far as they are some institutions'.
    PersonAt(PersonId, Vec<InstitutionId>),
    /// Rows open to everybody only.
    Open,
}

impl Office {
    /// The reach of this office.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Province | Self::EmploymentBureau | Self::AssessmentCentre | Self::TechnicalEducationCentre => {
                Scope::Below(ManagementPath::province())
            }
            Self::City { district }
            | Self::County { district }
            | Self::Finance { district }
            | Self::IndustryDepartment { district }
            | Self::Monitor { district }
            | Self::Audit { district } => Scope::Below(district.management_path()),
            Self::Institution { institution } => Scope::Institution(institution.clone()),
            Self::Trainee { person, institutions: None } => Scope::Person(person.clone()),
            Self::Trainee { person, institutions: Some(at) } => Scope::PersonAt(person.clone(), at.clone()),
            Self::Public => Scope::Open,
            Self::System { .. } => Scope::Everything,
        }
    }
    /// Whether the office reaches everything of `district`.
    pub fn scope_covers(&self, district: DistrictCode) -> bool {
        match self.scope() {
            Scope::Everything => true,
            Scope::Below(path) => path.covers(&district.management_path()),
            Scope::Institution(_) | Scope::Person(_) | Scope::PersonAt(..) | Scope::Open => false,
        }
    }
    /// Offices of the state and those it has contracted to look: they sign in with two factors, and their
    /// administrators do nothing but administer (domain.md §1.3, §12.3).
    pub fn is_official(&self) -> bool {
        match self {
            Self::Province
            | Self::EmploymentBureau
            | Self::AssessmentCentre
            | Self::TechnicalEducationCentre
            | Self::City { .. }
            | Self::County { .. }
            | Self::Finance { .. }
            | Self::IndustryDepartment { .. }
            | Self::Monitor { .. }
            | Self::Audit { .. } => true,
            Self::Institution { .. } | Self::Trainee { .. } | Self::Public | Self::System { .. } => false,
        }
    }
    /// What kind of office it is, for people.
    pub fn kind_label(&self) -> &'static str {
        match self {
            Self::Province => "省人社厅",
            Self::EmploymentBureau => "省就业局",
            Self::AssessmentCentre => "省鉴定中心",
            Self::TechnicalEducationCentre => "省技工教育中心",
            Self::City { .. } => "市人社局",
            Self::County { .. } => "县人社局",
            Self::Finance { .. } => "财政局",
            Self::IndustryDepartment { .. } => "行业部门",
            Self::Monitor { .. } => "第三方监督",
            Self::Audit { .. } => "审计",
            Self::Institution { .. } => "培训机构",
            Self::Trainee { .. } => "学员",
            Self::Public => "公众",
            Self::System { .. } => "系统",
        }
    }
    /// The district the office sits in, where it has one.
    pub fn district(&self) -> Option<DistrictCode> {
        match self {
            Self::Province | Self::EmploymentBureau | Self::AssessmentCentre | Self::TechnicalEducationCentre => {
                Some(DistrictCode::PROVINCE)
            }
            Self::City { district }
            | Self::County { district }
            | Self::Finance { district }
            | Self::IndustryDepartment { district }
            | Self::Monitor { district }
            | Self::Audit { district } => Some(*district),
            Self::Institution { .. } | Self::Trainee { .. } | Self::Public | Self::System { .. } => None,
        }
    }
}
