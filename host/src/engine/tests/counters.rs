//! Entries that are kept under a counter's value.

use super::*;

fn by_generation(cached_for: Nanos) -> TestEngine {
    let keying = Keying::ByGeneration {
        scope: Scope::LeadingParts(1),
        cached_for,
    };
    let lease = Some(Arc::new(Lease::for_nanos(1_000)));
    let rule = Rule {
        keying,
        lease,
        ..Rule::default()
    };
    engine(&Plan {
        rules: vec![rule],
        feeds: vec![],
    })
}

fn bump(engine: &TestEngine, name: &str, now: Instant) {
    engine.purge(
        &Purge::Bump {
            generation: name.into(),
        },
        now,
    );
}

#[test]
fn a_bump_leaves_the_old_entry_behind_and_no_load_from_before_it_is_read() {
    let engine = by_generation(0);
    let lease = Lease::for_nanos(1_000);
    fill(&engine, "user:1", "OLD", &lease, 0);
    let late = begin(&engine, "user:2", 0);
    bump(&engine, "user", 1);
    assert_eq!(hit(&engine, "user:1", 2), None);
    finish(&engine, late, "OLD", &lease);
    assert_eq!(hit(&engine, "user:2", 2), None);
    fill(&engine, "user:1", "NEW", &lease, 3);
    assert_eq!(hit(&engine, "user:1", 4), Some("NEW"));
    assert_eq!(
        engine.entry_count(),
        3,
        "what was left behind is still held"
    );
    let swept = engine.sweep(1 << 40, Pace::ROUND);
    assert_eq!(swept.len(), 3);
    assert_eq!(engine.entry_count(), 0);
}

#[test]
fn a_bump_of_one_counter_leaves_another_alone() {
    let engine = by_generation(0);
    fill(&engine, "user:1", "KEPT", &Lease::for_nanos(1_000), 0);
    bump(&engine, "page", 1);
    assert_eq!(hit(&engine, "user:1", 2), Some("KEPT"));
}

#[test]
fn a_cached_version_hides_a_bump_for_so_long_and_no_longer() {
    let engine = by_generation(50);
    fill(&engine, "user:1", "OLD", &Lease::for_nanos(1_000), 0);
    assert_eq!(hit(&engine, "user:1", 10), Some("OLD"));
    bump(&engine, "user", 11);
    assert_eq!(hit(&engine, "user:1", 49), Some("OLD"));
    assert_eq!(hit(&engine, "user:1", 60), None);
}

#[test]
fn a_moved_generation_of_a_lease_hides_its_entry() {
    let engine = plain();
    let lease = Lease {
        generations: vec!["schema".into()],
        ..Lease::for_nanos(1_000)
    };
    fill(&engine, "a", "OLD", &lease, 0);
    bump(&engine, "schema", 1);
    assert_eq!(hit(&engine, "a", 2), None);
}

fn expire(engine: &TestEngine, name: &str, now: Instant) {
    engine.purge(
        &Purge::ExpireGeneration {
            generation: name.into(),
        },
        now,
    );
}

/// Whether there is a value, and a reader is asked to load it again.
fn is_stale(engine: &TestEngine, key: &str, now: Instant) -> bool {
    match read(engine, key, now) {
        Read::Hit { refresh, .. } => {
            let refresh = refresh.map(|(ticket, ())| engine.abandon(&ticket));
            refresh.is_some()
        }
        other => panic!("{key} was not found: {other:?}"),
    }
}

#[test]
fn what_is_kept_under_an_expired_generation_is_stale_within_its_grace_and_still_found() {
    let engine = by_generation(0);
    let lease = Lease {
        grace: 100,
        ..Lease::for_nanos(1_000)
    };
    fill(&engine, "user:1", "STALE", &lease, 0);
    fill(&engine, "page:1", "KEPT", &lease, 0);
    let late = begin(&engine, "user:2", 1);
    expire(&engine, "user", 2);
    assert!(!finish(&engine, late, "STALE", &lease));
    assert!(is_stale(&engine, "user:1", 3));
    assert_eq!(hit(&engine, "user:1", 3), Some("STALE"));
    assert_eq!(hit(&engine, "user:1", 103), None);
    assert_eq!(hit(&engine, "page:1", 103), Some("KEPT"));
    fill(&engine, "user:1", "NEW", &lease, 104);
    assert_eq!(hit(&engine, "user:1", 105), Some("NEW"));
}

#[test]
fn an_expired_generation_of_a_lease_makes_its_entry_stale() {
    let engine = plain();
    let lease = Lease {
        grace: 100,
        generations: vec!["schema".into()],
        ..Lease::for_nanos(1_000)
    };
    fill(&engine, "a", "STALE", &lease, 0);
    expire(&engine, "schema", 1);
    assert!(is_stale(&engine, "a", 2));
}

#[test]
fn a_load_that_fails_after_a_bump_is_not_answered_with_what_was_left_behind() {
    let engine = by_generation(0);
    let lease = Lease {
        rescue: 100,
        ..Lease::for_nanos(10)
    };
    fill(&engine, "user:1", "OLD", &lease, 0);
    let ticket = begin(&engine, "user:1", 20);
    bump(&engine, "user", 21);
    assert!(engine.rescue(&ticket, 22).is_none());
}

#[test]
fn a_read_by_meaning_does_not_find_what_a_bump_left_behind() {
    let keying = Keying::ByGeneration {
        scope: Scope::LeadingParts(1),
        cached_for: 0,
    };
    let rule = Rule {
        keying,
        lookup: Lookup::Nearest(0.9),
        ..Rule::default()
    };
    let engine = engine(&Plan {
        rules: vec![rule],
        feeds: vec![],
    });
    let vector: &[f32] = &[1.0, 0.0];
    let Read::Load(ticket, ()) = read_near(&engine, "user:1", Some(vector), 0) else {
        panic!("nothing to load");
    };
    finish_near(&engine, ticket, "OLD", &Lease::default(), Some(vector));
    assert!(matches!(
        read_near(&engine, "user:2", Some(vector), 1),
        Read::Hit { .. }
    ));
    bump(&engine, "user", 2);
    assert!(matches!(
        read_near(&engine, "user:3", Some(vector), 3),
        Read::Load(..)
    ));
}
