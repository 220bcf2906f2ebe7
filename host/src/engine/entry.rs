//! One cached value and everything that a hit needs to judge it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::groups::{Slot, Tick};
use super::lease::{Lease, Refresh};
use super::time::{Instant, NEVER, Nanos};

/// A cached value with its lease. Shared with whoever was served it.
// In this order what every hit looks at lies together.
#[derive(Debug)]
#[repr(C)]
pub struct Entry<V> {
    value: V,
    /// The reading of the invalidation clock at which the entry was last found valid.
    pub(super) checked: AtomicU64,
    /// When a soft invalidation hit; `NEVER` if none has.
    expired_at: AtomicU64,
    /// End of the lease, jitter taken off; `NEVER` without a `ttl`.
    fresh_until: Instant,
    /// How long it may go unread; `NEVER`: for ever.
    idle: Nanos,
    refresh: Refresh,
    last_read: AtomicU64,
    /// The invalidation clock before the load began.
    pub(super) start: Tick,
    pub(super) groups: Box<[Arc<Slot>]>,
    pub(super) vector: Option<Arc<[f32]>>,
    stored: Instant,
    load_time: Nanos,
    grace: Nanos,
    rescue: Nanos,
    size: u64,
    /// The counter whose value is part of the entry's key; held so that it keeps its slot.
    pub(super) counter: Option<Arc<Slot>>,
}

/// What is stored beside a value.
#[derive(Clone, Debug, Default)]
pub struct Fill {
    /// The time of the store.
    pub now: Instant,
    /// How long the load took.
    pub load_time: Nanos,
    /// Size of the value, in bytes.
    pub size: u64,
    /// The embedding of the key, of unit length, where it has one.
    pub vector: Option<Arc<[f32]>>,
}

/// How an entry stands at a point in time, groups left aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    Fresh,
    /// No longer fresh, but within its grace: may be served while one load replaces it.
    Grace,
    /// Neither.
    Over,
}

impl<V> Entry<V> {
    pub(super) fn new(
        value: V,
        start: Tick,
        lease: &Lease,
        fill: &Fill,
        groups: Box<[Arc<Slot>]>,
        draw: &mut dyn FnMut() -> f64,
    ) -> Entry<V> {
        let fresh_until = match lease.ttl {
            None => NEVER,
            Some(ttl) => fill.now.saturating_add(shortened(ttl, lease.jitter, draw)),
        };
        Entry {
            value,
            start,
            stored: fill.now,
            fresh_until,
            idle: lease.idle.unwrap_or(NEVER),
            grace: lease.grace,
            rescue: lease.rescue,
            refresh: lease.refresh,
            load_time: fill.load_time,
            size: fill.size,
            groups,
            counter: None,
            vector: fill.vector.clone(),
            checked: AtomicU64::new(start),
            expired_at: AtomicU64::new(NEVER),
            last_read: AtomicU64::new(fill.now),
        }
    }

    /// The value.
    pub fn value(&self) -> &V {
        &self.value
    }

    /// When it was stored.
    pub fn stored(&self) -> Instant {
        self.stored
    }

    /// Size of the value, in bytes, as the fill said.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// When its lease ends at the latest: the last moment at which it can be fresh.
    pub fn fresh_until(&self) -> Instant {
        self.fresh_until
    }

    /// The numbers of the groups whose invalidation hides it. A name keeps its number as long as
    /// any entry carries it.
    pub fn groups(&self) -> impl Iterator<Item = u32> + '_ {
        self.groups.iter().map(|slot| slot.id())
    }

    /// The number of the counter that it is kept under, if it is versioned.
    pub fn counter(&self) -> Option<u32> {
        self.counter.as_ref().map(|slot| slot.id())
    }

    /// Whether the end of its lease or a soft invalidation of its key has made it stale.
    pub(super) fn freshness(&self, now: Instant) -> Freshness {
        let end = self.end();
        if now < end {
            Freshness::Fresh
        } else if now < end.saturating_add(self.grace) {
            Freshness::Grace
        } else {
            Freshness::Over
        }
    }

    /// Whether a failed load may be answered with it.
    pub(super) fn can_rescue(&self, now: Instant) -> bool {
        now < self.end().saturating_add(self.rescue.max(self.grace))
    }

    /// When nothing can serve it any more, as far as its lease says.
    pub(super) fn gone_at(&self) -> Instant {
        self.end().saturating_add(self.grace.max(self.rescue))
    }

    /// The first moment at which it is no longer fresh.
    fn end(&self) -> Instant {
        let end = self
            .fresh_until
            .min(self.expired_at.load(Ordering::Acquire));
        if self.idle == NEVER {
            return end;
        }
        // Unread for exactly `idle` is still fresh.
        let idle_end = self
            .last_read
            .load(Ordering::Relaxed)
            .saturating_add(self.idle);
        end.min(idle_end.saturating_add(1))
    }

    /// Notes a hit, for entries that end when nobody reads them.
    pub(super) fn touch(&self, now: Instant) {
        if self.idle != NEVER {
            self.last_read.store(now, Ordering::Relaxed);
        }
    }

    /// Whether a soft invalidation has hit it.
    pub(super) fn was_expired(&self) -> bool {
        self.expired_at.load(Ordering::Acquire) != NEVER
    }

    /// Makes it stale as of `at`. The first time counts.
    pub(super) fn expire(&self, at: Instant) {
        self.expired_at.fetch_min(at, Ordering::AcqRel);
    }

    /// Whether a hit at `now` should load it again ahead of its end.
    pub(super) fn wants_refresh(&self, now: Instant, draw: &mut dyn FnMut() -> f64) -> bool {
        if self.fresh_until == NEVER {
            return false;
        }
        match self.refresh {
            Refresh::Lazy => false,
            Refresh::Ahead(share) => {
                let lease = (self.fresh_until - self.stored) as f64;
                (now - self.stored) as f64 >= share * lease
            }
            Refresh::Early(beta) => {
                let gap = self.fresh_until.saturating_sub(now) as f64;
                // The draw is from [0, 1); its complement is never 0.
                let exponential = -(1.0 - draw()).ln();
                beta * self.load_time as f64 * exponential >= gap
            }
        }
    }
}

/// `ttl` with a random part of its jitter share taken off.
fn shortened(ttl: Nanos, jitter: f64, draw: &mut dyn FnMut() -> f64) -> Nanos {
    if jitter == 0.0 {
        return ttl;
    }
    ttl - (ttl as f64 * jitter * draw()) as Nanos
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(lease: &Lease) -> Entry<()> {
        let fill = Fill {
            now: 100,
            load_time: 10,
            ..Fill::default()
        };
        Entry::new((), 0, lease, &fill, Box::default(), &mut || 0.5)
    }

    #[test]
    fn an_entry_is_fresh_before_its_ttl_and_not_at_it() {
        let entry = entry(&Lease {
            grace: 5,
            ..Lease::for_nanos(50)
        });
        assert_eq!(entry.freshness(149), Freshness::Fresh);
        assert_eq!(entry.freshness(150), Freshness::Grace);
        assert_eq!(entry.freshness(155), Freshness::Over);
    }

    #[test]
    fn an_entry_unread_for_exactly_its_idle_time_is_still_fresh() {
        let entry = entry(&Lease {
            idle: Some(50),
            ..Lease::default()
        });
        assert_eq!(entry.freshness(150), Freshness::Fresh);
        assert_eq!(entry.freshness(151), Freshness::Over);
        entry.touch(150);
        assert_eq!(entry.freshness(200), Freshness::Fresh);
    }

    #[test]
    fn jitter_takes_a_share_off_the_ttl() {
        let entry = entry(&Lease {
            jitter: 0.2,
            ..Lease::for_nanos(50)
        });
        assert_eq!(entry.fresh_until(), 145);
    }

    #[test]
    fn grace_counts_from_a_soft_invalidation() {
        let entry = entry(&Lease {
            grace: 5,
            ..Lease::for_nanos(50)
        });
        entry.expire(110);
        entry.expire(120);
        assert_eq!(entry.freshness(109), Freshness::Fresh);
        assert_eq!(entry.freshness(114), Freshness::Grace);
        assert_eq!(entry.freshness(115), Freshness::Over);
    }

    #[test]
    fn an_ahead_refresh_begins_at_its_share_of_the_lease() {
        let entry = entry(&Lease {
            refresh: Refresh::Ahead(0.8),
            ..Lease::for_nanos(50)
        });
        assert!(!entry.wants_refresh(139, &mut || 0.0));
        assert!(entry.wants_refresh(140, &mut || 0.0));
    }

    #[test]
    fn an_early_refresh_follows_the_exponential_law() {
        let entry = entry(&Lease {
            refresh: Refresh::Early(1.0),
            ..Lease::for_nanos(50)
        });
        // At gap g with load time 10: early iff -10 ln(1 - u) >= g, that is u >= 1 - exp(-g / 10).
        let threshold = 1.0 - (-2.0f64).exp();
        assert!(entry.wants_refresh(130, &mut || threshold + 1e-9));
        assert!(!entry.wants_refresh(130, &mut || threshold - 1e-9));
    }
}
