//! Examples: of every act it is said, beside the act, on what and with what it can be done, where its schema and its
//! procedure's table do not say so already. Tests ask every act as its example says, as every persona.

use crate::act::Act;

/// How an act is asked so that it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// The code of the state in which the thing stands (a class, its claim, or the claim's batch); empty where the
    /// procedure's table begins the act's step, and where it names no such act, at the end of its course.
    pub stage: &'static str,
    /// What is done before, in this order, to the same thing.
    pub before: &'static [Before],
    /// What the act's rules ask beyond its schema, an object of JSON laid over what the schema asks; empty for nothing.
    /// Placeholders within its texts are filled by whoever asks, each from the thing of the stage: `$code` (the code on
    /// the session's screen at this moment), `$first-day` and `$last-day` (of the class), `$spare-id-number` (a number
    /// that nobody has), `$desk-ticket` (of who was recognised at the feedback desk), `$line` (of the batch),
    /// `$bank-return` (the bank's file that pays it), `$each-enrolment` and `$each-sitter` (what it stands in is
    /// repeated in its list, once for each place of the roster or of those who may sit the examination).
    pub body: &'static str,
}

/// An act that is done before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// The login of the persona who does it.
    pub who: &'static str,
    /// The act's name.
    pub act: &'static str,
    /// Its body as in `Example`; empty for the one of its own example.
    pub body: &'static str,
    /// What it makes, by the name of the field of its answer (or, where the answer is nothing but an id, of the fields
    /// that ask for it): whatever is done after it is done to this; empty where that stands already.
    pub makes: &'static str,
}

impl Example {
    /// The schema and the table say everything.
    pub const NONE: Self = Self { stage: "", before: &[], body: "" };

    /// On a thing in this state.
    pub const fn at(stage: &'static str) -> Self {
        Self { stage, ..Self::NONE }
    }
    /// When these have been done.
    #[must_use]
    pub const fn after(self, before: &'static [Before]) -> Self {
        Self { before, ..self }
    }
    /// With this in the body.
    #[must_use]
    pub const fn with(self, body: &'static str) -> Self {
        Self { body, ..self }
    }
}

impl Before {
    /// Done by this persona as the act's own example says.
    pub const fn by<A: Act>(who: &'static str) -> Self {
        Self::of(who, A::NAME)
    }
    /// The same of an act of another room, by its name.
    pub const fn of(who: &'static str, act: &'static str) -> Self {
        Self { who, act, body: "", makes: "" }
    }
    /// And what comes after is about what it made.
    #[must_use]
    pub const fn making(self, makes: &'static str) -> Self {
        Self { makes, ..self }
    }
    /// With this in the body instead.
    #[must_use]
    pub const fn with(self, body: &'static str) -> Self {
        Self { body, ..self }
    }
}
