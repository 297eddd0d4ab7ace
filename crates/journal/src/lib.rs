//! The journal: facts as leaves of a Merkle tree, signed checkpoints, evidence bundles, and the offline
//! verifier that recomputes hours and money from them (M3.11, M8.9; house.md §0). No database, no clock, no
//! async: whoever has a bundle and this crate gets the same minute and the same fen, without us.

pub mod bundle;
pub mod entry;
pub mod facts;
pub mod keys;
pub mod note;
mod rows;
pub mod tiles;
pub mod tree;
pub mod verify;

pub use bundle::{Bundle, Contents, ProvenEntry, Rows};
pub use entry::{About, Entry, EntryError, commit};
pub use facts::{ClassFact, FactBody, fact_zh};
pub use keys::{VerifierKey, VerifierKeys};
pub use note::{Checkpoint, Keys, sign_checkpoint, verify_checkpoint};
pub use verify::{Check, Difference, Report, verify, verify_log};
