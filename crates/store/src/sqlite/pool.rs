//! Reading connections: as many as threads ask at once, kept for the next.

use std::sync::{Arc, Mutex, PoisonError};

use foundation::{Fault, Trouble};
use sea_orm::Statement;

use super::connection::{Place, Seat, Shared, query, run};
use crate::row::FromRow;

/// Connections kept for the next question.
const KEPT: usize = 6;

/// The readers of one database. Cheap to clone.
#[derive(Clone)]
pub struct Pool {
    place: Arc<Place>,
    /// None once the house has been closed.
    idle: Arc<Mutex<Option<Vec<Shared>>>>,
}

impl Pool {
    pub fn new(place: Place) -> Self {
        Self { place: Arc::new(place), idle: Arc::new(Mutex::new(Some(Vec::new()))) }
    }

    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The rows of a statement, each question on whichever connection is free.
    pub async fn fetch<T: FromRow + Send + 'static>(&self, statement: Statement) -> Result<Vec<T>, Fault> {
        let seat = self.take()?;
        let rows = run(Arc::clone(&seat), false, move |connection| query(connection, &statement)).await;
        // One that fell out of order is not kept.
        if !matches!(rows, Err(Fault::Unavailable(..))) {
            self.give_back(seat);
        }
        rows
    }

    fn take(&self) -> Result<Shared, Fault> {
        match self.idle().as_mut().map(Vec::pop) {
            None => return Err(Fault::Unavailable(Trouble::Unreachable, "the database has been closed".into())),
            Some(Some(seat)) => return Ok(seat),
            Some(None) => {}
        }
        Ok(Arc::new(Mutex::new(Seat::new(self.place.connect(false)?)?)))
    }

    fn give_back(&self, seat: Shared) {
        if let Some(idle) = self.idle().as_mut().filter(|idle| idle.len() < KEPT) {
            idle.push(seat);
        }
    }

    /// Lets go of every connection that nobody uses, and gives out no more.
    pub fn close(&self) {
        *self.idle() = None;
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Option<Vec<Shared>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
