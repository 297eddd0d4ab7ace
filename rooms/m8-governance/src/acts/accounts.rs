//! Administering accounts (M8.4; domain §1.3 row 36): open one for an office within reach, disable, enable, reset,
//! change what it is for. Every one is a fact; passwords travel as one-time links only.

use chrono::Duration;
use desk::procedure::{Taking, begin, take};
use desk::{Act, Desk, Done, session};
use foundation::codes::AccountRole;
use foundation::limits::LINE_CHARS;
use foundation::{
    AccountId, Actor, DistrictCode, Fault, Function, InstitutionId, Office, Permission, Refusal, Right, Stop,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition, Set};
use store::tables::identity::account;
use store::tables::institutions::institution;

use super::links::{self, LinkPurpose, OneTimeLink, PASSWORD_LINK_HOURS};
use super::{fact, own};
use crate::declared::{Accounts, Step};
use crate::refusals::{
    ACCOUNT_NAME, ACCOUNT_OFFICE, ACCOUNT_REACH, ACCOUNT_REASON, ACCOUNT_STATE, INSTITUTION_ACCOUNT,
};
use crate::rules;

const CONFIGURE: Permission = Permission::Of(Function::Accounts, Right::Configure);

/// An account that was opened or reset, with the link that its holder sets a password by.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AccountLink {
    /// The account.
    pub account: AccountId,
    /// Shown once.
    pub link: OneTimeLink,
}

/// Opens an account for an office within reach.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CreateAccount {
    /// For which office.
    pub office: Office,
    /// Name of the office, where it does not follow from kind and district (industry, monitor, audit).
    pub office_name: String,
    /// What the holder types.
    pub login: String,
    /// The holder.
    pub name: String,
    /// What it is for.
    pub role: AccountRole,
}

impl Act for CreateAccount {
    const NAME: &'static str = "create-account";
    const PERMISSION: Permission = CONFIGURE;
    const TITLE: &'static str = "建立账号";
    const KEEPS_ANSWER: bool = false;
    type Outcome = AccountLink;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<AccountLink>, Stop> {
        let seat = seat(work, &self.office, &self.office_name).await?;
        let mut no = Vec::new();
        if !rules::administers(&desk.actor.office, &self.office, seat.district) {
            no.push(rules::not_yours(&desk.actor.office, &self.office));
        }
        if seat.name.is_empty() || seat.name.chars().count() > LINE_CHARS {
            no.push(ACCOUNT_OFFICE.refuse("没有写清单位名称").at("office_name"));
        }
        open(
            desk,
            work,
            Opening {
                step: Step::Open,
                office: &self.office,
                seat,
                login: &self.login,
                name: &self.name,
                role: self.role,
            },
            no,
        )
        .await
    }
}

/// Opens the first account of a listed institution: whoever publishes the directory hands it to the clerk. Later ones
/// the institution opens itself.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OpenInstitutionAccount {
    /// Which institution.
    pub institution: InstitutionId,
    /// What the clerk types.
    pub login: String,
    /// The clerk.
    pub name: String,
}

impl Act for OpenInstitutionAccount {
    const NAME: &'static str = "open-institution-account";
    const PERMISSION: Permission = Permission::Of(Function::DirectoryPublication, Right::Publish);
    const TITLE: &'static str = "开通机构账号";
    const KEEPS_ANSWER: bool = false;
    type Outcome = AccountLink;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<AccountLink>, Stop> {
        let office = Office::Institution { institution: self.institution.clone() };
        let seat = seat(work, &office, "").await?;
        if !rules::administers(&desk.actor.office, &office, seat.district) {
            return Err(Fault::Gone.into());
        }
        let mut no = Vec::new();
        let live = Condition::all()
            .add(account::Column::Institution.eq(self.institution.clone()))
            .add(account::Column::Disabled.eq(false));
        if let Some(one) = work.find::<account::Entity>(live).await? {
            no.push(INSTITUTION_ACCOUNT.refuse(format!("{}已经有账号（{}，{}）", seat.name, one.login, one.name)));
        }
        open(
            desk,
            work,
            Opening {
                step: Step::OpenInstitution,
                office: &office,
                seat,
                login: &self.login,
                name: &self.name,
                role: AccountRole::Administrator,
            },
            no,
        )
        .await
    }
}

/// Where an office sits and what it is called.
struct Seat {
    district: DistrictCode,
    name: String,
}

async fn seat(work: &Writer, office: &Office, given: &str) -> Result<Seat, Stop> {
    let province = |name: &str| Seat { district: DistrictCode::PROVINCE, name: name.into() };
    Ok(match office {
        Office::Province => province("福建省人力资源和社会保障厅"),
        Office::EmploymentBureau => province("福建省劳动就业服务局"),
        Office::AssessmentCentre => province("福建省职业技能鉴定指导中心"),
        Office::TechnicalEducationCentre => province("福建省技工教育中心"),
        Office::City { district } | Office::County { district } => {
            Seat { district: *district, name: district.hr_office_name() }
        }
        Office::Finance { district } => Seat { district: *district, name: district.finance_office_name() },
        Office::IndustryDepartment { district } | Office::Monitor { district } | Office::Audit { district } => {
            Seat { district: *district, name: given.trim().to_owned() }
        }
        Office::Institution { institution } => {
            let row = work.get::<institution::Entity>(institution.clone()).await?;
            Seat { district: row.district, name: row.name }
        }
        Office::Trainee { .. } | Office::Public | Office::System { .. } => {
            return Err(ACCOUNT_REACH.refuse("这类身份不在这里建账号").at("office").into());
        }
    })
}

struct Opening<'a> {
    step: Step,
    office: &'a Office,
    seat: Seat,
    login: &'a str,
    name: &'a str,
    role: AccountRole,
}

async fn open(desk: &Desk, work: &Writer, asked: Opening<'_>, mut no: Vec<Refusal>) -> Result<Done<AccountLink>, Stop> {
    no.extend(level_of(asked.office));
    let (login, name) = match rules::new_account(asked.login, asked.name) {
        Ok(pair) => pair,
        Err(more) => {
            no.extend(more);
            return Err(no.into());
        }
    };
    // The login is the whole house's: asked beyond one's reach, answered with nothing but that it is taken.
    if work.as_system("logins").find::<account::Entity>(account::Column::Login.eq(login.as_str())).await?.is_some() {
        no.push(ACCOUNT_NAME.refuse("这个账号名已经有人用了").source("账号登记").fix("请换一个账号名").at("login"));
    }
    if !no.is_empty() {
        return Err(no.into());
    }
    let holder =
        Actor { account: None, name, office_name: asked.seat.name, office: asked.office.clone(), role: asked.role };
    let row = session::new_account(desk.new_id(), login, &holder, asked.seat.district, desk.now());
    let draft =
        fact("AccountCreated", &row, format!("为{}建立账号 {}（{}）", row.office_name, row.login, row.role.label()))
            .with("office", format!("{}:{}", row.office_kind, row.office_ref))
            .with("role", row.role.code());
    let id = row.id.clone();
    let taking = Taking::new(account::ActiveModel::default());
    let draft = begin::<Accounts>(desk, work, row, asked.step, taking, draft).await?.ok_or(Fault::Stale)?;
    let link = links::issue(desk, work, &id, LinkPurpose::SetPassword, Duration::hours(PASSWORD_LINK_HOURS)).await?;
    Ok(Done::new(AccountLink { account: id, link }, draft))
}

/// A city's office sits in a city, a county's in a county.
fn level_of(office: &Office) -> Option<Refusal> {
    use foundation::district::DistrictLevel as Level;
    let (district, fits) = match office {
        Office::City { district } => (district, district.level() == Level::City),
        Office::County { district } => (district, district.level() == Level::County),
        _ => return None,
    };
    (!fits).then(|| {
        ACCOUNT_OFFICE
            .refuse(format!("{}没有{}", district.name(), office.kind_label()))
            .source("行政区划")
            .fix("请选择对应级别的地区")
            .at("district")
    })
}

/// The account of one of these acts: within reach, within the administrator's competence, not his own.
async fn theirs(desk: &Desk, work: &Writer, id: &AccountId) -> Result<account::Model, Stop> {
    let row = work.get::<account::Entity>(id.to_string()).await?;
    let office = session::office_from(&row.office_kind, &row.office_ref).ok_or(Fault::Gone)?;
    if desk.actor.account.as_ref() == Some(id) {
        return Err(ACCOUNT_REACH.refuse("这是您自己的账号").fix("自己的账号请由另一位系统管理员处理").into());
    }
    if !rules::administers(&desk.actor.office, &office, row.district) {
        return Err(rules::not_yours(&desk.actor.office, &office).into());
    }
    Ok(row)
}

fn reason(text: &str) -> Result<&str, Refusal> {
    let text = text.trim();
    match text.chars().count() {
        2..=LINE_CHARS => Ok(text),
        _ => Err(ACCOUNT_REASON.refuse("没有写清原因").at("reason")),
    }
}

/// Disables an account: it is signed out everywhere and cannot sign in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DisableAccount {
    /// Which.
    pub account: AccountId,
    /// Why.
    pub reason: String,
}

impl Act for DisableAccount {
    const NAME: &'static str = "disable-account";
    const PERMISSION: Permission = CONFIGURE;
    const TITLE: &'static str = "停用账号";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let row = theirs(desk, work, &self.account).await?;
        let reason = reason(&self.reason)?;
        if row.disabled {
            return Ok(Done::Repeat(()));
        }
        let fact = fact("AccountDisabled", &row, format!("停用账号 {}：{reason}", row.login));
        let fact =
            take::<Accounts>(desk, work, &row, Step::Disable, Taking::new(account::ActiveModel::default()), fact)
                .await?;
        own::end_sign_ins(desk, work, &row.id).await?;
        Ok(Done::new((), fact))
    }
}

/// Enables a disabled account again; its password stands.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EnableAccount {
    /// Which.
    pub account: AccountId,
    /// Why.
    pub reason: String,
}

impl Act for EnableAccount {
    const NAME: &'static str = "enable-account";
    const PERMISSION: Permission = CONFIGURE;
    const TITLE: &'static str = "启用账号";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let row = theirs(desk, work, &self.account).await?;
        let reason = reason(&self.reason)?;
        if !row.disabled {
            return Ok(Done::Repeat(()));
        }
        let fact = fact("AccountEnabled", &row, format!("启用账号 {}：{reason}", row.login));
        let taking = Taking::new(account::ActiveModel::default());
        Ok(Done::new((), take::<Accounts>(desk, work, &row, Step::Enable, taking, fact).await?))
    }
}

/// Takes password and second factor away, signs the holder out everywhere and gives a link for a new password: for
/// whoever forgot the one, lost the other, or may have lost both to somebody else.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ResetAccount {
    /// Which.
    pub account: AccountId,
    /// Why.
    pub reason: String,
}

impl Act for ResetAccount {
    const NAME: &'static str = "reset-account";
    const PERMISSION: Permission = CONFIGURE;
    const TITLE: &'static str = "重置账号";
    const KEEPS_ANSWER: bool = false;
    type Outcome = AccountLink;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<AccountLink>, Stop> {
        let row = theirs(desk, work, &self.account).await?;
        let reason = reason(&self.reason)?;
        if row.disabled {
            return Err(ACCOUNT_STATE.refuse("账号已停用").into());
        }
        let link = reset(desk, work, &row).await?;
        Ok(Done::new(
            AccountLink { account: row.id.clone(), link },
            fact("AccountReset", &row, format!("重置账号 {}：{reason}", row.login)),
        ))
    }
}

async fn reset(desk: &Desk, work: &Writer, row: &account::Model) -> Result<OneTimeLink, Stop> {
    let change = account::ActiveModel {
        password_hash: Set(None),
        totp_secret: Set(None),
        totp_last_step: Set(0),
        failed_count: Set(0),
        locked_until: Set(None),
        ..Default::default()
    };
    work.save::<account::Entity>(row, change).await?;
    own::end_sign_ins(desk, work, &row.id).await?;
    links::issue(desk, work, &row.id, LinkPurpose::SetPassword, Duration::hours(PASSWORD_LINK_HOURS)).await
}

/// Makes an account an administrator's or takes that from it; it signs in anew.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ChangeAccountRole {
    /// Which.
    pub account: AccountId,
    /// What it is for from now on.
    pub role: AccountRole,
    /// Why.
    pub reason: String,
}

impl Act for ChangeAccountRole {
    const NAME: &'static str = "change-account-role";
    const PERMISSION: Permission = CONFIGURE;
    const TITLE: &'static str = "调整账号岗位";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let row = theirs(desk, work, &self.account).await?;
        let reason = reason(&self.reason)?;
        if row.role == self.role {
            return Ok(Done::Repeat(()));
        }
        work.save::<account::Entity>(&row, account::ActiveModel { role: Set(self.role), ..Default::default() }).await?;
        own::end_sign_ins(desk, work, &row.id).await?;
        let draft = fact("AccountRoleChanged", &row, format!("账号 {} 改为{}：{reason}", row.login, self.role.label()));
        Ok(Done::new((), draft.with("role", self.role.code())))
    }
}

/// The house's own administrator at the command line: the same reset, when nobody is left who can sign in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RecoverAccount {
    /// Whose.
    pub login: String,
}

impl Act for RecoverAccount {
    const NAME: &'static str = "recover-account";
    const PERMISSION: Permission = Permission::Job;
    const CLAUSE: &'static str = "M8.4";
    const TITLE: &'static str = "在服务器上重置账号";
    const KEEPS_ANSWER: bool = false;
    type Outcome = AccountLink;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<AccountLink>, Stop> {
        let row = work
            .find::<account::Entity>(account::Column::Login.eq(self.login.trim().to_lowercase()))
            .await?
            .ok_or(Fault::Gone)?;
        let link = reset(desk, work, &row).await?;
        Ok(Done::new(
            AccountLink { account: row.id.clone(), link },
            fact("AccountReset", &row, format!("在服务器上重置账号 {}", row.login)),
        ))
    }
}

/// The first system administrator of an empty house.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OpenFirstAccount {
    /// What he types.
    pub login: String,
    /// Who.
    pub name: String,
}

impl Act for OpenFirstAccount {
    const NAME: &'static str = "open-first-account";
    const PERMISSION: Permission = Permission::Job;
    const CLAUSE: &'static str = "M8.4";
    const TITLE: &'static str = "建立第一位系统管理员";
    const KEEPS_ANSWER: bool = false;
    type Outcome = AccountLink;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<AccountLink>, Stop> {
        if work.count::<account::Entity>(|q| q).await? > 0 {
            return Err(ACCOUNT_REACH
                .refuse("已经有账号了")
                .source("账号登记")
                .fix("请由现有系统管理员建立新账号")
                .into());
        }
        let seat = seat(work, &Office::Province, "").await?;
        open(
            desk,
            work,
            Opening {
                step: Step::OpenFirst,
                office: &Office::Province,
                seat,
                login: &self.login,
                name: &self.name,
                role: AccountRole::Administrator,
            },
            Vec::new(),
        )
        .await
    }
}
