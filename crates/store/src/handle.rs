//! Handle: where a statement runs. The one place that knows that there are two databases under a query.

use foundation::Fault;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

use crate::dialect::fault_of;
use crate::row::{FromRow, Row};
use crate::sqlite::{Held, Pool};

/// Where a query runs.
pub(crate) enum Handle {
    /// SQLite: whichever reading connection is free, for each question anew.
    Pool(Pool),
    /// SQLite: one connection — one moment, or an act's transaction.
    Held(Held),
    /// PostgreSQL: a transaction.
    Txn(DatabaseTransaction),
}

impl Handle {
    pub fn backend(&self) -> DbBackend {
        match self {
            Self::Pool(_) | Self::Held(_) => DbBackend::Sqlite,
            Self::Txn(_) => DbBackend::Postgres,
        }
    }

    /// The rows that a statement gives.
    pub async fn fetch<T: FromRow + Send + 'static>(&self, statement: Statement) -> Result<Vec<T>, Fault> {
        match self {
            Self::Pool(pool) => pool.fetch(statement).await,
            Self::Held(held) => held.fetch(statement).await,
            Self::Txn(txn) => {
                let rows = txn.query_all_raw(statement).await.map_err(fault_of)?;
                rows.iter()
                    .map(|row| T::from_row(&Row::Postgres(row)).map_err(|error| Fault::Db(error.to_string())))
                    .collect()
            }
        }
    }

    /// How many rows a statement changed.
    pub async fn execute(&self, statement: Statement) -> Result<u64, Fault> {
        match self {
            Self::Pool(_) => Err(Fault::Db("a reader does not write".into())),
            Self::Held(held) => held.execute(&statement),
            Self::Txn(txn) => Ok(txn.execute_raw(statement).await.map_err(fault_of)?.rows_affected()),
        }
    }
}
