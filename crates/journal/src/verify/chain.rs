//! Are these facts the log's facts, and all of them: signatures, manifest, inclusion proofs, running
//! numbers, commitments (M3.11, M8.9; suites.md "Journal").

use std::collections::BTreeMap;

use crate::bundle::{Bundle, ProvenEntry};
use crate::entry::{Entry, opens};
use crate::facts::ClassFact;
use crate::keys::VerifierKeys;
use crate::note::{Checkpoint, verify_checkpoint, verify_text};
use crate::tree::includes;

use super::report::{Findings, Source};

/// Subjects that belong to one class, so that every fact about them is in the class's bundle. Facts
/// about anything else (an institution, a person) are there in part, and only their order is checked.
pub const CLASS_BOUND: &[&str] =
    &["class", "session", "enrolment", "attendance", "exam", "certificate", "claim", "claim_item"];

/// A fact of the bundle, read.
pub(super) struct Known {
    pub source: Source,
    pub entry: Entry,
    pub fact: ClassFact,
}

/// The facts of the bundle that can be read, ascending by `seq`.
pub(super) struct Facts {
    pub all: Vec<Known>,
}

impl Facts {
    /// The last fact that `pick` wants.
    pub(super) fn last<'f, T>(&'f self, mut pick: impl FnMut(&'f ClassFact) -> Option<T>) -> Option<(&'f Source, T)> {
        self.all.iter().rev().find_map(|one| pick(&one.fact).map(|body| (&one.source, body)))
    }
    /// All facts that `pick` wants, in order.
    pub(super) fn each<'f, T>(&'f self, mut pick: impl FnMut(&'f ClassFact) -> Option<T>) -> Vec<(&'f Known, T)> {
        self.all.iter().filter_map(|one| pick(&one.fact).map(|body| (one, body))).collect()
    }
}

/// Checks the chain from the keys to the facts; returns the facts that could be read.
pub(super) fn check(bundle: &Bundle, trusted: Option<&VerifierKeys>, findings: &mut Findings) -> Facts {
    let keys = trusted.unwrap_or(&bundle.keys);
    let checkpoint = check_signatures(bundle, trusted.is_some(), keys, findings);
    check_manifest(bundle, keys, findings);
    let facts = check_proofs(bundle, checkpoint.as_ref(), findings);
    check_numbers(bundle, &facts, findings);
    facts
}

fn check_signatures(
    bundle: &Bundle,
    is_trusted: bool,
    keys: &VerifierKeys,
    findings: &mut Findings,
) -> Option<Checkpoint> {
    if *keys != bundle.keys {
        findings.differs(None, "证据包附带的公钥与核验人持有的公钥不同");
    }
    let checkpoint = verify_checkpoint(&bundle.checkpoint, keys)
        .map_err(|bad| findings.differs(None, format!("检查点：{bad}")))
        .ok();
    let kinds = keys.keys().iter().map(|key| key.kind_zh()).collect::<Vec<_>>().join("、");
    let whose = if is_trusted {
        "用核验人持有的公钥"
    } else {
        "用证据包附带的公钥，请与公开发布的公钥核对"
    };
    let size = checkpoint.as_ref().map_or_else(|| "不可信".to_owned(), |one| format!("日志共{}条", one.size));
    findings.ends("检查点签名", format!("{kinds}签名，{whose}；{size}"));
    checkpoint
}

fn check_manifest(bundle: &Bundle, keys: &VerifierKeys, findings: &mut Findings) {
    const PARTS: [&str; 7] = ["清单标题", "班级", "检查点", "公钥", "日志事实", "数据库记录", "已公开的承诺值"];
    match (verify_text(&bundle.manifest, keys), bundle.manifest_text()) {
        (Ok(signed), Ok(actual)) if signed == actual => {}
        (Ok(signed), Ok(actual)) => {
            let mut signed = signed.lines();
            for (actual, part) in actual.lines().zip(PARTS) {
                if signed.next() != Some(actual) {
                    findings.differs(None, format!("清单：导出签名之后，「{part}」部分被改动"));
                }
            }
            if signed.next().is_some() {
                findings.differs(None, "清单：多出内容");
            }
        }
        (Err(bad), _) => findings.differs(None, format!("清单：{bad}")),
        (_, Err(bad)) => findings.differs(None, format!("清单：{bad}")),
    }
    findings.ends("证据包清单", "逐部分核对摘要和签名");
}

fn check_proofs(bundle: &Bundle, checkpoint: Option<&Checkpoint>, findings: &mut Findings) -> Facts {
    let mut all: Vec<Known> = Vec::with_capacity(bundle.entries.len());
    for one in &bundle.entries {
        if let Some(known) = check_entry(bundle, one, checkpoint, findings) {
            if all.last().is_some_and(|last| last.entry.seq >= known.entry.seq) {
                findings.differs(Some(&known.source), "没有按日志序号排列，或重复出现");
            }
            all.push(known);
        }
    }
    all.sort_by_key(|one| one.entry.seq);
    let detail = if checkpoint.is_some() {
        "每条事实都用包含证明核对到检查点"
    } else {
        "检查点不可信，包含证明无从核对"
    };
    findings.ends("日志事实", format!("{}条，{detail}", bundle.entries.len()));
    Facts { all }
}

fn check_entry(
    bundle: &Bundle,
    one: &ProvenEntry,
    checkpoint: Option<&Checkpoint>,
    findings: &mut Findings,
) -> Option<Known> {
    let label = Source { seq: one.seq, fact: one.fact.clone() };
    let Some(bytes) = one.entry_bytes() else {
        findings.differs(Some(&label), "事实内容的编码损坏");
        return None;
    };
    let proven = match (checkpoint, one.hashes()) {
        (Some(at), Some(proof)) => includes(&proof, at.size, at.root, one.seq, &bytes),
        (None, Some(_)) => true,
        (_, None) => false,
    };
    if !proven {
        findings.differs(Some(&label), "事实内容或其包含证明与签名的日志不符，内容被改动过");
    }
    let entry = match Entry::from_bytes(&bytes) {
        Ok(entry) => entry,
        Err(bad) => {
            findings.differs(Some(&label), bad.to_string());
            return None;
        }
    };
    let source = Source { seq: entry.seq, fact: entry.fact.clone() };
    if source != label {
        findings.differs(
            Some(&label),
            format!("标签与内容不符：内容是第{}号「{}」", source.seq, crate::facts::fact_zh(&source.fact)),
        );
    }
    if entry.nth_about("class", bundle.class_text()).is_none() {
        findings.differs(Some(&source), "这条事实不是关于本班级的");
    }
    match ClassFact::from_entry(&entry) {
        Ok(fact) => {
            if fact.class().is_some_and(|class| *class != bundle.class) {
                findings.differs(Some(&source), "事实内容里写的是另一个班级");
            }
            Some(Known { source, entry, fact })
        }
        Err(_) => {
            findings.differs(Some(&source), "事实内容缺少规定的字段，或字段写法不对");
            None
        }
    }
}

/// Facts about a subject are numbered from 1 without gaps; an omitted one shows as a gap, an omitted
/// last one by the count that the class's row holds.
fn check_numbers(bundle: &Bundle, facts: &Facts, findings: &mut Findings) {
    let mut reached: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for one in &facts.all {
        for about in &one.entry.about {
            let last = reached.entry((&about.kind, &about.id)).or_insert(0);
            let is_bound = CLASS_BOUND.contains(&about.kind.as_str());
            if is_bound && about.nth != *last + 1 {
                let what = subject_zh(&about.kind);
                findings.differs(
                    Some(&one.source),
                    format!(
                        "关于{what}{}的事实不连续：第{}条之后是第{}条，其间的事实被遗漏",
                        about.id, *last, about.nth
                    ),
                );
            } else if !is_bound && about.nth <= *last {
                findings.differs(Some(&one.source), "关于同一对象的事实序号倒退");
            }
            *last = about.nth;
        }
    }
    let in_bundle = reached.get(&("class", bundle.class_text())).copied().unwrap_or(0);
    if in_bundle != bundle.rows.class.facts {
        let last = facts.all.last().map(|one| &one.source);
        findings
            .differs(last, format!("数据库记有本班级事实{}条，证据包里到第{in_bundle}条为止", bundle.rows.class.facts));
    }
    findings.ends("事实连续", format!("{}个对象的事实逐条编号，无遗漏", reached.len()));
}

fn subject_zh(kind: &str) -> &'static str {
    match kind {
        "class" => "班级",
        "session" => "课次",
        "enrolment" => "学员",
        "attendance" => "考勤记录",
        "exam" => "结业考核",
        "certificate" => "合格证",
        "claim" => "补贴申领",
        "claim_item" => "申领明细",
        _ => "其他对象",
    }
}

/// Checks that revealed values are what the facts committed to.
pub(super) fn check_openings(bundle: &Bundle, facts: &Facts, findings: &mut Findings) {
    let Some(openings) = &bundle.openings else { return };
    for opening in openings {
        let known = facts.all.iter().find(|one| one.entry.seq == opening.seq);
        let salt = hex::decode(&opening.salt).ok().and_then(|salt| <[u8; 16]>::try_from(salt).ok());
        let is_open = known
            .and_then(|one| one.entry.commitments.get(&opening.field))
            .is_some_and(|commitment| salt.is_some_and(|salt| opens(commitment, salt, &opening.value)));
        if !is_open {
            findings.differs(known.map(|one| &one.source), format!("公开的「{}」与日志里的承诺值不符", opening.field));
        }
    }
    findings.ends("承诺值", format!("核对已公开的个人信息{}项", openings.len()));
}
