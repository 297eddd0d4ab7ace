//! Idempotency keys: a repeated act gives the first answer and leaves no second fact.
use crate::tables::prelude::*;
table! {
    "idempotency" plain_key(key: Key) {
        /// account + client's key, hashed.
        #[sea_orm(primary_key, auto_increment = false)]
        key: String,
        act: String,
        request_hash: String,
        /// The first answer, JSON.
        outcome: String,
        at: Instant,
    }
}
reach!(system);
