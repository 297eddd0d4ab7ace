//! The whole log at once: every entry readable, in its place, numbered without gaps, and together the
//! tree that the checkpoint signs (M3.11, M8.9).

use std::collections::BTreeMap;

use tlog_tiles::tlog::node_hash;

use crate::entry::Entry;
use crate::keys::VerifierKeys;
use crate::note::verify_checkpoint;
use crate::tree::{EMPTY_HASH, Hash, record_hash};

use super::report::{Findings, Report, Source};

/// Checks a log from its first entry on against a checkpoint note. Entries are read once, in order;
/// memory grows with the number of subjects, not of entries.
pub fn verify_log(entries: impl IntoIterator<Item = Vec<u8>>, checkpoint: &str, keys: &VerifierKeys) -> Report {
    let mut findings = Findings::about("整本日志核验结果".to_owned());
    let signed = verify_checkpoint(checkpoint, keys).map_err(|bad| findings.differs(None, format!("检查点：{bad}"))).ok();
    findings.ends("检查点签名", signed.as_ref().map_or_else(|| "不可信".to_owned(), |one| format!("日志共{}条", one.size)));
    let mut size = 0u64;
    let mut edge = Edge::default();
    let mut reached: BTreeMap<(String, String), u64> = BTreeMap::new();
    // The root over the first `size` entries of a longer log is still comparable.
    let limit = signed.as_ref().map_or(u64::MAX, |one| one.size);
    let mut entries = entries.into_iter();
    while size < limit
        && let Some(bytes) = entries.next()
    {
        check_entry(&bytes, size, &mut reached, &mut findings);
        edge.push(record_hash(&bytes));
        size += 1;
    }
    findings.ends("日志事实", format!("{size}条，序号相连，同一对象的事实逐条编号"));
    if let Some(signed) = signed {
        if size < signed.size {
            findings.differs(None, format!("检查点签了{}条，日志只有{size}条", signed.size));
        } else if edge.root() != signed.root {
            findings.differs(None, "日志内容算出的树根与检查点不同，有事实被改动、调换或增删");
        }
        findings.ends("树根", "由全部事实重算，与检查点核对");
    }
    findings.finish()
}

fn check_entry(bytes: &[u8], place: u64, reached: &mut BTreeMap<(String, String), u64>, findings: &mut Findings) {
    let entry = match Entry::from_bytes(bytes) {
        Ok(entry) => entry,
        Err(bad) => return findings.differs(Some(&Source { seq: place, fact: String::new() }), bad.to_string()),
    };
    let source = Source { seq: place, fact: entry.fact.clone() };
    if entry.seq != place {
        findings.differs(Some(&source), format!("写的序号是{}，实际排在{place}", entry.seq));
    }
    for about in entry.about {
        let last = reached.entry((about.kind, about.id)).or_insert(0);
        if about.nth != *last + 1 {
            findings.differs(Some(&source), format!("同一对象的第{}条事实之后是第{}条", *last, about.nth));
        }
        *last = about.nth;
    }
}

/// The right edge of a growing tree: whole subtrees, largest first, with their heights.
#[derive(Default)]
struct Edge {
    subtrees: Vec<(u32, Hash)>,
}

impl Edge {
    fn push(&mut self, leaf: Hash) {
        let mut whole = (0, leaf);
        while let Some((height, left)) = self.subtrees.pop_if(|last| last.0 == whole.0) {
            whole = (height + 1, node_hash(left, whole.1));
        }
        self.subtrees.push(whole);
    }
    fn root(&self) -> Hash {
        let mut from_right = self.subtrees.iter().rev().map(|one| one.1);
        let Some(last) = from_right.next() else { return EMPTY_HASH };
        from_right.fold(last, |right, left| node_hash(left, right))
    }
}
