//! Loads, those who join them, and what overtakes them.

use super::*;

#[test]
fn a_read_after_a_purge_of_its_key_does_not_join_the_load_from_before() {
    let engine = plain();
    let old = begin(&engine, "user:1", 0);
    engine.purge(
        &Purge::Keys {
            keys: vec!["user:1".into()],
            mode: PurgeMode::Drop,
        },
        1,
    );
    let new = begin(&engine, "user:1", 2);
    assert!(finish(&engine, new, "NEW", &Lease::for_nanos(1_000)));
    assert!(!finish(&engine, old, "OLD", &Lease::for_nanos(1_000)));
    assert_eq!(hit(&engine, "user:1", 3), Some("NEW"));
}

#[test]
fn a_reader_that_joined_after_its_tag_was_purged_may_not_have_the_value_of_that_load() {
    let engine = plain();
    let ticket = begin(&engine, "user:1", 0);
    let Read::Join { joined: before, .. } = read(&engine, "user:1", 1) else {
        panic!()
    };
    engine.purge(
        &Purge::Tags {
            tags: vec!["tag".into()],
            mode: PurgeMode::Drop,
        },
        2,
    );
    let Read::Join { joined: after, .. } = read(&engine, "user:1", 3) else {
        panic!()
    };
    let stored = engine.complete(ticket, "OLD", &tagged("tag"), &Fill::default(), &mut || 0.5);
    assert!(
        engine.may_serve(&stored.entry, before),
        "it came before the purge"
    );
    assert!(!engine.may_serve(&stored.entry, after));
}

#[test]
fn a_reader_that_joined_after_its_tag_was_expired_may_not_have_the_value_without_grace() {
    let engine = plain();
    let ticket = begin(&engine, "user:1", 0);
    let expire = Purge::Tags {
        tags: vec!["tag".into()],
        mode: PurgeMode::Expire,
    };
    engine.purge(&expire, 2);
    let Read::Join { joined, .. } = read(&engine, "user:1", 3) else {
        panic!()
    };
    let stored = engine.complete(ticket, "OLD", &tagged("tag"), &Fill::default(), &mut || 0.5);
    assert!(!engine.may_serve(&stored.entry, joined));
}

#[test]
fn a_replacement_stores_only_over_a_fresh_entry_and_never_lets_a_load_back_in() {
    let engine = plain();
    let lease = Lease::for_nanos(10);
    let replace = |key: &str, now| {
        let fill = Fill {
            now,
            ..Fill::default()
        };
        engine.replace(engine.key(key), "NEW", &lease, &fill, &mut || 0.5)
    };
    fill(&engine, "a", "OLD", &lease, 0);
    assert!(matches!(replace("a", 5), Replaced::Stored(_)));
    assert_eq!(hit(&engine, "a", 6), Some("NEW"));
    assert!(
        matches!(replace("a", 20), Replaced::Dropped(_)),
        "no longer fresh"
    );
    let load = begin(&engine, "b", 20);
    assert!(matches!(replace("b", 21), Replaced::Dropped(_)), "absent");
    assert!(!finish(&engine, load, "OLD", &lease));
}

#[test]
fn an_insert_supersedes_a_load_in_flight() {
    let engine = plain();
    let old = begin(&engine, "user:1", 0);
    let lease = Lease::for_nanos(1_000);
    engine.insert(
        engine.key("user:1"),
        "NEW",
        &lease,
        &Fill::default(),
        &mut || 0.5,
    );
    assert!(!finish(&engine, old, "OLD", &lease));
    assert_eq!(hit(&engine, "user:1", 3), Some("NEW"));
}

#[test]
fn a_background_refresh_that_began_before_a_purge_is_discarded() {
    for purge in every_purge(PurgeMode::Drop) {
        let engine = plain();
        let lease = Lease {
            grace: 1_000,
            ..tagged("tag")
        };
        let ticket = begin(&engine, "user:1", 0);
        finish_near(&engine, ticket, "OLD", &lease, Some(&[1.0, 0.0]));
        let Read::Hit {
            refresh: Some((refresh, ())),
            ..
        } = read(&engine, "user:1", 1_500)
        else {
            panic!("no refresh within the grace");
        };
        engine.purge(&purge, 1_600);
        assert!(
            !finish_near(&engine, refresh, "OLD", &lease, Some(&[1.0, 0.0])),
            "{purge:?}"
        );
        assert_eq!(hit(&engine, "user:1", 1_601), None, "{purge:?}");
    }
}

#[test]
fn readers_of_one_key_share_one_load() {
    let engine = plain();
    let ticket = begin(&engine, "user:1", 0);
    assert!(
        matches!(read(&engine, "user:1", 1), Read::Join { flight, .. } if flight == ticket.flight())
    );
    engine.abandon(&ticket);
    assert!(matches!(read(&engine, "user:1", 2), Read::Load(..)));
}

#[test]
fn one_refresh_at_a_time_is_begun_and_stale_readers_do_not_wait() {
    let engine = plain();
    fill(
        &engine,
        "a",
        "OLD",
        &Lease {
            grace: 100,
            ..Lease::for_nanos(10)
        },
        0,
    );
    let Read::Hit {
        refresh: Some((ticket, ())),
        ..
    } = read(&engine, "a", 11)
    else {
        panic!()
    };
    let Read::Hit { refresh: None, .. } = read(&engine, "a", 12) else {
        panic!()
    };
    assert!(finish(&engine, ticket, "NEW", &Lease::for_nanos(100)));
    assert_eq!(hit(&engine, "a", 13), Some("NEW"));
}

#[test]
fn a_failed_load_is_answered_within_the_rescue_of_what_was_there() {
    let engine = plain();
    fill(
        &engine,
        "a",
        "OLD",
        &Lease {
            rescue: 100,
            ..Lease::for_nanos(10)
        },
        0,
    );
    let ticket = begin(&engine, "a", 50);
    assert_eq!(
        engine.rescue(&ticket, 60).map(|entry| *entry.value()),
        Some("OLD")
    );
    assert!(engine.rescue(&ticket, 110).is_none());
}

#[test]
fn a_reader_that_joined_after_a_region_was_purged_may_not_have_the_value_when_the_region_is_given_up()
 {
    let engine = plain();
    let ticket = begin(&engine, "user:1", 0);
    engine.purge(
        &Purge::Prefix {
            prefix: "user:".into(),
            mode: PurgeMode::Drop,
        },
        1,
    );
    let Read::Join { joined, .. } = read(&engine, "user:1", 2) else {
        panic!("nobody joined");
    };
    let lease = Lease::for_nanos(1_000);
    let stored = engine.complete(ticket, "OLD", &lease, &Fill::default(), &mut || 0.5);
    engine.sweep(3, Pace::ROUND);
    assert!(!engine.may_serve(&stored.entry, joined));
}
