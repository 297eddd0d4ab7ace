//! Administering accounts (M8.4; domain §1.3 row 36): disable, enable, reset, change what one is for; `opening` opens
//! them. Every one is a fact; passwords travel as one-time links only.

use chrono::Duration;
use desk::procedure::{Taking, take};
use desk::{Act, Before, Desk, Done, Example, Hands};
use foundation::codes::AccountRole;
use foundation::limits::LINE_CHARS;
use foundation::{AccountId, Fault, Function, Office, Permission, Refusal, Right, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Set};
use store::tables::identity::account;

use super::links::{self, LinkPurpose, OneTimeLink, PASSWORD_LINK_HOURS};
use super::{fact, own};
use crate::declared::{Accounts, Step};
use crate::refusals::{ACCOUNT_REACH, ACCOUNT_REASON, ACCOUNT_STATE};
use crate::rules;

pub(crate) const CONFIGURE: Permission = Permission::Of(Function::Accounts, Right::Configure);

/// An account that was opened or reset, with the link that its holder sets a password by.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AccountLink {
    /// The account.
    pub account: AccountId,
    /// Shown once.
    pub link: OneTimeLink,
}

/// The account of one of these acts: within reach, within the administrator's competence, not his own.
async fn theirs(desk: &Desk, work: &Writer, id: &AccountId) -> Result<account::Model, Stop> {
    let row = work.get(&id).await?;
    let office = Office::from_parts(&row.office_kind, &row.office_ref, row.district).ok_or(Fault::Gone)?;
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
    const HANDS: Hands = Hands::One("系统管理员不办业务；不能处理自己的账号；每次都留痕");
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
    const HANDS: Hands = Hands::One("系统管理员不办业务；不能处理自己的账号；每次都留痕");
    const EXAMPLE: Example = Example::NONE.after(&[Before::by::<DisableAccount>("jinjiang-administrator")]);
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
    const HANDS: Hands = Hands::One("系统管理员不办业务；不能处理自己的账号；每次都留痕");
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
    const HANDS: Hands = Hands::One("系统管理员不办业务；不能处理自己的账号；每次都留痕");
    const EXAMPLE: Example = Example::NONE.with(r#"{"role": "administrator"}"#);
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
