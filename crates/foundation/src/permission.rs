//! Who may do what: the 36 functions of measure 8's division of labour (domain.md §1.3), as code.
//! `allows` answers from one matrix without gaps; how far an office reaches is `Office::scope`'s matter.

pub(crate) mod matrix;

use std::fmt;

use crate::codes::AccountRole;
use crate::{Actor, Office, OrganisationKind};
use matrix::Row;

/// Lists the functions with clause and Chinese title; a variant cannot exist without both.
macro_rules! functions {
    ($($name:ident = $clause:literal, $title:literal;)+) => {
        /// A function of the system: one row of the matrix.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Function { $(#[doc = concat!($clause, " ", $title, ".")] $name,)+ }

        impl Function {
            /// The 36 rows in order.
            pub const fn all() -> &'static [Self] { &[$(Self::$name),+] }
            /// The Chinese name of the row.
            pub const fn title(self) -> &'static str { match self { $(Self::$name => $title),+ } }
            /// The clause it serves most directly, an id of policy/clauses.csv.
            pub const fn clause(self) -> &'static str { match self { $(Self::$name => $clause),+ } }
        }
    };
}

functions! {
    ProvincialPolicy = "M8.2", "政策参数/补贴标准(省基础)";
    LocalStandards = "M8.7", "市县标准与上浮系数";
    TrainingProcedures = "M8.3", "培训操作规程";
    AssessmentProcedures = "M8.5", "评价操作规程/实施细则";
    NeedsDraft = "M1.2", "需求指导目录:起草";
    NeedsFiling = "M1.4", "需求指导目录:备案";
    NeedsPublication = "M1.3", "需求指导目录:发布/移出";
    DirectoryApplication = "M2.1", "机构目录:申报";
    SiteVerification = "M3.7", "机构:实地核实";
    DirectoryPublication = "M2.4", "机构目录:备案/发布/移出";
    OpeningApplication = "M3.1", "开班申请(合格证类)";
    PlanFiling = "M3.5", "计划申报(证书类)";
    IndustryPlanFiling = "M3.6", "计划申报(行业牵头类)";
    Roster = "M7.1", "学员报名/花名册";
    Attendance = "M3.2", "课表/考勤";
    Inspection = "M3.2", "过程检查/视频抽查";
    CompletionExam = "M3.3", "结业考核(合格证类)";
    CertificateVerification = "M3.5", "证书核对(证书类/行业牵头类)";
    TraineeFeedback = "M3.4", "学员评价";
    AssessmentBodies = "M8.5", "评价机构备案/遴选";
    AssessmentPlans = "M4.2", "评价计划/考务";
    ItemBank = "M4.2", "题库/组卷";
    AssessmentResults = "M4.5", "成绩/公示/发证数据";
    JointExam = "M4.3", "联考组织";
    OnlinePlatforms = "M5.2", "线上平台遴选/公布/评估";
    ClaimSubmission = "M7.1", "补贴申报";
    ClaimReview = "M8.9", "补贴初审/复审";
    ClaimPayment = "M8.9", "补贴公示/拨付";
    Recovery = "M3.9", "追回";
    Sanctions = "M5.5", "约谈/整改/中止";
    Penalties = "M5.6", "行政处罚/重大违法行为公布";
    RiskRules = "M7.4", "大数据比对/风控规则";
    RiskWarnings = "M7.5", "预警核查";
    TrainingMap = "M6.3", "分布图/实训基地";
    Outreach = "M7.3", "信息推送/人策匹配";
    Accounts = "M8.4", "账号/组织/审计日志";
}

/// What may be done with a function; the letters of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// C: create, submit, state one's case.
    Create,
    /// R: read.
    Read,
    /// A: approve, decide.
    Approve,
    /// F: give filing (备案).
    File,
    /// P: publish.
    Publish,
    /// I: inspect, verify.
    Inspect,
    /// W: co-sign, give an opinion when consulted.
    Witness,
    /// X: execute a sanction.
    Execute,
    /// M: configure.
    Configure,
    /// $: pay.
    Pay,
}

impl Right {
    /// All rights, in the legend's order.
    pub const fn all() -> &'static [Self] {
        &[
            Self::Create,
            Self::Read,
            Self::Approve,
            Self::File,
            Self::Publish,
            Self::Inspect,
            Self::Witness,
            Self::Execute,
            Self::Configure,
            Self::Pay,
        ]
    }
    /// What people read for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "申报、登记",
            Self::Read => "查看",
            Self::Approve => "审批",
            Self::File => "备案",
            Self::Publish => "发布",
            Self::Inspect => "检查",
            Self::Witness => "会签",
            Self::Execute => "处置",
            Self::Configure => "设置",
            Self::Pay => "拨付",
        }
    }
    /// The matrix's letter.
    pub const fn letter(self) -> char {
        match self {
            Self::Create => 'C',
            Self::Read => 'R',
            Self::Approve => 'A',
            Self::File => 'F',
            Self::Publish => 'P',
            Self::Inspect => 'I',
            Self::Witness => 'W',
            Self::Execute => 'X',
            Self::Configure => 'M',
            Self::Pay => '$',
        }
    }
}

/// What an act or a read asks for. Every one names exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Open to everybody, signed in or not.
    Public,
    /// Anyone signed in: pages about one's own account.
    SignedIn,
    /// A right on a function.
    Of(Function, Right),
    /// The system's own jobs only.
    Job,
}

impl Permission {
    /// The clause of the function; acts and reads cite it unless they say another, and why.
    ///
    /// # Panics
    /// At compile time, for what belongs to no function: such an act or read must name its clause.
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Of(function, _) => function.clause(),
            Self::Public | Self::SignedIn | Self::Job => {
                panic!("belongs to no function of the matrix: name its clause (const CLAUSE)")
            }
        }
    }
}

impl Permission {
    /// What people read for it, `开班申请(合格证类)：审批`.
    pub fn words(self) -> String {
        match self {
            Self::Public => "任何人".into(),
            Self::SignedIn => "本人".into(),
            Self::Of(function, right) => format!("{}：{}", function.title(), right.word()),
            Self::Job => "到时自动办理".into(),
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("公开"),
            Self::SignedIn => f.write_str("已登录"),
            Self::Of(function, right) => write!(f, "{} {} {}", function.clause(), function.title(), right.letter()),
            Self::Job => f.write_str("系统任务"),
        }
    }
}

/// May this office do this at all? (Whether it may do it to *this row* is its scope.) Whoever holds any
/// right on a function may also read it: nobody approves or files what he cannot see.
pub fn allows(office: &Office, permission: Permission) -> bool {
    match permission {
        Permission::Public => true,
        Permission::SignedIn => !matches!(office, Office::Public),
        Permission::Job => matches!(office, Office::System { .. }),
        Permission::Of(function, right) => {
            let row = matrix::row(function);
            let rights = column(office, &row);
            rights.contains(&right) || (right == Right::Read && !rights.is_empty())
        }
    }
}

/// May this actor? The office's column, narrowed by what the account is for: accounts are administered by
/// administrators alone, and an official administrator decides no case (three-administrator split, domain.md §1.3).
/// In an institution, often of three people, the administrator may be the clerk too.
pub fn permits(actor: &Actor, permission: Permission) -> bool {
    let by_role = match (actor.role, permission) {
        _ if matches!(actor.office, Office::System { .. }) => true,
        (AccountRole::Staff, Permission::Of(Function::Accounts, right)) => {
            right == Right::Read
                && (matches!(actor.office, Office::Audit { .. }) || actor.office.is(OrganisationKind::Monitor))
        }
        (AccountRole::Administrator, Permission::Of(function, right)) => {
            !actor.office.is_official() || function == Function::Accounts || right == Right::Read
        }
        (AccountRole::Staff | AccountRole::Administrator, _) => true,
    };
    by_role && allows(&actor.office, permission)
}

/// The column of an office.
fn column(office: &Office, row: &Row) -> &'static [Right] {
    match office {
        Office::Province => row.province,
        Office::EmploymentBureau => row.employment_bureau,
        Office::AssessmentCentre => row.assessment_centre,
        Office::TechnicalEducationCentre => row.technical_centre,
        Office::City { .. } => row.city,
        Office::County { .. } => row.county,
        Office::Finance { .. } => row.finance,
        Office::Audit { .. } => row.audit,
        Office::Organisation { organisation } => (organisation.kind.of().column)(row),
        Office::Trainee { .. } => row.trainee,
        Office::Public => row.public,
        // The text has no column for the system's own jobs; they are named and journaled instead.
        Office::System { .. } => Right::all(),
    }
}

/// The matrix as `allows` answers it, functions down, the given offices across: the division of labour
/// for readers who do not read Rust. Columns are separated by ` | `.
pub fn print_matrix(offices: &[(&str, Office)]) -> String {
    let legend =
        "C提交 R查看 A审批 F备案 P公布 I检查核实 W会签 X执行处置 M配置 $拨付；持有任一权限即可查看；范围由管辖路径限定";
    let header: Vec<&str> = offices.iter().map(|(name, _)| *name).collect();
    let mut text = format!("# {legend}\n序号 | 条款 | 职能 | {}\n", header.join(" | "));
    for (at, function) in Function::all().iter().enumerate() {
        let cells: Vec<String> = offices.iter().map(|(_, office)| letters(office, *function)).collect();
        text.push_str(&format!("{} | {} | {} | {}\n", at + 1, function.clause(), function.title(), cells.join(" | ")));
    }
    text
}

fn letters(office: &Office, function: Function) -> String {
    let held: String = Right::all()
        .iter()
        .filter(|right| allows(office, Permission::Of(function, **right)))
        .map(|right| right.letter())
        .collect();
    if held.is_empty() { "–".to_owned() } else { held }
}
