//! Procedures (house.md §0; M3–M8): how a thing moves, one row a step. The row says from where to where, by which act,
//! until when the next step is due, who is asked next, what the button says, which facts are left. `take` is the one
//! call that moves a thing: row, state, fact and tasks together. Pictures, tables, buttons and tests read the rows.

use std::fmt::Debug;

use foundation::codes::StateCode;
use foundation::{AccountId, Date, DistrictCode, Fault, Fen, InstitutionId, Permission, Refusal, Stop};
use reckoning::policy::Policy;
use store::query::EntityTrait;
use store::{Reach, Writer};
use ui::Button;

use crate::act::Act;
use crate::matter::Matter;
use crate::subject::Subject;
use crate::tasks::{self, TaskDraft};
use crate::{Desk, FactDraft};

pub use crate::picture::{Line, Table, mermaid, table};

/// The act that takes a step.
#[derive(Debug, Clone, Copy)]
pub struct By {
    /// Its name, `approve-opening`.
    pub act: &'static str,
    /// Who may.
    pub permission: Permission,
    /// The clause that it serves.
    pub clause: &'static str,
}

/// A step's act.
pub const fn by<A: Act>() -> By {
    By { act: A::NAME, permission: A::PERMISSION, clause: A::CLAUSE }
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
    /// What was asked, and these.
    AskedAnd(&'static [&'static Matter]),
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
    /// No button: a timed act, or a form of its own further down.
    Nowhere,
    /// A button that does it: word, path below the thing's page, what is asked first.
    Post(&'static str, &'static str, &'static str),
    /// A button to a page with a form: word, path.
    Page(&'static str, &'static str),
    /// The same for what cannot be undone.
    Danger(&'static str, &'static str),
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
    /// The clause of its refusals.
    const CLAUSE: &'static str;
    /// Key of a fact's body that says the state; none where no verifier compares it.
    const TAG: Option<&'static str>;
    /// What the thing is for queues and trails.
    const SUBJECT: &'static Subject;
    /// The rows.
    const ROWS: &'static [Row<Self::State, Self::Step>];
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

/// A procedure's row for a step. Every step has one (`picture::faults`).
pub fn row<P: Procedure>(step: P::Step) -> &'static Row<P::State, P::Step> {
    P::ROWS.iter().find(|one| one.step == step).unwrap_or_else(|| panic!("{}: no row for {step:?}", P::NAME))
}

/// The state after a step. Errors: a refusal saying in which state the thing is and what was tried.
pub fn after<P: Procedure>(state: P::State, step: P::Step) -> Result<P::State, Refusal> {
    let row = row::<P>(step);
    if row.from.contains(&state) {
        return Ok(row.to);
    }
    Err(Refusal {
        rule: "办理步骤".into(),
        clause: P::CLAUSE.into(),
        fact: format!("{}现在是“{}”，不能“{}”", P::NOUN, state.label(), row.called),
        source: P::SOURCE.into(),
        fix: "请刷新页面，按当前步骤办理".into(),
        field: None,
    })
}

/// Errors: as `after`. For acts that write other rows before they take their step.
pub fn may_take<P: Procedure>(thing: &Model<P>, step: P::Step) -> Result<P::State, Stop> {
    Ok(after::<P>(P::state(thing)?, step)?)
}

/// What an act brings to a step beside the fact.
pub struct Taking<'a, P: Procedure> {
    /// What else changes in the row.
    pub change: Change<P>,
    /// The policy that the step's limits are read from.
    pub policy: Option<&'a Policy>,
    /// The day, where the row says that the act says it.
    pub due: Option<Date>,
    /// What the machine found, for whoever is asked next: tone and line.
    pub finding: (&'static str, String),
    /// Who may not do what is asked next.
    pub not_for: Option<AccountId>,
    /// Money for the next line, where it is another than the row's.
    pub money: Option<Fen>,
    /// What the next line says, where the row alone cannot say it.
    pub title: Option<String>,
    /// Nobody is asked this time.
    pub asks_nobody: bool,
}

impl<'a, P: Procedure> Taking<'a, P> {
    /// With what changes beside state and day.
    pub fn new(change: Change<P>) -> Self {
        Self { change, policy: None, due: None, finding: ("", String::new()), not_for: None, money: None, title: None, asks_nobody: false }
    }
    /// The policy that gives the days.
    #[must_use]
    pub fn by(mut self, policy: &'a Policy) -> Self {
        self.policy = Some(policy);
        self
    }
    /// The day.
    #[must_use]
    pub fn due(mut self, due: Option<Date>) -> Self {
        self.due = due;
        self
    }
    /// What the machine found.
    #[must_use]
    pub fn finding(mut self, tone: &'static str, line: impl Into<String>) -> Self {
        self.finding = (tone, line.into());
        self
    }
    /// Somebody else must do it.
    #[must_use]
    pub fn not_for(mut self, account: Option<AccountId>) -> Self {
        self.not_for = account;
        self
    }
    /// Money.
    #[must_use]
    pub fn money(mut self, money: Fen) -> Self {
        self.money = Some(money);
        self
    }
    /// What the next line says.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }
    /// Nobody is asked.
    #[must_use]
    pub fn quietly(mut self) -> Self {
        self.asks_nobody = true;
        self
    }
}

/// Takes a step: checks the row, writes state and day, ends what was asked, asks the next, and puts the state on the
/// fact. The only way to change a state. Errors: the refusal of `after`; faults.
pub async fn take<P: Procedure>(desk: &Desk, work: &Writer, thing: &Model<P>, step: P::Step, taking: Taking<'_, P>, fact: FactDraft) -> Result<FactDraft, Stop>
where
    Change<P>: Send,
{
    let to = may_take::<P>(thing, step)?;
    desk.unchanged(P::SUBJECT, &P::id(thing), <P::Table as store::Keyed>::version(thing))?;
    let row = row::<P>(step);
    let due = days::<P>(desk, row, &taking)?;
    let Taking { mut change, finding, not_for, money, title, asks_nobody, .. } = taking;
    P::write(&mut change, to, due);
    work.save::<P::Table>(thing, change).await?;
    let id = P::id(thing);
    match row.closes {
        Closes::Nothing => {}
        Closes::Asked => tasks::close(desk, work, &id, &asked::<P>()).await?,
        Closes::AskedAnd(more) => tasks::close(desk, work, &id, &[asked::<P>(), more.to_vec()].concat()).await?,
        Closes::Everything => tasks::close_all(desk, work, &id).await?,
    }
    let due = due.unwrap_or_else(|| P::due(thing));
    if !asks_nobody {
        ask::<P>(desk, work, thing, row, due, Found { finding, not_for, money, title }).await?;
    }
    said::<P>(row, to, fact)
}

/// Makes a thing by a step without a state before it: asks the first, and puts the state on the fact. None when the
/// database's keys say that it stands already.
pub async fn begin<P: Procedure>(
    desk: &Desk,
    work: &Writer,
    thing: Model<P>,
    step: P::Step,
    taking: Taking<'_, P>,
    fact: FactDraft,
) -> Result<Option<FactDraft>, Stop>
where
    Model<P>: Clone,
{
    let row = row::<P>(step);
    if !row.from.is_empty() || P::state(&thing)? != row.to {
        return Err(Fault::Db(format!("{}: {step:?} does not make a thing in this state", P::NAME)).into());
    }
    if work.add_new::<P::Table>(vec![thing.clone()]).await? == 0 {
        return Ok(None);
    }
    if !taking.asks_nobody {
        ask::<P>(desk, work, &thing, row, P::due(&thing), Found { finding: taking.finding, not_for: taking.not_for, money: taking.money, title: taking.title })
            .await?;
    }
    said::<P>(row, row.to, fact).map(Some)
}

/// The day that the row and the act say; none where it stays.
fn days<P: Procedure>(desk: &Desk, row: &Row<P::State, P::Step>, taking: &Taking<'_, P>) -> Result<Option<Option<Date>>, Stop> {
    let policy = || taking.policy.ok_or_else(|| Fault::Db(format!("{}: {:?} needs a policy for its days", P::NAME, row.step)));
    Ok(match row.due {
        Due::Keep => None,
        Due::Clear => Some(None),
        Due::Said(_) => Some(taking.due),
        Due::Days(limit) => Some(Some(tasks::days_from(desk.today(), (limit.of)(policy()?)))),
        Due::Workdays(limits) => {
            let policy = policy()?;
            let days = limits.iter().fold(0, |sum: i32, one| sum.saturating_add((one.of)(policy)));
            Some(Some(desk.premises.calendar.add_workdays(desk.today(), u32::try_from(days).unwrap_or(0)).date))
        }
    })
}

/// Everything that a procedure asks about its things.
pub fn asked<P: Procedure>() -> Vec<&'static Matter> {
    let mut all: Vec<&'static Matter> = Vec::new();
    for row in P::ROWS {
        if let Next::Ask(matter) | Next::Each(matter) = row.next
            && !all.contains(&matter)
        {
            all.push(matter);
        }
    }
    all
}

/// What the next line shows.
struct Found {
    finding: (&'static str, String),
    not_for: Option<AccountId>,
    money: Option<Fen>,
    title: Option<String>,
}

async fn ask<P: Procedure>(desk: &Desk, work: &Writer, thing: &Model<P>, row: &Row<P::State, P::Step>, due: Option<Date>, found: Found) -> Result<(), Stop> {
    let Next::Ask(matter) = row.next else { return Ok(()) };
    let Found { finding: (tone, line), not_for, money, title } = found;
    let title = title.unwrap_or_else(|| P::title(thing, matter));
    let task = TaskDraft::new(desk, matter, P::id(thing), title, P::district(thing))
        .concerning(P::institution(thing).as_ref())
        .money(money.unwrap_or_else(|| P::money(thing)))
        .due(due)
        .finding(tone, line)
        .not_for(not_for);
    task.put(work).await
}

/// Puts the state on one more fact of a step. Errors: a fact that the row does not name.
pub fn also<P: Procedure>(step: P::Step, fact: FactDraft) -> Result<FactDraft, Stop> {
    let row = row::<P>(step);
    said::<P>(row, row.to, fact)
}

/// Puts the state on the fact. Errors: a fact that the row does not name.
fn said<P: Procedure>(row: &Row<P::State, P::Step>, to: P::State, fact: FactDraft) -> Result<FactDraft, Stop> {
    if !row.facts.contains(&fact.kind()) {
        let said = fact.kind();
        return Err(Fault::Db(format!("{}: {:?} leaves {:?}, not {said}", P::NAME, row.step, row.facts)).into());
    }
    Ok(match P::TAG {
        Some(tag) => fact.with(tag, to.code()),
        None => fact,
    })
}

/// The button of a step on the thing's own page, where the step can be taken now and this office may.
pub fn button<P: Procedure>(desk: &Desk, state: P::State, step: P::Step, page: &str) -> Option<Button> {
    let row = row::<P>(step);
    if !row.from.contains(&state) || !desk.may(row.by.permission) {
        return None;
    }
    match row.press {
        Press::Nowhere => None,
        Press::Post(word, at, "") => Some(Button::post(word, format!("{page}/{at}")).main()),
        Press::Post(word, at, question) => Some(Button::post(word, format!("{page}/{at}")).main().confirm(question)),
        Press::Page(word, at) => Some(Button::link(word, format!("{page}/{at}"))),
        Press::Danger(word, at) => Some(Button::link(word, format!("{page}/{at}")).danger()),
    }
}

/// A procedure's rows as a table, and the type of its steps:
/// `Step [From | From] => To, "叫法", act, due, closes, next, press, ["Fact"], "document";`
#[macro_export]
macro_rules! steps {
    ($(#[$doc:meta])* $steps:ident of $state:ident, $rows:ident {
        $($step:ident [$($from:ident)|*] => $to:ident, $called:literal, $by:expr, $due:expr, $closes:expr, $next:expr, $press:expr, [$($fact:literal),+] $(, $document:literal)?;)+
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
                from: &[$($state::$from),*], step: $steps::$step, to: $state::$to, called: $called, by: $by, due: $due, closes: $closes,
                next: $next, press: $press, facts: &[$($fact),+], document: concat!("", $($document)?),
            },)+]
        };
    };
}
