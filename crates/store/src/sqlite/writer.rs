//! SQLite's one writer (house.md §11): waiting acts share one transaction, each in its own savepoint, each answered
//! only after the commit. A commit is believed only when the connection has left its transaction; a connection whose
//! commit or undoing failed is thrown away, and the new one must find the newest fact that was answered — else acts
//! wait until `jinbu check` has passed (decisions/0011).

use std::future::Future;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use foundation::limits::{DOOR_QUEUE, GROUP_ACTS};
use foundation::{Fault, Scope, Stop, Trouble};
use futures::FutureExt;
use futures::future::BoxFuture;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::connection::{Place, Seat, Shared, lock};
use super::fault::fault;
use super::held::Held;
use crate::handle::Handle;
use crate::writer::Writer;

/// Why nothing of a group was kept.
type Lost = (Trouble, String);
/// Tells a waiting act what became of the commit that its savepoint was part of.
type Tell = Box<dyn FnOnce(Result<(), Lost>) + Send>;
/// One waiting act: runs in its savepoint, or hears why it cannot.
type Job = Box<dyn FnOnce(Result<Held, Lost>) -> BoxFuture<'static, Ran> + Send>;

/// An act that has run and waits for the commit.
struct Ran {
    is_kept: bool,
    newest_fact: Option<String>,
    tell: Tell,
}

enum Message {
    Act(Job),
    /// Ends the writer; answered when its connection is closed.
    Close(oneshot::Sender<()>),
}

/// The queue in front of the writer. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    queue: mpsc::Sender<Message>,
    beside: Arc<Beside>,
    trouble: Arc<Mutex<Option<Trouble>>>,
}

/// A thread beside the writer's, for gathering what it will write; it ends with the last door.
struct Beside {
    runtime: tokio::runtime::Handle,
    _until: oneshot::Sender<()>,
}

impl Door {
    /// Starts the writer on a thread of its own: under load it must not stand in line behind requests that are being
    /// read and answered. The thread ends with the last sender.
    /// Errors: no thread can be started.
    pub fn start(place: Place) -> Result<Self, Fault> {
        let (queue, jobs) = mpsc::channel(DOOR_QUEUE);
        let trouble = Arc::new(Mutex::new(is_marked(&place).then_some(Trouble::NeedsCheck)));
        let seat = Seats { place, seat: None, newest_fact: None, trouble: Arc::clone(&trouble) };
        thread("jinbu-writer", |runtime| runtime.block_on(serve(seat, jobs)))?;
        let (until, over) = oneshot::channel::<()>();
        let runtime = thread("jinbu-beside", |runtime| _ = runtime.block_on(over))?;
        Ok(Self { queue, beside: Arc::new(Beside { runtime, _until: until }), trouble })
    }

    /// Runs a task on the thread beside the writer's.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.beside.runtime.spawn(task);
    }

    /// What keeps acts from being kept, since the last that should have been.
    pub fn trouble(&self) -> Option<Trouble> {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the writer and waits until its connection is closed. Whoever waits is done first.
    pub async fn close(&self) {
        let (tell, told) = oneshot::channel();
        if self.queue.send(Message::Close(tell)).await.is_ok() {
            let _ = told.await;
        }
    }

    /// Queues `body`, waits for its group's commit, returns its result.
    /// Errors: what `body` said; `Busy` when the queue is full; `Unavailable` when nothing was kept.
    pub async fn perform<T, F>(&self, scope: Scope, body: F) -> Result<T, Stop>
    where
        T: Send + 'static,
        F: for<'w> FnOnce(&'w Writer) -> BoxFuture<'w, Result<T, Stop>> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |held| {
            async move {
                let (result, newest_fact) = match held {
                    // Whoever has hung up was told that nothing was done, and may be doing it again.
                    Ok(_) if tell.is_closed() => (Err(Fault::Busy.into()), None),
                    Ok(held) => {
                        let (result, left) = crate::door::run(Handle::Held(held), scope, body).await;
                        (result, left.newest_fact)
                    }
                    Err((trouble, why)) => (Err(Fault::Unavailable(trouble, why).into()), None),
                };
                let is_kept = result.is_ok();
                let tell: Tell = Box::new(move |committed| {
                    let result = match (committed, result) {
                        // A refusal too may rest on what was undone with the rest of the group.
                        (Err((trouble, why)), _) => Err(Fault::Unavailable(trouble, why).into()),
                        (Ok(()), result) => result,
                    };
                    // The asker may have hung up; the act stands all the same.
                    let _ = tell.send(result);
                });
                Ran { is_kept, newest_fact, tell }
            }
            .boxed()
        });
        let stopped = || Stop::Fault(Fault::Unavailable(Trouble::Unreachable, "the writer has stopped".into()));
        self.queue.try_send(Message::Act(job)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Stop::Fault(Fault::Busy),
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })?;
        told.await.map_err(|_| stopped())?
    }
}

fn thread(
    name: &str,
    run: impl FnOnce(tokio::runtime::Runtime) + Send + 'static,
) -> Result<tokio::runtime::Handle, Fault> {
    let no = |error: std::io::Error| Fault::Db(format!("the writer's thread: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(no)?;
    let handle = runtime.handle().clone();
    std::thread::Builder::new().name(name.into()).spawn(move || run(runtime)).map_err(no)?;
    Ok(handle)
}

async fn serve(mut seats: Seats, mut queue: mpsc::Receiver<Message>) {
    while let Some(message) = queue.recv().await {
        match message {
            Message::Act(first) => {
                if let Some(over) = group(&mut seats, first, &mut queue).await {
                    seats.seat = None;
                    let _ = over.send(());
                    return;
                }
            }
            Message::Close(over) => {
                seats.seat = None;
                let _ = over.send(());
                return;
            }
        }
    }
}

/// Runs the first act and whoever comes meanwhile in one transaction; gives back who wants the writer to end.
async fn group(seats: &mut Seats, first: Job, queue: &mut mpsc::Receiver<Message>) -> Option<oneshot::Sender<()>> {
    let seat = match seats.begin() {
        Ok(seat) => seat,
        Err(lost) => return all_hear(&lost, first, queue).await,
    };
    let (mut all, mut next, mut over, mut broken) = (Vec::new(), Some(first), None, None);
    while let Some(job) = next.take() {
        let (ran, ended) = in_savepoint(&seat, job).await;
        all.push(ran);
        broken = ended;
        if broken.is_some() {
            break;
        }
        if all.len() < GROUP_ACTS {
            match queue.try_recv() {
                Ok(Message::Act(job)) => next = Some(job),
                Ok(Message::Close(tell)) => over = Some(tell),
                Err(_) => {}
            }
        }
    }
    let newest = all.iter().rev().filter(|ran| ran.is_kept).find_map(|ran| ran.newest_fact.clone());
    let committed = seats.end(&seat, broken, newest);
    for ran in all {
        (ran.tell)(committed.clone());
    }
    over
}

/// No transaction can be had: everybody who waits hears it now, not one by one after the same wait each.
async fn all_hear(lost: &Lost, first: Job, queue: &mut mpsc::Receiver<Message>) -> Option<oneshot::Sender<()>> {
    let mut next = Some(Message::Act(first));
    while let Some(message) = next {
        match message {
            Message::Act(job) => (job(Err(lost.clone())).await.tell)(Err(lost.clone())),
            Message::Close(over) => return Some(over),
        }
        next = queue.try_recv().ok();
    }
    None
}

/// Runs one act in its savepoint: kept on success, undone otherwise. Says what ended the whole transaction, if
/// anything.
async fn in_savepoint(seat: &Shared, job: Job) -> (Ran, Option<Lost>) {
    if let Err(lost) = said(seat, "SAVEPOINT act") {
        return (job(Err(lost.clone())).await, Some(lost));
    }
    let held = Held::act(seat);
    let ran = job(Ok(held.clone())).await;
    if let Some(ended) = held.end() {
        return (ran, Some(ended));
    }
    let closed = if ran.is_kept {
        said(seat, "RELEASE act")
    } else {
        said(seat, "ROLLBACK TO act").and_then(|()| said(seat, "RELEASE act"))
    };
    (ran, closed.err())
}

/// A statement that leaves the transaction open. Errors: it failed, or the transaction is over all the same.
fn said(seat: &Shared, sql: &str) -> Result<(), Lost> {
    let seat = lock(seat);
    let done = batch(seat.connection(), sql);
    if done.is_ok() && seat.connection().is_autocommit() {
        return Err((Trouble::NotWritten, "the transaction ended by itself".into()));
    }
    done
}

fn batch(connection: &Connection, sql: &str) -> Result<(), Lost> {
    let run = || connection.prepare_cached(sql)?.raw_execute().map(|_| ());
    run().map_err(lost)
}

fn lost(error: rusqlite::Error) -> Lost {
    match fault(error) {
        Fault::Unavailable(trouble, why) => (trouble, why),
        other => (Trouble::NotWritten, other.to_string()),
    }
}

/// The writer's connection, and what it must find when it is opened anew.
struct Seats {
    place: Place,
    seat: Option<Shared>,
    /// The newest fact of the last answered group.
    newest_fact: Option<String>,
    trouble: Arc<Mutex<Option<Trouble>>>,
}

impl Seats {
    /// A connection inside a fresh transaction.
    fn begin(&mut self) -> Result<Shared, Lost> {
        let begun = self.seated().and_then(|seat| match said(&seat, "BEGIN IMMEDIATE") {
            Ok(()) => Ok(seat),
            Err(lost) => Err(lost),
        });
        if let Err(lost) = &begun {
            self.failed(lost);
        }
        begun
    }

    /// Commits, unless the transaction is broken already. A commit is believed only when the connection has left its
    /// transaction.
    fn end(&mut self, seat: &Shared, broken: Option<Lost>, newest: Option<String>) -> Result<(), Lost> {
        let committed = match broken {
            Some(lost) => Err(lost),
            None => {
                let seat = lock(seat);
                match batch(seat.connection(), "COMMIT") {
                    Ok(()) if seat.connection().is_autocommit() => Ok(()),
                    Ok(()) => Err((Trouble::NotWritten, "the commit left its transaction open".into())),
                    // The mark may be on the disk although the disk did not say so: nobody knows before the next start.
                    Err((Trouble::NotWritten, why)) => Err((Trouble::Unknown, why)),
                    Err(lost) => Err(lost),
                }
            }
        };
        match &committed {
            Ok(()) => {
                self.newest_fact = newest.or(self.newest_fact.take());
                *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
            }
            Err(lost) => self.failed(lost),
        }
        committed
    }

    /// Whatever this connection thinks of its transaction, nobody asks it again.
    fn failed(&mut self, (trouble, why): &Lost) {
        tracing::error!(?trouble, why, "nothing of a group was kept");
        self.seat = None;
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(*trouble);
    }

    fn seated(&mut self) -> Result<Shared, Lost> {
        if let Some(seat) = &self.seat {
            return Ok(Arc::clone(seat));
        }
        let told = |fault: Fault| match fault {
            Fault::Unavailable(trouble, why) => (trouble, why),
            other => (Trouble::NotWritten, other.to_string()),
        };
        let connection = self.place.connect(true).map_err(told)?;
        self.finds_the_newest(&connection)?;
        let seat = Arc::new(Mutex::new(Seat::new(connection).map_err(told)?));
        self.seat = Some(Arc::clone(&seat));
        Ok(seat)
    }

    /// What was answered is there, and nobody has said that something is missing.
    fn finds_the_newest(&mut self, connection: &Connection) -> Result<(), Lost> {
        if is_marked(&self.place) {
            return Err((Trouble::NeedsCheck, "acts wait for jinbu check".into()));
        }
        let Some(id) = &self.newest_fact else { return Ok(()) };
        let found = connection
            .query_row("SELECT count(*) FROM fact WHERE id = ?1", [id], |row| row.get::<_, i64>(0))
            .map_err(lost)?;
        if found == 1 {
            return Ok(());
        }
        let lost = (Trouble::NeedsCheck, format!("the answered fact {id} is not in the database"));
        // A restart must not forget it. On a full disk the note may fail; then this process goes on remembering.
        if let Err(error) = leave_note(&marker(&self.place), id) {
            tracing::error!(%error, "cannot leave a note that the database needs a check");
        }
        if is_marked(&self.place) {
            self.newest_fact = None;
        }
        Err(lost)
    }
}

/// Whether the note is there; what cannot be looked at counts as there.
fn is_marked(place: &Place) -> bool {
    !matches!(marker(place).try_exists(), Ok(false))
}

/// Leaves the note on the disk, its name in the folder too.
fn leave_note(path: &Path, id: &str) -> std::io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    file.write_all(format!("{id}\n").as_bytes())?;
    file.sync_all()?;
    std::fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

/// The note that acts wait until `jinbu check` has passed: beside the database.
pub fn marker(place: &Place) -> PathBuf {
    let mut name = place.path.as_os_str().to_owned();
    name.push(".needs-check");
    name.into()
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
