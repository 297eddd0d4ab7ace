//! Rows kept in memory by key and version (classes, sessions): what is asked of the database each time is
//! only which version stands, so that a kept row is never an old one. Wide rows that thousands of acts
//! read are then decoded once.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use foundation::{Fault, Stop};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};

use crate::query::padded;
use crate::reach::Reach;
use crate::reader::Reader;

/// Rows kept of one table.
const ROWS_PER_TABLE: usize = 10_000;

/// The kept rows of one installation.
#[derive(Default)]
pub struct RowCache {
    tables: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
}

type Kept<M> = HashMap<String, (i32, Arc<M>)>;

crate::picked! {
    struct Standing {
        key: String,
        version: i32,
    }
}

impl RowCache {
    fn with<M: Send + Sync + 'static, T>(&self, run: impl FnOnce(&mut Kept<M>) -> T) -> T {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = tables.entry(TypeId::of::<M>()).or_insert_with(|| Box::new(Kept::<M>::new()));
        run(kept.downcast_mut().expect("a table's rows are kept under their own type"))
    }
}

impl Reader {
    /// The rows with these keys, as they stand now and within reach; those absent are left out.
    /// Only for tables whose rows carry a version.
    pub async fn kept<E: Reach>(
        &self,
        cache: &RowCache,
        keys: impl IntoIterator<Item = String>,
    ) -> Result<Vec<Arc<E::Model>>, Stop>
    where
        E::Model: Send + Sync,
    {
        let version = E::VERSION.ok_or_else(|| Fault::Db("only rows with a version can be kept".into()))?;
        let keys = padded(keys);
        let standing: Vec<Standing> = self
            .pick::<E, Standing>(|q| {
                q.select_only().column_as(E::KEY, "key").column_as(version, "version").filter(E::KEY.is_in(keys))
            })
            .await?;
        let mut rows = Vec::with_capacity(standing.len());
        let mut missing = Vec::new();
        cache.with::<E::Model, _>(|kept| {
            for one in standing {
                match kept.get(&one.key) {
                    Some((version, row)) if *version == one.version => rows.push(Arc::clone(row)),
                    _ => missing.push(one.key),
                }
            }
        });
        if missing.is_empty() {
            return Ok(rows);
        }
        let missing = padded(missing);
        let fresh: Vec<Arc<E::Model>> =
            self.list::<E>(|q| q.filter(E::KEY.is_in(missing))).await?.into_iter().map(Arc::new).collect();
        cache.with::<E::Model, _>(|kept| {
            if kept.len() + fresh.len() > ROWS_PER_TABLE {
                kept.clear();
            }
            for row in &fresh {
                if let sea_orm::Value::String(Some(key)) = E::key(row) {
                    kept.insert(key.clone(), (E::version(row), Arc::clone(row)));
                }
            }
        });
        rows.extend(fresh);
        Ok(rows)
    }
}
