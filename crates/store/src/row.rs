//! Row: what comes out of either database, decoded straight into the field that wants it (house.md §3.7). SQLite's rows
//! are decoded while the statement steps, without a copy between; PostgreSQL's by SeaORM.

use sea_orm::sea_query::ValueType;
use sea_orm::{DbErr, QueryResult, TryGetable};

use crate::sqlite::values;

/// A type that a column may have.
pub trait Decode: TryGetable + ValueType {}
impl<T: TryGetable + ValueType> Decode for T {}

/// One row on its way out.
pub enum Row<'r> {
    /// A row of SQLite, valid until the statement steps on.
    Sqlite(&'r rusqlite::Row<'r>),
    /// A row of PostgreSQL.
    Postgres(&'r QueryResult),
}

impl Row<'_> {
    /// The column of this name. Errors: it is absent, or its value is none of this type; the error names it.
    pub fn get<T: Decode>(&self, name: &str) -> Result<T, DbErr> {
        match self {
            Self::Sqlite(row) => {
                let place =
                    row.as_ref().column_index(name).map_err(|_| DbErr::Type(format!("{name}: no such column")))?;
                values::decode(row, place, name)
            }
            Self::Postgres(row) => row.try_get("", name),
        }
    }

    /// The column at this place (0-based), which is called `name`.
    pub fn at<T: Decode>(&self, place: usize, name: &str) -> Result<T, DbErr> {
        match self {
            Self::Sqlite(row) => values::decode(row, place, name),
            Self::Postgres(row) => row.try_get_by_index(place).map_err(|error| DbErr::Type(format!("{name}: {error}"))),
        }
    }
}

/// What a row can become.
pub trait FromRow: Sized {
    /// Errors: a column is absent or unreadable; the error names it.
    fn from_row(row: &Row<'_>) -> Result<Self, DbErr>;
}

/// How many rows a selection has.
pub(crate) struct Counted(pub i64);

impl FromRow for Counted {
    fn from_row(row: &Row<'_>) -> Result<Self, DbErr> {
        Ok(Self(row.at(0, "n")?))
    }
}

/// A row that may be unreadable: which one and why, instead of an end of everything.
pub(crate) struct Sifted<T>(pub Result<T, String>);

impl<T: FromRow> FromRow for Sifted<T> {
    fn from_row(row: &Row<'_>) -> Result<Self, DbErr> {
        Ok(Self(T::from_row(row).map_err(|error| {
            let key: String = row.at(0, "key").unwrap_or_else(|_| "?".into());
            format!("{key}: {error}")
        })))
    }
}
