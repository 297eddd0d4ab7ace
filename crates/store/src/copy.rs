//! copy-db: from one database to the other, table by table, parents first, then counted (house.md §3.8).

use foundation::{Fault, Scope, Stop};
use sea_orm::{ColumnTrait, QueryOrder, QuerySelect};

use crate::reach::Reach;
use crate::{Db, for_each_table};

/// What was copied of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    pub table: String,
    pub source_rows: u64,
    pub target_rows: u64,
    pub equal: bool,
}

/// Rows per step: bounded memory whatever the table's size.
const STEP: u64 = 500;

/// Copies every table from `source` to an empty, migrated `target`. With `dry_run` only counts the
/// source; with `verify_only` compares what is there row by row.
pub async fn copy(source: &Db, target: &Db, dry_run: bool, verify_only: bool) -> Result<Vec<Copied>, Fault> {
    let mut report = Vec::new();
    macro_rules! step {
        ($room:ident $table:ident) => {{
            report.push(table::<crate::tables::$room::$table::Entity>(source, target, dry_run, verify_only).await?);
        }};
    }
    for_each_table!(step);
    Ok(report)
}

async fn table<E: Reach>(source: &Db, target: &Db, dry_run: bool, verify_only: bool) -> Result<Copied, Fault>
where
    E::Model: PartialEq,
{
    let (from, to) = (source.read(Scope::Everything).await.map_err(fault)?, target.read(Scope::Everything).await.map_err(fault)?);
    let source_rows = from.count::<E>(|q| q).await.map_err(fault)?;
    let mut equal = true;
    if !dry_run {
        let mut offset = 0;
        loop {
            let rows = from.list::<E>(|q| q.order_by_asc(E::KEY).offset(offset).limit(STEP)).await.map_err(fault)?;
            if rows.is_empty() {
                break;
            }
            offset += rows.len() as u64;
            if !verify_only {
                let copied = rows.clone();
                target.write(Scope::Everything, move |work| Box::pin(async move { work.add_many::<E>(copied).await })).await.map_err(fault)?;
            }
            for row in &rows {
                let there = to.find::<E>(E::KEY.eq(E::key(row))).await.map_err(fault)?;
                equal &= there.as_ref() == Some(row);
            }
        }
    }
    let target_rows = if dry_run { 0 } else { to.count::<E>(|q| q).await.map_err(fault)? };
    Ok(Copied {
        table: sea_orm::EntityName::table_name(&E::default()).to_owned(),
        source_rows,
        target_rows,
        equal: equal && (dry_run || source_rows == target_rows),
    })
}

fn fault(stop: Stop) -> Fault {
    match stop {
        Stop::Fault(fault) => fault,
        other => Fault::Db(other.to_string()),
    }
}
