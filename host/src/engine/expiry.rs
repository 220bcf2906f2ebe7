//! When entries can be thrown away because their lease is over.
//!
//! Nothing is removed on the path of a read. Entries are noted by the end of their lease in buckets
//! of about a second, and a sweep, run by whoever drives the engine, takes the buckets that are due.

use std::collections::BTreeMap;

use super::key::Key;
use super::time::{Instant, NEVER};

/// Width of a bucket: 2^30 ns, about 1.07 s.
const BUCKET_BITS: u32 = 30;

/// Keys by the second in which their entry can go.
#[derive(Debug, Default)]
pub(super) struct Expiry {
    buckets: BTreeMap<u64, Vec<Key>>,
}

impl Expiry {
    pub(super) fn note(&mut self, key: Key, gone_at: Instant) {
        if gone_at != NEVER {
            self.buckets
                .entry((gone_at >> BUCKET_BITS) + 1)
                .or_default()
                .push(key);
        }
    }

    /// At most `limit` keys whose bucket is over at `now`.
    pub(super) fn take_due(&mut self, now: Instant, limit: usize) -> Vec<Key> {
        let mut due = Vec::new();
        while due.len() < limit {
            let Some(mut bucket) = self.buckets.first_entry() else {
                break;
            };
            if *bucket.key() > now >> BUCKET_BITS {
                break;
            }
            let keys = bucket.get_mut();
            let rest = keys.len().saturating_sub(limit - due.len());
            due.extend(keys.drain(rest..));
            if keys.is_empty() {
                bucket.remove();
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::super::key::KeyHasher;
    use super::*;

    #[test]
    fn nothing_is_due_before_its_time_and_the_limit_holds() {
        let second = 1 << BUCKET_BITS;
        let mut expiry = Expiry::default();
        let key = KeyHasher::new(0).key("a".into());
        for _ in 0..3 {
            expiry.note(key.clone(), 5 * second);
        }
        expiry.note(key, NEVER);
        assert!(expiry.take_due(5 * second, 10).is_empty());
        assert_eq!(expiry.take_due(6 * second, 2).len(), 2);
        assert_eq!(expiry.take_due(6 * second, 10).len(), 1);
        assert!(expiry.take_due(NEVER - 1, 10).is_empty());
    }
}
