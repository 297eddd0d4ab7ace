//! Real time and randomness as arguments (house.md §0.5). The demo clock can be moved; tests stand
//! still. This file is the only place that asks the machine for the time or for random bytes.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeZone, Utc};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

use crate::ids::TypedId;

/// A moment, UTC. Stored and sorted as such; shown in Fujian time.
pub type Instant = DateTime<Utc>;

/// The whole microseconds of a moment: what both databases keep. An instant that is made is made so, and is the same
/// wherever it is read again.
pub fn micros(at: Instant) -> Instant {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

/// Fujian's offset from UTC: +08:00 all year.
pub fn fujian() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).expect("eight hours is a valid offset")
}

/// The Fujian calendar day of a moment.
pub fn day_of(at: Instant) -> NaiveDate {
    at.with_timezone(&fujian()).date_naive()
}

/// The Fujian wall-clock reading of a moment.
pub fn local(at: Instant) -> NaiveDateTime {
    at.with_timezone(&fujian()).naive_local()
}

/// The moment at which Fujian clocks read `wall`; the calendar's own ends where it would lie beyond them.
pub fn at_local(wall: NaiveDateTime) -> Instant {
    let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    let ends = if wall.and_utc() < DateTime::UNIX_EPOCH { first } else { last };
    fujian().from_local_datetime(&wall).single().map_or(ends, |at| at.with_timezone(&Utc))
}

#[derive(Clone)]
enum Source {
    System,
    Fixed(Arc<AtomicI64>),
}

/// The desk's clock: the machine's time plus a movable offset, or a fixed time in tests.
#[derive(Clone)]
pub struct Clock {
    source: Source,
    offset_s: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's time, not moved.
    pub fn system() -> Self {
        Self { source: Source::System, offset_s: Arc::new(AtomicI64::new(0)) }
    }
    /// A clock that stands at `at` until moved.
    pub fn fixed(at: Instant) -> Self {
        Self {
            source: Source::Fixed(Arc::new(AtomicI64::new(at.timestamp_millis()))),
            offset_s: Arc::new(AtomicI64::new(0)),
        }
    }
    /// Now, with the demo's offset, to the millisecond.
    pub fn now(&self) -> Instant {
        let base_ms = match &self.source {
            Source::System => self.real_now().timestamp_millis(),
            Source::Fixed(ms) => ms.load(Ordering::Relaxed),
        };
        let moved = base_ms.saturating_add(self.offset_s.load(Ordering::Relaxed).saturating_mul(1000));
        Utc.timestamp_millis_opt(moved).single().unwrap_or(DateTime::<Utc>::UNIX_EPOCH)
    }
    /// Today in Fujian.
    pub fn today(&self) -> NaiveDate {
        day_of(self.now())
    }
    /// The machine's time to the microsecond, never moved: for session timeouts and lock-outs, which a demo must not
    /// skip.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
    pub fn real_now(&self) -> Instant {
        match &self.source {
            Source::System => micros(Utc::now()),
            Source::Fixed(ms) => {
                Utc.timestamp_millis_opt(ms.load(Ordering::Relaxed)).single().unwrap_or(DateTime::<Utc>::UNIX_EPOCH)
            }
        }
    }
    /// Moves the clock to an offset in seconds from the machine's time (demo only; the caller checks).
    pub fn set_offset_s(&self, seconds: i64) {
        self.offset_s.store(seconds, Ordering::Relaxed);
    }
    /// The present offset in seconds.
    pub fn offset_s(&self) -> i64 {
        self.offset_s.load(Ordering::Relaxed)
    }
    /// Moves so that `now()` reads `at`.
    pub fn travel_to(&self, at: Instant) {
        let base = self.now().timestamp() - self.offset_s();
        self.set_offset_s(at.timestamp() - base);
    }
}

/// Makes ids and random bytes. Seeded in tests and in the demo province, from the system otherwise.
/// Ids of one millisecond count up (ULID's monotonic rule), so that sorting by id keeps the order of acts.
#[derive(Clone)]
pub struct Ids {
    inner: Arc<Mutex<Generator>>,
}

struct Generator {
    rng: ChaCha12Rng,
    last_ms: u64,
    last_random: u128,
}

impl Ids {
    /// From the operating system's randomness.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for randomness")]
    pub fn system() -> Self {
        Self::of(ChaCha12Rng::from_rng(&mut rand::rng()))
    }
    /// Reproducible.
    pub fn seeded(seed: u64) -> Self {
        Self::of(ChaCha12Rng::seed_from_u64(seed))
    }
    /// A new id whose time part is `at`. Ids of one millisecond ascend as long as no other time
    /// is asked for in between.
    pub fn make<I: TypedId>(&self, at: Instant) -> I {
        let ms = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        let mut inner = self.lock();
        // 79 random bits leave the topmost free, so that counting up never overflows the 80.
        let random = if ms == inner.last_ms { inner.last_random + 1 } else { inner.rng.random::<u128>() >> 49 };
        (inner.last_ms, inner.last_random) = (ms, random);
        I::from_ulid(ulid::Ulid::from_parts(ms, random))
    }
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0u8; N];
        self.lock().rng.fill(&mut bytes[..]);
        bytes
    }
    fn of(rng: ChaCha12Rng) -> Self {
        Self { inner: Arc::new(Mutex::new(Generator { rng, last_ms: 0, last_random: 0 })) }
    }
    fn lock(&self) -> std::sync::MutexGuard<'_, Generator> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instant_that_is_made_is_of_whole_microseconds() {
        for _ in 0..100 {
            let (real, now) = (Clock::system().real_now(), Clock::system().now());
            assert_eq!((real, now), (micros(real), micros(now)));
            assert_eq!(real.timestamp_subsec_nanos() % 1000, 0);
        }
        let fine = DateTime::from_timestamp(1_700_000_000, 123_456_789).unwrap();
        assert_eq!(micros(fine).timestamp_subsec_nanos(), 123_456_000);
        let early = DateTime::from_timestamp(-1_700_000_000, 123_456_789).unwrap();
        assert_eq!(micros(early).timestamp_subsec_nanos(), 123_456_000, "before 1970 too");
    }
}
