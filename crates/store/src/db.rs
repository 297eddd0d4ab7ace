//! Db: opens SQLite or PostgreSQL and hands out readers and the door (house.md §3).

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use foundation::{Fault, Scope, Stop};
use futures::future::BoxFuture;
use sea_orm::{AccessMode, ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel, TransactionTrait};
use tokio::sync::Mutex;

use crate::dialect::fault_of;
use crate::door::Door;
use crate::reader::{Core, Handle, Reader};
use crate::writer::Writer;

/// Reading connections of SQLite: two cores' worth of readers beside the writer.
const SQLITE_READERS: u32 = 4;

/// What keeps two servers from both winning on PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarded {
    /// The database notices that what was read has changed meanwhile: any rule is safe.
    BySerialisation,
    /// Unique keys and compare-and-set guard everything that the body relies on: cheaper under load.
    ByKeys,
}

/// The database of one installation. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    readers: DatabaseConnection,
    writers: DatabaseConnection,
    door: Option<Door>,
    health: Option<crate::postgres::health::Health>,
    url: Arc<str>,
}

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…` and brings its schema up to date.
    /// Errors: the database's own, in one text; in words, what is not as it must be.
    pub async fn open(url: &str) -> Result<Self, Fault> {
        Ok(Self::migrate(url).await?.0)
    }

    /// The same; says which migrations were done.
    pub async fn migrate(url: &str) -> Result<(Self, Vec<&'static str>), Fault> {
        let db = Self::connect(url).await?;
        let done = match db.door {
            Some(_) => migrate_sqlite(&db.writers).await?,
            None => crate::postgres::migrate::run(&db.writers).await?,
        };
        Ok((db, done))
    }

    /// Opens without migrating (a template's copy, copy-db's source).
    pub async fn connect(url: &str) -> Result<Self, Fault> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.trim_start_matches("//").split('?').next().unwrap_or("").to_owned();
            let writers = sqlite(&path, 1).await?;
            let readers = sqlite(&path, SQLITE_READERS).await?;
            let door = Door::start(writers.clone())?;
            return Ok(Self { readers, writers, door: Some(door), health: None, url: url.into() });
        }
        let (pool, health) = crate::postgres::open::open(url).await?;
        Ok(Self { readers: pool.clone(), writers: pool, door: None, health: Some(health), url: url.into() })
    }

    /// `sqlite` or `postgres`.
    pub fn kind(&self) -> &'static str {
        if self.door.is_some() { "sqlite" } else { "postgres" }
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.writers.get_database_backend()
    }

    /// The address it was opened with.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A reader limited to `scope`; on PostgreSQL in its own read-only transaction.
    pub async fn read(&self, scope: Scope) -> Result<Reader, Stop> {
        let handle = match self.door {
            Some(_) => Handle::Pool(self.readers.clone()),
            None => Handle::Txn(self.begin(None, AccessMode::ReadOnly).await?),
        };
        Ok(Reader { core: Arc::new(Core { handle, told: Mutex::new(None) }), scope })
    }

    /// A reader that sees one moment, however many questions it asks (evidence, exports, copies).
    pub async fn snapshot(&self, scope: Scope) -> Result<Reader, Stop> {
        let txn = match self.door {
            Some(_) => self.readers.begin().await.map_err(fault_of)?,
            None => self.begin(Some(IsolationLevel::RepeatableRead), AccessMode::ReadOnly).await?,
        };
        Ok(Reader { core: Arc::new(Core { handle: Handle::Txn(txn), told: Mutex::new(None) }), scope })
    }

    /// Runs `body` in a transaction and answers after the commit. On SQLite waiting bodies share one
    /// transaction, a savepoint each; an error or panic undoes only its own.
    /// On PostgreSQL the transaction is serialisable: of two that each read what the other changed, one is `Stale`.
    pub async fn write<T, F>(&self, scope: Scope, body: F) -> Result<T, Stop>
    where
        T: Send + 'static,
        F: for<'w> FnOnce(&'w Writer) -> BoxFuture<'w, Result<T, Stop>> + Send + 'static,
    {
        self.write_guarded(Guarded::BySerialisation, scope, body).await
    }

    /// `write` with another guard against two servers that both win. SQLite has one writer: nothing differs there.
    pub async fn write_guarded<T, F>(&self, guarded: Guarded, scope: Scope, body: F) -> Result<T, Stop>
    where
        T: Send + 'static,
        F: for<'w> FnOnce(&'w Writer) -> BoxFuture<'w, Result<T, Stop>> + Send + 'static,
    {
        let Some(door) = &self.door else {
            let isolation = match guarded {
                Guarded::BySerialisation => IsolationLevel::Serializable,
                Guarded::ByKeys => IsolationLevel::ReadCommitted,
            };
            let txn = self.begin(Some(isolation), AccessMode::ReadWrite).await?;
            return crate::door::run(txn, scope, body).await;
        };
        door.perform(scope, body).await
    }

    /// A transaction on PostgreSQL; told at once where the database is known to be down.
    async fn begin(&self, isolation: Option<IsolationLevel>, access: AccessMode) -> Result<DatabaseTransaction, Fault> {
        let Some(health) = &self.health else { return self.writers.begin().await.map_err(fault_of) };
        health.require()?;
        self.writers.begin_with_config(isolation, Some(access)).await.map_err(|error| health.weigh(fault_of(error)))
    }

    /// PostgreSQL's health, watched over on a connection of its own once `start` was called.
    pub fn health(&self) -> Option<&crate::postgres::health::Health> {
        self.health.as_ref()
    }

    /// Lets the database look at its rows after much was written (loads, copies), so that its plans fit.
    pub async fn tidy(&self) -> Result<(), Fault> {
        crate::dialect::tidy(&self.writers).await.map_err(fault_of)
    }

    /// Runs a task where the writer runs (gathering what it will write): on SQLite beside it, else anywhere.
    pub fn spawn_beside_writer(&self, task: impl Future<Output = ()> + Send + 'static) {
        match &self.door {
            Some(door) => door.spawn(task),
            None => _ = tokio::spawn(task),
        }
    }

    /// Carries SQLite's log over into the file (a job, now and then), so that no commit has to.
    pub async fn carry_over(&self) -> Result<(), Fault> {
        crate::dialect::carry_over(&self.readers).await.map_err(fault_of)
    }

    /// Looks at role and schema without changing anything (copy-db's source).
    /// Errors: in words, what is not as it must be.
    pub async fn fits(&self) -> Result<(), Fault> {
        match self.door {
            Some(_) => Ok(()),
            None => crate::postgres::migrate::fits(&self.writers).await,
        }
    }

    /// Whether the database answers (health check).
    pub async fn ping(&self) -> Result<(), Fault> {
        if let Some(watched) = self.health.as_ref().filter(|one| one.is_watched()) {
            return watched.require();
        }
        self.readers.ping().await.map_err(fault_of)
    }

    /// Closes the connections (tests, orderly shutdown).
    pub async fn close(self) -> Result<(), Fault> {
        if let Some(health) = &self.health {
            health.stop().await;
        }
        self.readers.clone().close().await.map_err(fault_of)?;
        self.writers.clone().close().await.map_err(fault_of)
    }
}

async fn sqlite(path: &str, connections: u32) -> Result<DatabaseConnection, Fault> {
    let mut options = ConnectOptions::new(format!("sqlite://{path}?mode=rwc"));
    // A connection to a file does not go stale: asking it before each query would double the trips.
    options.max_connections(connections).min_connections(1).acquire_timeout(Duration::from_secs(30)).test_before_acquire(false).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(|o| {
        // A page's rows cross to the asker in one go, and its statements stay prepared.
        o.row_buffer_size(1024)
            .statement_cache_capacity(500)
            .pragma("journal_mode", "WAL")
            // FULL: an answered write survives a power cut (suites.md, durability).
            .pragma("synchronous", "FULL")
            // Carrying the log over into the file is the tidier's work (Db::carry_over), not an act's.
            .pragma("wal_autocheckpoint", "20000")
            .pragma("foreign_keys", "ON")
            // Pages kept by each connection, in KiB: the system keeps the rest of the file (server.rss_mb of `make bench`).
            .pragma("cache_size", "-8000")
            .pragma("temp_store", "MEMORY")
            .busy_timeout(Duration::from_secs(10))
    });
    Database::connect(options).await.map_err(fault_of)
}

/// `migrations::run_sqlite`, on a connection that must be waited for.
async fn migrate_sqlite(connection: &DatabaseConnection) -> Result<Vec<&'static str>, Fault> {
    use crate::migrations::{self, standing};
    use sea_orm::{ConnectionTrait, Statement};
    let on = DbBackend::Sqlite;
    let texts = async |sql: &str| -> Result<Vec<String>, Fault> {
        let rows = connection.query_all_raw(Statement::from_string(on, sql)).await.map_err(fault_of)?;
        rows.into_iter().map(|row| row.try_get_by_index(0).map_err(fault_of)).collect()
    };
    connection.execute_unprepared(&migrations::make_table(on)).await.map_err(fault_of)?;
    let todo = migrations::waiting(on, &texts(&migrations::ask_applied()).await?)?;
    standing::none_made(&todo, &standing::Columns::read(&texts(standing::ask(on)).await?))?;
    for migration in &todo {
        let batch = format!("BEGIN IMMEDIATE;\n{};\n{};\nCOMMIT", migration.statements.join(";\n"), migrations::note(on, migration.name));
        connection.execute_unprepared(&batch).await.map_err(fault_of)?;
    }
    standing::fits(&standing::Columns::read(&texts(standing::ask(on)).await?))?;
    Ok(todo.iter().map(|one| one.name).collect())
}

/// Makes a database beside `admin_url`'s (tests, set-up), empty or a copy of `template`. Names must be plain letters
/// and digits.
pub async fn create_postgres_database(admin_url: &str, name: &str, template: Option<&str>) -> Result<(), Fault> {
    use sea_orm::ConnectionTrait;
    if !name.bytes().chain(template.unwrap_or("").bytes()).all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(Fault::Db("bad database name".into()));
    }
    let admin = Database::connect(admin_url).await.map_err(fault_of)?;
    let copied = template.map(|one| format!(" TEMPLATE {one}")).unwrap_or_default();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}{copied}")).await.map_err(fault_of)?;
    admin.close().await.map_err(fault_of)
}

/// Drops a test's database again, whoever may still be connected.
#[doc(hidden)]
pub async fn drop_postgres_database(admin_url: &str, name: &str) -> Result<(), Fault> {
    use sea_orm::ConnectionTrait;
    if !name.starts_with('t') || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(Fault::Db("not a test database".into()));
    }
    let admin = Database::connect(admin_url).await.map_err(fault_of)?;
    // Not WITH (FORCE): an ordinary user may not end the cluster's own workers; a plain drop sends them away by itself.
    let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND usename = current_user");
    admin.execute_unprepared(&end).await.map_err(fault_of)?;
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await.map_err(fault_of)?;
    admin.close().await.map_err(fault_of)
}

/// Changes the database behind the house's back, as an insider with its owner's password would: tests only.
#[doc(hidden)]
pub async fn tamper(db: &Db, statements: &[&str]) -> Result<(), Fault> {
    use sea_orm::ConnectionTrait;
    // PostgreSQL's walls stand before the owner too: he says first that he wants everything.
    let reach = if db.door.is_none() { "SELECT set_config('jinbu.reach', '*', true); " } else { "" };
    for sql in statements {
        db.writers.execute_unprepared(&format!("{reach}{sql}")).await.map_err(fault_of)?;
    }
    Ok(())
}

/// How many rows of `table` a scope's transaction sees when no predicate is written at all: proves
/// PostgreSQL's wall. Tests only; takes a plain table name.
#[doc(hidden)]
pub async fn count_without_predicate(db: &Db, scope: Scope, table: &str) -> Result<i64, Fault> {
    use sea_orm::ConnectionTrait;
    let txn = db.writers.begin().await.map_err(fault_of)?;
    crate::dialect::enter_scope(&txn, &scope).await.map_err(fault_of)?;
    let sql = format!("SELECT count(*) AS n FROM {}", table.replace(|c: char| !c.is_ascii_lowercase() && c != '_', ""));
    let row = txn.query_one_raw(sea_orm::Statement::from_string(txn.get_database_backend(), sql)).await.map_err(fault_of)?;
    row.ok_or(Fault::Gone)?.try_get("", "n").map_err(fault_of)
}
