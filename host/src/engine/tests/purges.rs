//! What a purge hides and what it leaves, for every purge.

use super::*;

#[test]
fn a_load_that_began_before_any_purge_is_never_stored() {
    for mode in [PurgeMode::Drop, PurgeMode::Expire, PurgeMode::Replace] {
        for purge in every_purge(mode) {
            let engine = plain();
            let ticket = begin(&engine, "user:1", 0);
            engine.purge(&purge, 1);
            let stored = finish_near(&engine, ticket, "OLD", &tagged("tag"), Some(&[1.0, 0.0]));
            assert!(!stored, "{purge:?} let a load through");
            assert_eq!(hit(&engine, "user:1", 2), None, "{purge:?}");
        }
    }
}

#[test]
fn an_entry_that_any_purge_dropped_is_never_served_again() {
    for purge in every_purge(PurgeMode::Drop) {
        let engine = plain();
        let lease = Lease {
            grace: 5_000,
            rescue: 5_000,
            ..tagged("tag")
        };
        fill_near(&engine, "user:1", "OLD", &lease, 0);
        assert_eq!(hit(&engine, "user:1", 1), Some("OLD"));
        engine.purge(&purge, 2);
        let ticket = begin(&engine, "user:1", 3);
        assert!(
            engine.rescue(&ticket, 3).is_none(),
            "{purge:?} left something to rescue"
        );
    }
}

#[test]
fn an_entry_that_any_purge_expired_is_served_within_its_grace_only() {
    for purge in every_purge(PurgeMode::Expire) {
        let engine = plain();
        let lease = Lease {
            grace: 10,
            ..tagged("tag")
        };
        fill_near(&engine, "user:1", "OLD", &lease, 0);
        engine.purge(&purge, 100);
        let Read::Hit {
            refresh: Some((ticket, ())),
            ..
        } = read(&engine, "user:1", 109)
        else {
            panic!("{purge:?}: not served within its grace, or not refreshed");
        };
        engine.abandon(&ticket);
        assert_eq!(hit(&engine, "user:1", 110), None, "{purge:?}");
    }
}

#[test]
fn a_second_soft_purge_does_not_restart_the_grace() {
    let engine = plain();
    let lease = Lease {
        grace: 10,
        ..tagged("tag")
    };
    fill(&engine, "a", "OLD", &lease, 0);
    let expire = Purge::Tags {
        tags: vec!["tag".into()],
        mode: PurgeMode::Expire,
    };
    engine.purge(&expire, 100);
    engine.purge(&expire, 108);
    assert_eq!(hit(&engine, "a", 109), Some("OLD"));
    assert_eq!(hit(&engine, "a", 110), None);
}

#[test]
fn a_purge_leaves_what_it_does_not_name() {
    for purge in every_purge(PurgeMode::Drop) {
        if matches!(purge, Purge::Everything { .. }) {
            continue;
        }
        let engine = plain();
        let ticket = begin(&engine, "page:1", 0);
        assert!(finish_near(
            &engine,
            ticket,
            "KEPT",
            &tagged("other"),
            Some(&[0.0, 1.0])
        ));
        engine.purge(&purge, 1);
        assert_eq!(hit(&engine, "page:1", 2), Some("KEPT"), "{purge:?}");
    }
}

#[test]
fn what_is_loaded_after_a_purge_is_served() {
    for purge in every_purge(PurgeMode::Drop) {
        let engine = plain();
        engine.purge(&purge, 0);
        let ticket = begin(&engine, "user:1", 1);
        assert!(finish_near(
            &engine,
            ticket,
            "NEW",
            &tagged("tag"),
            Some(&[1.0, 0.0])
        ));
        assert_eq!(hit(&engine, "user:1", 2), Some("NEW"), "{purge:?}");
    }
}
