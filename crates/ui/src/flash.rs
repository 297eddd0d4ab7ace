//! The one-time word after an act: what happened, whose turn it is, until when (pages.md, Words).

use maud::{Markup, Render, html};

use crate::Tone;

/// A sentence at the top of the next page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flash {
    /// Colour; the sentence says the same.
    pub tone: Tone,
    /// `已准予开班，机构 12月1日 08:30 起可以点名。`
    pub text: String,
    /// A way on, `(label, href)`.
    pub links: Vec<(String, String)>,
}

impl Flash {
    /// It is done.
    pub fn done(text: impl Into<String>) -> Self {
        Self { tone: Tone::Good, text: text.into(), links: Vec::new() }
    }
    /// It is done, but look.
    pub fn look(text: impl Into<String>) -> Self {
        Self { tone: Tone::Look, text: text.into(), links: Vec::new() }
    }
    /// It was not done.
    pub fn refused(text: impl Into<String>) -> Self {
        Self { tone: Tone::Act, text: text.into(), links: Vec::new() }
    }
    /// Adds a way on.
    pub fn link(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.links.push((label.into(), href.into()));
        self
    }
}

impl Render for Flash {
    fn render(&self) -> Markup {
        let (sign, role) = match self.tone {
            Tone::Good => ("✓", "status"),
            Tone::Look => ("!", "status"),
            Tone::Act => ("✕", "alert"),
            Tone::Neutral => ("·", "status"),
        };
        html! {
            div class={ "jb-flash jb-flash--" (self.tone.slug()) } role=(role) {
                span class="jb-sign" aria-hidden="true" { (sign) }
                p { (self.text) @for (label, href) in &self.links { " " a href=(href) { (label) } } }
            }
        }
    }
}
