//! One cached value and everything that a hit needs to judge it.

use std::sync::Arc;

use super::groups::{Slot, Tick};
use super::key::Key;
use super::lease::{Lease, Refresh};
use super::safeguards::{Safeguard, holds};
use super::shim::{AtomicU32, AtomicU64, Ordering};
use super::terms::{Terms, shortened};
use super::time::{Instant, NEVER, Nanos};

/// A cached value with its lease. Shared with whoever was served it.
// In this order what every hit looks at lies together, behind the counts of the `Arc`: the key, which
// it compares, then the mark, the end and the flags, then the value.
#[derive(Debug)]
#[repr(C)]
pub struct Entry<V> {
    key: Key,
    /// The reading of the invalidation clock at which the entry was last found valid; to begin with, that
    /// from before its load began.
    pub(super) checked: AtomicU64,
    /// End of the lease, jitter taken off, or the first soft invalidation; `NEVER` without either.
    fresh_until: AtomicU64,
    flags: AtomicU32,
    /// Where the roster lists it, for the roster alone.
    pub(super) position: AtomicU32,
    value: V,
    stored: Instant,
    /// What else the lease says, shared by all entries of the same; `None` where it says no more.
    terms: Option<Arc<Terms>>,
    /// What many entries do not have.
    rest: Option<Box<Rest>>,
    size: u32,
    /// In the room that the size leaves: an entry is no larger for it.
    weight: u32,
}

/// What many entries do not have: groups; and what most do not have.
#[derive(Debug)]
struct Rest {
    groups: Box<[Arc<Slot>]>,
    rarer: Option<Box<Rarer>>,
}

/// What most entries do not have.
#[derive(Debug)]
struct Rarer {
    vector: Option<Arc<[f32]>>,
    /// The counter whose value is part of the entry's key, held so that it keeps its slot; and that value.
    counter: Option<(Arc<Slot>, u64)>,
    /// The origin's version of the value.
    version: Option<u64>,
    last_read: AtomicU64,
    load_time: Nanos,
}

/// It has an idle time or is refreshed before its end: a hit has more to do than to compare.
const LOOK_CLOSER: u32 = 1;
/// A soft invalidation has hit it.
const EXPIRED: u32 = 2;
/// Its load had not seen what it should have: it is not stored, and for nobody but whoever loaded it.
const BEHIND: u32 = 4;
/// It is stored, or was.
const ENTERED: u32 = 8;
/// It was stored and is no more.
const LEFT: u32 = 16;
/// Nobody has been served it, and somebody wants to know. A hit has to note that it was one: once, and then
/// it is as plain as any.
const UNREAD: u32 = 32;

/// What is stored beside a value.
#[derive(Clone, Debug, Default)]
pub struct Fill {
    /// The time of the store.
    pub now: Instant,
    /// How long the load took.
    pub load_time: Nanos,
    /// Size of the value, in bytes. What is larger than 4 GiB counts as 4 GiB.
    pub size: u64,
    /// What it takes of the capacity where entries are weighed
    /// ([`Options::weighed`](super::Options::weighed)). 0 counts as 1.
    pub weight: u32,
    /// Whether the value is for those who wait for it and is not to be stored.
    pub skip: bool,
    /// The embedding of the key, of unit length, where it has one.
    pub vector: Option<Arc<[f32]>>,
    /// The origin's version of the value, where it has one: rising with each write of the key.
    /// Values with a lower version than one that is known are not stored.
    pub version: Option<u64>,
    /// What the loader's snapshot of the origin had seen, where it knows.
    pub seen: Option<super::Seen>,
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

/// The parts of an entry that its engine looks up.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) terms: Option<Arc<Terms>>,
    pub(super) groups: Box<[Arc<Slot>]>,
    pub(super) counter: Option<(Arc<Slot>, u64)>,
}

impl<V> Entry<V> {
    pub(super) fn new(
        key: Key,
        value: V,
        start: Tick,
        lease: &Lease,
        fill: &Fill,
        parts: Parts,
        draw: &mut dyn FnMut() -> f64,
    ) -> Entry<V> {
        let fresh_until = match lease.ttl {
            None => NEVER,
            Some(ttl) => fill.now.saturating_add(shortened(ttl, lease.jitter, draw)),
        };
        let Parts {
            terms,
            groups,
            counter,
        } = parts;
        let needs_a_look = |terms: &Terms| terms.idle != NEVER || terms.refresh != Refresh::Lazy;
        let look_closer = terms.as_deref().is_some_and(needs_a_look);
        let has_rarer =
            look_closer || counter.is_some() || fill.vector.is_some() || fill.version.is_some();
        let rarer = has_rarer.then(|| {
            Box::new(Rarer {
                vector: fill.vector.clone(),
                counter,
                version: fill.version,
                last_read: AtomicU64::new(fill.now),
                load_time: fill.load_time,
            })
        });
        let has_rest = rarer.is_some() || !groups.is_empty();
        let rest = has_rest.then(|| Box::new(Rest { groups, rarer }));
        Entry {
            key,
            checked: AtomicU64::new(start),
            fresh_until: AtomicU64::new(fresh_until),
            flags: AtomicU32::new(if look_closer { LOOK_CLOSER } else { 0 }),
            position: AtomicU32::new(u32::MAX),
            value,
            stored: fill.now,
            terms,
            rest,
            size: u32::try_from(fill.size).unwrap_or(u32::MAX),
            weight: fill.weight.max(1),
        }
    }

    /// The key that it is stored under.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// A number that takes a look at what a hit looks at, and nothing else: for drivers with so many entries that
    /// the look itself is worth doing ahead of time, of many side by side.
    #[must_use]
    pub fn warm(&self) -> u64 {
        let slots = self.slots().iter();
        let of_slots = slots.fold(0, |seen, slot| seen ^ slot.warm());
        self.key.hash() ^ self.checked.load(Ordering::Relaxed) ^ self.stored ^ of_slots
    }

    /// The reading of the invalidation clock at which it was last found valid.
    pub(super) fn known(&self) -> Tick {
        self.checked.load(Ordering::Acquire)
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
        self.size.into()
    }

    /// What it takes of the capacity where entries are weighed.
    pub fn weight(&self) -> u32 {
        self.weight
    }

    /// Whether the end of its lease is still to come, groups left aside.
    pub fn is_within_lease(&self, now: Instant) -> bool {
        self.freshness(now) == Freshness::Fresh
    }

    /// The origin's version of the value, if its fill named one.
    pub fn version(&self) -> Option<u64> {
        self.rarer()?.version
    }

    /// The embedding of its key, if it has one.
    pub fn vector(&self) -> Option<&[f32]> {
        self.rarer()?.vector.as_deref()
    }

    /// The last moment at which it can be fresh: the end of its lease, or a soft invalidation.
    #[inline]
    pub fn fresh_until(&self) -> Instant {
        self.fresh_until.load(Ordering::Acquire)
    }

    /// The numbers of the groups whose invalidation hides it. A name keeps its number as long as
    /// any entry carries it.
    pub fn groups(&self) -> impl Iterator<Item = u32> + '_ {
        self.slots().iter().map(|slot| slot.id())
    }

    /// The tags whose invalidation hides it. Not among them: those that share a slot because there were too
    /// many ([`Options::max_groups`](super::Options::max_groups)), and a tag without a name.
    pub fn tags(&self) -> impl Iterator<Item = &str> + '_ {
        self.slots().iter().filter_map(|slot| slot.tag())
    }

    /// The number of the tag that is its own key's text, if it carries that.
    pub fn own_tag(&self) -> Option<u32> {
        let is_own = |slot: &&Arc<Slot>| slot.tag() == Some(self.key.text());
        self.slots().iter().find(is_own).map(|slot| slot.id())
    }

    /// The number of the counter that it is kept under, if it is versioned.
    pub fn counter(&self) -> Option<u32> {
        self.counter_slot().map(Slot::id)
    }

    pub(super) fn counter_slot(&self) -> Option<&Slot> {
        let counter = self.rarer()?.counter.as_ref();
        counter.map(|(slot, _)| &**slot)
    }

    /// The counter that it is kept under, and the value.
    pub(super) fn counter_part(&self) -> Option<(Arc<Slot>, u64)> {
        self.rarer()?.counter.clone()
    }

    /// Whether the counter that it is kept under, if any, still has the value that it had.
    pub(super) fn is_current(&self) -> bool {
        let counter = self.rarer().and_then(|rarer| rarer.counter.as_ref());
        counter.is_none_or(|(slot, value)| slot.hard() == *value)
    }

    pub(super) fn slots(&self) -> &[Arc<Slot>] {
        self.rest.as_ref().map_or(&[], |rest| &*rest.groups)
    }

    /// Whether it is fresh and a hit has nothing to do but to serve it.
    #[inline]
    pub(super) fn is_plainly_fresh(&self, now: Instant) -> bool {
        now < self.fresh_until() && self.flags.load(Ordering::Relaxed) & (LOOK_CLOSER | UNREAD) == 0
    }

    /// Whether the end of its lease or a soft invalidation of its key has made it stale.
    pub(super) fn freshness(&self, now: Instant) -> Freshness {
        let end = self.end();
        if now < end {
            Freshness::Fresh
        } else if now < end.saturating_add(self.terms().grace) {
            Freshness::Grace
        } else {
            Freshness::Over
        }
    }

    /// Whether a failed load may be answered with it.
    pub(super) fn can_rescue(&self, now: Instant) -> bool {
        now < self.gone_at()
    }

    /// When nothing can serve it any more, as far as its lease says.
    pub(super) fn gone_at(&self) -> Instant {
        let terms = self.terms();
        self.end().saturating_add(terms.grace.max(terms.rescue))
    }

    /// The first moment at which it is no longer fresh.
    fn end(&self) -> Instant {
        let end = self.fresh_until();
        let idle = self.terms().idle;
        match self.rarer() {
            // Unread for exactly `idle` is still fresh.
            Some(rarer) if idle != NEVER => {
                let last_read = rarer.last_read.load(Ordering::Relaxed);
                end.min(last_read.saturating_add(idle).saturating_add(1))
            }
            _ => end,
        }
    }

    fn rarer(&self) -> Option<&Rarer> {
        self.rest.as_ref()?.rarer.as_deref()
    }

    fn terms(&self) -> &Terms {
        self.terms.as_deref().unwrap_or(&Terms::NONE)
    }

    /// Notes a hit, for entries that end when nobody reads them and for those whose first hit matters.
    pub(super) fn touch(&self, now: Instant) {
        if self.is_unread() {
            self.flags.fetch_and(!UNREAD, Ordering::Relaxed);
        }
        if let Some(rarer) = self.rarer()
            && self.terms().idle != NEVER
        {
            rarer.last_read.store(now, Ordering::Relaxed);
        }
    }

    /// Has its first hit noted. Before it is stored.
    pub(super) fn await_first_hit(&self) {
        self.flags.fetch_or(UNREAD, Ordering::Relaxed);
    }

    /// Whether its first hit is still to come, as far as that is noted.
    pub(super) fn is_unread(&self) -> bool {
        self.flags.load(Ordering::Relaxed) & UNREAD != 0
    }

    /// Whether a soft invalidation has hit it.
    pub(super) fn was_expired(&self) -> bool {
        self.flags.load(Ordering::Acquire) & EXPIRED != 0
    }

    /// Makes it stale as of `at`. The first time counts.
    pub(super) fn expire(&self, at: Instant) {
        self.fresh_until.fetch_min(at, Ordering::AcqRel);
        self.flags.fetch_or(EXPIRED, Ordering::AcqRel);
    }

    /// Notes that it is about to be stored.
    pub(super) fn enter(&self) {
        self.flags.fetch_or(ENTERED, Ordering::AcqRel);
    }

    /// Notes that it leaves the store. Under the store's lock: whoever looks for it afterwards, to
    /// invalidate it, finds nothing and has nothing left to do.
    pub(super) fn leave(&self) {
        if !holds(Safeguard::LeaversAreMarked) {
            return;
        }
        self.flags.fetch_or(LEFT, Ordering::AcqRel);
    }

    /// Whether it is stored, or was once.
    pub fn was_stored(&self) -> bool {
        self.flags.load(Ordering::Acquire) & ENTERED != 0
    }

    /// Whether it was taken away, replaced or evicted.
    pub(super) fn has_left(&self) -> bool {
        self.flags.load(Ordering::Acquire) & LEFT != 0
    }

    pub(super) fn fall_behind(&self) {
        self.flags.fetch_or(BEHIND, Ordering::AcqRel);
    }

    pub(super) fn is_behind(&self) -> bool {
        self.flags.load(Ordering::Acquire) & BEHIND != 0
    }

    /// Whether a hit at `now`, before its end, should load it again.
    pub(super) fn wants_refresh(&self, now: Instant, draw: &mut dyn FnMut() -> f64) -> bool {
        let fresh_until = self.fresh_until();
        if fresh_until == NEVER {
            return false;
        }
        match self.terms().refresh {
            Refresh::Lazy => false,
            Refresh::Ahead(share) => {
                let lease = fresh_until.saturating_sub(self.stored) as f64;
                now.saturating_sub(self.stored) as f64 >= share * lease
            }
            Refresh::Early(beta) => {
                let load_time = self.rarer().map_or(0, |rarer| rarer.load_time);
                let gap = fresh_until.saturating_sub(now) as f64;
                // The draw is from [0, 1); its complement is never 0.
                let exponential = -(1.0 - draw()).ln();
                beta * load_time as f64 * exponential >= gap
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::key::KeyHasher;
    use super::*;

    fn entry(lease: &Lease) -> Entry<()> {
        let fill = Fill {
            now: 100,
            load_time: 10,
            ..Fill::default()
        };
        let parts = Parts {
            terms: Terms::of(lease).map(Arc::new),
            ..Parts::default()
        };
        let key = KeyHasher::new(0).key("a").to_key();
        Entry::new(key, (), 0, lease, &fill, parts, &mut || 0.5)
    }

    #[test]
    fn an_entry_is_fresh_before_its_ttl_and_not_at_it() {
        let entry = entry(&Lease {
            grace: 5,
            ..Lease::for_nanos(50)
        });
        assert_eq!(entry.freshness(149), Freshness::Fresh);
        assert!(entry.is_plainly_fresh(149) && !entry.is_plainly_fresh(150));
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
        assert!(!entry.is_plainly_fresh(150), "a hit must be noted");
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

    #[test]
    fn an_entry_without_extras_is_small() {
        // With a value of 8 bytes; the counts of its `Arc` come on top.
        assert!(
            size_of::<Entry<u64>>() <= 112,
            "{}",
            size_of::<Entry<u64>>()
        );
    }
}
