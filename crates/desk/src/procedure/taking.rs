//! Taking a step (M8.9): the row is checked, state and day are written, what was asked ends, the next is asked, the
//! state goes onto the fact; all in the act's transaction.

use foundation::codes::StateCode;
use foundation::{AccountId, Date, Fault, Fen, Refusal, Stop};
use reckoning::policy::Policy;
use store::Writer;
use ui::Button;

use super::{Change, Closes, Due, Model, Next, Press, Procedure, Row};
use crate::matter::Matter;
use crate::subject::Audience;
use crate::tasks::{self, TaskDraft};
use crate::{Desk, FactDraft};

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
}

impl<'a, P: Procedure> Taking<'a, P> {
    /// With what changes beside state and day.
    pub fn new(change: Change<P>) -> Self {
        Self { change, policy: None, due: None, finding: ("", String::new()), not_for: None, money: None, title: None }
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
    let Taking { mut change, finding, not_for, money, title, .. } = taking;
    P::write(&mut change, to, due);
    work.save::<P::Table>(thing, change).await?;
    let id = P::id(thing);
    match row.closes {
        Closes::Nothing => {}
        Closes::Asked => tasks::close(desk, work, &id, &asked::<P>()).await?,
        Closes::Everything => tasks::close_all(desk, work, &id).await?,
    }
    let due = due.unwrap_or_else(|| P::due(thing));
    ask::<P>(desk, work, thing, row, due, Found { finding, not_for, money, title }).await?;
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
    ask::<P>(desk, work, &thing, row, P::due(&thing), Found { finding: taking.finding, not_for: taking.not_for, money: taking.money, title: taking.title })
        .await?;
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
    // Only its own queue's lines lie within an institution's reach: what the county is asked is the county's.
    let institution = P::institution(thing).filter(|_| matter.audience == Audience::Institution);
    let task = TaskDraft::new(desk, matter, P::id(thing), title, P::district(thing))
        .concerning(institution.as_ref())
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
