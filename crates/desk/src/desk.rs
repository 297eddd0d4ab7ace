//! Desk: one actor at one moment, in one installation. The one door: `perform` (house.md §2).

use std::future::Future;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use foundation::codes::AccountRole;
use foundation::ids::TypedId;
use foundation::{Actor, Date, Fault, Ids, Instant, Office, Permission, Scope, SignInId, Stop};
use sha2::{Digest, Sha256};
use store::db::Guarded;
use store::tables::identity::idempotency;
use store::tables::journal::fact;
use store::{Reader, Writer};

use crate::act::{Act, Done};
use crate::premises::Premises;
use crate::refusals::ONCE_ONLY;

/// How the request came.
#[derive(Debug, Clone, Default)]
pub struct Manner {
    /// htmx asks for a fragment.
    pub fragment: bool,
    /// The reader chose large text.
    pub large_text: bool,
    /// One-time message from the previous page.
    pub flash: Option<String>,
    /// Request id, shown on error pages and in logs.
    pub request_id: String,
    /// Address asked for.
    pub path: String,
    /// Whether a form was sent there: nobody can open such an address.
    pub is_form: bool,
    /// The page of ours from which it came.
    pub back: Option<String>,
    /// Where the request came from, as far as it can be believed.
    pub from: Option<std::net::IpAddr>,
    /// What its page shows and its form brought.
    pub seen: crate::seen::Seen,
}

impl Manner {
    /// The page to go back to: what was asked for, or the page whose form was sent.
    pub fn page(&self) -> &str {
        if self.is_form { self.back.as_deref().unwrap_or("/") } else { &self.path }
    }
}

/// Who acts, when and where. Extracted only from a session, or made by `as_system`.
#[derive(Clone)]
pub struct Desk {
    /// The installation.
    pub premises: Arc<Premises>,
    /// Who.
    pub actor: Arc<Actor>,
    /// The signed-in browser, where there is one.
    pub sign_in: Option<SignInId>,
    /// How the request came.
    pub manner: Arc<Manner>,
    /// The act that is being done, for the steps it takes; empty outside the door.
    pub(crate) acting: &'static str,
}

impl Desk {
    /// A desk for `actor` without a browser (stories, tests, command line).
    pub fn of(premises: Arc<Premises>, actor: impl Into<Arc<Actor>>) -> Self {
        Self { premises, actor: actor.into(), sign_in: None, manner: Arc::default(), acting: "" }
    }

    /// The only widening door: the system's own desk for a named job.
    pub fn as_system(&self, job: &str) -> Self {
        Self { acting: self.acting, ..Self::system(Arc::clone(&self.premises), job) }
    }

    /// The system's desk for a named job.
    pub fn system(premises: Arc<Premises>, job: &str) -> Self {
        let actor = Actor {
            account: None,
            name: "系统".into(),
            office_name: "系统".into(),
            office: Office::System { job: job.to_owned() },
            role: AccountRole::Staff,
        };
        Self::of(premises, actor)
    }

    /// Nobody's desk: the public.
    pub fn public(premises: Arc<Premises>) -> Self {
        static PUBLIC: LazyLock<Arc<Actor>> = LazyLock::new(|| {
            Arc::new(Actor {
                account: None,
                name: "公众".into(),
                office_name: String::new(),
                office: Office::Public,
                role: AccountRole::Staff,
            })
        });
        Self::of(premises, Arc::clone(&PUBLIC))
    }

    /// Now, as the installation's clock says.
    pub fn now(&self) -> Instant {
        self.premises.clock.now()
    }
    /// Today in Fujian.
    pub fn today(&self) -> Date {
        self.premises.clock.today()
    }
    /// A new id.
    pub fn new_id<I: TypedId>(&self) -> I {
        self.premises.ids.make(self.now())
    }
    /// Whether the office may.
    pub fn may(&self, permission: Permission) -> bool {
        foundation::permission::permits(&self.actor, permission)
    }
    /// Errors: `Forbidden`, or `SignedOut` for the public.
    pub fn require(&self, permission: Permission) -> Result<(), Stop> {
        match self.may(permission) {
            true => Ok(()),
            false if self.actor.office == Office::Public => Err(Stop::SignedOut),
            false => Err(Stop::Forbidden),
        }
    }
    /// How far this desk reaches.
    pub fn scope(&self) -> Scope {
        self.actor.office.scope()
    }
    /// A reader within reach.
    pub async fn read(&self) -> Result<Reader, Stop> {
        self.premises.db.read(self.scope()).await
    }
    /// A reader within reach that sees one moment, however many questions it asks (evidence, exports).
    pub async fn snapshot(&self) -> Result<Reader, Stop> {
        self.premises.db.snapshot(self.scope()).await
    }

    /// Account id or `job:<name>` or `public`.
    pub fn actor_key(&self) -> String {
        match (&self.actor.account, &self.actor.office) {
            (Some(account), _) => account.to_string(),
            (None, Office::System { job }) => format!("job:{job}"),
            (None, _) => "public".into(),
        }
    }
    /// `county:350582` and the like.
    pub fn office_key(&self) -> String {
        let (kind, reference) = self.actor.office.parts();
        if reference.is_empty() { kind.to_owned() } else { format!("{kind}:{reference}") }
    }

    /// The one door: permission → prepare → writer → perform → facts → commit.
    pub async fn perform<A: Act>(&self, act: A) -> Result<A::Outcome, Stop> {
        self.perform_keyed(act, None).await
    }

    /// The door with a client's idempotency key: a repeat gives the first answer. When somebody else was first
    /// (`Stale`, a broken unique key) the act is done once more on what stands now, so that its rules answer.
    pub async fn perform_keyed<A: Act>(&self, mut act: A, key: Option<&str>) -> Result<A::Outcome, Stop> {
        self.require(A::PERMISSION)?;
        act.prepare(self).await?;
        if A::GATHERED {
            return self.premises.gatherers.ask(self.clone(), act).await;
        }
        let key = key.filter(|_| A::KEEPS_ANSWER).map(|k| self.idempotency_key::<A>(k, &act)).transpose()?;
        let act = Arc::new(act);
        retried(&self.premises.ids, || {
            let (desk, act, key) = (self.clone(), Arc::clone(&act), key.clone());
            async move {
                let db = desk.premises.db.clone();
                let guarded = if A::KEYS_GUARD { Guarded::ByKeys } else { Guarded::BySerialisation };
                let desk = Self { acting: A::NAME, ..desk };
                db.write_guarded(guarded, desk.scope(), move |work| {
                    Box::pin(async move { through(&desk, &*act, key, work).await })
                })
                .await
            }
        })
        .await
    }

    fn idempotency_key<A: Act>(&self, key: &str, act: &A) -> Result<(String, String), Stop> {
        let request = serde_json::to_vec(act).map_err(|e| foundation::Fault::Db(e.to_string()))?;
        let owner = self.actor_key();
        Ok((hex::encode(Sha256::digest(format!("{owner}\n{key}"))), hex::encode(Sha256::digest(request))))
    }
}

/// Once through the door: the earlier answer, or perform → facts → the answer kept.
async fn through<A: Act>(
    desk: &Desk,
    act: &A,
    key: Option<(String, String)>,
    work: &Writer,
) -> Result<A::Outcome, Stop> {
    if let Some((key, request)) = &key
        && let Some(earlier) = earlier::<A>(work, key, request).await?
    {
        return Ok(earlier);
    }
    match act.perform(desk, work).await? {
        Done::Repeat(outcome) => Ok(outcome),
        Done::Written { outcome, facts } => {
            let at = desk.now();
            let rows = facts.into_iter().map(|draft| draft.row(desk, (A::NAME, A::CLAUSE), at)).collect();
            work.add_many::<fact::Entity>(rows).await?;
            if let Some((key, request_hash)) = key {
                let outcome = serde_json::to_string(&outcome).map_err(|e| foundation::Fault::Db(e.to_string()))?;
                let row = idempotency::Model { key, act: A::NAME.into(), request_hash, outcome, at };
                work.as_system("idempotency").add::<idempotency::Entity>(row).await?;
            }
            Ok(outcome)
        }
    }
}

/// How often an act is tried when others keep being first.
const TRIES: u32 = 6;

/// Does it again, after a short random wait, while somebody else was first.
/// Errors: `Busy` when others were first each time: nothing was decided against the act, it may simply be asked again.
pub(crate) async fn retried<T, F: Future<Output = Result<T, Stop>>>(
    ids: &Ids,
    mut run: impl FnMut() -> F,
) -> Result<T, Stop> {
    let mut tried = 1;
    loop {
        match run().await {
            Err(Stop::Fault(Fault::Stale | Fault::Duplicate(_))) if tried < TRIES => {
                let [spread] = ids.bytes::<1>();
                tokio::time::sleep(Duration::from_millis((1 << tried) + u64::from(spread % 8))).await;
                tried += 1;
            }
            Err(Stop::Fault(Fault::Stale)) => return Err(Fault::Busy.into()),
            other => return other,
        }
    }
}

async fn earlier<A: Act>(work: &Writer, key: &str, request: &str) -> Result<Option<A::Outcome>, Stop> {
    use store::query::ColumnTrait;
    let Some(row) = work.as_system("idempotency").find::<idempotency::Entity>(idempotency::Column::Key.eq(key)).await?
    else {
        return Ok(None);
    };
    if row.act != A::NAME || row.request_hash != request {
        return Err(ONCE_ONLY.refuse("同一个幂等键已用于另一项内容不同的办理").into());
    }
    serde_json::from_str(&row.outcome).map(Some).map_err(|e| foundation::Fault::Db(e.to_string()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_lost_each_time_is_told_to_come_again_and_not_that_he_was_too_late() {
        let ids = Ids::seeded(1);
        let mut asked = 0;
        let lost: Result<(), Stop> = retried(&ids, || {
            asked += 1;
            async { Err(Fault::Stale.into()) }
        })
        .await;
        assert!(matches!(lost, Err(Stop::Fault(Fault::Busy))), "{lost:?}");
        assert_eq!(asked, TRIES);
        let taken: Result<(), Stop> =
            retried(&ids, || async { Err(Fault::Duplicate("site.name".into()).into()) }).await;
        assert!(matches!(taken, Err(Stop::Fault(Fault::Duplicate(_)))), "a key that is taken stays taken");
    }
}
