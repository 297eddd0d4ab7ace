//! Store: the only crate with a database connection (house.md §3–§4). Rooms get a `Reader` or a
//! `Writer`, each limited to a `Scope`; a table without `Reach` cannot be queried.
#![recursion_limit = "256"]
#![expect(clippy::disallowed_types, reason = "the one crate that holds connections")]

pub mod copy;
pub mod db;
pub mod dialect;
pub mod door;
pub mod files;
pub mod migrations;
pub mod reach;
pub mod reader;
pub mod seal;
pub mod sequencer;
pub mod tables;
pub mod writer;

pub use db::Db;
pub use files::Files;
pub use reach::{Keyed, Reach};
pub use reader::{Page, Reader};
pub use writer::Writer;
/// The query-shaping words that rooms use inside `list`, `find`, `count`, `pick`.
pub mod query {
    pub use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query, extension::postgres::PgExpr};
    pub use sea_orm::{
        ActiveValue::{NotSet, Set, Unchanged},
        ColumnTrait, Condition, EntityTrait, FromQueryResult, JoinType, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    };
}
