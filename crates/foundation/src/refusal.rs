//! Why something did not happen: a rule said no (`Refusal`, shown to the user, never logged as an
//! error) or the machinery could not (`Fault`, logged once at the boundary). house.md §6.

use serde::{Deserialize, Serialize};

/// A rule's no. Four things a user needs: which rule, which fact, where it is from, how to fix it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Refusal {
    /// Stable rule id, e.g. `M5.1` or `E08`; shown small beside the sentence.
    pub rule: String,
    /// The clause of the eight measures (policy/), e.g. `M3.2`.
    pub clause: String,
    /// What is so, in one Chinese sentence with the numbers in it.
    pub fact: String,
    /// Where the fact or limit comes from (document, record), in Chinese.
    pub source: String,
    /// What to do about it, in Chinese.
    pub fix: String,
    /// Form field it belongs to, where there is one.
    pub field: Option<String>,
}

/// A rule: what must be true, named once. A refusal is made from it and the facts.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable id, e.g. `E08`; shown small beside the sentence.
    pub id: &'static str,
    /// The clause that it serves.
    pub clause: &'static str,
    /// Where the fact or limit comes from.
    pub source: &'static str,
    /// What to do about it, unless the case says it better.
    pub fix: &'static str,
}

impl Rule {
    /// The rule's no, for this fact.
    pub fn refuse(&self, fact: impl Into<String>) -> Refusal {
        Refusal {
            rule: self.id.into(),
            clause: self.clause.into(),
            fact: fact.into(),
            source: self.source.into(),
            fix: self.fix.into(),
            field: None,
        }
    }
}

/// What a check comes to: of a review's line, a hold on money, a risk rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// In order; what is so.
    Pass(String),
    /// Nothing is kept waiting; somebody should know this.
    Tell(String),
    /// A person must say whether it is in order; what the machine noticed on the way.
    Ask(String),
    /// Not before this is mended.
    Block(String),
}

/// A room's rules: `rules! { RULES; TOO_OLD = "E08", "M7.1", "居民身份证", "移出名册"; }` names each and lists all.
#[macro_export]
macro_rules! rules {
    ($all:ident; $($(#[$doc:meta])* $name:ident = $id:literal, $clause:literal, $source:literal, $fix:literal;)+) => {
        $(
            $(#[$doc])*
            #[doc = concat!($id, "（", $clause, "）：", $source)]
            pub static $name: $crate::Rule = $crate::Rule { id: $id, clause: $clause, source: $source, fix: $fix };
        )+
        /// All of them.
        pub static $all: &[&$crate::Rule] = &[$(&$name),+];
    };
}

impl Refusal {
    /// Where this fact comes from, where it is not the rule's usual source.
    #[must_use]
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }
    /// The way out of this case, where it is not the rule's usual one.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }
    /// Under the clause of the act that it stops, for a rule that acts of several clauses share.
    #[must_use]
    pub fn under(mut self, clause: &str) -> Self {
        self.clause = clause.into();
        self
    }
    /// The same refusal, pinned to a form field.
    pub fn at(mut self, field: &str) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}（{}，依据：{}）。{}", self.fact, self.rule, self.source, self.fix)
    }
}

/// What the machinery could not do.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The row does not exist or is out of the asker's reach: the same answer, 404.
    #[error("not found or out of reach")]
    Gone,
    /// Somebody changed the row meanwhile (409); reading again and retrying is safe.
    #[error("changed meanwhile")]
    Stale,
    /// A unique key said no; carries the constraint's name so that a form can name the field.
    #[error("duplicate: {0}")]
    Duplicate(String),
    /// The database failed.
    #[error("database: {0}")]
    Db(String),
    /// Something outside failed (file store, network, keys); its own words, which an operator reads as they are.
    #[error("{0}")]
    Upstream(String),
    /// The server is shedding load (queue full); 503.
    #[error("busy")]
    Busy,
    /// The store can give or take nothing for now (503): nothing was written, or nobody can say.
    #[error("{0:?}: {1}")]
    Unavailable(Trouble, String),
}

/// Why the store gives or takes nothing for now. The pages say it in Chinese (`desk::answer::trouble_words`); what the
/// machinery said of it stands beside it in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// The disk (or the database's) is full: nothing can be written until somebody makes room.
    DiskFull,
    /// Writing failed, and the store has not yet shown that it can be believed again.
    NotWritten,
    /// The database file is damaged.
    Damaged,
    /// What was answered as done is not there any more: only `jinbu check` opens the door again.
    NeedsCheck,
    /// The database does not answer.
    Unreachable,
    /// The database answers, but what is wanted was locked for too long.
    Locked,
    /// The connection broke while the act was being kept: it may stand or not.
    Unknown,
}

/// Everything that can stop an act or a read.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// One or more rules said no: all of them at once.
    #[error("refused: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("；"))]
    Refused(Vec<Refusal>),
    /// The machinery could not.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The office may not do this at all (403).
    #[error("forbidden")]
    Forbidden,
    /// Nobody is signed in (redirect to the sign-in page, 401 for the API).
    #[error("not signed in")]
    SignedOut,
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}
impl From<Vec<Refusal>> for Stop {
    fn from(refusals: Vec<Refusal>) -> Self {
        Self::Refused(refusals)
    }
}
