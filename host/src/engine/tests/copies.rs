//! What a thread keeps at hand: served as long as the store would serve it, and no longer.

use super::*;

/// An engine with `user:1` stored, and at hand as well.
fn at_hand(options: &Options) -> (TestEngine, Copies<&'static str>) {
    let engine = Engine::new(options);
    engine.install(&Plan::every_key(Lease::for_nanos(1_000)));
    let lease = Lease {
        grace: 10,
        ..tagged("tag")
    };
    fill_near(&engine, "user:1", "OLD", &lease, 0);
    let mut copies = Copies::new(4);
    keep(&engine, &mut copies, "user:1", 1);
    assert_eq!(copy(&engine, &copies, "user:1", 1), Some("OLD"));
    (engine, copies)
}

fn keep(engine: &TestEngine, copies: &mut Copies<&'static str>, key: &str, now: Instant) {
    let entry = engine.get(engine.key(key), now).unwrap();
    drop(copies.offer(entry, now));
}

fn copy(
    engine: &TestEngine,
    copies: &Copies<&'static str>,
    key: &str,
    now: Instant,
) -> Option<&'static str> {
    let entry = copies.get(engine, engine.key(key), now);
    entry.map(|entry| *entry.value())
}

#[test]
fn a_copy_is_not_served_after_any_purge() {
    for mode in [PurgeMode::Drop, PurgeMode::Expire, PurgeMode::Replace] {
        for purge in every_purge(mode) {
            let (engine, copies) = at_hand(&Options::default());
            engine.purge(&purge, 2);
            assert_eq!(copy(&engine, &copies, "user:1", 2), None, "{purge:?}");
        }
    }
}

#[test]
fn a_copy_is_served_after_a_purge_that_does_not_name_it() {
    let (engine, copies) = at_hand(&Options::default());
    engine.purge(
        &Purge::Tags {
            tags: vec!["another".into()],
            mode: PurgeMode::Drop,
        },
        2,
    );
    assert_eq!(copy(&engine, &copies, "user:1", 2), Some("OLD"));
}

#[test]
fn a_copy_is_served_before_the_end_of_its_lease_and_not_at_it() {
    let (engine, copies) = at_hand(&Options::default());
    assert_eq!(copy(&engine, &copies, "user:1", 999), Some("OLD"));
    assert_eq!(copy(&engine, &copies, "user:1", 1_000), None);
}

#[test]
fn a_copy_is_not_served_when_another_value_has_taken_its_place() {
    let (engine, copies) = at_hand(&Options::default());
    let fill = Fill {
        now: 2,
        ..Fill::default()
    };
    let lease = Lease::for_nanos(1_000);
    engine.insert(engine.key("user:1"), "NEW", &lease, &fill, &mut || 0.5);
    assert_eq!(copy(&engine, &copies, "user:1", 2), None);
}

#[test]
fn a_copy_of_what_was_evicted_is_not_served_so_that_a_purge_need_not_find_it() {
    let (engine, copies) = at_hand(&Options {
        capacity: 1,
        ..Options::default()
    });
    for other in ["a", "b", "c"] {
        fill(&engine, other, "", &Lease::default(), 2);
    }
    assert!(engine.peek_fresh(engine.key("user:1"), 3).is_none());
    assert_eq!(copy(&engine, &copies, "user:1", 3), None);
}

#[test]
fn the_store_hears_of_what_is_read_at_hand() {
    let (engine, copies) = at_hand(&Options::default());
    let served = (0..320).filter(|_| copy(&engine, &copies, "user:1", 2).is_some());
    assert_eq!(served.count(), 310);
}

#[test]
fn what_is_read_once_does_not_take_the_place_of_what_is_read_all_the_time() {
    let (engine, mut copies) = at_hand(&Options::default());
    let others: Vec<String> = (0..50).map(|number| format!("other:{number}")).collect();
    for other in &others {
        fill(&engine, other, "", &Lease::default(), 2);
        keep(&engine, &mut copies, other, 2);
        // One hit in so many goes to the store, and never two in a row.
        let mut hits = (0..2).filter_map(|_| copy(&engine, &copies, "user:1", 2));
        assert_eq!(hits.next(), Some("OLD"), "{other}");
    }
}

#[test]
fn what_is_gone_is_given_up_while_other_entries_are_offered() {
    let (engine, mut copies) = at_hand(&Options::default());
    let entry = engine.get(engine.key("user:1"), 2).unwrap();
    fill(&engine, "other", "", &Lease::default(), 2);
    engine.purge(&every_purge(PurgeMode::Drop)[0], 2);
    let owners = Arc::strong_count(&entry);
    for _ in 0..64 {
        keep(&engine, &mut copies, "other", 2);
    }
    assert_eq!(Arc::strong_count(&entry), owners - 1);
}
