//! Look-ups and purges by meaning.

use super::*;

fn by_meaning() -> TestEngine {
    let lease = Some(Arc::new(Lease::for_nanos(1_000)));
    let rule = Rule {
        lookup: Lookup::Nearest(0.9),
        lease,
        ..Rule::default()
    };
    engine(&Plan {
        rules: vec![rule],
        feeds: vec![],
    })
}

#[test]
fn a_read_by_meaning_finds_the_nearest_entry_that_is_fresh() {
    let engine = by_meaning();
    let lease = Lease::for_nanos(1_000);
    for (key, value, vector) in [
        ("exact", "STALE", [1.0, 0.0]),
        ("near", "NEAR", [0.995, 0.0998]),
        ("far", "FAR", [0.0, 1.0]),
    ] {
        let ticket = begin(&engine, key, 0);
        assert!(finish_near(&engine, ticket, value, &lease, Some(&vector)));
    }
    engine.purge(
        &Purge::Keys {
            keys: vec!["exact".into()],
            mode: PurgeMode::Expire,
        },
        1,
    );
    let Read::Hit {
        entry,
        similarity: Some(similarity),
        ..
    } = read_near(&engine, "asked", Some(&[1.0, 0.0]), 2)
    else {
        panic!("nothing near was found");
    };
    assert_eq!(*entry.value(), "NEAR");
    assert!((similarity - 0.995).abs() < 1e-6);
}

#[test]
fn a_purge_by_meaning_misses_nothing_within_its_radius_and_takes_nothing_outside() {
    let engine = by_meaning();
    let unit = |step: u32| {
        [
            (f64::from(step) * 0.1).cos() as f32,
            (f64::from(step) * 0.1).sin() as f32,
        ]
    };
    for step in 0..8 {
        let ticket = begin(&engine, &format!("q{step}"), 0);
        finish_near(
            &engine,
            ticket,
            "x",
            &Lease::for_nanos(1_000),
            Some(&unit(step)),
        );
    }
    let at_least = 0.35f32.cos();
    let within = Purge::Within {
        centre: Arc::from(unit(0)),
        at_least,
        mode: PurgeMode::Drop,
    };
    let purged = engine.purge(&within, 1);
    assert_eq!(purged.removed.len(), 4, "q0 to q3");
    assert!(hit(&engine, "q3", 2).is_none() && hit(&engine, "q4", 2).is_some());
}

#[test]
fn an_evicted_entry_is_not_found_by_meaning() {
    let options = Options {
        capacity: 2,
        ..Options::default()
    };
    let engine: TestEngine = Engine::new(&options);
    for number in 0..20 {
        let ticket = begin(&engine, &format!("k{number}"), 0);
        finish_near(
            &engine,
            ticket,
            "x",
            &Lease::for_nanos(1_000),
            Some(&[1.0, 0.0]),
        );
    }
    assert_eq!(engine.vectors.read().len(), engine.entry_count());
}

#[test]
fn an_entry_that_leaves_late_does_not_take_the_vector_of_its_successor_along() {
    let engine = by_meaning();
    let lease = Lease::for_nanos(1_000);
    // Both are stored with the very same vector.
    let vector: Arc<[f32]> = Arc::from([1.0, 0.0]);
    let store = |value| {
        let fill = Fill {
            vector: Some(Arc::clone(&vector)),
            ..Fill::default()
        };
        engine.insert(engine.key("a"), value, &lease, &fill, &mut || 0.5)
    };
    let old = store("OLD").entry;
    store("NEW");
    // What a thread does that took the old entry out of the store before the new one came.
    engine.forget_vector(&old);
    assert_eq!(engine.nearest(&vector, 0.9).len(), 1);
}

/// One storm a round: the race between a store and a purge shows only until the next of either.
#[test]
fn rows_and_entries_stay_together_while_threads_store_and_purge() {
    let rounds = sized(200, 1);
    let purges = sized(10, 3);
    // Keys below `end` are one thread's, from `begin` on the other's, and those between both's.
    let [begin, end, all] = sized([200, 300, 500], [4, 6, 10]);
    let engine: TestEngine = Engine::new(&Options {
        shards: 4,
        ..Options::default()
    });
    let vector: Arc<[f32]> = Arc::from([1.0, 0.0]);
    let mode = PurgeMode::Drop;
    let store = |number: u32| {
        let fill = Fill {
            vector: Some(Arc::clone(&vector)),
            ..Fill::default()
        };
        let key = format!("k{number}");
        let key = engine.key(&key);
        engine.insert(key, "x", &Lease::for_nanos(1_000), &fill, &mut || 0.5);
    };
    let near = Purge::Within {
        centre: Arc::clone(&vector),
        at_least: 0.9,
        mode,
    };
    let work: [&(dyn Fn() + Sync); 4] = [
        &|| (0..end).for_each(store),
        &|| (begin..all).for_each(store),
        &|| (0..purges).for_each(|_| drop(engine.purge(&Purge::Everything { mode }, 1))),
        &|| (0..purges).for_each(|_| drop(engine.purge(&near, 1))),
    ];
    for round in 0..rounds {
        let together = std::sync::Barrier::new(work.len());
        std::thread::scope(|scope| {
            for work in work {
                let together = &together;
                scope.spawn(move || {
                    together.wait();
                    work();
                });
            }
        });
        let rows = engine.vectors.read().len();
        assert_eq!(rows, engine.entry_count(), "in round {round}");
        assert_eq!(
            engine.store.listed(),
            engine.entry_count(),
            "in round {round}"
        );
    }
}
