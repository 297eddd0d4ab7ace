//! Acts and reads: the only two things a request can be (house.md §0.1).

use std::future::Future;

use foundation::{Permission, Stop};
use futures::future::BoxFuture;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Reader, Writer};

use crate::example::Example;
use crate::hands::Hands;
use crate::{Desk, FactDraft};

/// Something a person, a device or a job does. The struct is the input; serde and the API's schema
/// come from it. Performed only through `Desk::perform`.
pub trait Act: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// Verb and noun, `approve-opening`; its API address is `/api/v1/acts/<NAME>`.
    const NAME: &'static str;
    /// The row of the matrix that it needs.
    const PERMISSION: Permission;
    /// The clause it serves, `M3.1`: its function's, unless it says another and why.
    const CLAUSE: &'static str = Self::PERMISSION.clause();
    /// Why it serves another clause than its function; empty when it does not.
    const CLAUSE_WHY: &'static str = "";
    /// What a user would call it, `准予开班`.
    const TITLE: &'static str;
    /// Who may not do it because of what he did before; acts that decide must say (职责分离).
    const HANDS: Hands = Hands::of(Self::PERMISSION);
    /// On what and with what it can be done, where its schema and its procedure's table do not say so already.
    const EXAMPLE: Example = Example::NONE;
    /// False for answers that may not be kept, such as a revealed number: a client's idempotency key is
    /// then ignored and the act is done, and journaled, again.
    const KEEPS_ANSWER: bool = true;
    /// True for acts that come by the thousand (check-ins): those that wait at the door are done together by
    /// `plan_many`, in few statements. Unique keys must make a repeat harmless, so that a client's
    /// idempotency key is not needed and not kept.
    const GATHERED: bool = false;
    /// True for acts that only add rows of their own, or rely on unique keys and row versions alone: on PostgreSQL they
    /// need no serialisable transaction, and neighbours in an index do not make each other begin again.
    const KEYS_GUARD: bool = false;
    /// What the door answers.
    type Outcome: Serialize + DeserializeOwned + JsonSchema + Send + 'static;

    /// What takes long and needs no row (reading a file), done before the door opens, so that nobody waits for it:
    /// once, after the office was found to be the right one.
    /// Errors: what the act refuses beforehand.
    fn prepare(&mut self, desk: &Desk) -> impl Future<Output = Result<(), Stop>> + Send {
        let _ = desk;
        async { Ok(()) }
    }

    /// Reads, asks the rules, saves, returns the facts. Never commits: the door does.
    fn perform(&self, desk: &Desk, work: &Writer) -> impl Future<Output = Result<Done<Self::Outcome>, Stop>> + Send;

    /// Looks at what all of these ask for, with the system's reach and outside any transaction, and says what is to
    /// be written: each row goes in under its own asker's scope. What may have changed meanwhile must be guarded by
    /// unique keys. Errors stop the whole group, which is then done one by one. Only gathered acts have it.
    fn plan_many(
        asked: &[Asked<Self>],
        reader: &Reader,
    ) -> impl Future<Output = Result<Plan<Self::Outcome>, Stop>> + Send
    where
        Self: Sized,
    {
        let _ = (asked, reader);
        async { Err(Stop::Fault(foundation::Fault::Db(format!("{} is not gathered", Self::NAME)))) }
    }
}

/// The short write of a group's plan, run inside the one transaction.
pub type WriteTogether<O> = Box<dyn for<'w> FnOnce(&'w Writer) -> BoxFuture<'w, Result<Many<O>, Stop>> + Send>;

/// What a group of acts will write, inside the transaction: as little work as can be, everybody waits for it.
pub struct Plan<O> {
    /// Writes and says what became of each.
    pub write: WriteTogether<O>,
}

/// One asker and what is asked, waiting to be done together with others.
pub struct Asked<A> {
    /// Who asks.
    pub desk: Desk,
    /// For what.
    pub act: A,
}

/// What a group of acts leaves.
pub struct Many<O> {
    /// One for each that asked, in their order.
    pub outcomes: Vec<Result<O, Stop>>,
    /// The group's facts; empty when everything stood already or was refused.
    pub facts: Vec<FactDraft>,
}

/// A read that a page or an API resource does.
pub trait Read: Send + Sync + 'static {
    /// Noun, `class-page`.
    const NAME: &'static str;
    /// The row of the matrix that it needs.
    const PERMISSION: Permission;
    /// The clause it serves: its function's, unless it says another and why.
    const CLAUSE: &'static str = Self::PERMISSION.clause();
    /// Why it serves another clause than its function; empty when it does not.
    const CLAUSE_WHY: &'static str = "";
    /// The state of a thing on which it has something to show, as `Example::stage`: empty at the end of its course.
    const STAGE: &'static str = "";
}

/// What an act leaves: its answer and at least one fact, so there is no write without a line in the
/// journal. `Repeat` is the one exception: nothing was written because it had been done before.
pub enum Done<O> {
    /// Something was written.
    Written { outcome: O, facts: Vec<FactDraft> },
    /// Nothing was written: it stood already.
    Repeat(O),
}

impl<O> Done<O> {
    /// One fact and whatever more.
    pub fn new(outcome: O, first: FactDraft) -> Self {
        Self::Written { outcome, facts: vec![first] }
    }
    /// Adds a fact.
    pub fn and(self, fact: FactDraft) -> Self {
        match self {
            Self::Written { outcome, mut facts } => {
                facts.push(fact);
                Self::Written { outcome, facts }
            }
            Self::Repeat(outcome) => Self::Written { outcome, facts: vec![fact] },
        }
    }
}

/// Declares reads that need no more than their permission: `reads! { /// The register. NeedsRegister =
/// "needs-register", Permission::Public, "M1.1"; }`. A clause that is not the function's is said, and why behind it;
/// `at STATE` begins pages that look at a thing in this state.
#[macro_export]
macro_rules! reads {
    ($(at $stage:expr;)? $(
        $(#[$doc:meta])+ $read:ident = $name:literal, $permission:expr $(, $clause:literal $(, $why:literal)?)?;
    )+) => {
        $crate::reads!(@each ($($stage)?) $($(#[$doc])+ $read = $name, $permission $(, $clause $(, $why)?)?;)+);
    };
    (@each ($($stage:expr)?) ) => {};
    (@each ($($stage:expr)?)
        $(#[$doc:meta])+ $read:ident = $name:literal, $permission:expr $(, $clause:literal $(, $why:literal)?)?;
        $($rest:tt)*
    ) => {
        $(#[$doc])+
        pub struct $read;
        impl $crate::Read for $read {
            const NAME: &'static str = $name;
            const PERMISSION: foundation::Permission = $permission;
            $(const CLAUSE: &'static str = $clause;
            $(const CLAUSE_WHY: &'static str = $why;)?)?
            $(const STAGE: &'static str = $stage;)?
        }
        $crate::reads!(@each ($($stage)?) $($rest)*);
    };
}
