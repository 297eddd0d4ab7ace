//! Questions (house.md §1): what a room must know of one that stands above it, and whose tables it may not name. The
//! asking room says what it asks and what an answer is; the room above answers in its manifest. So arrows between rooms
//! point one way.

use std::any::{Any, TypeId};
use std::collections::HashMap;

use foundation::{Fault, Stop};
use futures::future::BoxFuture;
use store::Reader;

use crate::Premises;

/// A question to whoever stands above.
pub trait Question: Send + Sync + 'static {
    /// What is told.
    type Answer: Default + Send + 'static;
    /// What is asked, for the fault when nobody answers: `paid-before`.
    const NAME: &'static str;
}

/// How a room answers, within the reader's reach.
pub type Answer<Q> = for<'a> fn(&'a Reader, &'a Q) -> BoxFuture<'a, Result<<Q as Question>::Answer, Stop>>;

/// The answers that the rooms of a house have, by question.
#[derive(Debug, Default)]
pub struct Answers(HashMap<TypeId, Box<dyn Any + Send + Sync>>);

impl Answers {
    pub(crate) fn put<Q: Question>(&mut self, answer: Answer<Q>) {
        self.0.insert(TypeId::of::<Q>(), Box::new(answer));
    }
    pub(crate) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }
    fn get<Q: Question>(&self) -> Option<Answer<Q>> {
        self.0.get(&TypeId::of::<Q>())?.downcast_ref::<Answer<Q>>().copied()
    }
    /// Whether a question is answered.
    pub fn has<Q: Question>(&self) -> bool {
        self.get::<Q>().is_some()
    }
}

impl Premises {
    /// Asks the room above. In a house of some rooms only (tests) what nobody answers is nothing.
    ///
    /// # Errors
    /// The answering room's; a fault where the house is whole and nobody answers.
    pub async fn ask<Q: Question>(&self, reader: &Reader, question: Q) -> Result<Q::Answer, Stop> {
        let declared = self.declared();
        match declared.answers.get::<Q>() {
            Some(answer) => answer(reader, &question).await,
            None if declared.is_whole => Err(Fault::Db(format!("no room answers “{}”", Q::NAME)).into()),
            None => Ok(Q::Answer::default()),
        }
    }
}
