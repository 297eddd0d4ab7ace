//! Db: opens SQLite or PostgreSQL and hands out readers and the door (house.md §3).

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use foundation::{Fault, Scope, Stop, Trouble};
use futures::future::BoxFuture;
use sea_orm::{
    AccessMode, Database, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel, Statement,
    TransactionTrait,
};

use crate::dialect::fault_of;
use crate::handle::Handle;
use crate::postgres::health::Health;
use crate::reader::{Core, Reader};
use crate::row::Counted;
use crate::sqlite::{self, Held, Opened, Place};
use crate::writer::Writer;

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
    pub(crate) kind: Kind,
    url: Arc<str>,
}

#[derive(Clone)]
pub(crate) enum Kind {
    Sqlite(sqlite::House),
    Postgres(Served),
}

/// A database that PostgreSQL serves: its pool, and what is known of its health.
#[derive(Clone)]
pub(crate) struct Served {
    pub pool: DatabaseConnection,
    health: Health,
}

impl Served {
    /// A transaction; told at once where the database is known to be down.
    async fn begin(&self, isolation: Option<IsolationLevel>, access: AccessMode) -> Result<DatabaseTransaction, Fault> {
        self.health.require()?;
        self.pool.begin_with_config(isolation, Some(access)).await.map_err(|error| self.health.weigh(fault_of(error)))
    }
}

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…`, makes a SQLite file that is not there, and brings the schema up to date.
    /// Errors: the database's own, in one text; in words, what is not as it must be.
    pub async fn open(url: &str) -> Result<Self, Fault> {
        Ok(Self::migrate(url).await?.0)
    }

    /// The same; says which migrations were done.
    pub async fn migrate(url: &str) -> Result<(Self, Vec<String>), Fault> {
        let db = Self::at(url, Opened::Made).await?;
        let done = match &db.kind {
            Kind::Sqlite(house) => house.migrate().await?,
            Kind::Postgres(served) => crate::postgres::migrate::run(&served.pool).await?,
        };
        Ok((db, done))
    }

    /// Opens what is there, without migrating (a template's copy, copy-db's source).
    pub async fn connect(url: &str) -> Result<Self, Fault> {
        Self::at(url, Opened::Existing).await
    }

    /// Opens what is there for looking only: nothing is made, migrated or changed.
    pub async fn look(url: &str) -> Result<Self, Fault> {
        Self::at(url, Opened::ReadOnly).await
    }

    async fn at(url: &str, opened: Opened) -> Result<Self, Fault> {
        let kind = match path_of(url) {
            Some(path) => Kind::Sqlite(sqlite::House::at(Place { path, opened })?),
            None => {
                let (pool, health) = crate::postgres::open::open(url).await?;
                Kind::Postgres(Served { pool, health })
            }
        };
        Ok(Self { kind, url: url.into() })
    }

    /// `sqlite` or `postgres`.
    pub fn kind(&self) -> &'static str {
        match self.kind {
            Kind::Sqlite(_) => "sqlite",
            Kind::Postgres(_) => "postgres",
        }
    }

    pub(crate) fn backend(&self) -> DbBackend {
        match self.kind {
            Kind::Sqlite(_) => DbBackend::Sqlite,
            Kind::Postgres(_) => DbBackend::Postgres,
        }
    }

    /// The address it was opened with.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What keeps acts from being kept, since the last that should have been.
    pub fn trouble(&self) -> Option<Trouble> {
        match &self.kind {
            Kind::Sqlite(house) => house.trouble(),
            Kind::Postgres(served) => served.health.trouble(),
        }
    }

    /// Writes a line that means nothing where the last writing failed: a house in which nobody acts notices, too, that
    /// there is room again (a job, now and then).
    pub async fn try_again(&self) -> Result<(), Stop> {
        if self.trouble().is_none() {
            return Ok(());
        }
        let row = crate::tables::identity::setting::Model { key: "store_tried".into(), value: String::new() };
        self.write(Scope::Everything, move |work| {
            Box::pin(async move { work.put::<crate::tables::identity::setting::Entity>(row).await })
        })
        .await
    }

    /// The note that acts wait until `jinbu check` has passed: a file beside SQLite's database. Removing it opens the
    /// door.
    pub fn needs_check_note(&self) -> Option<PathBuf> {
        match &self.kind {
            Kind::Sqlite(house) => Some(sqlite::writer::marker(house.place())),
            Kind::Postgres(_) => None,
        }
    }

    /// A reader limited to `scope`; on PostgreSQL in its own read-only transaction.
    pub async fn read(&self, scope: Scope) -> Result<Reader, Stop> {
        let handle = match &self.kind {
            Kind::Sqlite(house) => Handle::Pool(house.readers.clone()),
            Kind::Postgres(served) => Handle::Txn(served.begin(None, AccessMode::ReadOnly).await?),
        };
        Ok(Reader { core: Arc::new(Core::new(handle)), scope })
    }

    /// A reader that sees one moment, however many questions it asks (evidence, exports, copies).
    pub async fn snapshot(&self, scope: Scope) -> Result<Reader, Stop> {
        let handle = match &self.kind {
            Kind::Sqlite(house) => Handle::Held(Held::moment(house.place())?),
            Kind::Postgres(served) => {
                Handle::Txn(served.begin(Some(IsolationLevel::RepeatableRead), AccessMode::ReadOnly).await?)
            }
        };
        Ok(Reader { core: Arc::new(Core::new(handle)), scope })
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
        match &self.kind {
            Kind::Sqlite(house) => house.door()?.perform(scope, body).await,
            Kind::Postgres(served) => {
                let isolation = match guarded {
                    Guarded::BySerialisation => IsolationLevel::Serializable,
                    Guarded::ByKeys => IsolationLevel::ReadCommitted,
                };
                let txn = served.begin(Some(isolation), AccessMode::ReadWrite).await?;
                let done = crate::door::run_alone(txn, scope, body).await;
                served.health.heard(&done);
                done
            }
        }
    }

    /// Lets the database look at its rows after much was written (loads, copies), so that its plans fit.
    pub async fn tidy(&self) -> Result<(), Fault> {
        match &self.kind {
            Kind::Sqlite(house) => {
                house.maintain("PRAGMA analysis_limit=1000; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)").await
            }
            Kind::Postgres(served) => {
                crate::postgres::migrate::run_batch(&served.pool, "SET LOCAL statement_timeout = 0; ANALYZE").await
            }
        }
    }

    /// Runs a task where the writer runs (gathering what it will write): on SQLite beside it, else anywhere.
    pub fn spawn_beside_writer(&self, task: impl Future<Output = ()> + Send + 'static) {
        match &self.kind {
            Kind::Sqlite(sqlite::House { door: Some(door), .. }) => door.spawn(task),
            _ => _ = tokio::spawn(task),
        }
    }

    /// Carries SQLite's log over into the file (a job, now and then), so that no commit has to.
    pub async fn carry_over(&self) -> Result<(), Fault> {
        match &self.kind {
            Kind::Sqlite(house) => house.maintain("PRAGMA wal_checkpoint(PASSIVE)").await,
            Kind::Postgres(_) => Ok(()),
        }
    }

    /// PostgreSQL's health, watched over on a connection of its own once `start` was called.
    pub fn health(&self) -> Option<&Health> {
        match &self.kind {
            Kind::Sqlite(_) => None,
            Kind::Postgres(served) => Some(&served.health),
        }
    }

    /// Holds the database as one of the servers that share it, or, when `is_alone`, for a work beside which none may
    /// run (rotating keys): until the answer is dropped. None on SQLite, whose file has a lock of its own.
    /// Errors: `Locked` when others hold it.
    pub async fn hold(&self, is_alone: bool) -> Result<Option<DatabaseTransaction>, Fault> {
        match &self.kind {
            Kind::Sqlite(_) => Ok(None),
            Kind::Postgres(served) => crate::postgres::migrate::hold(&served.pool, is_alone).await.map(Some),
        }
    }

    /// Looks at role and schema without changing anything (copy-db's source).
    /// Errors: in words, what is not as it must be.
    pub async fn fits(&self) -> Result<(), Fault> {
        match &self.kind {
            Kind::Sqlite(_) => Ok(()),
            Kind::Postgres(served) => crate::postgres::migrate::fits(&served.pool).await,
        }
    }

    /// What PostgreSQL lacks of the walls, triggers and keys that the schema declares, in words; SQLite has its own
    /// check.
    pub async fn lacking_walls(&self) -> Result<Vec<String>, Fault> {
        match &self.kind {
            Kind::Sqlite(_) => Ok(Vec::new()),
            Kind::Postgres(served) => crate::postgres::walls::lacking(&served.pool).await,
        }
    }

    /// Whether the database answers (health check).
    pub async fn ping(&self) -> Result<(), Fault> {
        if let Some(watched) = self.health().filter(|one| one.is_watched()) {
            return watched.require();
        }
        match &self.kind {
            // By a reader, not by the connection that keeps the database in order: that one may be busy with the disk.
            Kind::Sqlite(house) => house
                .readers
                .fetch::<Counted>(Statement::from_string(DbBackend::Sqlite, "SELECT 1 AS n"))
                .await
                .map(|_| ()),
            Kind::Postgres(served) => crate::postgres::migrate::texts(&served.pool, "SELECT 'ok'").await.map(|_| ()),
        }
    }

    /// Closes the connections (tests, orderly shutdown). Who waits at the door is done first.
    pub async fn close(self) -> Result<(), Fault> {
        match self.kind {
            Kind::Sqlite(house) => house.close().await,
            Kind::Postgres(served) => {
                served.health.stop().await;
                served.pool.close().await.map_err(fault_of)?;
            }
        }
        Ok(())
    }
}

/// The file of a `sqlite:` address.
pub fn path_of(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?.trim_start_matches("//");
    Some(path.split('?').next().unwrap_or("").into())
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
    let end = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND usename = current_user"
    );
    admin.execute_unprepared(&end).await.map_err(fault_of)?;
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await.map_err(fault_of)?;
    admin.close().await.map_err(fault_of)
}

/// Changes the database behind the house's back, as an insider with its owner's password would: tests only.
#[doc(hidden)]
pub async fn tamper(db: &Db, statements: &[&str]) -> Result<(), Fault> {
    for sql in statements {
        match &db.kind {
            Kind::Sqlite(house) => house.maintain(sql).await?,
            // PostgreSQL's walls stand before the owner too: he says first that he wants everything.
            Kind::Postgres(served) => {
                crate::postgres::migrate::run_batch(
                    &served.pool,
                    &format!("SELECT set_config('jinbu.reach', '*', true); {sql}"),
                )
                .await?;
            }
        }
    }
    Ok(())
}

/// Asks the database's own catalogue: rows of one text column. Tests only.
#[doc(hidden)]
pub async fn catalogue(db: &Db, sql: &'static str) -> Result<Vec<String>, Fault> {
    match &db.kind {
        Kind::Sqlite(house) => house.texts(sql).await,
        Kind::Postgres(served) => crate::postgres::migrate::texts(&served.pool, sql).await,
    }
}

/// How many rows of `table` a scope's transaction sees when no predicate is written at all: proves
/// PostgreSQL's wall. Tests only; takes a plain table name.
#[doc(hidden)]
pub async fn count_without_predicate(db: &Db, scope: Scope, table: &str) -> Result<i64, Fault> {
    use sea_orm::ConnectionTrait;
    let Kind::Postgres(Served { pool, .. }) = &db.kind else {
        return Err(Fault::Db("only PostgreSQL has such a wall".into()));
    };
    let txn = pool.begin().await.map_err(fault_of)?;
    crate::dialect::enter_scope(&txn, &scope).await.map_err(fault_of)?;
    let sql = format!("SELECT count(*) AS n FROM {}", table.replace(|c: char| !c.is_ascii_lowercase() && c != '_', ""));
    let row =
        txn.query_one_raw(sea_orm::Statement::from_string(txn.get_database_backend(), sql)).await.map_err(fault_of)?;
    row.ok_or(Fault::Gone)?.try_get("", "n").map_err(fault_of)
}
