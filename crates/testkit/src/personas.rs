//! Named people, one per office that the spine needs, plus the neighbour and the rival.

use desk::session::new_account;
use foundation::codes::AccountRole;
use foundation::{AccountId, Actor, DistrictCode, InstitutionId, Office, PersonId};
use store::tables::identity::account;

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
                (Office::Institution { institution: school() }, "晋江市安海职业培训学校".into())
            }
            Self::RivalClerk => (Office::Institution { institution: rival() }, "晋江市青阳家政培训中心".into()),
            Self::Trainee => (Office::Trainee { person: trainee(), institutions: None }, "学员".into()),
            Self::OtherTrainee => (Office::Trainee { person: other_trainee(), institutions: None }, "学员".into()),
            Self::Auditor => (Office::Audit { district: DistrictCode::PROVINCE }, "福建省审计厅".into()),
            Self::Monitor => (Office::Monitor { district: at("350582") }, "泉州诚信第三方监督服务中心".into()),
        }
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
        let district = holder.office.district().unwrap_or_else(|| super::district("350582"));
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
