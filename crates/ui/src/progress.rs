//! Long work that can be left: imports, comparisons, batches (house.md §12).

use maud::{Markup, Render, html};

use crate::Button;

/// A running or finished job.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// `导入花名册`.
    pub label: String,
    /// Done so far.
    pub done: u64,
    /// In all; 0 while unknown.
    pub total: u64,
    /// `人`, `行`.
    pub unit: String,
    /// What happens now, or how it ended.
    pub note: String,
    /// Address of this same fragment, asked every 2 s until it comes without it; none when finished.
    pub refresh: Option<String>,
    /// Ways on: `查看结果`, `下载未导入的行`.
    pub buttons: Vec<Button>,
}

impl Render for Progress {
    fn render(&self) -> Markup {
        html! {
            section class="jb-panel jb-section jb-progress" id="progress"
                hx-get=[self.refresh.as_ref()] hx-trigger=[self.refresh.as_ref().map(|_| "every 2s")]
                hx-select=[self.refresh.as_ref().map(|_| "#progress")]
                hx-swap=[self.refresh.as_ref().map(|_| "outerHTML")] {
                h2 class="jb-h2" { (self.label) }
                progress max=(self.total.max(1)) value=[(self.total > 0).then_some(self.done)]
                    aria-label=(self.label) {}
                p role="status" {
                    @if self.total > 0 {
                        (crate::trail::grouped(self.done)) " / " (crate::trail::grouped(self.total)) " " (self.unit) "　"
                    }
                    (self.note)
                }
                @if let Some(href) = &self.refresh { p class="jb-faint" { "可以离开本页，做完会通知你。" a href=(href) { "刷新" } } }
                (crate::button::button_row(&self.buttons))
            }
        }
    }
}
