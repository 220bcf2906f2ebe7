//! The guard, with a policy that fails as a script says.

use super::*;
use crate::policy::Outcome;
use std::sync::Arc;

/// The calls of all instances: the number of the instance, and whether it worked.
type Journal = Arc<parking_lot::Mutex<Vec<(usize, bool)>>>;

/// Fails as long as the script, shared by all instances, says so.
struct Scripted {
    number: usize,
    script: Arc<parking_lot::Mutex<Vec<Option<Outcome>>>>,
    journal: Journal,
}

impl Scripted {
    fn next(&self) -> Result<(), Error> {
        let outcome = self.script.lock().pop().flatten();
        self.journal.lock().push((self.number, outcome.is_none()));
        match outcome {
            None => Ok(()),
            Some(outcome) => Err(Error::new("scripted", None, outcome)),
        }
    }
}

impl Policy for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }
    fn exports(&self) -> Exports {
        Exports {
            leases: true,
            reactions: true,
            snapshots: false,
        }
    }
    fn configure(&mut self, _: &str) -> Result<Plan, Error> {
        let rule = crate::engine::Rule::default();
        Ok(Plan {
            rules: vec![rule],
            feeds: vec!["writes".into()],
        })
    }
    fn on_fill(&mut self, _: &Loaded<'_>) -> Result<Lease, Error> {
        self.next().map(|()| Lease::for_nanos(7))
    }
    fn on_changes(&mut self, _: &[Change], _: Instant) -> Result<Vec<Purge>, Error> {
        self.next().map(|()| Vec::new())
    }
    fn calls(&self) -> Calls {
        Calls::default()
    }
}

fn trap() -> Option<Outcome> {
    Some(Outcome::Trap("as told".into()))
}

fn refusal() -> Option<Outcome> {
    Some(Outcome::Refused("as told".into()))
}

/// A guard of a policy with these outcomes, in order, which then works; and its journal.
fn guard_and_journal(outcomes: &[Option<Outcome>]) -> (Guard, Journal) {
    let script: Vec<_> = outcomes.iter().rev().cloned().collect();
    let script = Arc::new(parking_lot::Mutex::new(script));
    let journal = Journal::default();
    let shared = Arc::clone(&journal);
    let mut instances = 0;
    let factory: Factory = Box::new(move || {
        instances += 1;
        Ok(Box::new(Scripted {
            number: instances,
            script: Arc::clone(&script),
            journal: Arc::clone(&shared),
        }))
    });
    let guard = Guard::configure(factory, "{}", &["writes"], Limits::default()).unwrap();
    (guard, journal)
}

fn guard(outcomes: &[Option<Outcome>]) -> Guard {
    guard_and_journal(outcomes).0
}

fn lease(guard: &mut Guard, source: &LeaseSource) -> Lease {
    let loaded = Loaded {
        key: "a",
        now: 0,
        size: 0,
        load_time: 0,
        depends_on: &["b"],
    };
    guard.lease(source, &loaded).into_owned()
}

fn ttl(guard: &mut Guard) -> crate::engine::Nanos {
    lease(guard, &LeaseSource::Policy).ttl.unwrap()
}

#[test]
fn a_failed_fill_gets_the_safety_net_and_the_next_one_asks_again() {
    let mut guard = guard(&[trap(), None]);
    assert_eq!(ttl(&mut guard), SAFETY_NET);
    assert_eq!(ttl(&mut guard), 7);
}

#[test]
fn an_entry_whose_fill_failed_is_tagged_with_its_key_and_what_the_loader_named() {
    let mut guard = guard(&[refusal()]);
    assert_eq!(lease(&mut guard, &LeaseSource::Policy).tags, ["b", "a"]);
}

#[test]
fn a_rule_keeps_its_tags_and_counters_while_the_safety_net_stands_in() {
    let rule = Lease {
        tags: vec!["t".into()],
        generations: vec!["g".into()],
        ..Lease::for_nanos(7)
    };
    let source = LeaseSource::Rule(Arc::new(rule.clone()));
    let mut guard = guard(&[
        trap(),
        trap(),
        trap(),
        trap(),
        trap(),
        trap(),
        trap(),
        trap(),
    ]);
    for _ in 0..8 {
        ttl(&mut guard);
    }
    let net = Lease {
        ttl: Some(SAFETY_NET),
        ..rule
    };
    assert_eq!(lease(&mut guard, &source), net);
}

#[test]
fn a_change_that_fails_once_however_is_carried_out_by_a_new_instance() {
    for failure in [trap(), refusal()] {
        let (mut guard, journal) = guard_and_journal(&[failure, None]);
        let reaction = guard.react(&[Change::write("a")], 0);
        assert!(!reaction.failed && reaction.purges.is_empty());
        assert_eq!(*journal.lock(), [(1, false), (2, true)]);
    }
}

#[test]
fn a_refused_fill_leaves_the_instance_in_place() {
    let (mut guard, journal) = guard_and_journal(&[refusal(), None]);
    ttl(&mut guard);
    ttl(&mut guard);
    assert_eq!(*journal.lock(), [(1, false), (1, true)]);
}

#[test]
fn a_change_that_fails_twice_drops_everything() {
    let mut guard = guard(&[trap(), refusal()]);
    let reaction = guard.react(&[Change::write("a")], 0);
    assert!(reaction.failed);
    assert_eq!(
        reaction.purges,
        [Purge::Everything {
            mode: PurgeMode::Drop
        }]
    );
}

#[test]
fn after_eight_failures_in_a_row_the_safety_net_stands_in() {
    let mut guard = guard(&[
        trap(),
        trap(),
        trap(),
        trap(),
        trap(),
        trap(),
        trap(),
        trap(),
    ]);
    for _ in 0..8 {
        assert_eq!(ttl(&mut guard), SAFETY_NET);
    }
    assert_eq!(guard.standing_in_since(), Some(0));
    assert_eq!(
        ttl(&mut guard),
        SAFETY_NET,
        "although the script would let it work"
    );
    assert!(guard.react(&[Change::write("a")], 0).failed);
}

/// Counts its fills, and traps where its script says so.
struct Counting {
    seen: u64,
    script: Arc<parking_lot::Mutex<Vec<bool>>>,
}

impl Policy for Counting {
    fn name(&self) -> &str {
        "counting"
    }
    fn exports(&self) -> Exports {
        Exports {
            leases: true,
            reactions: false,
            snapshots: true,
        }
    }
    fn configure(&mut self, _: &str) -> Result<Plan, Error> {
        let rules = vec![crate::engine::Rule::default()];
        Ok(Plan {
            rules,
            feeds: Vec::new(),
        })
    }
    fn on_fill(&mut self, _: &Loaded<'_>) -> Result<Lease, Error> {
        if self.script.lock().pop() == Some(true) {
            return Err(Error::new(
                "counting",
                None,
                Outcome::Trap("as told".into()),
            ));
        }
        self.seen += 1;
        Ok(Lease::for_nanos(self.seen))
    }
    fn on_changes(&mut self, _: &[Change], _: Instant) -> Result<Vec<Purge>, Error> {
        Ok(Vec::new())
    }
    fn save(&mut self) -> Result<Option<Vec<u8>>, Error> {
        Ok(Some(self.seen.to_le_bytes().to_vec()))
    }
    fn restore(&mut self, saved_by: &str, state: &[u8]) -> Result<(), Error> {
        assert_eq!(saved_by, "counting");
        self.seen = u64::from_le_bytes(state.try_into().unwrap());
        Ok(())
    }
    fn calls(&self) -> Calls {
        Calls::default()
    }
}

#[test]
fn an_instance_in_the_place_of_one_that_trapped_knows_what_that_had_saved() {
    let script = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let shared = Arc::clone(&script);
    let factory: Factory = Box::new(move || {
        let script = Arc::clone(&shared);
        Ok(Box::new(Counting { seen: 0, script }))
    });
    let mut guard = Guard::configure(factory, "{}", &[], Limits::default()).unwrap();
    for seen in 1..=300 {
        assert_eq!(ttl(&mut guard), seen);
    }
    script.lock().push(true);
    assert_eq!(ttl(&mut guard), SAFETY_NET);
    assert_eq!(ttl(&mut guard), 257, "saved every 256 calls");
}

#[test]
fn what_was_handed_on_is_not_lost_by_a_trap_soon_after() {
    let script = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let shared = Arc::clone(&script);
    let factory: Factory = Box::new(move || {
        let script = Arc::clone(&shared);
        Ok(Box::new(Counting { seen: 0, script }))
    });
    let mut guard = Guard::configure(factory, "{}", &[], Limits::default()).unwrap();
    let saved = Saved {
        by: "counting".into(),
        state: 10_u64.to_le_bytes().to_vec(),
    };
    guard.restore(&saved).unwrap();
    assert_eq!(ttl(&mut guard), 11);
    script.lock().push(true);
    ttl(&mut guard);
    assert_eq!(ttl(&mut guard), 12);
}

#[test]
fn the_instances_of_a_policy_fail_together() {
    let mut first = guard(&[
        trap(),
        trap(),
        trap(),
        trap(),
        trap(),
        trap(),
        trap(),
        trap(),
    ]);
    let script = Arc::default();
    let journal = Journal::default();
    let factory: Factory = Box::new(move || {
        Ok(Box::new(Scripted {
            number: 9,
            script: Arc::clone(&script),
            journal: Arc::clone(&journal),
        }))
    });
    let mut second = first.another(factory).unwrap();
    assert_eq!(ttl(&mut second), 7);
    for _ in 0..8 {
        ttl(&mut first);
    }
    assert_eq!(
        ttl(&mut second),
        SAFETY_NET,
        "although it never failed itself"
    );
    assert!(second.last_error().is_some());
}

#[test]
fn an_instance_with_another_plan_is_none_of_the_policy() {
    let first = guard(&[]);
    let factory: Factory = Box::new(|| {
        let script = Arc::default();
        Ok(Box::new(Counting { seen: 0, script }))
    });
    let error = first.another(factory).err().unwrap().to_string();
    assert!(error.contains("another plan each time"), "{error}");
}
