//! The three meanings a colour may have, and none. Serves every page (house.md §12: never colour alone).

/// What a colour says; the component always adds a word or a sign that says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Tone {
    /// Says nothing: a category, a count.
    #[default]
    Neutral,
    /// Done, in order (green).
    Good,
    /// Look at it (amber).
    Look,
    /// Act: overdue, refused, high (red).
    Act,
}

impl Tone {
    /// The last part of the class name.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Good => "good",
            Self::Look => "look",
            Self::Act => "act",
        }
    }
}
