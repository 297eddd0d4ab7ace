//! PostgreSQL's errors by their SQLSTATE, never by their words: those follow the cluster's language (`lc_messages`).

use std::io::ErrorKind;

use foundation::{Fault, Trouble};
use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::sqlx::{self, Error};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

/// The fault of an error that came from PostgreSQL or on the way to it; none where it came from elsewhere.
pub fn fault(error: &DbErr) -> Option<Fault> {
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => {
            Some(unavailable(Trouble::Unreachable, "no free connection in time"))
        }
        DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => {
            Some(unavailable(Trouble::Unreachable, "the connections are closed"))
        }
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => of_sqlx(error),
        _ => None,
    }
}

/// The same of the commit: when the connection broke there, nobody knows whether the act stands.
pub fn commit_fault(error: &DbErr) -> Option<Fault> {
    match fault(error) {
        Some(Fault::Unavailable(Trouble::Unreachable, text)) => Some(Fault::Unavailable(Trouble::Unknown, text)),
        other => other,
    }
}

fn of_sqlx(error: &Error) -> Option<Fault> {
    match error {
        Error::Database(told) => told.try_downcast_ref::<PgDatabaseError>().map(of_database),
        Error::Io(_) | Error::Tls(_) | Error::PoolTimedOut | Error::PoolClosed | Error::Protocol(_) => {
            Some(unavailable(Trouble::Unreachable, &error.to_string()))
        }
        _ => None,
    }
}

/// https://www.postgresql.org/docs/current/errcodes-appendix.html
fn of_database(error: &PgDatabaseError) -> Fault {
    let trouble = match (&error.code()[..2], error.code()) {
        // serialization_failure, deadlock_detected.
        (_, "40001" | "40P01") => return Fault::Stale,
        // unique_violation.
        (_, "23505") => return Fault::Duplicate(key(error.constraint().unwrap_or(""))),
        // disk_full; io_error; out of memory, of locks or of another resource of its own.
        (_, "53100") => Trouble::DiskFull,
        (_, "58030" | "53000" | "53200" | "53400") => Trouble::NotWritten,
        // lock_not_available; query_canceled, by statement_timeout or an operator; a transaction that stood idle for
        // too long.
        (_, "55P03" | "57014" | "25P03" | "25P04") => Trouble::Locked,
        // read_only_sql_transaction: a standby that became nobody's primary.
        (_, "25006") => Trouble::NotWritten,
        // Connection exceptions; shutdown, crash, starting up; too many connections; who may connect; no such database.
        ("08" | "28", _) | (_, "57P01" | "57P02" | "57P03" | "57P04" | "57P05" | "53300" | "3D000") => {
            Trouble::Unreachable
        }
        _ => return Fault::Db(told(error)),
    };
    unavailable(trouble, &told(error))
}

/// Unique indexes are named `uq__table__column__column` by the migrations, keys `table_pkey`: `table.column,column`.
fn key(constraint: &str) -> String {
    let named = constraint.strip_prefix("uq__").map(|rest| rest.replacen("__", ".", 1).replace("__", ","));
    named.unwrap_or_else(|| constraint.replace("_pkey", ".id"))
}

/// Code and message, without the detail: that one repeats the row's values.
fn told(error: &PgDatabaseError) -> String {
    format!("{} {}", error.code(), error.message())
}

fn unavailable(trouble: Trouble, text: &str) -> Fault {
    Fault::Unavailable(trouble, text.into())
}

/// Why a first connection was not made, in words for an operator. `host` and `user` come from the address; nothing that
/// could hold its password is repeated.
pub fn at_opening(error: &Error, options: &sqlx::postgres::PgConnectOptions) -> String {
    let (host, user) = (options.get_host(), options.get_username());
    let database = options.get_database().unwrap_or(user);
    match error {
        Error::Database(told) => match told.code().as_deref().unwrap_or("") {
            "28P01" => format!("PostgreSQL（{host}）不认用户 {user} 的密码：请检查数据库地址里的用户和密码"),
            "28000" => format!(
                "PostgreSQL（{host}）不让用户 {user} 从这里连接：请检查用户是否存在、能否登录，以及 pg_hba.conf 是否放行"
            ),
            "3D000" => format!(
                "PostgreSQL（{host}）里没有数据库 {database}：请先建好（CREATE DATABASE），并让用户 {user} 做它的所有者"
            ),
            "53300" => format!("PostgreSQL（{host}）的连接数已满：请关掉用不着的连接，或调大 max_connections，再启动"),
            "57P03" => format!("PostgreSQL（{host}）正在启动或停止，现在连不上：请过一会儿再启动"),
            code => format!("PostgreSQL（{host}）不接受连接（{code}）：{}", told.message()),
        },
        Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused => {
            format!("主机 {host} 拒绝连接：PostgreSQL 没有启动，或者端口不对")
        }
        Error::Io(error) => format!("连不上主机 {host}：{error}"),
        Error::Tls(error) => format!("与 PostgreSQL（{host}）建立加密连接时出错：{error}"),
        other => format!("连不上 PostgreSQL（{host}）：{other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_by_its_constraint() {
        assert_eq!(key("uq__needs_item__district__year"), "needs_item.district,year");
        assert_eq!(key("task_pkey"), "task.id");
    }
}
