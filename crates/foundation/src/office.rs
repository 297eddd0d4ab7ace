//! Who acts, for which office, and how far that office reaches (M8; domain.md §1.1–§1.3).

use serde::{Deserialize, Serialize};

use crate::codes::AccountRole;
use crate::{
    AccountId, DistrictCode, InstitutionId, ManagementPath, Organisation, OrganisationId, OrganisationKind, PersonId,
};

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
    /// 审计、纪检、巡视 (AUD): reads everything below its district, changes nothing.
    Audit { district: DistrictCode },
    /// Whoever is no office of the state's ladder: 培训机构, 评价机构, 平台, 企业, 基地, 第三方, 行业主管部门.
    Organisation { organisation: Organisation },
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
    /// Rows of one organisation.
    Own(OrganisationId),
    /// Rows of one organisation, and those of the classes that it was called to.
    Called(OrganisationId),
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
            | Self::Audit { district } => Scope::Below(district.management_path()),
            Self::Organisation { organisation } => organisation.scope(),
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
            Scope::Own(_) | Scope::Called(_) | Scope::Person(_) | Scope::PersonAt(..) | Scope::Open => false,
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
            | Self::Audit { .. } => true,
            Self::Organisation { organisation } => organisation.kind.of().official,
            Self::Trainee { .. } | Self::Public | Self::System { .. } => false,
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
            Self::Audit { .. } => "审计",
            Self::Organisation { organisation } => organisation.kind.label(),
            Self::Trainee { .. } => "学员",
            Self::Public => "公众",
            Self::System { .. } => "系统",
        }
    }
    /// The organisation that it is, if it is one.
    pub fn organisation(&self) -> Option<&Organisation> {
        match self {
            Self::Organisation { organisation } => Some(organisation),
            _ => None,
        }
    }
    /// The training institution of the directory that it is, if it is one.
    pub fn institution(&self) -> Option<InstitutionId> {
        self.organisation().and_then(Organisation::as_institution)
    }
    /// Whether it is a training institution.
    pub fn is_institution(&self) -> bool {
        self.institution().is_some()
    }
    /// Whether it is an organisation of this kind.
    pub fn is(&self, kind: OrganisationKind) -> bool {
        self.organisation().is_some_and(|one| one.kind == kind)
    }
    /// A training institution of the directory.
    pub fn of_institution(id: &InstitutionId, district: DistrictCode) -> Self {
        Self::Organisation { organisation: Organisation::institution(id, district) }
    }
    /// The word of its kind and what tells it from others of it, as accounts and facts store them.
    pub fn parts(&self) -> (&'static str, String) {
        match self {
            Self::Province => ("province", String::new()),
            Self::EmploymentBureau => ("employment_bureau", String::new()),
            Self::AssessmentCentre => ("assessment_centre", String::new()),
            Self::TechnicalEducationCentre => ("technical_education_centre", String::new()),
            Self::City { district } => ("city", district.to_string()),
            Self::County { district } => ("county", district.to_string()),
            Self::Finance { district } => ("finance", district.to_string()),
            Self::Audit { district } => ("audit", district.to_string()),
            Self::Organisation { organisation } => (organisation.kind.code(), organisation.id.to_string()),
            Self::Trainee { person, .. } => ("trainee", person.to_string()),
            Self::Public => ("public", String::new()),
            Self::System { job } => ("system", job.clone()),
        }
    }
    /// The office of a kind's word and a reference, sitting in `seat`; none where they make no office that can sign in.
    pub fn from_parts(kind: &str, reference: &str, seat: DistrictCode) -> Option<Self> {
        let district = || reference.parse::<DistrictCode>().ok();
        Some(match kind {
            "province" => Self::Province,
            "employment_bureau" => Self::EmploymentBureau,
            "assessment_centre" => Self::AssessmentCentre,
            "technical_education_centre" => Self::TechnicalEducationCentre,
            "city" => Self::City { district: district()? },
            "county" => Self::County { district: district()? },
            "finance" => Self::Finance { district: district()? },
            "audit" => Self::Audit { district: district()? },
            "trainee" => Self::Trainee { person: reference.parse().ok()?, institutions: None },
            other => Self::Organisation {
                organisation: Organisation { kind: other.parse().ok()?, id: reference.parse().ok()?, district: seat },
            },
        })
    }
    /// The district of an office of the state, and of whoever it contracted; none for those that serve several.
    pub fn district(&self) -> Option<DistrictCode> {
        match self {
            Self::Province | Self::EmploymentBureau | Self::AssessmentCentre | Self::TechnicalEducationCentre => {
                Some(DistrictCode::PROVINCE)
            }
            Self::City { district }
            | Self::County { district }
            | Self::Finance { district }
            | Self::Audit { district } => Some(*district),
            Self::Organisation { organisation } => organisation.kind.of().official.then_some(organisation.district),
            Self::Trainee { .. } | Self::Public | Self::System { .. } => None,
        }
    }
}
