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
    let mut evicted = 0;
    for number in 0..100 {
        let ticket = begin(&engine, &format!("k{number}"), 0);
        let lease = Lease::for_nanos(1_000);
        evicted += engine
            .complete(ticket, "x", &lease, &Fill::default(), &mut || 0.5)
            .evicted
            .len();
    }
    assert!(engine.entry_count() <= 10);
    assert_eq!(evicted + engine.entry_count(), 100);
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
