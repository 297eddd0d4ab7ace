//! One-time links (M8.4): a random token of which only the hash is kept, shown once to whoever hands it over.

use chrono::Duration;
use desk::Desk;
use foundation::{AccountId, Fault, Instant, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Writer;
use store::query::{ColumnTrait, Condition, Set};
use store::tables::identity::one_time_link;

/// What a link is for, as its row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// The first system administrator of an empty house sets a password.
    FirstAdministrator,
    /// The holder sets a password.
    SetPassword,
    /// A trainee signs in without one.
    TraineeSlip,
}

impl LinkPurpose {
    /// As stored.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FirstAdministrator => "first-administrator",
            Self::SetPassword => "set-password",
            Self::TraineeSlip => "trainee-slip",
        }
    }
}

/// How long a link for a password may be used.
pub const PASSWORD_LINK_HOURS: i64 = 24;

/// A link as it leaves the house: the only time that its token is seen.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OneTimeLink {
    /// The whole address.
    pub address: String,
    /// Until when it may be used.
    pub expires_at: Instant,
}

/// Issues a link for an account; earlier unused ones are void from now on.
pub async fn issue(
    desk: &Desk,
    work: &Writer,
    account: &AccountId,
    purpose: LinkPurpose,
    valid: Duration,
) -> Result<OneTimeLink, Stop> {
    let system = work.as_system("one-time-link");
    let now = desk.premises.clock.real_now();
    let unused = Condition::all()
        .add(one_time_link::Column::Account.eq(account.clone()))
        .add(one_time_link::Column::UsedAt.is_null());
    system
        .change_all::<one_time_link::Entity>(
            unused,
            one_time_link::ActiveModel { used_at: Set(Some(now)), ..Default::default() },
        )
        .await?;
    let (link, row) = prepare(desk, account, purpose, valid);
    system.add::<one_time_link::Entity>(row).await?;
    Ok(link)
}

/// A link and its row, not yet written.
pub fn prepare(
    desk: &Desk,
    account: &AccountId,
    purpose: LinkPurpose,
    valid: Duration,
) -> (OneTimeLink, one_time_link::Model) {
    let premises = &desk.premises;
    let now = premises.clock.real_now();
    let token = hex::encode(premises.ids.bytes::<24>());
    let row = one_time_link::Model {
        token_hash: hash(&token),
        account: account.clone(),
        purpose: purpose.word().into(),
        institution: desk.actor.office.institution(),
        expires_at: now + valid,
        used_at: None,
        created_at: now,
        version: 1,
    };
    (OneTimeLink { address: format!("{}/links/{token}", premises.settings.base_url), expires_at: row.expires_at }, row)
}

/// What is kept of a token.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Uses a link up, in one statement: of two that open it at once only one gets in.
/// Errors: `Gone` when it was used, is void or has expired.
pub async fn use_up(work: &Writer, token_hash: &str, now: Instant) -> Result<(), Stop> {
    let open = Condition::all()
        .add(one_time_link::Column::TokenHash.eq(token_hash))
        .add(one_time_link::Column::UsedAt.is_null())
        .add(one_time_link::Column::ExpiresAt.gte(now));
    let change = one_time_link::ActiveModel { used_at: Set(Some(now)), ..Default::default() };
    match work.as_system("one-time-link").change_all::<one_time_link::Entity>(open, change).await? {
        1 => Ok(()),
        _ => Err(Fault::Gone.into()),
    }
}
