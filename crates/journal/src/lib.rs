//! The journal: facts as leaves of a Merkle tree, signed checkpoints, evidence bundles, and the offline
//! verifier that recomputes hours and money from them (M8.9; house.md §0). No database, no clock, no
//! async: whoever has a bundle and this crate gets the same minute and the same fen, without us.

pub mod entry;
pub mod facts;

pub use entry::{About, Entry, EntryError, commit};
pub use facts::{ClassFact, FactBody, fact_zh};
