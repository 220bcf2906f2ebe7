//! What may be served: an account in plain words, one thing after another.

use crate::engine::{Instant, Lease, PurgeMode};
use crate::target::{self, KEYS, STEP, Target};

/// How long what an invalidation demands is held.
pub const HOLD_OFF: Instant = 30 * STEP;

/// A count of what has happened: of two things the later has the higher.
pub type Moment = u64;

/// What a read must find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// This value, which is still fresh or not.
    Required {
        value: u64,
        is_fresh: bool,
    },
    /// This value or none: the engine may have forgotten when it was made stale.
    Allowed {
        value: u64,
    },
    Forbidden,
}

/// What is stored.
#[derive(Clone, Debug)]
struct Resident {
    value: u64,
    lease: Lease,
    stored: Instant,
    last_read: Instant,
    /// The first soft invalidation.
    expired: Option<Instant>,
    /// Soft invalidations by group, of which the engine tells two apart.
    softs: usize,
}

/// A load that somebody carries out.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub key: usize,
    pub value: u64,
    pub began: Moment,
    /// Loads without coalescing share one.
    pub flight: Moment,
    /// Its key has another place by now.
    pub has_moved: bool,
}

/// An invalidation that has been.
struct Past {
    moment: Moment,
    target: Target,
    /// When, and whether softly.
    at: Instant,
    is_soft: bool,
    mark: Option<u64>,
}

/// The account.
#[derive(Default)]
pub struct Oracle {
    pub now: Instant,
    pub moment: Moment,
    pub last_mark: u64,
    residents: [Option<Resident>; KEYS],
    /// The flight of each key, with how many share it.
    flights: [Option<(Moment, usize)>; KEYS],
    past: Vec<Past>,
}

impl Oracle {
    /// What a read of a key must find.
    pub fn verdict(&self, key: usize) -> Verdict {
        let Some(resident) = &self.residents[key] else {
            return Verdict::Forbidden;
        };
        let value = resident.value;
        let end = resident.end();
        if self.now >= end.saturating_add(resident.lease.grace) {
            Verdict::Forbidden
        } else if resident.softs > 2 {
            Verdict::Allowed { value }
        } else {
            let is_fresh = self.now < end;
            Verdict::Required { value, is_fresh }
        }
    }

    /// The same for a load that failed.
    pub fn rescue(&self, key: usize) -> Verdict {
        let Some(resident) = &self.residents[key] else {
            return Verdict::Forbidden;
        };
        let value = resident.value;
        let extra = resident.lease.grace.max(resident.lease.rescue);
        if self.now >= resident.end().saturating_add(extra) {
            Verdict::Forbidden
        } else if resident.softs > 2 {
            Verdict::Allowed { value }
        } else {
            let is_fresh = false;
            Verdict::Required { value, is_fresh }
        }
    }

    /// Notes that a key was served.
    pub fn was_read(&mut self, key: usize) {
        if let Some(resident) = &mut self.residents[key] {
            resident.last_read = self.now;
        }
    }

    /// Whether a load of a key is under way that can be joined.
    pub fn has_flight(&self, key: usize) -> bool {
        self.flights[key].is_some()
    }

    /// The flight of a key.
    pub fn flight(&self, key: usize) -> Option<Moment> {
        self.flights[key].map(|(flight, _)| flight)
    }

    /// Begins a load.
    pub fn begin(&mut self, key: usize) -> Load {
        self.moment += 1;
        let (flight, loads) = self.flights[key].unwrap_or((self.moment, 0));
        self.flights[key] = Some((flight, loads + 1));
        Load {
            key,
            value: self.moment,
            began: self.moment,
            flight,
            has_moved: false,
        }
    }

    /// Ends a load: whether it still had its flight.
    pub fn land(&mut self, load: &Load) -> bool {
        self.moment += 1;
        match self.flights[load.key] {
            Some((flight, loads)) if flight == load.flight && !load.has_moved => {
                self.flights[load.key] = (loads > 1).then_some((flight, loads - 1));
                true
            }
            _ => false,
        }
    }

    /// Whether a group that covers a load was invalidated since it began, before `until`.
    pub fn was_hit(&self, load: &Load, lease: &Lease, until: Moment) -> bool {
        self.hits(load, lease, until).next().is_some()
    }

    /// Whether whoever joined at `joined` must not have what a load brought.
    pub fn is_forbidden(&self, load: &Load, lease: &Lease, joined: Moment) -> bool {
        let is_over = |past: &Past| !past.is_soft || self.now >= past.at + lease.grace;
        self.hits(load, lease, joined).any(is_over)
    }

    /// Whether no group was invalidated between the two, whichever was first.
    pub fn was_quiet(&self, one: Moment, other: Moment) -> bool {
        let (from, until) = (one.min(other), one.max(other));
        let is_between = |past: &Past| from < past.moment && past.moment < until;
        !self
            .past
            .iter()
            .any(|past| past.target.is_group() && is_between(past))
    }

    fn hits(&self, load: &Load, lease: &Lease, until: Moment) -> impl Iterator<Item = &Past> {
        self.past.iter().filter(move |past| {
            let is_between = load.began < past.moment && past.moment < until;
            is_between && past.target.is_group() && past.target.covers(load.key, lease)
        })
    }

    /// Whether a load that had seen so much must not be stored, and whether it need not be.
    pub fn is_behind(&self, load: &Load, lease: &Lease, seen: Option<u64>) -> (bool, bool) {
        let Some(seen) = seen else {
            return (false, false);
        };
        let missed = |past: &Past| {
            past.mark.is_some_and(|mark| mark > seen) && past.target.covers(load.key, lease)
        };
        let is_held = |past: &Past| self.now < past.at + HOLD_OFF;
        let must_not = self.past.iter().any(|past| missed(past) && is_held(past));
        (must_not, self.past.iter().any(missed))
    }

    /// Stores a value.
    pub fn store(&mut self, key: usize, value: u64, lease: Lease) {
        self.residents[key] = Some(Resident {
            value,
            lease,
            stored: self.now,
            last_read: self.now,
            expired: None,
            softs: 0,
        });
    }

    /// Takes a key's flight away, as an insert does. Returns a value for it.
    pub fn revoke(&mut self, key: usize) -> u64 {
        self.moment += 1;
        self.flights[key] = None;
        self.moment
    }

    /// Takes away what is stored.
    pub fn remove(&mut self, key: usize) {
        self.residents[key] = None;
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        (0..KEYS).for_each(|key| {
            self.revoke(key);
        });
        self.purge(Target::Everything, PurgeMode::Drop, false);
    }

    /// Invalidates. Returns what later loads must have seen, if the invalidation demands it.
    pub fn purge(&mut self, target: Target, mode: PurgeMode, is_fenced: bool) -> Option<u64> {
        self.moment += 1;
        let mark = is_fenced.then(|| {
            self.last_mark += 1;
            self.last_mark
        });
        let (at, is_soft) = (self.now, target.is_soft(mode));
        for (key, place) in self.residents.iter_mut().enumerate() {
            let Some(resident) = place.as_mut() else {
                continue;
            };
            if !target.covers(key, &resident.lease) {
                continue;
            }
            if is_soft {
                resident.expired.get_or_insert(at);
                resident.softs += usize::from(target.is_group());
            } else {
                *place = None;
            }
        }
        match target {
            Target::Key(key) => self.flights[key] = None,
            Target::Counter(_) if target.moves(mode, target::UNDER_COUNTER) => {
                self.flights[target::UNDER_COUNTER] = None;
            }
            _ => {}
        }
        self.past.push(Past {
            moment: self.moment,
            target,
            at,
            is_soft,
            mark,
        });
        mark
    }
}

impl Resident {
    /// The first moment at which it is no longer fresh.
    fn end(&self) -> Instant {
        let ttl = self.lease.ttl.map(|ttl| self.stored + ttl);
        let idle = self.lease.idle.map(|idle| self.last_read + idle + 1);
        let ends = [ttl, idle, self.expired].into_iter().flatten();
        ends.min().unwrap_or(Instant::MAX)
    }
}
