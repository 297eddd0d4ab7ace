//! The matrix of domain.md §1.3, cell by cell: 36 functions × 16 columns, no gaps and no defaults, so
//! that a new function or a new column does not compile until somebody has decided every cell.
//! Qualifiers of the text (own, summary, per regime) are scope's or the act's matter and stand in
//! comments. A statement (说明、申辩) or suggestion (建议) is a submission, hence Create.

use super::Function;
use super::Right::{self, Approve, Configure, Create, Execute, File, Inspect, Pay, Publish, Read, Witness};

type Cell = &'static [Right];

/// One row: who holds which rights on one function. Three columns have no office in the house yet
/// (assessment bodies, online platforms, bases); they are kept so that the matrix stays whole.
pub(super) struct Row {
    /// 省人社厅.
    pub(super) province: Cell,
    /// 省就业局.
    pub(super) employment_bureau: Cell,
    /// 省职业技能鉴定指导中心.
    pub(super) assessment_centre: Cell,
    /// 省技工教育中心.
    pub(super) technical_centre: Cell,
    /// 设区市人社局.
    pub(super) city: Cell,
    /// 县(市、区)人社局.
    pub(super) county: Cell,
    /// 财政局.
    pub(super) finance: Cell,
    /// 行业主管部门.
    pub(super) industry: Cell,
    /// 第三方监督机构.
    pub(super) monitor: Cell,
    /// 审计、纪检、巡视.
    pub(super) audit: Cell,
    /// 补贴性培训机构.
    pub(super) institution: Cell,
    /// 评价机构.
    #[expect(dead_code, reason = "no office of this kind signs in yet; the matrix of the text stays whole")]
    pub(super) assessment_body: Cell,
    /// 线上培训平台.
    #[expect(dead_code, reason = "no office of this kind signs in yet; the matrix of the text stays whole")]
    pub(super) platform: Cell,
    /// 企业、实训基地.
    #[expect(dead_code, reason = "no office of this kind signs in yet; the matrix of the text stays whole")]
    pub(super) base: Cell,
    /// 学员.
    pub(super) trainee: Cell,
    /// 公众.
    pub(super) public: Cell,
}

const NONE: Cell = &[];
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

/// The row of a function.
pub(super) fn row(function: Function) -> Row {
    match function {
        Function::ProvincialPolicy => Row {
            province: PM, employment_bureau: R, assessment_centre: R, technical_centre: R, city: R, county: R,
            finance: W, industry: R, monitor: NONE, audit: R, institution: R,
            assessment_body: R, platform: R, base: R, trainee: R, public: R,
        },
        Function::LocalStandards => Row {
            province: R, employment_bureau: R, assessment_centre: R, technical_centre: NONE, city: PM, county: R,
            finance: W, industry: W, monitor: NONE, audit: R, institution: R,
            assessment_body: R, platform: R, base: R, trainee: R, public: R,
        },
        Function::TrainingProcedures => Row {
            province: R, employment_bureau: PM, assessment_centre: R, technical_centre: R, city: R, county: R,
            finance: R, industry: R, monitor: R, audit: R, institution: R,
            assessment_body: R, platform: R, base: R, trainee: R, public: R,
        },
        Function::AssessmentProcedures => Row {
            province: R, employment_bureau: R, assessment_centre: PM, technical_centre: R, city: R, county: R,
            finance: R, industry: NONE, monitor: R, audit: R, institution: R,
            assessment_body: R, platform: NONE, base: R, trainee: R, public: R,
        },
        // base C(需求); public C(意见)
        // The public's 意见 is a comment on a draft, an open act (Permission::Public), never drafting.
        Function::NeedsDraft => Row {
            province: R, employment_bureau: R, assessment_centre: R, technical_centre: R, city: C, county: C,
            finance: W, industry: W, monitor: NONE, audit: R, institution: NONE,
            assessment_body: NONE, platform: NONE, base: C, trainee: NONE, public: NONE,
        },
        Function::NeedsFiling => Row {
            province: F, employment_bureau: R, assessment_centre: R, technical_centre: NONE, city: C, county: C,
            finance: NONE, industry: NONE, monitor: NONE, audit: R, institution: NONE,
            assessment_body: NONE, platform: NONE, base: NONE, trainee: NONE, public: NONE,
        },
        Function::NeedsPublication => Row {
            province: R, employment_bureau: R, assessment_centre: R, technical_centre: R, city: AP, county: AP,
            finance: R, industry: R, monitor: R, audit: R, institution: R,
            assessment_body: R, platform: R, base: R, trainee: R, public: R,
        },
        Function::DirectoryApplication => Row {
            province: R, employment_bureau: R, assessment_centre: R, technical_centre: R, city: R, county: R,
            finance: NONE, industry: R, monitor: R, audit: R, institution: C,
            assessment_body: NONE, platform: NONE, base: C, trainee: NONE, public: NONE,
        },
        Function::SiteVerification => Row {
            province: R, employment_bureau: I, assessment_centre: NONE, technical_centre: R, city: I, county: I,
            finance: W, industry: W, monitor: I, audit: R, institution: R,
            assessment_body: NONE, platform: NONE, base: R, trainee: NONE, public: NONE,
        },
        Function::DirectoryPublication => Row {
            province: F, employment_bureau: R, assessment_centre: R, technical_centre: R, city: AP, county: AP,
            finance: R, industry: R, monitor: R, audit: R, institution: R,
            assessment_body: R, platform: R, base: R, trainee: R, public: R,
        },
        // trainee R(self)
        Function::OpeningApplication => Row {
            province: R, employment_bureau: R, assessment_centre: NONE, technical_centre: NONE, city: A, county: A,
            finance: R, industry: NONE, monitor: R, audit: R, institution: C,
            assessment_body: NONE, platform: R, base: C, trainee: R, public: NONE,
        },
        // trainee R(self)
        Function::PlanFiling => Row {
            province: R, employment_bureau: R, assessment_centre: R, technical_centre: R, city: A, county: A,
            finance: R, industry: NONE, monitor: R, audit: R, institution: C,
            assessment_body: R, platform: R, base: C, trainee: R, public: NONE,
        },
        // trainee R(self)
        Function::IndustryPlanFiling => Row {
            province: R, employment_bureau: R, assessment_centre: R, technical_centre: NONE, city: W, county: W,
            finance: W, industry: CA, monitor: R, audit: R, institution: C,
            assessment_body: R, platform: R, base: C, trainee: R, public: NONE,
        },
        // industry R(C类); trainee C(self)
        Function::Roster => Row {
            province: R, employment_bureau: R, assessment_centre: R, technical_centre: NONE, city: R, county: R,
            finance: NONE, industry: R, monitor: R, audit: R, institution: C,
            assessment_body: R, platform: R, base: C, trainee: C, public: NONE,
        },
        // industry R(C类); platform C(线上); trainee C(打卡)
        Function::Attendance => Row {
            province: R, employment_bureau: R, assessment_centre: NONE, technical_centre: NONE, city: R, county: R,
            finance: NONE, industry: R, monitor: R, audit: R, institution: C,
            assessment_body: NONE, platform: C, base: C, trainee: C, public: NONE,
        },
        // industry I(C类); institution R,说明; platform R,说明
        Function::Inspection => Row {
            province: I, employment_bureau: I, assessment_centre: NONE, technical_centre: NONE, city: I, county: I,
            finance: NONE, industry: I, monitor: I, audit: R, institution: CR,
            assessment_body: NONE, platform: CR, base: R, trainee: NONE, public: NONE,
        },
        // trainee R(self)
        Function::CompletionExam => Row {
            province: R, employment_bureau: R, assessment_centre: NONE, technical_centre: NONE, city: AI, county: AI,
            finance: NONE, industry: NONE, monitor: I, audit: R, institution: C,
            assessment_body: R, platform: NONE, base: NONE, trainee: R, public: NONE,
        },
        // industry A(C); trainee R(self)
        Function::CertificateVerification => Row {
            province: R, employment_bureau: R, assessment_centre: R, technical_centre: NONE, city: A, county: A,
            finance: NONE, industry: A, monitor: R, audit: R, institution: C,
            assessment_body: R, platform: NONE, base: NONE, trainee: R, public: NONE,
        },
        // institution R(汇总); assessment_body R(汇总); platform R(汇总); public R(汇总)
        Function::TraineeFeedback => Row {
            province: R, employment_bureau: R, assessment_centre: R, technical_centre: NONE, city: R, county: R,
            finance: NONE, industry: R, monitor: R, audit: R, institution: R,
            assessment_body: R, platform: R, base: R, trainee: C, public: R,
        },
        // city A(市级)
        Function::AssessmentBodies => Row {
            province: A, employment_bureau: NONE, assessment_centre: A, technical_centre: NONE, city: A, county: R,
            finance: NONE, industry: W, monitor: R, audit: R, institution: NONE,
            assessment_body: C, platform: NONE, base: C, trainee: NONE, public: R,
        },
        // trainee C(报名)
        Function::AssessmentPlans => Row {
            province: R, employment_bureau: NONE, assessment_centre: I, technical_centre: NONE, city: A, county: R,
            finance: NONE, industry: NONE, monitor: I, audit: R, institution: NONE,
            assessment_body: C, platform: NONE, base: NONE, trainee: C, public: NONE,
        },
        // assessment_body C(自命题)
        Function::ItemBank => Row {
            province: NONE, employment_bureau: NONE, assessment_centre: M, technical_centre: C, city: NONE, county: NONE,
            finance: NONE, industry: NONE, monitor: NONE, audit: NONE, institution: NONE,
            assessment_body: C, platform: NONE, base: NONE, trainee: NONE, public: NONE,
        },
        // trainee R(self); public R(公示)
        Function::AssessmentResults => Row {
            province: R, employment_bureau: NONE, assessment_centre: AI, technical_centre: NONE, city: I, county: R,
            finance: NONE, industry: NONE, monitor: R, audit: R, institution: NONE,
            assessment_body: C, platform: NONE, base: NONE, trainee: R, public: R,
        },
        Function::JointExam => Row {
            province: R, employment_bureau: NONE, assessment_centre: AM, technical_centre: C, city: C, county: R,
            finance: NONE, industry: NONE, monitor: I, audit: R, institution: NONE,
            assessment_body: C, platform: NONE, base: NONE, trainee: C, public: R,
        },
        // province R,推荐; employment_bureau R,M(对接)
        Function::OnlinePlatforms => Row {
            province: RW, employment_bureau: RM, assessment_centre: NONE, technical_centre: NONE, city: AP, county: R,
            finance: NONE, industry: NONE, monitor: I, audit: R, institution: R,
            assessment_body: NONE, platform: C, base: NONE, trainee: NONE, public: R,
        },
        // industry R(C)
        Function::ClaimSubmission => Row {
            province: R, employment_bureau: R, assessment_centre: R, technical_centre: R, city: R, county: R,
            finance: R, industry: R, monitor: R, audit: R, institution: C,
            assessment_body: C, platform: NONE, base: C, trainee: C, public: NONE,
        },
        // industry A(C); trainee R(self)
        Function::ClaimReview => Row {
            province: R, employment_bureau: R, assessment_centre: R, technical_centre: NONE, city: A, county: A,
            finance: W, industry: A, monitor: R, audit: R, institution: R,
            assessment_body: R, platform: NONE, base: R, trainee: R, public: NONE,
        },
        Function::ClaimPayment => Row {
            province: R, employment_bureau: R, assessment_centre: R, technical_centre: NONE, city: P, county: P,
            finance: A_PAY, industry: R, monitor: R, audit: R, institution: R,
            assessment_body: R, platform: NONE, base: R, trainee: R, public: R,
        },
        // industry X(C); institution C(执行); assessment_body C(协助); trainee C(退款)
        Function::Recovery => Row {
            province: R, employment_bureau: R, assessment_centre: R, technical_centre: NONE, city: X, county: X,
            finance: A, industry: X, monitor: R, audit: R, institution: C,
            assessment_body: C, platform: C, base: C, trainee: C, public: NONE,
        },
        // assessment_centre X(评价); industry X(C); monitor 建议; institution R,申辩; assessment_body R,申辩; platform R,申辩
        Function::Sanctions => Row {
            province: X, employment_bureau: X, assessment_centre: X, technical_centre: NONE, city: X, county: X,
            finance: NONE, industry: X, monitor: C, audit: R, institution: CR,
            assessment_body: CR, platform: CR, base: R, trainee: NONE, public: NONE,
        },
        // industry X(自身职权); institution R,申辩; assessment_body R,申辩; platform R,申辩
        Function::Penalties => Row {
            province: X, employment_bureau: NONE, assessment_centre: NONE, technical_centre: NONE, city: X, county: X,
            finance: NONE, industry: X, monitor: NONE, audit: R, institution: CR,
            assessment_body: CR, platform: CR, base: R, trainee: NONE, public: R,
        },
        // assessment_centre M(评价)
        Function::RiskRules => Row {
            province: R, employment_bureau: M, assessment_centre: M, technical_centre: NONE, city: R, county: R,
            finance: NONE, industry: NONE, monitor: R, audit: R, institution: NONE,
            assessment_body: NONE, platform: NONE, base: NONE, trainee: NONE, public: NONE,
        },
        // industry I(C); institution R,说明; assessment_body R,说明; platform R,说明
        Function::RiskWarnings => Row {
            province: R, employment_bureau: AI, assessment_centre: AI, technical_centre: NONE, city: AI, county: AI,
            finance: NONE, industry: I, monitor: I, audit: R, institution: CR,
            assessment_body: CR, platform: CR, base: R, trainee: NONE, public: NONE,
        },
        Function::TrainingMap => Row {
            province: R, employment_bureau: R, assessment_centre: R, technical_centre: M, city: M, county: C,
            finance: NONE, industry: R, monitor: R, audit: R, institution: R,
            assessment_body: R, platform: R, base: C, trainee: R, public: R,
        },
        // trainee R,退订
        // 退订 is about one's own account (Permission::SignedIn).
        Function::Outreach => Row {
            province: R, employment_bureau: M, assessment_centre: R, technical_centre: NONE, city: M, county: C,
            finance: NONE, industry: NONE, monitor: NONE, audit: R, institution: NONE,
            assessment_body: NONE, platform: NONE, base: NONE, trainee: R, public: NONE,
        },
        // city M(下级); county M(下级); finance M(自身); industry M(自身); institution M(自身); assessment_body M(自身); platform M(自身); base M(自身)
        Function::Accounts => Row {
            province: M, employment_bureau: M, assessment_centre: M, technical_centre: NONE, city: M, county: M,
            finance: M, industry: M, monitor: R, audit: R, institution: M,
            assessment_body: M, platform: M, base: M, trainee: NONE, public: NONE,
        },
    }
}
