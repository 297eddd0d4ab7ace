//! The evidence bundle of one class: one JSON file that an auditor checks without us (M3.11, M8.9;
//! house.md §0). It holds the class's facts with their proofs, a signed checkpoint, what the database
//! says now, and a signed manifest over all of it, so that no byte can change unseen.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use foundation::{ClassId, TypedId as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::entry::{Entry, EntryError, canonical};
use crate::keys::VerifierKeys;
use crate::note::{BadNote, Keys, sign_text};
pub use crate::rows::*;
use crate::tree::Hash;

/// The bundle format written today.
pub const BUNDLE_FORMAT: u32 = 1;
/// First line of the manifest; no checkpoint can begin like this, for its first line is the keys' name.
const MANIFEST_TITLE: &str = "jinbu evidence bundle v1";

/// Everything an auditor needs about one class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    /// `BUNDLE_FORMAT`.
    pub format: u32,
    /// The class it is about.
    pub class: ClassId,
    /// The signed tree head that the proofs lead to.
    pub checkpoint: String,
    /// Keys to check it with; an auditor compares them with those published elsewhere.
    pub keys: VerifierKeys,
    /// All facts about the class, ascending by `seq`.
    pub entries: Vec<ProvenEntry>,
    /// What the database says.
    pub rows: Rows,
    /// Revealed personal values, for an auditor who may see them.
    pub openings: Option<Vec<Opening>>,
    /// Signed digests of all of the above.
    pub manifest: String,
}

/// A fact and the proof that it is in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvenEntry {
    /// Its place in the log.
    pub seq: u64,
    /// Its kind, as a label; the bytes decide.
    pub fact: String,
    /// The entry's bytes, base64.
    pub bytes: String,
    /// The audit path, each hash base64, leaf upwards.
    pub proof: Vec<String>,
}

/// Salt and value behind a commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The fact that holds the commitment.
    pub seq: u64,
    /// The name it has there.
    pub field: String,
    /// 16 bytes, hex.
    pub salt: String,
    /// What was committed to.
    pub value: String,
}

/// What goes into a bundle before it is sealed.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// The class.
    pub class: ClassId,
    /// The signed checkpoint.
    pub checkpoint: String,
    /// Facts with proofs, ascending by `seq`.
    pub entries: Vec<ProvenEntry>,
    /// The rows.
    pub rows: Rows,
    /// Revealed values, if any.
    pub openings: Option<Vec<Opening>>,
}

/// Why a file is not a bundle, or cannot become one.
#[derive(Debug, thiserror::Error)]
pub enum BadBundle {
    /// Not JSON, or not a bundle's.
    #[error("证据包读不出来：{0}")]
    Malformed(String),
    /// Not the one spelling that `to_json` writes.
    #[error("证据包不是规范写法，文件在导出后被改动或重新排版过")]
    NotCanonical,
    /// A format that this build does not know.
    #[error("证据包的格式版本是 {0}，本程序不认识")]
    Format(u32),
    /// It could not be signed.
    #[error("证据包签名失败：{0}")]
    Signing(#[from] BadNote),
    /// A value with fractions.
    #[error("证据包写不出来：{0}")]
    Writing(#[from] EntryError),
}

impl Bundle {
    /// Seals contents: adds the keys and the signed manifest.
    ///
    /// # Errors
    /// `Signing`, `Writing`.
    pub fn seal(contents: Contents, keys: &Keys) -> Result<Self, BadBundle> {
        let Contents { class, checkpoint, entries, rows, openings } = contents;
        let mut bundle = Self {
            format: BUNDLE_FORMAT,
            class,
            checkpoint,
            keys: keys.verifier_keys(),
            entries,
            rows,
            openings,
            manifest: String::new(),
        };
        bundle.manifest = sign_text(&bundle.manifest_text()?, keys)?;
        Ok(bundle)
    }

    /// The file: canonical JSON and a final newline.
    ///
    /// # Errors
    /// `Writing`.
    pub fn to_json(&self) -> Result<Vec<u8>, BadBundle> {
        let mut bytes = canonical_of(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a file that `to_json` wrote; a file spelled otherwise is refused, so that nothing hides in
    /// spelling.
    ///
    /// # Errors
    /// `Malformed`, `Format`, `NotCanonical`.
    pub fn from_json(bytes: &[u8]) -> Result<Self, BadBundle> {
        let bundle: Self = serde_json::from_slice(bytes)
            .map_err(|e| BadBundle::Malformed(format!("第{}行第{}列", e.line(), e.column())))?;
        if bundle.format != BUNDLE_FORMAT {
            return Err(BadBundle::Format(bundle.format));
        }
        if bundle.to_json()? != bytes {
            return Err(BadBundle::NotCanonical);
        }
        Ok(bundle)
    }

    /// The class's id as entries name it.
    pub fn class_text(&self) -> &str {
        self.class.as_str()
    }

    /// What the manifest must say: one line per part, so that a difference names the part.
    ///
    /// # Errors
    /// `Writing`.
    pub fn manifest_text(&self) -> Result<String, BadBundle> {
        let lines = [
            format!("class {}", self.class),
            format!("checkpoint {}", digest(self.checkpoint.as_bytes())),
            format!("keys {}", digest(self.keys.to_string().as_bytes())),
            format!("entries {} {}", self.entries.len(), digest(&canonical_of(&self.entries)?)),
            format!("rows {}", digest(&canonical_of(&self.rows)?)),
            format!("openings {}", digest(&canonical_of(&self.openings)?)),
        ];
        Ok(format!("{MANIFEST_TITLE}\n{}\n", lines.join("\n")))
    }
}

impl ProvenEntry {
    /// A fact with its proof.
    ///
    /// # Errors
    /// As `Entry::to_bytes`.
    pub fn new(entry: &Entry, proof: &[Hash]) -> Result<Self, EntryError> {
        Ok(Self {
            seq: entry.seq,
            fact: entry.fact.clone(),
            bytes: BASE64_STANDARD.encode(entry.to_bytes()?),
            proof: proof.iter().map(ToString::to_string).collect(),
        })
    }

    /// The entry's bytes; none where the base64 is damaged.
    pub fn entry_bytes(&self) -> Option<Vec<u8>> {
        BASE64_STANDARD.decode(&self.bytes).ok()
    }

    /// The proof's hashes; none where one is damaged.
    pub fn hashes(&self) -> Option<Vec<Hash>> {
        self.proof.iter().map(|one| Hash::parse_hash(one).ok()).collect()
    }
}

fn canonical_of<T: Serialize>(value: &T) -> Result<Vec<u8>, BadBundle> {
    let value = serde_json::to_value(value).map_err(|e| BadBundle::Malformed(e.to_string()))?;
    Ok(canonical(&value)?)
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
