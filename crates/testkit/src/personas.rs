//! Named people, one per office that the spine needs, plus the neighbour and the rival.

use desk::session::new_account;
use foundation::codes::AccountRole;
use foundation::{AccountId, Actor, DistrictCode, InstitutionId, Office, Organisation, OrganisationKind, PersonId};
use store::tables::identity::{account, organisation};

/// A person whom tests and the demo sign in as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Persona {
    /// 陈秀娟, officer of Jinjiang's HR bureau: accepts, first review.
    JinjiangOfficer,
    /// 王志强, same bureau: second reviewer, approves.
    JinjiangReviewer,
    /// 林国栋, same bureau: inspector.
    JinjiangInspector,
    /// 许丽华, Jinjiang's finance bureau.
    JinjiangFinance,
    /// 蔡明辉, the neighbour: officer of Shishi's HR bureau.
    ShishiOfficer,
    /// 黄雅芳, Quanzhou's HR bureau.
    QuanzhouOfficer,
    /// 郑文海, provincial department.
    ProvinceOfficer,
    /// 吴建平, provincial employment bureau.
    EmploymentBureau,
    /// 李雪梅, clerk of 晋江市安海职业培训学校.
    SchoolClerk,
    /// 张伟民, class teacher of the same school.
    ClassTeacher,
    /// 洪志远, clerk of the rival, 晋江市青阳家政培训中心.
    RivalClerk,
    /// 林玉珍, a trainee of 52.
    Trainee,
    /// 黄小琴, another trainee.
    OtherTrainee,
    /// 周正, provincial audit.
    Auditor,
    /// 何静, third-party monitor for Jinjiang.
    Monitor,
    /// 苏锦城, system administrator of Jinjiang's HR bureau: accounts, no cases.
    JinjiangAdministrator,
    /// 沈国良, provincial assessment centre.
    AssessmentCentre,
    /// 叶秋萍, provincial centre of technical education.
    TechnicalCentre,
    /// 方建军, 福建省交通运输厅: the classes that it leads, across districts.
    IndustryDepartment,
    /// 邱美玲, an assessment body in Quanzhou.
    AssessmentBody,
    /// 曾志明, an online platform.
    Platform,
    /// 施文彬, an enterprise in Jinjiang.
    Enterprise,
    /// 许志坚, a public practice base in Jinjiang.
    Base,
}

/// The organisations of personas that stand in no directory: one of each kind.
const ORGANISATIONS: [(Persona, OrganisationKind, &str, &str); 6] = [
    (Persona::Monitor, OrganisationKind::Monitor, "350582", "泉州诚信第三方监督服务中心"),
    (Persona::IndustryDepartment, OrganisationKind::IndustryDepartment, "350000", "福建省交通运输厅"),
    (Persona::AssessmentBody, OrganisationKind::AssessmentBody, "350500", "泉州市海丝职业技能评价中心"),
    (Persona::Platform, OrganisationKind::OnlinePlatform, "350100", "福州闽学通职业培训网络平台"),
    (Persona::Enterprise, OrganisationKind::Enterprise, "350582", "晋江市恒达纺织机械有限公司"),
    (Persona::Base, OrganisationKind::Base, "350582", "晋江市公共实训基地"),
];

/// The rows of the personas' organisations.
pub fn organisations() -> Vec<organisation::Model> {
    let rows = ORGANISATIONS.iter().filter_map(|(persona, ..)| persona.organisation());
    rows.map(|(one, name)| organisation::Model {
        id: one.id,
        kind: one.kind,
        name: name.into(),
        path: one.district.management_path(),
        district: one.district,
        created_at: super::start_of_tests(),
        version: 1,
    })
    .collect()
}

impl Persona {
    /// All of them.
    pub const fn all() -> &'static [Self] {
        &[
            Self::JinjiangOfficer,
            Self::JinjiangReviewer,
            Self::JinjiangInspector,
            Self::JinjiangFinance,
            Self::ShishiOfficer,
            Self::QuanzhouOfficer,
            Self::ProvinceOfficer,
            Self::EmploymentBureau,
            Self::SchoolClerk,
            Self::ClassTeacher,
            Self::RivalClerk,
            Self::Trainee,
            Self::OtherTrainee,
            Self::Auditor,
            Self::Monitor,
            Self::JinjiangAdministrator,
            Self::AssessmentCentre,
            Self::TechnicalCentre,
            Self::IndustryDepartment,
            Self::AssessmentBody,
            Self::Platform,
            Self::Enterprise,
            Self::Base,
        ]
    }

    /// Login name.
    pub const fn login(self) -> &'static str {
        match self {
            Self::JinjiangOfficer => "jinjiang-officer",
            Self::JinjiangReviewer => "jinjiang-reviewer",
            Self::JinjiangInspector => "jinjiang-inspector",
            Self::JinjiangFinance => "jinjiang-finance",
            Self::ShishiOfficer => "shishi-officer",
            Self::QuanzhouOfficer => "quanzhou-officer",
            Self::ProvinceOfficer => "province-officer",
            Self::EmploymentBureau => "employment-bureau",
            Self::SchoolClerk => "school-clerk",
            Self::ClassTeacher => "class-teacher",
            Self::RivalClerk => "rival-clerk",
            Self::Trainee => "trainee",
            Self::OtherTrainee => "other-trainee",
            Self::Auditor => "auditor",
            Self::Monitor => "monitor",
            Self::JinjiangAdministrator => "jinjiang-administrator",
            Self::AssessmentCentre => "assessment-centre",
            Self::TechnicalCentre => "technical-centre",
            Self::IndustryDepartment => "industry-department",
            Self::AssessmentBody => "assessment-body",
            Self::Platform => "platform",
            Self::Enterprise => "enterprise",
            Self::Base => "base",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::JinjiangOfficer => "陈秀娟",
            Self::JinjiangReviewer => "王志强",
            Self::JinjiangInspector => "林国栋",
            Self::JinjiangFinance => "许丽华",
            Self::ShishiOfficer => "蔡明辉",
            Self::QuanzhouOfficer => "黄雅芳",
            Self::ProvinceOfficer => "郑文海",
            Self::EmploymentBureau => "吴建平",
            Self::SchoolClerk => "李雪梅",
            Self::ClassTeacher => "张伟民",
            Self::RivalClerk => "洪志远",
            Self::Trainee => "林玉珍",
            Self::OtherTrainee => "黄小琴",
            Self::Auditor => "周正",
            Self::Monitor => "何静",
            Self::JinjiangAdministrator => "苏锦城",
            Self::AssessmentCentre => "沈国良",
            Self::TechnicalCentre => "叶秋萍",
            Self::IndustryDepartment => "方建军",
            Self::AssessmentBody => "邱美玲",
            Self::Platform => "曾志明",
            Self::Enterprise => "施文彬",
            Self::Base => "许志坚",
        }
    }

    /// A school's clerk also looks after its accounts; the other accounts do cases.
    fn role(self) -> AccountRole {
        match self {
            Self::JinjiangAdministrator | Self::SchoolClerk | Self::RivalClerk => AccountRole::Administrator,
            _ => AccountRole::Staff,
        }
    }

    fn office(self) -> (Office, String) {
        let at = |code: &str| super::district(code);
        let county = |code: &str| (Office::County { district: at(code) }, at(code).hr_office_name());
        match self {
            Self::JinjiangOfficer | Self::JinjiangReviewer | Self::JinjiangInspector | Self::JinjiangAdministrator => {
                county("350582")
            }
            Self::ShishiOfficer => county("350581"),
            Self::JinjiangFinance => (Office::Finance { district: at("350582") }, at("350582").finance_office_name()),
            Self::QuanzhouOfficer => (Office::City { district: at("350500") }, at("350500").hr_office_name()),
            Self::ProvinceOfficer => (Office::Province, "福建省人力资源和社会保障厅".into()),
            Self::EmploymentBureau => (Office::EmploymentBureau, "福建省劳动就业服务局".into()),
            Self::SchoolClerk | Self::ClassTeacher => {
                (Office::of_institution(&school(), at("350582")), "晋江市安海职业培训学校".into())
            }
            Self::RivalClerk => (Office::of_institution(&rival(), at("350582")), "晋江市青阳家政培训中心".into()),
            Self::Trainee => (Office::Trainee { person: trainee(), institutions: None }, "学员".into()),
            Self::OtherTrainee => (Office::Trainee { person: other_trainee(), institutions: None }, "学员".into()),
            Self::Auditor => (Office::Audit { district: DistrictCode::PROVINCE }, "福建省审计厅".into()),
            Self::AssessmentCentre => (Office::AssessmentCentre, "福建省职业技能鉴定指导中心".into()),
            Self::TechnicalCentre => (Office::TechnicalEducationCentre, "福建省技工教育中心".into()),
            Self::Monitor
            | Self::IndustryDepartment
            | Self::AssessmentBody
            | Self::Platform
            | Self::Enterprise
            | Self::Base => {
                let (organisation, name) = self.organisation().unwrap_or_else(|| unreachable!("one of ORGANISATIONS"));
                (Office::Organisation { organisation }, name.into())
            }
        }
    }

    /// The organisation that it acts for, where that stands in no directory of its own, and its name.
    fn organisation(self) -> Option<(Organisation, &'static str)> {
        let at = ORGANISATIONS.iter().position(|(persona, ..)| *persona == self)?;
        let (_, kind, district, name) = ORGANISATIONS[at];
        Some((Organisation { kind, id: fixed(0x211 + at as u128), district: super::district(district) }, name))
    }

    /// The account's id: the same in every test and in the demo.
    pub fn account(self) -> AccountId {
        fixed(0x100 + self as u128)
    }

    /// The actor.
    pub fn actor(self) -> Actor {
        let (office, office_name) = self.office();
        Actor { account: Some(self.account()), name: self.name().into(), office_name, office, role: self.role() }
    }

    /// The account's row: no password, so that only demo mode can sign it in.
    pub fn account_row(self) -> account::Model {
        let holder = self.actor();
        let seat = holder.office.organisation().map(|one| one.district).or_else(|| holder.office.district());
        let district = seat.unwrap_or_else(|| super::district("350582"));
        new_account(self.account(), self.login().into(), &holder, district, super::start_of_tests())
    }
}

/// The demo's and tests' first institution, 晋江市安海职业培训学校.
pub fn school() -> InstitutionId {
    fixed(0x201)
}
/// Its rival, 晋江市青阳家政培训中心.
pub fn rival() -> InstitutionId {
    fixed(0x202)
}
/// 林玉珍.
pub fn trainee() -> PersonId {
    fixed(0x301)
}
/// 黄小琴.
pub fn other_trainee() -> PersonId {
    fixed(0x302)
}

/// An id that is the same in every run.
pub fn fixed<I: foundation::ids::TypedId>(number: u128) -> I {
    let ms = u64::try_from(super::start_of_tests().timestamp_millis()).unwrap_or(0);
    ulid_of::<I>(ms, number)
}

fn ulid_of<I: foundation::ids::TypedId>(ms: u64, number: u128) -> I {
    // Crockford base32 by hand, so that the kit needs no ULID crate of its own.
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = u128::from(ms) << 80 | number;
    let text: String =
        (0..26).map(|at| char::from(LETTERS[usize::try_from(bits >> (5 * (25 - at)) & 31).unwrap_or(0)])).collect();
    text.parse().unwrap_or_else(|_| unreachable!("26 Crockford letters are an id"))
}
