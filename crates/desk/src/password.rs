//! Passwords: argon2id, never stored or logged in the clear (domain §12.3).

use argon2::Argon2;
use argon2::{PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use foundation::{Fault, Refusal, Stop};

/// Wrong answers in a row before an account is locked.
pub const LOCK_AFTER: i32 = 5;
/// How long it stays locked.
pub const LOCK_MINUTES: i64 = 15;
/// Fewest characters.
pub const LENGTH_MIN: usize = 12;
/// What a password must be, for hints and refusals.
pub const WANTED: &str = "12 个以上字符，含大写、小写、数字、符号中的三类";
/// Most characters: argon2's work must be bounded.
pub const LENGTH_MAX: usize = 128;

/// What is wrong with a new password, if anything.
pub fn weakness(password: &str, login: &str) -> Option<Refusal> {
    let kinds = [
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| !c.is_ascii_alphanumeric()),
    ]
    .iter()
    .filter(|k| **k)
    .count();
    let length = password.chars().count();
    let fact = if length == 0 {
        "没有填写新密码".to_owned()
    } else if length < LENGTH_MIN {
        format!("密码只有 {length} 个字符")
    } else if length > LENGTH_MAX {
        format!("密码超过 {LENGTH_MAX} 个字符")
    } else if kinds < 3 {
        "密码只用了不到三类字符".to_owned()
    } else if !login.is_empty() && password.to_lowercase().contains(&login.to_lowercase()) {
        "密码里含有账号名".to_owned()
    } else {
        return None;
    };
    Some(Refusal::new("口令", "M8.2", fact, "网络安全等级保护三级要求", format!("请用 {WANTED}")).at("password"))
}

/// The PHC text of a password. Slow on purpose; call from a blocking task.
pub fn hash(password: &str, salt: [u8; 16]) -> Result<String, Stop> {
    let hash: argon2::password_hash::phc::PasswordHash =
        Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map_err(|e| Fault::Db(e.to_string()))?;
    Ok(hash.to_string())
}

/// Whether the password matches. With no stored hash the same time is spent on a dummy, so that
/// unknown accounts cannot be told from known ones.
pub fn matches(password: &str, stored: Option<&str>) -> bool {
    const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let known = stored.is_some();
    let Ok(parsed) = PasswordHash::new(stored.unwrap_or(DUMMY)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known
}

/// Hashes at once: each takes 19 MB and a core for some milliseconds, and nobody may have more than a few.
static HASHERS: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(4);

async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Stop> {
    let _turn = HASHERS.acquire().await.map_err(|_| Fault::Busy)?;
    tokio::task::spawn_blocking(work).await.map_err(|e| Fault::Upstream(e.to_string()).into())
}

/// `hash`, away from the threads that answer requests.
pub async fn hash_apart(password: String, salt: [u8; 16]) -> Result<String, Stop> {
    apart(move || hash(&password, salt)).await?
}

/// `matches`, away from the threads that answer requests; no more than so many at once.
pub async fn matches_apart(password: String, stored: Option<String>) -> Result<bool, Stop> {
    apart(move || password.len() <= LENGTH_MAX * 4 && matches(&password, stored.as_deref())).await
}
