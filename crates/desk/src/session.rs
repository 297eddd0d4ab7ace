//! Sign-ins (M8; domain §12.3): a random token in a cookie (or a bearer header), its hash in the
//! database, a short-lived cache in memory. Timeouts run on real time, not on the demo's clock.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use chrono::Duration;
use foundation::codes::AccountRole;
use foundation::ids::TypedId;
use foundation::{AccountId, Actor, DistrictCode, Fault, Instant, InstitutionId, Office, Scope, SignInId, Stop};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use sm3::Sm3;
use store::query::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, Select, Set};
use store::tables::identity::{account, sign_in};

use crate::premises::Premises;

/// Name of the session cookie.
pub const COOKIE: &str = "jinbu";
/// Officials are signed out after this long without a request (等保三级: 15–30 minutes).
pub const OFFICE_IDLE_MINUTES: i64 = 30;
/// Trainees stay signed in on their own phone for a class's length.
pub const TRAINEE_IDLE_DAYS: i64 = 30;
/// Nobody stays signed in longer than this, busy or not.
pub const OFFICE_MAX_HOURS: i64 = 12;
/// How long a cached sign-in is trusted before the database is asked again. This server forgets at once what it
/// ends itself; what another server ended (sign-out, disabled account, new password) it hears of each second
/// (`forget_ended`).
const CACHE_SECONDS: i64 = 30;
/// How far back `forget_ended` looks: as long as a sign-in can be cached, and as much as two servers' clocks differ.
const ENDED_SECONDS: i64 = 2 * CACHE_SECONDS;
/// Sign-ins kept in memory.
const CACHE_ENTRIES: usize = 50_000;
/// `last_seen_at` is written once in so many parts of the idle time: a minute for officials, a day for trainees.
const SEEN_PARTS: i32 = 30;

/// A recognised browser.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The sign-in.
    pub id: SignInId,
    /// Who.
    pub actor: Arc<Actor>,
    /// False until the second factor was given (officials) or a password was set.
    pub complete: bool,
    checked_at: Instant,
}

/// The cache of recognised browsers.
#[derive(Clone, Default)]
pub struct SignIns {
    cache: Arc<RwLock<HashMap<[u8; 32], SignedIn>>>,
}

impl SignIns {
    fn cached(&self, key: &[u8; 32], now: Instant) -> Option<SignedIn> {
        let cache = self.cache.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        cache.get(key).filter(|one| now - one.checked_at < Duration::seconds(CACHE_SECONDS)).cloned()
    }
    fn keep(&self, key: [u8; 32], one: SignedIn) {
        let mut cache = self.cache.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if cache.len() >= CACHE_ENTRIES {
            let now = one.checked_at;
            cache.retain(|_, other| now - other.checked_at < Duration::seconds(CACHE_SECONDS));
        }
        if cache.len() >= CACHE_ENTRIES {
            cache.clear();
        }
        cache.insert(key, one);
    }
    /// Forgets those that were ended or changed just now.
    pub fn forget(&self, ended: impl Fn(&SignedIn) -> bool) {
        self.cache.write().unwrap_or_else(std::sync::PoisonError::into_inner).retain(|_, one| !ended(one));
    }
}

/// Opens a sign-in for an account and returns the token for its cookie. `complete` is false while a
/// second factor is still to be given.
pub async fn open(premises: &Premises, account: &AccountId, complete: bool) -> Result<String, Stop> {
    open_at(premises, account, complete, None).await
}

/// The same for a slip: the sign-in reaches the matters of these institutions only.
pub async fn open_at(
    premises: &Premises,
    account: &AccountId,
    complete: bool,
    at: Option<&[InstitutionId]>,
) -> Result<String, Stop> {
    let token = fresh_token(premises);
    let now = premises.clock.real_now();
    let row = sign_in::Model {
        // By the clock of all other ids: they keep their order within a millisecond.
        id: premises.ids.make(premises.clock.now()),
        account: account.clone(),
        token_hash: hash_text(&token),
        complete,
        institutions: at.map(|at| at.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")),
        created_at: now,
        last_seen_at: now,
        ended_at: None,
        version: 1,
    };
    premises
        .db
        .write(Scope::Everything, move |work| Box::pin(async move { work.add::<sign_in::Entity>(row).await }))
        .await?;
    Ok(token)
}

/// Marks a sign-in as complete (second factor given) and returns its new token: whoever knew the old one, which was in
/// a browser before the second factor, is not signed in with it.
pub async fn complete(premises: &Premises, id: &SignInId) -> Result<String, Stop> {
    let token = fresh_token(premises);
    let change_to =
        sign_in::ActiveModel { complete: Set(true), token_hash: Set(hash_text(&token)), ..Default::default() };
    change(premises, id, change_to).await?;
    Ok(token)
}

fn fresh_token(premises: &Premises) -> String {
    hex::encode(premises.ids.bytes::<32>())
}

/// Ends a sign-in.
pub async fn close(premises: &Premises, id: &SignInId) -> Result<(), Stop> {
    change(premises, id, sign_in::ActiveModel { ended_at: Set(Some(premises.clock.real_now())), ..Default::default() })
        .await
}

/// Ends every sign-in of an account (password changed, account disabled).
pub async fn close_all(premises: &Premises, account: &AccountId) -> Result<(), Stop> {
    let (account, forgotten, ended) = (account.clone(), account.clone(), premises.clock.real_now());
    premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                let change = sign_in::ActiveModel { ended_at: Set(Some(ended)), ..Default::default() };
                work.change_all::<sign_in::Entity>(
                    store::query::Condition::all()
                        .add(sign_in::Column::Account.eq(account))
                        .add(sign_in::Column::EndedAt.is_null()),
                    change,
                )
                .await
            })
        })
        .await?;
    premises.sign_ins.forget(|one| one.actor.account.as_ref() == Some(&forgotten));
    Ok(())
}

async fn change(premises: &Premises, id: &SignInId, change: sign_in::ActiveModel) -> Result<(), Stop> {
    let (id, forgotten) = (id.clone(), id.clone());
    premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                work.change_all::<sign_in::Entity>(
                    store::query::Condition::all().add(sign_in::Column::Id.eq(id)),
                    change,
                )
                .await
            })
        })
        .await?;
    premises.sign_ins.forget(|one| one.id == forgotten);
    Ok(())
}

/// Forgets what ended lately, whichever server ended it: one small question, each second, for all that are cached.
pub async fn forget_ended(premises: &Premises) -> Result<(), Stop> {
    let since = premises.clock.real_now() - Duration::seconds(ENDED_SECONDS);
    let reader = premises.db.read(Scope::Everything).await?;
    let ended: Vec<Ended> = reader
        .pick::<sign_in::Entity, _>(|q| {
            q.select_only().column(sign_in::Column::Id).filter(sign_in::Column::EndedAt.gte(since))
        })
        .await?;
    drop(reader);
    if !ended.is_empty() {
        let ended: std::collections::HashSet<SignInId> = ended.into_iter().map(|one| one.id).collect();
        premises.sign_ins.forget(|one| ended.contains(&one.id));
    }
    Ok(())
}

/// Who holds this token, if anybody still does.
pub async fn recognise(premises: &Premises, token: &str) -> Result<Option<SignedIn>, Stop> {
    let key: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let now = premises.clock.real_now();
    if let Some(one) = premises.sign_ins.cached(&key, now) {
        return Ok(Some(one));
    }
    let reader = premises.db.read(Scope::Everything).await?;
    let held = reader
        .pick::<sign_in::Entity, Held>(|q| Held::select(q).filter(sign_in::Column::TokenHash.eq(hash_text(token))))
        .await?;
    drop(reader);
    let Some(held) = held.into_iter().next() else { return Ok(None) };
    let Some(office) = held.office() else { return Ok(None) };
    let is_trainee = matches!(office, Office::Trainee { .. });
    let idle = if is_trainee { Duration::days(TRAINEE_IDLE_DAYS) } else { Duration::minutes(OFFICE_IDLE_MINUTES) };
    let longest = if is_trainee { Duration::days(TRAINEE_IDLE_DAYS) } else { Duration::hours(OFFICE_MAX_HOURS) };
    let half = Duration::minutes(OFFICE_IDLE_MINUTES);
    if held.ended_at.is_some()
        || (!held.complete && now - held.created_at > half)
        || held.disabled
        || now - held.last_seen_at > idle
        || now - held.created_at > longest
    {
        return Ok(None);
    }
    if now - held.last_seen_at > idle / SEEN_PARTS {
        match change_seen(premises, &held.id, now).await {
            // A store that keeps nothing for now (a full disk) puts nobody out: what is there can still be read.
            Err(Stop::Fault(Fault::Unavailable(trouble, _))) => {
                tracing::debug!(?trouble, "not noted when this sign-in was last seen")
            }
            other => other?,
        }
    }
    let actor =
        Actor { account: Some(held.account), name: held.name, office_name: held.office_name, office, role: held.role };
    let one = SignedIn { id: held.id, actor: Arc::new(actor), complete: held.complete, checked_at: now };
    premises.sign_ins.keep(key, one.clone());
    Ok(Some(one))
}

store::picked! {
    /// A sign-in that ended.
    struct Ended {
        id: SignInId,
    }
}

store::picked! {
    /// A sign-in with its account, in one question.
    struct Held {
        id: SignInId,
        complete: bool,
        institutions: Option<String>,
        created_at: Instant,
        last_seen_at: Instant,
        ended_at: Option<Instant>,
        account: AccountId,
        name: String,
        office_kind: String,
        office_ref: String,
        office_name: String,
        district: DistrictCode,
        role: AccountRole,
        disabled: bool,
    }
}

impl Held {
    /// The account's office, no wider than this sign-in.
    fn office(&self) -> Option<Office> {
        let office = Office::from_parts(&self.office_kind, &self.office_ref, self.district)?;
        Some(match (office, &self.institutions) {
            (Office::Trainee { person, .. }, Some(at)) => Office::Trainee {
                person,
                institutions: Some(at.split(',').filter_map(|one| one.parse().ok()).collect()),
            },
            (office, _) => office,
        })
    }
    fn select(q: Select<sign_in::Entity>) -> Select<sign_in::Entity> {
        use account::Column as A;
        use sign_in::Column as S;
        let holder = sign_in::Entity::belongs_to(account::Entity).from(S::Account).to(A::Id).into();
        q.join(JoinType::InnerJoin, holder)
            .select_only()
            .columns([S::Id, S::Complete, S::Institutions, S::CreatedAt, S::LastSeenAt, S::EndedAt, S::Account])
            .columns([A::Name, A::OfficeKind, A::OfficeRef, A::OfficeName, A::District, A::Role, A::Disabled])
    }
}

async fn change_seen(premises: &Premises, id: &SignInId, now: Instant) -> Result<(), Stop> {
    let id = id.clone();
    premises
        .db
        .write(Scope::Everything, move |work| {
            Box::pin(async move {
                let seen = sign_in::ActiveModel { last_seen_at: Set(now), ..Default::default() };
                work.change_all::<sign_in::Entity>(store::query::Condition::all().add(sign_in::Column::Id.eq(id)), seen)
                    .await
            })
        })
        .await?;
    Ok(())
}

/// The form token of a sign-in: only a page that we rendered for this sign-in knows it.
pub fn form_token(premises: &Premises, id: Option<&SignInId>) -> String {
    let mut mac = <Hmac<Sm3> as KeyInit>::new_from_slice(&premises.settings.secret).expect("HMAC takes any key length");
    mac.update(b"form token\n");
    mac.update(id.map_or("nobody", TypedId::as_str).as_bytes());
    hex::encode(&mac.finalize().into_bytes()[..16])
}

/// The authenticator secret that this sign-in's page shows: the same on every look, known to nobody else, kept nowhere
/// until a code proves that it was taken.
pub fn totp_secret(premises: &Premises, id: &SignInId) -> [u8; 20] {
    let mut mac = <Hmac<Sm3> as KeyInit>::new_from_slice(&premises.settings.secret).expect("HMAC takes any key length");
    mac.update(b"authenticator\n");
    mac.update(id.as_str().as_bytes());
    mac.finalize().into_bytes()[..20].try_into().expect("twenty of thirty-two bytes")
}

fn hash_text(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// The actor that an account is.
pub fn actor_of(account: &account::Model) -> Option<Actor> {
    Some(Actor {
        account: Some(account.id.clone()),
        name: account.name.clone(),
        office_name: account.office_name.clone(),
        office: Office::from_parts(&account.office_kind, &account.office_ref, account.district)?,
        role: account.role,
    })
}

/// A new account's row: nobody can sign in with it before a password is set or a link is used. `holder` says who and
/// for which office; a trainee's person and an organisation follow from the office.
pub fn new_account(
    id: AccountId,
    login: String,
    holder: &Actor,
    district: DistrictCode,
    at: Instant,
) -> account::Model {
    let (kind, reference) = holder.office.parts();
    account::Model {
        id,
        login,
        name: holder.name.clone(),
        office_kind: kind.into(),
        office_ref: reference,
        office_name: holder.office_name.clone(),
        role: holder.role,
        password_hash: None,
        totp_secret: None,
        totp_last_step: 0,
        failed_count: 0,
        locked_until: None,
        disabled: false,
        organisation: holder.office.organisation().map(|one| one.id.clone()),
        person: if let Office::Trainee { person, .. } = &holder.office { Some(person.clone()) } else { None },
        path: district.management_path(),
        district,
        created_at: at,
        version: 1,
    }
}
