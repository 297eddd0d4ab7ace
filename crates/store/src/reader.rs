//! Reader: scoped queries. Every one is limited by `Reach` last, whatever the caller shaped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use foundation::{Fault, Scope, Stop};
use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select, Statement, StatementBuilder,
};
use tokio::sync::Mutex;

use crate::dialect;
use crate::handle::Handle;
use crate::reach::{Keyed, Names, Reach};
use crate::row::{Counted, FromRow, Sifted};

/// What became of an act's statements so far: all well, one lost to somebody else, one failed.
const NONE: u8 = 0;
const LOST: u8 = 1;
const FAILED: u8 = 2;

/// What a reader or writer works on.
pub(crate) struct Core {
    pub handle: Handle,
    /// The scope that the database's own wall was last told, so that it is told only on change.
    told: Mutex<Option<Scope>>,
    /// Whether a statement failed. An act in which one did is never answered as done: PostgreSQL has undone it all by
    /// then, and would undo it at the commit without a word.
    failed: AtomicU8,
    /// The newest fact that was written through it.
    pub newest_fact: std::sync::Mutex<Option<String>>,
}

impl Core {
    pub fn new(handle: Handle) -> Self {
        Self { handle, told: Mutex::new(None), failed: AtomicU8::new(NONE), newest_fact: std::sync::Mutex::default() }
    }

    pub async fn tell(&self, scope: &Scope) -> Result<(), Fault> {
        let Handle::Txn(txn) = &self.handle else { return Ok(()) };
        let mut told = self.told.lock().await;
        if told.as_ref() != Some(scope) {
            let entered = dialect::enter_scope(txn, scope).await.map_err(dialect::fault_of);
            self.noted(entered)?;
            *told = Some(scope.clone());
        }
        Ok(())
    }

    pub async fn fetch<T: FromRow + Send + 'static>(&self, statement: Statement) -> Result<Vec<T>, Fault> {
        self.noted(self.handle.fetch(statement).await)
    }

    pub async fn execute(&self, statement: Statement) -> Result<u64, Fault> {
        self.noted(self.handle.execute(statement).await)
    }

    /// The fault of an act that hid that a statement failed: one that lost to another may be done again.
    pub fn hidden_fault(&self) -> Option<Fault> {
        match self.failed.load(Ordering::Relaxed) {
            NONE => None,
            LOST => Some(Fault::Stale),
            _ => Some(Fault::Db("an act hid that a statement of it failed".into())),
        }
    }

    fn noted<T>(&self, result: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(fault) = &result {
            self.failed.fetch_max(if matches!(fault, Fault::Stale) { LOST } else { FAILED }, Ordering::Relaxed);
        }
        result
    }

    pub fn build(&self, statement: &impl StatementBuilder) -> Statement {
        statement.build(&self.handle.backend())
    }
}

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

crate::picked! {
    struct KeyText {
        key: String,
    }
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

    /// The row that this id names; out of reach and absent are the same `Gone`.
    pub async fn get<K: Names>(&self, id: &K) -> Result<<K::Of as EntityTrait>::Model, Stop> {
        let key = id.value();
        let rows = self.list::<K::Of>(|select| select.filter(K::Of::KEY.eq(key)).limit(1)).await?;
        rows.into_iter().next().ok_or(Stop::Fault(Fault::Gone))
    }

    /// The same of a table whose key is no id: a setting, a fund account, a link.
    pub async fn get_keyed<E: Reach>(&self, key: &str) -> Result<E::Model, Stop> {
        let rows = self.list::<E>(|select| select.filter(E::KEY.eq(key)).limit(1)).await?;
        rows.into_iter().next().ok_or(Stop::Fault(Fault::Gone))
    }

    /// The keys of the rows that match, as texts: also of rows that cannot be read otherwise.
    pub async fn keys_of<E: Reach>(&self, condition: Condition) -> Result<Vec<String>, Stop> {
        let rows = self.pick::<E, KeyText>(|q| q.select_only().column_as(E::KEY, "key").filter(condition)).await?;
        Ok(rows.into_iter().map(|row| row.key).collect())
    }

    /// Of the rows that match, those that cannot be read, `table 表 key`: somebody spoilt them.
    pub async fn unreadable<E: Reach>(&self, condition: Condition) -> Result<Vec<String>, Stop> {
        if self.list::<E>(|q| q.filter(condition.clone())).await.is_ok() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for key in self.keys_of::<E>(condition).await? {
            if self.get_keyed::<E>(key.as_str()).await.is_err() {
                found.push(format!("{} 表 {key}", E::default().table_name()));
            }
        }
        Ok(found)
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
        Ok(self.core.fetch(self.core.build(select.as_query())).await?)
    }

    /// All rows of a shaped selection, those that cannot be read told by key and reason instead of ending it all
    /// (checks of what a database holds).
    pub async fn sift<E: Reach>(
        &self,
        shape: impl FnOnce(Select<E>) -> Select<E>,
    ) -> Result<(Vec<E::Model>, Vec<String>), Stop> {
        self.core.tell(&self.scope).await?;
        let select = shape(E::find()).filter(E::reach(&self.scope));
        let all: Vec<Sifted<E::Model>> = self.core.fetch(self.core.build(select.as_query())).await?;
        let (mut rows, mut unreadable) = (Vec::with_capacity(all.len()), Vec::new());
        for one in all {
            match one.0 {
                Ok(row) => rows.push(row),
                Err(why) => unreadable.push(format!("{} {why}", sea_orm::EntityName::table_name(&E::default()))),
            }
        }
        Ok((rows, unreadable))
    }

    /// How many rows a shaped selection has.
    pub async fn count<E: Reach>(&self, shape: impl FnOnce(Select<E>) -> Select<E>) -> Result<u64, Stop>
    where
        E::Model: Send + Sync,
    {
        self.core.tell(&self.scope).await?;
        let mut select = shape(E::find()).filter(E::reach(&self.scope)).into_query();
        select.reset_limit().reset_offset().clear_order_by();
        let counted =
            SelectStatement::new().expr(Expr::cust("COUNT(*) AS n")).from_subquery(select, "counted").to_owned();
        let rows: Vec<Counted> = self.core.fetch(self.core.build(&counted)).await?;
        Ok(rows.first().map_or(0, |one| u64::try_from(one.0).unwrap_or(0)))
    }

    /// One page of a shaped selection (1-based; at most the last), with the total.
    pub async fn page<E: Reach>(
        &self,
        number: u64,
        size: u64,
        shape: impl Fn(Select<E>) -> Select<E>,
    ) -> Result<Page<E::Model>, Stop>
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
    pub async fn pick<E: Reach, T: FromRow + Send + 'static>(
        &self,
        shape: impl FnOnce(Select<E>) -> Select<E>,
    ) -> Result<Vec<T>, Stop> {
        self.core.tell(&self.scope).await?;
        let select = shape(E::find()).filter(E::reach(&self.scope));
        Ok(self.core.fetch(self.core.build(select.as_query())).await?)
    }
}
