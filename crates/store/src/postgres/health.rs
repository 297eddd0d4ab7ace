//! PostgreSQL's health, asked on a connection of its own: a locked table or a pool that is used up does not make the
//! database look dead, and a database that is down is known before anybody waits for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use foundation::limits::DATABASE_PULSE_MS;
use foundation::{Fault, Stop, Trouble};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{self, Connection};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_millis(2 * DATABASE_PULSE_MS);
/// Questions without an answer in time before the database counts as down: a busy machine may miss one.
const MISSES: u32 = 2;

/// What was found last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pulse {
    /// Why the database does not answer, where it does not.
    pub down: Option<String>,
    /// What the operator should know: answered acts may be lost in a power cut. In Chinese.
    pub warnings: Vec<String>,
}

/// Watches over one database. Cheap to clone; the watching ends with the last.
#[derive(Clone)]
pub struct Health {
    shared: Arc<Shared>,
}

struct Shared {
    options: PgConnectOptions,
    pulse: watch::Sender<Pulse>,
    task: Mutex<Option<JoinHandle<()>>>,
    /// The last act found the database's disk full: it answers questions all the same.
    is_full: AtomicBool,
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(task) = self.task.get_mut().unwrap_or_else(PoisonError::into_inner) {
            task.abort();
        }
    }
}

impl Health {
    pub(super) fn of(options: PgConnectOptions) -> Self {
        Self {
            shared: Arc::new(Shared {
                options,
                pulse: watch::Sender::new(Pulse::default()),
                task: Mutex::default(),
                is_full: AtomicBool::new(false),
            }),
        }
    }

    /// Begins to watch (servers; a command that ends soon needs none). Waits for the first answer.
    pub async fn start(&self) {
        let (options, pulse) = (self.shared.options.clone(), self.shared.pulse.clone());
        let mut first = pulse.subscribe();
        let task = tokio::spawn(watch_over(options, pulse));
        if let Some(earlier) = self.shared.task.lock().unwrap_or_else(PoisonError::into_inner).replace(task) {
            earlier.abort();
        }
        let _ = tokio::time::timeout(PATIENCE, first.changed()).await;
    }

    /// Stops watching and lets the connection go.
    pub async fn stop(&self) {
        let task = self.shared.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            task.abort();
            let _ = task.await;
        }
    }

    /// Hears what became of an act: one that found the disk full stands until the next that is kept.
    pub fn heard<T>(&self, done: &Result<T, Stop>) {
        match done {
            Ok(_) => self.shared.is_full.store(false, Ordering::Relaxed),
            Err(Stop::Fault(Fault::Unavailable(Trouble::DiskFull, _))) => {
                self.shared.is_full.store(true, Ordering::Relaxed)
            }
            Err(_) => {}
        }
    }

    /// What keeps acts from being kept although the database answers.
    pub fn trouble(&self) -> Option<Trouble> {
        self.shared.is_full.load(Ordering::Relaxed).then_some(Trouble::DiskFull)
    }

    /// What was found last.
    pub fn pulse(&self) -> Pulse {
        self.shared.pulse.borrow().clone()
    }

    /// Errors: `Unavailable` while the database is known to be down, without asking it.
    pub fn require(&self) -> Result<(), Fault> {
        match &self.shared.pulse.borrow().down {
            Some(why) => Err(Fault::Unavailable(Trouble::Unreachable, why.clone())),
            None => Ok(()),
        }
    }

    /// A fault as it is to be told: where no connection was free but the database answers, others hold what is wanted.
    pub fn weigh(&self, fault: Fault) -> Fault {
        match fault {
            Fault::Unavailable(Trouble::Unreachable, text)
                if self.is_watched() && self.require().is_ok() && text.starts_with("no free") =>
            {
                Fault::Unavailable(Trouble::Locked, text)
            }
            other => other,
        }
    }

    /// Ends when the database is down: whoever waits for it need not wait longer.
    pub async fn lost(&self) {
        let mut pulse = self.shared.pulse.subscribe();
        if pulse.wait_for(|one| one.down.is_some()).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Whether somebody watches.
    pub fn is_watched(&self) -> bool {
        self.shared.task.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

async fn watch_over(options: PgConnectOptions, pulse: watch::Sender<Pulse>) {
    let (mut held, mut misses): (Option<PgConnection>, u32) = (None, 0);
    loop {
        let stood = held.is_some();
        let mut answer = tokio::time::timeout(PATIENCE, ask(&mut held, &options)).await;
        if stood && matches!(answer, Ok(Err(_))) {
            // Somebody may have ended this one connection: only a new one tells.
            answer = tokio::time::timeout(PATIENCE, ask(&mut held, &options)).await;
        }
        let down = match answer {
            Ok(Ok(warnings)) => {
                misses = 0;
                tell(&pulse, Pulse { down: None, warnings });
                None
            }
            // It answers, if only to say no (too many connections, a new password): connections that stand go on.
            Ok(Err(sqlx::Error::Database(told)))
                if !matches!(told.code().as_deref(), Some("57P01" | "57P02" | "57P03")) =>
            {
                let warnings = pulse.borrow().warnings.clone();
                tell(&pulse, Pulse { down: None, warnings });
                None
            }
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => {
                misses += 1;
                (misses >= MISSES).then(|| "no answer in time".to_owned())
            }
        };
        if let Some(why) = down {
            let warnings = pulse.borrow().warnings.clone();
            tell(&pulse, Pulse { down: Some(why), warnings });
        }
        tokio::time::sleep(Duration::from_millis(DATABASE_PULSE_MS)).await;
    }
}

/// What the database's settings mean for what was answered.
const SETTINGS: &str =
    "SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes')";

async fn ask(held: &mut Option<PgConnection>, options: &PgConnectOptions) -> Result<Vec<String>, sqlx::Error> {
    let mut connection = match held.take() {
        Some(one) => one,
        None => PgConnection::connect_with(options).await?,
    };
    let (fsync, synchronous_commit, full_page_writes): (String, String, String) =
        sqlx::query_as(SETTINGS).fetch_one(&mut connection).await?;
    *held = Some(connection);
    Ok(warnings(&fsync, &synchronous_commit, &full_page_writes))
}

/// In words for an operator.
fn warnings(fsync: &str, synchronous_commit: &str, full_page_writes: &str) -> Vec<String> {
    let mut all = Vec::new();
    if fsync == "off" {
        all.push("PostgreSQL 关掉了 fsync：断电或死机会损坏数据库，已经办成的事情可能丢失。请在 postgresql.conf 里改为 fsync = on 并重新启动数据库".into());
    }
    if synchronous_commit == "off" {
        all.push(
            "PostgreSQL 关掉了 synchronous_commit：断电或死机时，刚刚办成的事情可能丢失。\
            请改为 synchronous_commit = on（也查一查是不是给这个用户或数据库单独设的）"
                .into(),
        );
    }
    if full_page_writes == "off" {
        all.push(
            "PostgreSQL 关掉了 full_page_writes：断电可能留下写了一半的数据页。请改为 full_page_writes = on".into(),
        );
    }
    all
}

/// Tells whoever waits, and the log once for each change.
fn tell(pulse: &watch::Sender<Pulse>, new: Pulse) {
    let old = pulse.borrow().clone();
    match (&old.down, &new.down) {
        (None, Some(why)) => tracing::error!(why, "数据库连不上"),
        (Some(_), None) => tracing::warn!("数据库又连上了"),
        _ => {}
    }
    for warning in new.warnings.iter().filter(|one| !old.warnings.contains(one)) {
        tracing::warn!("{warning}");
    }
    pulse.send_replace(new);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_lose_answered_acts_are_told_and_safe_ones_are_not() {
        assert!(warnings("on", "on", "on").is_empty());
        for safe in ["local", "remote_write", "remote_apply"] {
            assert!(warnings("on", safe, "on").is_empty());
        }
        assert_eq!(warnings("off", "off", "off").len(), 3);
        assert!(warnings("on", "off", "on")[0].contains("synchronous_commit = on"));
    }
}
