//! SQLite: the one writer on a thread of its own, readers on the threads that ask (house.md §3; decisions/0011).

pub(crate) mod connection;
pub(crate) mod fault;
pub(crate) mod held;
pub(crate) mod pool;
pub(crate) mod values;
pub(crate) mod writer;

use std::sync::{Arc, Mutex, PoisonError};

use foundation::{Fault, Trouble};
use rusqlite::Connection;

pub(crate) use connection::{Opened, Place};
pub(crate) use held::Held;
pub(crate) use pool::Pool;
use writer::Door;

use crate::migrations;

/// A house on SQLite: its readers, its writer, and a connection for keeping it in order. Cheap to clone.
#[derive(Clone)]
pub(crate) struct House {
    pub readers: Pool,
    /// None where the database is only looked at.
    pub door: Option<Door>,
    keeper: Arc<Mutex<Option<Connection>>>,
}

impl House {
    /// Errors: the database is not there, or cannot be opened.
    pub fn at(place: Place) -> Result<Self, Fault> {
        // What cannot be opened is told now, not by the first page.
        let first = place.connect(place.opened != Opened::ReadOnly)?;
        let door = if place.opened == Opened::ReadOnly { None } else { Some(Door::start(place.clone())?) };
        Ok(Self { readers: Pool::new(place), door, keeper: Arc::new(Mutex::new(Some(first))) })
    }

    pub fn place(&self) -> &Place {
        self.readers.place()
    }

    pub fn door(&self) -> Result<&Door, Fault> {
        self.door.as_ref().ok_or_else(|| Fault::Db("this database is only looked at".into()))
    }

    pub fn trouble(&self) -> Option<Trouble> {
        self.door.as_ref().and_then(Door::trouble)
    }

    /// Brings the schema up to date; says which migrations were done.
    pub async fn migrate(&self) -> Result<Vec<String>, Fault> {
        self.keep(|connection| migrations::run_sqlite(|sql| batch(connection, sql), |sql| texts(connection, sql))).await
    }

    /// Statements that keep the database in order, beside readers and writer. What fails leaves no connection behind.
    pub async fn maintain(&self, sql: &str) -> Result<(), Fault> {
        let sql = sql.to_owned();
        self.keep(move |connection| batch(connection, &sql)).await
    }

    /// Rows of one text column of the database's own catalogue.
    pub async fn texts(&self, sql: &'static str) -> Result<Vec<String>, Fault> {
        self.keep(move |connection| texts(connection, sql)).await
    }

    async fn keep<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let (keeper, place) = (Arc::clone(&self.keeper), self.place().clone());
        let done = tokio::task::spawn_blocking(move || {
            let mut kept = keeper.lock().unwrap_or_else(PoisonError::into_inner);
            let connection = match kept.take() {
                Some(connection) => connection,
                None => place.connect(place.opened != Opened::ReadOnly)?,
            };
            let done = work(&connection);
            if connection.is_autocommit() && !matches!(done, Err(Fault::Unavailable(..))) {
                *kept = Some(connection);
            }
            done
        });
        done.await.map_err(|error| Fault::Db(error.to_string()))?
    }

    /// Ends the writer and lets go of every connection.
    pub async fn close(&self) {
        if let Some(door) = &self.door {
            door.close().await;
        }
        self.readers.close();
        *self.keeper.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn batch(connection: &Connection, sql: &str) -> Result<(), Fault> {
    connection.execute_batch(sql).map_err(fault::fault)
}

fn texts(connection: &Connection, sql: &str) -> Result<Vec<String>, Fault> {
    let mut statement = connection.prepare(sql).map_err(fault::fault)?;
    let rows = statement.query_map([], |row| row.get(0)).map_err(fault::fault)?;
    rows.collect::<rusqlite::Result<_>>().map_err(fault::fault)
}
