//! Writer: what an act may do to rows. Exists only inside the door; nobody commits by himself.

use std::ops::Deref;
use std::sync::{Arc, PoisonError};

use foundation::{Fault, Scope, Stop};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityName, IntoActiveModel, Iterable, PrimaryKeyToColumn, QueryFilter,
    QueryTrait, Value,
};

use crate::bulk::{self, Prepared};
use crate::reach::Reach;
use crate::reader::Reader;
use crate::tables::journal::fact;

/// Reads and writes within a scope, inside the door's transaction.
pub struct Writer {
    reader: Reader,
}

impl Deref for Writer {
    type Target = Reader;
    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Writer {
    pub(crate) fn new(reader: Reader) -> Self {
        Self { reader }
    }
    pub(crate) fn into_reader(self) -> Reader {
        self.reader
    }

    /// The same transaction with the system's reach: the only widening door. `job` is the reason.
    pub fn as_system(&self, job: &'static str) -> Writer {
        tracing::trace!(job, "widened");
        Writer { reader: Reader { core: Arc::clone(&self.reader.core), scope: Scope::Everything } }
    }

    /// Adds a row; one outside the scope is refused as if it did not exist.
    pub async fn add<E: Reach>(&self, row: E::Model) -> Result<(), Stop> {
        self.add_many::<E>(vec![row]).await
    }

    /// Adds many rows of one table, up to 512 a statement.
    pub async fn add_many<E: Reach>(&self, rows: Vec<E::Model>) -> Result<(), Stop> {
        self.insert::<E>(rows, false).await.map(|_| ())
    }

    /// Adds rows that were prepared outside, skipping those whose unique keys exist already; says how many were new.
    /// For acts that are done together: each row was held against its own asker's scope, the writer reaches everything.
    pub async fn add_prepared<E: Reach>(&self, rows: Prepared<E>) -> Result<u64, Stop> {
        if self.scope != Scope::Everything {
            return Err(Stop::Fault(Fault::Gone));
        }
        self.core.tell(&self.scope).await?;
        let mut added = 0;
        for statement in rows.into_statements() {
            added += self.core.execute(statement).await?;
        }
        Ok(added)
    }

    /// Adds many rows, skipping those whose unique keys exist already; says how many were new.
    pub async fn add_new<E: Reach>(&self, rows: Vec<E::Model>) -> Result<u64, Stop> {
        self.insert::<E>(rows, true).await
    }

    async fn insert<E: Reach>(&self, rows: Vec<E::Model>, skip_repeats: bool) -> Result<u64, Stop> {
        if !rows.iter().all(|row| E::holds(&self.scope, row)) {
            return Err(Stop::Fault(Fault::Gone));
        }
        self.core.tell(&self.scope).await?;
        let (mut added, mut left) = (0, rows.as_slice());
        while !left.is_empty() {
            let many = bulk::rows_at_once(left.len(), skip_repeats);
            let (now, later) = left.split_at(many.min(left.len()));
            left = later;
            added += self.core.execute(bulk::insert::<E>(self.core.handle.backend(), now, many, skip_repeats)).await?;
        }
        self.note_fact::<E>(&rows);
        Ok(added)
    }

    /// Which fact was written last: whoever opens the database anew looks for it there.
    fn note_fact<E: Reach>(&self, rows: &[E::Model]) {
        if E::default().table_name() == fact::Entity.table_name()
            && let Some(row) = rows.last()
            && let Value::String(Some(id)) = E::key(row)
        {
            *self.core.newest_fact.lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
        }
    }

    /// Compare-and-set: changes the row only if it is still at `row`'s version and within reach.
    /// Errors: `Stale` when somebody else was first (or the row left the scope meanwhile).
    pub async fn save<E: Reach>(&self, row: &E::Model, change: E::ActiveModel) -> Result<(), Stop>
    where
        E::ActiveModel: Send,
    {
        self.core.tell(&self.scope).await?;
        let version = E::VERSION.ok_or_else(|| Fault::Db("append-only table".into()))?;
        let update = E::update_many()
            .set(change)
            .col_expr(version, Expr::col(version).add(1))
            .filter(E::KEY.eq(E::key(row)))
            .filter(version.eq(E::version(row)))
            .filter(E::write_reach(&self.scope));
        if self.core.execute(self.core.build(update.as_query())).await? == 1 {
            Ok(())
        } else {
            Err(Stop::Fault(Fault::Stale))
        }
    }

    /// Changes every row that matches, within reach; says how many.
    pub async fn change_all<E: Reach>(
        &self,
        condition: impl Into<Condition>,
        change: E::ActiveModel,
    ) -> Result<u64, Stop>
    where
        E::ActiveModel: Send,
    {
        self.core.tell(&self.scope).await?;
        let mut update = E::update_many().set(change).filter(condition.into()).filter(E::write_reach(&self.scope));
        if let Some(version) = E::VERSION {
            update = update.col_expr(version, Expr::col(version).add(1));
        }
        Ok(self.core.execute(self.core.build(update.as_query())).await?)
    }

    /// Fills one column of the rows that match by an expression of their own (the sequencer's places); says how many.
    pub(crate) async fn fill<E: Reach>(
        &self,
        condition: Condition,
        column: E::Column,
        value: Expr,
    ) -> Result<u64, Stop> {
        self.core.tell(&self.scope).await?;
        let update = E::update_many().col_expr(column, value).filter(condition).filter(E::write_reach(&self.scope));
        Ok(self.core.execute(self.core.build(update.as_query())).await?)
    }

    /// Adds to a column of the rows that match, in one statement, so that nobody counts from an old number; says how
    /// many.
    pub async fn count_by<E: Reach>(
        &self,
        condition: impl Into<Condition>,
        column: E::Column,
        more: i32,
    ) -> Result<u64, Stop> {
        self.fill::<E>(condition.into(), column, Expr::col(column).add(more)).await
    }

    /// Removes rows of a draft (never of anything that was submitted; rules see to it). Says how many.
    pub async fn remove_all<E: Reach>(&self, condition: impl Into<Condition>) -> Result<u64, Stop> {
        self.core.tell(&self.scope).await?;
        let delete = E::delete_many().filter(condition.into()).filter(E::write_reach(&self.scope));
        Ok(self.core.execute(self.core.build(delete.as_query())).await?)
    }

    /// Puts a row whether or not its key exists (settings).
    pub async fn put<E: Reach>(&self, row: E::Model) -> Result<(), Stop>
    where
        E::Model: IntoActiveModel<E::ActiveModel> + Send,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    {
        if !E::holds(&self.scope, &row) {
            return Err(Stop::Fault(Fault::Gone));
        }
        self.core.tell(&self.scope).await?;
        let keys: Vec<E::Column> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
        let insert = E::insert(row.into_active_model().reset_all())
            .on_conflict(OnConflict::columns(keys).update_columns(E::Column::iter()).to_owned());
        self.core.execute(self.core.build(insert.as_query())).await?;
        Ok(())
    }
}
