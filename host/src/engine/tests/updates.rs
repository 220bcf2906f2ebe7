//! Changes of a value that go by what is there.

use super::*;

fn update(engine: &TestEngine, key: &str) -> (Ticket, Option<&'static str>) {
    match engine.update(engine.key(key), None, 1) {
        Update::Begin { ticket, entry, .. } => (ticket, entry.map(|entry| *entry.value())),
        other => panic!("{key} is being changed: {other:?}"),
    }
}

#[test]
fn a_change_begins_with_what_is_fresh() {
    let engine = plain();
    let (ticket, found) = update(&engine, "a");
    assert_eq!(found, None);
    assert!(finish(&engine, ticket, "ONE", &Lease::for_nanos(1_000)));
    let (ticket, found) = update(&engine, "a");
    assert_eq!(found, Some("ONE"));
    assert_eq!(hit(&engine, "a", 2), Some("ONE"), "readers do not wait");
    assert!(finish(&engine, ticket, "TWO", &Lease::for_nanos(1_000)));
    assert_eq!(hit(&engine, "a", 2), Some("TWO"));
}

#[test]
fn two_changes_of_a_key_do_not_run_at_once() {
    let engine = plain();
    let (first, _) = update(&engine, "a");
    let second = engine.update(engine.key("a"), None, 1);
    assert!(matches!(second, Update::Wait { .. }), "{second:?}");
    engine.abandon(&first);
    let (third, _) = update(&engine, "a");
    engine.abandon(&third);
}

#[test]
fn a_change_that_an_invalidation_overtook_is_not_stored() {
    for purge in every_purge(PurgeMode::Drop) {
        let engine = plain();
        let vector = Some(&[1.0, 0.0][..]);
        let ticket = begin(&engine, "user:1", 0);
        assert!(finish_near(&engine, ticket, "ONE", &tagged("tag"), vector));
        let (ticket, _) = update(&engine, "user:1");
        engine.purge(&purge, 1);
        let stored = finish_near(&engine, ticket, "TWO", &tagged("tag"), vector);
        assert!(!stored, "{purge:?} let a change through");
        assert_eq!(hit(&engine, "user:1", 2), None, "{purge:?}");
    }
}
