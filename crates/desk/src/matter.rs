//! Matters (M8.9): what stands in somebody's queue. A room declares each of its own once: what it is called, whose it
//! is, what it is about, where it opens, whether a clean one is done from the queue, and how it ends.

use std::collections::HashMap;

use foundation::Stop;
use futures::future::BoxFuture;

use crate::Desk;
use crate::subject::{Audience, Subject};

/// A kind of task.
#[derive(Debug)]
pub struct Matter {
    /// As the queue's table writes it, `review-opening`.
    pub kind: &'static str,
    /// What users read, `开班审核`.
    pub called: &'static str,
    /// Whose it is.
    pub audience: Audience,
    /// What it is about.
    pub about: &'static Subject,
    /// The word on the button that opens it.
    pub opens: &'static str,
    /// The page on which it is done, below the thing's own, `/exam`; empty for the thing's own page.
    pub at: &'static str,
    /// What a clean one offers in the queue itself.
    pub quick: Option<Quick>,
    /// How it ends.
    pub ends: Ends,
    /// Of these things, those that are not the asker's to do, and why (职责分离): nothing for most matters.
    pub not_his: Option<NotHis>,
    /// Its days are working days: where the year's holidays are not published yet, its last day may move.
    pub in_workdays: bool,
}

/// Asks a room which of its things somebody else must do.
pub type NotHis = for<'a> fn(&'a Desk, Vec<String>) -> BoxFuture<'a, Result<HashMap<String, &'static str>, Stop>>;

/// A clean matter's button in the queue.
#[derive(Debug)]
pub struct Quick {
    /// The word on it.
    pub word: &'static str,
    /// Where it posts, below the thing's own page.
    pub post: &'static str,
    /// What is asked first; empty for nothing.
    pub question: &'static str,
}

/// How a matter leaves the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// The next step of the procedure that asked it.
    ByStep,
    /// These acts, which are no step of a procedure.
    ByActs(&'static [&'static str]),
    /// By hand: what was found must be said.
    Finding,
    /// By hand: it only tells something.
    Seen,
}

impl Eq for Matter {}

impl PartialEq for Matter {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}
