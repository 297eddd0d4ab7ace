//! The door's group commit on SQLite (house.md §11): waiting acts share one transaction, each in its
//! own savepoint, each answered only after the commit. PostgreSQL groups its own flushes.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use foundation::limits::{DOOR_QUEUE, GROUP_ACTS};
use foundation::{Fault, Scope, Stop};
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};

use tokio::sync::{Mutex, mpsc, oneshot};

use crate::reader::{Core, Handle, Reader};
use crate::writer::Writer;

/// Tells a waiting act what became of the commit that its savepoint was part of.
type Answer = Box<dyn FnOnce(Result<(), String>) + Send>;
/// One waiting act.
type Job = Box<dyn FnOnce(DatabaseTransaction) -> BoxFuture<'static, Answer> + Send>;

/// The queue in front of SQLite's one writer.
#[derive(Clone)]
pub struct Door {
    queue: mpsc::Sender<Job>,
    beside: tokio::runtime::Handle,
}

impl Door {
    /// Starts the writer on a thread of its own: under load it must not stand in line behind requests that
    /// are being read and answered. The thread ends with the last sender.
    /// Errors: no thread can be started.
    pub(crate) fn start(writer: DatabaseConnection) -> Result<Self, Fault> {
        let no = |error: std::io::Error| Fault::Db(format!("the writer's thread: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(no)?;
        let (queue, jobs) = mpsc::channel(DOOR_QUEUE);
        let beside = runtime.handle().clone();
        std::thread::Builder::new().name("jinbu-writer".into()).spawn(move || runtime.block_on(serve(writer, jobs))).map_err(no)?;
        Ok(Self { queue, beside })
    }

    /// Runs a task on the writer's thread (gathering what it will write).
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.beside.spawn(task);
    }

    /// Queues `body`, waits for its group's commit, returns its result.
    /// Errors: what `body` said; `Busy` when the queue is full; `Db` when the commit failed.
    pub async fn perform<T, F>(&self, scope: Scope, body: F) -> Result<T, Stop>
    where
        T: Send + 'static,
        F: for<'w> FnOnce(&'w Writer) -> BoxFuture<'w, Result<T, Stop>> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |savepoint| {
            async move {
                let result = run(savepoint, scope, body).await;
                let answer: Answer = Box::new(move |committed| {
                    let result = match (committed, result) {
                        (Err(why), Ok(_)) => Err(Stop::Fault(Fault::Db(why))),
                        (_, result) => result,
                    };
                    // The asker may have hung up; the act stands all the same.
                    let _ = tell.send(result);
                });
                answer
            }
            .boxed()
        });
        self.queue.try_send(job).map_err(|_| Stop::Fault(Fault::Busy))?;
        told.await.map_err(|_| Stop::Fault(Fault::Db("the writer stopped".into())))?
    }
}

async fn serve(writer: DatabaseConnection, mut jobs: mpsc::Receiver<Job>) {
    while let Some(first) = jobs.recv().await {
        let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
        let (answers, committed) = match writer.begin_with_options(options).await {
            // Nobody else waits: the act has the transaction for itself and closes it.
            Ok(alone) if jobs.is_empty() => {
                first(alone).await(Ok(()));
                continue;
            }
            Ok(group) => {
                let answers = run_group(&group, first, &mut jobs).await;
                (answers, group.commit().await.map_err(|error| error.to_string()))
            }
            Err(error) => {
                tracing::error!(%error, "cannot begin a group");
                // Dropping the job drops its answer channel: the asker hears that the writer stopped.
                drop(first);
                continue;
            }
        };
        if let Err(error) = &committed {
            tracing::error!(%error, "group commit failed");
        }
        for answer in answers {
            answer(committed.clone());
        }
    }
}

async fn run_group(group: &DatabaseTransaction, first: Job, jobs: &mut mpsc::Receiver<Job>) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut next = Some(first);
    while let Some(job) = next.take() {
        match group.begin().await {
            Ok(savepoint) => answers.push(job(savepoint).await),
            Err(error) => tracing::error!(%error, "cannot open a savepoint"),
        }
        if answers.len() < GROUP_ACTS {
            next = jobs.try_recv().ok();
        }
    }
    answers
}

/// Runs one body in its transaction or savepoint and closes it: kept on success, undone otherwise.
pub(crate) async fn run<T, F>(txn: DatabaseTransaction, scope: Scope, body: F) -> Result<T, Stop>
where
    F: for<'w> FnOnce(&'w Writer) -> BoxFuture<'w, Result<T, Stop>>,
{
    let core = Arc::new(Core { handle: Handle::Txn(txn), told: Mutex::new(None) });
    let work = Writer::new(Reader { core, scope });
    let result = AssertUnwindSafe(body(&work)).catch_unwind().await.unwrap_or_else(|panic| {
        let why = panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
        tracing::error!(panic = why.as_deref().unwrap_or("?"), "an act panicked");
        Err(Stop::Fault(Fault::Db("an act panicked".into())))
    });
    let Some(Core { handle: Handle::Txn(txn), .. }) = Arc::into_inner(work.into_reader().core) else {
        return Err(Stop::Fault(Fault::Db("a writer outlived its act".into())));
    };
    let closed = if result.is_ok() { txn.commit().await } else { txn.rollback().await };
    match (result, closed) {
        (Ok(_), Err(error)) => Err(Stop::Fault(crate::dialect::fault_of_commit(error))),
        (result, _) => result,
    }
}
