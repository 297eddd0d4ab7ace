//! Schema: what either database holds is what the entities and their declarations say: names, types, nullability,
//! keys, walls, triggers. A table or column that one of them does not know fails here, and says which.

use std::collections::BTreeSet;

use foundation::Scope;
use store::declared::*;
use store::query::*;
use store::{Db, Keyed, walls};

use crate::support::*;

fn is_postgres() -> bool {
    std::env::var("JINBU_TEST_DB").as_deref() == Ok("postgres")
}

macro_rules! select_each {
    ($reader:ident) => {
        macro_rules! one {
            ($room:ident $table:ident) => {
                $reader
                    .list::<store::tables::$room::$table::Entity>(|q| q.limit(1))
                    .await
                    .unwrap_or_else(|e| panic!(concat!(stringify!($table), ": {}"), e));
            };
        }
        store::for_each_table!(one);
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn every_entity_reads_from_the_migrated_schema() {
    let house = house().await;
    let reader = house.db.read(Scope::Everything).await.unwrap();
    select_each!(reader);
}

/// What a database is asked, one line each: columns, indexes, foreign keys, triggers, walls.
struct Catalogue {
    columns: &'static str,
    indexes: &'static str,
    foreign: &'static str,
    guards: &'static str,
}

const SQLITE: Catalogue = Catalogue {
    columns: "SELECT m.name || ' ' || c.name || ' ' || lower(c.type) || ' ' \
        || (CASE WHEN c.\"notnull\" THEN 'must' ELSE 'may' END) || ' ' || (CASE WHEN c.pk > 0 THEN 'key' ELSE '-' END) \
        FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' \
        AND m.name <> 'seaql_migrations'",
    indexes: "SELECT m.name || ' ' || (CASE WHEN i.\"unique\" THEN 'unique' ELSE 'index' END) || ' ' || \
        (SELECT group_concat(name, ',') FROM (SELECT x.name FROM pragma_index_info(i.name) x ORDER BY x.seqno)) \
        FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND m.name <> 'seaql_migrations' \
        AND i.origin = 'c'",
    foreign: "SELECT m.name || ' ' || f.\"from\" || ' -> ' || f.\"table\" FROM sqlite_master m \
        JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
    guards: "SELECT tbl_name || ' trigger ' || name FROM sqlite_master WHERE type = 'trigger'",
};

const POSTGRES: Catalogue = Catalogue {
    columns: "SELECT c.relname || ' ' || a.attname || ' ' || replace(format_type(a.atttypid, a.atttypmod), ' ', '_') \
        || ' ' || (CASE WHEN a.attnotnull THEN 'must' ELSE 'may' END) || ' ' || \
        (CASE WHEN EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary \
        AND a.attnum = ANY(i.indkey)) THEN 'key' ELSE '-' END) \
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 \
        AND NOT a.attisdropped AND c.relname <> 'seaql_migrations'",
    indexes: "SELECT c.relname || ' ' || (CASE WHEN i.indisunique THEN 'unique' ELSE 'index' END) || ' ' || \
        (SELECT string_agg(a.attname, ',' ORDER BY k.ord) FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(num, ord) \
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num) \
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = current_schema()::regnamespace \
        AND NOT i.indisprimary AND c.relname <> 'seaql_migrations'",
    foreign: "SELECT c.relname || ' ' || a.attname || ' -> ' || t.relname FROM pg_constraint k \
        JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid \
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1] WHERE k.contype = 'f' \
        AND c.relnamespace = current_schema()::regnamespace",
    guards: "SELECT c.relname || ' policy ' || p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid \
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relrowsecurity AND c.relforcerowsecurity \
        UNION ALL SELECT c.relname || ' fixed' FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace \
        AND c.relkind = 'r' AND c.relname <> 'seaql_migrations' \
        AND NOT has_table_privilege('jinbu_app', c.oid, 'UPDATE') \
        AND NOT has_table_privilege('jinbu_app', c.oid, 'DELETE')",
};

async fn asked(db: &Db, sql: &'static str) -> BTreeSet<String> {
    store::db::catalogue(db, sql).await.unwrap().into_iter().collect()
}

/// A type's one word, whatever the database calls it.
fn plain(of: &str) -> &'static str {
    match of {
        "integer" => "int",
        "bigint" => "big",
        "boolean" => "bool",
        "date" | "date_text" => "date",
        "timestamp_with_time_zone" | "timestamp_with_timezone_text" => "time",
        "text" | "varchar" => "text",
        other => panic!("a type that no column has had yet: {other}"),
    }
}

fn declared_type(column: &ColumnType) -> &'static str {
    match column {
        ColumnType::String(_) | ColumnType::Text => "text",
        ColumnType::Integer => "int",
        ColumnType::BigInteger => "big",
        ColumnType::Boolean => "bool",
        ColumnType::Date => "date",
        ColumnType::TimestampWithTimeZone => "time",
        other => panic!("a type that no column has had yet: {other:?}"),
    }
}

/// What the entities say of their columns, `table column type may|must key|-`.
fn columns_declared() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    fn of<E: Keyed>(all: &mut BTreeSet<String>) {
        let keys: Vec<String> =
            <E::PrimaryKey as Iterable>::iter().map(|one| one.into_column().unquoted().to_owned()).collect();
        for column in <E::Column as Iterable>::iter() {
            let (name, def) = (column.unquoted(), column.def());
            let may = if def.is_null() { "may" } else { "must" };
            let key = if keys.iter().any(|one| one == name) { "key" } else { "-" };
            let kind = declared_type(def.get_column_type());
            all.insert(format!("{} {name} {kind} {may} {key}", E::default().table_name()));
        }
    }
    macro_rules! note {
        ($room:ident $table:ident) => {
            of::<store::tables::$room::$table::Entity>(&mut all);
        };
    }
    store::for_each_table!(note);
    all
}

fn differ(what: &str, stands: &BTreeSet<String>, declared: &BTreeSet<String>) {
    let lacks: Vec<&String> = declared.difference(stands).collect();
    let more: Vec<&String> = stands.difference(declared).collect();
    assert!(
        lacks.is_empty() && more.is_empty(),
        "{what}: the database lacks {lacks:#?} and has {more:#?} that no table declares. A table needs its file in \
         tables/, its columns in a migration text, its line in for_each_table!: docs/adding.md"
    );
}

/// Every column of the database stands in an entity and the other way round, of that type, that may or may not be
/// empty; every wall and trigger is the one that `reach!` and `keeps` declare.
#[tokio::test(flavor = "multi_thread")]
async fn every_table_stands_as_it_is_declared() {
    let house = house().await;
    let ask = if is_postgres() { POSTGRES } else { SQLITE };
    let columns: BTreeSet<String> = asked(&house.db, ask.columns)
        .await
        .into_iter()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            format!("{} {} {} {} {}", words[0], words[1], plain(words[2]), words[3], words[4])
        })
        .collect();
    // SQLite has one kind of whole number.
    let alike = |all: BTreeSet<String>| -> BTreeSet<String> {
        all.into_iter().map(|line| if is_postgres() { line } else { line.replace(" big ", " int ") }).collect()
    };
    differ("columns", &alike(columns), &alike(columns_declared()));
    let mut guards = BTreeSet::new();
    for wall in walls::all() {
        let t = &wall.table;
        if is_postgres() {
            if !wall.is_systems() {
                guards.extend(walls::POLICIES.iter().map(|name| format!("{t} policy {name}")));
            }
            if wall.keeps_rows() {
                guards.insert(format!("{t} fixed"));
            }
        } else if wall.keeps_rows() {
            let names = ["rows", "values"].into_iter().chain(wall.filled_once());
            guards.extend(names.map(|name| format!("{t} trigger {t}_keeps_{name}")));
        }
    }
    differ("walls and triggers", &asked(&house.db, ask.guards).await, &guards);
}

/// Keys and reach of every table, as a reviewer reads them; the same on both databases.
#[tokio::test(flavor = "multi_thread")]
async fn keys_and_reach_are_as_reviewed() {
    let house = house().await;
    let ask = if is_postgres() { POSTGRES } else { SQLITE };
    let (indexes, foreign) = (asked(&house.db, ask.indexes).await, asked(&house.db, ask.foreign).await);
    let mut text =
        String::from("# Tables: reach and whether rows stay, unique keys and indexes, parents. Made by a test.\n");
    for wall in walls::all() {
        text.push_str(&format!("{}: {}\n", wall.table, wall.told()));
        for line in indexes.iter().chain(&foreign) {
            if let Some(rest) = line.strip_prefix(&format!("{} ", wall.table)) {
                text.push_str(&format!("    {rest}\n"));
            }
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.txt");
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(path, &text).unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap_or_default();
    let changed: Vec<&str> = text.lines().filter(|line| !known.lines().any(|one| one == *line)).collect();
    assert!(known == text, "schema.txt changed: UPDATE=1 cargo test -p store, then read the difference\n{changed:#?}");
}

/// At most ten places where the two databases differ, each marked in dialect.rs.
#[test]
fn dialect_branches_stay_within_budget() {
    let text = include_str!("../../src/dialect.rs");
    assert!(text.matches("/// Branch ").count() <= 10);
}
