//! The queue: home of every role (house.md §12, pages.md kind 1). Number cards over rows of deadline,
//! matter, object, money, what the machine found, and one button.

use foundation::Fen;
use maud::{Markup, Render, html};

use crate::dates::Due;
use crate::{Button, Tag, Tone, money};

/// One number at the top: `待审补贴 ¥ 386,400`, opening its rows.
#[derive(Debug, Clone, Default)]
pub struct StatCard {
    /// `待审补贴`.
    pub label: String,
    /// The number with its unit, already grouped: `14 班`, `¥ 386,400`.
    pub value: String,
    /// The line below: `212 人 · 全部通过机审 198 人`.
    pub note: String,
    /// The rows behind the number. Every number should have one.
    pub href: Option<String>,
    /// Red where the number itself asks for an act.
    pub tone: Tone,
}

impl StatCard {
    /// A card with label and value.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into(), ..Self::default() }
    }
    /// The line below the number.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
    /// The rows behind it.
    pub fn opens(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }
    /// The number's tone.
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

impl Render for StatCard {
    fn render(&self) -> Markup {
        let inner = html! {
            span class="jb-stat__label" { (self.label) }
            span class={ "jb-stat__value jb-text--" (self.tone.slug()) } { (self.value) }
            span class="jb-stat__note" { (self.note) }
        };
        html! {
            @if let Some(href) = &self.href { a class="jb-stat" href=(href) { (inner) } }
            @else { div class="jb-stat" { (inner) } }
        }
    }
}

/// A strip of number cards; also used above registers and on walls.
pub fn stat_cards(cards: &[StatCard]) -> Markup {
    html! {
        @if !cards.is_empty() { div class="jb-stats" { @for card in cards { (card) } } }
    }
}

/// One matter waiting.
#[derive(Debug, Clone, Default)]
pub struct QueueRow {
    /// Until when.
    pub due: Due,
    /// `开班审核`.
    pub matter: String,
    /// Whom or what it is about, in bold: `晋江市安海职业培训学校`.
    pub subject: String,
    /// The rest of the sentence: `缝纫工（四级）38 人`.
    pub detail: String,
    /// Where the subject opens.
    pub href: Option<String>,
    /// The regime or category: `合格证类`.
    pub category: Option<Tag>,
    /// Money involved; none shows a dash.
    pub amount: Option<Fen>,
    /// What the machine found.
    pub finding: Option<Tag>,
    /// Words after the finding: `同时段在另一班 1 · 在校生 1`.
    pub finding_note: String,
    /// The one button: `Button::post` for a clean item, `Button::link` for one to open.
    pub button: Option<Button>,
}

/// The whole page body of a home page.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    /// `今日待办`.
    pub title: String,
    /// `11月24日 周二 · 按时限与金额排序 · 共 27 件，其中 3 件今天到期`.
    pub note: String,
    /// Numbers.
    pub cards: Vec<StatCard>,
    /// Matters, already sorted.
    pub rows: Vec<QueueRow>,
    /// What an empty queue says; default `今天没有待办。`
    pub empty: String,
    /// Acts of the role not bound to a row: `新建班级`.
    pub buttons: Vec<Button>,
    /// Which page of how many, and the queue's own path; one page shows nothing.
    pub pages: Option<(u64, u64, String)>,
}

impl Render for Queue {
    fn render(&self) -> Markup {
        html! {
            (crate::layout::page_head(&self.title, &self.note, &self.buttons))
            (stat_cards(&self.cards))
            (queue_rows(&self.rows, &self.empty))
            @if let Some((here, pages, path)) = &self.pages {
                (crate::table::turn_pages(*here, *pages, |to| format!("{path}?page={to}")))
            }
        }
    }
}

/// The rows alone, for a page that has a queue among other things.
pub fn queue_rows(rows: &[QueueRow], empty: &str) -> Markup {
    if rows.is_empty() {
        return crate::table::empty_state(if empty.is_empty() { "今天没有待办。" } else { empty }, None);
    }
    html! {
        div class="jb-panel jb-scroll jb-queue" {
            table class="jb-table jb-table--cards" {
                caption class="jb-unseen" { "待办事项" }
                thead { tr {
                    th scope="col" { "时限" }
                    th scope="col" { "事项" }
                    th scope="col" { "对象" }
                    th scope="col" class="jb-num" { "涉及金额" }
                    th scope="col" { "机审结果" }
                    th scope="col" class="jb-table__act" { span class="jb-unseen" { "办理" } }
                } }
                tbody { @for row in rows { (queue_row(row)) } }
            }
        }
    }
}

fn queue_row(row: &QueueRow) -> Markup {
    let about = format!("{} {}", row.subject, row.detail);
    html! {
        tr {
            td data-label="时限" class="jb-queue__due" { (row.due) }
            td data-label="事项" class="jb-queue__matter" { (row.matter) }
            td data-label="对象" class="jb-queue__subject" {
                @if let Some(href) = &row.href { a class="jb-subject" href=(href) { (row.subject) } }
                @else { strong { (row.subject) } }
                @if !row.detail.is_empty() { " · " (row.detail) }
                @if let Some(tag) = &row.category { " " (tag) }
            }
            td data-label="涉及金额" class="jb-num" { (money::maybe(row.amount)) }
            td data-label="机审结果" {
                @if let Some(tag) = &row.finding { (tag) }
                @if !row.finding_note.is_empty() { " " span class="jb-queue__note" { (row.finding_note) } }
            }
            td class="jb-table__act" {
                @if let Some(button) = &row.button { (button.clone().about(about.trim())) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_queue_says_so_and_a_clean_row_posts() {
        assert!(Queue::default().render().into_string().contains("今天没有待办。"));
        let row = QueueRow {
            subject: "安海学校".into(),
            button: Some(Button::post("准予开班", "/a").main()),
            ..QueueRow::default()
        };
        let html = queue_rows(&[row], "").into_string();
        assert!(html.contains("method=\"post\" action=\"/a\"") && html.contains("：安海学校</span>"), "{html}");
    }
}
