//! Organisations: whoever signs in for something that is no office of the state's own ladder (domain.md §1.1). A kind
//! is one line here: what it is called, which column of the matrix it is, how far it reaches, who administers it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::codes::code_enum;
use crate::permission::matrix::{Cell, Row};
use crate::{DistrictCode, InstitutionId, ManagementPath, OrganisationId, Scope};

/// Which rows an organisation of a kind sees and changes, as far as the matrix lets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// Its own, wherever they lie.
    Own,
    /// Its own, and those of the classes that it was called to (线上平台、基地的班; 行业主管部门's projects), in
    /// whatever district they lie.
    Called,
    /// Everything below the district that contracted it (第三方监督).
    Contract,
}

/// Who opens and closes its accounts (domain.md §1.3 row 36: 下级、自身).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Minder {
    /// The HR offices above it, besides its own administrator.
    Superiors,
    /// Its own administrator, the first account coming from the province: it checks those above it or spends money of
    /// its own, and must not owe them its account.
    Itself,
}

/// What is declared of a kind.
pub struct KindOf {
    /// How far it reaches.
    pub range: Range,
    /// An office of the state or contracted by it: two factors, and administrators who decide nothing.
    pub official: bool,
    /// Who administers its accounts.
    pub minder: Minder,
    /// What its empty queue tells it.
    pub idle: &'static str,
    pub(crate) column: fn(&Row) -> Cell,
}

macro_rules! organisations {
    ($(
        $(#[$doc:meta])+
        $name:ident = $code:literal, $called:literal, $range:ident, $official:literal, $minder:ident, $column:ident,
            $idle:literal;
    )+) => {
        code_enum! {
            /// A kind of organisation.
            OrganisationKind("单位类别") { $($(#[$doc])+ $name = $code, $called;)+ }
        }
        impl OrganisationKind {
            /// What is declared of it.
            pub const fn of(self) -> KindOf {
                match self {
                    $(Self::$name => KindOf {
                        range: Range::$range, official: $official, minder: Minder::$minder,
                        idle: $idle, column: |row| row.$column,
                    },)+
                }
            }
        }
    };
}

// kind = code in accounts and facts, name, reach, official, who minds its accounts, column of the matrix, empty queue
organisations! {
    /// 补贴性培训机构 (INST); its particulars stand in the institution directory.
    TrainingInstitution = "institution", "培训机构", Own, false, Superiors, institution,
        "没有要办的事。要开新班，请点右上角“申报新班”；各班进展在“班级”里。";
    /// 评价机构 (EVAL).
    AssessmentBody = "assessment_body", "评价机构", Called, false, Superiors, assessment_body,
        "没有要办的事。评价计划、考务和发证还没有在本系统开通；开通以后，要办的事会排在这里。";
    /// 线上培训平台 (OLP).
    OnlinePlatform = "online_platform", "线上平台", Called, false, Superiors, platform,
        "没有要办的事。线上平台的对接还没有在本系统开通；开通以后，要办的事会排在这里。";
    /// 企业 (ENT).
    Enterprise = "enterprise", "企业", Called, false, Superiors, base,
        "没有要办的事。企业申报培训需求和开班还没有在本系统开通；开通以后，要办的事会排在这里。";
    /// 高技能人才培训基地、公共实训基地 (BASE).
    Base = "base", "实训基地", Called, false, Superiors, base,
        "没有要办的事。实训基地的预约和分布图还没有在本系统开通；开通以后，要办的事会排在这里。";
    /// 第三方监督机构 (TP), for the district that contracted it.
    Monitor = "monitor", "第三方监督", Contract, true, Superiors, monitor,
        "没有要办的事。正在上课的班级在“正在上课”里，可以记录检查。";
    /// 行业主管部门 (IND): the projects it leads, across districts.
    IndustryDepartment = "industry_department", "行业部门", Called, true, Itself, industry,
        "没有要办的事。行业牵头的培训项目还没有在本系统开通；开通以后，贵单位牵头的班级会排在这里。";
}

/// An organisation that somebody acts for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Organisation {
    /// What it is.
    pub kind: OrganisationKind,
    /// Which one. A training institution's is the directory's.
    pub id: OrganisationId,
    /// Where it sits; of a contracted one, the district that contracted it.
    pub district: DistrictCode,
}

impl Organisation {
    /// A training institution of the directory.
    pub fn institution(id: &InstitutionId, district: DistrictCode) -> Self {
        Self { kind: OrganisationKind::TrainingInstitution, id: id.into(), district }
    }
    /// The institution of the directory that it is, if it is one.
    pub fn as_institution(&self) -> Option<InstitutionId> {
        (self.kind == OrganisationKind::TrainingInstitution).then(|| InstitutionId::from(&self.id))
    }
    /// How far it reaches.
    pub fn scope(&self) -> Scope {
        match self.kind.of().range {
            Range::Own => Scope::Own(self.id.clone()),
            Range::Called => Scope::Called(self.id.clone()),
            Range::Contract => Scope::Below(self.path()),
        }
    }
    /// The management path of its district.
    pub fn path(&self) -> ManagementPath {
        self.district.management_path()
    }
}
