//! Opening PostgreSQL: the address is understood or refused without repeating it, the first connection says why it was
//! not made, and each connection knows its limits.

use std::time::Duration;

use foundation::Fault;
use foundation::limits::{
    DATABASE_ACQUIRE_MS, DATABASE_CONNECTIONS, DATABASE_IDLE_MS, DATABASE_LOCK_MS, DATABASE_PULSE_MS,
    DATABASE_START_MS, DATABASE_STATEMENT_MS,
};
use sea_orm::DatabaseConnection;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sea_orm::sqlx::{ConnectOptions, Connection};

use super::errors;
use super::health::Health;

/// What an address may say behind its question mark.
const PARAMETERS: &[&str] = &[
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

/// The pool of an address, and what watches over it. The first connection is made here, so that what is wrong is said.
/// Errors: `Upstream` in words, never with the address.
pub(crate) async fn open(url: &str) -> Result<(DatabaseConnection, Health), Fault> {
    let options = address(url)?;
    let first = tokio::time::timeout(Duration::from_millis(DATABASE_START_MS), PgConnection::connect_with(&options));
    match first.await {
        // It was only to be heard: how it ends is nothing to anybody.
        Ok(Ok(connection)) => _ = connection.close().await,
        Ok(Err(error)) => return Err(Fault::Upstream(errors::at_opening(&error, &options))),
        Err(_) => {
            return Err(Fault::Upstream(format!(
                "主机 {} 没有应答：请检查数据库地址里的主机、网络和防火墙",
                options.get_host()
            )));
        }
    }
    let pool = PgPoolOptions::new()
        .max_connections(DATABASE_CONNECTIONS)
        .acquire_timeout(Duration::from_millis(DATABASE_ACQUIRE_MS))
        // Asking a connection before each use would double the trips; one that stood for a while may be gone.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for >= Duration::from_millis(DATABASE_PULSE_MS) {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options.clone());
    Ok((pool.into(), Health::of(options)))
}

/// Understands an address, and gives its connections their limits.
/// Errors: `Upstream` in words. Whatever was written may hold a password: nothing of it is repeated.
pub(crate) fn address(url: &str) -> Result<PgConnectOptions, Fault> {
    let wrong = |why: &str| {
        Fault::Upstream(format!(
            "数据库地址写错了：{why}。应写成 sqlite:文件 或 postgres://用户:密码@主机:端口/库；密码里的特殊字符要写成 %XX，例如 # 写成 %23、/ 写成 %2F、? 写成 %3F、\
             @ 写成 %40（地址里可能有密码，这里不重复它）"
        ))
    };
    let Some(rest) = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://")) else {
        return Err(wrong("开头既不是 sqlite: 也不是 postgres://"));
    };
    // A sign of the password's that was not written as %XX cuts the address there: its rest then looks like a port, a
    // database or a parameter, and would be shown as such.
    let tail = rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]);
    if tail.contains(['@', '#']) {
        return Err(wrong("密码里有没写成 %XX 的特殊字符"));
    }
    let parameters = tail.split_once('?').map_or("", |(_, all)| all).split('&').filter(|one| !one.is_empty());
    if parameters.map(|one| one.split(['=', '[']).next().unwrap_or("")).any(|name| !PARAMETERS.contains(&name)) {
        return Err(wrong("问号后面有不认识的参数"));
    }
    let options: PgConnectOptions = url.parse().map_err(|_| wrong("读不懂"))?;
    if options.get_host().is_empty() {
        return Err(wrong("没有主机"));
    }
    let named = if tail.contains("application_name=") { options } else { options.application_name("jinbu") };
    Ok(named
        .options([
            ("lock_timeout", DATABASE_LOCK_MS),
            ("statement_timeout", DATABASE_STATEMENT_MS),
            ("idle_in_transaction_session_timeout", DATABASE_IDLE_MS),
        ])
        .disable_statement_logging())
}
