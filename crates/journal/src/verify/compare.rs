//! Holding rows against what facts say, and telling the difference in Chinese (M3.11, M8.9).

use std::collections::{BTreeMap, BTreeSet};

use foundation::{Instant, clock};

use super::chain::Facts;
use super::report::{Findings, Source};

/// A row's fields for people: label and value.
pub(super) type Fields = Vec<(&'static str, String)>;
/// Rows as facts say they must be, by their name for people.
pub(super) type Expected = BTreeMap<String, (Source, Fields)>;

/// Compares a table's rows with what facts say. Rows that no fact speaks of are told with `otherwise`,
/// the fact that should have.
pub(super) fn compare(
    expected: Expected,
    actual: impl Iterator<Item = (String, Fields)>,
    otherwise: Option<&Source>,
    findings: &mut Findings,
) {
    let mut seen = BTreeSet::new();
    for (name, has) in actual {
        match expected.get(&name) {
            Some((source, _)) if seen.contains(&name) => {
                findings.differs(Some(source), format!("{name}在数据库里出现两次"))
            }
            Some((source, said)) => compare_fields(source, &name, said, &has, findings),
            None => findings.differs(otherwise, format!("数据库有{name}，日志里没有")),
        }
        seen.insert(name);
    }
    for (name, (source, _)) in expected.iter().filter(|(name, _)| !seen.contains(*name)) {
        findings.differs(Some(source), format!("日志有{name}，数据库里没有"));
    }
}

/// Compares one row field by field.
pub(super) fn compare_fields(source: &Source, name: &str, said: &Fields, has: &Fields, findings: &mut Findings) {
    for ((label, said), (_, has)) in said.iter().zip(has) {
        if said != has {
            findings.differs(Some(source), format!("{name}的{label}：日志是{said}，数据库是{has}"));
        }
    }
}

/// Compares a stored state with the last one that a fact said. False when no fact said any.
pub(super) fn check_state(key: &str, what: &str, state: &str, facts: &Facts, findings: &mut Findings) -> bool {
    let said = facts
        .all
        .iter()
        .rev()
        .find_map(|one| one.entry.body.get(key).and_then(|state| state.as_str()).map(|state| (&one.source, state)));
    if let Some((source, said)) = said
        && said != state
    {
        findings.differs(Some(source), format!("{what}状态：日志是「{said}」，数据库是「{state}」"));
    }
    said.is_some()
}

/// A moment in Fujian time, with milliseconds only where there are any.
pub(super) fn when(at: Instant) -> String {
    let local = clock::local(at);
    if at.timestamp_subsec_nanos() == 0 {
        local.format("%Y-%m-%d %H:%M:%S").to_string()
    } else {
        local.format("%Y-%m-%d %H:%M:%S%.f").to_string()
    }
}
