//! Turns a schema text into create statements for either database.
//! A table starts at the left edge; its lines are indented:
//! `name type[?] [pk] [unique] [-> table]`, `unique a, b`, `index a, b`, `index a where null`, `wall …`,
//! `append-only [but column]`: the database itself refuses to change or remove what was recorded; the one
//! named column may be filled once.
//! `wall` lists the columns that PostgreSQL's row-level security looks at (house.md §4, wall 3).

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

/// The statements that make all tables of a schema text, with keys, indexes and walls (PostgreSQL) or triggers
/// (SQLite).
pub fn statements(backend: DbBackend, text: &str) -> Vec<String> {
    let postgres = backend == DbBackend::Postgres;
    let tables = parse(text);
    let mut all = Vec::new();
    if postgres && !tables.is_empty() {
        all.push(include_str!("postgres_walls.sql").to_owned());
    }
    for table in &tables {
        all.push(said(backend, &table.statement()));
        all.extend(table.indexes().iter().map(|index| said(backend, index)));
    }
    // Walls last: their policies look into other tables.
    for table in &tables {
        all.extend(if postgres { table.walls() } else { table.triggers() });
    }
    all
}

/// The grants of every table, each with its table's name.
pub fn grants() -> Vec<(&'static str, String)> {
    super::TEXTS
        .iter()
        .flat_map(|text| parse(text))
        .flat_map(|table| table.grants().into_iter().map(move |one| (table.name, one)))
        .collect()
}

/// A statement in a database's own words.
pub fn said(backend: DbBackend, statement: &impl StatementBuilder) -> String {
    statement.build(&backend).sql
}

impl TableText<'_> {
    fn columns(&self) -> impl Iterator<Item = Vec<&str>> {
        self.lines
            .iter()
            .filter(|l| !matches!(first(l), "unique" | "index" | "wall" | "append-only"))
            .map(|l| l.split_whitespace().collect())
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

    /// Whether rows can only be added, and the one column that may be filled later.
    fn append_only(&self) -> Option<Option<&str>> {
        let line = self.lines.iter().find(|l| first(l) == "append-only")?;
        Some(line.split_whitespace().nth(2))
    }

    /// SQLite has no roles: triggers refuse what PostgreSQL's grants leave out.
    fn triggers(&self) -> Vec<String> {
        let Some(but) = self.append_only() else { return Vec::new() };
        let t = self.name;
        let refuse = |name: &str, when: &str| {
            format!(
                "CREATE TRIGGER \"{t}_keeps_{name}\" BEFORE {when} BEGIN SELECT RAISE(ABORT, '{t} is append-only'); END"
            )
        };
        let fixed: Vec<&str> = self.columns().map(|words| words[0]).filter(|column| Some(*column) != but).collect();
        let mut sql = vec![
            refuse("rows", &format!("DELETE ON \"{t}\"")),
            refuse("values", &format!("UPDATE OF \"{}\" ON \"{t}\"", fixed.join("\", \""))),
        ];
        sql.extend(but.map(|column| {
            refuse(column, &format!("UPDATE OF \"{column}\" ON \"{t}\" WHEN OLD.\"{column}\" IS NOT NULL"))
        }));
        sql
    }

    /// What the role of the rooms' queries may do with the table (PostgreSQL).
    fn grants(&self) -> Vec<String> {
        let t = self.name;
        match self.append_only() {
            None => vec![format!("GRANT SELECT, INSERT, UPDATE, DELETE ON \"{t}\" TO jinbu_app")],
            Some(but) => {
                let once = but.map(|column| format!("GRANT UPDATE ({column}) ON \"{t}\" TO jinbu_app"));
                std::iter::once(format!("GRANT SELECT, INSERT ON \"{t}\" TO jinbu_app")).chain(once).collect()
            }
        }
    }

    /// Row-level security: the same reach as `Reach`, told by `dialect::enter_scope`.
    fn walls(&self) -> Vec<String> {
        let t = self.name;
        let mut sql = self.grants();
        sql.extend(self.append_only().flatten().map(|column| {
            format!(
                "CREATE TRIGGER \"{t}_keeps_{column}\" BEFORE UPDATE OF {column} ON \"{t}\" FOR EACH ROW \
                WHEN (OLD.{column} IS NOT NULL) EXECUTE FUNCTION jinbu_keep()"
            )
        }));
        let Some(wall) = self.lines.iter().find(|l| first(l) == "wall") else { return sql };
        let words: Vec<&str> = wall.split_whitespace().skip(1).collect();
        let has = |word: &str| words.contains(&word);
        // Asked once for each statement, not for each row; and only so may an index on `person` be used at all.
        let (reach, institution, person) =
            ("(SELECT jinbu_reach())", "(SELECT jinbu_institution())", "(SELECT jinbu_person())");
        let below = |path: &str| format!("{path} = {reach} OR {path} LIKE {reach} || '/%'");
        let mut any = vec![format!("{reach} = '*'")];
        if has("path") {
            any.push(format!("({})", below("path")));
        }
        if has("institution") {
            any.push(format!("institution = {institution}"));
        }
        if has("own-institution") {
            any.push(format!("id = {institution}"));
        }
        if has("person") {
            any.push(format!("person = {person}"));
        }
        if let Some(column) = words.iter().find_map(|w| w.strip_prefix("trainee:")) {
            any.push(format!(
                "({person} <> '' AND {column} IN (SELECT e.class FROM enrolment e WHERE e.person = {person}))"
            ));
        }
        if has("person-row") {
            let seen = format!("{} OR e.institution = {institution}", below("e.path"));
            any.push(format!(
                "(id = {person} OR EXISTS (SELECT 1 FROM enrolment e WHERE e.person = person.id AND ({seen})))"
            ));
        }
        let limited = any.join(" OR ");
        let reads = if has("open-reads") { "true" } else { &limited };
        let writes = if has("open-writes") { "true" } else { &limited };
        sql.push(format!("ALTER TABLE \"{t}\" ENABLE ROW LEVEL SECURITY"));
        sql.push(format!("ALTER TABLE \"{t}\" FORCE ROW LEVEL SECURITY"));
        sql.push(format!("CREATE POLICY reads ON \"{t}\" FOR SELECT USING ({reads})"));
        let adds = if has("open-adds") { "true" } else { writes };
        sql.push(format!("CREATE POLICY adds ON \"{t}\" FOR INSERT WITH CHECK ({adds})"));
        sql.push(format!("CREATE POLICY changes ON \"{t}\" FOR UPDATE USING ({writes}) WITH CHECK ({writes})"));
        sql.push(format!("CREATE POLICY removals ON \"{t}\" FOR DELETE USING ({writes})"));
        sql
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
