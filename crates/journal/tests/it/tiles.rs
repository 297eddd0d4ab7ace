//! C2SP tlog-tiles: paths, tiles against a recomputation from the leaves, entry bundles.

use journal::tiles::{TileKind, TilePath, entry_bundle, hash_tile, read_entry_bundle};
use journal::tree::{Hash, record_hash};
use proptest::prelude::*;
use tlog_tiles::tlog::node_hash;

use crate::tree::Store;

fn path(text: &str) -> Option<TilePath> {
    text.parse().ok()
}

#[test]
fn tile_paths_have_one_spelling() {
    assert_eq!(path("tile/0/x001/x234/067.p/8"), Some(TilePath { kind: TileKind::Hashes(0), n: 1_234_067, width: 8 }));
    assert_eq!(path("tile/entries/000"), Some(TilePath { kind: TileKind::Entries, n: 0, width: 256 }));
    assert_eq!(path("tile/5/000.p/255").map(|one| one.full().to_string()), Some("tile/5/000".to_owned()));
    for bad in [
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/00/000",
        "tile/+1/000",
        "tile/6/000",
        "tile/0/0",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/1000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/8/0/000",
        "tile/data/000",
        "tile/0/x-01/000",
        "tile/0/000.p/",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert_eq!(path(bad), None, "{bad}");
    }
}

#[test]
fn a_full_width_partial_tile_is_a_full_tile() {
    let tile = TilePath { kind: TileKind::Hashes(0), n: 3, width: 256 };
    assert_eq!(tile.to_string(), "tile/0/003");
    assert!(tile.exists(1024) && !tile.exists(1023));
    assert!(TilePath { width: 255, ..tile }.exists(1023));
    assert!(path("tile/1/000.p/1").unwrap().exists(256) && !path("tile/1/000.p/1").unwrap().exists(255));
}

/// Subtree roots of `1 << (8 * level)` leaves each.
fn level(leaves: &[Vec<u8>], level: u8) -> Vec<Hash> {
    let mut hashes: Vec<Hash> = leaves.iter().map(|leaf| record_hash(leaf)).collect();
    for _ in 0..8 * level {
        hashes = hashes.chunks_exact(2).map(|pair| node_hash(pair[0], pair[1])).collect();
    }
    hashes
}

#[test]
fn tiles_are_what_a_recomputation_from_the_leaves_gives() {
    let leaves: Vec<Vec<u8>> = (0..700u32).map(|n| n.to_be_bytes().to_vec()).collect();
    let store = Store::of(&leaves);
    for text in ["tile/0/000", "tile/0/001", "tile/0/002.p/188", "tile/0/002.p/7", "tile/1/000.p/2"] {
        let tile = path(text).unwrap();
        assert!(tile.exists(700), "{text}");
        let TileKind::Hashes(at) = tile.kind else { panic!("{text}") };
        let first = tile.n as usize * 256;
        let wanted: Vec<u8> =
            level(&leaves, at)[first..first + usize::from(tile.width)].iter().flat_map(|hash| hash.0).collect();
        assert_eq!(hash_tile(&tile, &store.read(&tile.hash_indexes()).unwrap()).unwrap(), wanted, "{text}");
    }
    assert!(!path("tile/0/002.p/189").unwrap().exists(700));
    assert_eq!(path("tile/entries/002.p/188").unwrap().entries(), 512..700);
}

proptest! {
    #[test]
    fn entry_bundles_read_back(
        entries in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..256)
    ) {
        let bytes = entry_bundle(&entries).unwrap();
        prop_assert_eq!(read_entry_bundle(&bytes).unwrap(), entries.clone());
        if !bytes.is_empty() {
            prop_assert!(read_entry_bundle(&bytes[..bytes.len() - 1]).map_or(true, |read| read != entries));
        }
    }

    #[test]
    fn tile_paths_read_back(n in 0u64..(1 << 39) - 1, width in 1u16..=256, level in 0u8..=2) {
        let tile = TilePath { kind: TileKind::Hashes(level), n, width };
        prop_assert_eq!(tile.to_string().parse::<TilePath>(), Ok(tile));
    }
}

#[test]
fn an_entry_above_65535_bytes_has_no_bundle() {
    assert!(entry_bundle(&[vec![0u8; 65_536]]).is_err());
    assert!(entry_bundle(&[vec![0u8; 65_535]]).is_ok());
}
