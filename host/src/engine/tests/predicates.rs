//! Purges by a predicate: over what is stored, and over what is still loading.

use super::*;

fn old() -> Predicate<&'static str> {
    Arc::new(|entry: &Entry<&str>| *entry.value() == "OLD")
}

#[test]
fn a_predicate_hides_what_is_stored_and_leaves_the_rest() {
    for mode in [PurgeMode::Drop, PurgeMode::Expire] {
        let engine = plain();
        fill(&engine, "a", "OLD", &Lease::for_nanos(1_000), 0);
        fill(&engine, "b", "KEPT", &Lease::for_nanos(1_000), 0);
        engine.purge_where(old(), mode, 1);
        assert_eq!(hit(&engine, "a", 2), None);
        assert_eq!(hit(&engine, "b", 2), Some("KEPT"));
        let again = begin(&engine, "a", 3);
        assert!(
            finish(&engine, again, "OLD", &Lease::for_nanos(1_000)),
            "what is loaded afterwards is none of its business"
        );
    }
}

#[test]
fn a_load_in_flight_that_brings_what_a_predicate_names_is_not_stored() {
    for mode in [PurgeMode::Drop, PurgeMode::Expire] {
        let engine = plain();
        let (named, other) = (begin(&engine, "a", 0), begin(&engine, "b", 0));
        engine.purge_where(old(), mode, 1);
        assert!(!finish(&engine, named, "OLD", &Lease::for_nanos(1_000)));
        assert!(finish(&engine, other, "NEW", &Lease::for_nanos(1_000)));
        assert_eq!(hit(&engine, "a", 2), None);
    }
}

#[test]
fn a_predicate_is_forgotten_when_the_loads_from_before_it_are_home() {
    let engine = plain();
    let predicate = old();
    let ticket = begin(&engine, "a", 0);
    engine.purge_where(Arc::clone(&predicate), PurgeMode::Drop, 1);
    assert_eq!(Arc::strong_count(&predicate), 2);
    engine.abandon(&ticket);
    engine.sweep(2, Pace::ROUND);
    assert_eq!(Arc::strong_count(&predicate), 1);
}
