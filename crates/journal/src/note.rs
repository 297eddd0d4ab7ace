//! Checkpoints as C2SP signed notes: origin, size and root, signed with Ed25519 (algorithm 1, any note
//! verifier reads it) and beside it with SM2/SM3 for domestic cryptography (M3.11, M8.9; domain.md §12.4;
//! c2sp.org/signed-note, c2sp.org/tlog-checkpoint). Keys come from seeds; nothing here asks for chance.

use ed25519_dalek::Signer as _;
use signed_note::{Note, NoteError, VerifierList};
use sm2::dsa::signature::Verifier as _;

use crate::keys::{Public, SM2_ID, VerifierKey, VerifierKeys, vkey, vkey_parts};
use crate::tree::Hash;

/// A signed tree head.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The log's name; also the name of its keys.
    pub origin: String,
    /// Leaves in the tree.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

/// Why a note or a key is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadNote {
    /// Not a signed note.
    #[error("不是合格的签名文本")]
    Malformed,
    /// A signature by a known key is wrong.
    #[error("{0}签名不对")]
    BadSignature(&'static str),
    /// A key that must have signed has not.
    #[error("缺少{0}签名")]
    Unsigned(&'static str),
    /// The signed text is no checkpoint of this log.
    #[error("签名的内容不是本日志的检查点")]
    NotCheckpoint,
    /// A key's text is wrong.
    #[error("密钥文本不对")]
    BadKey,
}

/// The desk's signing keys: one Ed25519, one SM2, under one name.
#[derive(Clone)]
pub struct Keys {
    name: String,
    ed25519: ed25519_dalek::SigningKey,
    sm2: sm2::dsa::SigningKey,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Keys {
    /// Keys from two 32-byte seeds. The SM2 seed is the secret number itself.
    ///
    /// # Errors
    /// `BadKey` for a name with spaces or `+`, or an SM2 seed outside 1..n-1 (one in four thousand million).
    pub fn from_seeds(name: &str, ed25519: [u8; 32], sm2: [u8; 32]) -> Result<Self, BadNote> {
        if !signed_note::is_key_name_valid(name) {
            return Err(BadNote::BadKey);
        }
        let sm2 = sm2::dsa::SigningKey::from_slice(SM2_ID, &sm2).map_err(|_| BadNote::BadKey)?;
        let keys = Self { name: name.to_owned(), ed25519: ed25519_dalek::SigningKey::from_bytes(&ed25519), sm2 };
        // The one number that makes a key but cannot sign is n-1; trying shows it.
        keys.sm2.try_sign(b"jinbu").map_err(|_| BadNote::BadKey)?;
        Ok(keys)
    }

    /// New keys from a source of random bytes (`|| ids.bytes()`).
    ///
    /// # Errors
    /// `BadKey` for a bad name, or a source that keeps giving impossible seeds.
    pub fn generate(name: &str, mut random: impl FnMut() -> [u8; 32]) -> Result<Self, BadNote> {
        let ed25519 = random();
        (0..8).find_map(|_| Self::from_seeds(name, ed25519, random()).ok()).ok_or(BadNote::BadKey)
    }

    /// The secret text: two lines `PRIVATE+KEY+<name>+<id>+<seed>`. Keep it secret.
    pub fn to_secret_text(&self) -> String {
        let [ed25519, sm2] = self.public();
        let line = |public: &VerifierKey, seed: &[u8]| {
            format!("PRIVATE+KEY+{}\n", vkey(&self.name, public.id(), &[public.algorithm(), seed].concat()))
        };
        line(&ed25519, &self.ed25519.to_bytes()) + &line(&sm2, &self.sm2.to_bytes())
    }

    /// Reads what `to_secret_text` wrote.
    ///
    /// # Errors
    /// `BadKey` for anything else.
    pub fn parse(secret: &str) -> Result<Self, BadNote> {
        let mut lines =
            secret.lines().map(|line| line.strip_prefix("PRIVATE+KEY+").and_then(vkey_parts).ok_or(BadNote::BadKey));
        let mut next = || lines.next().ok_or(BadNote::BadKey)?;
        let (first, second) = (next()?, next()?);
        let seed = |data: &[u8]| data.last_chunk::<32>().copied().ok_or(BadNote::BadKey);
        let keys = Self::from_seeds(&first.0, seed(&first.2)?, seed(&second.2)?)?;
        if keys.to_secret_text().trim_end() == secret.trim_end() { Ok(keys) } else { Err(BadNote::BadKey) }
    }

    /// The name of the keys: the log's origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What others need to verify.
    pub fn verifier_keys(&self) -> VerifierKeys {
        VerifierKeys::new(self.public().to_vec())
    }

    fn public(&self) -> [VerifierKey; 2] {
        [
            VerifierKey::ed25519(&self.name, self.ed25519.verifying_key()),
            VerifierKey::sm2(&self.name, self.sm2.verifying_key().clone()),
        ]
    }
}

/// Signs a text (whole lines, ending in a newline) with both keys.
///
/// # Errors
/// `Malformed` for a text that no note may hold (control characters, no final newline).
pub fn sign_text(text: &str, keys: &Keys) -> Result<String, BadNote> {
    let [ed25519, sm2] = keys.public();
    let by_sm2: sm2::dsa::Signature = keys.sm2.try_sign(text.as_bytes()).map_err(|_| BadNote::BadKey)?;
    let signatures = [(ed25519, keys.ed25519.sign(text.as_bytes()).to_bytes().to_vec()), (sm2, by_sm2.to_vec())]
        .into_iter()
        .map(|(key, bytes)| {
            signed_note::Signature::new(key.name().to_owned(), key.id(), bytes).map_err(|_| BadNote::BadKey)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let note = Note::new(text.as_bytes(), &signatures).map_err(|_| BadNote::Malformed)?;
    String::from_utf8(note.to_bytes()).map_err(|_| BadNote::Malformed)
}

/// The text of a note that every one of these keys has signed. Lines of other keys (witnesses) are ignored.
///
/// # Errors
/// `Malformed`, `BadSignature`, `Unsigned`.
pub fn verify_text(note: &str, keys: &VerifierKeys) -> Result<String, BadNote> {
    let note = Note::from_bytes(note.as_bytes()).map_err(|_| BadNote::Malformed)?;
    let known = VerifierList::new(
        keys.keys().iter().map(|key| Box::new(key.clone()) as Box<dyn signed_note::Verifier>).collect(),
    );
    let kind_of = |id: u32| keys.keys().iter().find(|key| key.id() == id).map_or("", VerifierKey::kind_zh);
    let verified = match note.verify(&known) {
        Ok((verified, _)) => verified,
        Err(NoteError::InvalidSignature { id, .. }) => return Err(BadNote::BadSignature(kind_of(id))),
        Err(NoteError::UnverifiedNote) => Vec::new(),
        Err(_) => return Err(BadNote::Malformed),
    };
    for key in keys.keys() {
        if !verified.iter().any(|one| one.name() == key.name() && one.id() == key.id()) {
            return Err(BadNote::Unsigned(key.kind_zh()));
        }
    }
    if keys.keys().is_empty() {
        return Err(BadNote::Unsigned("任何"));
    }
    String::from_utf8(note.text().to_vec()).map_err(|_| BadNote::Malformed)
}

/// A checkpoint note for this tree. `origin` is the name of the keys.
///
/// # Errors
/// `NotCheckpoint` when `origin` is not the name of the keys.
pub fn sign_checkpoint(origin: &str, size: u64, root: Hash, keys: &Keys) -> Result<String, BadNote> {
    if origin != keys.name {
        return Err(BadNote::NotCheckpoint);
    }
    let checkpoint = tlog_tiles::Checkpoint::new(origin, size, root, "").map_err(|_| BadNote::NotCheckpoint)?;
    let text = String::from_utf8(checkpoint.to_bytes()).map_err(|_| BadNote::Malformed)?;
    sign_text(&text, keys)
}

/// The checkpoint of a note that all these keys have signed.
///
/// # Errors
/// As `verify_text`; `NotCheckpoint` for a text that is none, or that has another origin than the keys.
pub fn verify_checkpoint(note: &str, keys: &VerifierKeys) -> Result<Checkpoint, BadNote> {
    let checkpoint = read_checkpoint(&verify_text(note, keys)?)?;
    if keys.keys().iter().all(|key| key.name() == checkpoint.origin) {
        Ok(checkpoint)
    } else {
        Err(BadNote::NotCheckpoint)
    }
}

fn read_checkpoint(text: &str) -> Result<Checkpoint, BadNote> {
    let read = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).map_err(|_| BadNote::NotCheckpoint)?;
    Ok(Checkpoint { origin: read.origin().to_owned(), size: read.size(), root: *read.hash() })
}

impl signed_note::Verifier for VerifierKey {
    fn name(&self) -> &str {
        self.name()
    }
    fn key_id(&self) -> u32 {
        self.id()
    }
    fn verify(&self, msg: &[u8], sig: &[u8]) -> bool {
        match self.public() {
            Public::Ed25519(key) => {
                ed25519_dalek::Signature::from_slice(sig).is_ok_and(|sig| key.verify_strict(msg, &sig).is_ok())
            }
            Public::Sm2(key) => sm2::dsa::Signature::from_slice(sig).is_ok_and(|sig| key.verify(msg, &sig).is_ok()),
        }
    }
}
