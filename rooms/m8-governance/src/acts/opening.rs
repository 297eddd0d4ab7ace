//! Opening accounts (M8.4, M2.4; domain §1.3 row 36): for an office within reach, for an organisation, for a listed
//! institution, for an empty house. The holder sets his password by a one-time link.

use chrono::Duration;
use desk::procedure::{Taking, begin};
use desk::{Act, Before, Desk, Done, Example, FactDraft, Hands, session};
use foundation::codes::AccountRole;
use foundation::limits::LINE_CHARS;
use foundation::{
    Actor, DistrictCode, Fault, Function, InstitutionId, Office, Organisation, OrganisationKind, Permission, Refusal,
    Right, Stop,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition};
use store::tables::identity::{account, organisation};

use super::accounts::{AccountLink, CONFIGURE};
use super::fact;
use super::links::{self, LinkPurpose, PASSWORD_LINK_HOURS};
use crate::declared::{Accounts, Step};
use crate::refusals::{ACCOUNT_NAME, ACCOUNT_OFFICE, ACCOUNT_REACH, INSTITUTION_ACCOUNT};
use crate::rules;

/// Opens an account for an office within reach.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CreateAccount {
    /// For which office.
    pub office: Office,
    /// Name of the office, where it does not follow from kind and district (audit).
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
    const HANDS: Hands = Hands::One("系统管理员不办业务；每次都留痕");
    const KEEPS_ANSWER: bool = false;
    const EXAMPLE: Example = Example::NONE.with(
        r#"{"office": {"kind": "county", "district": "350582"}, "office_name": "", "login": "jinjiang-new",
            "name": "陈新来", "role": "staff"}"#,
    );
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
    const HANDS: Hands = Hands::One("账号归机构所有；每次都留痕");
    const KEEPS_ANSWER: bool = false;
    const EXAMPLE: Example = Example::NONE.with(r#"{"login": "new-school", "name": "陈新来"}"#).after(&[Before::of(
        "jinjiang-officer",
        "list-institution",
    )
    .making("institution")]);
    type Outcome = AccountLink;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<AccountLink>, Stop> {
        let office = Office::of_institution(&self.institution, work.get(&self.institution).await?.district);
        let seat = seat(work, &office, "").await?;
        if !rules::administers(&desk.actor.office, &office, seat.district) {
            return Err(Fault::Gone.into());
        }
        let mut no = Vec::new();
        let live = Condition::all()
            .add(account::Column::Organisation.eq(self.institution.clone()))
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

/// Registers an organisation that stands in no directory of its own, where it is not registered yet, and opens an
/// account for it. Training institutions come by the institution directory.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OpenOrganisation {
    /// What it is.
    pub kind: OrganisationKind,
    /// Its full name.
    pub organisation: String,
    /// Where it sits; of a contracted one, who contracted it.
    pub district: DistrictCode,
    /// What the holder types.
    pub login: String,
    /// The holder.
    pub name: String,
    /// What the account is for.
    pub role: AccountRole,
}

impl Act for OpenOrganisation {
    const NAME: &'static str = "open-organisation";
    const PERMISSION: Permission = CONFIGURE;
    const TITLE: &'static str = "登记单位并建立账号";
    const HANDS: Hands = Hands::One("系统管理员不办业务；每次都留痕");
    const KEEPS_ANSWER: bool = false;
    const EXAMPLE: Example = Example::NONE.with(
        r#"{"kind": "enterprise", "organisation": "晋江市新兴鞋业有限公司", "district": "350582",
            "login": "new-enterprise", "name": "陈新来", "role": "staff"}"#,
    );
    type Outcome = AccountLink;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<AccountLink>, Stop> {
        let (row, is_new) = self.row(desk, work).await?;
        let organisation = Organisation { kind: row.kind, id: row.id.clone(), district: row.district };
        let office = Office::Organisation { organisation: organisation.clone() };
        let mut no = Vec::new();
        if self.kind == OrganisationKind::TrainingInstitution {
            no.push(
                ACCOUNT_OFFICE
                    .refuse("培训机构的第一个账号在机构目录的机构页上开通")
                    .source("补贴性培训机构目录")
                    .fix("请打开该机构的页面，点“开通账号”")
                    .at("kind"),
            );
        } else if !rules::administers(&desk.actor.office, &office, row.district) {
            no.push(rules::not_yours(&desk.actor.office, &office));
        }
        if row.name.is_empty() || row.name.chars().count() > LINE_CHARS {
            no.push(ACCOUNT_OFFICE.refuse("没有写清单位名称").at("organisation"));
        }
        if !row.district.is_administered() {
            no.push(ACCOUNT_OFFICE.refuse("没有选单位所在的地区").fix("请选择地区").at("district"));
        }
        if is_new && no.is_empty() {
            work.add::<organisation::Entity>(row.clone()).await?;
        }
        let seat = Seat { district: row.district, name: row.name.clone() };
        let (login, name) = (self.login.as_str(), self.name.as_str());
        let opening = Opening { step: Step::OpenOrganisation, office: &office, seat, login, name, role: self.role };
        let done = open(desk, work, opening, no).await?;
        if !is_new {
            return Ok(done);
        }
        let told = format!("登记{}：{}", row.kind.label(), row.name);
        Ok(done.and(
            FactDraft::new("OrganisationRegistered", row.district, told)
                .organisation(&organisation)
                .with("kind", row.kind.code())
                .with("name", row.name.as_str()),
        ))
    }
}

impl OpenOrganisation {
    /// The organisation's row, and whether it is new: kind, district and name tell it apart.
    async fn row(&self, desk: &Desk, work: &Writer) -> Result<(organisation::Model, bool), Stop> {
        // Blanks of every kind and number are one: `闽学通　平台` is `闽学通 平台`.
        let name = self.organisation.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = name.as_str();
        let known = Condition::all()
            .add(organisation::Column::Kind.eq(self.kind))
            .add(organisation::Column::District.eq(self.district))
            .add(organisation::Column::Name.eq(name));
        if let Some(row) = work.find::<organisation::Entity>(known).await? {
            return Ok((row, false));
        }
        let row = organisation::Model {
            id: desk.new_id(),
            kind: self.kind,
            name: name.to_owned(),
            path: self.district.management_path(),
            district: self.district,
            created_at: desk.now(),
            version: 1,
        };
        Ok((row, true))
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
        Office::Audit { district } => Seat { district: *district, name: given.trim().to_owned() },
        Office::Organisation { organisation } => match organisation.as_institution() {
            Some(institution) => {
                let row = work.get(&institution).await?;
                Seat { district: row.district, name: row.name }
            }
            None => {
                let row = work.get(&organisation.id).await?;
                // What it is and where, its row says: whoever asks may not call a department a platform.
                if row.kind != organisation.kind || row.district != organisation.district {
                    return Err(Fault::Gone.into());
                }
                Seat { district: row.district, name: row.name }
            }
        },
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
