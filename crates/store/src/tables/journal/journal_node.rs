//! Stored hashes of the Merkle tree, by tlog index.
use crate::tables::prelude::*;
table! {
    "journal_node" key(position: Position) {
        #[sea_orm(primary_key, auto_increment = false)]
        position: i64,
        /// 64 hex digits.
        hash: String,
    }
}
reach!(system);
