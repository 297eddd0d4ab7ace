//! The steps of a matter with dates and names (pages.md kind 2; M3.1, M3.2 regimes).

use maud::{Markup, html};

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StepState {
    /// Behind us.
    Done,
    /// Now, somebody's turn.
    Now,
    /// Not reached.
    #[default]
    ToCome,
    /// It ended here: refused, suspended, annulled.
    Stopped,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Step {
    /// `受理`.
    pub name: String,
    /// `11月19日 王志强`, or for the present one `你 · 限 11月24日`.
    pub note: String,
    /// Where it stands.
    pub state: StepState,
}

impl Step {
    /// A step behind us, with date and name.
    pub fn done(name: impl Into<String>, note: impl Into<String>) -> Self {
        Self { name: name.into(), note: note.into(), state: StepState::Done }
    }
    /// The present step, with whose turn and until when.
    pub fn now(name: impl Into<String>, note: impl Into<String>) -> Self {
        Self { name: name.into(), note: note.into(), state: StepState::Now }
    }
    /// A step ahead.
    pub fn to_come(name: impl Into<String>) -> Self {
        Self { name: name.into(), note: String::new(), state: StepState::ToCome }
    }
    /// The step at which it ended, and why.
    pub fn stopped(name: impl Into<String>, note: impl Into<String>) -> Self {
        Self { name: name.into(), note: note.into(), state: StepState::Stopped }
    }
}

/// The bar of steps.
pub fn steps(list: &[Step]) -> Markup {
    html! {
        nav class="jb-panel jb-steps" aria-label="办理进度" {
            ol {
                @for step in list {
                    @let (slug, sign, word) = match step.state {
                        StepState::Done => ("done", "✓", "已完成"),
                        StepState::Now => ("now", "●", "正在办"),
                        StepState::ToCome => ("to-come", "", "未到"),
                        StepState::Stopped => ("stopped", "✕", "已终止"),
                    };
                    li class={ "jb-step jb-step--" (slug) }
                        aria-current=[(step.state == StepState::Now).then_some("step")] {
                        span class="jb-step__name" {
                            @if !sign.is_empty() { span aria-hidden="true" { (sign) " " } }
                            (step.name) span class="jb-unseen" { "（" (word) "）" }
                        }
                        @if !step.note.is_empty() { span class="jb-step__note" { (step.note) } }
                    }
                }
            }
        }
    }
}
