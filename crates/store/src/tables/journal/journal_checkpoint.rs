//! Signed checkpoints of the journal, by tree size.
use crate::tables::prelude::*;
table! {
    "journal_checkpoint" plain_key(size: Size) keeps(rows) {
        #[sea_orm(primary_key, auto_increment = false)]
        size: i64,
        /// The signed note.
        note: String,
        at: Instant,
    }
}
reach!(system);
