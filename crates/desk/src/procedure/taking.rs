//! Taking a step (M8.9): the row is checked, state and day are written, what was asked ends, the next is asked, the
//! state goes onto the fact; all in the act's transaction.

use foundation::codes::StateCode;
use foundation::{AccountId, Date, Fault, Fen, Refusal, Stop};
use reckoning::policy::Policy;
use store::Writer;
use ui::{Button, Form};

use super::{Apart, Change, Closes, Due, Model, Next, Press, Procedure, Row};
use crate::matter::Matter;
use crate::refusals::{APART, STEP};
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
    let fact = format!("{}现在是“{}”，不能“{}”", P::NOUN, state.label(), row.called);
    Err(STEP.refuse(fact).source(P::SOURCE).under(row.by.clause))
}

/// Why this person may not take the step, where he did what another must have done.
pub fn kept_apart<P: Procedure>(desk: &Desk, thing: &Model<P>, step: P::Step) -> Option<&'static str> {
    let me = desk.actor.account.as_ref()?;
    let keeps_away = |one: &&Apart<P>| one.step == step && ((one.who)(thing) == Some(me)) != one.is_only;
    P::APART.iter().find(keeps_away).map(|one| one.why)
}

/// Errors: as `after`; what changed since the page was shown; who must not do it. For acts that look at more before
/// they take their step: these come first.
pub fn may_take<P: Procedure>(desk: &Desk, thing: &Model<P>, step: P::Step) -> Result<P::State, Stop> {
    let to = after::<P>(P::state(thing)?, step)?;
    desk.unchanged(P::SUBJECT, &P::id(thing), <P::Table as store::Keyed>::version(thing))?;
    match kept_apart::<P>(desk, thing, step) {
        Some(why) => Err(APART.refuse(why).source(P::SOURCE).under(row::<P>(step).by.clause).into()),
        None => Ok(to),
    }
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
pub async fn take<P: Procedure>(
    desk: &Desk,
    work: &Writer,
    thing: &Model<P>,
    step: P::Step,
    taking: Taking<'_, P>,
    fact: FactDraft,
) -> Result<FactDraft, Stop>
where
    Change<P>: Send,
{
    let to = may_take::<P>(desk, thing, step)?;
    let row = taken_by::<P>(desk, step)?;
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
    let row = taken_by::<P>(desk, step)?;
    if !row.from.is_empty() || P::state(&thing)? != row.to {
        return Err(Fault::Db(format!("{}: {step:?} does not make a thing in this state", P::NAME)).into());
    }
    // The day in the thing and the day in the row are one.
    if let (Due::Days(_) | Due::Workdays(_), Some(due)) = (row.due, days::<P>(desk, row, &taking)?)
        && due != P::due(&thing)
    {
        return Err(
            Fault::Db(format!("{}: {step:?} gives {due:?}, the thing says {:?}", P::NAME, P::due(&thing))).into()
        );
    }
    if work.add_new::<P::Table>(vec![thing.clone()]).await? == 0 {
        return Ok(None);
    }
    ask::<P>(
        desk,
        work,
        &thing,
        row,
        P::due(&thing),
        Found { finding: taking.finding, not_for: taking.not_for, money: taking.money, title: taking.title },
    )
    .await?;
    said::<P>(row, row.to, fact).map(Some)
}

/// The row of a step, taken by one of the acts that it names. Errors: by another; the table would not say who did it.
fn taken_by<P: Procedure>(desk: &Desk, step: P::Step) -> Result<&'static Row<P::State, P::Step>, Stop> {
    let row = row::<P>(step);
    match row.by.all().any(|one| one.act == desk.acting) {
        true => Ok(row),
        false => Err(Fault::Db(format!(
            "{}: {step:?} is taken by {:?}, the table says {}",
            P::NAME,
            desk.acting,
            row.by.act
        ))
        .into()),
    }
}

/// The day that the row and the act say; none where it stays.
fn days<P: Procedure>(
    desk: &Desk,
    row: &Row<P::State, P::Step>,
    taking: &Taking<'_, P>,
) -> Result<Option<Option<Date>>, Stop> {
    let policy =
        || taking.policy.ok_or_else(|| Fault::Db(format!("{}: {:?} needs a policy for its days", P::NAME, row.step)));
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

async fn ask<P: Procedure>(
    desk: &Desk,
    work: &Writer,
    thing: &Model<P>,
    row: &Row<P::State, P::Step>,
    due: Option<Date>,
    found: Found,
) -> Result<(), Stop> {
    let Next::Ask(matter) = row.next else { return Ok(()) };
    let Found { finding: (tone, line), not_for, money, title } = found;
    let title = title.unwrap_or_else(|| P::title(thing, matter));
    // Only its own queue's lines lie within an institution's reach: what the county is asked is the county's.
    let institution = P::institution(thing).filter(|_| matter.audience == Audience::INSTITUTION);
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

/// Whether the step can be taken now and this office may.
fn is_open<P: Procedure>(desk: &Desk, thing: &Model<P>, row: &Row<P::State, P::Step>) -> bool {
    P::state(thing).is_ok_and(|state| row.from.contains(&state)) && row.by.all().any(|one| desk.may(one.permission))
}

/// The button of a step on the thing's own page, where the step can be taken now and this office may; with the reason
/// where this person may not.
pub fn button<P: Procedure>(desk: &Desk, thing: &Model<P>, step: P::Step, page: &str) -> Option<Button> {
    let row = row::<P>(step);
    if !is_open::<P>(desk, thing, row) {
        return None;
    }
    let button = pressed(row.press, page)?;
    Some(match kept_apart::<P>(desk, thing, step) {
        Some(why) => button.blocked_because(why),
        None => button,
    })
}

/// The form of a step on the thing's own page: where it posts, its word, what it asks first. None where the step cannot
/// be taken now, this office may not, or this person may not.
pub fn form<P: Procedure>(desk: &Desk, thing: &Model<P>, step: P::Step, page: &str) -> Option<Form> {
    let row = row::<P>(step);
    let Press::Form(word, at, question) = row.press else { return None };
    if !is_open::<P>(desk, thing, row) || kept_apart::<P>(desk, thing, step).is_some() {
        return None;
    }
    let confirm = (!question.is_empty()).then(|| question.to_owned());
    Some(Form { action: format!("{page}/{at}"), submit: word.into(), confirm, ..Form::default() })
}

fn pressed(press: Press, page: &str) -> Option<Button> {
    match press {
        Press::Nowhere | Press::Form(..) => None,
        Press::Post(word, at, "") => Some(Button::post(word, format!("{page}/{at}")).main()),
        Press::Post(word, at, question) => Some(Button::post(word, format!("{page}/{at}")).main().confirm(question)),
        Press::Page(word, at) => Some(Button::link(word, format!("{page}/{at}"))),
        Press::Danger(word, at) => Some(Button::link(word, format!("{page}/{at}")).danger()),
    }
}
