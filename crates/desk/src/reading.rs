//! Reading uploaded files away from the threads that answer requests (M7.1, M8.9; decisions/0015): a few at once in the
//! whole house, one at a time an account, and none for somebody who has gone.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use foundation::{Fault, Refusal, Stop};
use tokio::sync::Semaphore;

use crate::Desk;
use crate::sheet::Wanted;

/// Files read at once in the whole house: each takes a core for as long as it lasts.
const AT_ONCE: usize = 2;
/// Files of one account at once, the one that is being read among them: each is held in memory while it waits.
pub(crate) const OF_ONE: usize = 4;

/// Whether anybody still waits for what is being read.
#[derive(Debug, Clone, Default)]
pub struct Going(Arc<AtomicBool>);

impl Going {
    /// Nobody waits any more.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
    /// Whether to stop reading.
    pub fn is_over(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Stops the reading when whoever waits for it goes away.
struct Waits(Going);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Who is reading.
pub struct Reading {
    places: Arc<Semaphore>,
    lanes: Arc<Mutex<HashMap<String, Lane>>>,
}

/// One account's files: how many there are, and whose turn it is.
struct Lane {
    files: usize,
    turn: Arc<Semaphore>,
}

impl Default for Reading {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)), lanes: Arc::default() }
    }
}

/// One file's place in its account's lane, given back on drop.
pub(crate) struct Seat {
    whose: String,
    turn: Arc<Semaphore>,
    lanes: Arc<Mutex<HashMap<String, Lane>>>,
}

impl Reading {
    /// A place for a file that is still on its way from the browser: it is held in memory from its first byte on.
    pub(crate) fn arriving(&self, whose: &str) -> Option<Seat> {
        self.seat(format!("arriving {whose}"))
    }

    fn seat(&self, whose: String) -> Option<Seat> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(whose.clone()).or_insert_with(|| Lane { files: 0, turn: Arc::new(Semaphore::new(1)) });
        if lane.files >= OF_ONE {
            return None;
        }
        lane.files += 1;
        Some(Seat { whose, turn: Arc::clone(&lane.turn), lanes: Arc::clone(&self.lanes) })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get_mut(&self.whose) {
            lane.files -= 1;
            if lane.files == 0 {
                lanes.remove(&self.whose);
            }
        }
    }
}

impl Desk {
    /// Reads an uploaded file on a thread of its own, in the account's turn. `read` looks at what it is handed as often
    /// as it can, and stops when nobody waits any more; its place is free when it has stopped.
    /// Errors: what `read` refuses; a refusal when the account has too many files under way, or the reader failed.
    pub async fn read_apart<T, R>(&self, wanted: &'static Wanted, read: R) -> Result<T, Stop>
    where
        T: Send + 'static,
        R: FnOnce(&Going) -> Result<T, Vec<Refusal>> + Send + 'static,
    {
        let reading = &self.premises.reading;
        let Some(seat) = reading.seat(self.actor_key()) else {
            return Err(wanted
                .whole(&format!("您的账号已有 {OF_ONE} 份文件在等着读"), "同一账号一次读一份，请等前面的有了结果再上传")
                .into());
        };
        let turn = Arc::clone(&seat.turn).acquire_owned().await.map_err(|_| Fault::Busy)?;
        let place = Arc::clone(&reading.places).acquire_owned().await.map_err(|_| Fault::Busy)?;
        let waits = Waits(Going::default());
        let going = waits.0.clone();
        let done = tokio::task::spawn_blocking(move || {
            let read = read(&going);
            drop((place, turn, seat));
            read
        });
        match done.await {
            Ok(read) => read.map_err(Stop::Refused),
            Err(panicked) => {
                tracing::error!(%panicked, "reading a file");
                Err(wanted.broken().into())
            }
        }
    }
}
