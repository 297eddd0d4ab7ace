//! Acts on accounts and on the demo's clock (M8.9).

use desk::{Act, Desk, Done, FactDraft, totp};
use foundation::{AccountId, DistrictCode, Instant, Permission, Refusal, Scope, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::seal::Purpose;
use store::tables::identity::{account, setting};
use store::{Writer, query::Set};

/// Binds an authenticator app: the secret was shown, the code proves that it was taken.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EnrolTotp {
    /// 32 base32 letters shown by the page.
    pub secret: String,
    /// The code that the app shows now.
    pub code: String,
}

impl Act for EnrolTotp {
    const NAME: &'static str = "enrol-totp";
    const PERMISSION: Permission = Permission::SignedIn;
    const CLAUSE: &'static str = "M8.9";
    const TITLE: &'static str = "绑定动态口令";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let id: AccountId = desk.actor.account.clone().ok_or(Stop::Forbidden)?;
        let no = |fact: &str| {
            Stop::from(Refusal::new("动态口令", "M8.9", fact, "网络安全等级保护三级要求", "请用手机口令软件重新扫码，再填它显示的六位数字").at("code"))
        };
        let secret = hex_secret(&self.secret).ok_or_else(|| no("绑定信息不对"))?;
        let step = totp::accepted_step(&secret, self.code.trim(), desk.premises.clock.real_now(), 0)?.ok_or_else(|| no("口令不对"))?;
        let system = work.as_system("own-account");
        let row = system.get::<account::Entity>(id.to_string()).await?;
        let sealed = desk.premises.keyring.seal(Purpose::TotpSecret, &id.to_string(), &self.secret, desk.premises.ids.bytes());
        system.save::<account::Entity>(&row, account::ActiveModel { totp_secret: Set(Some(sealed)), totp_last_step: Set(step), ..Default::default() }).await?;
        Ok(Done::new((), FactDraft::new("TotpEnrolled", "M8.9", row.district, "绑定动态口令").about("account", &id)))
    }
}

/// The secret's bytes from hex.
pub fn hex_secret(text: &str) -> Option<Vec<u8>> {
    (text.len() == 40).then(|| (0..20).map(|at| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()).collect::<Option<Vec<u8>>>()).flatten()
}

/// Moves the demo's clock; refused outside the demo.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MoveDemoClock {
    /// The moment the clock shall read.
    pub to: Instant,
}

impl Act for MoveDemoClock {
    const NAME: &'static str = "move-demo-clock";
    const PERMISSION: Permission = Permission::Public;
    const CLAUSE: &'static str = "M8.9";
    const TITLE: &'static str = "移动演示时钟";
    type Outcome = ();

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<()>, Stop> {
        let premises = &desk.premises;
        if !premises.settings.demo {
            return Err(foundation::Fault::Gone.into());
        }
        let years = (self.to - premises.clock.real_now()).num_days().abs();
        if years > 366 * 3 {
            return Err(Refusal::new("演示时钟", "M8.9", "离现在超过三年", "演示环境", "请选近一些的时间").at("to").into());
        }
        premises.clock.travel_to(self.to);
        let row = setting::Model { key: "demo_clock_offset_s".into(), value: premises.clock.offset_s().to_string() };
        work.as_system("demo-clock").put::<setting::Entity>(row).await?;
        Ok(Done::new((), FactDraft::new("DemoClockMoved", "M8.9", DistrictCode::PROVINCE, "移动演示时钟")))
    }
}

/// Reads an account by login, as the system: nobody is signed in yet.
pub async fn by_login(desk: &Desk, login: &str) -> Result<Option<account::Model>, Stop> {
    use store::query::ColumnTrait;
    desk.premises.db.read(Scope::Everything).await?.find::<account::Entity>(account::Column::Login.eq(login)).await
}
