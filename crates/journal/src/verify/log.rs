//! The whole log at once: every entry readable, in its place, numbered without gaps, and together the
//! tree that the checkpoint signs (M3.11, M8.9).

use std::collections::BTreeMap;

use foundation::limits::CLOCK_SKEW_MS;
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
    let signed =
        verify_checkpoint(checkpoint, keys).map_err(|bad| findings.differs(None, format!("检查点：{bad}"))).ok();
    findings
        .ends("检查点签名", signed.as_ref().map_or_else(|| "不可信".to_owned(), |one| format!("日志共{}条", one.size)));
    // The root over the first entries of a longer log is still comparable.
    let limit = signed.as_ref().map_or(u64::MAX, |one| one.size);
    let mut log = Log::default();
    for bytes in entries {
        if log.place >= limit {
            break;
        }
        log.take(&bytes, limit, &mut findings);
    }
    log.tell_numbers(&mut findings);
    findings.ends("日志事实", format!("{}条，序号相连，同一对象的事实逐条编号", log.read));
    if let Some(signed) = signed {
        log.missing += signed.size.saturating_sub(log.place);
        if log.place < signed.size {
            findings.differs(None, format!("检查点签了{}条，日志只有{}条", signed.size, log.read));
        }
        if log.missing > 0 {
            findings.differs(None, format!("共缺少{}条事实，树根无从重算", log.missing));
        } else if log.edge.root() != signed.root {
            findings.differs(None, "日志内容算出的树根与检查点不同，有事实被改动、调换或增删");
        }
        findings.ends("树根", "由全部事实重算，与检查点核对");
    }
    findings.finish()
}

/// A demo's clock is moved by an act: its fact explains why it is dated back.
const DEMO_CLOCK_MOVED: &str = "DemoClockMoved";

/// What has been read of a log so far.
#[derive(Default)]
struct Log {
    /// The place that the next entry should have.
    place: u64,
    /// Entries read.
    read: u64,
    /// Entries that are not there.
    missing: u64,
    edge: Edge,
    reached: BTreeMap<(String, String), u64>,
    /// Where numbers about one subject have a gap, with what to say of it.
    gaps: Vec<(Source, String)>,
    /// When the last entry says that it happened, in milliseconds.
    last_ms: Option<i64>,
}

impl Log {
    fn take(&mut self, bytes: &[u8], limit: u64, findings: &mut Findings) {
        let read = Entry::from_bytes(bytes);
        if let Ok(entry) = &read
            && (self.place + 1..limit).contains(&entry.seq)
        {
            self.leave_out(entry.seq, findings);
        }
        match read {
            Ok(entry) => self.check(entry, findings),
            Err(bad) => findings.differs(Some(&Source { seq: self.place, fact: String::new() }), bad.to_string()),
        }
        self.edge.push(record_hash(bytes));
        self.place += 1;
        self.read += 1;
    }

    /// Entries up to `next` are gone: said once, and what follows is held against its own place.
    fn leave_out(&mut self, next: u64, findings: &mut Findings) {
        let (first, last, many) = (self.place, next - 1, next - self.place);
        let which = if many == 1 {
            format!("日志第{first}号事实")
        } else {
            format!("日志第{first}号至第{last}号共{many}条事实")
        };
        findings.differs(None, format!("{which}不在数据库里，或者读不出来"));
        self.missing += many;
        self.place = next;
    }

    fn check(&mut self, entry: Entry, findings: &mut Findings) {
        let source = Source { seq: self.place, fact: entry.fact.clone() };
        if entry.seq != self.place {
            findings.differs(Some(&source), format!("写的序号是{}，实际排在{}", entry.seq, self.place));
        }
        if let Some(behind) = self
            .last_ms
            .map(|last| last - entry.at_ms)
            .filter(|behind| *behind > CLOCK_SKEW_MS && entry.fact != DEMO_CLOCK_MOVED)
        {
            findings
                .notices(&source, format!("记的时间比前一条早{}，那时服务器的时钟可能被调慢过", duration_zh(behind)));
        }
        self.last_ms = Some(entry.at_ms);
        for about in entry.about {
            let last = self.reached.entry((about.kind, about.id)).or_insert(0);
            if about.nth != *last + 1 {
                self.gaps.push((source.clone(), format!("同一对象的第{}条事实之后是第{}条", *last, about.nth)));
            }
            *last = about.nth;
        }
    }

    /// Each gap in the numbers; where facts are missing, which makes gaps, only how many.
    fn tell_numbers(&mut self, findings: &mut Findings) {
        let gaps = std::mem::take(&mut self.gaps);
        match (self.missing, gaps.len()) {
            (_, 0) => {}
            (0, _) => gaps.into_iter().for_each(|(source, what)| findings.differs(Some(&source), what)),
            (_, many) => findings.differs(None, format!("缺少的事实使{many}处同一对象的事实编号不相连")),
        }
    }
}

fn duration_zh(ms: i64) -> String {
    match ms / 60_000 {
        minutes @ 0..120 => format!("{minutes}分钟"),
        minutes => format!("{}小时", minutes / 60),
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
