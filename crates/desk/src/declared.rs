//! What the rooms declare, joined by the house: subjects, matters, procedures, rules. Who needs one asks here; nobody
//! matches on the strings that rows hold.

use foundation::Rule;

use crate::matter::Matter;
use crate::premises::NavEntry;
use crate::procedure::Table;
use crate::question::Answers;
use crate::room::{Cards, Evidence, FileKeeper, Finder, Job, PublicNumbers};
use crate::subject::Subject;

/// Everything that is declared.
#[derive(Debug, Default)]
pub struct Declared {
    /// Kinds of things.
    pub subjects: Vec<&'static Subject>,
    /// Kinds of tasks.
    pub matters: Vec<&'static Matter>,
    /// Procedures, as tables of words.
    pub procedures: Vec<Table>,
    /// Rules that refuse.
    pub rules: Vec<&'static Rule>,
    /// Timed acts, room by room.
    pub jobs: Vec<Job>,
    /// Places in the navigation.
    pub navigation: Vec<NavEntry>,
    /// Numbers above the queue.
    pub cards: Vec<Cards>,
    /// What the search asks.
    pub finders: Vec<Finder>,
    /// What is counted in public.
    pub numbers: Vec<PublicNumbers>,
    /// Rows in a class's evidence.
    pub evidence: Vec<Evidence>,
    /// Files that can be made again.
    pub keepers: Vec<FileKeeper>,
    /// Answers to the questions of rooms below.
    pub answers: Answers,
    /// True when every room of a house is in it: what is not declared then is nobody's.
    pub is_whole: bool,
}

impl Declared {
    /// The same, with every room in it.
    #[must_use]
    pub fn whole(mut self) -> Self {
        self.is_whole = true;
        self
    }
    /// With a room's subjects.
    #[must_use]
    pub fn subjects(mut self, more: &[&'static Subject]) -> Self {
        self.subjects.extend_from_slice(more);
        self
    }
    /// With a room's matters.
    #[must_use]
    pub fn matters(mut self, more: &[&'static Matter]) -> Self {
        self.matters.extend_from_slice(more);
        self
    }
    /// With a procedure.
    #[must_use]
    pub fn procedure(mut self, one: Table) -> Self {
        self.procedures.push(one);
        self
    }
    /// With a room's rules.
    #[must_use]
    pub fn rules(mut self, more: &[&'static Rule]) -> Self {
        self.rules.extend_from_slice(more);
        self
    }
    /// With what others declare.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.subjects.extend(other.subjects);
        self.matters.extend(other.matters);
        self.procedures.extend(other.procedures);
        self.rules.extend(other.rules);
        self.jobs.extend(other.jobs);
        self.navigation.extend(other.navigation);
        self.cards.extend(other.cards);
        self.finders.extend(other.finders);
        self.numbers.extend(other.numbers);
        self.evidence.extend(other.evidence);
        self.keepers.extend(other.keepers);
        self.answers.extend(other.answers);
        self.is_whole |= other.is_whole;
        self
    }
    /// The matter that a row's `kind` names; none for what an earlier version put and nobody declares any more.
    pub fn matter(&self, kind: &str) -> Option<&'static Matter> {
        self.matters.iter().find(|one| one.kind == kind).copied()
    }
    /// The subject of a kind.
    pub fn subject(&self, kind: &str) -> Option<&'static Subject> {
        self.subjects.iter().find(|one| one.kind == kind || (!one.formerly.is_empty() && one.formerly == kind)).copied()
    }
}
