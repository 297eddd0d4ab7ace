//! The journal's own tests: tree, tiles, notes, national cryptography, bundles (M3.11, M8.9).

mod bundle;
mod gm;
mod mutation;
mod note;
mod tiles;
mod tree;
mod world;
