//! One connection to SQLite, and what runs on it: on the thread that asks, without a driver's thread between
//! (decisions/0011). A transaction that SQLite ended by itself is noticed before anything else runs on it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use foundation::{Fault, Trouble};
use rusqlite::{Connection, OpenFlags};
use sea_orm::Statement;

use super::fault::{Failure, fault};
use super::values;
use crate::row::{FromRow, Row};

/// A question that takes longer leaves the thread that requests are answered on, and is asked again beside it.
const INLINE: Duration = Duration::from_millis(5);
/// Longest that a question of a page may take; exports and checks ask on connections of their own, without end.
const LONGEST: Duration = Duration::from_secs(20);
/// Longest wait for another process that writes (`jinbu check`, a command beside the server).
const BUSY: Duration = Duration::from_secs(10);
/// Steps of SQLite's machine between two looks at the clock: some tens of microseconds.
const STEPS: i32 = 4000;
/// Statements that stay prepared.
const PREPARED: usize = 500;

/// Where a database is and how it may be opened.
#[derive(Debug, Clone)]
pub struct Place {
    pub path: PathBuf,
    pub opened: Opened,
}

/// How a database may be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// Read and written; made when it is not there.
    Made,
    /// Read and written; must be there.
    Existing,
    /// Only read; must be there.
    ReadOnly,
}

impl Place {
    /// A connection; one that `writes` may change rows.
    /// Errors: it is not there, is none of ours, or cannot be opened; in Chinese.
    pub fn connect(&self, writes: bool) -> Result<Connection, Fault> {
        if self.opened == Opened::Made {
            make_private(&self.path)?;
        } else if !self.path.exists() {
            return Err(Fault::Upstream(format!("没有数据库文件 {}", self.path.display())));
        }
        let access = if self.opened == Opened::ReadOnly {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE
        };
        let connection =
            Connection::open_with_flags(&self.path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(fault)?;
        settle(&connection, writes && self.opened != Opened::ReadOnly).map_err(fault)?;
        Ok(connection)
    }
}

/// A new database belongs to its owner alone; its log and index take over its rights.
fn make_private(path: &Path) -> Result<(), Fault> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let no = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::StorageFull => Fault::Unavailable(Trouble::DiskFull, error.to_string()),
        _ => Fault::Upstream(format!("打不开数据库文件 {}：{error}", path.display())),
    };
    // Never opened by our own hand once it is there: closing any handle of a file takes away the locks that this
    // process holds on it, and another process would then clear away the log that we still write to.
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(no(error)),
    }
    let rights = std::fs::metadata(path).map_err(no)?.permissions();
    if rights.mode() & 0o077 != 0 {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(no)?;
    }
    Ok(())
}

fn settle(connection: &Connection, writes: bool) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    if writes {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // FULL: an answered write survives a power cut (suites.md, durability).
        connection.pragma_update(None, "synchronous", "FULL")?;
        // Carrying the log over into the file is the tidier's work (Db::carry_over), not an act's.
        connection.pragma_update(None, "wal_autocheckpoint", 20_000)?;
        connection.pragma_update(None, "foreign_keys", true)?;
    } else {
        connection.pragma_update(None, "query_only", true)?;
    }
    // Pages kept by each connection, in KiB: the system keeps the rest of the file (server.rss_mb of `make bench`).
    connection.pragma_update(None, "cache_size", -8_000)?;
    connection.pragma_update(None, "temp_store", "MEMORY")
}

/// A connection that can be told to stop after a while.
pub struct Seat {
    connection: Connection,
    /// Until when the question under way may run, in microseconds since `born`; 0: without end.
    until: Arc<AtomicU64>,
    born: Instant,
}

/// A seat that several may hold, one at a time.
pub type Shared = Arc<Mutex<Seat>>;

impl Seat {
    /// Errors: the database's.
    pub fn new(connection: Connection) -> Result<Self, Fault> {
        let (until, born) = (Arc::new(AtomicU64::new(0)), Instant::now());
        let seen = Arc::clone(&until);
        let is_over = move || {
            let until = seen.load(Ordering::Relaxed);
            until != 0 && micros(born.elapsed()) > until
        };
        connection.progress_handler(STEPS, Some(is_over)).map_err(fault)?;
        Ok(Self { connection, until, born })
    }

    /// The connection itself.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    fn within<T>(
        &self,
        longest: Option<Duration>,
        work: impl Fn(&Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.until.store(longest.map_or(0, |longest| micros(self.born.elapsed() + longest)), Ordering::Relaxed);
        work(&self.connection)
    }
}

fn micros(long: Duration) -> u64 {
    u64::try_from(long.as_micros()).unwrap_or(u64::MAX)
}

/// The seat, whoever panicked on it before: SQLite itself knows what it did.
pub fn lock(seat: &Shared) -> MutexGuard<'_, Seat> {
    seat.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `work` on the asker's thread when it is short, else on a thread for long work; without end when `is_patient`.
pub async fn run<T: Send + 'static>(
    seat: Shared,
    is_patient: bool,
    work: impl Fn(&Connection) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Fault> {
    match lock(&seat).within(Some(INLINE), &work) {
        Ok(value) => return Ok(value),
        Err(Failure::Fault(fault)) => return Err(fault),
        Err(Failure::Interrupted) => {}
    }
    let longest = (!is_patient).then_some(LONGEST);
    let done = tokio::task::spawn_blocking(move || lock(&seat).within(longest, &work)).await;
    match done.map_err(|error| Fault::Db(error.to_string()))? {
        Ok(value) => Ok(value),
        Err(Failure::Fault(fault)) => Err(fault),
        Err(Failure::Interrupted) => {
            Err(Fault::Unavailable(Trouble::Locked, "a question ran longer than a page may wait".into()))
        }
    }
}

/// The rows that a statement gives.
pub fn query<T: FromRow>(connection: &Connection, statement: &Statement) -> Result<Vec<T>, Failure> {
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    values::bind(&mut prepared, statement.values.as_ref().map_or(&[], |values| &values.0))?;
    let mut rows = prepared.raw_query();
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(T::from_row(&Row::Sqlite(row))?);
    }
    Ok(all)
}

/// How many rows a statement changed.
pub fn execute(connection: &Connection, statement: &Statement) -> Result<u64, Failure> {
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    values::bind(&mut prepared, statement.values.as_ref().map_or(&[], |values| &values.0))?;
    Ok(prepared.raw_execute()? as u64)
}
