//! What loads had seen of the origin: versions, marks, and replicas that lag (V5, P9).

use super::*;

fn fill_of(version: Option<u64>, seen: Option<Seen>, now: Instant) -> Fill {
    Fill {
        now,
        version,
        seen,
        ..Fill::default()
    }
}

fn load(engine: &TestEngine, value: &'static str, lease: &Lease, fill: &Fill) -> Outcome {
    let ticket = begin(engine, "user:1", fill.now);
    engine
        .complete(ticket, value, lease, fill, &mut || 0.5)
        .outcome
}

fn versioned(engine: &TestEngine, value: &'static str, version: u64, now: Instant) -> Outcome {
    let fill = fill_of(Some(version), None, now);
    load(engine, value, &Lease::for_nanos(1_000), &fill)
}

fn invalidate_at(engine: &TestEngine, version: u64, now: Instant) {
    let demand = Demand {
        version: Some(version),
        ..Demand::NONE
    };
    let purge = Purge::Keys {
        keys: vec!["user:1".into()],
        mode: PurgeMode::Drop,
    };
    engine.purge_demanding(&purge, &demand, now);
}

#[test]
fn a_replica_that_lags_cannot_bring_back_what_was_invalidated_at_a_version() {
    let engine = plain();
    assert_eq!(versioned(&engine, "OLD", 6, 0), Outcome::Stored);
    invalidate_at(&engine, 7, 1);
    assert_eq!(versioned(&engine, "OLD", 6, 2), Outcome::Behind);
    assert_eq!(hit(&engine, "user:1", 3), None);
    assert_eq!(versioned(&engine, "NEW", 7, 4), Outcome::Stored);
    assert_eq!(hit(&engine, "user:1", 5), Some("NEW"));
}

#[test]
fn an_invalidation_at_a_version_leaves_what_has_it_already() {
    let engine = plain();
    assert_eq!(versioned(&engine, "NEW", 7, 0), Outcome::Stored);
    invalidate_at(&engine, 7, 1);
    assert_eq!(hit(&engine, "user:1", 2), Some("NEW"));
    invalidate_at(&engine, 8, 3);
    assert_eq!(hit(&engine, "user:1", 4), None);
}

#[test]
fn an_insert_at_a_version_yields_to_a_later_one_and_keeps_its_floor_when_it_is_gone() {
    let engine = plain();
    let insert = |value, version, now| {
        let fill = fill_of(Some(version), None, now);
        let key = engine.key("user:1");
        engine
            .insert(key, value, &Lease::for_nanos(1_000), &fill, &mut || 0.5)
            .outcome
    };
    assert_eq!(insert("NEW", 7, 0), Outcome::Stored);
    assert_eq!(insert("OLD", 6, 1), Outcome::Behind);
    assert_eq!(hit(&engine, "user:1", 2), Some("NEW"));
    engine.purge(
        &Purge::Keys {
            keys: vec!["user:1".into()],
            mode: PurgeMode::Drop,
        },
        3,
    );
    assert_eq!(versioned(&engine, "OLD", 6, 4), Outcome::Behind);
}

#[test]
fn a_refresh_from_a_replica_does_not_replace_a_newer_value() {
    let engine = plain();
    let lease = Lease {
        grace: 1_000,
        ..Lease::for_nanos(10)
    };
    assert_eq!(
        load(&engine, "NEW", &lease, &fill_of(Some(7), None, 0)),
        Outcome::Stored
    );
    let Read::Hit {
        refresh: Some((ticket, ())),
        ..
    } = read(&engine, "user:1", 20)
    else {
        panic!("no refresh within the grace");
    };
    let old = fill_of(Some(6), None, 21);
    let outcome = engine
        .complete(ticket, "OLD", &lease, &old, &mut || 0.5)
        .outcome;
    assert_eq!(outcome, Outcome::Behind);
    assert_eq!(hit(&engine, "user:1", 22), Some("NEW"));
}

#[test]
fn a_floor_is_forgotten_after_its_time() {
    let engine: TestEngine = Engine::new(&Options {
        hold_off: 100,
        ..Options::default()
    });
    invalidate_at(&engine, 7, 0);
    assert_eq!(versioned(&engine, "OLD", 6, 99), Outcome::Behind);
    assert_eq!(versioned(&engine, "OLD", 6, 100), Outcome::Stored);
}

#[test]
fn a_load_after_any_purge_is_stored_only_if_it_had_seen_the_change() {
    let demand = Demand {
        mark: Some(7),
        ..Demand::NONE
    };
    for mode in [PurgeMode::Drop, PurgeMode::Expire] {
        for purge in every_purge(mode) {
            let engine = plain();
            engine.purge_demanding(&purge, &demand, 0);
            let load_having_seen = |seen, value, now| {
                let vector = Some(Arc::from([1.0, 0.0]));
                let fill = Fill {
                    vector,
                    ..fill_of(None, seen, now)
                };
                load(&engine, value, &tagged("tag"), &fill)
            };
            let before = load_having_seen(Some(Seen::UpTo(6)), "OLD", 1);
            assert_eq!(before, Outcome::Behind, "{purge:?}");
            engine.sweep(2, Pace::ROUND);
            let still_before = load_having_seen(Some(Seen::UpTo(6)), "OLD", 3);
            assert_eq!(still_before, Outcome::Behind, "{purge:?} after a sweep");
            assert_eq!(hit(&engine, "user:1", 4), None, "{purge:?}");
            let after = load_having_seen(Some(Seen::UpTo(7)), "NEW", 5);
            assert_eq!(after, Outcome::Stored, "{purge:?}");
        }
    }
}

#[test]
fn a_load_that_does_not_say_what_it_had_seen_is_stored() {
    let engine = plain();
    let demand = Demand {
        mark: Some(7),
        ..Demand::NONE
    };
    engine.purge_demanding(&every_purge(PurgeMode::Drop)[0], &demand, 0);
    let outcome = load(&engine, "?", &tagged("tag"), &fill_of(None, None, 1));
    assert_eq!(outcome, Outcome::Stored);
}

#[test]
fn nobody_but_its_own_reader_gets_a_value_that_had_not_seen_enough() {
    let engine = plain();
    invalidate_at(&engine, 7, 0);
    let ticket = begin(&engine, "user:1", 1);
    let Read::Join { joined, .. } = read(&engine, "user:1", 2) else {
        panic!("nobody joined");
    };
    let fill = fill_of(Some(6), None, 3);
    let stored = engine.complete(ticket, "OLD", &Lease::default(), &fill, &mut || 0.5);
    assert_eq!(stored.outcome, Outcome::Behind);
    assert!(!engine.may_serve(&stored.entry, joined));
}

#[test]
fn a_load_that_had_not_seen_enough_is_for_nobody_else_even_if_it_is_overtaken() {
    let engine = plain();
    invalidate_at(&engine, 7, 0);
    let ticket = begin(&engine, "user:1", 1);
    let Read::Join { joined, .. } = read(&engine, "user:1", 2) else {
        panic!("nobody joined");
    };
    invalidate_at(&engine, 8, 3);
    let fill = fill_of(Some(6), None, 4);
    let stored = engine.complete(ticket, "OLD", &Lease::default(), &fill, &mut || 0.5);
    assert_eq!(stored.outcome, Outcome::Overtaken);
    assert!(!engine.may_serve(&stored.entry, joined));
}

#[test]
fn a_load_under_a_counter_that_moved_must_have_seen_what_moved_it() {
    let keying = Keying::ByGeneration {
        scope: Scope::LeadingParts(1),
        cached_for: 0,
    };
    let rule = Rule {
        keying,
        ..Rule::default()
    };
    let engine = engine(&Plan {
        rules: vec![rule],
        feeds: vec![],
    });
    let demand = Demand {
        mark: Some(7),
        ..Demand::NONE
    };
    let bump = Purge::Bump {
        generation: "user".into(),
    };
    engine.purge_demanding(&bump, &demand, 0);
    let load_having_seen = |seen, value| {
        let fill = fill_of(None, Some(Seen::UpTo(seen)), 1);
        load(&engine, value, &Lease::for_nanos(1_000), &fill)
    };
    assert_eq!(load_having_seen(6, "OLD"), Outcome::Behind);
    assert_eq!(load_having_seen(7, "NEW"), Outcome::Stored);
}
