//! Hiding entries.

use std::sync::Arc;

use super::Engine;
use super::entry::{Entry, Freshness};
use super::groups::{Kind, Slot, Tick};
use super::key::Key;
use super::lease::{Keying, PurgeMode};
use super::read::Standing;
use super::regions::{Region, Shape};
use super::store::Leaver;
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
    /// Entries that were fresh until now.
    pub fresh: Vec<(Key, Arc<Entry<V>>)>,
    /// Entries that were removed from memory, fresh or not.
    pub removed: Vec<(Key, Arc<Entry<V>>)>,
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
        let mut purged = Purged::default();
        match purge {
            Purge::Keys { keys, mode } => {
                for key in keys {
                    self.purge_key(&self.key(key.as_str()), *mode, now, &mut purged);
                }
            }
            Purge::KeysAgain { .. } => {}
            Purge::Tags { tags, mode } => self.groups.invalidate(|writing| {
                for tag in tags {
                    writing.mark(Kind::Tag, tag, soft_at(*mode, now));
                }
            }),
            Purge::Bump { generation } => self.groups.invalidate(|writing| {
                writing.mark(Kind::Counter, generation, None);
            }),
            Purge::Prefix { prefix, mode } => {
                self.purge_region(Shape::Prefix(prefix.clone()), *mode, now, &mut purged);
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
                self.purge_region(shape, *mode, now, &mut purged);
            }
            Purge::Everything { mode } => self.purge_everything(*mode, now, &mut purged),
        }
        purged
    }

    /// Makes one key stale, or takes it away.
    pub fn purge_key(&self, key: &Key, mode: PurgeMode, now: Instant, purged: &mut Purged<V>) {
        let place = self.current_place(key);
        let mut table = self.flights.lock(&place);
        // The flight first or the entry first makes no difference: both under the lock under which
        // a load stores (F1).
        table.revoke(&place);
        self.purge_entry(&place, mode, now, purged);
    }

    /// Forgets everything at once, loads in flight included, as a restart does.
    pub fn clear(&self, now: Instant) -> Purged<V> {
        self.flights.revoke_all();
        let mut purged = Purged::default();
        self.purge_everything(PurgeMode::Drop, now, &mut purged);
        self.known_versions.lock().clear();
        purged
    }

    pub(super) fn purge_entry(
        &self,
        place: &Key,
        mode: PurgeMode,
        now: Instant,
        purged: &mut Purged<V>,
    ) {
        let Some(entry) = self.store.peek(place) else {
            return;
        };
        if self.standing(place, &entry, now) == Standing::Fresh {
            purged.fresh.push((place.clone(), Arc::clone(&entry)));
        }
        match mode {
            PurgeMode::Expire => entry.expire(now),
            PurgeMode::Drop | PurgeMode::Replace => {
                if self.store.remove_entry(place, &entry) {
                    self.forget_vector(place, &entry);
                    purged.removed.push((place.clone(), entry));
                }
            }
        }
    }

    fn purge_region(&self, shape: Shape, mode: PurgeMode, now: Instant, purged: &mut Purged<V>) {
        let mode = for_groups(mode);
        let newest = self.groups.invalidate(|writing| {
            self.regions.append(Region {
                tick: writing.tick,
                shape: shape.clone(),
                mode,
                at: now,
            });
            writing.tick
        });
        // Whoever purges also clears up after earlier purges whose loads have come home.
        let settled = self.regions.settled(self.flights.oldest_start());
        let is_settled = settled.iter().any(|region| region.tick == newest);
        self.give_up(settled, purged);
        if !is_settled {
            self.search(&shape, mode, now, newest, purged);
        }
    }

    /// Gives up the regions whose older loads have come home. Returns what they removed on the way.
    pub(super) fn settle_regions(&self) -> Vec<Leaver<V>> {
        let mut purged = Purged::default();
        // One at a time is enough, and the others have better things to do than to wait.
        if !self.regions.is_empty()
            && let Some(_one_at_a_time) = self.settling.try_lock()
        {
            let settled = self.regions.settled(self.flights.oldest_start());
            self.give_up(settled, &mut purged);
        }
        purged.removed
    }

    /// Carries out regions for the last time (R1).
    fn give_up(&self, settled: Vec<Region>, purged: &mut Purged<V>) {
        for region in &settled {
            self.search(&region.shape, region.mode, region.at, region.tick, purged);
        }
        let ticks: Vec<Tick> = settled.iter().map(|region| region.tick).collect();
        self.regions.give_up(&ticks);
    }

    /// Carries out a region on the entries that are stored and older than it.
    fn search(
        &self,
        shape: &Shape,
        mode: PurgeMode,
        at: Instant,
        tick: Tick,
        purged: &mut Purged<V>,
    ) {
        let covered: Vec<Key> = match shape {
            Shape::Prefix(prefix) => {
                let keys = self.store.iter().map(|(key, _)| key);
                keys.filter(|key| key.text().starts_with(prefix.as_str()))
                    .collect()
            }
            Shape::Ball { centre, at_least } => {
                let near = self.vectors.read().within(centre, *at_least);
                near.into_iter().map(|(key, _)| key).collect()
            }
        };
        for place in covered {
            let Some(entry) = self.store.peek(&place) else {
                continue;
            };
            // What was loaded since the region came is none of its business.
            if entry.start >= tick {
                continue;
            }
            if !self.groups_hide(&entry) && entry.freshness(at) == Freshness::Fresh {
                purged.fresh.push((place.clone(), Arc::clone(&entry)));
            }
            if mode == PurgeMode::Expire {
                entry.expire(at);
            } else if self.store.remove_entry(&place, &entry) {
                self.forget_vector(&place, &entry);
                purged.removed.push((place, entry));
            }
        }
    }

    fn purge_everything(&self, mode: PurgeMode, now: Instant, purged: &mut Purged<V>) {
        let mode = for_groups(mode);
        // Entries with a row are stored under this lock: what is cleared is what was listed.
        let mut vectors = (mode == PurgeMode::Drop).then(|| self.vectors.write());
        for (key, entry) in self.store.iter() {
            if self.standing(&key, &entry, now) == Standing::Fresh {
                purged.fresh.push((key.clone(), Arc::clone(&entry)));
            }
            if mode == PurgeMode::Drop {
                purged.removed.push((key, entry));
            }
        }
        self.groups
            .invalidate(|writing| writing.mark_all(soft_at(mode, now)));
        if let Some(vectors) = &mut vectors {
            // Already hidden by the tick: this only gives the memory back.
            self.store.clear();
            vectors.clear();
        }
    }

    /// Where a value that no load brought is kept, with the counter that is part of its key.
    pub(super) fn place_to_store(&self, key: &Key) -> (Key, Option<Arc<Slot>>) {
        let rules = self.rules.load();
        match rules.find(key.text()).map(|(_, rule)| &rule.keying) {
            Some(Keying::ByGeneration { scope, .. }) => {
                let counter = self.groups.carry(Kind::Counter, scope.counter(key.text()));
                (key.at_version(counter.hard()), Some(counter))
            }
            _ => (key.clone(), None),
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

fn soft_at(mode: PurgeMode, now: Instant) -> Option<Instant> {
    (for_groups(mode) == PurgeMode::Expire).then_some(now)
}
