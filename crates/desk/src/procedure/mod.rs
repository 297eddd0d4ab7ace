//! Procedures (house.md §0; M3–M8): how a thing moves, one row a step. The row says from where to where, by which act,
//! until when the next step is due, who is asked next, what the button says, which facts are left. `take` is the one
//! call that moves a thing. Pictures, tables, buttons and tests read the rows.

mod taking;

use std::fmt::Debug;

use foundation::codes::StateCode;
use foundation::{AccountId, Date, DistrictCode, Fen, InstitutionId, Permission, Stop};
use reckoning::policy::Policy;
use store::Reach;
use store::query::EntityTrait;

use crate::act::Act;
use crate::matter::Matter;
use crate::subject::Subject;

pub use crate::picture::{Line, Table, mermaid, table};
pub use taking::{Taking, after, also, asked, begin, button, form, kept_apart, may_take, row, take};

/// The act that takes a step.
#[derive(Debug, Clone, Copy)]
pub struct By {
    /// Its name, `approve-opening`.
    pub act: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Who may.
    pub permission: Permission,
    /// The clause that it serves.
    pub clause: &'static str,
    /// Another act that takes the same step: the bank's answer typed, or taken from its file.
    pub or: &'static [By],
}

impl By {
    /// This act and the others.
    pub fn all(&self) -> impl Iterator<Item = &By> {
        std::iter::once(self).chain(self.or)
    }
}

/// A step's act.
pub const fn by<A: Act>() -> By {
    By { act: A::NAME, title: A::TITLE, permission: A::PERMISSION, clause: A::CLAUSE, or: &[] }
}

/// One of two acts, the first the usual one.
pub const fn either<A: Act, B: Act>() -> By {
    struct Second<B>(std::marker::PhantomData<B>);
    impl<B: Act> Second<B> {
        const LIST: &'static [By] = &[by::<B>()];
    }
    By { or: Second::<B>::LIST, ..by::<A>() }
}

/// Who may not take a step because of what he did before (职责分离; domain §1.3).
#[derive(Debug)]
pub struct Apart<P: Procedure> {
    /// The step.
    pub step: P::Step,
    /// The other step, whose doer is meant.
    pub other: P::Step,
    /// Whoever did that.
    pub who: fn(&Model<P>) -> Option<&AccountId>,
    /// Only he, and nobody else.
    pub is_only: bool,
    /// Why not, said to whom it keeps away: `您审核过本班，须由另一位工作人员批准`.
    pub why: &'static str,
}

impl<P: Procedure> Apart<P> {
    /// Anybody but him.
    pub const fn not(
        step: P::Step,
        other: P::Step,
        who: fn(&Model<P>) -> Option<&AccountId>,
        why: &'static str,
    ) -> Self {
        Self { step, other, who, is_only: false, why }
    }
    /// Nobody but him.
    pub const fn only(
        step: P::Step,
        other: P::Step,
        who: fn(&Model<P>) -> Option<&AccountId>,
        why: &'static str,
    ) -> Self {
        Self { step, other, who, is_only: true, why }
    }
}

/// A parameter that counts days. A key that does not exist does not compile.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// The parameter's key.
    pub key: &'static str,
    /// Reads it.
    pub of: fn(&Policy) -> i32,
}

/// `limit!(review_workdays)`.
#[macro_export]
macro_rules! limit {
    ($key:ident) => {
        $crate::procedure::Limit { key: stringify!($key), of: reckoning::policy::Policy::$key }
    };
}

/// Until when the next step is due.
#[derive(Debug, Clone, Copy)]
pub enum Due {
    /// As it was.
    Keep,
    /// No day is set.
    Clear,
    /// So many working days from tomorrow.
    Workdays(&'static [Limit]),
    /// So many days from today.
    Days(Limit),
    /// The act says it: this is what it says.
    Said(&'static str),
}

/// What stood in queues and ends with the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closes {
    /// What this procedure had asked about the thing.
    Asked,
    /// Everything that is open about the thing: it has come to an end, or begins again.
    Everything,
    /// Nothing.
    Nothing,
}

/// Who is asked next.
#[derive(Debug, Clone, Copy)]
pub enum Next {
    /// Nobody: a timed act comes next, or nothing.
    Nobody,
    /// Somebody, to do this.
    Ask(&'static Matter),
    /// Each of several (trainees): the act puts them.
    Each(&'static Matter),
}

/// What a page offers for a step.
#[derive(Debug, Clone, Copy)]
pub enum Press {
    /// Nothing: a timed act, another thing's step, or a page of its own.
    Nowhere,
    /// A button that does it: word, path below the thing's page, what is asked first.
    Post(&'static str, &'static str, &'static str),
    /// A button to a page with a form: word, path.
    Page(&'static str, &'static str),
    /// The same for what cannot be undone.
    Danger(&'static str, &'static str),
    /// A form further down the page: word, path that it posts to, what is asked first.
    Form(&'static str, &'static str, &'static str),
}

impl Press {
    /// The word on it; empty where there is nothing.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nowhere => "",
            Self::Post(word, ..) | Self::Page(word, _) | Self::Danger(word, _) | Self::Form(word, ..) => word,
        }
    }
}

/// One row: a step of a procedure.
#[derive(Debug, Clone, Copy)]
pub struct Row<S: 'static, M> {
    /// From which states; none where the step makes the thing.
    pub from: &'static [S],
    /// Which step.
    pub step: M,
    /// To which state.
    pub to: S,
    /// What people call it.
    pub called: &'static str,
    /// Who does it.
    pub by: By,
    /// Until when the next step is due.
    pub due: Due,
    /// What it ends.
    pub closes: Closes,
    /// Who is asked next.
    pub next: Next,
    /// What a page offers.
    pub press: Press,
    /// The facts that say it, any one of them.
    pub facts: &'static [&'static str],
    /// The document that it leaves to be printed; empty for none.
    pub document: &'static str,
}

/// A procedure: its rows, and how they are written into the table of the thing that moves.
pub trait Procedure: Sized + 'static {
    /// States of the thing.
    type State: StateCode;
    /// Steps.
    type Step: Copy + Eq + Debug + Send + Sync + 'static;
    /// The table whose rows move.
    type Table: Reach;

    /// Name of its picture, `full-process`.
    const NAME: &'static str;
    /// `合格证类全过程监管：班级`.
    const TITLE: &'static str;
    /// What a refusal calls the thing, `班级`.
    const NOUN: &'static str;
    /// Where the steps are said, for refusals.
    const SOURCE: &'static str;
    /// Key of a fact's body that says the state; none where no verifier compares it.
    const TAG: Option<&'static str>;
    /// What the thing is for queues and trails.
    const SUBJECT: &'static Subject;
    /// The rows.
    const ROWS: &'static [Row<Self::State, Self::Step>];
    /// States in which a thing has come to its end: every other one is left by a row.
    const ENDS: &'static [Self::State];
    /// Who may not do the one after the other.
    const APART: &'static [Apart<Self>] = &[];
    /// States that no row reaches yet, and why.
    const WAITS: &'static [(Self::State, &'static str)] = &[];

    /// Its state now. Errors: a thing of another procedure.
    fn state(row: &Model<Self>) -> Result<Self::State, Stop>;
    /// Its id.
    fn id(row: &Model<Self>) -> String;
    /// Writes state and, where it changes, the day.
    fn write(change: &mut Change<Self>, state: Self::State, due: Option<Option<Date>>);
    /// The last day of the current step.
    fn due(row: &Model<Self>) -> Option<Date>;
    /// What the line in a queue says.
    fn title(row: &Model<Self>, matter: &Matter) -> String;
    /// Where it is.
    fn district(row: &Model<Self>) -> DistrictCode;
    /// Whose it is.
    fn institution(row: &Model<Self>) -> Option<InstitutionId>;
    /// Money it is about.
    fn money(row: &Model<Self>) -> Fen;
}

/// A row of a procedure's table.
pub type Model<P> = <<P as Procedure>::Table as EntityTrait>::Model;
/// A change of such a row.
pub type Change<P> = <<P as Procedure>::Table as EntityTrait>::ActiveModel;

/// A procedure's rows as a table, and the type of its steps:
/// `Step [From | From] => To, "叫法", act, due, closes, next, press, ["Fact"], "document";`
#[macro_export]
macro_rules! steps {
    ($(#[$doc:meta])* $steps:ident of $state:ident, $rows:ident {
        $($step:ident [$($from:ident)|*] => $to:ident, $called:literal, $by:expr,
            $due:expr, $closes:expr, $next:expr, $press:expr, [$($fact:literal),+] $(, $document:literal)?;)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $steps { $(#[doc = $called] $step,)+ }
        impl $steps {
            /// All steps, in the table's order.
            pub const fn all() -> &'static [Self] { &[$(Self::$step),+] }
        }
        /// One row a step.
        pub const $rows: &[$crate::procedure::Row<$state, $steps>] = {
            use $crate::procedure::{Closes::*, Due::*, Next::*, Press::*};
            &[$($crate::procedure::Row {
                from: &[$($state::$from),*], step: $steps::$step, to: $state::$to, called: $called, by: $by,
                due: $due, closes: $closes, next: $next, press: $press, facts: &[$($fact),+],
                document: concat!("", $($document)?),
            },)+]
        };
    };
}
