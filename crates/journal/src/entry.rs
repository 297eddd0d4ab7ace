//! One line of the journal: who did what, for which office, under which clause, about what (M3.11, M8.9;
//! house.md §0.4). The bytes are canonical, so the same fact has one hash for ever; personal data
//! goes in as salted commitments only, so that it can be erased and the proofs still hold.

use std::collections::BTreeMap;

use foundation::{FactId, TypedId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The format version written today.
pub const ENTRY_VERSION: u8 = 1;
/// Bytes of one entry: what a C2SP entry bundle's two-byte length prefix can say.
pub const ENTRY_BYTES_MAX: usize = 65_535;
/// Separates our commitments from every other use of SHA-256.
const COMMITMENT_DOMAIN: &[u8] = b"jinbu commitment v1\n";

/// One fact of the journal. Its bytes (`to_bytes`) are a leaf of the Merkle tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Format version, `ENTRY_VERSION`.
    pub v: u8,
    /// Place in the log, from 0: the leaf index that the sequencer gave.
    pub seq: u64,
    /// The fact's id; rows of the database point at it.
    pub id: FactId,
    /// When it happened, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// The act that left it, e.g. `approve-opening`.
    pub act: String,
    /// The kind of fact, past tense, e.g. `ClassOpeningApproved`.
    pub fact: String,
    /// The clause of the eight measures, e.g. `M3.1`.
    pub clause: String,
    /// The account that acted, or `job:NAME`.
    pub actor: String,
    /// The office it acted for, e.g. `county:350582`.
    pub office: String,
    /// The 6-digit district of the matter; empty where there is none.
    pub district: String,
    /// What it is about. A fact about a part of a class is also about the class.
    pub about: Vec<About>,
    /// The typed body (see `facts`), without personal data.
    pub body: Value,
    /// Field name → salted commitment (64 hex letters), see `commit`.
    pub commitments: BTreeMap<String, String>,
}

/// One subject of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The kind of thing, e.g. `class`, `enrolment`, `claim`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The running number of facts about this subject, from 1: an omitted fact leaves a gap.
    pub nth: u64,
}

/// Why bytes are not an entry, or an entry has no bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Not JSON, or fields missing or unknown; the detail is for programmers.
    #[error("日志记录读不出来")]
    Malformed(String),
    /// The bytes are not the one canonical form of what they say.
    #[error("日志记录不是规范写法")]
    NotCanonical,
    /// Numbers must be whole.
    #[error("日志记录里有小数")]
    Float,
    /// Longer than an entry bundle can carry.
    #[error("日志记录有 {0} 字节，超过 65535 字节")]
    TooLong(usize),
    /// A version this build does not know.
    #[error("日志记录的版本是 {0}，本程序不认识")]
    Version(u8),
}

impl Entry {
    /// The canonical bytes: keys sorted by their UTF-8 bytes, no white space, whole numbers only.
    ///
    /// # Errors
    /// `Float`, `TooLong`, `Version`.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EntryError> {
        if self.v != ENTRY_VERSION {
            return Err(EntryError::Version(self.v));
        }
        let value = serde_json::to_value(self).map_err(|e| EntryError::Malformed(e.to_string()))?;
        let bytes = canonical(&value)?;
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(EntryError::TooLong(bytes.len()));
        }
        Ok(bytes)
    }

    /// Reads an entry; refuses anything but its canonical form.
    ///
    /// # Errors
    /// Any `EntryError`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EntryError> {
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(EntryError::TooLong(bytes.len()));
        }
        let entry: Self = serde_json::from_slice(bytes).map_err(|e| EntryError::Malformed(e.to_string()))?;
        if entry.to_bytes()? != bytes {
            return Err(EntryError::NotCanonical);
        }
        Ok(entry)
    }

    /// The running number of this fact among those about a subject; none where it is not about it.
    pub fn nth_about(&self, kind: &str, id: &str) -> Option<u64> {
        self.about.iter().find(|about| about.kind == kind && about.id == id).map(|about| about.nth)
    }
}

impl About {
    /// The `nth` fact about the thing of this kind and id.
    pub fn new<I: TypedId>(kind: &str, id: &I, nth: u64) -> Self {
        Self { kind: kind.to_owned(), id: id.as_str().to_owned(), nth }
    }
}

/// Commits to a personal value without revealing it: SHA-256 over a domain, the 16-byte salt and the
/// value. Erasing the salt makes the value unknowable; keeping it lets an auditor check (`opens`).
pub fn commit(salt: [u8; 16], value: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(COMMITMENT_DOMAIN);
    hasher.update(salt);
    hasher.update(value.as_bytes());
    hex::encode(hasher.finalize())
}

/// True when salt and value are what was committed to.
pub fn opens(commitment: &str, salt: [u8; 16], value: &str) -> bool {
    commit(salt, value) == commitment
}

/// Canonical JSON of a value: keys sorted by UTF-8 bytes, no white space, whole numbers only.
///
/// # Errors
/// `Float` when a number is not whole.
pub fn canonical(value: &Value) -> Result<Vec<u8>, EntryError> {
    let mut out = Vec::with_capacity(256);
    write_value(value, &mut out)?;
    Ok(out)
}

fn write_value(value: &Value, out: &mut Vec<u8>) -> Result<(), EntryError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) if number.is_i64() || number.is_u64() => {
            out.extend_from_slice(number.to_string().as_bytes())
        }
        Value::Number(_) => return Err(EntryError::Float),
        Value::String(text) => write_text(text, out)?,
        Value::Array(items) => {
            out.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                write_value(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(fields) => {
            // Sorted here because another crate may switch on serde_json's insertion order.
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            out.push(b'{');
            for (place, (key, field)) in sorted.into_iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                write_text(key, out)?;
                out.push(b':');
                write_value(field, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

fn write_text(text: &str, out: &mut Vec<u8>) -> Result<(), EntryError> {
    serde_json::to_writer(out, text).map_err(|e| EntryError::Malformed(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(body: Value) -> Entry {
        Entry {
            v: 1,
            seq: 7,
            id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
            at_ms: 1_700_000_000_000,
            act: "approve-opening".into(),
            fact: "ClassOpeningApproved".into(),
            clause: "M3.1".into(),
            actor: "job:test".into(),
            office: "county:350582".into(),
            district: "350582".into(),
            about: vec![About { kind: "class".into(), id: "01ARZ3NDEKTSV4RRFFQ69G5FAW".into(), nth: 2 }],
            body,
            commitments: BTreeMap::from([("name".into(), commit([7; 16], "张三"))]),
        }
    }

    #[test]
    fn entry_bytes_are_canonical_and_read_back() {
        let one = entry(json!({"乙": 1, "a": [true, null, -3], "A": {"z": "\u{1}\n\"", "b": 2}}));
        let bytes = one.to_bytes().unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.starts_with(r#"{"about":[{"id":"01ARZ"#), "{text}");
        assert!(text.contains(r#""body":{"A":{"b":2,"z":"\u0001\n\""},"a":[true,null,-3],"乙":1}"#), "{text}");
        assert_eq!(Entry::from_bytes(&bytes).unwrap(), one);
    }

    #[test]
    fn entry_refuses_other_spellings_of_the_same_fact() {
        let bytes = entry(json!({"a": 1})).to_bytes().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        for spelling in [
            text.replace("\"seq\":7", "\"seq\": 7"),
            text.replace("\"v\":1", "\"v\":1,\"v\":1"),
            format!("{text}\n"),
            text.replace("\"a\":1", "\"a\":1,\"a\":1"),
            text.replace("\"v\":1", "\"u\":0,\"v\":1"),
            text.replace("M3.1", "\\u004d3.1"),
        ] {
            assert!(Entry::from_bytes(spelling.as_bytes()).is_err(), "{spelling}");
        }
    }

    #[test]
    fn entry_refuses_floats_and_bulk() {
        assert_eq!(entry(json!({"share": 0.4})).to_bytes(), Err(EntryError::Float));
        assert!(matches!(entry(json!("长".repeat(30_000))).to_bytes(), Err(EntryError::TooLong(_))));
        let mut later = entry(json!({}));
        later.v = 2;
        assert_eq!(later.to_bytes(), Err(EntryError::Version(2)));
    }

    #[test]
    fn commitments_hide_by_salt_and_open_by_salt_and_value() {
        let one = commit([1; 16], "350582199001011234");
        assert_eq!(one.len(), 64);
        assert_ne!(one, commit([2; 16], "350582199001011234"));
        assert!(opens(&one, [1; 16], "350582199001011234"));
        assert!(!opens(&one, [1; 16], "350582199001011235"));
    }
}
