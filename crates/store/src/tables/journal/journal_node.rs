//! Stored hashes of the Merkle tree, by tlog index.
use crate::tables::prelude::*;
table! {
    "journal_node" plain_key(position: Position) keeps(rows) {
        #[sea_orm(primary_key, auto_increment = false)]
        position: i64,
        /// 64 hex digits.
        hash: String,
    }
}
reach!(system);
