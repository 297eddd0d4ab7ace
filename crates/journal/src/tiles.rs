//! The journal as files that any C2SP tlog-tiles client can read: `tile/<L>/<N>[.p/<W>]` and
//! `tile/entries/<N>[.p/<W>]` (M3.11, M8.9; c2sp.org/tlog-tiles). From a path to the stored hashes or entries
//! it needs, and from those to its bytes.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::entry::ENTRY_BYTES_MAX;
use crate::tree::{Hash, stored_hash_index};

/// Hashes or entries in a full tile.
pub const TILE_WIDTH: u64 = 256;
const TILE_HEIGHT: u32 = 8;
/// A tree of 2^48 leaves needs no more; the C2SP text names the same limit.
const LEVEL_MAX: u8 = 5;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TileKind {
    /// Hashes at this level (0 to 5).
    Hashes(u8),
    /// Entries, each after its length in two bytes.
    Entries,
}

/// One tile by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TilePath {
    /// Hashes or entries.
    pub kind: TileKind,
    /// Its number in its level, from 0.
    pub n: u64,
    /// Hashes or entries in it, 1 to 256; below 256 it is partial.
    pub width: u16,
}

/// The text is not a tile's path, or the parts do not fit the tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("日志分块的路径或内容不对")]
pub struct BadTile;

impl TilePath {
    /// True when a log of `size` entries has this tile, at this width.
    pub fn exists(&self, size: u64) -> bool {
        self.range().is_some_and(|range| range.end <= size >> self.shift())
    }

    /// Stored-hash indexes of a hash tile, in order; none for entries.
    pub fn hash_indexes(&self) -> Vec<u64> {
        match (self.kind, self.range()) {
            (TileKind::Hashes(level), Some(range)) => {
                range.map(|n| stored_hash_index(level * TILE_HEIGHT as u8, n)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The sequence numbers of an entry bundle; empty for hashes.
    pub fn entries(&self) -> Range<u64> {
        match self.kind {
            TileKind::Entries => self.range().unwrap_or(0..0),
            TileKind::Hashes(_) => 0..0,
        }
    }

    /// The full tile of the same number: what a client may be answered with instead of a partial one.
    pub fn full(&self) -> Self {
        Self { width: 256, ..*self }
    }

    fn shift(&self) -> u32 {
        match self.kind {
            TileKind::Hashes(level) => u32::from(level) * TILE_HEIGHT,
            TileKind::Entries => 0,
        }
    }

    /// The numbers of its members within its level. None where they would not fit a tree of 2^63.
    fn range(&self) -> Option<Range<u64>> {
        let first = self.n.checked_mul(TILE_WIDTH)?;
        let end = first.checked_add(u64::from(self.width))?;
        (end <= (1u64 << 63) >> self.shift()).then_some(first..end)
    }
}

/// The bytes of a hash tile: its hashes one after another.
///
/// # Errors
/// Another number of hashes than the tile is wide.
pub fn hash_tile(tile: &TilePath, hashes: &[Hash]) -> Result<Vec<u8>, BadTile> {
    if hashes.len() != usize::from(tile.width) || tile.kind == TileKind::Entries {
        return Err(BadTile);
    }
    Ok(hashes.iter().flat_map(|hash| hash.0).collect())
}

/// The bytes of an entry bundle: each entry after its length as two bytes, high byte first.
///
/// # Errors
/// An entry above 65,535 bytes.
pub fn entry_bundle<L: AsRef<[u8]>>(entries: &[L]) -> Result<Vec<u8>, BadTile> {
    let mut out = Vec::with_capacity(entries.iter().map(|one| one.as_ref().len() + 2).sum());
    for one in entries {
        let length = u16::try_from(one.as_ref().len()).map_err(|_| BadTile)?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(one.as_ref());
    }
    Ok(out)
}

/// The entries of an entry bundle.
///
/// # Errors
/// A bundle that ends inside an entry or holds more than 256.
pub fn read_entry_bundle(mut bytes: &[u8]) -> Result<Vec<Vec<u8>>, BadTile> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        debug_assert!(length <= ENTRY_BYTES_MAX);
        let (one, after) = rest.split_at_checked(length).ok_or(BadTile)?;
        entries.push(one.to_vec());
        if entries.len() as u64 > TILE_WIDTH {
            return Err(BadTile);
        }
        bytes = after;
    }
    if bytes.is_empty() { Ok(entries) } else { Err(BadTile) }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(f, "tile/{level}/")?,
            TileKind::Entries => f.write_str("tile/entries/")?,
        }
        let mut groups = vec![self.n % 1000];
        let mut rest = self.n / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for (place, group) in groups.iter().enumerate().rev() {
            if place > 0 {
                write!(f, "x{group:03}/")?;
            } else {
                write!(f, "{group:03}")?;
            }
        }
        if u64::from(self.width) < TILE_WIDTH {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

impl FromStr for TilePath {
    type Err = BadTile;

    /// Reads `tile/0/x001/x234/067.p/8` and the like. A path has one spelling: whatever prints back
    /// differently is refused, `.p/256` included.
    fn from_str(path: &str) -> Result<Self, BadTile> {
        let rest = path.strip_prefix("tile/").filter(|rest| rest.len() <= 64).ok_or(BadTile)?;
        let (kind, rest) = rest.split_once('/').ok_or(BadTile)?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(level.parse().ok().filter(|level| *level <= LEVEL_MAX).ok_or(BadTile)?),
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => {
                (number, width.parse::<u16>().ok().filter(|w| (1..256).contains(w)).ok_or(BadTile)?)
            }
            None => (rest, 256),
        };
        let mut n = 0u64;
        for group in number.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group);
            let value = digits.parse::<u64>().ok().filter(|value| *value < 1000).ok_or(BadTile)?;
            n = n.checked_mul(1000).and_then(|n| n.checked_add(value)).ok_or(BadTile)?;
        }
        let tile = Self { kind, n, width };
        if tile.range().is_none() || tile.to_string() != path {
            return Err(BadTile);
        }
        Ok(tile)
    }
}
