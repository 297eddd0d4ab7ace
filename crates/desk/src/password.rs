//! Passwords: argon2id, never stored or logged in the clear (domain §12.3).

use crate::refusals::PASSWORD;
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

/// Whose password it is to be: what a guesser tries first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Whose<'a> {
    /// Name of the account.
    pub login: &'a str,
    /// Name of the person.
    pub name: &'a str,
}

/// What people here begin a password with, beside the thirty thousand words, names and rows of keys that the library
/// knows (from published lists of stolen passwords).
const HABITS: &[&str] = &[
    "woaini",
    "woaiwojia",
    "wodemima",
    "mima",
    "mima123",
    "nihao",
    "zhongguo",
    "5201314",
    "1314520",
    "1314",
    "520",
    "521",
    "666",
    "888",
    "168",
    "a123456",
    "a123456789",
    "123456789a",
    "qq123456",
    "qwer1234",
    "1q2w3e4r",
    "1qaz2wsx",
    "1qaz@wsx",
    "3edc",
    "zaq12wsx",
    "qazwsx",
    "woaini1314",
    "woaini520",
    "aa123456",
    "abc123456",
    "admin",
    "admin123",
    "administrator",
    "root",
    "test",
    "guest",
    "peixun",
    "renshe",
    "shebao",
    "jinbu",
    "password",
    "passw0rd",
    "huawei",
    "wang",
    "zhang",
    "chen",
    "lin",
    "huang",
];

/// Guesses that a password must outlast: the library's own measure of a stolen list of slow hashes is a hundredth.
const GUESSES: u64 = 1_000_000_000;

/// What is wrong with a new password, if anything.
pub fn weakness(password: &str, whose: Whose<'_>) -> Option<Refusal> {
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
    } else {
        return guessable(password, whose).map(|(fact, fix)| no(fact, fix));
    };
    Some(no(&fact, &format!("请用 {WANTED}")))
}

fn no(fact: &str, fix: &str) -> Refusal {
    PASSWORD.refuse(fact).fix(fix).at("password")
}

/// Why somebody would guess it soon, and what to do.
fn guessable(password: &str, whose: Whose<'_>) -> Option<(&'static str, &'static str)> {
    const OTHER: &str = "别人最先猜的就是它，请换一个与自己无关的";
    let small = password.to_lowercase();
    let holds = |word: &str| !word.is_empty() && small.contains(&word.to_lowercase());
    if holds(whose.login) {
        return Some(("密码里含有账号名", OTHER));
    }
    if holds(whose.name) {
        return Some(("密码里含有姓名", OTHER));
    }
    if holds_phone(password) {
        return Some(("密码里含有手机号码", OTHER));
    }
    let known: Vec<&str> =
        HABITS.iter().copied().chain([whose.login, whose.name]).filter(|word| !word.is_empty()).collect();
    if zxcvbn::zxcvbn(password, &known).guesses() < GUESSES {
        return Some((
            "密码太常见，很快会被猜中",
            "请不要用常见的词、相邻的键、连号、重复和年份拼成密码；几个不相干的词连起来，好记又难猜",
        ));
    }
    None
}

fn holds_phone(password: &str) -> bool {
    password
        .as_bytes()
        .windows(11)
        .any(|some| some[0] == b'1' && (b'3'..=b'9').contains(&some[1]) && some.iter().all(u8::is_ascii_digit))
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
    const DUMMY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
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

#[cfg(test)]
mod tests {
    use super::*;

    fn said(password: &str) -> String {
        let whose = Whose { login: "lai.xiaodong", name: "赖晓东" };
        weakness(password, whose).map_or_else(String::new, |no| no.fact)
    }

    #[test]
    fn m8_2_what_everybody_guesses_first_is_refused_however_many_kinds_of_letters_it_has() {
        for common in [
            "Password123!",
            "P@ssw0rd2026",
            "Qwer1234!@#$",
            "1qaz@WSX3edc",
            "Woaini1314520!",
            "Aa123456789.",
            "123456789a.A",
            "Admin@123456",
            "Abc@12345678",
            "Qwer1234qwer1234.",
            "Woaini1314woaini1314.",
            "Qq123456789!",
            "Aaaaaaaaaaa1!",
            "Wang19850506!",
            "Huawei@123456",
        ] {
            assert!(said(common).contains("太常见"), "{common}: {}", said(common));
        }
    }

    #[test]
    fn m8_2_ones_own_name_and_number_are_no_password() {
        assert!(said("Lai.Xiaodong-99x").contains("账号名"));
        assert!(said("赖晓东的密码A1b2c3").contains("姓名"));
        assert!(said("Xk-13905951234-zz").contains("手机号码"));
    }

    #[test]
    fn m8_2_what_nobody_guesses_is_taken() {
        for good in
            ["Jinjiang-2026-spring", "Anhai-2026-autumn", "tuVw-9ride-Mango", "荔枝Red铁轨7灯塔book", "k7#Pq2!vLm9x"]
        {
            assert_eq!(said(good), "", "{good}");
        }
        assert!(said("short").contains("5 个字符") && said("onlysmallletters").contains("不到三类"));
    }
}
