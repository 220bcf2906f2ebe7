//! A policy that asks whether entries were read, in a cache for threads and in one for tasks.

mod both;
mod support;

use both::block_on;
use shelflife::future;
use shelflife::policy::{Limits, Permission, Restored, Source};
use shelflife::sync::{Cache, Write};
use support::{build, builder};

/// Replaces a key as long as at least one of two of its writes is read.
fn adaptive() -> Source {
    Source::from("adaptive").config(r#"{ "update_cost": 0.5 }"#)
}

/// What a write does to an entry that is there: whether it has the new value.
fn is_replaced(cache: &Cache<u64>, key: &str, value: u64) -> bool {
    cache.get_with(key, |_| 0);
    cache.announce(Write::of(key).with_value(value));
    // Without reading it.
    let mut entries = cache.iter();
    entries.any(|entry| entry.key() == key && *entry.value() == value)
}

/// Writes that nobody reads, until they drop the entry.
fn let_it_go_cold(cache: &Cache<u64>, key: &str) {
    cache.get_with(key, |_| 0);
    for value in 1..=100 {
        cache.announce(Write::of(key).with_value(value));
    }
    assert!(!cache.contains_key(key), "{key} is replaced for ever");
}

#[test]
fn what_is_read_is_replaced_and_what_is_not_is_dropped() {
    let (cache, _) = build(builder().policy(adaptive()));
    for value in 1..=100 {
        assert!(is_replaced(&cache, "hot", value), "{value}");
        assert_eq!(cache.get("hot"), Some(value));
    }
    let_it_go_cold(&cache, "cold");
    assert_eq!(cache.get("hot"), Some(100));
    // Read again after each write, it is worth it again.
    let replaced = (1..=100).filter(|value| is_replaced(&cache, "cold", *value));
    assert!(replaced.count() > 80);
}

#[test]
fn hits_from_what_threads_keep_at_hand_count() {
    let (cache, _) = build(builder().policy(adaptive()).copies_per_thread(16));
    for value in 1..=200 {
        assert!(is_replaced(&cache, "hot", value), "{value}");
        for _ in 0..50 {
            assert_eq!(cache.get("hot"), Some(value));
        }
    }
}

#[test]
fn a_write_without_a_value_drops_and_is_never_stale() {
    let (cache, _) = build(builder().policy(adaptive()));
    for value in 1..=20 {
        assert_eq!(cache.get_with("a", |_| value), value);
        cache.announce(Write::of("a"));
        assert_eq!(cache.get("a"), None);
    }
}

#[test]
fn a_successor_goes_on_with_what_was_learned() {
    let (cache, _) = build(builder().policy(adaptive()));
    let_it_go_cold(&cache, "cold");
    let report = cache.swap_policy(adaptive()).unwrap();
    assert!(
        matches!(report.restored, Restored::Taken { bytes } if bytes > 1),
        "{report:?}"
    );
    assert!(!is_replaced(&cache, "cold", 7));
    assert!(is_replaced(&cache, "new", 7));
}

#[test]
fn a_candidate_that_asks_disturbs_nobody() {
    let (cache, _) = build(builder().policy(adaptive()));
    cache.start_canary(adaptive()).unwrap();
    for value in 1..=50 {
        assert!(is_replaced(&cache, "hot", value), "{value}");
        assert_eq!(cache.get("hot"), Some(value));
    }
    let report = cache.canary_report().unwrap();
    assert_eq!((report.changes, report.differing_changes), (50, 0));
}

#[test]
fn who_may_not_observe_is_refused_when_it_is_loaded() {
    let refused = builder()
        .policy(adaptive())
        .withhold(Permission::Observe)
        .build();
    let refused = refused.err().unwrap().to_string();
    assert!(
        refused.contains("withheld from it: shelflife:policy/observe@0.1.0"),
        "{refused}"
    );
    let (cache, _) = build(builder().policy(adaptive()));
    let grants = &cache.policy_info()[0].grants;
    assert_eq!(grants[..], [Permission::Purge, Permission::Observe]);
}

#[test]
fn tasks_are_seen_as_threads_are() {
    let builder = future::Cache::<u64>::builder().policy_limits(Limits::deterministic());
    let cache = builder.policy(adaptive()).build().unwrap();
    for value in 1..=100 {
        block_on(cache.get_with("hot", async |_| 0));
        cache.announce(Write::of("hot").with_value(value));
        assert_eq!(cache.get("hot"), Some(value));
    }
    block_on(cache.get_with("cold", async |_| 0));
    for value in 1..=100 {
        cache.announce(Write::of("cold").with_value(value));
    }
    assert_eq!(cache.get("cold"), None);
}
