//! The door: where an act's body runs and is kept or undone (house.md §11). SQLite's acts share transactions on the one
//! writer's thread (`sqlite::writer`); PostgreSQL's have one each, and group their own flushes.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError};

use foundation::{Fault, Scope, Stop};
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::DatabaseTransaction;

use crate::dialect::fault_of;
use crate::handle::Handle;
use crate::reader::{Core, Reader};
use crate::writer::Writer;

/// What a body left behind: its handle, unless a writer outlived it, and the newest fact that it wrote.
pub(crate) struct Left {
    pub handle: Option<Handle>,
    pub newest_fact: Option<String>,
}

/// Runs one body on a handle that is inside a transaction. Whoever asked decides by the result whether it is kept.
///
/// # Errors
/// What the body said; `Db` when it panicked, when a writer outlived it, or when it hid that a statement had failed.
pub(crate) async fn run<T, F>(handle: Handle, scope: Scope, body: F) -> (Result<T, Stop>, Left)
where
    F: for<'w> FnOnce(&'w Writer) -> BoxFuture<'w, Result<T, Stop>>,
{
    let work = Writer::new(Reader { core: Arc::new(Core::new(handle)), scope });
    let result = AssertUnwindSafe(body(&work)).catch_unwind().await.unwrap_or_else(|panic| {
        let why =
            panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
        tracing::error!(panic = why.as_deref().unwrap_or("?"), "an act panicked");
        Err(Stop::Fault(Fault::Db("an act panicked".into())))
    });
    let Some(core) = Arc::into_inner(work.into_reader().core) else {
        return (Err(Fault::Db("a writer outlived its act".into()).into()), Left { handle: None, newest_fact: None });
    };
    let result = match core.hidden_fault() {
        Some(fault) => result.and(Err(fault.into())),
        None => result,
    };
    let newest_fact = core.newest_fact.into_inner().unwrap_or_else(PoisonError::into_inner);
    (result, Left { handle: Some(core.handle), newest_fact })
}

/// Runs one body in its own PostgreSQL transaction and closes it: kept on success, undone otherwise.
pub(crate) async fn run_alone<T, F>(txn: DatabaseTransaction, scope: Scope, body: F) -> Result<T, Stop>
where
    F: for<'w> FnOnce(&'w Writer) -> BoxFuture<'w, Result<T, Stop>>,
{
    let (result, left) = run(Handle::Txn(txn), scope, body).await;
    let Some(Handle::Txn(txn)) = left.handle else { return result };
    let closed = if result.is_ok() { txn.commit().await } else { txn.rollback().await };
    match (result, closed) {
        (Ok(_), Err(error)) => Err(Stop::Fault(crate::dialect::fault_of_commit(error))),
        (Err(stop), Err(error)) => {
            // The connection is broken: the pool throws it away. What it had done is undone with it.
            tracing::warn!(fault = %fault_of(error), "an act could not be undone in order");
            Err(stop)
        }
        (result, Ok(())) => result,
    }
}
