//! How a schema stands: a database whose list of migrations and whose tables contradict each other is told in words,
//! before anything is changed in it and before anybody is told that it is up to date.

use std::collections::BTreeMap;

use foundation::Fault;
use sea_orm::sea_query::Iden;
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, Iterable};

use super::{Migration, TABLE};
use crate::for_each_table;

/// What stands: table → column → whether a row must bring a value for it.
#[derive(Debug, Default)]
pub struct Columns(BTreeMap<String, BTreeMap<String, bool>>);

/// Asks for every column: one text a row, `table column must`, `must` being 1 where there is neither NULL nor default.
pub fn ask(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => {
            "SELECT c.relname || ' ' || a.attname || ' ' || \
             (CASE WHEN a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' THEN 1 ELSE 0 END) \
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
             WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 \
             AND NOT a.attisdropped"
        }
        _ => {
            "SELECT m.name || ' ' || c.name || ' ' || \
             (CASE WHEN c.\"notnull\" AND c.dflt_value IS NULL THEN 1 ELSE 0 END) \
             FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' \
             AND m.name NOT LIKE 'sqlite_%'"
        }
    }
}

impl Columns {
    /// From the rows of `ask`.
    pub fn read(rows: &[String]) -> Self {
        let mut all = Self::default();
        for row in rows {
            if let Some((rest, must)) = row.rsplit_once(' ')
                && let Some((table, column)) = rest.split_once(' ')
            {
                all.0.entry(table.into()).or_default().insert(column.into(), must == "1");
            }
        }
        all
    }

    /// Whether a table, or a column of it, stands.
    pub fn has(&self, table: &str, column: Option<&str>) -> bool {
        self.0.get(table).is_some_and(|columns| column.is_none_or(|column| columns.contains_key(column)))
    }
}

/// Errors: something stands already that a migration has yet to make: its line in the list is missing.
pub fn none_made(todo: &[Migration], columns: &Columns) -> Result<(), Fault> {
    let mut made = Vec::new();
    for migration in todo {
        let stands: Vec<String> = migration
            .makes
            .iter()
            .filter(|(table, column)| columns.has(table, *column))
            .map(|(table, column)| column.map_or_else(|| (*table).to_owned(), |column| format!("{table}.{column}")))
            .collect();
        if let Some(first) = stands.first() {
            let many = if stands.len() > 1 { format!("等 {} 项", stands.len()) } else { String::new() };
            made.push(format!("{}（{first} {many}）", migration.name).replace(" ）", "）"));
        }
    }
    if made.is_empty() {
        return Ok(());
    }
    Err(Fault::Upstream(format!(
        "数据库的结构和它的变更记录（表 {TABLE}）对不上：{} 的内容已经在库里，记录里却没有这一行。没有改动任何东西。\
         如果这个库是从备份恢复的，请连同表 {TABLE} 一起恢复；确认结构完整的，可以补上记录再运行一次 jinbu migrate，它会逐表核对：{}",
        made.join("、"),
        // Walls are put up, not noted.
        todo.iter()
            .filter(|one| !one.name.starts_with(crate::walls::PREFIX))
            .map(|one| format!("INSERT INTO {TABLE} VALUES ('{}', 0);", one.name))
            .collect::<Vec<_>>()
            .join(" ")
    )))
}

/// Errors: a table or column is missing, or one too many is there that our rows bring no value for.
pub fn fits(columns: &Columns) -> Result<(), Fault> {
    let mut odd = Vec::new();
    macro_rules! look {
        ($room:ident $table:ident) => {
            table::<crate::tables::$room::$table::Entity>(columns, &mut odd);
        };
    }
    for_each_table!(look);
    if odd.is_empty() {
        return Ok(());
    }
    Err(Fault::Upstream(format!(
        "数据库的结构和本程序要的不一样，不能用：{}。变更记录（表 {TABLE}）是全的，所以是有人改过结构，或者恢复的备份不完整；请按提示改回，或恢复完整的备份",
        odd.join("；")
    )))
}

fn table<E: EntityTrait>(columns: &Columns, odd: &mut Vec<String>) {
    let entity = E::default();
    let name = entity.table_name();
    let Some(there) = columns.0.get(name) else {
        odd.push(format!("没有表 {name}"));
        return;
    };
    let wanted: Vec<(String, bool)> =
        E::Column::iter().map(|column| (column.unquoted().to_owned(), column.def().is_null())).collect();
    for (column, _) in &wanted {
        if !there.contains_key(column) {
            odd.push(format!("表 {name} 没有列 {column}"));
        }
    }
    for (column, must) in there {
        match wanted.iter().find(|(name, _)| name == column) {
            None if *must => odd.push(format!("表 {name} 多了列 {column}，它不许为空又没有默认值，新的行都存不进去")),
            Some((_, true)) if *must => odd.push(format!("表 {name} 的列 {column} 应当可以为空")),
            _ => {}
        }
    }
}
