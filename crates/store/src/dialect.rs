//! Whatever cannot be said portably, both branches side by side (house.md §3.7; at most ten).

use foundation::{Fault, Scope};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement};

/// Branch 1: tells PostgreSQL's row-level security how far this transaction reaches, and drops to the
/// role that owns nothing. SQLite has no such wall.
pub async fn enter_scope(txn: &DatabaseTransaction, scope: &Scope) -> Result<(), DbErr> {
    if txn.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let (reach, institution, person) = match scope {
        Scope::Everything => ("*".to_owned(), String::new(), String::new()),
        Scope::Below(path) => (path.as_str().to_owned(), String::new(), String::new()),
        Scope::Institution(id) => ("-".to_owned(), id.to_string(), String::new()),
        // The narrower predicate is the type's; this wall knows whole persons.
        Scope::Person(id) | Scope::PersonAt(id, _) => ("-".to_owned(), String::new(), id.to_string()),
        Scope::Open => ("-".to_owned(), String::new(), String::new()),
    };
    let sql = "SELECT set_config('role', 'jinbu_app', true), set_config('jinbu.reach', $1, true), set_config('jinbu.institution', $2, true), set_config('jinbu.person', $3, true)";
    txn.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [reach.into(), institution.into(), person.into()])).await?;
    Ok(())
}

/// Branch 4: SQLite carries its log over into the file, without keeping anybody from reading or writing.
pub(crate) async fn carry_over(connection: &DatabaseConnection) -> Result<(), DbErr> {
    if connection.get_database_backend() == DbBackend::Sqlite {
        connection.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await?;
    }
    Ok(())
}

/// Branch 3: what each database does after much was written, so that its plans fit its rows.
pub(crate) async fn tidy(connection: &DatabaseConnection) -> Result<(), DbErr> {
    let statements: &[&str] = if connection.get_database_backend() == DbBackend::Postgres {
        &["SET LOCAL statement_timeout = 0; ANALYZE"]
    } else {
        &["PRAGMA analysis_limit=1000", "ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"]
    };
    for sql in statements {
        connection.execute_unprepared(sql).await?;
    }
    Ok(())
}

/// Branch 2: what each database's errors mean: PostgreSQL's SQLSTATE, SQLite's words. A broken unique key becomes
/// `table.column,column`.
pub fn fault_of(error: DbErr) -> Fault {
    if let Some(fault) = crate::postgres::errors::fault(&error) {
        return fault;
    }
    let text = error.to_string();
    if let Some(at) = text.find("UNIQUE constraint failed: ") {
        let names: Vec<&str> = text[at + 26..].split(')').next().unwrap_or("").split(',').map(str::trim).collect();
        let table = names.first().and_then(|n| n.split('.').next()).unwrap_or("");
        let columns: Vec<&str> = names.iter().filter_map(|n| n.split('.').nth(1)).collect();
        return Fault::Duplicate(format!("{table}.{}", columns.join(",")));
    }
    match error {
        DbErr::RecordNotFound(_) => Fault::Gone,
        _ => Fault::Db(text),
    }
}

/// The same of a commit.
pub fn fault_of_commit(error: DbErr) -> Fault {
    crate::postgres::errors::commit_fault(&error).unwrap_or_else(|| fault_of(error))
}
