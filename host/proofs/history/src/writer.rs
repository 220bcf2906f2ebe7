//! What an actor does as a writer: change the origin, tell the cache, and only then say so.

use std::sync::Arc;

use crate::actor::Actor;
use crate::engine::{Demand, Entry, Fill, Outcome, Purge, PurgeMode, Replaced};
use crate::round::Value;
use crate::subjects::{self, Members};

impl Actor<'_> {
    /// Changes a key and invalidates it.
    pub(crate) fn write_key(&mut self) {
        let key = self.any_key();
        let mode = self.any_mode();
        let purge = subjects::purge_of_key(key, mode);
        let is_soft = mode == PurgeMode::Expire;
        self.write(&purge, Members::one(key), is_soft, Members::one(key));
    }

    /// Changes what many keys are made from and invalidates them together.
    pub(crate) fn write_many(&mut self) {
        let mode = self.any_mode();
        let (purge, members) = subjects::purge_of_many(&mut self.random, mode);
        let is_bump = matches!(purge, Purge::Bump { .. });
        let is_soft = mode != PurgeMode::Drop;
        // A key under a counter gets another place, and there its first load.
        let moved = if is_bump { members } else { Members::NONE };
        self.write(&purge, members, is_soft, moved);
    }

    fn any_mode(&mut self) -> PurgeMode {
        match self.random.u8(0..8) {
            0..=4 => PurgeMode::Drop,
            5..=6 => PurgeMode::Expire,
            _ => PurgeMode::Replace,
        }
    }

    fn write(&mut self, purge: &Purge, members: Members, is_soft: bool, revoked: Members) {
        let round = self.round;
        let _shared: Vec<_> = members
            .keys()
            .filter(|_| round.locks_writers())
            .map(|key| round.writers[key].read())
            .collect();
        let number = round.origin.begin();
        // A fence is for changes that the cache hears of before readers of the origin see them.
        let comes_early = round.kind.is_fenced && self.random.bool();
        if !comes_early {
            round.origin.commit(number, members);
        }
        let demand = if round.kind.is_fenced {
            let is_of_keys = matches!(purge, Purge::Keys { .. });
            Demand {
                version: is_of_keys.then_some(number),
                mark: Some(number),
            }
        } else {
            Demand::NONE
        };
        // Which entries lie under a prefix, a predicate can say as well.
        let says_where = demand == Demand::NONE && self.random.bool();
        round.underway.revoking(revoked, || match purge {
            Purge::Prefix { prefix, mode } if says_where => {
                let prefix = prefix.clone();
                let lies_there =
                    move |entry: &Entry<Value>| entry.key().text().starts_with(&prefix);
                round
                    .engine
                    .purge_where(Arc::new(lies_there), *mode, round.now())
            }
            _ => round.engine.purge_demanding(purge, &demand, round.now()),
        });
        if comes_early {
            self.pause();
            round.origin.commit(number, members);
        }
        if is_soft {
            round.record.expired(members, number, round.now());
        } else {
            round.record.dropped(members, number);
        }
    }

    /// Changes a key and brings the cache the new value.
    pub(crate) fn bring_to_the_cache(&mut self) {
        let round = self.round;
        let key = self.any_key();
        let _alone = round.locks_writers().then(|| round.writers[key].write());
        let number = round.origin.begin();
        let comes_early = round.kind.is_fenced && self.random.bool();
        if !comes_early {
            round.origin.commit(number, Members::one(key));
        }
        let value = Value {
            key,
            version: number,
        };
        let fill = Fill {
            now: round.now(),
            vector: subjects::vector(key).map(|vector| Arc::from(*vector)),
            version: round.kind.is_fenced.then_some(number),
            ..Fill::default()
        };
        let lease = subjects::lease(key, round.kind.is_plain);
        let place = round.engine.key(subjects::name(key));
        let is_insert = self.random.u8(0..3) > 0;
        let random = &mut self.random;
        let draw = &mut || random.f64();
        let is_behind = round.underway.revoking(Members::one(key), || {
            if is_insert {
                let stored = round.engine.insert(place, value, &lease, &fill, draw);
                stored.outcome == Outcome::Behind
            } else {
                let replaced = round.engine.replace(place, value, &lease, &fill, draw);
                matches!(replaced, Replaced::Behind)
            }
        });
        if comes_early {
            self.pause();
            round.origin.commit(number, Members::one(key));
        }
        // If a later change is known already, what may be served is for that one to say: after a soft
        // invalidation even what was there before both.
        if !is_behind {
            round.record.dropped(Members::one(key), number);
        }
    }

    fn pause(&mut self) {
        if self.random.u8(0..4) == 0 {
            std::thread::yield_now();
        }
    }
}
