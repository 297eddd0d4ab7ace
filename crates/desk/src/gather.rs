//! Acts that come by the thousand (check-ins at half past eight; house.md §11): those that wait are done
//! together, in few statements and one commit, each with an answer of its own. A group that stops as a
//! whole (a fault, a panic) is done again one by one, so that nobody pays for a neighbour.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use foundation::limits::{DOOR_QUEUE, GATHER_ACTS};
use foundation::{Fault, Scope, Stop};
use store::db::Guarded;
use store::tables::journal::fact;
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::Desk;
use crate::act::{Act, Asked};

/// Groups under way at once: while one waits for the disk the next is being gathered.
const GROUPS_UNDER_WAY: usize = 1;

/// One asker who waits.
struct Waiting<A: Act> {
    asked: Asked<A>,
    tell: oneshot::Sender<Result<A::Outcome, Stop>>,
}

/// The queues in front of the door, one for each gathered act.
#[derive(Default)]
pub struct Gatherers {
    queues: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
}

impl Gatherers {
    /// Waits in the act's queue and answers after its group's commit.
    /// Errors: what the act said of this asker; `Busy` when the queue is full.
    pub async fn ask<A: Act>(&self, desk: Desk, act: A) -> Result<A::Outcome, Stop> {
        let (tell, told) = oneshot::channel();
        self.queue::<A>(&desk)
            .try_send(Waiting { asked: Asked { desk, act }, tell })
            .map_err(|_| Stop::Fault(Fault::Busy))?;
        told.await.map_err(|_| Stop::Fault(Fault::Db("the gatherer stopped".into())))?
    }

    fn queue<A: Act>(&self, desk: &Desk) -> mpsc::Sender<Waiting<A>> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) =
            queues.get(&TypeId::of::<A>()).and_then(|queue| queue.downcast_ref::<mpsc::Sender<Waiting<A>>>())
            && !queue.is_closed()
        {
            return queue.clone();
        }
        let (queue, waiting) = mpsc::channel(DOOR_QUEUE);
        desk.premises.db.spawn_beside_writer(serve(waiting));
        queues.insert(TypeId::of::<A>(), Box::new(queue.clone()));
        queue
    }
}

async fn serve<A: Act>(mut queue: mpsc::Receiver<Waiting<A>>) {
    let free = Arc::new(Semaphore::new(GROUPS_UNDER_WAY));
    let mut group = Vec::new();
    while queue.recv_many(&mut group, GATHER_ACTS).await > 0 {
        let Ok(permit) = Arc::clone(&free).acquire_owned().await else { return };
        // Whoever came while the groups before were under way goes with this one.
        while group.len() < GATHER_ACTS {
            match queue.try_recv() {
                Ok(one) => group.push(one),
                Err(_) => break,
            }
        }
        let group = std::mem::take(&mut group);
        // On the writer's side too: the server's workers are busy reading and answering.
        tokio::spawn(async move {
            answer(group).await;
            drop(permit);
        });
    }
}

async fn answer<A: Act>(mut group: Vec<Waiting<A>>) {
    // Whoever has hung up was told that nothing was done, and may be doing it again.
    group.retain(|one| !one.tell.is_closed());
    let (asked, tells): (Vec<Asked<A>>, Vec<_>) = group.into_iter().map(|one| (one.asked, one.tell)).unzip();
    let asked = Arc::new(asked);
    match together(&asked, 0..asked.len()).await {
        // Whoever hung up stands in the journal all the same.
        Ok(outcomes) => outcomes.into_iter().zip(tells).for_each(|(outcome, tell)| _ = tell.send(outcome)),
        // One by one each would wait as long for the same.
        Err(Stop::Fault(Fault::Unavailable(trouble, text))) => {
            tracing::warn!(act = A::NAME, ?trouble, %text, asked = tells.len(), "a group found no store");
            tells.into_iter().for_each(|tell| _ = tell.send(Err(Fault::Unavailable(trouble, text.clone()).into())));
        }
        Err(stop) => {
            tracing::warn!(act = A::NAME, %stop, asked = asked.len(), "a group stopped; doing it one by one");
            for (at, tell) in tells.into_iter().enumerate() {
                let alone = together(&asked, at..at + 1)
                    .await
                    .and_then(|mut outcomes| outcomes.pop().unwrap_or(Err(Fault::Gone.into())));
                let _ = tell.send(alone);
            }
        }
    }
}

async fn together<A: Act>(
    asked: &Arc<Vec<Asked<A>>>,
    which: std::ops::Range<usize>,
) -> Result<Vec<Result<A::Outcome, Stop>>, Stop> {
    let Some(first) = asked.get(which.start) else { return Ok(Vec::new()) };
    let system = first.desk.as_system(A::NAME);
    crate::desk::retried(&system.premises.ids, || {
        let (asked, which, system) = (Arc::clone(asked), which.clone(), system.clone());
        async move {
            let db = system.premises.db.clone();
            let plan = A::plan_many(&asked[which], &system.read().await?).await?;
            db.write_guarded(Guarded::ByKeys, Scope::Everything, move |work| {
                Box::pin(async move {
                    let many = (plan.write)(work).await?;
                    let at = system.now();
                    let rows: Vec<fact::Model> =
                        many.facts.into_iter().map(|draft| draft.row(&system, (A::NAME, A::CLAUSE), at)).collect();
                    if !rows.is_empty() {
                        work.add_many::<fact::Entity>(rows).await?;
                    }
                    Ok(many.outcomes)
                })
            })
            .await
        }
    })
    .await
}
