//! Turns a schema text into create statements for either database.
//! A table starts at the left edge; its lines are indented:
//! `name type[?] [pk] [unique] [-> table]`, `unique a, b`, `index a, b`, `index a where null`.
//! Who reaches a table's rows and whether they may change is no matter of its columns: `walls`.

use sea_orm::sea_query::{
    Alias, ColumnDef, ConditionalStatement, Expr, ExprTrait, ForeignKey, ForeignKeyAction, Index, IndexCreateStatement,
    Table, TableCreateStatement,
};
use sea_orm::{DbBackend, StatementBuilder};

/// One parsed table.
pub struct TableText<'a> {
    /// Its name.
    pub name: &'a str,
    lines: Vec<&'a str>,
}

/// Splits a schema text into tables.
pub fn parse(text: &str) -> Vec<TableText<'_>> {
    let mut tables: Vec<TableText<'_>> = Vec::new();
    for line in text.lines().filter(|l| !l.trim().is_empty() && !l.trim_start().starts_with('#')) {
        if line.starts_with(' ') {
            if let Some(table) = tables.last_mut() {
                table.lines.push(line.trim());
            }
        } else {
            tables.push(TableText { name: line.trim(), lines: Vec::new() });
        }
    }
    tables
}

/// The statements that make all tables of a schema text, with their keys and indexes.
pub fn statements(backend: DbBackend, text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for table in &parse(text) {
        all.push(said(backend, &table.statement()));
        all.extend(table.indexes().iter().map(|index| said(backend, index)));
    }
    all
}

/// A statement in a database's own words.
pub fn said(backend: DbBackend, statement: &impl StatementBuilder) -> String {
    statement.build(&backend).sql
}

impl TableText<'_> {
    fn columns(&self) -> impl Iterator<Item = Vec<&str>> {
        self.lines.iter().filter(|l| !matches!(first(l), "unique" | "index")).map(|l| l.split_whitespace().collect())
    }

    fn statement(&self) -> TableCreateStatement {
        let mut table = Table::create();
        table.table(Alias::new(self.name));
        for words in self.columns() {
            let (name, kind) = (words[0], words.get(1).copied().unwrap_or("text"));
            table.col(column(name, kind, words.contains(&"pk")));
            if let Some(at) = words.iter().position(|w| *w == "->") {
                let target = words[at + 1];
                table.foreign_key(
                    ForeignKey::create()
                        .name(format!("fk__{}__{name}", self.name))
                        .from(Alias::new(self.name), Alias::new(name))
                        .to(Alias::new(target), Alias::new("id"))
                        .on_delete(ForeignKeyAction::Restrict),
                );
            }
        }
        table
    }

    fn indexes(&self) -> Vec<IndexCreateStatement> {
        let mut all = Vec::new();
        for words in self.columns().filter(|w| w.contains(&"unique")) {
            all.push(self.index(&[words[0]], true, false));
        }
        for line in &self.lines {
            let kind = first(line);
            if kind == "unique" || kind == "index" {
                let rest = line[kind.len()..].trim();
                let (list, partial) = rest.strip_suffix("where null").map_or((rest, false), |l| (l, true));
                let columns: Vec<&str> = list.split(',').map(str::trim).collect();
                all.push(self.index(&columns, kind == "unique", partial));
            }
        }
        all
    }

    fn index(&self, columns: &[&str], unique: bool, where_null: bool) -> IndexCreateStatement {
        let prefix = if unique { "uq" } else { "ix" };
        let mut index = Index::create();
        index.name(format!("{prefix}__{}__{}", self.name, columns.join("__"))).table(Alias::new(self.name));
        for column in columns {
            index.col(Alias::new(*column));
        }
        if unique {
            index.unique();
        }
        if where_null {
            index.and_where(Expr::col(Alias::new(*columns.last().unwrap_or(&"id"))).is_null());
        }
        index
    }
}

fn first(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or("")
}

fn column(name: &str, kind: &str, key: bool) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    match kind.trim_end_matches('?') {
        "int" => column.integer(),
        "big" => column.big_integer(),
        "bool" => column.boolean(),
        "date" => column.date(),
        "time" => column.timestamp_with_time_zone(),
        _ => column.text(),
    };
    if !kind.ends_with('?') {
        column.not_null();
    }
    if key {
        column.primary_key();
    }
    column
}
