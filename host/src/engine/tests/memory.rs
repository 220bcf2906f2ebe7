//! What is held, and what is given back.

use super::*;

#[test]
fn a_region_is_kept_only_as_long_as_an_older_load_is_in_flight() {
    let engine = plain();
    let old = begin(&engine, "user:1", 0);
    let purge = Purge::Prefix {
        prefix: "user:".into(),
        mode: PurgeMode::Drop,
    };
    engine.purge(&purge, 1);
    assert_eq!(engine.regions.len(), 1);
    assert!(!finish(&engine, old, "OLD", &Lease::for_nanos(1_000)));
    engine.purge(&purge, 2);
    assert_eq!(engine.regions.len(), 0);
}

#[test]
fn regions_without_room_invalidate_everything_instead() {
    const LONG: usize = 1 << 20;
    for mode in [PurgeMode::Drop, PurgeMode::Expire] {
        let engine = plain();
        let purge = |number: usize| Purge::Prefix {
            prefix: format!("{number}{}", "x".repeat(LONG)),
            mode,
        };
        fill(&engine, "other", "OLD", &Lease::for_nanos(1_000), 0);
        let old = begin(&engine, "loading", 0);
        let mut now = 1;
        while hit(&engine, "other", now).is_some() {
            engine.purge(&purge(now as usize), now);
            now += 1;
            assert!(now < 20, "{} regions are kept", engine.regions.len());
        }
        assert_eq!(engine.regions.len(), 15, "16 MiB hold no more of them");
        for _ in 0..10 {
            engine.purge(&purge(now as usize), now);
        }
        assert_eq!(engine.regions.len(), 15);
        // The load began before an invalidation that might have been of its key.
        assert!(!finish(&engine, old, "OLD", &Lease::for_nanos(1_000)));
        // Nothing is in flight any more, so that there is room again.
        fill(&engine, "other", "NEW", &Lease::for_nanos(1_000), now);
        engine.purge(&purge(0), now);
        assert_eq!(engine.regions.len(), 0);
        assert_eq!(hit(&engine, "other", now), Some("NEW"));
    }
}

#[test]
fn a_sweep_leaves_what_was_loaded_again() {
    let engine = plain();
    fill(&engine, "a", "OLD", &Lease::for_nanos(1_000), 0);
    let lease = Lease::for_nanos(1 << 40);
    engine.insert(
        engine.key("a"),
        "NEW",
        &lease,
        &Fill::default(),
        &mut || 0.5,
    );
    assert!(engine.sweep(1 << 35, Pace::ROUND).is_empty());
    assert_eq!(hit(&engine, "a", 1 << 35), Some("NEW"));
}

#[test]
fn what_an_entry_took_the_place_of_is_reported_once() {
    let engine = plain();
    fill(&engine, "a", "OLD", &Lease::for_nanos(10), 0);
    let ticket = begin(&engine, "a", 20);
    let lease = Lease::for_nanos(10);
    let stored = engine.complete(ticket, "NEW", &lease, &Fill::default(), &mut || 0.5);
    assert_eq!(stored.replaced.map(|old| *old.value()), Some("OLD"));
    assert!(stored.evicted.is_empty());
}

#[test]
fn capacity_bounds_the_entries_and_the_evicted_are_reported() {
    let options = Options {
        capacity: 10,
        ..Options::default()
    };
    let engine: TestEngine = Engine::new(&options);
    let loads = sized(100, 25);
    let mut evicted = 0;
    for number in 0..loads {
        let ticket = begin(&engine, &format!("k{number}"), 0);
        let lease = Lease::for_nanos(1_000);
        evicted += engine
            .complete(ticket, "x", &lease, &Fill::default(), &mut || 0.5)
            .evicted
            .len();
    }
    assert!(engine.entry_count() <= 10);
    assert_eq!(evicted + engine.entry_count(), loads);
}

#[test]
fn a_sweep_gives_up_regions_whose_older_loads_have_come_home() {
    let engine = plain();
    let old = begin(&engine, "user:1", 0);
    let purge = Purge::Prefix {
        prefix: "user:".into(),
        mode: PurgeMode::Drop,
    };
    engine.purge(&purge, 1);
    engine.sweep(2, Pace::ROUND);
    assert_eq!(
        engine.regions.len(),
        1,
        "a load from before it is in flight"
    );
    assert!(!finish(&engine, old, "OLD", &Lease::for_nanos(1_000)));
    engine.sweep(3, Pace::ROUND);
    assert_eq!(engine.regions.len(), 0);
}

#[test]
fn entries_without_an_end_that_a_tag_hides_are_swept() {
    let engine = plain();
    let lease = Lease {
        ttl: None,
        ..tagged("tag")
    };
    let count = sized(100, 20);
    for number in 0..count {
        fill(&engine, &format!("hidden{number}"), "x", &lease, 0);
        fill(&engine, &format!("kept{number}"), "x", &Lease::default(), 0);
    }
    let drop_tag = Purge::Tags {
        tags: vec!["tag".into()],
        mode: PurgeMode::Drop,
    };
    engine.purge(&drop_tag, 1);
    let mut swept = 0;
    for _ in 0..2 * count / Pace::BESIDE_A_LOAD.looks {
        swept += engine.sweep(2, Pace::BESIDE_A_LOAD).len();
    }
    let nearly_all = count * 9 / 10;
    assert!(swept >= nearly_all, "one round meets nearly all: {swept}");
    engine.sweep(2, Pace::ROUND);
    assert_eq!(engine.entry_count(), count);
}

#[test]
fn a_key_that_is_loaded_again_and_again_leaves_nothing_behind() {
    let engine = plain();
    let lease = Lease::for_nanos(1 << 50);
    for now in 0..sized(1_000, 20) {
        engine.insert(engine.key("a"), "x", &lease, &Fill::default(), &mut || 0.5);
        engine.sweep(now, Pace::BESIDE_A_LOAD);
    }
    assert_eq!((engine.entry_count(), engine.store.listed()), (1, 1));
}

#[test]
#[cfg_attr(
    miri,
    ignore = "fewer loads would show nothing, and so many take hours"
)]
fn what_is_over_stays_a_small_part_while_loads_sweep_beside_themselves() {
    let engine = plain();
    let second = 1 << 30;
    let mut most = 0;
    for number in 0..20_000u64 {
        // Ten loads a second, of keys that nobody asks for again, fresh for ten seconds.
        let now = number * second / 10;
        fill(
            &engine,
            &format!("k{number}"),
            "x",
            &Lease::for_nanos(10 * second),
            now,
        );
        engine.sweep(now, Pace::BESIDE_A_LOAD);
        most = most.max(engine.entry_count());
    }
    assert!(
        most < 130,
        "a hundred are fresh at a time, and {most} were held"
    );
}

#[test]
fn a_load_past_its_limit_holds_nobody_up_and_stores_nothing() {
    let engine: TestEngine = Engine::new(&Options {
        load_limit: 100,
        ..Options::default()
    });
    let slow = begin(&engine, "a", 0);
    assert!(matches!(read(&engine, "a", 99), Read::Join { .. }));
    let next = begin(&engine, "a", 100);
    assert!(!finish(&engine, slow, "LATE", &Lease::default()));
    assert!(finish(&engine, next, "x", &Lease::default()));
}

#[test]
fn entries_that_are_weighed_share_the_capacity_by_weight() {
    let engine: TestEngine = Engine::new(&Options {
        capacity: 100,
        weighed: true,
        ..Options::default()
    });
    let store = |key: &str, weight| {
        let fill = Fill {
            weight,
            ..Fill::default()
        };
        let lease = Lease::for_nanos(1_000);
        engine.insert(engine.key(key), "x", &lease, &fill, &mut || 0.5)
    };
    for (key, weight) in [("a", 40), ("b", 40), ("c", 0)] {
        assert!(store(key, weight).evicted.is_empty());
    }
    assert_eq!((engine.entry_count(), engine.weight()), (3, 81));
    assert!(!store("d", 40).evicted.is_empty());
    assert!(engine.weight() <= 100, "{}", engine.weight());
    assert_eq!(store("e", 101).evicted.len(), 1, "it is too heavy itself");
    assert!(engine.peek_fresh(engine.key("e"), 0).is_none());
}

#[test]
fn a_value_that_is_to_be_skipped_is_for_those_who_wait_and_is_not_kept() {
    let engine = plain();
    let ticket = begin(&engine, "a", 0);
    let fill = Fill {
        skip: true,
        ..Fill::default()
    };
    let lease = Lease::for_nanos(1_000);
    let stored = engine.complete(ticket, "x", &lease, &fill, &mut || 0.5);
    assert_eq!(
        (stored.outcome, *stored.entry.value()),
        (Outcome::Skipped, "x")
    );
    assert_eq!(hit(&engine, "a", 0), None);
}
