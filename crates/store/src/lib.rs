//! Store: the only crate with a database connection (house.md §3–§4). Rooms get a `Reader` or a
//! `Writer`, each limited to a `Scope`; a table without `Reach` cannot be queried.
#![recursion_limit = "256"]
#![expect(clippy::disallowed_types, reason = "the one crate that holds connections")]

mod bulk;
pub mod cache;
pub mod clock_mark;
pub mod copy;
pub mod db;
pub mod dialect;
pub mod digest;
pub mod door;
pub mod files;
mod handle;
pub mod migrations;
pub mod postgres;
pub mod reach;
pub mod reader;
mod row;
pub mod seal;
pub mod sequencer;
mod sqlite;
pub mod sqlite_file;
pub mod tables;
pub mod walls;
pub mod writer;

pub use bulk::Prepared;
pub use cache::RowCache;
pub use db::Db;
pub use files::{FileState, Files};
pub use reach::{Keeps, Keyed, Names, Reach};
pub use reader::{Page, Reader};
pub use row::{Decode, FromRow, Row};
pub use writer::Writer;
/// Declares the narrow row of a `Reader::pick`: `picked! { struct Place { id: EnrolmentId, … } }`, its fields named
/// as the selected columns.
#[macro_export]
macro_rules! picked {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$about:meta])* $field_vis:vis $field:ident : $type:ty),* $(,)?
    }) => {
        $(#[$meta])*
        $vis struct $name { $($(#[$about])* $field_vis $field: $type),* }
        impl $crate::FromRow for $name {
            fn from_row(row: &$crate::Row<'_>) -> Result<Self, $crate::query::DbErr> {
                Ok(Self { $($field: row.get(stringify!($field))?),* })
            }
        }
    };
}

/// The query-shaping words that rooms use inside `list`, `find`, `count`, `pick`.
pub mod query {
    /// Keys for an `IN (…)`, filled up with the last one to a power of two: statements that differ only in the
    /// number of their keys are few, and stay prepared.
    pub fn padded<T: Clone>(keys: impl IntoIterator<Item = T>) -> Vec<T> {
        let mut keys: Vec<T> = keys.into_iter().collect();
        if let Some(last) = keys.last().cloned() {
            keys.resize(keys.len().next_power_of_two(), last);
        }
        keys
    }

    pub use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query, extension::postgres::PgExpr};
    pub use sea_orm::{
        ActiveValue::{NotSet, Set, Unchanged},
        ColumnTrait, Condition, DbBackend, DbErr, EntityName, EntityTrait, JoinType, Order, QueryFilter, QueryOrder,
        QuerySelect, QueryTrait, Select, Value,
    };
}

/// What a look at the entities' own declarations needs (schema tests).
#[doc(hidden)]
pub mod declared {
    pub use sea_orm::sea_query::Iden;
    pub use sea_orm::{ColumnType, Iterable, PrimaryKeyToColumn};
}
