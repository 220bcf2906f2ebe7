//! What became of entries since they were stored.

use super::Sighting::{Absent, Read as WasRead, Unread};
use super::*;

/// An engine that has been asked, with `user:1` loaded near `[1, 0]`.
fn watched() -> TestEngine {
    let mut plan = Plan::every_key(Lease::for_nanos(1_000));
    plan.rules[0].lookup = Lookup::Nearest(0.9);
    let engine = engine(&plan);
    assert_eq!(seen(&engine, 0), Absent);
    fill_near(&engine, "user:1", "OLD", &tagged("tag"), 0);
    engine
}

fn seen(engine: &TestEngine, now: Instant) -> Sighting {
    engine.sighting(engine.key("user:1"), now)
}

fn new_value(now: Instant) -> Fill {
    Fill {
        now,
        vector: Some(Arc::from([1.0, 0.0])),
        ..Fill::default()
    }
}

fn replace(engine: &TestEngine, now: Instant) {
    let (key, lease) = (engine.key("user:1"), tagged("tag"));
    engine.replace(key, "NEW", &lease, &new_value(now), &mut || 0.5);
}

fn insert(engine: &TestEngine, now: Instant) {
    let (key, lease) = (engine.key("user:1"), tagged("tag"));
    engine.insert(key, "NEW", &lease, &new_value(now), &mut || 0.5);
}

#[test]
fn what_a_reader_has_loaded_is_read() {
    assert_eq!(seen(&watched(), 1), WasRead);
}

#[test]
fn what_took_the_place_of_another_is_unread_until_it_is_served() {
    for store in [replace, insert] {
        let engine = watched();
        store(&engine, 1);
        assert_eq!(seen(&engine, 2), Unread);
        assert_eq!(seen(&engine, 2), Unread, "to ask is not to read");
        assert_eq!(hit(&engine, "user:1", 3), Some("NEW"));
        assert_eq!(seen(&engine, 4), WasRead);
        store(&engine, 5);
        assert_eq!(seen(&engine, 6), Unread);
    }
}

#[test]
fn every_way_of_being_served_counts() {
    type Serve = fn(&TestEngine);
    let ways: [(&str, Serve); 4] = [
        ("a look", |engine| {
            assert!(engine.get(engine.key("user:1"), 2).is_some());
        }),
        ("a read", |engine| {
            assert!(hit(engine, "user:1", 2).is_some());
        }),
        ("a read of another key, by meaning", |engine| {
            let found = read_near(engine, "user:2", Some(&[1.0, 0.0]), 2);
            assert!(matches!(found, Read::Hit { .. }), "{found:?}");
        }),
        ("a look by meaning", |engine| {
            assert!(engine.get_near(&[1.0, 0.0], 2).is_some());
        }),
    ];
    for (way, serve) in ways {
        let engine = watched();
        replace(&engine, 1);
        serve(&engine);
        assert_eq!(seen(&engine, 3), WasRead, "{way}");
    }
}

#[test]
fn what_somebody_looks_at_without_reading_stays_unread() {
    let engine = watched();
    replace(&engine, 1);
    assert!(engine.peek_fresh(engine.key("user:1"), 2).is_some());
    assert_eq!(engine.iter_fresh(2).count(), 1);
    assert_eq!(seen(&engine, 3), Unread);
}

#[test]
fn what_is_not_fresh_is_absent() {
    for mode in [PurgeMode::Drop, PurgeMode::Expire] {
        for purge in every_purge(mode) {
            let engine = watched();
            engine.purge(&purge, 1);
            assert_eq!(seen(&engine, 2), Absent, "{purge:?}");
        }
    }
    let engine = watched();
    assert_eq!(seen(&engine, 999), WasRead);
    assert_eq!(seen(&engine, 1_000), Absent, "its lease is over");
}

#[test]
fn what_is_stored_where_there_was_none_was_wanted() {
    let engine = watched();
    engine.purge(&every_purge(PurgeMode::Drop)[0], 1);
    insert(&engine, 2);
    assert_eq!(seen(&engine, 3), WasRead);
}

#[test]
fn hits_are_noted_from_the_first_question_to_the_next_plan() {
    let engine = plain();
    fill(&engine, "user:1", "OLD", &Lease::for_nanos(1_000), 0);
    replace(&engine, 1);
    assert_eq!(seen(&engine, 2), WasRead, "nobody had asked before");
    replace(&engine, 3);
    assert_eq!(seen(&engine, 4), Unread);
    engine.install(&Plan::every_key(Lease::for_nanos(1_000)));
    replace(&engine, 5);
    assert_eq!(seen(&engine, 6), WasRead);
}

#[test]
fn the_first_hit_makes_a_detour_and_no_other_does() {
    let engine = plain();
    assert_eq!(seen(&engine, 0), Absent);
    fill(&engine, "user:1", "OLD", &Lease::for_nanos(1_000), 0);
    let is_plain = || {
        let key = engine.key("user:1");
        engine.get_plain_with(key, 2, |entry| *entry.value())
    };
    assert_eq!(is_plain(), Some("OLD"), "a load needs no mark");
    replace(&engine, 1);
    assert_eq!(is_plain(), None);
    assert_eq!(hit(&engine, "user:1", 2), Some("NEW"));
    assert_eq!(is_plain(), Some("NEW"));
}

#[test]
fn a_copy_at_hand_is_found_in_the_store_first() {
    let engine = plain();
    assert_eq!(seen(&engine, 0), Absent);
    fill(&engine, "user:1", "OLD", &Lease::for_nanos(1_000), 0);
    let mut copies = Copies::new(4);
    replace(&engine, 1);
    let entry = engine.peek_fresh(engine.key("user:1"), 2).unwrap();
    drop(copies.offer(entry, 2));
    assert!(copies.get(&engine, engine.key("user:1"), 2).is_none());
    assert!(engine.get(engine.key("user:1"), 2).is_some());
    assert!(copies.get(&engine, engine.key("user:1"), 2).is_some());
    assert_eq!(seen(&engine, 3), WasRead);
}
