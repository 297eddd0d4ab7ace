//! All open connections (house.md §11; decisions/0015): what each is doing and since when, which of them gives way when
//! there are too many, and what is cut because it takes too long.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use desk::tries::address_key;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::Limits;

/// How much longer than its age a connection may take over its last answer.
const LAST_ANSWER: Duration = Duration::from_mins(1);
/// How long half a head is waited for at the end.
const LAST_HEAD: Duration = Duration::from_secs(1);
/// An address that holds more than one in so many of all connections gives one up when the house is full.
const GREEDY_SHARE: usize = 8;
/// How often connections are looked at, at least.
const SWEEP: Duration = Duration::from_millis(500);

/// What a connection is doing. Its own task alone changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// A head is to come, or half of it is here.
    Head = 0,
    /// A request is under way: its body, the work, the answer.
    Request = 1,
    /// Nothing, between two requests.
    Idle = 2,
}

/// One connection, as the sweep sees it. Times in milliseconds since the listener began.
pub(super) struct Line {
    /// The address's key; none for a proxy of ours.
    from: Option<String>,
    opened: u64,
    phase: AtomicU8,
    head_since: AtomicU64,
    moved: AtomicU64,
    /// Bytes wait that the other side does not take.
    pub(super) is_stuck: AtomicBool,
    /// Close when the request under way is answered.
    pub(super) farewell: Notify,
    /// Close now.
    pub(super) cut: Notify,
    began: Instant,
}

impl Line {
    fn now(&self) -> u64 {
        millis(self.began.elapsed())
    }
    fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            0 => Phase::Head,
            1 => Phase::Request,
            _ => Phase::Idle,
        }
    }
    pub(super) fn turn(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
    }
    /// Bytes came.
    pub(super) fn heard(&self) {
        let now = self.now();
        self.moved.store(now, Ordering::Release);
        if self.phase() == Phase::Idle {
            self.head_since.store(now, Ordering::Release);
            self.turn(Phase::Head);
        }
    }
    /// Bytes went.
    pub(super) fn said(&self) {
        self.moved.store(self.now(), Ordering::Release);
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The connection that an address with more than `many` of them has had longest without a byte; of addresses the one
/// with the most. So nobody fills the house with requests that he does not finish.
fn greediest(open: &BTreeMap<u64, Arc<Line>>, many: usize) -> Option<u64> {
    let mut by_address: BTreeMap<_, Vec<(u64, u64)>> = BTreeMap::new();
    for (number, one) in open {
        if let Some(from) = &one.from {
            by_address.entry(from).or_default().push((one.moved.load(Ordering::Acquire), *number));
        }
    }
    let most = by_address.into_values().max_by_key(Vec::len).filter(|all| all.len() > many)?;
    most.into_iter().min().map(|(_, number)| number)
}

/// All open connections, by number: the oldest first.
pub(super) struct Lines {
    began: Instant,
    limits: Limits,
    open: Mutex<(u64, BTreeMap<u64, Arc<Line>>)>,
}

impl Lines {
    /// None is open yet.
    pub(super) fn of(limits: Limits) -> Self {
        Self { began: Instant::now(), limits, open: Mutex::default() }
    }

    /// Every connection of this moment.
    fn all(&self) -> Vec<Arc<Line>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).1.values().cloned().collect()
    }

    /// A place for a new connection. An address that has too many half heads loses its oldest, so that whoever else
    /// sits behind it still gets in; a full house loses whoever has said nothing for the longest. None when all work.
    pub(super) fn place(&self, peer: SocketAddr) -> Option<(u64, Arc<Line>)> {
        let (address, now) = (peer.ip().to_canonical(), millis(self.began.elapsed()));
        let from = (!self.limits.proxies.contains(&address)).then(|| address_key(Some(address)));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let half: Vec<(u64, u64)> = open
            .1
            .iter()
            .filter(|(_, one)| from.is_some() && one.from == from && one.phase() == Phase::Head)
            .map(|(number, one)| (one.head_since.load(Ordering::Acquire), *number))
            .collect();
        if half.len() >= self.limits.half_open
            && let Some((_, oldest)) = half.into_iter().min()
        {
            // Taken off the list at once: the next one that comes must not count it again.
            open.1.remove(&oldest)?.cut.notify_one();
        }
        if open.1.len() >= self.limits.connections {
            let silent = open
                .1
                .iter()
                .filter(|(_, one)| one.phase() != Phase::Request)
                .min_by_key(|(_, one)| one.moved.load(Ordering::Acquire));
            let number = silent
                .map(|(number, _)| *number)
                .or_else(|| greediest(&open.1, self.limits.connections / GREEDY_SHARE))?;
            open.1.remove(&number)?.cut.notify_one();
        }
        let line = Line {
            from,
            opened: now,
            phase: AtomicU8::new(Phase::Head as u8),
            head_since: AtomicU64::new(now),
            moved: AtomicU64::new(now),
            is_stuck: AtomicBool::new(false),
            farewell: Notify::new(),
            cut: Notify::new(),
            began: self.began,
        };
        open.0 += 1;
        let (number, line) = (open.0, Arc::new(line));
        open.1.insert(number, Arc::clone(&line));
        Some((number, line))
    }

    pub(super) fn leave(&self, number: u64) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).1.remove(&number);
    }

    /// Cuts what takes too long over whatever it is doing.
    fn look(&self, line: &Line) {
        let (limits, now) = (&self.limits, line.now());
        let since = |at: u64| Duration::from_millis(now.saturating_sub(at));
        let (moved, age) = (since(line.moved.load(Ordering::Acquire)), since(line.opened));
        let too_long = match line.phase() {
            Phase::Head => since(line.head_since.load(Ordering::Acquire)) > limits.head,
            Phase::Idle if line.is_stuck.load(Ordering::Acquire) => moved > limits.still,
            Phase::Idle => moved > limits.idle,
            Phase::Request => moved > limits.still,
        };
        if too_long || age > limits.age + LAST_ANSWER {
            line.cut.notify_one();
        } else if age > limits.age {
            line.farewell.notify_one();
        }
    }

    /// Lets every connection end what it is doing, and cuts what is still open when the time for that is over.
    pub(super) async fn say_farewell(&self) {
        let ends = Instant::now() + self.limits.farewell;
        for line in self.all() {
            line.farewell.notify_one();
        }
        loop {
            let (open, is_over) = (self.all(), Instant::now() >= ends);
            if open.is_empty() {
                return;
            }
            for line in &open {
                let waited = Duration::from_millis(line.now().saturating_sub(line.head_since.load(Ordering::Acquire)));
                if is_over || (line.phase() == Phase::Head && waited > LAST_HEAD) {
                    line.cut.notify_one();
                }
            }
            if is_over {
                tracing::warn!(connections = open.len(), "cut off at the end");
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Looks at every connection, again and again.
pub(super) async fn sweep(lines: Arc<Lines>) {
    let every = SWEEP.min(lines.limits.head / 4);
    loop {
        tokio::time::sleep(every).await;
        for line in lines.all() {
            lines.look(&line);
        }
    }
}
