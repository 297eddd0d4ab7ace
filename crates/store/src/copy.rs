//! copy-db: from one database to the other, table by table, parents first (house.md §3.8; decisions/0012). The source
//! is read at one moment; the target takes everything in one transaction or nothing: what stands there is either a
//! whole copy, every row compared to its last column, or no row at all.

use std::collections::HashMap;

use foundation::{Fault, Scope, Stop};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};

use crate::db::Guarded;
use crate::query::padded;
use crate::reach::Reach;
use crate::{Db, Reader, Writer, for_each_table};

/// What was copied of one table, or what stands in it on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The table.
    pub table: String,
    /// Its rows in the source.
    pub source_rows: u64,
    /// Its rows in the target.
    pub target_rows: u64,
    /// Keys of rows that are missing in the target or differ there: the first few.
    pub odd: Vec<String>,
    /// Whether every row of the source is in the target, equal to the last column, and no other.
    pub equal: bool,
}

/// Rows per step: bounded memory whatever the table's size.
const STEP: u64 = 512;
/// Odd rows named of each table.
const NAMED: usize = 5;

/// How many rows each table of `source` has, at one moment.
pub async fn count(source: &Db) -> Result<Vec<Copied>, Stop> {
    let source = whole(source).await?;
    let mut report = Vec::new();
    macro_rules! step {
        ($room:ident $table:ident) => {{
            let rows = source.count::<crate::tables::$room::$table::Entity>(|q| q).await?;
            report.push(Copied {
                table: name::<crate::tables::$room::$table::Entity>(),
                source_rows: rows,
                target_rows: 0,
                odd: Vec::new(),
                equal: true,
            });
        }};
    }
    for_each_table!(step);
    Ok(report)
}

/// Compares every row, each side at one moment; nothing is changed.
pub async fn verify(source: &Db, target: &Db) -> Result<Vec<Copied>, Stop> {
    let (source, target) = (whole(source).await?, whole(target).await?);
    compare(&source, &target).await
}

/// Copies every table from `source` to an empty, migrated `target`, in one transaction that is kept only when every row
/// then stands there as it stands in the source.
/// Errors: `Upstream` in words where the target is not empty or the copy differs; nothing was copied then.
pub async fn copy(source: &Db, target: &Db) -> Result<Vec<Copied>, Stop> {
    let source = whole(source).await?;
    let report = target
        .write_guarded(Guarded::ByKeys, Scope::Everything, move |work| {
            Box::pin(async move {
                must_be_empty(work).await?;
                macro_rules! step {
                    ($room:ident $table:ident) => {
                        carry::<crate::tables::$room::$table::Entity>(&source, work).await?;
                    };
                }
                for_each_table!(step);
                let report = compare(&source, work).await?;
                let odd: Vec<&str> = report.iter().filter(|one| !one.equal).map(|one| one.table.as_str()).collect();
                if odd.is_empty() {
                    return Ok(report);
                }
                Err(Fault::Upstream(format!(
                    "复制到目标的内容与来源不一致（{}），已经全部撤回，目标仍是空的",
                    odd.join("、")
                ))
                .into())
            })
        })
        .await?;
    target.tidy().await?;
    Ok(report)
}

/// A reader of everything at one moment: on PostgreSQL through its walls' widest reach, so that no row is hidden.
async fn whole(db: &Db) -> Result<Reader, Stop> {
    db.snapshot(Scope::Everything).await
}

async fn must_be_empty(target: &Reader) -> Result<(), Stop> {
    macro_rules! step {
        ($room:ident $table:ident) => {{
            let rows = target.count::<crate::tables::$room::$table::Entity>(|q| q).await?;
            if rows > 0 {
                let table = name::<crate::tables::$room::$table::Entity>();
                let said = format!("目标数据库不是空的（表 {table} 里有 {rows} 行），没有复制。请换一个空的数据库；只想核对请加 --verify");
                return Err(Fault::Upstream(said).into());
            }
        }};
    }
    for_each_table!(step);
    Ok(())
}

/// The rows behind `after` in the order of their keys, a step of them.
async fn next<E: Reach>(reader: &Reader, after: Option<sea_orm::Value>) -> Result<Vec<E::Model>, Stop>
where
    E::Model: Send,
{
    use sea_orm::ColumnTrait;
    reader
        .list::<E>(|q| after.into_iter().fold(q.order_by_asc(E::KEY).limit(STEP), |q, last| q.filter(E::KEY.gt(last))))
        .await
}

async fn carry<E: Reach>(source: &Reader, target: &Writer) -> Result<(), Stop>
where
    E::Model: Send + Sync,
{
    let mut after = None;
    loop {
        let rows = next::<E>(source, after).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(E::key(last));
        target.add_many::<E>(rows).await?;
    }
}

async fn compare(source: &Reader, target: &Reader) -> Result<Vec<Copied>, Stop> {
    let mut report = Vec::new();
    macro_rules! step {
        ($room:ident $table:ident) => {
            report.push(compare_table::<crate::tables::$room::$table::Entity>(source, target).await?);
        };
    }
    for_each_table!(step);
    Ok(report)
}

async fn compare_table<E: Reach>(source: &Reader, target: &Reader) -> Result<Copied, Stop>
where
    E::Model: PartialEq + Send + Sync,
{
    use sea_orm::ColumnTrait;
    let (mut after, mut source_rows, mut odd, mut odd_rows) = (None, 0, Vec::new(), 0u64);
    loop {
        let rows = next::<E>(source, after).await?;
        let Some(last) = rows.last() else { break };
        after = Some(E::key(last));
        source_rows += rows.len() as u64;
        let keys = padded(rows.iter().map(E::key));
        // By key, not by place: the two databases need not sort alike.
        let there: HashMap<String, E::Model> = target
            .list::<E>(|q| q.filter(E::KEY.is_in(keys)))
            .await?
            .into_iter()
            .map(|row| (key_text(&E::key(&row)), row))
            .collect();
        for row in &rows {
            let key = key_text(&E::key(row));
            if there.get(&key) != Some(row) {
                odd_rows += 1;
                if odd.len() < NAMED {
                    odd.push(key);
                }
            }
        }
    }
    let target_rows = target.count::<E>(|q| q).await?;
    Ok(Copied { table: name::<E>(), source_rows, target_rows, odd, equal: odd_rows == 0 && source_rows == target_rows })
}

fn key_text(key: &sea_orm::Value) -> String {
    match key {
        sea_orm::Value::String(Some(text)) => text.clone(),
        other => other.to_string(),
    }
}

fn name<E: sea_orm::EntityTrait>() -> String {
    E::default().table_name().to_owned()
}
