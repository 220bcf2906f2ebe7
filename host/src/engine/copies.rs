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

/// Offers that an entry outlasts after its last hit, so that what is asked for once does not take the
/// place of what is asked for all the time.
const CREDIT: u8 = 3;

/// Once in so many hits the store is asked all the same, so that it knows what is hot and evicts the rest.
const HITS_BESIDE_THE_STORE: u8 = 32;

/// Entries that one thread keeps at hand. Each has one place that it can be in, by its hash.
pub struct Copies<V> {
    places: Box<[Place<V>]>,
    /// Where the walk that clears up goes on.
    walk: usize,
}

struct Place<V> {
    entry: Option<Arc<Entry<V>>>,
    /// Bits of the key's hash, so that another key is told apart without a look at the entry.
    tag: u32,
    credit: Cell<u8>,
    /// Hits since the store was asked.
    hits: Cell<u8>,
}

impl<V> Copies<V> {
    /// An empty table. `places` is rounded up to a power of two.
    #[must_use]
    pub fn new(places: usize) -> Copies<V> {
        let place = || Place {
            entry: None,
            tag: 0,
            credit: Cell::new(0),
            hits: Cell::new(0),
        };
        let count = places.clamp(1, 1 << 24).next_power_of_two();
        Copies {
            places: (0..count).map(|_| place()).collect(),
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
        let place = &self.places[self.place(key)];
        let entry = place.entry.as_ref()?;
        if place.tag != tag(key) || entry.key().as_ref() != key {
            return None;
        }
        if !engine.still_holds(entry, now) {
            place.credit.set(0);
            return None;
        }
        place.credit.set(CREDIT);
        let hits = place.hits.get() + 1;
        place.hits.set(hits % HITS_BESIDE_THE_STORE);
        (hits < HITS_BESIDE_THE_STORE).then_some(entry)
    }

    /// Keeps an entry at hand that [`Engine::get`] has just given, if its place is free or what is there is
    /// not asked for any more. Returns what had to go for it, which may be the entry itself, or what the walk
    /// found to be gone: to be dropped when the table is not borrowed any more, since the end of a value
    /// may do anything.
    #[must_use]
    pub fn offer(&mut self, entry: Arc<Entry<V>>, now: Instant) -> [Option<Arc<Entry<V>>>; 2] {
        let key = entry.key().as_ref();
        let (at, tag) = (self.place(key), tag(key));
        let place = &mut self.places[at];
        let credit = place.credit.get();
        let displaced = if place.entry.is_some() && credit > 0 {
            // The entry itself, whose turn it was to be asked for in the store, pays nothing.
            if place.tag != tag {
                place.credit.set(credit - 1);
            }
            Some(entry)
        } else {
            place.tag = tag;
            place.hits.set(0);
            place.credit.set(1);
            place.entry.replace(entry)
        };
        self.walk = (self.walk + 1) & (self.places.len() - 1);
        let met = &mut self.places[self.walk].entry;
        let is_gone = |entry: &mut Arc<Entry<V>>| entry.has_left() || entry.gone_at() <= now;
        [displaced, met.take_if(is_gone)]
    }

    fn place(&self, key: KeyRef<'_>) -> usize {
        // Other bits than the store takes, which would put the entries of one shard into few places.
        (key.hash() >> 12) as usize & (self.places.len() - 1)
    }
}

fn tag(key: KeyRef<'_>) -> u32 {
    (key.hash() >> 32) as u32
}
