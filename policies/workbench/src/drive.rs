//! One policy and one engine in virtual time: what a cache does, step by step, and what came of it.

use std::sync::Arc;

use shelflife::engine::{
    Demand, Engine, Fill, Instant, Key, Lease, LeaseSource, Nanos, Options, Purge, PurgeMode,
    Purged, Read, Reader, Replaced, Sighting, Ticket,
};
use shelflife::policy::{Change, ChangeKind, Error, Factory, Guard, Limits, Loaded, Surroundings};
use shelflife_policy::testing::cases::Answer;

use crate::subject::Maker;

/// The feeds that a driven policy can listen to.
pub const FEEDS: [&str; 2] = ["writes", "capture"];

/// A read, and what its loader would say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading<'a> {
    /// The key.
    pub key: &'a str,
    /// What the loader says the value was made from.
    pub depends_on: &'a [&'a str],
    /// Size of the value, in bytes.
    pub size: u64,
    /// How long a load takes.
    pub load_time: Nanos,
    /// The embedding of the key.
    pub vector: Option<&'a [f32]>,
    /// Whether its load fails.
    pub fails: bool,
}

/// How a read was answered.
#[derive(Clone, Debug)]
pub struct Answered {
    /// What the reader got.
    pub answer: Answer,
    /// The key of the entry that answered, where it is not the one that was read, and how near it is.
    pub near: Option<(Key, f32)>,
    /// What was stored for the read, or in its background.
    pub filled: Option<Filled>,
}

/// An entry that was stored.
#[derive(Clone, Debug)]
pub struct Filled {
    /// Its lease.
    pub lease: Lease,
    /// Where the lease came from.
    pub source: LeaseSource,
    /// When.
    pub at: Instant,
    /// The policy failed: the lease is the safety net.
    pub failed: bool,
}

/// What came of changes.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Whether the policy listens to their feed, so that it was called.
    pub heard: bool,
    /// What was purged.
    pub purges: Vec<Purge>,
    /// The policy failed: the purges are the host's.
    pub failed: bool,
}

/// One policy and one engine in virtual time. Loads take no time but what a read says, and no two are
/// under way at once.
pub struct Drive {
    engine: Arc<Engine<u64>>,
    guard: Guard,
    /// Purges that are due later.
    again: Vec<(Instant, Purge)>,
    values: u64,
}

impl Drive {
    /// Configures a policy with JSON text, in an empty engine of this capacity (0: unbounded).
    ///
    /// # Errors
    ///
    /// What the policy or the host has against it.
    pub fn new(maker: &Maker, config: &str, capacity: u64) -> Result<Drive, Error> {
        let mut options = Options::default();
        options.capacity = capacity;
        options.account = true;
        let engine = Arc::new(Engine::new(&options));
        let (maker, reached) = (Arc::clone(maker), Arc::clone(&engine));
        let factory: Factory = Box::new(move || {
            let mut number = 0_u64;
            maker(Surroundings {
                random: Box::new(move || {
                    number += 1;
                    number - 1
                }),
                index: Some(reached.clone()),
                entries: Some(reached.clone()),
                ..Surroundings::default()
            })
        });
        let guard = Guard::configure(factory, config, &FEEDS, Limits::deterministic())?;
        engine.install(guard.plan());
        Ok(Drive {
            engine,
            guard,
            again: Vec::new(),
            values: 0,
        })
    }

    /// The policy.
    #[must_use]
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// The entries.
    #[must_use]
    pub fn engine(&self) -> &Engine<u64> {
        &self.engine
    }

    /// What became of the entry under a key.
    #[must_use]
    pub fn sighting(&self, key: &str, now: Instant) -> Sighting {
        self.engine.sighting(self.engine.key(key), now)
    }

    /// Carries out what is due by now: purges of the same keys once more. Gives them with their time.
    pub fn until(&mut self, now: Instant) -> Vec<(Instant, Purge)> {
        self.again.sort_by_key(|(due, _)| *due);
        let later = self.again.partition_point(|(due, _)| *due <= now);
        let due: Vec<_> = self.again.drain(..later).collect();
        for (at, purge) in &due {
            self.engine.purge(purge, *at);
        }
        due
    }

    /// Reads a key. What is not there or no longer fresh is loaded at once.
    pub fn read(&mut self, reading: &Reading<'_>, now: Instant) -> Answered {
        self.until(now);
        // Nothing is drawn: jitter takes nothing off, so that a lease lasts as long as it says.
        let mut draw = || 0.0;
        let key = self.engine.key(reading.key);
        let read = self.engine.read(
            key,
            &mut Reader {
                now,
                vector: reading.vector,
                coalesce: true,
                draw: &mut draw,
            },
        );
        match read {
            Read::Hit {
                entry,
                refresh,
                similarity,
            } => {
                let answer = match entry.is_within_lease(now) {
                    true => Answer::Hit,
                    false => Answer::Stale,
                };
                let filled = refresh.and_then(|(ticket, ())| self.load(ticket, reading, now));
                Answered {
                    answer,
                    near: similarity.map(|similarity| (entry.key().clone(), similarity)),
                    filled,
                }
            }
            Read::Load(ticket, ()) => {
                let rescued = self.engine.rescue(&ticket, now).is_some();
                let filled = self.load(ticket, reading, now);
                let answer = match (reading.fails, rescued) {
                    (false, _) => Answer::Miss,
                    (true, true) => Answer::Stale,
                    (true, false) => Answer::Error,
                };
                Answered {
                    answer,
                    near: None,
                    filled,
                }
            }
            other => unreachable!("no load is under way: {other:?}"),
        }
    }

    fn load(&mut self, ticket: Ticket, reading: &Reading<'_>, now: Instant) -> Option<Filled> {
        if reading.fails {
            self.engine.abandon(&ticket);
            return None;
        }
        let now = now.saturating_add(reading.load_time);
        let source = self.engine.lease_source(self.engine.key(reading.key));
        let loaded = Loaded {
            key: reading.key,
            now,
            size: reading.size,
            load_time: reading.load_time,
            depends_on: reading.depends_on,
        };
        let failures = self.guard.calls().traps;
        let lease = self.guard.lease(&source, &loaded).into_owned();
        let failed =
            self.guard.calls().traps > failures || self.guard.standing_in_since().is_some();
        let fill = Fill {
            now,
            load_time: reading.load_time,
            size: reading.size,
            vector: reading.vector.map(Arc::from),
            ..Fill::default()
        };
        self.values += 1;
        let stored = self
            .engine
            .complete(ticket, self.values, &lease, &fill, &mut || 0.0);
        stored.is_stored().then_some(Filled {
            lease,
            source,
            at: now,
            failed,
        })
    }

    /// Tells the policy of changes of one feed, in one call, and carries out what it purges.
    pub fn tell(&mut self, changes: &[Change], now: Instant) -> Told {
        self.until(now);
        let heard = changes
            .first()
            .is_some_and(|first| self.guard.listens_to(&first.feed));
        if !heard {
            return Told::default();
        }
        let reaction = self.guard.react(changes, now);
        for purge in &reaction.purges {
            self.carry_out(purge, changes, now);
        }
        Told {
            heard,
            purges: reaction.purges,
            failed: reaction.failed,
        }
    }

    fn carry_out(&mut self, purge: &Purge, changes: &[Change], now: Instant) {
        match purge {
            Purge::Keys {
                keys,
                mode: PurgeMode::Replace,
            } => {
                for key in keys {
                    let is_of_key = |change: &&Change| {
                        *change.key == **key && change.kind != ChangeKind::Deleted
                    };
                    self.replace(key, changes.iter().any(|change| is_of_key(&change)), now);
                }
            }
            Purge::KeysAgain { keys, mode, after } => {
                let (keys, mode) = (keys.clone(), *mode);
                self.again
                    .push((now.saturating_add(*after), Purge::Keys { keys, mode }));
            }
            other => {
                self.engine.purge(other, now);
            }
        }
    }

    /// A fresh entry takes the value of a change that brings one; anything else is dropped.
    fn replace(&mut self, key: &str, brings_value: bool, now: Instant) {
        let engine_key = self.engine.key(key).to_key();
        let resident = self.engine.peek_fresh(engine_key.as_ref(), now);
        let Some(resident) = resident.filter(|_| brings_value) else {
            let mut purged = Purged::default();
            self.engine.purge_key(
                engine_key.as_ref(),
                PurgeMode::Drop,
                &Demand::NONE,
                now,
                &mut purged,
            );
            return;
        };
        let source = self.engine.lease_source(engine_key.as_ref());
        let loaded = Loaded {
            key,
            now,
            size: resident.size(),
            load_time: 0,
            depends_on: &[],
        };
        let lease = self.guard.lease(&source, &loaded).into_owned();
        let fill = Fill {
            now,
            size: resident.size(),
            ..Fill::default()
        };
        self.values += 1;
        let value = self.values;
        let replaced = self
            .engine
            .replace(engine_key.as_ref(), value, &lease, &fill, &mut || 0.0);
        debug_assert!(
            !matches!(replaced, Replaced::Behind),
            "nothing has a version"
        );
    }
}
