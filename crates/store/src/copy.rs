//! copy-db: from one database to the other, table by table, parents first, then counted (house.md §3.8).

use foundation::Fault;
use sea_orm::{ActiveModelTrait, IntoActiveModel, PaginatorTrait, QueryOrder, QuerySelect};

use crate::dialect::fault_of;
use crate::reach::Keyed;
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

async fn table<E: Keyed>(source: &Db, target: &Db, dry_run: bool, verify_only: bool) -> Result<Copied, Fault>
where
    E::Model: IntoActiveModel<E::ActiveModel> + PartialEq + Send + Sync,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let source_rows = E::find().count(source.raw()).await.map_err(fault_of)?;
    let mut equal = true;
    if !dry_run {
        let mut offset = 0;
        loop {
            let rows = E::find().order_by_asc(E::KEY).offset(offset).limit(STEP).all(source.raw()).await.map_err(fault_of)?;
            if rows.is_empty() {
                break;
            }
            offset += rows.len() as u64;
            if !verify_only {
                let active: Vec<E::ActiveModel> = rows.iter().cloned().map(|row| row.into_active_model().reset_all()).collect();
                E::insert_many(active).exec_without_returning(target.raw()).await.map_err(fault_of)?;
            }
            for row in &rows {
                use sea_orm::{ColumnTrait, QueryFilter};
                let there = E::find().filter(E::KEY.eq(E::key(row))).one(target.raw()).await.map_err(fault_of)?;
                equal &= there.as_ref() == Some(row);
            }
        }
    }
    let target_rows = if dry_run { 0 } else { E::find().count(target.raw()).await.map_err(fault_of)? };
    Ok(Copied {
        table: sea_orm::EntityName::table_name(&E::default()).to_owned(),
        source_rows,
        target_rows,
        equal: equal && (dry_run || source_rows == target_rows),
    })
}
