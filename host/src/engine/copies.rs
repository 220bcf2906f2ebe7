//! Entries that one thread keeps at hand, so that most hits touch nothing that threads share.
//!
//! A hit in the store takes a shared lock and counts an owner up and down: two lines of memory that every
//! core writes to. An entry in this table is served after a few loads from lines that nobody writes to
//! ([`Engine::still_holds`]): the invalidation clock stands where it stood, the lease is not over, and the
//! entry has not left the store, which is noted on it under the lock under which it leaves. So nothing is
//! served from here that the store would not serve.
//!
//! What it costs: an entry that is gone stays in memory until another takes its place, a walk beside the
//! offers meets it, or the table goes. Hence the tables are small.

use std::cell::Cell;
use std::sync::Arc;

use super::Engine;
use super::entry::Entry;
use super::key::KeyRef;
use super::time::Instant;

/// Places that a key can be in. Their tags and pointers fill one line of memory.
const WAYS: usize = 4;

/// Offers that an entry outlasts after its last hit, so that what is asked for once does not take
/// the place of what is asked for all the time.
const CREDIT: u8 = 3;

/// Once in so many hits the store is asked all the same, so that it knows what is hot and evicts the rest.
const HITS_BESIDE_THE_STORE: u8 = 32;

/// One miss in so many asks for an offer, and one offer in so many goes on with the walk: what is read all the
/// time is missed soon again, and the rest shall cost next to nothing.
const MISSES_AN_OFFER: u32 = 8;
const OFFERS_A_STEP: u32 = 8;

/// Entries that one thread keeps at hand.
pub struct Copies<V> {
    sets: Box<[Set<V>]>,
    misses: Cell<u32>,
    offers: u32,
    /// Where the walk that clears up goes on.
    walk: usize,
}

/// The places that a key can be in, by its hash.
#[repr(align(64))]
struct Set<V> {
    /// Bits of the keys' hashes, so that other keys are told apart without a look at the entries.
    tags: [u32; WAYS],
    entries: [Option<Arc<Entry<V>>>; WAYS],
    credits: [Cell<u8>; WAYS],
    /// Hits since the store was asked.
    hits: [Cell<u8>; WAYS],
}

impl<V> Set<V> {
    fn new() -> Set<V> {
        Set {
            tags: [0; WAYS],
            entries: [const { None }; WAYS],
            credits: [const { Cell::new(0) }; WAYS],
            hits: [const { Cell::new(0) }; WAYS],
        }
    }

    fn find(&self, key: KeyRef<'_>) -> Option<(usize, &Arc<Entry<V>>)> {
        let tag = tag(key);
        let mut tagged = (0..WAYS).filter(|way| self.tags[*way] == tag);
        tagged.find_map(|way| {
            let entry = self.entries[way].as_ref()?;
            (entry.key().as_ref() == key).then_some((way, entry))
        })
    }

    /// The place to take, unless all are worth more than what is offered: then each is worth less afterwards.
    fn find_room(&self) -> Option<usize> {
        let free = (0..WAYS).find(|way| self.entries[*way].is_none());
        let room = free.or_else(|| (0..WAYS).find(|way| self.credits[*way].get() == 0));
        if room.is_none() {
            for credit in &self.credits {
                credit.set(credit.get() - 1);
            }
        }
        room
    }
}

impl<V> Copies<V> {
    /// An empty table. `places` is rounded up to four times a power of two.
    #[must_use]
    pub fn new(places: usize) -> Copies<V> {
        let sets = places.clamp(1, 1 << 24).div_ceil(WAYS).next_power_of_two();
        Copies {
            sets: (0..sets).map(|_| Set::new()).collect(),
            misses: Cell::new(0),
            offers: 0,
            walk: 0,
        }
    }

    /// The entry under a key, if it is at hand and what [`Engine::get`] would answer. Now and then it is not
    /// given all the same, so that the store hears of it.
    pub fn get<W: Clone + Default>(
        &self,
        engine: &Engine<V, W>,
        key: KeyRef<'_>,
        now: Instant,
    ) -> Option<&Arc<Entry<V>>> {
        let set = &self.sets[self.set_of(key)];
        let (way, entry) = set.find(key)?;
        if !engine.still_holds(entry, now) {
            set.credits[way].set(0);
            return None;
        }
        set.credits[way].set(CREDIT);
        let hits = set.hits[way].get() + 1;
        set.hits[way].set(hits % HITS_BESIDE_THE_STORE);
        (hits < HITS_BESIDE_THE_STORE).then_some(entry)
    }

    /// Whether what was not at hand just now should be offered: now and then.
    pub fn wants_an_offer(&self) -> bool {
        let misses = self.misses.get().wrapping_add(1);
        self.misses.set(misses);
        misses.is_multiple_of(MISSES_AN_OFFER)
    }

    /// Keeps an entry at hand that [`Engine::get`] has just given, if there is room or what is there is
    /// not asked for any more. Returns what had to go for it, which may be the entry itself, and what the
    /// walk found to be gone: to be dropped when the table is not borrowed any more, since the end of a
    /// value may do anything.
    #[must_use]
    pub fn offer(&mut self, entry: Arc<Entry<V>>, now: Instant) -> [Option<Arc<Entry<V>>>; 2] {
        let displaced = self.look_at(entry);
        self.offers = self.offers.wrapping_add(1);
        let gone = if self.offers.is_multiple_of(OFFERS_A_STEP) {
            self.walk_on(now)
        } else {
            None
        };
        [displaced, gone]
    }

    fn look_at(&mut self, entry: Arc<Entry<V>>) -> Option<Arc<Entry<V>>> {
        let key = entry.key().as_ref();
        let tag = tag(key);
        let set = self.set_of(key);
        let set = &mut self.sets[set];
        // What is there under the key is the entry itself, whose turn it was to be asked for in the store, or
        // one that does not hold any more.
        let way = match set.find(key) {
            Some((way, _)) => Some(way),
            None => set.find_room(),
        };
        let Some(way) = way else {
            return Some(entry);
        };
        set.tags[way] = tag;
        set.credits[way].set(1);
        set.entries[way].replace(entry)
    }

    /// Takes an entry out that is gone, if the walk meets one.
    fn walk_on(&mut self, now: Instant) -> Option<Arc<Entry<V>>> {
        self.walk = (self.walk + 1) & (self.sets.len() * WAYS - 1);
        let met = &mut self.sets[self.walk / WAYS].entries[self.walk % WAYS];
        met.take_if(|entry| entry.has_left() || entry.gone_at() <= now)
    }

    fn set_of(&self, key: KeyRef<'_>) -> usize {
        // Other bits than the store takes, which would put the entries of one shard into few sets.
        (key.hash() >> 12) as usize & (self.sets.len() - 1)
    }
}

fn tag(key: KeyRef<'_>) -> u32 {
    (key.hash() >> 32) as u32
}
