//! Candidates beside the policies in place.

mod support;

use shelflife::policy::Source;
use shelflife::sync::Write;
use support::{build, builder, evil, lease_in_seconds, ttl, without_line};

#[test]
fn a_candidate_is_asked_the_same_and_nothing_of_it_is_carried_out() {
    let tags = |json: &str| Source::from("tags").config(json);
    let (cache, clock) = build(builder().policy(tags(r#"{ "ttl": "10s" }"#)));
    assert_eq!(cache.canary_report(), None);
    cache
        .start_canary(evil("on-changes", "purge-everything"))
        .unwrap();
    cache.get_with("page", |load| {
        load.depends_on("review");
        1
    });
    cache.get_with("other", |_| 2);
    cache.announce(Write::of("review"));
    assert_eq!((cache.get("page"), cache.get("other")), (None, Some(2)));

    let report = cache.canary_report().unwrap();
    assert_eq!((report.fills, report.differing_fills), (2, 2));
    assert_eq!((report.changes, report.differing_changes), (1, 1));
    assert_eq!((report.failures, &report.last_error), (0, &None));
    let fields: Vec<_> = report
        .leases
        .iter()
        .map(|one| (one.field, one.count))
        .collect();
    assert_eq!(fields, [("tags", 1), ("ttl", 2)]);
    let sample = &report.leases[1].samples[0];
    assert_eq!(
        (&*sample.key, &*sample.live, &*sample.candidate),
        ("page", "10s", "600s")
    );
    let purges: Vec<_> = report
        .purges
        .iter()
        .map(|one| (one.kind, one.only_live, one.only_candidate))
        .collect();
    assert_eq!(purges, [("everything", 0, 1), ("tags", 1, 0)]);
    assert_eq!(report.purges[1].samples_live, ["review (drop)"]);

    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 10);
    cache.promote_canary().unwrap();
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 600);
    assert_eq!(cache.canary_report(), None);
    cache.rollback_policy().unwrap();
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 10);
}

#[test]
fn a_candidate_that_fails_is_counted_and_cannot_be_promoted() {
    let (cache, clock) = build(builder().policy(ttl(r#"{ "ttl": "10s" }"#)));
    cache.start_canary(evil("on-fill", "panic")).unwrap();
    for n in 0..10 {
        cache.insert(&format!("{n}"), n);
    }
    assert_eq!(lease_in_seconds(&cache, &clock, "a"), 10);
    let report = cache.canary_report().unwrap();
    assert_eq!((report.failures, report.fills), (8, 0));
    assert!(report.given_up_since.is_some());
    let error = report.last_error.unwrap().to_string();
    assert_eq!(
        without_line(&error),
        "policy evil 0.1.0: on-fill: trapped: the policy panicked (key \"7\"; \
         it said: policies/evil/src/lib.rs:…: as it was told)"
    );
    let refused = cache.promote_canary().unwrap_err().to_string();
    assert!(refused.contains("failed too often in a row"), "{refused}");
    assert_eq!(cache.drop_canary().unwrap().failures, 8);
    assert_eq!(cache.drop_canary(), None);
    assert!(
        cache
            .promote_canary()
            .unwrap_err()
            .to_string()
            .contains("no candidate")
    );
    assert_eq!(
        cache.stats().policy_traps,
        0,
        "those of a candidate are not the policy's"
    );
}

#[test]
fn a_candidate_hears_changes_that_the_policy_in_place_does_not_listen_to() {
    let (cache, _) = build(builder().policy("ttl"));
    cache.start_canary("write-through").unwrap();
    cache.insert("a", 1);
    cache.announce(Write::of("a"));
    assert_eq!(cache.get("a"), Some(1));
    let report = cache.drop_canary().unwrap();
    assert_eq!(report.purges[0].samples_candidate, ["a (drop)"]);
}
