//! Seal: field encryption for id numbers, phones, accounts (domain §12.4; M7.1). SM4-GCM with a key
//! per version, and an HMAC-SM3 blind index that finds and keeps unique without opening.

pub mod canary;
mod keys;
pub mod passphrase;
pub mod rotate;

pub use keys::{KeyError, Keyring};

use aes_gcm::AesGcm;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hmac::{Hmac, Mac};
use sm3::Sm3;
use sm4::Sm4;
use zeroize::Zeroizing;

type Sm4Gcm = AesGcm<Sm4, U12>;

/// A sealed text column: `v<key version>.<base64 of nonce, ciphertext and tag>`. Debug shows no content.
#[derive(Clone, PartialEq, Eq, sea_orm::DeriveValueType)]
pub struct Sealed(String);

/// A blind index column: 64 hex digits of HMAC-SM3.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sea_orm::DeriveValueType)]
pub struct BlindIndex(String);

/// What a field is: sealed values of one purpose cannot be passed off as another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Id numbers of persons and teachers.
    IdNumber,
    /// Mobile numbers.
    Phone,
    /// Bank and social-security accounts.
    Account,
    /// TOTP secrets.
    TotpSecret,
    /// The text that shows whether keys and database belong together.
    Canary,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::IdNumber => "id-number",
            Self::Phone => "phone",
            Self::Account => "account",
            Self::TotpSecret => "totp-secret",
            Self::Canary => "canary",
        }
    }
}

/// Why a sealed field does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The text has not the form of a sealed field.
    #[error("not a sealed field")]
    Malformed,
    /// Its key version is not in the keyring.
    #[error("key version {0} is missing")]
    NoKey(u32),
    /// Key, purpose, owner or content do not fit: altered or moved.
    #[error("sealed field was altered or belongs elsewhere")]
    Altered,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealed(…)")
    }
}

impl Sealed {
    /// A sealed text that lies outside the database (a file). What it is worth shows when it is opened.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }
    /// The stored text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The key version it was sealed with.
    pub fn version(&self) -> Option<u32> {
        self.0.strip_prefix('v')?.split_once('.')?.0.parse().ok()
    }
}

impl BlindIndex {
    /// The stored text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Binds a sealed value to what and whose it is.
fn associated(purpose: Purpose, owner: &str) -> Vec<u8> {
    format!("jinbu\n{}\n{owner}", purpose.word()).into_bytes()
}

impl Keyring {
    /// Seals `plain` for `owner` (the row's id) with the current key. `nonce` must be fresh random bytes.
    pub fn seal(&self, purpose: Purpose, owner: &str, plain: &str, nonce: [u8; 12]) -> Sealed {
        self.seal_with(self.newest(), purpose, owner, plain, nonce).expect("a keyring holds its newest version")
    }

    /// Seals with a certain version's key; None when the keyring has no such version.
    pub fn seal_with(
        &self,
        version: u32,
        purpose: Purpose,
        owner: &str,
        plain: &str,
        nonce: [u8; 12],
    ) -> Option<Sealed> {
        let material = self.version(version)?;
        let aad = associated(purpose, owner);
        let cipher = Sm4Gcm::new(&keys::derive(material, "seal")[..16].try_into().expect("sixteen bytes"));
        let body = cipher
            .encrypt(&nonce.into(), Payload { msg: plain.as_bytes(), aad: &aad })
            .expect("fields are far below GCM's length limit");
        Some(Sealed(format!("v{version}.{}", STANDARD_NO_PAD.encode([nonce.as_slice(), &body].concat()))))
    }

    /// Opens a sealed field of `owner`. The text is wiped when dropped.
    pub fn open(&self, purpose: Purpose, owner: &str, sealed: &Sealed) -> Result<Zeroizing<String>, SealError> {
        let version = sealed.version().ok_or(SealError::Malformed)?;
        let material = self.version(version).ok_or(SealError::NoKey(version))?;
        let text = sealed.0.split_once('.').ok_or(SealError::Malformed)?.1;
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| SealError::Malformed)?;
        let (nonce, body) = bytes.split_at_checked(12).ok_or(SealError::Malformed)?;
        let nonce: [u8; 12] = nonce.try_into().map_err(|_| SealError::Malformed)?;
        let cipher = Sm4Gcm::new(&keys::derive(material, "seal")[..16].try_into().expect("sixteen bytes"));
        let aad = associated(purpose, owner);
        let plain = cipher.decrypt(&nonce.into(), Payload { msg: body, aad: &aad }).map_err(|_| SealError::Altered)?;
        String::from_utf8(plain).map(Zeroizing::new).map_err(|_| SealError::Malformed)
    }

    /// The blind index of a value: equal values of one purpose have equal indexes under one index key.
    pub fn index(&self, purpose: Purpose, plain: &str) -> BlindIndex {
        Self::index_under(self.index_material(), purpose, plain)
    }

    /// The blind index under a certain version's key; None when the keyring has no such version.
    pub fn index_with(&self, version: u32, purpose: Purpose, plain: &str) -> Option<BlindIndex> {
        self.version(version).map(|material| Self::index_under(material, purpose, plain))
    }

    fn index_under(material: &[u8; 32], purpose: Purpose, plain: &str) -> BlindIndex {
        let key = keys::derive(material, "index");
        let mut mac = <Hmac<Sm3> as KeyInit>::new_from_slice(&key).expect("HMAC takes any key length");
        mac.update(purpose.word().as_bytes());
        mac.update(b"\n");
        mac.update(plain.as_bytes());
        BlindIndex(hex::encode(mac.finalize().into_bytes()))
    }

    /// Whether a field should be sealed anew with the current key.
    pub fn needs_rotation(&self, sealed: &Sealed) -> bool {
        sealed.version() != Some(self.newest())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aes_gcm::aead::AeadInOut;
    use proptest::prelude::*;

    fn hexed(text: &str) -> Vec<u8> {
        hex::decode(text).unwrap()
    }

    /// RFC 8998 appendix A.1.
    #[test]
    fn sm4_gcm_matches_rfc_8998() {
        let key: [u8; 16] = hexed("0123456789abcdeffedcba9876543210").try_into().unwrap();
        let nonce: [u8; 12] = hexed("00001234567800000000abcd").try_into().unwrap();
        let aad = hexed("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let plain = hexed(
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd\
             eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        );
        let sealed = Sm4Gcm::new(&key.into()).encrypt(&nonce.into(), Payload { msg: &plain, aad: &aad }).unwrap();
        assert_eq!(
            hex::encode(sealed),
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735\
             d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d83de3541e4c2b58177e065a9bf7b62ec"
        );
        let mut wrong = plain.clone();
        assert!(Sm4Gcm::new(&key.into()).decrypt_in_place(&nonce.into(), &aad, &mut wrong).is_err());
    }

    /// GB/T 32905 (SM3) example 1; HMAC-SM3 against OpenSSL where it is installed.
    #[test]
    fn sm3_matches_the_standard_and_openssl() {
        use sm3::Digest;
        assert_eq!(
            hex::encode(Sm3::digest(b"abc")),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        let mut mac = <Hmac<Sm3> as KeyInit>::new_from_slice(b"0123456789abcdef").unwrap();
        mac.update("晋江市".as_bytes());
        let ours = hex::encode(mac.finalize().into_bytes());
        let path = std::env::temp_dir().join(format!("jinbu-hmac-{}", std::process::id()));
        std::fs::write(&path, "晋江市").unwrap();
        let ran = std::process::Command::new("openssl")
            .args(["dgst", "-sm3", "-mac", "HMAC", "-macopt", "key:0123456789abcdef"])
            .arg(&path)
            .output();
        std::fs::remove_file(&path).ok();
        if let Ok(output) = ran
            && output.status.success()
        {
            assert!(String::from_utf8_lossy(&output.stdout).trim().ends_with(&ours), "OpenSSL disagrees");
        }
    }

    #[test]
    fn a_field_moved_to_another_owner_or_purpose_does_not_open() {
        let keys = Keyring::for_tests();
        let sealed = keys.seal(Purpose::IdNumber, "row-1", "35019919000101009X", [1; 12]);
        assert_eq!(keys.open(Purpose::IdNumber, "row-1", &sealed).unwrap().as_str(), "35019919000101009X");
        assert_eq!(keys.open(Purpose::IdNumber, "row-2", &sealed), Err(SealError::Altered));
        assert_eq!(keys.open(Purpose::Phone, "row-1", &sealed), Err(SealError::Altered));
        assert_ne!(keys.index(Purpose::IdNumber, "1"), keys.index(Purpose::Phone, "1"));
        assert!(!format!("{sealed:?}").contains("3501"));
    }

    #[test]
    fn old_versions_open_and_ask_for_rotation() {
        let old = Keyring::from_text(&format!("1 {}", STANDARD_NO_PAD.encode([1u8; 32]))).unwrap();
        let sealed = old.seal(Purpose::Account, "a", "6228480012345678903", [9; 12]);
        let both = Keyring::from_text(&format!(
            "1 {}\n2 {}",
            STANDARD_NO_PAD.encode([1u8; 32]),
            STANDARD_NO_PAD.encode([2u8; 32])
        ))
        .unwrap();
        assert_eq!(both.open(Purpose::Account, "a", &sealed).unwrap().as_str(), "6228480012345678903");
        assert!(both.needs_rotation(&sealed) && !old.needs_rotation(&sealed));
        assert_eq!(
            both.index(Purpose::Account, "x"),
            old.index(Purpose::Account, "x"),
            "the index key stays until re-indexed"
        );
        let new = Keyring::from_text(&format!("2 {}", STANDARD_NO_PAD.encode([2u8; 32]))).unwrap();
        assert_eq!(new.open(Purpose::Account, "a", &sealed), Err(SealError::NoKey(1)));
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_and_one_flipped_bit_does_not(
            plain in ".{0,60}", nonce: [u8; 12], at in 0usize..1000, bit in 0u8..8
        ) {
            let keys = Keyring::for_tests();
            let sealed = keys.seal(Purpose::Phone, "p", &plain, nonce);
            let opened = keys.open(Purpose::Phone, "p", &sealed).unwrap();
            prop_assert_eq!(opened.as_str(), plain.as_str());
            let (head, body) = sealed.0.split_once('.').unwrap();
            let mut bytes = STANDARD_NO_PAD.decode(body).unwrap();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            let altered = Sealed(format!("{head}.{}", STANDARD_NO_PAD.encode(bytes)));
            prop_assert_eq!(keys.open(Purpose::Phone, "p", &altered), Err(SealError::Altered));
        }
    }
}
