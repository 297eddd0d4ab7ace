//! Whatever cannot be said portably, both branches side by side (house.md §3.7; at most ten).

use foundation::{Fault, Scope};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};

/// Branch 1: tells PostgreSQL's row-level security how far this transaction reaches, and drops to the
/// role that owns nothing. SQLite has no such wall.
pub async fn enter_scope(txn: &DatabaseTransaction, scope: &Scope) -> Result<(), DbErr> {
    let (reach, institution, person) = match scope {
        Scope::Everything => ("*".to_owned(), String::new(), String::new()),
        Scope::Below(path) => (path.as_str().to_owned(), String::new(), String::new()),
        Scope::Institution(id) => ("-".to_owned(), id.to_string(), String::new()),
        // The narrower predicate is the type's; this wall knows whole persons.
        Scope::Person(id) | Scope::PersonAt(id, _) => ("-".to_owned(), String::new(), id.to_string()),
        Scope::Open => ("-".to_owned(), String::new(), String::new()),
    };
    let sql = "SELECT set_config('role', 'jinbu_app', true), set_config('jinbu.reach', $1, true), \
        set_config('jinbu.institution', $2, true), set_config('jinbu.person', $3, true)";
    txn.query_one_raw(Statement::from_sql_and_values(
        DbBackend::Postgres,
        sql,
        [reach.into(), institution.into(), person.into()],
    ))
    .await?;
    Ok(())
}

/// Branch 2: what PostgreSQL's errors mean, by SQLSTATE (SQLite's codes: `sqlite::fault`). A broken unique key becomes
/// `table.column,column` on both.
pub fn fault_of(error: DbErr) -> Fault {
    if let Some(fault) = crate::postgres::errors::fault(&error) {
        return fault;
    }
    match error {
        DbErr::RecordNotFound(_) => Fault::Gone,
        _ => Fault::Db(error.to_string()),
    }
}

/// The same of a commit.
pub fn fault_of_commit(error: DbErr) -> Fault {
    crate::postgres::errors::commit_fault(&error).unwrap_or_else(|| fault_of(error))
}
