//! Keys: a small versioned text (`<version> <base64 of 32 bytes>` a line, `index <version>` names the index key,
//! `secret <version>` that of cookies, class codes and the journal), from a file or the environment. The newest
//! version seals; older ones still open.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sm3::Sm3;
use zeroize::Zeroizing;

/// Environment variable that holds a keyring's text (containers).
pub const ENVIRONMENT: &str = "JINBU_KEYS";

/// Why a keyring cannot be used; operators read it as it is. Never with a byte of a key in it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A line is neither comment, key nor index line.
    #[error("密钥第 {0} 行写坏了，应为“版本号 空格 密钥”。请用备份里的密钥文件（keys.txt）换回来，不要自己改")]
    Line(usize),
    /// There is no key at all, or an index or secret line names one that is not there.
    #[error("密钥里一把密钥也没有，或者缺了 index、secret 两行写明的那一版。请用备份里的密钥文件（keys.txt）换回来")]
    Empty,
    /// Two lines give one version two keys: which of them sealed what nobody can say.
    #[error("密钥里第 {0} 版写了两次。请用备份里的密钥文件（keys.txt）换回来")]
    Twice(u32),
    /// Reading or writing failed.
    #[error("密钥文件读不了或写不了（{0}）。请检查文件的属主、权限和磁盘")]
    Io(#[from] std::io::Error),
}

/// All key versions of an installation.
pub struct Keyring {
    versions: BTreeMap<u32, Zeroizing<[u8; 32]>>,
    index_version: u32,
    secret_version: u32,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring({} versions)", self.versions.len())
    }
}

impl Keyring {
    /// Reads a keyring's text. Index key and secret are the oldest version's unless their lines say otherwise.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let mut versions = BTreeMap::new();
        let (mut index_version, mut secret_version) = (None, None);
        for (at, line) in
            text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty() && !l.trim_start().starts_with('#'))
        {
            let bad = || KeyError::Line(at + 1);
            let (first, second) = line.trim().split_once(char::is_whitespace).ok_or_else(bad)?;
            let named = match first {
                "index" => Some(&mut index_version),
                "secret" => Some(&mut secret_version),
                _ => None,
            };
            if let Some(named) = named {
                *named = Some(second.trim().parse().map_err(|_| bad())?);
                continue;
            }
            let bytes = Zeroizing::new(STANDARD_NO_PAD.decode(second.trim().trim_end_matches('=')).map_err(|_| bad())?);
            let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| bad())?;
            let version = first.parse::<u32>().map_err(|_| bad())?;
            if versions.insert(version, Zeroizing::new(key)).is_some() {
                return Err(KeyError::Twice(version));
            }
        }
        let oldest = *versions.keys().next().ok_or(KeyError::Empty)?;
        let (index_version, secret_version) = (index_version.unwrap_or(oldest), secret_version.unwrap_or(oldest));
        if !versions.contains_key(&index_version) || !versions.contains_key(&secret_version) {
            return Err(KeyError::Empty);
        }
        Ok(Self { versions, index_version, secret_version })
    }

    /// From `JINBU_KEYS`, when set.
    pub fn from_environment() -> Option<Result<Self, KeyError>> {
        std::env::var(ENVIRONMENT).ok().map(|text| Self::from_text(&text))
    }

    /// From a file; none where there is no file. Never makes one.
    pub fn load(path: &Path) -> Result<Option<Self>, KeyError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_text(&Zeroizing::new(text)).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            // Bytes that are no text are a damaged file, not one that cannot be read.
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(KeyError::Line(1)),
            Err(error) => Err(error.into()),
        }
    }

    /// A new key file with one key of `fresh` random bytes, readable by its owner only. It is on the disk when this
    /// returns. Errors: a file stands there already (it is left as it is).
    pub fn create(path: &Path, fresh: [u8; 32]) -> Result<Self, KeyError> {
        let text = Zeroizing::new(format!(
            "# 进补：字段加密密钥，请离线备份；丢失后已加密的证件号码无法恢复。\n1 {}\n",
            STANDARD.encode(fresh)
        ));
        write_private(path, &text, false)?;
        Self::from_text(&text)
    }

    /// The keyring as text, as a file holds it. Keep it secret.
    pub fn to_text(&self) -> Zeroizing<String> {
        let lines = self
            .versions
            .iter()
            .map(|(version, key)| Zeroizing::new(format!("{version} {}\n", STANDARD.encode(**key))));
        let mut text = Zeroizing::new(String::new());
        lines.for_each(|line| text.push_str(&line));
        text.push_str(&format!("index {}\nsecret {}\n", self.index_version, self.secret_version));
        text
    }

    /// Writes a keyring to a new key file (a restore). Errors: another file stands there.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyError> {
        Ok(write_private(
            path,
            &Zeroizing::new(format!("# 进补：字段加密密钥（从备份恢复），请离线备份。\n{}", &*self.to_text())),
            false,
        )?)
    }

    /// Appends a new version to a key file and reads it again (first step of a rotation). The index stays with its
    /// version until every row is indexed anew, the secret for good: both lines are written out.
    pub fn add_version(path: &Path, fresh: [u8; 32]) -> Result<Self, KeyError> {
        let old = Self::load(path)?.ok_or(KeyError::Empty)?;
        rewrite(path, old.index_version, old.secret_version, Some((old.newest() + 1, fresh)))
    }

    /// Makes a version the index key (last step of a rotation).
    pub fn index_by(path: &Path, version: u32) -> Result<Self, KeyError> {
        let old = Self::load(path)?.ok_or(KeyError::Empty)?;
        if !old.versions.contains_key(&version) {
            return Err(KeyError::Empty);
        }
        rewrite(path, version, old.secret_version, None)
    }

    /// The newest version: that which seals.
    pub fn newest(&self) -> u32 {
        *self.versions.last_key_value().expect("a keyring has at least one key").0
    }
    /// All versions, ascending.
    pub fn versions(&self) -> Vec<u32> {
        self.versions.keys().copied().collect()
    }
    /// The version of the index key.
    pub fn index_version(&self) -> u32 {
        self.index_version
    }

    /// A fixed keyring for tests.
    pub fn for_tests() -> Self {
        Self::from_text(&format!("1 {}", STANDARD.encode([42u8; 32]))).expect("one good line")
    }

    /// A secret of this installation for `purpose` (cookies, class codes, journal keys): it must not change when field
    /// and index keys rotate.
    pub fn secret(&self, purpose: &str) -> [u8; 32] {
        let material = self.versions.get(&self.secret_version).expect("checked when read");
        derive(material, &format!("secret {purpose}"))
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

/// Writes a key file anew: its lines without the old index and secret lines, then these.
fn rewrite(path: &Path, index: u32, secret: u32, fresh: Option<(u32, [u8; 32])>) -> Result<Keyring, KeyError> {
    let text = Zeroizing::new(std::fs::read_to_string(path)?);
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("index ") && !line.trim_start().starts_with("secret "))
        .collect();
    let more = fresh.map(|(version, key)| format!("{version} {}\n", STANDARD.encode(key))).unwrap_or_default();
    write_private(
        path,
        &Zeroizing::new(format!("{}\n{more}index {index}\nsecret {secret}\n", kept.join("\n").trim_end())),
        true,
    )?;
    Keyring::load(path)?.ok_or(KeyError::Empty)
}

/// Written beside, synced, put in its place, and the folder synced: a power cut leaves the old file or the new one,
/// whole. Errors: with `replace` false, when a file stands there already.
fn write_private(path: &Path, text: &str, replace: bool) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let folder = path.parent().filter(|one| !one.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    if replace {
        std::fs::rename(&beside, path)?;
    } else {
        // A link takes no place that is taken, whoever else is at it.
        let linked = std::fs::hard_link(&beside, path);
        std::fs::remove_file(&beside)?;
        linked?;
    }
    std::fs::File::open(folder)?.sync_all()
}
