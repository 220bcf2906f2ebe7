//! The caches, set up alike and filled alike.
//!
//! Values are `u64`: cloning one costs nothing, so that what is measured is the cache. A value behind
//! an `Arc` would add the same two writes to a shared counter to every side and bring the ratios nearer
//! to one. Every cache has room to spare, so that nothing is evicted and every read is a hit.
//!
//! This cache and moka keep a time to live for every entry, as they are used; quick_cache and foyer
//! know none. Every peer hashes as its users get it by default, which for quick_cache is foldhash and
//! for moka the standard library's SipHash; moka is there with foldhash as well.

use std::convert::Infallible;
use std::hash::BuildHasher;
use std::time::Duration;

use super::workload::Tags;

pub type Ours = shelflife::sync::Cache<u64>;
pub type Quick = quick_cache::sync::Cache<String, u64>;
pub type Moka<S = std::hash::RandomState> = moka::sync::Cache<String, u64, S>;

/// Longer than any bench, and yet a time that must be looked at.
pub const TTL: Duration = Duration::from_secs(3_600);

/// Entries that a cache must take so that it evicts none of so many: shards do not share their room.
fn room_for(entries: usize) -> u64 {
    entries as u64 * 2
}

/// An empty cache of ours.
pub fn ours_for(entries: usize) -> Ours {
    Ours::builder()
        .max_capacity(room_for(entries))
        .time_to_live(TTL)
        .build()
        .expect("there is no policy that could refuse")
}

/// A cache of ours, every entry with three tags.
pub fn ours(keys: &[String]) -> Ours {
    filled(ours_for(keys.len()), keys)
}

/// The same, of which each thread keeps as much at hand as fits into so many places.
pub fn ours_at_hand(keys: &[String], places: usize) -> Ours {
    let cache = Ours::builder()
        .max_capacity(room_for(keys.len()))
        .copies_per_thread(places)
        .time_to_live(TTL)
        .build()
        .expect("there is no policy that could refuse");
    filled(cache, keys)
}

fn filled(cache: Ours, keys: &[String]) -> Ours {
    let tags = Tags::new();
    for (n, key) in keys.iter().enumerate() {
        cache.get_with(key, |load| {
            for tag in tags.of(n) {
                load.depends_on(tag.clone());
            }
            n as u64
        });
    }
    cache
}

pub fn quick(keys: &[String]) -> Quick {
    let cache = Quick::new(room_for(keys.len()) as usize);
    for (n, key) in keys.iter().enumerate() {
        cache.insert(key.clone(), n as u64);
    }
    cache
}

pub fn moka<S>(keys: &[String], hasher: S) -> Moka<S>
where
    S: BuildHasher + Clone + Send + Sync + 'static,
{
    let cache = moka::sync::Cache::builder()
        .max_capacity(room_for(keys.len()))
        .time_to_live(TTL)
        .build_with_hasher(hasher);
    for (n, key) in keys.iter().enumerate() {
        cache.insert(key.clone(), n as u64);
    }
    cache.run_pending_tasks();
    cache
}

/// Reads that must find something.
pub trait Hit: Send + Sync + 'static {
    /// By the call that only looks.
    fn hit(&self, key: &str) -> u64;

    /// By the call that would load.
    fn hit_or_load(&self, key: &str) -> u64;
}

const MISS: &str = "every key was stored, and there is room for all";

impl Hit for Ours {
    #[inline]
    fn hit(&self, key: &str) -> u64 {
        self.get(key).expect(MISS)
    }

    #[inline]
    fn hit_or_load(&self, key: &str) -> u64 {
        self.get_with(key, |_| unreachable!("{MISS}"))
    }
}

impl Hit for Quick {
    #[inline]
    fn hit(&self, key: &str) -> u64 {
        self.get(key).expect(MISS)
    }

    #[inline]
    fn hit_or_load(&self, key: &str) -> u64 {
        let load = || -> Result<u64, Infallible> { unreachable!("{MISS}") };
        self.get_or_insert_with(key, load).expect(MISS)
    }
}

impl<S: BuildHasher + Clone + Send + Sync + 'static> Hit for Moka<S> {
    #[inline]
    fn hit(&self, key: &str) -> u64 {
        self.get(key).expect(MISS)
    }

    #[inline]
    fn hit_or_load(&self, key: &str) -> u64 {
        self.get_with_by_ref(key, || unreachable!("{MISS}"))
    }
}
