//! Verifier keys as text: `<name>+<id>+<base64 of algorithm and key>` (c2sp.org/signed-note), for
//! Ed25519 and, under an algorithm id of our own, SM2 (M3.11, M8.9; domain.md §12.4). Other people's verifiers
//! skip what they do not know, so an SM2 line never stands in their way.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use crate::note::BadNote;

/// Algorithm bytes of Ed25519.
pub(crate) const ED25519: &[u8] = &[1];
/// Algorithm bytes of SM2 with SM3: 0xff is the text's escape for algorithms without a number.
pub(crate) const SM2: &[u8] = b"\xffjinbu/sm2-sm3/v1";
/// The signer's identity that SM2 hashes in, the default of GM/T 0009.
pub const SM2_ID: &str = "1234567812345678";

/// A public key.
#[derive(Debug, Clone)]
pub(crate) enum Public {
    Ed25519(ed25519_dalek::VerifyingKey),
    Sm2(Box<sm2::dsa::VerifyingKey>),
}

/// One key that may sign notes.
#[derive(Debug, Clone)]
pub struct VerifierKey {
    name: String,
    id: u32,
    public: Public,
}

/// The keys that must all have signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct VerifierKeys {
    keys: Vec<VerifierKey>,
}

impl VerifierKeys {
    /// These keys.
    pub fn new(keys: Vec<VerifierKey>) -> Self {
        Self { keys }
    }
    /// The keys, in order.
    pub fn keys(&self) -> &[VerifierKey] {
        &self.keys
    }
    /// Reads one key per line; empty lines are skipped.
    ///
    /// # Errors
    /// `BadKey` for a line that is no key, a key listed twice, or no key at all.
    pub fn parse(text: &str) -> Result<Self, BadNote> {
        Self::try_from(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect::<Vec<_>>())
    }
}

impl TryFrom<Vec<String>> for VerifierKeys {
    type Error = BadNote;
    fn try_from(lines: Vec<String>) -> Result<Self, BadNote> {
        let keys = lines.iter().map(|line| line.parse()).collect::<Result<Vec<VerifierKey>, _>>()?;
        let twice = keys.iter().enumerate().any(|(at, key)| keys[..at].contains(key));
        if keys.is_empty() || twice { Err(BadNote::BadKey) } else { Ok(Self { keys }) }
    }
}

impl From<VerifierKeys> for Vec<String> {
    fn from(all: VerifierKeys) -> Self {
        all.keys.iter().map(ToString::to_string).collect()
    }
}

/// One key per line.
impl fmt::Display for VerifierKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.keys.iter().try_for_each(|key| writeln!(f, "{key}"))
    }
}

impl VerifierKey {
    pub(crate) fn ed25519(name: &str, key: ed25519_dalek::VerifyingKey) -> Self {
        Self::new(name, Public::Ed25519(key))
    }
    pub(crate) fn sm2(name: &str, key: sm2::dsa::VerifyingKey) -> Self {
        Self::new(name, Public::Sm2(Box::new(key)))
    }
    fn new(name: &str, public: Public) -> Self {
        let mut key = Self { name: name.to_owned(), id: 0, public };
        key.id = signed_note::key_id(name, &key.data());
        key
    }
    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The first four bytes of SHA-256 over name, newline, algorithm and key.
    pub fn id(&self) -> u32 {
        self.id
    }
    /// The algorithm's name for people.
    pub fn kind_zh(&self) -> &'static str {
        match self.public {
            Public::Ed25519(_) => "Ed25519",
            Public::Sm2(_) => "SM2",
        }
    }
    pub(crate) fn public(&self) -> &Public {
        &self.public
    }
    pub(crate) fn algorithm(&self) -> &'static [u8] {
        match self.public {
            Public::Ed25519(_) => ED25519,
            Public::Sm2(_) => SM2,
        }
    }
    /// Algorithm and key. SM2 points are written uncompressed, 65 bytes.
    fn data(&self) -> Vec<u8> {
        match &self.public {
            Public::Ed25519(key) => [ED25519, key.as_bytes()].concat(),
            Public::Sm2(key) => [SM2, &key.to_sec1_bytes()].concat(),
        }
    }
}

impl PartialEq for VerifierKey {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.data() == other.data()
    }
}
impl Eq for VerifierKey {}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&vkey(&self.name, self.id, &self.data()))
    }
}

impl FromStr for VerifierKey {
    type Err = BadNote;
    /// Reads `<name>+<id>+<data>`, one spelling only; the id must be the key's own.
    fn from_str(text: &str) -> Result<Self, BadNote> {
        let (name, _, data) = vkey_parts(text).ok_or(BadNote::BadKey)?;
        let key = if let Some(point) = data.strip_prefix(SM2) {
            Self::sm2(&name, sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_ID, point).map_err(|_| BadNote::BadKey)?)
        } else {
            let bytes = data.strip_prefix(ED25519).and_then(|key| key.try_into().ok()).ok_or(BadNote::BadKey)?;
            Self::ed25519(&name, ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| BadNote::BadKey)?)
        };
        if key.to_string() == text { Ok(key) } else { Err(BadNote::BadKey) }
    }
}

/// `<name>+<id>+<base64>`.
pub(crate) fn vkey(name: &str, id: u32, data: &[u8]) -> String {
    format!("{name}+{id:08x}+{}", BASE64_STANDARD.encode(data))
}

/// Splits at the first two `+`: base64 may hold more of them.
pub(crate) fn vkey_parts(text: &str) -> Option<(String, u32, Vec<u8>)> {
    let (name, rest) = text.split_once('+')?;
    let (id, data) = rest.split_once('+')?;
    if !signed_note::is_key_name_valid(name) {
        return None;
    }
    Some((name.to_owned(), u32::from_str_radix(id, 16).ok()?, BASE64_STANDARD.decode(data).ok()?))
}
