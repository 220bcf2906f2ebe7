//! Hiding entries.

use std::sync::Arc;

use super::Engine;
use super::entry::{Entry, Freshness};
use super::groups::{How, Kind, Tick};
use super::key::{Key, KeyRef};
use super::lease::PurgeMode;
use super::regions::{Predicate, Region, Shape};
use super::safeguards::{Safeguard, holds};
use super::seen::{Demand, Marks};
use super::standing::Standing;
use super::time::{Instant, Nanos};

/// An invalidation. What a policy's journal holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Purge {
    /// The entries under these keys.
    Keys {
        /// Which.
        keys: Vec<String>,
        /// How they leave.
        mode: PurgeMode,
    },
    /// The same after a delay; the driver keeps the time.
    KeysAgain {
        /// Which.
        keys: Vec<String>,
        /// How they leave.
        mode: PurgeMode,
        /// How much later.
        after: Nanos,
    },
    /// Every entry whose lease names one of these tags.
    Tags {
        /// Which.
        tags: Vec<String>,
        /// How they leave.
        mode: PurgeMode,
    },
    /// Every entry whose key begins so.
    Prefix {
        /// How.
        prefix: String,
        /// How they leave.
        mode: PurgeMode,
    },
    /// Every entry whose lease names this counter or that is kept under its earlier values.
    Bump {
        /// The counter's name.
        generation: String,
    },
    /// The same entries become stale; the counter stays where it is.
    ExpireGeneration {
        /// The counter's name.
        generation: String,
    },
    /// Every entry.
    Everything {
        /// How they leave.
        mode: PurgeMode,
    },
    /// Every entry with at least this cosine similarity.
    Within {
        /// The middle, of unit length.
        centre: Arc<[f32]>,
        /// The least similarity.
        at_least: f32,
        /// How they leave.
        mode: PurgeMode,
    },
}

/// What a purge found at once. Entries that it hides lazily, by tag or counter, are not among them.
#[derive(Debug)]
pub struct Purged<V> {
    /// Entries that were fresh until now, where [`Options::account`](super::Options::account) asks for them.
    pub fresh: Vec<Arc<Entry<V>>>,
    /// Entries that were removed from memory, fresh or not.
    pub removed: Vec<Arc<Entry<V>>>,
}

impl<V> Default for Purged<V> {
    fn default() -> Purged<V> {
        Purged {
            fresh: Vec::new(),
            removed: Vec::new(),
        }
    }
}

impl<V, W: Clone + Default> Engine<V, W> {
    /// Carries out a purge. It has taken effect when this returns (P1), and never waits for a loader
    /// (P3).
    ///
    /// [`PurgeMode::Replace`] of a key needs a value and is the driver's to carry out, with
    /// [`Engine::replace`]; here it is the same as `Drop`. [`Purge::KeysAgain`] is as well: here it
    /// does nothing.
    pub fn purge(&self, purge: &Purge, now: Instant) -> Purged<V> {
        self.purge_demanding(purge, &Demand::NONE, now)
    }

    /// The same, and for a while loads are stored only if they had seen what `demand` says, or do not
    /// say what they had seen (P9).
    pub fn purge_demanding(&self, purge: &Purge, demand: &Demand, now: Instant) -> Purged<V> {
        let mut purged = Purged::default();
        match purge {
            Purge::Keys { keys, mode } => {
                for key in keys {
                    self.purge_key(self.key(key), *mode, demand, now, &mut purged);
                }
            }
            Purge::KeysAgain { .. } => {}
            Purge::Tags { tags, mode } => {
                self.purge_tags(tags.iter().map(String::as_str), *mode, demand, now);
            }
            Purge::Bump { generation } => {
                self.purge_generation(generation, PurgeMode::Drop, demand, now);
            }
            Purge::ExpireGeneration { generation } => {
                self.purge_generation(generation, PurgeMode::Expire, demand, now);
            }
            Purge::Prefix { prefix, mode } => {
                let shape = Shape::Prefix(prefix.clone());
                self.purge_region(shape, *mode, demand, now, &mut purged);
            }
            Purge::Within {
                centre,
                at_least,
                mode,
            } => {
                let shape = Shape::Ball {
                    centre: Arc::clone(centre),
                    at_least: *at_least,
                };
                self.purge_region(shape, *mode, demand, now, &mut purged);
            }
            Purge::Everything { mode } => self.purge_everything(*mode, demand, now, &mut purged),
        }
        purged
    }

    /// Makes everything stale, or takes it away, that a predicate says yes to: what is stored, and what
    /// loads bring that are in flight (P1).
    pub fn purge_where(&self, predicate: Predicate<V>, mode: PurgeMode, now: Instant) -> Purged<V> {
        let mut purged = Purged::default();
        let shape = Shape::Where(predicate);
        self.purge_region(shape, mode, &Demand::NONE, now, &mut purged);
        purged
    }

    /// Makes one key stale, or takes it away. An entry of the demanded version or a later one stays.
    pub fn purge_key(
        &self,
        key: KeyRef<'_>,
        mode: PurgeMode,
        demand: &Demand,
        now: Instant,
        purged: &mut Purged<V>,
    ) {
        let place = self.current_place(key);
        let mut table = self.flights.lock(place);
        // The flight first or the entry first makes no difference: both under the lock under which
        // a load stores (F1).
        if holds(Safeguard::PurgeRevokesFlight) {
            table.revoke(place);
        }
        self.floors.raise(place, demand, now);
        if demand.version.is_some()
            && self
                .store
                .peek(place)
                .is_some_and(|entry| entry.version() >= demand.version)
        {
            return;
        }
        self.purge_entry(place, mode, now, purged);
    }

    /// Makes everything stale, or takes it away, whose lease names one of these tags. O(1) for each,
    /// whatever carries it.
    pub fn purge_tags<'t>(
        &self,
        tags: impl Iterator<Item = &'t str>,
        mode: PurgeMode,
        demand: &Demand,
        now: Instant,
    ) {
        let how = self.how(mode, demand, now);
        self.groups.invalidate(|writing| {
            for tag in tags {
                writing.mark(Kind::Tag, tag, how);
            }
        });
    }

    fn purge_generation(&self, name: &str, mode: PurgeMode, demand: &Demand, now: Instant) {
        let how = self.how(mode, demand, now);
        self.groups
            .invalidate(|writing| writing.mark(Kind::Counter, name, how));
    }

    fn how(&self, mode: PurgeMode, demand: &Demand, now: Instant) -> How {
        How {
            soft_at: (for_groups(mode) == PurgeMode::Expire).then_some(now),
            mark: demand.mark.map(|mark| (mark, self.floors.until(now))),
        }
    }

    /// Forgets everything at once, loads in flight included, as a restart does.
    pub fn clear(&self, now: Instant) -> Purged<V> {
        self.flights.revoke_all();
        let mut purged = Purged::default();
        self.purge_everything(PurgeMode::Drop, &Demand::NONE, now, &mut purged);
        self.known_versions.lock().clear();
        purged
    }

    pub(super) fn purge_entry(
        &self,
        place: KeyRef<'_>,
        mode: PurgeMode,
        now: Instant,
        purged: &mut Purged<V>,
    ) {
        let Some(entry) = self.store.peek(place) else {
            return;
        };
        if self.account && self.standing(&entry, now) == Standing::Fresh {
            purged.fresh.push(Arc::clone(&entry));
        }
        match mode {
            PurgeMode::Expire => entry.expire(now),
            PurgeMode::Drop | PurgeMode::Replace => self.take_away(entry, purged),
        }
    }

    fn take_away(&self, entry: Arc<Entry<V>>, purged: &mut Purged<V>) {
        if self.store.remove_entry(&entry) {
            self.forget_vector(&entry);
            purged.removed.push(entry);
        }
    }

    fn purge_region(
        &self,
        shape: Shape<V>,
        mode: PurgeMode,
        demand: &Demand,
        now: Instant,
        purged: &mut Purged<V>,
    ) {
        let mode = for_groups(mode);
        if !self.regions.have_room_for(&shape) {
            // Some may be kept for loads that have come home by now.
            let settled = self.settled(now);
            self.give_up(&settled, purged);
            if !self.regions.have_room_for(&shape) {
                // It takes no memory, and covers what the region would have.
                return self.purge_everything(mode, demand, now, purged);
            }
        }
        let mut marks = Marks::default();
        if let Some(mark) = demand.mark {
            marks.add(mark, self.floors.until(now));
        }
        let newest = self.groups.invalidate(|writing| {
            let region = Arc::new(Region {
                tick: writing.tick,
                shape,
                mode,
                at: now,
                marks,
            });
            self.regions.append(Arc::clone(&region));
            region
        });
        // Whoever purges also clears up after earlier purges whose loads have come home.
        let settled = self.settled(now);
        let is_settled = settled.iter().any(|region| region.tick == newest.tick);
        self.give_up(&settled, purged);
        if !is_settled {
            self.search(&newest, purged);
        }
    }

    /// Gives up the regions whose older loads have come home. Returns what they removed on the way.
    pub(super) fn settle_regions(&self, now: Instant) -> Vec<Arc<Entry<V>>> {
        let mut purged = Purged::default();
        // One at a time is enough, and the others have better things to do than to wait.
        if !self.regions.is_empty()
            && let Some(_one_at_a_time) = self.settling.try_lock()
        {
            let settled = self.settled(now);
            self.give_up(&settled, &mut purged);
        }
        purged.removed
    }

    /// The regions whose older loads have come home.
    fn settled(&self, now: Instant) -> Vec<Arc<Region<V>>> {
        // Before the look at the flights: a load may begin behind it, and a region come that the load is
        // older than.
        let clock = self.groups.now();
        let oldest_start = if holds(Safeguard::RegionOutlivesLoads) {
            self.flights.oldest_start()
        } else {
            None
        };
        self.regions
            .settled(oldest_start.map_or(clock, |start| start.min(clock)), now)
    }

    /// Carries out regions for the last time (R1).
    fn give_up(&self, settled: &[Arc<Region<V>>], purged: &mut Purged<V>) {
        for region in settled {
            self.search(region, purged);
        }
        let ticks: Vec<Tick> = settled.iter().map(|region| region.tick).collect();
        self.regions.give_up(&ticks);
    }

    /// Carries out a region on the entries that are stored and older than it.
    fn search(&self, region: &Region<V>, purged: &mut Purged<V>) {
        let Region {
            tick, shape, at, ..
        } = region;
        let (tick, at) = (*tick, *at);
        let covered: Vec<Arc<Entry<V>>> = match shape {
            Shape::Ball { centre, at_least } => {
                let near = self.vectors.read().within(centre, *at_least);
                let entry = |(key, _): (Key, f32)| self.store.peek(key.as_ref());
                near.into_iter().filter_map(entry).collect()
            }
            Shape::Prefix(_) | Shape::Where(_) => {
                let is_covered = |entry: &Arc<Entry<V>>| shape.covers(entry);
                self.store.iter().filter(is_covered).collect()
            }
        };
        for entry in covered {
            // What was loaded since the region came is none of its business, nor what was judged by it.
            if entry.known() >= tick {
                continue;
            }
            if self.account && !self.groups_hide(&entry) && entry.freshness(at) == Freshness::Fresh
            {
                purged.fresh.push(Arc::clone(&entry));
            }
            if region.mode == PurgeMode::Expire {
                entry.expire(at);
            } else {
                self.take_away(entry, purged);
            }
        }
    }

    fn purge_everything(
        &self,
        mode: PurgeMode,
        demand: &Demand,
        now: Instant,
        purged: &mut Purged<V>,
    ) {
        if self.account {
            let is_fresh = |entry: &Arc<Entry<V>>| self.standing(entry, now) == Standing::Fresh;
            purged.fresh.extend(self.store.iter().filter(is_fresh));
        }
        let how = self.how(mode, demand, now);
        // Entries with a row are stored under this lock: what is cleared is what was drained.
        let mut vectors = how.soft_at.is_none().then(|| self.vectors.write());
        self.groups.invalidate(|writing| writing.mark_all(how));
        if let Some(vectors) = &mut vectors {
            // Already hidden by the tick: this only gives the memory back.
            purged.removed.extend(self.store.drain());
            vectors.clear();
        }
    }
}

/// Groups have no value to be replaced with.
fn for_groups(mode: PurgeMode) -> PurgeMode {
    match mode {
        PurgeMode::Drop => PurgeMode::Drop,
        PurgeMode::Expire | PurgeMode::Replace => PurgeMode::Expire,
    }
}
