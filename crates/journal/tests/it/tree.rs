//! RFC 6962 trees: published vectors, chunked appends, proofs.

use std::cell::Cell;
use std::convert::Infallible;

use journal::tree::{self, EMPTY_HASH, Hash, TreeError, stored_hash_count};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// Stored hashes in a vector: what the database does.
#[derive(Default)]
pub struct Store {
    pub hashes: Vec<Hash>,
    pub size: u64,
}

impl Store {
    pub fn of<L: AsRef<[u8]>>(leaves: &[L]) -> Self {
        let mut store = Self::default();
        store.append(leaves);
        store
    }
    pub fn read(&self, indexes: &[u64]) -> Result<Vec<Hash>, Infallible> {
        Ok(indexes.iter().map(|at| self.hashes[*at as usize]).collect())
    }
    pub fn append<L: AsRef<[u8]>>(&mut self, leaves: &[L]) -> Hash {
        let new = tree::append(self.size, &|at| self.read(at), leaves).unwrap();
        for (index, hash) in new.stored {
            assert_eq!(index, self.hashes.len() as u64, "stored hashes follow each other without gaps");
            self.hashes.push(hash);
        }
        self.size = new.size;
        assert_eq!(self.hashes.len() as u64, stored_hash_count(self.size));
        new.root
    }
    pub fn root(&self, size: u64) -> Hash {
        tree::root(size, &|at| self.read(at)).unwrap()
    }
    pub fn proof(&self, seq: u64) -> Vec<Hash> {
        tree::inclusion_proof(self.size, seq, &|at| self.read(at)).unwrap()
    }
}

/// The tree head exactly as RFC 6962 §2.1 defines it.
fn by_definition(leaves: &[Vec<u8>]) -> [u8; 32] {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => Sha256::digest([&[0u8], one.as_slice()].concat()).into(),
        many => {
            let half = many.len().next_power_of_two() / 2;
            Sha256::digest([&[1u8][..], &by_definition(&many[..half]), &by_definition(&many[half..])].concat()).into()
        }
    }
}

#[test]
fn rfc_6962_roots_of_the_published_leaves() {
    let leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
        .map(|leaf| hex::decode(leaf).unwrap());
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let store = Store::of(&leaves);
    for (size, root) in roots.iter().enumerate() {
        assert_eq!(hex::encode(by_definition(&leaves[..size])), *root, "the definition, {size} leaves");
        assert_eq!(hex::encode(store.root(size as u64).0), *root, "the tree, {size} leaves");
    }
    assert_eq!(hex::encode(EMPTY_HASH.0), roots[0]);
}

#[test]
fn append_reads_the_old_right_edge_once() {
    let mut store = Store::of(&(0..1000u32).map(u32::to_be_bytes).collect::<Vec<_>>());
    let calls = Cell::new((0, 0));
    let new = tree::append(
        1000,
        &|at| {
            calls.set((calls.get().0 + 1, at.len()));
            store.read(at)
        },
        &[b"x"; 700],
    )
    .unwrap();
    assert_eq!(calls.get(), (1, 1000u32.count_ones() as usize));
    assert_eq!(new.root, store.append(&[b"x"; 700]));
}

#[test]
fn readers_failures_come_back_as_they_are() {
    let failing = |_: &[u64]| Err("disk");
    assert!(matches!(tree::append(3, &failing, &[b"x"]), Err(TreeError::Read("disk"))));
    assert!(matches!(tree::inclusion_proof(3, 1, &failing), Err(TreeError::Read("disk"))));
    let short = |_: &[u64]| Ok::<_, Infallible>(Vec::new());
    assert!(matches!(tree::root(3, &short), Err(TreeError::Missing)));
    assert!(matches!(tree::inclusion_proof(3, 3, &short), Err(TreeError::OutOfRange)));
    assert!(matches!(tree::consistency_proof(4, 3, &short), Err(TreeError::OutOfRange)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn append_in_chunks_is_append_at_once(
        chunks in proptest::collection::vec(
            proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 0..40), 0..8)
    ) {
        let all: Vec<Vec<u8>> = chunks.iter().flatten().cloned().collect();
        let mut store = Store::default();
        for chunk in &chunks { store.append(chunk); }
        let at_once = Store::of(&all);
        prop_assert_eq!(&store.hashes, &at_once.hashes);
        prop_assert_eq!(store.root(all.len() as u64).0, by_definition(&all));
    }

    #[test]
    fn proofs_prove_and_nothing_else(size in 1u64..300, a in any::<u64>(), b in any::<u64>(), flip in 0usize..256) {
        let leaves: Vec<Vec<u8>> = (0..size).map(|n| n.to_be_bytes().to_vec()).collect();
        let store = Store::of(&leaves);
        let (seq, old) = (a % size, b % (size + 1));
        let root = store.root(size);
        let proof = store.proof(seq);
        prop_assert!(tree::includes(&proof, size, root, seq, &leaves[seq as usize]));
        prop_assert!(!tree::includes(&proof, size, root, seq, b"another"));
        prop_assert!(!tree::includes(&proof, size, root, seq + 1, &leaves[seq as usize]));
        let steps = tree::consistency_proof(old, size, &|at| store.read(at)).unwrap();
        prop_assert!(tree::extends(&steps, old, store.root(old), size, root));
        let mut forged = store.root(old);
        forged.0[flip / 8] ^= 1 << (flip % 8);
        prop_assert!(!tree::extends(&steps, old, forged, size, root));
    }
}
