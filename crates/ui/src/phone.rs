//! A trainee's screen: one thing, the main act first and large, equal alternatives beside it, then short
//! lines (pages.md, On a phone; M3.4 attendance; peers: 1–2 taps).

use maud::{Markup, Render, html};

use crate::{Button, Tag, csrf};

/// A card whose first thing is an act.
#[derive(Debug, Clone, Default)]
pub struct PhoneCard {
    /// `育婴员 · 第2期`.
    pub title: String,
    /// Lines below: time, place, teacher.
    pub lines: Vec<String>,
    /// The large act.
    pub main: Option<Button>,
    /// Keeps the tap on the phone when there is no network and sends it later; the act must be
    /// idempotent (carry an idempotency key in its fields).
    pub keeps_offline: bool,
    /// Equal alternatives, two beside each other.
    pub others: Vec<Button>,
}

impl Render for PhoneCard {
    fn render(&self) -> Markup {
        html! {
            section class="jb-panel jb-phone-card" {
                h2 { (self.title) }
                @for line in &self.lines { p class="jb-phone-card__line" { (line) } }
                @if let Some(button) = &self.main { (self.large(button)) }
                @if !self.others.is_empty() {
                    div class="jb-phone-card__others" { @for button in &self.others { (button) } }
                }
            }
        }
    }
}

impl PhoneCard {
    fn large(&self, button: &Button) -> Markup {
        html! {
            @if button.blocked.is_some() || !button.post { div class="jb-phone-card__main" { (button.clone().main()) } }
            @else {
                form class="jb-phone-card__main" method="post" action=(button.href)
                    data-confirm=[button.confirm.as_ref()] data-keep-offline[self.keeps_offline] {
                    (csrf::slot())
                    @for (name, value) in &button.fields { input type="hidden" name=(name) value=(value); }
                    button type="submit" class="btn btn-primary jb-btn" { (button.label) }
                    p class="jb-phone-card__kept" role="status" data-kept hidden {}
                }
            }
        }
    }
}

/// What stands at the right of a phone line.
#[derive(Debug, Clone, Default)]
pub enum PhoneEnd {
    /// Nothing.
    #[default]
    None,
    /// Words or a number in bold.
    Text(String),
    /// A state.
    Tag(Tag),
    /// A large number and its whole: `31 / 56`.
    Score(String, String),
}

/// One line: words left, state right; opens where it has an address.
#[derive(Debug, Clone, Default)]
pub struct PhoneLine {
    /// `今天上午 08:30`.
    pub label: String,
    /// Small line below.
    pub note: String,
    /// Right side.
    pub end: PhoneEnd,
    /// Where it opens.
    pub href: Option<String>,
}

impl PhoneLine {
    /// A line with words at the right.
    pub fn text(label: impl Into<String>, end: impl Into<String>) -> Self {
        Self { label: label.into(), end: PhoneEnd::Text(end.into()), ..Self::default() }
    }
    /// A line with a state.
    pub fn tag(label: impl Into<String>, tag: Tag) -> Self {
        Self { label: label.into(), end: PhoneEnd::Tag(tag), ..Self::default() }
    }
    /// A line with a large number out of a whole.
    pub fn score(label: impl Into<String>, value: impl Into<String>, whole: impl Into<String>) -> Self {
        Self { label: label.into(), end: PhoneEnd::Score(value.into(), whole.into()), ..Self::default() }
    }
    /// Small line below.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
    /// Where it opens.
    pub fn opens(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }
}

/// A card of lines.
pub fn phone_lines(lines: &[PhoneLine]) -> Markup {
    html! {
        ul class="jb-panel jb-phone-lines" {
            @for line in lines {
                li {
                    @if let Some(href) = &line.href { a href=(href) { (inside(line)) } }
                    @else { div { (inside(line)) } }
                }
            }
        }
    }
}

fn inside(line: &PhoneLine) -> Markup {
    html! {
        span class="jb-phone-lines__label" {
            (line.label) @if !line.note.is_empty() { span class="jb-phone-lines__note" { (line.note) } }
        }
        @match &line.end {
            PhoneEnd::None => {}
            PhoneEnd::Text(text) => { strong { (text) } }
            PhoneEnd::Tag(tag) => { (tag) }
            PhoneEnd::Score(value, whole) => { span class="jb-score" { strong { (value) } " / " (whole) } }
        }
    }
}
