//! A status tag: a word in a thin frame, e.g. `全部 31 项通过`. Serves every measure's states (house.md §5, §12).

use maud::{Markup, Render, html};

use crate::Tone;

/// A word with a tone. Renders itself: `html! { (tag::good("已通过")) }`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tag {
    /// The word that carries the meaning; never empty.
    pub word: String,
    /// The colour that repeats it.
    pub tone: Tone,
}

impl Tag {
    /// A tag of a tone worked out by the caller.
    pub fn new(word: impl Into<String>, tone: Tone) -> Self {
        Self { word: word.into(), tone }
    }
}

/// Says nothing about right or wrong: `合格证类`.
pub fn neutral(word: impl Into<String>) -> Tag {
    Tag::new(word, Tone::Neutral)
}
/// Done, in order: `全部 31 项通过`.
pub fn good(word: impl Into<String>) -> Tag {
    Tag::new(word, Tone::Good)
}
/// Look at it: `待回访`.
pub fn look(word: impl Into<String>) -> Tag {
    Tag::new(word, Tone::Look)
}
/// Act: `2 人须处理`.
pub fn act(word: impl Into<String>) -> Tag {
    Tag::new(word, Tone::Act)
}

impl Render for Tag {
    fn render(&self) -> Markup {
        html! { span class={ "jb-tag jb-tag--" (self.tone.slug()) } { (self.word) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_carries_its_word_and_escapes_it() {
        assert_eq!(good("已过<b>").render().into_string(), "<span class=\"jb-tag jb-tag--good\">已过&lt;b&gt;</span>");
    }
}
