//! The policies of one cache.
//!
//! Each has a seat. A fill asks every policy that covers its key, and the strictest lease counts; a change
//! goes to every policy that listens to its feed, and what they purge adds up. Changes go through one at
//! a time, in order. A swap fills a seat anew while fills go on, and between two changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::{ArcSwap, ArcSwapOption};
use parking_lot::{Mutex, MutexGuard};

use super::canary::Canary;
use super::deployment::Deployment;
use super::error::{Error, Outcome};
use super::guard::{ByRule, Guard, SAFETY_NET};
use super::info::PolicyInfo;
use super::loader::Loader;
use super::meet;
use super::source::Source;
use super::{Calls, Change, Loaded, Reaction};
use crate::engine::{Instant, Lease, LeaseSource, Plan, Purge};

/// The policies of one cache.
pub(crate) struct PolicySet {
    pub(super) loader: Loader,
    pub(super) seats: Box<[Seat]>,
    /// Held while a change is carried out, so that two cannot overtake each other, and while a policy
    /// takes another's place.
    pub(super) turn: Mutex<()>,
    /// Held during a swap; the seat of the last one.
    pub(super) swapping: Mutex<Option<usize>>,
    pub(super) canary: ArcSwapOption<Canary>,
    pub(super) calls_of_gone: Mutex<Calls>,
}

/// The place of a policy.
pub(super) struct Seat {
    pub(super) live: ArcSwap<Deployment>,
    /// Who was here before.
    pub(super) previous: Mutex<Option<Arc<Deployment>>>,
    pub(super) swaps: AtomicU64,
}

impl Seat {
    fn with<R>(&self, mut call: impl FnMut(&mut Guard) -> R) -> R {
        let mut call = &mut call;
        loop {
            let live = self.live.load();
            match live.with(call, |call, guard| call(guard)) {
                Ok(answer) => return answer,
                // Its successor was put in place before it was retired.
                Err(again) => call = again,
            }
        }
    }
}

impl PolicySet {
    /// Loads policies, of which there is at least one, and puts them in place.
    ///
    /// # Errors
    ///
    /// If one cannot be loaded, two have the same name, or they do not go together.
    pub(crate) fn load(loader: Loader, sources: &[Source]) -> Result<PolicySet, Error> {
        let mut seats = Vec::new();
        for (n, source) in sources.iter().enumerate() {
            if sources[..n]
                .iter()
                .any(|other| other.name() == source.name())
            {
                let reason = "two policies of the cache have this name".to_owned();
                return Err(Error::new(source.name(), None, Outcome::Invalid(reason)));
            }
            let policy = loader.load(source, source.config_text().unwrap_or("{}"))?;
            seats.push(Seat {
                live: ArcSwap::from_pointee(policy),
                previous: Mutex::default(),
                swaps: AtomicU64::new(0),
            });
        }
        let set = PolicySet {
            loader,
            seats: seats.into(),
            turn: Mutex::default(),
            swapping: Mutex::default(),
            canary: ArcSwapOption::empty(),
            calls_of_gone: Mutex::default(),
        };
        set.plan()?;
        Ok(set)
    }

    /// What all policies together have the cache do by itself.
    pub(crate) fn plan(&self) -> Result<Plan, Error> {
        self.plan_with(None)
    }

    /// The same with another policy in one of the seats.
    pub(super) fn plan_with(&self, other: Option<(usize, &Deployment)>) -> Result<Plan, Error> {
        let plan = |(n, seat): (usize, &Seat)| match other {
            Some((seat, other)) if seat == n => Arc::clone(&other.plan),
            _ => Arc::clone(&seat.live.load().plan),
        };
        let plans: Vec<Arc<Plan>> = self.seats.iter().enumerate().map(plan).collect();
        let name = match other {
            Some((_, policy)) => policy.name().to_owned(),
            None => self.names(),
        };
        meet::combine(&plans).map_err(|outcome| Error::new(&name, Some("configure"), outcome))
    }

    /// The names of all policies.
    pub(super) fn names(&self) -> String {
        let names = self
            .seats
            .iter()
            .map(|seat| seat.live.load().name().to_owned());
        names.collect::<Vec<_>>().join(" + ")
    }

    /// The seat of the only policy, or of the one that has the name of a source.
    pub(super) fn seat_of(&self, source: &Source) -> Result<usize, Error> {
        let mut seats = self.seats.iter();
        let seat = match self.seats.len() {
            1 => Some(0),
            _ => seats.position(|seat| seat.live.load().name() == source.name()),
        };
        seat.ok_or_else(|| {
            let there = self.names();
            let reason = format!("no policy of the cache has this name; there are {there}");
            Error::new(source.name(), None, Outcome::Unusable(reason))
        })
    }

    /// Loads a policy that may take a seat. One of the same name keeps its settings unless it has others.
    pub(super) fn load_for(&self, seat: usize, source: &Source) -> Result<Arc<Deployment>, Error> {
        let live = self.seats[seat].live.load_full();
        let config = match source.config_text() {
            Some(config) => config,
            None if live.name() == source.name() => &live.config,
            None => "{}",
        };
        self.loader.load(source, config).map(Arc::new)
    }

    /// The lease of an entry that is about to be stored; `source` is what the plan says. Never fails.
    pub(crate) fn lease(&self, source: &LeaseSource, loaded: &Loaded<'_>) -> Lease {
        let canary = self.canary.load();
        if let LeaseSource::Rule(lease) = source
            && canary.is_none()
            && !self
                .seats
                .iter()
                .any(|seat| seat.live.load().health.is_given_up())
        {
            return Lease::clone(lease);
        }
        let mut strictest: Option<Lease> = None;
        for (n, seat) in self.seats.iter().enumerate() {
            let said: ByRule = seat.with(|guard| guard.lease_by_rule(loaded));
            if let Some(canary) = canary.as_ref().filter(|canary| canary.seat == n) {
                canary.compare_leases(loaded, &said);
            }
            if let Some(lease) = said.lease {
                strictest = Some(match strictest {
                    None => lease,
                    Some(other) => meet::meet(other, &lease),
                });
            }
        }
        strictest.unwrap_or_else(|| Lease::for_nanos(SAFETY_NET))
    }

    /// Begins a change: until what is returned is dropped, no other change is carried out and no policy
    /// takes another's place.
    pub(crate) fn begin_change(&self) -> Turn<'_> {
        Turn {
            set: self,
            _turn: self.turn.lock(),
        }
    }

    /// What the calls of all policies came to so far.
    pub(crate) fn calls(&self) -> Calls {
        let mut calls = *self.calls_of_gone.lock();
        for seat in &self.seats {
            calls += seat.live.load_full().calls();
            if let Some(previous) = seat.previous.lock().as_ref() {
                calls += previous.calls();
            }
        }
        calls
    }

    /// What is known of each policy.
    pub(crate) fn info(&self) -> Vec<PolicyInfo> {
        let info = |seat: &Seat| {
            let previous = seat.previous.lock().clone();
            PolicyInfo::new(
                &seat.live.load_full(),
                seat.swaps.load(Ordering::Relaxed),
                previous.as_deref(),
            )
        };
        self.seats.iter().map(info).collect()
    }
}

/// A change that is being carried out.
pub(crate) struct Turn<'a> {
    set: &'a PolicySet,
    _turn: MutexGuard<'a, ()>,
}

impl Turn<'_> {
    /// Whether any policy wants to hear a feed.
    pub(crate) fn is_heard(&self, feed: &str) -> bool {
        let mut seats = self.set.seats.iter();
        seats.any(|seat| seat.live.load().listens_to(feed)) || {
            let canary = self.set.canary.load();
            canary
                .as_ref()
                .is_some_and(|canary| canary.candidate.listens_to(feed))
        }
    }

    /// What changes of one feed purge, by all policies that listen to it, in their order. Never fails.
    pub(crate) fn react(&self, changes: &[Change], now: Instant) -> Vec<Purge> {
        let feed = changes.first().map_or("", |change| &*change.feed);
        let canary = self.set.canary.load();
        let mut purges = Vec::new();
        for (n, seat) in self.set.seats.iter().enumerate() {
            let reaction = match seat.live.load().listens_to(feed) {
                true => seat.with(|guard| guard.react(changes, now)),
                false => Reaction {
                    purges: Vec::new(),
                    failed: false,
                },
            };
            if let Some(canary) = canary.as_ref().filter(|canary| canary.seat == n) {
                canary.compare_purges(changes, now, &reaction);
            }
            purges.extend(reaction.purges);
        }
        purges
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::PurgeMode;
    use crate::policy::{Exchange, Limits, Runtime, Surroundings};

    /// A cache that does nothing about its policies.
    struct Nothing;

    impl Exchange for Nothing {
        fn install(&self, _: &Plan, _: Option<PurgeMode>) {}
    }

    fn set(sources: &[Source]) -> PolicySet {
        let runtime = Runtime::new(Limits::deterministic()).unwrap();
        let loader = Loader::new(runtime, 2, &["writes"], Surroundings::default);
        PolicySet::load(loader, sources).unwrap()
    }

    /// A fill may have got hold of a policy just before another took its place, and wait for its slot.
    #[test]
    fn whoever_still_has_the_old_policy_is_sent_to_look_again() {
        let set = set(&["tags".into()]);
        let old = set.seats[0].live.load_full();
        assert_eq!(old.with(1, |input, _| input), Ok(1));
        set.swap(&"tags".into(), &Nothing).unwrap();
        assert_eq!(
            old.with(1, |input, _| input),
            Err(1),
            "and gets its input back"
        );
        assert!(set.seats[0].with(|guard| guard.exports().leases));
        // After a rollback it may be called again, and its successor may not.
        let new = set.seats[0].live.load_full();
        set.rollback(&Nothing).unwrap();
        assert_eq!(old.with(1, |input, _| input), Ok(1));
        assert_eq!(new.with(1, |input, _| input), Err(1));
    }

    /// Between two changes, so that each is carried out under the rules of the policy that it was told to.
    #[test]
    fn no_change_is_under_way_when_a_policy_is_put_in_place() {
        struct Checks<'a>(&'a PolicySet, AtomicU64);
        impl Exchange for Checks<'_> {
            fn install(&self, _: &Plan, _: Option<PurgeMode>) {
                assert!(self.0.turn.is_locked());
                self.1.fetch_add(1, Ordering::Relaxed);
            }
        }
        let set = set(&["tags".into()]);
        let cache = Checks(&set, AtomicU64::new(0));
        set.swap(&"ttl".into(), &cache).unwrap();
        set.rollback(&cache).unwrap();
        set.start_canary(&"ttl".into()).unwrap();
        set.promote_canary(&cache).unwrap();
        assert_eq!(cache.1.into_inner(), 3);
        assert!(!set.turn.is_locked());
    }

    #[test]
    fn calls_of_policies_that_are_gone_are_counted() {
        let set = set(&["tags".into()]);
        let fill = |n: u64| {
            let key = n.to_string();
            let loaded = Loaded {
                key: &key,
                now: 0,
                size: 0,
                load_time: 0,
                depends_on: &[],
            };
            set.lease(&LeaseSource::Policy, &loaded)
        };
        let mut before = set.calls().calls;
        for n in 0..4 {
            fill(n);
            assert_eq!(set.calls().calls, before + 1);
            set.swap(&"tags".into(), &Nothing).unwrap();
            let after = set.calls().calls;
            assert!(after > before, "configured anew, and none forgotten");
            before = after;
        }
    }
}
