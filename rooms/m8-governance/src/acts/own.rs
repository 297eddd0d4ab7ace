//! Acts on one's own account (M8.4; domain §12.3): the password set by a one-time link, the authenticator app bound,
//! and the note that an account was locked.

use desk::{Act, Desk, Done, FactDraft, session, totp};
use foundation::{AccountId, Fault, Permission, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Writer;
use store::query::{ColumnTrait, Condition, Set};
use store::seal::Purpose;
use store::tables::identity::{account, sign_in};

use super::{fact, links};
use crate::refusals::ONE_TIME_CODE;

/// Binds an authenticator app: the page showed this sign-in's secret, the code proves that it was taken.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EnrolTotp {
    /// The code that the app shows now.
    pub code: String,
}

impl Act for EnrolTotp {
    const NAME: &'static str = "enrol-totp";
    const PERMISSION: Permission = Permission::SignedIn;
    const CLAUSE: &'static str = "M8.4";
    const TITLE: &'static str = "绑定动态口令";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let (id, sign_in) =
            (desk.actor.account.clone().ok_or(Stop::Forbidden)?, desk.sign_in.clone().ok_or(Stop::Forbidden)?);
        let no = |fact: &str, fix: &str| Stop::from(ONE_TIME_CODE.refuse(fact).fix(fix).at("code"));
        let system = work.as_system("own-account");
        let row = system.get(&id).await?;
        if row.totp_secret.is_some() {
            return Err(no("这个账号已经绑定了动态口令", "换了手机或丢了口令软件，请本单位系统管理员重置账号"));
        }
        let secret = session::totp_secret(&desk.premises, &sign_in);
        let step = totp::accepted_step(&secret, self.code.trim(), desk.premises.clock.real_now(), 0)?
            .ok_or_else(|| no("口令不对", "请看手机口令软件现在显示的六位数字，再填一次；一直不对时请校准手机时间"))?;
        let sealed = desk.premises.keyring.seal(
            Purpose::TotpSecret,
            &id.to_string(),
            &hex::encode(secret),
            desk.premises.ids.bytes(),
        );
        system
            .save::<account::Entity>(
                &row,
                account::ActiveModel {
                    totp_secret: Set(Some(sealed)),
                    totp_last_step: Set(step),
                    ..Default::default()
                },
            )
            .await?;
        Ok(Done::new((), fact("TotpEnrolled", &row, "绑定动态口令")))
    }
}

/// Sets the password of a one-time link's account. Performed by the sign-in page only, for the account itself.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct SetPassword {
    /// The link that is used up.
    pub token_hash: String,
    /// argon2id PHC text.
    pub password_hash: String,
}

impl Act for SetPassword {
    const NAME: &'static str = "set-password";
    const PERMISSION: Permission = Permission::SignedIn;
    const CLAUSE: &'static str = "M8.4";
    const TITLE: &'static str = "设置密码";
    const KEEPS_ANSWER: bool = false;
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let (id, system) = (desk.actor.account.clone().ok_or(Stop::Forbidden)?, work.as_system("own-account"));
        let row = own(desk, work).await?;
        links::use_up(work, &self.token_hash, desk.premises.clock.real_now()).await?;
        let change = account::ActiveModel {
            password_hash: Set(Some(self.password_hash.clone())),
            failed_count: Set(0),
            locked_until: Set(None),
            ..Default::default()
        };
        system.change_all::<account::Entity>(account::Column::Id.eq(id.clone()), change).await?;
        end_sign_ins(desk, work, &id).await?;
        Ok(Done::new((), fact("PasswordSet", &row, "用一次性链接设置密码")))
    }
}

/// Sets a new password in place of the present one. Performed by the account's own page only, which has asked for it.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct ChangePassword {
    /// argon2id PHC text.
    pub password_hash: String,
}

impl Act for ChangePassword {
    const NAME: &'static str = "change-password";
    const PERMISSION: Permission = Permission::SignedIn;
    const CLAUSE: &'static str = "M8.4";
    const TITLE: &'static str = "修改密码";
    const KEEPS_ANSWER: bool = false;
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let (id, system) = (desk.actor.account.clone().ok_or(Stop::Forbidden)?, work.as_system("own-account"));
        let row = own(desk, work).await?;
        if row.password_hash.is_none() {
            return Err(Fault::Gone.into());
        }
        system
            .change_all::<account::Entity>(
                account::Column::Id.eq(id.clone()),
                account::ActiveModel { password_hash: Set(Some(self.password_hash.clone())), ..Default::default() },
            )
            .await?;
        // Whoever else was signed in with the old one is out; the page signs this device in again.
        end_sign_ins(desk, work, &id).await?;
        Ok(Done::new((), fact("PasswordChanged", &row, "本人修改密码")))
    }
}

/// Signs a trainee in by his slip. Performed by the link's page only, for the account itself.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct UseSlip {
    /// The link that is used up.
    pub token_hash: String,
}

impl Act for UseSlip {
    const NAME: &'static str = "use-slip";
    const PERMISSION: Permission = Permission::SignedIn;
    const CLAUSE: &'static str = "M7.1";
    const TITLE: &'static str = "用登录条登录";
    const KEEPS_ANSWER: bool = false;
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let id = desk.actor.account.clone().ok_or(Stop::Forbidden)?;
        let row = own(desk, work).await?;
        links::use_up(work, &self.token_hash, desk.premises.clock.real_now()).await?;
        // One trainee, one phone: the earlier one is out.
        end_sign_ins(desk, work, &id).await?;
        let draft = fact("TraineeSlipUsed", &row, "学员用登录条登录手机");
        Ok(Done::new((), row.person.iter().fold(draft, FactDraft::person)))
    }
}

/// Notes that wrong answers locked an account: the lock itself was set while counting.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct NoteSignInLocked {
    /// Which account.
    pub account: AccountId,
}

impl Act for NoteSignInLocked {
    const NAME: &'static str = "note-sign-in-locked";
    const PERMISSION: Permission = Permission::Job;
    const CLAUSE: &'static str = "M8.4";
    const TITLE: &'static str = "账号锁定";
    type Outcome = ();

    async fn perform(&self, _desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let row = work.get(&self.account).await?;
        Ok(Done::new((), fact("SignInLocked", &row, "连续输错密码或口令，账号锁定")))
    }
}

/// The actor's own account. Errors: `Gone` once it is disabled.
async fn own(desk: &Desk, work: &Writer) -> Result<account::Model, Stop> {
    let id = desk.actor.account.clone().ok_or(Stop::Forbidden)?;
    let row = work.as_system("own-account").get(&id).await?;
    if row.disabled { Err(Fault::Gone.into()) } else { Ok(row) }
}

/// Ends every sign-in of an account inside the act; this server forgets them at once.
pub(super) async fn end_sign_ins(desk: &Desk, work: &Writer, account: &AccountId) -> Result<(), Stop> {
    let open =
        Condition::all().add(sign_in::Column::Account.eq(account.clone())).add(sign_in::Column::EndedAt.is_null());
    let change = sign_in::ActiveModel { ended_at: Set(Some(desk.premises.clock.real_now())), ..Default::default() };
    work.as_system("sign-ins").change_all::<sign_in::Entity>(open, change).await?;
    desk.premises.sign_ins.forget(|one| one.actor.account.as_ref() == Some(account));
    Ok(())
}
