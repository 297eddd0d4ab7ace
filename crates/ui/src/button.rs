//! One act on a page: a link, or a POST form of one button that works without JavaScript.
//! Serves every page; a blocked act stays visible and says why (house.md §12).

use maud::{Markup, Render, html};

use crate::csrf;

/// How a button weighs on the page. At most one `Main` per page head or queue row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weight {
    /// White, hairline.
    #[default]
    Plain,
    /// Blue, the main act.
    Main,
    /// Red letters: refuses, ends or takes back.
    Danger,
    /// Looks like a link.
    Quiet,
}

/// A link or a POST. Build it with `Button::link` or `Button::post` and render it with `(button)`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Button {
    /// Verb and object: `准予开班`.
    pub label: String,
    /// Address: opened when `post` is false, posted to otherwise.
    pub href: String,
    /// Whether it changes something (POST with the CSRF token).
    pub post: bool,
    /// How it looks.
    pub weight: Weight,
    /// Why it cannot be done now; shown beside the disabled button.
    pub blocked: Option<String>,
    /// Question asked before posting (with JavaScript a dialog; the server may still show `confirm`).
    pub confirm: Option<String>,
    /// Hidden fields of the POST.
    pub fields: Vec<(String, String)>,
    /// What it acts on, read out after the label where the page repeats the label (`核查：A07 批量秒签`).
    pub about: Option<String>,
}

impl Button {
    /// Opens a page.
    pub fn link(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into(), ..Self::default() }
    }
    /// Posts to an address.
    pub fn post(label: impl Into<String>, action: impl Into<String>) -> Self {
        Self { label: label.into(), href: action.into(), post: true, ..Self::default() }
    }
    /// The page's main act.
    pub fn main(mut self) -> Self {
        self.weight = Weight::Main;
        self
    }
    /// Beside the main act.
    pub fn plain(mut self) -> Self {
        self.weight = Weight::Plain;
        self
    }
    /// Refuses, ends or takes back.
    pub fn danger(mut self) -> Self {
        self.weight = Weight::Danger;
        self
    }
    /// Looks like a link.
    pub fn quiet(mut self) -> Self {
        self.weight = Weight::Quiet;
        self
    }
    /// Cannot be done now, and why: `还有 2 人须处理`.
    pub fn blocked_because(mut self, why: impl Into<String>) -> Self {
        self.blocked = Some(why.into());
        self
    }
    /// Asks first.
    pub fn confirm(mut self, question: impl Into<String>) -> Self {
        self.confirm = Some(question.into());
        self
    }
    /// Adds a hidden field to the POST.
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }
    /// Names what it acts on, for those who hear the page.
    pub fn about(mut self, what: impl Into<String>) -> Self {
        self.about = Some(what.into());
        self
    }

    fn class(&self) -> &'static str {
        match self.weight {
            Weight::Plain => "btn jb-btn",
            Weight::Main => "btn btn-primary jb-btn",
            Weight::Danger => "btn jb-btn jb-btn--danger",
            Weight::Quiet => "jb-btn--quiet",
        }
    }

    fn words(&self) -> Markup {
        html! {
            (self.label)
            @if let Some(about) = &self.about { span class="jb-unseen" { "：" (about) } }
        }
    }
}

impl Render for Button {
    fn render(&self) -> Markup {
        if let Some(why) = &self.blocked {
            return html! {
                span class="jb-blocked" {
                    button type="button" class=(self.class()) disabled { (self.words()) }
                    span class="jb-blocked__why" { (why) }
                }
            };
        }
        if !self.post {
            return html! { a class=(self.class()) href=(self.href) { (self.words()) } };
        }
        html! {
            form class="jb-act" method="post" action=(self.href) data-confirm=[self.confirm.as_ref()] {
                (csrf::slot())
                @for (name, value) in &self.fields { input type="hidden" name=(name) value=(value); }
                button type="submit" class=(self.class()) { (self.words()) }
            }
        }
    }
}

/// A row of buttons; the main one last, at the right edge.
pub fn button_row(buttons: &[Button]) -> Markup {
    html! {
        @if !buttons.is_empty() {
            div class="jb-buttons" { @for button in buttons { (button) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blocked_act_is_disabled_and_says_why() {
        let html = Button::post("准予开班", "/x").main().blocked_because("还有 2 人须处理").render().into_string();
        assert!(html.contains("disabled") && html.contains("还有 2 人须处理"), "{html}");
        assert!(!html.contains("<form"), "a blocked act must not be postable: {html}");
    }

    #[test]
    fn a_post_is_a_form_with_token_and_fields() {
        let html = Button::post("核查", "/warnings/1/check").field("version", "3").render().into_string();
        assert!(
            html.contains("method=\"post\"")
                && html.contains(csrf::SLOT)
                && html.contains("name=\"version\" value=\"3\""),
            "{html}"
        );
    }
}
