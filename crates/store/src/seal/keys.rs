//! Keys: a small versioned text (`<version> <base64 of 32 bytes>` a line, `index <version>` names the
//! index key), from a file or the environment. The newest version seals; older ones still open.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sm3::Sm3;
use zeroize::Zeroizing;

/// Environment variable that holds a keyring's text (containers).
pub const ENVIRONMENT: &str = "JINBU_KEYS";

/// Why a keyring cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A line is neither comment, key nor index line.
    #[error("key file, line {0}: expected `<version> <base64 of 32 bytes>`")]
    Line(usize),
    /// There is no key at all.
    #[error("key file holds no key")]
    Empty,
    /// Reading or writing failed.
    #[error("key file: {0}")]
    Io(#[from] std::io::Error),
}

/// All key versions of an installation.
pub struct Keyring {
    versions: BTreeMap<u32, Zeroizing<[u8; 32]>>,
    index_version: u32,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring({} versions)", self.versions.len())
    }
}

impl Keyring {
    /// Reads a keyring's text. The index key is the oldest version unless an `index` line says otherwise.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let mut versions = BTreeMap::new();
        let mut index_version = None;
        for (at, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty() && !l.trim_start().starts_with('#')) {
            let bad = || KeyError::Line(at + 1);
            let (first, second) = line.trim().split_once(char::is_whitespace).ok_or_else(bad)?;
            if first == "index" {
                index_version = Some(second.trim().parse().map_err(|_| bad())?);
                continue;
            }
            let bytes = Zeroizing::new(STANDARD_NO_PAD.decode(second.trim().trim_end_matches('=')).map_err(|_| bad())?);
            let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| bad())?;
            versions.insert(first.parse::<u32>().map_err(|_| bad())?, Zeroizing::new(key));
        }
        let oldest = *versions.keys().next().ok_or(KeyError::Empty)?;
        let index_version = index_version.unwrap_or(oldest);
        if !versions.contains_key(&index_version) {
            return Err(KeyError::Empty);
        }
        Ok(Self { versions, index_version })
    }

    /// From `JINBU_KEYS`, when set.
    pub fn from_environment() -> Option<Result<Self, KeyError>> {
        std::env::var(ENVIRONMENT).ok().map(|text| Self::from_text(&text))
    }

    /// From a file; with `fresh` random bytes a missing file is made, readable by its owner only.
    pub fn load(path: &Path, fresh: Option<[u8; 32]>) -> Result<Self, KeyError> {
        if !path.exists()
            && let Some(fresh) = fresh
        {
            write_private(path, &format!("# 进补：字段加密密钥，请离线备份；丢失后已加密的证件号码无法恢复。\n1 {}\n", STANDARD.encode(fresh)))?;
        }
        Self::from_text(&Zeroizing::new(std::fs::read_to_string(path)?))
    }

    /// Appends a new version to a key file and reads it again (first step of a rotation).
    pub fn add_version(path: &Path, fresh: [u8; 32]) -> Result<Self, KeyError> {
        let old = Self::load(path, None)?;
        let text = Zeroizing::new(std::fs::read_to_string(path)?);
        let next = old.current().0 + 1;
        write_private(path, &format!("{}\n{next} {}\n", text.trim_end(), STANDARD.encode(fresh)))?;
        Self::load(path, None)
    }

    /// A fixed keyring for tests.
    pub fn for_tests() -> Self {
        Self::from_text(&format!("1 {}", STANDARD.encode([42u8; 32]))).expect("one good line")
    }

    /// A secret of this installation for `purpose` (cookies, class codes, journal keys), from the oldest key:
    /// it must not change when the field key rotates.
    pub fn secret(&self, purpose: &str) -> [u8; 32] {
        derive(self.index_material(), &format!("secret {purpose}"))
    }

    pub(super) fn current(&self) -> (u32, &[u8; 32]) {
        let (version, key) = self.versions.last_key_value().expect("a keyring has at least one key");
        (*version, key)
    }
    pub(super) fn version(&self, version: u32) -> Option<&[u8; 32]> {
        self.versions.get(&version).map(|key| &**key)
    }
    pub(super) fn index_material(&self) -> &[u8; 32] {
        self.versions.get(&self.index_version).expect("checked when read")
    }
}

/// HMAC-SM3 as a key derivation: one label, one key.
pub(super) fn derive(material: &[u8; 32], label: &str) -> [u8; 32] {
    let mut mac = <Hmac<Sm3> as KeyInit>::new_from_slice(material).expect("HMAC takes any key length");
    mac.update(b"jinbu key v1\n");
    mac.update(label.as_bytes());
    mac.finalize().into_bytes().into()
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}
