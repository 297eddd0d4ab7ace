//! The matrix of domain.md §1.3, cell by cell: 36 functions × 16 columns, no gaps and no defaults, so
//! that a new function or a new column does not compile until somebody has decided every cell.
//! It is laid out as the text's table is, so that the two can be held side by side. Qualifiers of the
//! text (own, summary, per regime) are scope's or the act's matter and stand in comments. A statement (说明、申辩)
//! or suggestion (建议) is a submission, hence Create.

use super::Function;
use super::Right::{self, Approve, Configure, Create, Execute, File, Inspect, Pay, Publish, Read, Witness};

pub(crate) type Cell = &'static [Right];

/// One row: who holds which rights on one function.
pub(crate) struct Row {
    /// 省人社厅.
    pub(crate) province: Cell,
    /// 省就业局.
    pub(crate) employment_bureau: Cell,
    /// 省职业技能鉴定指导中心.
    pub(crate) assessment_centre: Cell,
    /// 省技工教育中心.
    pub(crate) technical_centre: Cell,
    /// 设区市人社局.
    pub(crate) city: Cell,
    /// 县(市、区)人社局.
    pub(crate) county: Cell,
    /// 财政局.
    pub(crate) finance: Cell,
    /// 行业主管部门.
    pub(crate) industry: Cell,
    /// 第三方监督机构.
    pub(crate) monitor: Cell,
    /// 审计、纪检、巡视.
    pub(crate) audit: Cell,
    /// 补贴性培训机构.
    pub(crate) institution: Cell,
    /// 评价机构.
    pub(crate) assessment_body: Cell,
    /// 线上培训平台.
    pub(crate) platform: Cell,
    /// 企业、实训基地.
    pub(crate) base: Cell,
    /// 学员.
    pub(crate) trainee: Cell,
    /// 公众.
    pub(crate) public: Cell,
}

/// Nothing.
const O: Cell = &[];
const A: Cell = &[Approve];
const AI: Cell = &[Approve, Inspect];
const AM: Cell = &[Approve, Configure];
const AP: Cell = &[Approve, Publish];
const A_PAY: Cell = &[Approve, Pay];
const C: Cell = &[Create];
const CA: Cell = &[Create, Approve];
const CR: Cell = &[Create, Read];
const F: Cell = &[File];
const I: Cell = &[Inspect];
const M: Cell = &[Configure];
const P: Cell = &[Publish];
const PM: Cell = &[Publish, Configure];
const R: Cell = &[Read];
const RM: Cell = &[Read, Configure];
const RW: Cell = &[Read, Witness];
const W: Cell = &[Witness];
const X: Cell = &[Execute];

impl Row {
    /// Cells in the text's order of columns.
    const fn of(cells: [Cell; 16]) -> Self {
        let [
            province,
            employment_bureau,
            assessment_centre,
            technical_centre,
            city,
            county,
            finance,
            industry,
            monitor,
            audit,
            institution,
            assessment_body,
            platform,
            base,
            trainee,
            public,
        ] = cells;
        Self {
            province,
            employment_bureau,
            assessment_centre,
            technical_centre,
            city,
            county,
            finance,
            industry,
            monitor,
            audit,
            institution,
            assessment_body,
            platform,
            base,
            trainee,
            public,
        }
    }
}

/// The row of a function. Columns: province, employment bureau, assessment centre, technical centre, city, county,
/// finance, industry, monitor, audit, institution, assessment body, platform, base, trainee, public.
#[rustfmt::skip]
pub(crate) fn row(function: Function) -> Row {
    match function {
        Function::ProvincialPolicy        => Row::of([PM,  R,  R,  R,  R,  R,  W,  R,  O,  R,  R,  R,  R,  R,  R,  R]),
        Function::LocalStandards          => Row::of([ R,  R,  R,  O, PM,  R,  W,  W,  O,  R,  R,  R,  R,  R,  R,  R]),
        Function::TrainingProcedures      => Row::of([ R, PM,  R,  R,  R,  R,  R,  R,  R,  R,  R,  R,  R,  R,  R,  R]),
        Function::AssessmentProcedures    => Row::of([ R,  R, PM,  R,  R,  R,  R,  O,  R,  R,  R,  R,  O,  R,  R,  R]),
        // base C(需求); public C(意见)
        // The public's 意见 is a comment on a draft, an open act (Permission::Public), never drafting.
        Function::NeedsDraft              => Row::of([ R,  R,  R,  R,  C,  C,  W,  W,  O,  R,  O,  O,  O,  C,  O,  O]),
        Function::NeedsFiling             => Row::of([ F,  R,  R,  O,  C,  C,  O,  O,  O,  R,  O,  O,  O,  O,  O,  O]),
        Function::NeedsPublication        => Row::of([ R,  R,  R,  R, AP, AP,  R,  R,  R,  R,  R,  R,  R,  R,  R,  R]),
        Function::DirectoryApplication    => Row::of([ R,  R,  R,  R,  R,  R,  O,  R,  R,  R,  C,  O,  O,  C,  O,  O]),
        Function::SiteVerification        => Row::of([ R,  I,  O,  R,  I,  I,  W,  W,  I,  R,  R,  O,  O,  R,  O,  O]),
        Function::DirectoryPublication    => Row::of([ F,  R,  R,  R, AP, AP,  R,  R,  R,  R,  R,  R,  R,  R,  R,  R]),
        // trainee R(self)
        Function::OpeningApplication      => Row::of([ R,  R,  O,  O,  A,  A,  R,  O,  R,  R,  C,  O,  R,  C,  R,  O]),
        // trainee R(self)
        Function::PlanFiling              => Row::of([ R,  R,  R,  R,  A,  A,  R,  O,  R,  R,  C,  R,  R,  C,  R,  O]),
        // trainee R(self)
        Function::IndustryPlanFiling      => Row::of([ R,  R,  R,  O,  W,  W,  W, CA,  R,  R,  C,  R,  R,  C,  R,  O]),
        // industry R(C类); trainee C(self)
        Function::Roster                  => Row::of([ R,  R,  R,  O,  R,  R,  O,  R,  R,  R,  C,  R,  R,  C,  C,  O]),
        // industry R(C类); platform C(线上); trainee C(打卡)
        Function::Attendance              => Row::of([ R,  R,  O,  O,  R,  R,  O,  R,  R,  R,  C,  O,  C,  C,  C,  O]),
        // industry I(C类); institution R,说明; platform R,说明
        Function::Inspection              => Row::of([ I,  I,  O,  O,  I,  I,  O,  I,  I,  R, CR,  O, CR,  R,  O,  O]),
        // trainee R(self)
        Function::CompletionExam          => Row::of([ R,  R,  O,  O, AI, AI,  O,  O,  I,  R,  C,  R,  O,  O,  R,  O]),
        // industry A(C); trainee R(self)
        Function::CertificateVerification => Row::of([ R,  R,  R,  O,  A,  A,  O,  A,  R,  R,  C,  R,  O,  O,  R,  O]),
        // institution R(汇总); assessment_body R(汇总); platform R(汇总); public R(汇总)
        Function::TraineeFeedback         => Row::of([ R,  R,  R,  O,  R,  R,  O,  R,  R,  R,  R,  R,  R,  R,  C,  R]),
        // city A(市级)
        Function::AssessmentBodies        => Row::of([ A,  O,  A,  O,  A,  R,  O,  W,  R,  R,  O,  C,  O,  C,  O,  R]),
        // trainee C(报名)
        Function::AssessmentPlans         => Row::of([ R,  O,  I,  O,  A,  R,  O,  O,  I,  R,  O,  C,  O,  O,  C,  O]),
        // assessment_body C(自命题)
        Function::ItemBank                => Row::of([ O,  O,  M,  C,  O,  O,  O,  O,  O,  O,  O,  C,  O,  O,  O,  O]),
        // trainee R(self); public R(公示)
        Function::AssessmentResults       => Row::of([ R,  O, AI,  O,  I,  R,  O,  O,  R,  R,  O,  C,  O,  O,  R,  R]),
        Function::JointExam               => Row::of([ R,  O, AM,  C,  C,  R,  O,  O,  I,  R,  O,  C,  O,  O,  C,  R]),
        // province R,推荐; employment_bureau R,M(对接)
        Function::OnlinePlatforms         => Row::of([RW, RM,  O,  O, AP,  R,  O,  O,  I,  R,  R,  O,  C,  O,  O,  R]),
        // industry R(C)
        Function::ClaimSubmission         => Row::of([ R,  R,  R,  R,  R,  R,  R,  R,  R,  R,  C,  C,  O,  C,  C,  O]),
        // industry A(C); trainee R(self)
        Function::ClaimReview             => Row::of([ R,  R,  R,  O,  A,  A,  W,  A,  R,  R,  R,  R,  O,  R,  R,  O]),
        Function::ClaimPayment            => Row::of([ R,  R,  R,  O,  P,  P,A_PAY, R,  R,  R,  R,  R,  O,  R,  R,  R]),
        // industry X(C); institution C(执行); assessment_body C(协助); trainee C(退款)
        Function::Recovery                => Row::of([ R,  R,  R,  O,  X,  X,  A,  X,  R,  R,  C,  C,  C,  C,  C,  O]),
        // assessment_centre X(评价); industry X(C); monitor 建议; institution R,申辩; assessment_body R,申辩; platform R,申辩
        Function::Sanctions               => Row::of([ X,  X,  X,  O,  X,  X,  O,  X,  C,  R, CR, CR, CR,  R,  O,  O]),
        // industry X(自身职权); institution R,申辩; assessment_body R,申辩; platform R,申辩
        Function::Penalties               => Row::of([ X,  O,  O,  O,  X,  X,  O,  X,  O,  R, CR, CR, CR,  R,  O,  R]),
        // assessment_centre M(评价)
        Function::RiskRules               => Row::of([ R,  M,  M,  O,  R,  R,  O,  O,  R,  R,  O,  O,  O,  O,  O,  O]),
        // industry I(C); institution R,说明; assessment_body R,说明; platform R,说明
        Function::RiskWarnings            => Row::of([ R, AI, AI,  O, AI, AI,  O,  I,  I,  R, CR, CR, CR,  R,  O,  O]),
        Function::TrainingMap             => Row::of([ R,  R,  R,  M,  M,  C,  O,  R,  R,  R,  R,  R,  R,  C,  R,  R]),
        // trainee R,退订
        // 退订 is about one's own account (Permission::SignedIn).
        Function::Outreach                => Row::of([ R,  M,  R,  O,  M,  C,  O,  O,  O,  R,  O,  O,  O,  O,  R,  O]),
        // city M(下级); county M(下级); finance M(自身); industry M(自身); institution M(自身); assessment_body M(自身);
        // platform M(自身); base M(自身)
        Function::Accounts                => Row::of([ M,  M,  M,  O,  M,  M,  M,  M,  R,  R,  M,  M,  M,  M,  O,  O]),
    }
}
