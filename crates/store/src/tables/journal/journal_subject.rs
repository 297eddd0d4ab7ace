//! Running numbers of facts about one subject, so that an omitted fact shows.
use crate::tables::prelude::*;
table! {
    /// One row per fact and subject.
    "journal_subject" plain_key(id: Id) keeps(rows) {
        /// `<kind>:<id>:<nth>`: two servers cannot both give one number.
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        subject: String,
        nth: i64,
        seq: i64,
    }
}
reach!(system);
