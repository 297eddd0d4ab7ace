//! Small settings of this installation (demo clock, installation name).
use crate::tables::prelude::*;
table! {
    "setting" plain_key(key: Key) {
        #[sea_orm(primary_key, auto_increment = false)]
        key: String,
        value: String,
    }
}
reach!(system);
