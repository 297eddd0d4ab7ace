//! Health: what troubles this installation now, set and cleared by whoever sees it (jobs, the door, the start), told by
//! `/healthz` (house.md §11). That page is public: a finding is fixed words and a number, so that no path, name or
//! address can get into it; those stand in the log.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use foundation::Trouble;

/// One trouble, in words for the operator: what is so and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    words_zh: &'static str,
    many: u64,
    stops_acts: bool,
}

impl Finding {
    /// Something to see to; the house works on (`/healthz` stays 200).
    pub const fn noticed(words_zh: &'static str) -> Self {
        Self { words_zh, many: 0, stops_acts: false }
    }
    /// Acts cannot be done meanwhile (`/healthz` is 503).
    pub const fn stops_acts(words_zh: &'static str) -> Self {
        Self { words_zh, many: 0, stops_acts: true }
    }
    /// The store's own trouble, in the words of its pages.
    pub fn of(trouble: Trouble) -> Self {
        Self::stops_acts(match trouble {
            Trouble::DiskFull => "磁盘已满：现在办的事都没有保存，请腾出空间，之后会自己恢复",
            Trouble::NotWritten => "写不进数据库：现在办的事都没有保存，请检查磁盘和数据库",
            Trouble::Damaged => "数据库文件损坏：请运行 jinbu check，必要时从备份恢复",
            Trouble::NeedsCheck => "有办成的事在数据库里找不到：已停止办理，请运行 jinbu check",
            Trouble::Unknown => "保存时数据库断开或磁盘出错：有的办理不知道存没存上，请检查数据库、磁盘和网络",
            Trouble::Unreachable => "连不上数据库：请检查数据库是否在运行、网络是否通",
            Trouble::Locked => "数据库被别的操作锁住：请检查是否有人在手工操作数据库",
        })
    }
    /// How many of them there are; nought is not said.
    pub const fn many(self, many: u64) -> Self {
        Self { many, ..self }
    }
    /// Whether acts are stopped.
    pub const fn does_stop_acts(&self) -> bool {
        self.stops_acts
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.words_zh)?;
        if self.many > 0 { write!(f, "（{} 处）", self.many) } else { Ok(()) }
    }
}

/// What stands now, by the name of whoever looks after it.
#[derive(Debug, Default)]
pub struct Health {
    findings: Mutex<BTreeMap<&'static str, Finding>>,
}

impl Health {
    /// Says what was found under `name`: a finding, or that all is well there. Logged when it changes.
    pub fn tell(&self, name: &'static str, found: Option<Finding>) {
        let mut findings = self.findings.lock().unwrap_or_else(PoisonError::into_inner);
        let before = findings.get(name).copied();
        match found {
            Some(finding) => {
                if before != Some(finding) {
                    tracing::warn!(name, %finding, "health");
                }
                findings.insert(name, finding);
            }
            None => {
                if findings.remove(name).is_some() {
                    tracing::info!(name, "health: well again");
                }
            }
        }
    }

    /// Everything that troubles now, in the order of the names.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).values().copied().collect()
    }
}

/// The answer of `/healthz`: `ok`, or one line for each trouble and for each warning of the database's settings; 503
/// only when acts cannot be done.
pub fn answer(findings: &[Finding], warnings: &[String]) -> (u16, String) {
    let status = if findings.iter().any(Finding::does_stop_acts) { 503 } else { 200 };
    let lines: String =
        findings.iter().map(ToString::to_string).chain(warnings.iter().cloned()).map(|line| line + "\n").collect();
    (status, if lines.is_empty() { "ok".into() } else { lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_is_told_until_it_is_cleared_and_only_some_stop_acts() {
        let health = Health::default();
        assert_eq!(answer(&health.findings(), &[]), (200, "ok".into()));
        health.tell("files", Some(Finding::noticed("有文件丢失").many(3)));
        assert_eq!(answer(&health.findings(), &[]), (200, "有文件丢失（3 处）\n".into()));
        health.tell("store", Some(Finding::of(Trouble::DiskFull)));
        let (status, text) = answer(&health.findings(), &[]);
        assert!(status == 503 && text.starts_with("有文件丢失") && text.contains("磁盘已满"), "{text}");
        health.tell("store", None);
        health.tell("files", None);
        assert_eq!(answer(&health.findings(), &[]), (200, "ok".into()));
    }
}
