//! What SQLite's codes mean for us: told by number, never by the words of a message (but for a broken key, whose
//! columns SQLite says nowhere else).

use foundation::{Fault, Trouble};
use rusqlite::{Error, ErrorCode, ffi};
use sea_orm::DbErr;

/// Why a statement did not give what was asked.
pub enum Failure {
    /// It ran longer than it may on this thread.
    Interrupted,
    /// Anything else.
    Fault(Fault),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Self::Interrupted,
            _ => Self::Fault(fault(error)),
        }
    }
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        Self::Fault(Fault::Db(error.to_string()))
    }
}

/// The fault of an error.
pub fn fault(error: Error) -> Fault {
    let Error::SqliteFailure(code, message) = &error else { return Fault::Db(error.to_string()) };
    let unavailable = |trouble| Fault::Unavailable(trouble, error.to_string());
    match (code.code, code.extended_code) {
        (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => {
            Fault::Duplicate(broken_key(message.as_deref().unwrap_or("")))
        }
        (_, ffi::SQLITE_BUSY_SNAPSHOT) => Fault::Stale,
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OperationInterrupted, _) => {
            unavailable(Trouble::Locked)
        }
        // The index of the log cannot grow: the disk has no room either.
        (ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => unavailable(Trouble::DiskFull),
        (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => unavailable(Trouble::Damaged),
        (
            ErrorCode::SystemIoFailure
            | ErrorCode::OutOfMemory
            | ErrorCode::ReadOnly
            | ErrorCode::CannotOpen
            | ErrorCode::FileLockingProtocolFailed,
            _,
        ) => unavailable(Trouble::NotWritten),
        _ => Fault::Db(error.to_string()),
    }
}

/// `UNIQUE constraint failed: table.column, table.column` as `table.column,column`.
fn broken_key(message: &str) -> String {
    let names: Vec<&str> = message.rsplit(": ").next().unwrap_or("").split(',').map(str::trim).collect();
    let table = names.first().and_then(|name| name.split('.').next()).unwrap_or("");
    let columns: Vec<&str> = names.iter().filter_map(|name| name.split('.').nth(1)).collect();
    format!("{table}.{}", columns.join(","))
}
