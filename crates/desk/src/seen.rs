//! What a page showed and what a form brings back (house.md §6): each form carries, beside its token, the versions of
//! the rows that its page showed, so that nobody decides on what has changed since; and whether it came from the queue.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use foundation::Stop;

use crate::Desk;
use crate::refusals::CHANGED;
use crate::subject::Subject;

/// Between a form's token and what its page showed.
const MARK: char = '~';
/// What a form of the queue carries.
const QUEUE: &str = "queue";

/// Versions by `kind:id`, and where the form stood.
#[derive(Debug, Default)]
struct Known {
    versions: BTreeMap<String, i32>,
    is_queue: bool,
}

/// What this request's page shows, and what its form brought.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    shown: Arc<Mutex<Known>>,
    given: Arc<Mutex<Known>>,
}

impl Seen {
    /// What is written behind a form's token.
    pub(crate) fn suffix(&self, is_queue: bool) -> String {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        // A form that comes back, refused for something else, still speaks of what its page showed at first.
        let of = |key: &String, version: i32| given.versions.get(key).copied().unwrap_or(version);
        let mut text: String =
            shown.versions.iter().map(|(key, version)| format!("{MARK}{key}:{}", of(key, *version))).collect();
        let is_queue = is_queue || given.is_queue;
        if is_queue {
            text.push(MARK);
            text.push_str(QUEUE);
        }
        text
    }
    /// Takes what stood behind a token; returns the token.
    pub(crate) fn take<'t>(&self, given: &'t str) -> &'t str {
        let mut parts = given.split(MARK);
        let token = parts.next().unwrap_or("");
        let mut known = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        for part in parts {
            match part.rsplit_once(':').and_then(|(key, version)| Some((key, version.parse().ok()?))) {
                Some((key, version)) => {
                    known.versions.insert(key.to_owned(), version);
                }
                None => known.is_queue |= part == QUEUE,
            }
        }
        token
    }
}

impl Desk {
    /// Says that a page shows a row as it is at this version: what its forms do is done to this or to nothing.
    pub fn shows(&self, subject: &Subject, id: impl ToString, version: i32) {
        let key = format!("{}:{}", subject.kind, id.to_string());
        self.manner.seen.shown.lock().unwrap_or_else(PoisonError::into_inner).versions.insert(key, version);
    }
    /// Errors: a refusal when the page showed the row at another version. What no page showed (the API, jobs, the
    /// queue) is decided on what stands.
    pub fn unchanged(&self, subject: &Subject, id: &str, version: i32) -> Result<(), Stop> {
        let mut given = self.manner.seen.given.lock().unwrap_or_else(PoisonError::into_inner);
        let key = format!("{}:{id}", subject.kind);
        match given.versions.get(&key) {
            Some(seen) if *seen != version => {
                // Now he is told: the form that comes back speaks of what stands.
                given.versions.remove(&key);
                Err(CHANGED.refuse(format!("您打开页面以后，{}已经被办理或改动过", subject.called)).into())
            }
            _ => Ok(()),
        }
    }
    /// Whether the form stood in the queue.
    pub(crate) fn is_from_queue(&self) -> bool {
        self.manner.seen.given.lock().unwrap_or_else(PoisonError::into_inner).is_queue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_showed_comes_back_with_its_form() {
        let page = Seen::default();
        page.shown.lock().unwrap().versions.insert("class:01ABC".into(), 7);
        let suffix = page.suffix(true);
        let form = Seen::default();
        assert_eq!(form.take(&format!("token{suffix}")), "token");
        let given = form.given.lock().unwrap();
        assert_eq!((given.versions.get("class:01ABC"), given.is_queue), (Some(&7), true));
        drop(given);
        assert_eq!(Seen::default().take("token~nonsense~a:b"), "token", "what cannot be read says nothing");
        form.shown.lock().unwrap().versions.insert("class:01ABC".into(), 8);
        assert_eq!(
            form.suffix(false),
            "~class:01ABC:7~queue",
            "a form that comes back speaks of what its page showed at first"
        );
    }
}
