//! A text sealed with a passphrase (the keys in a backup; domain §12.4): Argon2id makes the key, SM4-GCM seals. Whoever
//! finds the backup and not the passphrase has nothing.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Sm4Gcm;

/// Fewest characters of a passphrase.
pub const LENGTH_MIN: usize = 12;
/// Memory in KiB, passes and lanes of new seals: a tenth of a second here, dear for whoever guesses.
const COST: (u32, u32, u32) = (64 * 1024, 3, 1);
/// Most memory in KiB that a seal may ask for: a forged one must not exhaust the machine.
const MEMORY_MAX: u32 = 1024 * 1024;
/// What the sealed text is bound to.
const BOUND_TO: &[u8] = b"jinbu\nbackup-keys";

/// Why it does not open; operators read it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// Too few characters to seal with.
    #[error("口令太短：至少 {LENGTH_MIN} 个字符")]
    Short,
    /// The file is no sealed text.
    #[error("封存的密钥文件坏了，请换一份备份")]
    Malformed,
    /// Wrong passphrase, or the file was altered.
    #[error("口令不对，或者封存的密钥文件被改动过")]
    Wrong,
}

#[derive(Serialize, Deserialize)]
struct Locked {
    v: u8,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
    nonce: String,
    body: String,
}

/// Seals `text`; salt and nonce must be fresh random bytes. Slow on purpose; call from a blocking task.
///
/// # Errors
/// `Short`.
pub fn lock(text: &str, passphrase: &str, salt: [u8; 16], nonce: [u8; 12]) -> Result<String, PassphraseError> {
    if passphrase.chars().count() < LENGTH_MIN {
        return Err(PassphraseError::Short);
    }
    let cipher = cipher(passphrase, &salt, COST)?;
    let body = cipher
        .encrypt(&nonce.into(), Payload { msg: text.as_bytes(), aad: BOUND_TO })
        .map_err(|_| PassphraseError::Malformed)?;
    let (memory_kib, passes, lanes) = COST;
    let locked = Locked {
        v: 1,
        memory_kib,
        passes,
        lanes,
        salt: STANDARD.encode(salt),
        nonce: STANDARD.encode(nonce),
        body: STANDARD.encode(body),
    };
    serde_json::to_string_pretty(&locked).map_err(|_| PassphraseError::Malformed)
}

/// Opens what `lock` made. The text is wiped when dropped.
///
/// # Errors
/// `Malformed`, `Wrong`.
pub fn unlock(sealed: &str, passphrase: &str) -> Result<Zeroizing<String>, PassphraseError> {
    let locked: Locked = serde_json::from_str(sealed).map_err(|_| PassphraseError::Malformed)?;
    let bytes = |text: &str| STANDARD.decode(text).map_err(|_| PassphraseError::Malformed);
    let nonce: [u8; 12] = bytes(&locked.nonce)?.try_into().map_err(|_| PassphraseError::Malformed)?;
    if locked.v != 1 || locked.memory_kib > MEMORY_MAX || locked.passes > 64 {
        return Err(PassphraseError::Malformed);
    }
    let cipher = cipher(passphrase, &bytes(&locked.salt)?, (locked.memory_kib, locked.passes, locked.lanes))?;
    let plain = cipher
        .decrypt(&nonce.into(), Payload { msg: &bytes(&locked.body)?, aad: BOUND_TO })
        .map_err(|_| PassphraseError::Wrong)?;
    String::from_utf8(plain).map(Zeroizing::new).map_err(|_| PassphraseError::Malformed)
}

fn cipher(
    passphrase: &str,
    salt: &[u8],
    (memory_kib, passes, lanes): (u32, u32, u32),
) -> Result<Sm4Gcm, PassphraseError> {
    let params = Params::new(memory_kib, passes, lanes, Some(16)).map_err(|_| PassphraseError::Malformed)?;
    let mut key = Zeroizing::new([0u8; 16]);
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
        .map_err(|_| PassphraseError::Malformed)?;
    Ok(Sm4Gcm::new(&(*key).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_passphrase_opens_it_and_any_change_shows() {
        let sealed = lock("1 abc\n", "correct horse battery", [1; 16], [2; 12]).unwrap();
        assert!(!sealed.contains("abc"));
        assert_eq!(&*unlock(&sealed, "correct horse battery").unwrap(), "1 abc\n");
        assert_eq!(unlock(&sealed, "correct horse batterx").unwrap_err(), PassphraseError::Wrong);
        let other = lock("1 abd\n", "correct horse battery", [1; 16], [3; 12]).unwrap();
        let body =
            |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["body"].as_str().unwrap().to_owned();
        let mixed = sealed.replace(&body(&sealed), &body(&other));
        assert_eq!(unlock(&mixed, "correct horse battery").unwrap_err(), PassphraseError::Wrong);
        assert_eq!(unlock("{}", "x").unwrap_err(), PassphraseError::Malformed);
        assert_eq!(lock("1", "short", [1; 16], [2; 12]).unwrap_err(), PassphraseError::Short);
    }
}
