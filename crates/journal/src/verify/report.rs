//! What a verification found, and how it is told in plain Chinese (M3.11, M8.9).

use std::fmt::Write as _;

use foundation::ClassId;
use serde::Serialize;

use crate::facts::fact_zh;

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked.
    pub name_zh: String,
    /// Nothing differed.
    pub ok: bool,
    /// With which result.
    pub detail_zh: String,
}

/// Something that does not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The fact's place in the log; none where no fact of the bundle is concerned.
    pub seq: Option<u64>,
    /// The fact's kind, e.g. `ClaimDrafted`; empty where none is concerned.
    pub fact: String,
    /// What differs.
    pub what_zh: String,
}

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What it is about, for the title.
    pub subject_zh: String,
    /// Everything that was checked, in order.
    pub checks: Vec<Check>,
    /// Everything that differs, in order.
    pub differences: Vec<Difference>,
    /// What a reader should know though nothing differs: facts dated before their predecessors.
    pub notices: Vec<Difference>,
}

impl Report {
    /// True when nothing differs.
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }

    /// Plain text, ending with `N 处不一致`.
    pub fn render(&self) -> String {
        let mut text = format!("{}\n\n", self.subject_zh);
        for check in &self.checks {
            let mark = if check.ok { "一致　" } else { "不一致" };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "[{mark}] {}：{}", check.name_zh, check.detail_zh);
        }
        if !self.differences.is_empty() {
            text.push_str("\n不一致之处：\n");
        }
        for (at, difference) in self.differences.iter().enumerate() {
            let _ = writeln!(text, "{}. {}{}", at + 1, difference.place_zh(), difference.what_zh);
        }
        if !self.notices.is_empty() {
            text.push_str("\n提醒：\n");
        }
        for (at, notice) in self.notices.iter().enumerate() {
            let _ = writeln!(text, "{}. {}{}", at + 1, notice.place_zh(), notice.what_zh);
        }
        let _ = write!(text, "\n{} 处不一致", self.differences.len());
        text
    }
}

impl Difference {
    fn place_zh(&self) -> String {
        match self.seq {
            Some(seq) => format!("日志第{seq}号「{}」：", fact_zh(&self.fact)),
            None => String::new(),
        }
    }
}

/// Where a claim about the truth comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub seq: u64,
    pub fact: String,
}

/// Collects checks and differences while verifying.
pub(super) struct Findings {
    subject_zh: String,
    checks: Vec<Check>,
    differences: Vec<Difference>,
    notices: Vec<Difference>,
    /// Something was noted in the check that is running.
    noted: bool,
}

impl Findings {
    pub(super) fn new(class: &ClassId) -> Self {
        Self::about(format!("班级 {class} 证据包核验结果"))
    }
    pub(super) fn about(subject_zh: String) -> Self {
        Self { subject_zh, checks: Vec::new(), differences: Vec::new(), notices: Vec::new(), noted: false }
    }

    /// Notes a difference at a fact, or at none.
    pub(super) fn differs(&mut self, source: Option<&Source>, what_zh: impl Into<String>) {
        let (seq, fact) = source.map_or((None, String::new()), |one| (Some(one.seq), one.fact.clone()));
        let difference = Difference { seq, fact, what_zh: what_zh.into() };
        self.noted = true;
        if !self.differences.contains(&difference) {
            self.differences.push(difference);
        }
    }

    /// Notes something at a fact that is no difference.
    pub(super) fn notices(&mut self, source: &Source, what_zh: String) {
        self.notices.push(Difference { seq: Some(source.seq), fact: source.fact.clone(), what_zh });
    }

    /// Ends a check: it is good when nothing was noted since the last one ended.
    pub(super) fn ends(&mut self, name_zh: &str, detail_zh: impl Into<String>) {
        let ok = !std::mem::take(&mut self.noted);
        self.checks.push(Check { name_zh: name_zh.to_owned(), ok, detail_zh: detail_zh.into() });
    }

    pub(super) fn finish(self) -> Report {
        Report {
            subject_zh: self.subject_zh,
            checks: self.checks,
            differences: self.differences,
            notices: self.notices,
        }
    }
}
