//! Timed acts, each in its turn (house.md §2): one that fails is told and keeps nobody else waiting; however many
//! wait, each comes up; and where two servers keep the same time, whoever is second has nothing to do.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

use chrono::Duration;
use foundation::{Fault, Instant, Stop};
use store::query::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Select, Value};
use store::{Reach, Reader};

/// Rows that one job looks at in one tick.
const PER_TICK: u64 = 200;
/// Failures told in one line.
const TOLD: usize = 5;

/// Where each job goes on, and when it last ran.
#[derive(Debug, Default)]
pub struct Turns {
    after: Mutex<HashMap<&'static str, Value>>,
    ran: Mutex<HashMap<&'static str, Instant>>,
}

impl Turns {
    /// The next rows of a job: after those of its last tick, from the beginning again when they are through. So rows
    /// that only wait cannot stand before others for ever.
    pub async fn next<E: Reach>(
        &self,
        reader: &Reader,
        job: &'static str,
        shape: impl FnOnce(Select<E>) -> Select<E>,
    ) -> Result<Vec<E::Model>, Stop>
    where
        E::Model: Send,
    {
        let after = self.after.lock().unwrap_or_else(PoisonError::into_inner).get(job).cloned();
        let rows = reader
            .list::<E>(|q| {
                let q = shape(q).order_by_asc(E::KEY).limit(PER_TICK);
                after.into_iter().fold(q, |q, last| q.filter(E::KEY.gt(last)))
            })
            .await?;
        let mut all = self.after.lock().unwrap_or_else(PoisonError::into_inner);
        match rows.last() {
            Some(last) if rows.len() as u64 == PER_TICK => _ = all.insert(job, E::key(last)),
            _ => _ = all.remove(job),
        }
        Ok(rows)
    }

    /// Whether a job that runs now and then has its time; counts from this server's last run.
    pub fn is_due(&self, job: &'static str, every: Duration, now: Instant) -> bool {
        let mut ran = self.ran.lock().unwrap_or_else(PoisonError::into_inner);
        let due = ran.get(job).is_none_or(|last| now - *last >= every);
        if due {
            ran.insert(job, now);
        }
        due
    }
}

/// What came of one tick's acts.
#[derive(Debug, Default)]
pub struct Told {
    failures: Vec<String>,
}

impl Told {
    /// Notes what came of one. Somebody else who was first (another server, a person) is no failure.
    pub fn note<T>(&mut self, about: impl Display, result: Result<T, Stop>) {
        match result {
            Ok(_) | Err(Stop::Fault(Fault::Stale | Fault::Duplicate(_) | Fault::Gone | Fault::Busy)) => {}
            Err(stop) => self.failures.push(format!("{about}: {stop}")),
        }
    }

    /// Errors: everything that failed, in one line.
    pub fn finish(self) -> Result<(), Stop> {
        if self.failures.is_empty() {
            return Ok(());
        }
        let more = self.failures.len().saturating_sub(TOLD);
        let mut line = self.failures.into_iter().take(TOLD).collect::<Vec<_>>().join("; ");
        if more > 0 {
            line.push_str(&format!("; and {more} more"));
        }
        Err(Fault::Upstream(line).into())
    }
}
