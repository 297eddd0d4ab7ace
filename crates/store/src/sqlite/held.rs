//! Held: one connection for as long as somebody needs it — a reader that sees one moment, or an act in the door's
//! transaction. In a transaction nothing runs once SQLite has ended it by itself (a full disk, a broken one, no
//! memory): what ran then would be kept although the act was answered as failed.

use std::sync::{Arc, Mutex, PoisonError};

use foundation::{Fault, Trouble};
use rusqlite::Connection;
use sea_orm::Statement;

use super::connection::{Place, Seat, Shared, execute, lock, query, run};
use super::fault::{Failure, fault};
use crate::row::FromRow;

/// A connection that is held.
#[derive(Clone)]
pub struct Held {
    seat: Shared,
    /// What ended the transaction, in an act's hands.
    ended: Option<Arc<Mutex<Option<(Trouble, String)>>>>,
}

impl Held {
    /// A connection of its own that sees one moment until it is let go.
    pub fn moment(place: &Place) -> Result<Self, Fault> {
        let connection = place.connect(false)?;
        // The first question fixes the moment; it is asked here, so that the moment is now.
        connection.execute_batch("BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1").map_err(fault)?;
        Ok(Self { seat: Arc::new(Mutex::new(Seat::new(connection)?)), ended: None })
    }

    /// The writer's connection, inside a transaction that the door has begun.
    pub fn act(seat: &Shared) -> Self {
        Self { seat: Arc::clone(seat), ended: Some(Arc::default()) }
    }

    /// The act is over: nothing runs on it any more, whoever still holds it. Says what had ended its transaction, if
    /// anything.
    pub fn end(&self) -> Option<(Trouble, String)> {
        let mut ended = self.ended.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        ended.replace((Trouble::NotWritten, "the act is over".into()))
    }

    pub async fn fetch<T: FromRow + Send + 'static>(&self, statement: Statement) -> Result<Vec<T>, Fault> {
        match &self.ended {
            None => run(Arc::clone(&self.seat), true, move |connection| query(connection, &statement)).await,
            Some(_) => self.within(|connection| query(connection, &statement)),
        }
    }

    pub fn execute(&self, statement: &Statement) -> Result<u64, Fault> {
        self.within(|connection| execute(connection, statement))
    }

    /// On the door's own thread, which nobody else waits for.
    fn within<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, Fault> {
        let seat = lock(&self.seat);
        let Some(ended) = &self.ended else { return Err(Fault::Db("this connection only reads".into())) };
        let connection = seat.connection();
        let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((trouble, why)) = &*ended {
            return Err(Fault::Unavailable(*trouble, why.clone()));
        }
        if connection.is_autocommit() {
            return Err(Fault::Unavailable(Trouble::NotWritten, "there is no transaction".into()));
        }
        let done = work(connection).map_err(|failure| match failure {
            Failure::Fault(fault) => fault,
            Failure::Interrupted => Fault::Unavailable(Trouble::NotWritten, "a statement was interrupted".into()),
        });
        if connection.is_autocommit() {
            let (trouble, why) = match &done {
                Err(Fault::Unavailable(trouble, why)) => (*trouble, why.clone()),
                Err(other) => (Trouble::NotWritten, other.to_string()),
                Ok(_) => (Trouble::NotWritten, "the transaction ended by itself".into()),
            };
            *ended = Some((trouble, why.clone()));
            return Err(Fault::Unavailable(trouble, why));
        }
        done
    }
}
