//! How often somebody may try (M8.9; domain §12.3): a bounded table of leaky buckets in memory, beside the count in
//! the database that locks an account. One bucket per address, one per name; a restart forgets them, the lock not.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::Duration;
use foundation::Instant;
use sha2::{Digest, Sha256};

/// Buckets kept in memory: some megabytes, however many addresses an attacker has.
const BUCKETS: usize = 50_000;

/// How large a bucket is and how fast it empties.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// Tries in a row.
    pub burst: i32,
    /// Seconds after which one more is allowed.
    pub every_s: i64,
}

/// Wrong passwords and codes of one network address: a whole office may sit behind it.
pub const PER_ADDRESS: Allowance = Allowance { burst: 30, every_s: 10 };
/// Codes typed at a class's feedback desk from one address: a class answers one after the other.
pub const PER_DESK: Allowance = Allowance { burst: 60, every_s: 5 };

/// The buckets, each as the moment at which it will be empty.
#[derive(Debug, Default)]
pub struct Tries {
    empty_at: Mutex<HashMap<[u8; 16], Instant>>,
}

impl Tries {
    /// Counts one try of `what` by `whom`.
    /// Errors: how long to wait, when the bucket is full; that try is not counted.
    pub fn take(&self, what: &str, whom: &str, allowance: Allowance, now: Instant) -> Result<(), Duration> {
        let digest = Sha256::digest(format!("{what}\n{whom}"));
        let key: [u8; 16] = digest[..16].try_into().expect("sixteen of thirty-two bytes");
        let mut all = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        let drop = Duration::seconds(allowance.every_s);
        let full = drop * allowance.burst;
        let next = all.get(&key).copied().unwrap_or(now).max(now) + drop;
        if next - now > full {
            return Err(next - now - full);
        }
        if all.len() >= BUCKETS && !all.contains_key(&key) {
            make_room(&mut all, now);
        }
        all.insert(key, next);
        Ok(())
    }

    /// Forgives `whom`: the try was honest.
    pub fn give_back(&self, what: &str, whom: &str, allowance: Allowance) {
        let digest = Sha256::digest(format!("{what}\n{whom}"));
        let mut all = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = digest[..16].try_into().ok().and_then(|key: [u8; 16]| all.get_mut(&key)) {
            *at -= Duration::seconds(allowance.every_s);
        }
    }
}

/// Drops what has emptied; when all are in use, the emptier half, so that the fullest stay.
fn make_room(all: &mut HashMap<[u8; 16], Instant>, now: Instant) {
    all.retain(|_, at| *at > now);
    if all.len() >= BUCKETS {
        let mut ends: Vec<Instant> = all.values().copied().collect();
        let half = ends.len() / 2;
        let (_, middle, _) = ends.select_nth_unstable(half);
        let middle = *middle;
        all.retain(|_, at| *at > middle);
    }
}

/// The bucket's name of an address: IPv6 by its network of 64 bits, which one household owns whole.
pub fn address_key(address: Option<IpAddr>) -> String {
    match address {
        Some(IpAddr::V6(six)) => format!("{:x?}", &six.segments()[..4]),
        Some(four) => four.to_string(),
        None => "here".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn m8_9_a_bucket_holds_its_burst_and_empties_with_time() {
        let tries = Tries::default();
        let at = |s: i64| chrono::Utc.timestamp_opt(1_800_000_000 + s, 0).unwrap();
        let allowance = Allowance { burst: 3, every_s: 10 };
        for _ in 0..3 {
            tries.take("sign-in", "a", allowance, at(0)).unwrap();
        }
        assert_eq!(tries.take("sign-in", "a", allowance, at(0)), Err(Duration::seconds(10)));
        tries.take("sign-in", "b", allowance, at(0)).expect("another has his own");
        tries.take("sign-in", "a", allowance, at(10)).expect("one drop later one more");
        assert!(tries.take("sign-in", "a", allowance, at(10)).is_err());
        tries.give_back("sign-in", "a", allowance);
        tries.take("sign-in", "a", allowance, at(10)).expect("an honest try is given back");
    }

    #[test]
    fn the_table_stays_bounded_and_keeps_the_fullest() {
        let tries = Tries::default();
        let now = chrono::Utc.timestamp_opt(1_800_000_000, 0).unwrap();
        let allowance = Allowance { burst: 5, every_s: 60 };
        for _ in 0..5 {
            tries.take("x", "busy", allowance, now).unwrap();
        }
        for n in 0..BUCKETS + 10 {
            tries.take("x", &n.to_string(), allowance, now).unwrap();
        }
        assert!(tries.empty_at.lock().unwrap().len() <= BUCKETS);
        assert!(tries.take("x", "busy", allowance, now).is_err(), "the busiest is not forgotten");
    }

    #[test]
    fn one_ipv6_household_is_one_address() {
        let key = |text: &str| address_key(Some(text.parse().unwrap()));
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
    }
}
