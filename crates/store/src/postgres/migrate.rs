//! Migrations on PostgreSQL: one transaction under one lock, whole or not at all, however many servers begin at once.

use foundation::Fault;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, Statement, TransactionTrait};

use super::roles;
use crate::dialect::fault_of;
use crate::migrations::{self, standing};

const ON: DbBackend = DbBackend::Postgres;
/// The lock that whoever changes the schema holds until the commit; any number that nothing else in the database uses.
const LOCK: i64 = 0x6a69_6e62_7500;
/// The lock that running servers share.
const SERVING: i64 = LOCK + 1;
/// How long one waits for another that is migrating, in PostgreSQL's words.
const PATIENCE: &str = "120s";

/// Makes or checks the role, brings the schema up to date and looks at what stands. Says which migrations were done.
/// Errors: the database's own; in words, where roles, schema or the list of migrations are not as they must be.
pub async fn run(connection: &DatabaseConnection) -> Result<Vec<String>, Fault> {
    roles::ensure(connection).await?;
    let txn = connection.begin().await.map_err(fault_of)?;
    let done = up(&txn).await;
    match done {
        Ok(done) => {
            txn.commit().await.map_err(fault_of)?;
            Ok(done)
        }
        Err(fault) => {
            // Dropping the transaction undoes it too; what went wrong is the answer.
            let _ = txn.rollback().await;
            Err(fault)
        }
    }
}

async fn up(txn: &DatabaseTransaction) -> Result<Vec<String>, Fault> {
    run_batch(txn, &format!("SET LOCAL lock_timeout = '{PATIENCE}'; SET LOCAL statement_timeout = 0")).await?;
    run_batch(txn, &format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
    run_batch(txn, &migrations::make_table(ON)).await?;
    let todo = migrations::waiting(ON, &texts(txn, &migrations::ask_applied()).await?)?;
    standing::none_made(&todo, &standing::Columns::read(&texts(txn, standing::ask(ON)).await?))?;
    for migration in &todo {
        for statement in &migration.statements {
            run_batch(txn, statement).await?;
        }
        run_batch(txn, &migrations::note(ON, &migration.name)).await?;
    }
    standing::fits(&standing::Columns::read(&texts(txn, standing::ask(ON)).await?))?;
    roles::ensure_grants(txn).await?;
    Ok(todo.into_iter().map(|one| one.name).collect())
}

/// Looks whether role and schema are as they must be, without changing the schema.
/// Errors: in words, what is not.
pub async fn fits(connection: &DatabaseConnection) -> Result<(), Fault> {
    roles::ensure(connection).await?;
    let columns = standing::Columns::read(&texts(connection, standing::ask(ON)).await?);
    if !columns.has(migrations::TABLE, None) {
        return Err(Fault::Upstream(format!("这个数据库里没有进补的表（也没有 {}）：请检查地址", migrations::TABLE)));
    }
    let todo = migrations::waiting(ON, &texts(connection, &migrations::ask_applied()).await?)?;
    if let Some(one) = todo.first() {
        return Err(Fault::Upstream(format!(
            "这个数据库的结构不是最新的（缺 {}）：请先对它运行 jinbu migrate",
            one.name
        )));
    }
    standing::fits(&columns)
}

/// A lock of the whole database that servers share and a rotation of keys has alone, whichever folder their keys lie
/// in. It lasts as long as its transaction, which holds nothing else.
/// Errors: `Locked` when others hold it.
pub(crate) async fn hold(connection: &DatabaseConnection, is_alone: bool) -> Result<DatabaseTransaction, Fault> {
    let txn = connection.begin().await.map_err(fault_of)?;
    run_batch(&txn, "SET LOCAL idle_in_transaction_session_timeout = 0").await?;
    let how = if is_alone { "pg_try_advisory_xact_lock" } else { "pg_try_advisory_xact_lock_shared" };
    match texts(&txn, &format!("SELECT {how}({SERVING})::text")).await?.first().map(String::as_str) {
        Some("true") => Ok(txn),
        _ => Err(Fault::Unavailable(foundation::Trouble::Locked, "the database is held by others".into())),
    }
}

/// Runs statements without parameters.
pub(crate) async fn run_batch(on: &impl ConnectionTrait, sql: &str) -> Result<(), Fault> {
    on.execute_unprepared(sql).await.map(|_| ()).map_err(fault_of)
}

/// Asks for rows of one text column.
pub(crate) async fn texts(on: &impl ConnectionTrait, sql: &str) -> Result<Vec<String>, Fault> {
    let rows = on.query_all_raw(Statement::from_string(ON, sql)).await.map_err(fault_of)?;
    rows.into_iter().map(|row| row.try_get_by_index(0).map_err(fault_of)).collect()
}
