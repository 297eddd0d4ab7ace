//! Personal data, masked until someone with a reason reveals it (house.md §12; M7.3, M8.1).

use maud::{Markup, Render, html};

use crate::csrf;

/// A masked value with the way to reveal it. Put it into a cell, `dd` or `div`, not into a `p`: the reveal
/// is a block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Masked {
    /// `3505**********1234`.
    pub text: String,
    /// What it is: `身份证号`.
    pub what: String,
    /// Where the reveal posts (`reason`); none when the reader may not reveal it.
    pub action: Option<String>,
    /// Hidden fields of the reveal: which person, which field.
    pub fields: Vec<(String, String)>,
    /// Reasons offered, `(value, label)`; empty asks for a sentence.
    pub reasons: Vec<(String, String)>,
    /// Whether `text` is the full value, already revealed in this answer.
    pub is_revealed: bool,
}

impl Masked {
    /// A masked value nobody can reveal here.
    pub fn new(what: impl Into<String>, text: impl Into<String>) -> Self {
        Self { what: what.into(), text: text.into(), ..Self::default() }
    }
    /// With a way to reveal it.
    pub fn reveal_at(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }
    /// Adds a hidden field to the reveal.
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }
}

impl Render for Masked {
    fn render(&self) -> Markup {
        let id = format!(
            "reveal-{}",
            crate::assets::short_hash(format!("{}{:?}{}", self.what, self.fields, self.text).as_bytes())
        );
        html! {
            span class="jb-masked" {
                span class="jb-number" { (self.text) }
                @if self.is_revealed { " " (crate::tag::look("已显示，已记入留痕")) }
                @else if let Some(action) = &self.action {
                    details class="jb-reveal" {
                        summary { "显示" span class="jb-unseen" { "完整的" (self.what) } }
                        form method="post" action=(action) {
                            (csrf::slot())
                            @for (name, value) in &self.fields { input type="hidden" name=(name) value=(value); }
                            label for=(id) { "查看" (self.what) "的原因（本人可以看到谁查看过）" }
                            @if self.reasons.is_empty() {
                                input class="form-control" type="text" id=(id) name="reason" required maxlength="100";
                            } @else {
                                select class="form-select" id=(id) name="reason" required {
                                    option value="" { "请选择" }
                                    @for (value, label) in &self.reasons { option value=(value) { (label) } }
                                }
                            }
                            button type="submit" class="btn jb-btn" { "显示并记录" }
                        }
                    }
                }
            }
        }
    }
}
