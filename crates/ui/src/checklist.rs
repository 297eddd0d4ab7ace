//! What must be handled and what was checked: each line with sign, word, rule, source and its own way
//! out (M3.1 authenticity and completeness review; M5.1 cross-checks).

use maud::{Markup, html};

use crate::Button;
use crate::dossier::section;
use crate::refusal::rule_and_source;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    /// In order.
    Pass,
    /// Blocks the act.
    Fail,
    /// Does not block, but look.
    Look,
    /// Not checked yet, or the source did not answer.
    #[default]
    Waiting,
}

impl Outcome {
    fn sign(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Pass => ("good", "✓", "通过"),
            Self::Fail => ("act", "✕", "未通过"),
            Self::Look => ("look", "!", "提示"),
            Self::Waiting => ("neutral", "…", "待核"),
        }
    }
}

/// One line of a must-handle list or a checklist.
#[derive(Debug, Clone, Default)]
pub struct CheckLine {
    /// Sign and colour.
    pub outcome: Outcome,
    /// In bold before the fact: `黄*琴`; may be empty.
    pub subject: String,
    /// What is so: `12月3日 08:30 同时段在另一班上课`.
    pub fact: String,
    /// Rule id: `T01`.
    pub rule: String,
    /// Where the fact is from: `本系统课表`.
    pub source: String,
    /// Details between rule and source: `石狮市 母婴护理第7期 第3次课`.
    pub detail: String,
    /// At the right edge of a passed line: `11月19日`.
    pub note: String,
    /// The line's own way out, verb and object: `请其二选一`.
    pub button: Option<Button>,
}

impl CheckLine {
    /// A line of a given outcome.
    pub fn new(outcome: Outcome, fact: impl Into<String>) -> Self {
        Self { outcome, fact: fact.into(), ..Self::default() }
    }
    /// In order.
    pub fn pass(fact: impl Into<String>) -> Self {
        Self::new(Outcome::Pass, fact)
    }
    /// Blocks.
    pub fn fail(fact: impl Into<String>) -> Self {
        Self::new(Outcome::Fail, fact)
    }
    /// Look at it.
    pub fn look(fact: impl Into<String>) -> Self {
        Self::new(Outcome::Look, fact)
    }
    /// From a rule's refusal.
    pub fn refused(refusal: &foundation::Refusal) -> Self {
        Self::fail(&refusal.fact).rule(&refusal.rule).source(&refusal.source).detail(&refusal.fix)
    }
    /// Who or what, in bold.
    pub fn subject(mut self, who: impl Into<String>) -> Self {
        self.subject = who.into();
        self
    }
    /// Rule id.
    pub fn rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = rule.into();
        self
    }
    /// Source of the fact.
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }
    /// Details.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
    /// Right edge.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
    /// Way out.
    pub fn way_out(mut self, button: Button) -> Self {
        self.button = Some(button);
        self
    }
}

/// The lines that block or ask, as a section titled with their count: `须处理 2 项`.
pub fn must_handle(lines: &[CheckLine]) -> Markup {
    html! {
        @if !lines.is_empty() { (section(&format!("须处理 {} 项", lines.len()), check_lines(lines))) }
    }
}

/// A titled checklist: `完备性 14 项 · 真实性 17 项`.
pub fn checklist(title: &str, lines: &[CheckLine]) -> Markup {
    section(title, check_lines(lines))
}

/// A checklist of which the lines in order stand closely together, two beside each other on the desk, after
/// those that still ask for somebody.
pub fn dense_checklist(title: &str, lines: &[CheckLine]) -> Markup {
    let (passed, open): (Vec<&CheckLine>, Vec<&CheckLine>) =
        lines.iter().partition(|line| line.outcome == Outcome::Pass && line.button.is_none());
    section(
        title,
        html! {
            @if !open.is_empty() { ul class="jb-lines" { @for line in open { (check_line(line)) } } }
            @if !passed.is_empty() {
                ul class="jb-lines jb-lines--dense" { @for line in passed { (check_line(line)) } }
            }
        },
    )
}

/// The lines alone.
pub fn check_lines(lines: &[CheckLine]) -> Markup {
    html! { ul class="jb-lines" { @for line in lines { (check_line(line)) } } }
}

fn check_line(line: &CheckLine) -> Markup {
    let (slug, sign, word) = line.outcome.sign();
    html! {
        li class={ "jb-line jb-line--" (slug) } {
            span class={ "jb-sign jb-sign--" (slug) } role="img" aria-label=(word) { (sign) }
            p class="jb-line__body" {
                @if !line.subject.is_empty() { strong { (line.subject) } " " }
                (line.fact) " "
                @if !line.detail.is_empty() { span class="jb-source" { (line.detail) " · " } }
                (rule_and_source(&line.rule, &line.source))
            }
            @if !line.note.is_empty() { span class="jb-line__note" { (line.note) } }
            @if let Some(button) = &line.button {
                div class="jb-line__way" { (button.clone().about(format!("{} {}", line.subject, line.fact).trim())) }
            }
        }
    }
}
