//! The page before an act that cannot be taken back: what will happen, and the two ways.

use maud::{Markup, Render, html};

use crate::Button;
use crate::form::{Form, FormState, form};

/// A confirmation page body.
#[derive(Debug, Clone, Default)]
pub struct Confirm {
    /// `不予开班：电工（三级）2026年第4期`.
    pub title: String,
    /// What will happen, a sentence each.
    pub effects: Vec<String>,
    /// The form that does it (its submit is the act); `form.others` should hold the way back.
    pub form: Form,
    /// Fields asked with it (a reason), already rendered.
    pub fields: Option<Markup>,
    /// Values and errors of those fields.
    pub state: FormState,
    /// Where 返回 leads.
    pub back: String,
}

impl Render for Confirm {
    fn render(&self) -> Markup {
        html! {
            (crate::layout::page_head(&self.title, "", &[Button::link("返回", self.back.clone())]))
            section class="jb-panel jb-section" {
                h2 class="jb-h2" { "办理后" }
                ul class="jb-plain-list" { @for effect in &self.effects { li { (effect) } } }
                (form(&self.form, &self.state, self.fields.clone().unwrap_or_default()))
            }
        }
    }
}
