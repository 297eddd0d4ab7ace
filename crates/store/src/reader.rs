//! Reader: scoped queries. Every one is limited by `Reach` last, whatever the caller shaped.

use std::sync::Arc;

use foundation::{Fault, Scope, Stop};
use sea_orm::{ColumnTrait, Condition, DatabaseConnection, DatabaseTransaction, FromQueryResult, PaginatorTrait, QueryFilter, QuerySelect, Select, Value};
use tokio::sync::Mutex;

use crate::dialect;
use crate::reach::Reach;

/// Where a query runs: a reading connection (SQLite) or a transaction (PostgreSQL, and every writer).
pub(crate) enum Handle {
    Pool(DatabaseConnection),
    Txn(DatabaseTransaction),
}

pub(crate) struct Core {
    pub handle: Handle,
    /// The scope that the database's own wall was last told, so that it is told only on change.
    pub told: Mutex<Option<Scope>>,
}

impl Core {
    pub async fn tell(&self, scope: &Scope) -> Result<(), Fault> {
        let Handle::Txn(txn) = &self.handle else { return Ok(()) };
        let mut told = self.told.lock().await;
        if told.as_ref() != Some(scope) {
            dialect::enter_scope(txn, scope).await.map_err(dialect::fault_of)?;
            *told = Some(scope.clone());
        }
        Ok(())
    }
}

/// Runs an expression on whichever connection the handle holds.
macro_rules! on {
    ($core:expr, $connection:ident => $run:expr) => {
        match &$core.handle {
            crate::reader::Handle::Pool($connection) => $run,
            crate::reader::Handle::Txn($connection) => $run,
        }
    };
}
pub(crate) use on;

/// One page of a register.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// 1-based page number.
    pub number: u64,
    /// All rows that match.
    pub total: u64,
    /// Rows per page.
    pub size: u64,
}

/// Reads within a scope.
pub struct Reader {
    pub(crate) core: Arc<Core>,
    pub(crate) scope: Scope,
}

impl Reader {
    /// The scope that limits this reader.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The row with this key; out of reach and absent are the same `Gone`.
    pub async fn get<E: Reach>(&self, key: impl Into<Value>) -> Result<E::Model, Stop>
    where
        E::Model: Send,
    {
        let key = key.into();
        let rows = self.list::<E>(|select| select.filter(E::KEY.eq(key)).limit(1)).await?;
        rows.into_iter().next().ok_or(Stop::Fault(Fault::Gone))
    }

    /// The first row that matches, if any.
    pub async fn find<E: Reach>(&self, condition: impl Into<Condition>) -> Result<Option<E::Model>, Stop>
    where
        E::Model: Send,
    {
        let condition = condition.into();
        Ok(self.list::<E>(|select| select.filter(condition).limit(1)).await?.into_iter().next())
    }

    /// All rows of a shaped selection. Callers limit what they ask for.
    pub async fn list<E: Reach>(&self, shape: impl FnOnce(Select<E>) -> Select<E>) -> Result<Vec<E::Model>, Stop>
    where
        E::Model: Send,
    {
        self.core.tell(&self.scope).await?;
        let select = shape(E::find()).filter(E::reach(&self.scope));
        Ok(on!(self.core, connection => select.all(connection).await).map_err(dialect::fault_of)?)
    }

    /// How many rows a shaped selection has.
    pub async fn count<E: Reach>(&self, shape: impl FnOnce(Select<E>) -> Select<E>) -> Result<u64, Stop>
    where
        E::Model: Send + Sync,
    {
        self.core.tell(&self.scope).await?;
        let select = shape(E::find()).filter(E::reach(&self.scope));
        Ok(on!(self.core, connection => select.count(connection).await).map_err(dialect::fault_of)?)
    }

    /// One page of a shaped selection (1-based; at most the last), with the total.
    pub async fn page<E: Reach>(&self, number: u64, size: u64, shape: impl Fn(Select<E>) -> Select<E>) -> Result<Page<E::Model>, Stop>
    where
        E::Model: Send + Sync,
    {
        let total = self.count::<E>(&shape).await?;
        // Whoever asks for a page behind the last (rows went, an address was typed) gets the last.
        let number = number.clamp(1, total.div_ceil(size.max(1)).max(1));
        let rows = self.list::<E>(|select| shape(select).offset((number - 1).saturating_mul(size)).limit(size)).await?;
        Ok(Page { rows, number, total, size })
    }

    /// Aggregates and narrow selections (`select_only`, `group_by`), still within reach.
    pub async fn pick<E: Reach, T: FromQueryResult + Send + Sync>(&self, shape: impl FnOnce(Select<E>) -> Select<E>) -> Result<Vec<T>, Stop> {
        self.core.tell(&self.scope).await?;
        let select = shape(E::find()).filter(E::reach(&self.scope)).into_model::<T>();
        Ok(on!(self.core, connection => select.all(connection).await).map_err(dialect::fault_of)?)
    }
}
