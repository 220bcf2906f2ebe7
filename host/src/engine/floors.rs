//! What loads of single keys must have seen: versions below which no value is stored, and marks.
//!
//! A floor is held for a while (`Options::hold_off`: longer than any replica lags) and then forgotten. Memory
//! is bounded: at the bound, floors that are held no longer go, and what cannot be kept by itself is merged
//! into one of a fixed number of *shared* floors, chosen by the key's hash. Sharing costs misses, for as
//! long as the floor is held, and never lets an old value through.

use hashbrown::HashMap;

use super::entry::Fill;
use super::key::{KeyRef, Prehashed};
use super::seen::{Demand, Marks};
use super::shim::{AtomicU64, Mutex, Ordering};
use super::time::{Instant, Nanos};

/// Keys with a floor of their own at most, and shared floors.
const BOUND: usize = 1 << 16;
const SHARED: usize = 1 << 10;

/// What a load of one key must have seen.
#[derive(Clone, Copy, Debug, Default)]
struct Floor {
    version: u64,
    marks: Marks,
    until: Instant,
}

impl Floor {
    fn raise(&mut self, demand: &Demand, until: Instant) {
        if let Some(version) = demand.version {
            self.version = self.version.max(version);
        }
        if let Some(mark) = demand.mark {
            self.marks.add(mark, until);
        }
        self.until = self.until.max(until);
    }

    fn merge(&mut self, other: &Floor) {
        self.version = self.version.max(other.version);
        self.marks.merge(&other.marks);
        self.until = self.until.max(other.until);
    }

    fn allows(&self, fill: &Fill) -> bool {
        let high_enough = fill.version.is_none_or(|version| version >= self.version);
        fill.now >= self.until || (high_enough && self.marks.allow(fill.seen.as_ref(), fill.now))
    }
}

#[derive(Debug)]
struct Table {
    by_hash: HashMap<u64, Floor, Prehashed>,
    shared: Box<[Floor]>,
    bound: usize,
}

/// The floors of all keys.
#[derive(Debug)]
pub(super) struct Floors {
    table: Mutex<Table>,
    /// Until when any floor is held, so that most loads need not look.
    held_until: AtomicU64,
    hold_off: Nanos,
}

impl Floors {
    pub(super) fn new(hold_off: Nanos) -> Floors {
        Floors::bounded(hold_off, BOUND, SHARED)
    }

    /// `shared` is a power of two.
    fn bounded(hold_off: Nanos, bound: usize, shared: usize) -> Floors {
        let table = Table {
            by_hash: HashMap::default(),
            shared: vec![Floor::default(); shared].into(),
            bound,
        };
        Floors {
            table: Mutex::new(table),
            held_until: AtomicU64::new(0),
            hold_off,
        }
    }

    /// How long what an invalidation at `now` demands is held.
    pub(super) fn until(&self, now: Instant) -> Instant {
        now.saturating_add(self.hold_off)
    }

    /// Raises the floor of a key. Two keys of one hash share it.
    pub(super) fn raise(&self, key: KeyRef<'_>, demand: &Demand, now: Instant) {
        if *demand == Demand::NONE {
            return;
        }
        let until = self.until(now);
        let hash = hash(key);
        let mut table = self.table.lock();
        table.floor_of(hash, now).raise(demand, until);
        self.held_until.fetch_max(until, Ordering::AcqRel);
    }

    /// Whether a value may be stored, for all that is known of its key.
    pub(super) fn allow(&self, key: KeyRef<'_>, fill: &Fill) -> bool {
        let says_nothing = fill.version.is_none() && fill.seen.is_none();
        if says_nothing || fill.now >= self.held_until.load(Ordering::Acquire) {
            return true;
        }
        let hash = hash(key);
        let table = self.table.lock();
        let own = table.by_hash.get(&hash);
        own.is_none_or(|floor| floor.allows(fill)) && table.shared[table.place(hash)].allows(fill)
    }
}

/// Of the text alone: a floor holds whatever counter value the entry is kept under. Unseeded, since a
/// collision costs misses and no more.
fn hash(key: KeyRef<'_>) -> u64 {
    rapidhash::v3::rapidhash_v3(key.text().as_bytes())
}

impl Table {
    fn place(&self, hash: u64) -> usize {
        (hash >> 20) as usize & (self.shared.len() - 1)
    }

    fn floor_of(&mut self, hash: u64, now: Instant) -> &mut Floor {
        if self.by_hash.len() >= self.bound && !self.by_hash.contains_key(&hash) {
            self.by_hash.retain(|_, floor| floor.until > now);
            // Still too many: half of them share, so that this is not done for every key.
            if self.by_hash.len() >= self.bound {
                let mut keep = self.bound / 2;
                let (place, shared) = (self.shared.len() - 1, &mut self.shared);
                self.by_hash.retain(|hash, floor| {
                    let kept = keep > 0;
                    if kept {
                        keep -= 1;
                    } else {
                        shared[(*hash >> 20) as usize & place].merge(floor);
                    }
                    kept
                });
            }
        }
        self.by_hash.entry(hash).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::key::KeyHasher;
    use super::super::seen::Seen;
    use super::*;

    fn at_version(version: u64, now: Instant) -> Fill {
        Fill {
            now,
            version: Some(version),
            ..Fill::default()
        }
    }

    #[test]
    fn a_lower_version_is_refused_while_the_floor_is_held() {
        let keys = KeyHasher::new(0);
        let floors = Floors::new(100);
        let demand = Demand {
            version: Some(7),
            ..Demand::NONE
        };
        floors.raise(keys.key("a"), &demand, 10);
        assert!(!floors.allow(keys.key("a"), &at_version(6, 109)));
        assert!(floors.allow(keys.key("a"), &at_version(7, 20)));
        assert!(floors.allow(keys.key("b"), &at_version(1, 20)));
        assert!(floors.allow(keys.key("a"), &at_version(6, 110)));
        assert!(floors.allow(keys.key("a").at_version(3), &at_version(7, 20)));
        assert!(!floors.allow(keys.key("a").at_version(3), &at_version(6, 20)));
        let says_nothing = Fill {
            now: 20,
            ..Fill::default()
        };
        assert!(floors.allow(keys.key("a"), &says_nothing));
    }

    #[test]
    fn floors_that_cannot_be_kept_apart_still_hold() {
        let keys = KeyHasher::new(0);
        let floors = Floors::bounded(100, 8, 4);
        let names: Vec<String> = (0..50).map(|number| format!("k{number}")).collect();
        for (number, name) in names.iter().enumerate() {
            let demand = Demand {
                mark: Some(1 + number as u64),
                ..Demand::NONE
            };
            floors.raise(keys.key(name), &demand, 0);
            assert!(floors.table.lock().by_hash.len() <= 8);
        }
        for (number, name) in names.iter().enumerate() {
            let mark = 1 + number as u64;
            let all_but_it = Seen::Snapshot {
                xmin: mark,
                xmax: 100,
                in_progress: Box::new([mark]),
            };
            let fill = Fill {
                now: 50,
                seen: Some(all_but_it),
                ..Fill::default()
            };
            assert!(!floors.allow(keys.key(name), &fill), "{name}");
        }
    }
}
