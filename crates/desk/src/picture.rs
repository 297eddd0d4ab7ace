//! A procedure's rows for people: the picture of states, the table that an auditor reads, and what is wrong with a
//! table (a state that nothing reaches or leaves, a matter that nothing ends), which the tests ask.

use foundation::codes::StateCode;

use crate::procedure::{Closes, Due, Next, Press, Procedure, asked};
use crate::subject::Subject;

/// A procedure as words.
#[derive(Debug)]
pub struct Table {
    /// `full-process`.
    pub name: &'static str,
    /// What moves.
    pub subject: &'static Subject,
    /// What people call it.
    pub title: &'static str,
    /// One for each row.
    pub lines: Vec<Line>,
    /// Kinds of the matters it asks.
    pub asked: Vec<&'static str>,
    /// What is wrong with it, in words for whoever builds it.
    pub faults: Vec<String>,
    /// Mermaid.
    pub picture: String,
}

/// A row as words.
#[derive(Debug)]
pub struct Line {
    /// Where it begins.
    pub from: Vec<&'static str>,
    /// Where it leads.
    pub to: &'static str,
    /// What it is called.
    pub called: &'static str,
    /// The act.
    pub by: crate::procedure::By,
    /// The parameters that its day is reckoned from.
    pub limits: Vec<&'static str>,
    /// Until when, in words.
    pub due: String,
    /// Whose turn it is next, to do what.
    pub next: String,
    /// The button's word.
    pub button: &'static str,
    /// Where it leads, below the thing's page: method and path.
    pub press: Option<(&'static str, &'static str)>,
    /// The facts.
    pub facts: &'static [&'static str],
    /// The document.
    pub document: &'static str,
    /// Who may not, because of what he did before.
    pub apart: Vec<KeptApart>,
}

/// One that is kept from a step, as words.
#[derive(Debug)]
pub struct KeptApart {
    /// The acts whose doer is meant.
    pub acts: Vec<&'static str>,
    /// Only he, and nobody else.
    pub is_only: bool,
    /// Why.
    pub why: &'static str,
}

/// The procedure as words.
pub fn table<P: Procedure>() -> Table {
    Table {
        name: P::NAME,
        subject: P::SUBJECT,
        title: P::TITLE,
        lines: lines::<P>(),
        asked: asked::<P>().iter().map(|one| one.kind).collect(),
        faults: faults::<P>(),
        picture: mermaid::<P>(),
    }
}

fn lines<P: Procedure>() -> Vec<Line> {
    P::ROWS
        .iter()
        .map(|row| {
            let (limits, due) = match row.due {
                Due::Keep => (vec![], "不变".to_owned()),
                Due::Clear => (vec![], "—".to_owned()),
                Due::Said(what) => (vec![], what.to_owned()),
                Due::Days(limit) => (vec![limit.key], words(&[limit.key])),
                Due::Workdays(limits) => {
                    let keys: Vec<_> = limits.iter().map(|one| one.key).collect();
                    let said = words(&keys);
                    (keys, said)
                }
            };
            Line {
                from: row.from.iter().map(|one| one.label()).collect(),
                to: row.to.label(),
                called: row.called,
                by: row.by,
                limits,
                due,
                next: match row.next {
                    Next::Nobody => "—".into(),
                    Next::Ask(matter) | Next::Each(matter) => {
                        format!("{}：{}", matter.audience.called(), matter.called)
                    }
                },
                button: row.press.word(),
                press: match row.press {
                    Press::Nowhere => None,
                    Press::Post(_, at, _) | Press::Form(_, at, _) => Some(("POST", at)),
                    Press::Page(_, at) | Press::Danger(_, at) => Some(("GET", at)),
                },
                facts: row.facts,
                document: row.document,
                apart: kept_apart::<P>(row.step),
            }
        })
        .collect()
}

fn kept_apart<P: Procedure>(step: P::Step) -> Vec<KeptApart> {
    let did = |other| P::ROWS.iter().filter(move |row| row.step == other).flat_map(|row| row.by.all());
    P::APART
        .iter()
        .filter(|one| one.step == step)
        .map(|one| KeptApart { acts: did(one.other).map(|by| by.act).collect(), is_only: one.is_only, why: one.why })
        .collect()
}

fn words(keys: &[&str]) -> String {
    keys.iter().map(|key| reckoning::policy::key(key).map_or(*key, |one| one.label)).collect::<Vec<_>>().join("＋")
}

/// The picture of all states and steps, generated so that it cannot drift.
pub fn mermaid<P: Procedure>() -> String {
    let mut lines = vec!["stateDiagram-v2".to_owned()];
    let seen = |state: &P::State| P::ROWS.iter().any(|row| row.to == *state || row.from.contains(state));
    for state in P::State::all().iter().filter(|one| seen(one)) {
        lines.push(format!("  {} : {} {}", state.code(), state.code(), state.label()));
    }
    for row in P::ROWS {
        if row.from.is_empty() {
            lines.push(format!("  [*] --> {} : {}", row.to.code(), row.called));
        }
        for from in row.from {
            lines.push(format!("  {} --> {} : {}", from.code(), row.to.code(), row.called));
        }
    }
    lines.join("\n") + "\n"
}

/// What is wrong with a procedure's table.
fn faults<P: Procedure>() -> Vec<String> {
    let mut faults = Vec::new();
    let mut reached: Vec<P::State> = P::ROWS.iter().filter(|row| row.from.is_empty()).map(|row| row.to).collect();
    loop {
        let more: Vec<P::State> = P::ROWS
            .iter()
            .filter(|row| !reached.contains(&row.to) && row.from.iter().any(|from| reached.contains(from)))
            .map(|row| row.to)
            .collect();
        if more.is_empty() {
            break;
        }
        reached.extend(more);
    }
    for state in P::State::all() {
        let waits = P::WAITS.iter().any(|(one, _)| one == state);
        match (reached.contains(state), waits) {
            (false, false) => faults.push(format!("{}: nothing reaches {} {}", P::NAME, state.code(), state.label())),
            (true, true) => faults.push(format!("{}: {} is reached now; it waits for nothing", P::NAME, state.code())),
            _ => {}
        }
    }
    for state in reached {
        let is_left = P::ROWS.iter().any(|row| row.to != state && row.from.contains(&state));
        match (is_left, P::ENDS.contains(&state)) {
            (false, false) => {
                faults.push(format!("{}: nothing leads out of {} {}", P::NAME, state.code(), state.label()))
            }
            (true, true) => faults.push(format!("{}: {} is called an end and is left", P::NAME, state.code())),
            _ => {}
        }
    }
    for row in P::ROWS {
        // Whatever leads out of a state ends what was asked in it.
        if let Next::Ask(matter) | Next::Each(matter) = row.next
            && matter.ends == crate::matter::Ends::ByStep
        {
            let out: Vec<_> =
                P::ROWS.iter().filter(|later| later.from.contains(&row.to) && later.to != row.to).collect();
            if out.is_empty() {
                faults.push(format!("{}: {} is asked in {} and no step ends it", P::NAME, matter.kind, row.to.code()));
            }
            let leaks = out.iter().filter(|later| later.closes == Closes::Nothing);
            faults.extend(leaks.map(|later| {
                format!("{}: {:?} leaves {} and {} stays in the queue", P::NAME, later.step, row.to.code(), matter.kind)
            }));
        }
    }
    faults
}
