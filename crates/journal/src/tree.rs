//! The Merkle tree of the journal: RFC 6962 over SHA-256, hashes numbered as C2SP tlog-tiles numbers
//! them (M3.11, M8.9; suites.md "Journal"). Pure functions: the database behind them hands in stored hashes
//! by index and gets back those to store, so a sequencer needs one read and one write per batch.

use std::cell::RefCell;
use std::collections::HashMap;

use tlog_tiles::tlog;

pub use tlog_tiles::tlog::{EMPTY_HASH, Hash, record_hash, stored_hash_count, stored_hash_index};

/// Why the tree could not be read or extended.
#[derive(Debug, thiserror::Error)]
pub enum TreeError<E> {
    /// The reader failed.
    #[error("读取日志树失败：{0}")]
    Read(E),
    /// The reader gave another number of hashes than asked for.
    #[error("日志树缺少已存的哈希")]
    Missing,
    /// The tree is smaller than what was asked of it.
    #[error("日志还没有那么长")]
    OutOfRange,
    /// A proof does not prove what it should.
    #[error("证明不成立")]
    BadProof,
}

/// What an append leaves: the new size and root, and the hashes to store.
#[derive(Debug, Clone, PartialEq)]
pub struct New {
    /// Leaves in the tree now.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// Hashes to store, by stored-hash index, ascending and without gaps from the old count.
    pub stored: Vec<(u64, Hash)>,
}

/// Appends leaves (entry bytes, in order) to a tree of `old_size` leaves. Calls `read` at most once,
/// for the old tree's right edge (at most 64 hashes).
///
/// # Errors
/// `Read` from the reader, `Missing` when it answers short.
pub fn append<E, L: AsRef<[u8]>>(
    old_size: u64,
    read: &dyn Fn(&[u64]) -> Result<Vec<Hash>, E>,
    leaves: &[L],
) -> Result<New, TreeError<E>> {
    let known = Known::load(old_size, read)?;
    let mut stored = Vec::with_capacity(leaves.len().saturating_mul(2));
    let mut size = old_size;
    for leaf in leaves {
        let hashes = tlog::stored_hashes(size, leaf.as_ref(), &known).map_err(|_| TreeError::Missing)?;
        let first = stored_hash_index(0, size);
        for (index, hash) in (first..).zip(hashes) {
            known.hashes.borrow_mut().insert(index, hash);
            stored.push((index, hash));
        }
        size += 1;
    }
    let root = tlog::tree_hash(size, &known).map_err(|_| TreeError::Missing)?;
    Ok(New { size, root, stored })
}

/// The root of the first `size` leaves.
///
/// # Errors
/// As `append`.
pub fn root<E>(size: u64, read: &dyn Fn(&[u64]) -> Result<Vec<Hash>, E>) -> Result<Hash, TreeError<E>> {
    Asking::new(read).run(|reader| tlog::tree_hash(size, reader))
}

/// The audit path that leaf `seq` is in the tree of `size` leaves.
///
/// # Errors
/// `OutOfRange` when `seq` is not below `size`; otherwise as `append`.
pub fn inclusion_proof<E>(
    size: u64,
    seq: u64,
    read: &dyn Fn(&[u64]) -> Result<Vec<Hash>, E>,
) -> Result<Vec<Hash>, TreeError<E>> {
    if seq >= size {
        return Err(TreeError::OutOfRange);
    }
    Asking::new(read).run(|reader| tlog::prove_record(size, seq, reader))
}

/// The proof that the tree of `size` leaves begins with that of `old_size`. Empty for `old_size` 0.
///
/// # Errors
/// `OutOfRange` when `old_size` is above `size`; otherwise as `append`.
pub fn consistency_proof<E>(
    old_size: u64,
    size: u64,
    read: &dyn Fn(&[u64]) -> Result<Vec<Hash>, E>,
) -> Result<Vec<Hash>, TreeError<E>> {
    if old_size > size {
        return Err(TreeError::OutOfRange);
    }
    if old_size == 0 {
        return Ok(Vec::new());
    }
    Asking::new(read).run(|reader| tlog::prove_tree(size, old_size, reader))
}

/// Checks that `leaf` (entry bytes) is leaf `seq` of the tree with this size and root.
pub fn includes(proof: &[Hash], size: u64, root: Hash, seq: u64, leaf: &[u8]) -> bool {
    seq < size && tlog::check_record(&proof.to_vec(), size, root, seq, record_hash(leaf)).is_ok()
}

/// Checks that the tree of `size` and `root` begins with that of `old_size` and `old_root`.
pub fn extends(proof: &[Hash], old_size: u64, old_root: Hash, size: u64, root: Hash) -> bool {
    if old_size == 0 {
        return proof.is_empty() && old_root == EMPTY_HASH;
    }
    old_size <= size && tlog::check_tree(&proof.to_vec(), size, root, old_size, old_root).is_ok()
}

/// Hashes at hand during an append: the old right edge and what the append has made.
struct Known {
    hashes: RefCell<HashMap<u64, Hash>>,
}

impl Known {
    fn load<E>(old_size: u64, read: &dyn Fn(&[u64]) -> Result<Vec<Hash>, E>) -> Result<Self, TreeError<E>> {
        // A new leaf completes subtrees whose left halves are the old tree's whole subtrees, so the
        // old right edge is all that an append of any length reads.
        let edge = tlog::sub_tree_index(0, old_size, Vec::new());
        let hashes = if edge.is_empty() { Vec::new() } else { read(&edge).map_err(TreeError::Read)? };
        if hashes.len() != edge.len() {
            return Err(TreeError::Missing);
        }
        Ok(Self { hashes: RefCell::new(edge.into_iter().zip(hashes).collect()) })
    }
}

impl tlog::HashReader for Known {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
        let hashes = self.hashes.borrow();
        indexes.iter().map(|index| hashes.get(index).copied().ok_or(tlog::Error::IndexesNotInTree)).collect()
    }
}

/// Lets the tlog functions ask the caller's reader, and keeps the reader's own error.
struct Asking<'r, E> {
    read: &'r dyn Fn(&[u64]) -> Result<Vec<Hash>, E>,
    failed: RefCell<Option<TreeError<E>>>,
}

impl<'r, E> Asking<'r, E> {
    fn new(read: &'r dyn Fn(&[u64]) -> Result<Vec<Hash>, E>) -> Self {
        Self { read, failed: RefCell::new(None) }
    }
    fn run<T>(self, with: impl FnOnce(&Self) -> Result<T, tlog::Error>) -> Result<T, TreeError<E>> {
        with(&self).map_err(|_| self.failed.take().unwrap_or(TreeError::OutOfRange))
    }
}

impl<E> tlog::HashReader for Asking<'_, E> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
        let failure = match (self.read)(indexes) {
            // tlog panics on a short answer, so it must not see one.
            Ok(hashes) if hashes.len() == indexes.len() => return Ok(hashes),
            Ok(_) => TreeError::Missing,
            Err(error) => TreeError::Read(error),
        };
        *self.failed.borrow_mut() = Some(failure);
        Err(tlog::Error::IndexesNotInTree)
    }
}
