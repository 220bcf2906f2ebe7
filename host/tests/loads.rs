//! Loads as applications see them: errors, many keys at once, loaders that ask the cache, time limits,
//! and what loaders say of the origin.

mod both;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use both::{Subject, on_both_caches};
use shelflife::sync::{Cache, Seen};
use shelflife::{Builder, ManualClock};

fn plain() -> Cache<&'static str> {
    Cache::builder().build().unwrap()
}

/// A cache whose entries are fresh for ten seconds and may be rescued for a minute after that.
fn with_rescue(clock: &ManualClock) -> Builder<&'static str> {
    let ttl = shelflife_policies::find("ttl").unwrap();
    Cache::builder()
        .clock(clock.clone())
        .policy(ttl)
        .policy_config(r#"{ "ttl": "10s", "rescue": "60s" }"#)
}

fn an_error_goes_to_all_who_waited_and_is_not_kept<C: Subject>() {
    let cache = C::plain();
    let (started, has_started) = channel();
    let (finish, may_finish) = channel::<()>();
    let leading = cache.clone();
    let leader = thread::spawn(move || {
        leading.try_get_with("a", |_| {
            started.send(()).unwrap();
            may_finish.recv().unwrap();
            Err::<&str, _>("down".to_owned())
        })
    });
    has_started.recv().unwrap();
    let together = Arc::new(Barrier::new(3));
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let (cache, together) = (cache.clone(), Arc::clone(&together));
            thread::spawn(move || {
                together.wait();
                cache.try_get_with("a", |_| Err::<&str, _>("loaded again".to_owned()))
            })
        })
        .collect();
    together.wait();
    // They join before the load ends: it ends only when both have.
    while cache.at().stats().coalesced < 2 {
        thread::yield_now();
    }
    finish.send(()).unwrap();
    assert_eq!(*leader.join().unwrap().unwrap_err(), "down");
    for reader in waiting {
        assert_eq!(*reader.join().unwrap().unwrap_err(), "down");
    }
    assert_eq!(cache.get_with("a", |_| "up"), "up");
    assert_eq!(cache.at().stats().failed_loads, 1);
}

#[test]
fn an_error_is_kept_as_long_as_its_loader_asks_and_an_invalidation_ends_it() {
    let clock = ManualClock::default();
    let cache: Cache<&str> = Cache::builder().clock(clock.clone()).build().unwrap();
    let loads = AtomicU32::new(0);
    let missing = || {
        cache.try_get_with("row:1", |load| {
            loads.fetch_add(1, Ordering::Relaxed);
            load.keep_failure_for(Duration::from_secs(5));
            load.depends_on("rows");
            Err::<&str, _>("no such row")
        })
    };
    assert_eq!(*missing().unwrap_err(), "no such row");
    assert_eq!(*missing().unwrap_err(), "no such row");
    assert_eq!(loads.load(Ordering::Relaxed), 1);
    assert_eq!(cache.get("row:1"), None, "an error is no value");
    clock.advance(Duration::from_secs(5));
    assert!(missing().is_err());
    assert_eq!(loads.load(Ordering::Relaxed), 2);
    cache.invalidate_tag("rows");
    assert!(missing().is_err());
    assert_eq!(loads.load(Ordering::Relaxed), 3);
    // A reader that knows no such errors loads for itself.
    assert_eq!(cache.get_with("row:1", |_| "created"), "created");
    assert_eq!(missing().unwrap(), "created");
}

#[test]
fn a_value_within_its_rescue_answers_for_a_load_that_failed() {
    let clock = ManualClock::default();
    let cache = with_rescue(&clock).build().unwrap();
    cache.insert("a", "OLD");
    clock.advance(Duration::from_secs(20));
    let read = || cache.try_get_with("a", |_| Err::<&str, _>("down"));
    assert_eq!(read().unwrap(), "OLD");
    assert_eq!(cache.stats().stale_served, 1);
    clock.advance(Duration::from_secs(60));
    assert!(read().is_err());
}

fn one_call_of_the_loader_brings_all_keys_that_are_missing<C: Subject>() {
    let cache = C::plain();
    cache.at().insert("b", "cached");
    let mut calls = 0;
    let values = cache.get_many_with(&["a", "b", "c", "a"], |keys, loads| {
        calls += 1;
        assert_eq!(keys, ["a", "c"]);
        loads[0].depends_on("tag");
        vec![Some("loaded"), None]
    });
    assert_eq!(
        values,
        [Some("loaded"), Some("cached"), None, Some("loaded")]
    );
    assert_eq!(calls, 1);
    assert_eq!(cache.at().get("a"), Some("loaded"));
    cache.at().invalidate_tag("tag");
    assert_eq!(cache.at().get("a"), None);
    assert_eq!(cache.get_many_with(&[], |_, _| unreachable!()), []);
}

fn an_invalidation_during_a_load_of_many_keys_discards_those_it_names<C: Subject>() {
    let cache = C::plain();
    let values = cache.get_many_with(&["a", "b", "c"], |_, loads| {
        loads[1].depends_on("tag");
        cache.at().invalidate("a");
        cache.at().invalidate_tag("tag");
        vec![Some("OLD"); 3]
    });
    assert_eq!(values, [Some("OLD"); 3], "its own reader may have them");
    assert_eq!(
        [
            cache.at().get("a"),
            cache.at().get("b"),
            cache.at().get("c")
        ],
        [None, None, Some("OLD")]
    );
}

fn readers_of_many_keys_that_overlap_do_not_wait_for_each_other_for_ever<C: Subject>() {
    let cache = C::plain();
    let together = Arc::new(Barrier::new(2));
    let reader = |first: &'static str, second: &'static str| {
        let (cache, together) = (cache.clone(), Arc::clone(&together));
        thread::spawn(move || {
            for _ in 0..500 {
                together.wait();
                let values = cache.get_many_with(&[first, second], |keys, _| {
                    keys.iter().map(|_| Some("x")).collect()
                });
                assert_eq!(values, [Some("x"); 2]);
                together.wait();
                cache.at().invalidate_all();
            }
        })
    };
    let readers = [reader("a", "b"), reader("b", "a")];
    for reader in readers {
        reader.join().unwrap();
    }
}

#[test]
fn a_loader_may_ask_for_other_keys_and_even_its_own() {
    let cache = plain();
    let value = cache.get_with("page", |_| {
        assert_eq!(cache.get_with("part", |_| "part"), "part");
        assert_eq!(cache.get_with("page", |_| "inner"), "inner");
        "outer"
    });
    assert_eq!(value, "outer");
    assert_eq!(cache.get("page"), Some("outer"));
    assert_eq!(cache.get("part"), Some("part"));
}

/// A loader that is stuck until told otherwise, in a thread of its own.
fn stuck(cache: &Cache<&'static str>) -> impl FnOnce() -> &'static str {
    let (started, has_started) = channel();
    let (finish, may_finish) = channel::<()>();
    let loading = cache.clone();
    let loader = thread::spawn(move || {
        loading.get_with("a", |load| {
            load.depends_on("tag");
            started.send(()).unwrap();
            may_finish.recv().unwrap();
            "LATE"
        })
    });
    has_started.recv().unwrap();
    move || {
        finish.send(()).unwrap();
        loader.join().unwrap()
    }
}

#[test]
fn a_load_that_takes_too_long_holds_nobody_up_and_stores_nothing() {
    let cache: Cache<&str> = Cache::builder()
        .load_timeout(Duration::from_millis(20))
        .build()
        .unwrap();
    let let_go = stuck(&cache);
    assert_eq!(cache.get_with("a", |_| "NEW"), "NEW");
    assert_eq!(let_go(), "LATE", "its own reader may have it");
    assert_eq!(cache.get("a"), Some("NEW"));
    assert_eq!(cache.stats().discarded_fills, 1);
}

#[test]
fn a_reader_that_waited_for_long_enough_takes_what_is_within_its_rescue() {
    let clock = ManualClock::default();
    let cache = with_rescue(&clock)
        .soft_timeout(Duration::from_millis(1))
        .build()
        .unwrap();
    cache.insert("a", "OLD");
    clock.advance(Duration::from_secs(20));
    let let_go = stuck(&cache);
    assert_eq!(cache.get_with("a", |_| unreachable!()), "OLD");
    let_go();
    assert_eq!(cache.get("a"), Some("LATE"));
}

fn a_lagging_replica_cannot_bring_back_what_was_invalidated_at_a_version<C: Subject>() {
    let cache = C::plain();
    let from_replica = |version, value| {
        cache.get_with("a", |load| {
            load.version(version);
            value
        })
    };
    assert_eq!(from_replica(6, "OLD"), "OLD");
    cache.at().invalidate_at("a", 7);
    assert_eq!(
        from_replica(6, "OLD"),
        "OLD",
        "its own reader has no better"
    );
    assert_eq!(cache.at().get("a"), None);
    assert!(cache.at().insert_at("a", "NEW", 7));
    assert!(!cache.at().insert_at("a", "OLD", 6));
    assert_eq!(cache.at().get("a"), Some("NEW"));
}

fn a_load_that_had_not_seen_the_change_behind_an_invalidation_is_not_kept<C: Subject>() {
    let cache = C::plain();
    let load_having_seen = |last, value| {
        cache.get_with("a", |load| {
            load.depends_on("tag").seen(Seen::UpTo(last));
            value
        })
    };
    cache.at().invalidate_marked("a", 7);
    load_having_seen(6, "OLD");
    assert_eq!(cache.at().get("a"), None);
    load_having_seen(7, "NEW");
    assert_eq!(cache.at().get("a"), Some("NEW"));
    cache.at().invalidate_tag_marked("tag", 9);
    load_having_seen(8, "OLD");
    assert_eq!(cache.at().get("a"), None);
}

#[test]
fn what_is_expired_is_stale_and_not_gone() {
    let ttl = shelflife_policies::find("ttl").unwrap();
    let cache: Cache<&str> = Cache::builder()
        .policy(ttl)
        .policy_config(r#"{ "ttl": "1h", "rescue": "1h" }"#)
        .build()
        .unwrap();
    for expire in [
        |cache: &Cache<&'static str>| cache.expire("a"),
        |cache: &Cache<&'static str>| cache.expire_all(),
    ] {
        cache.insert("a", "OLD");
        expire(&cache);
        assert_eq!(cache.get("a"), None);
        assert_eq!(
            cache.try_get_with("a", |_| Err::<&str, _>("down")).unwrap(),
            "OLD"
        );
    }
    let plain = plain();
    plain.get_with("a", |load| {
        load.depends_on("tag");
        "OLD"
    });
    plain.expire_tag("tag");
    assert_eq!(plain.get("a"), None);
}

type Call = fn(&Cache<&'static str>);

/// Every invalidation by something else than the key.
const GROUP_CALLS: [(&str, Call); 3] = [
    ("tag", |cache| cache.invalidate_tag("tag")),
    ("prefix", |cache| cache.invalidate_prefix("a")),
    ("all", |cache| cache.invalidate_all()),
];

#[test]
fn a_reader_that_joins_a_load_after_an_invalidation_does_not_get_what_the_load_brings() {
    for (name, call) in GROUP_CALLS {
        let cache = plain();
        let let_go = stuck(&cache);
        call(&cache);
        let reader = thread::spawn({
            let cache = cache.clone();
            move || cache.get_with("a", |_| "NEW")
        });
        // It has joined before the load may end.
        while cache.stats().coalesced == 0 {
            thread::yield_now();
        }
        let_go();
        assert_eq!(reader.join().unwrap(), "NEW", "by {name}");
    }
}

#[test]
fn a_read_that_would_load_does_so_after_an_invalidation() {
    for (name, call) in GROUP_CALLS {
        let cache = plain();
        let read = |value| {
            cache.get_with("a", |load| {
                load.depends_on("tag");
                value
            })
        };
        assert_eq!([read("OLD"), read("?")], ["OLD"; 2]);
        call(&cache);
        assert_eq!(read("NEW"), "NEW", "by {name}");
    }
}

#[test]
fn what_is_over_leaves_while_other_keys_are_loaded() {
    let clock = ManualClock::default();
    let cache: Cache<&str> = Cache::builder()
        .clock(clock.clone())
        .time_to_live(Duration::from_secs(10))
        .build()
        .unwrap();
    let load = |name: &str| {
        for number in 0..1_000 {
            cache.get_with(&format!("{name}:{number}"), |_| "x");
        }
    };
    load("before");
    assert_eq!(cache.entry_count(), 1_000);
    clock.advance(Duration::from_secs(20));
    load("after");
    assert!(cache.entry_count() < 1_100, "{}", cache.entry_count());
}

on_both_caches!(
    an_error_goes_to_all_who_waited_and_is_not_kept,
    one_call_of_the_loader_brings_all_keys_that_are_missing,
    an_invalidation_during_a_load_of_many_keys_discards_those_it_names,
    readers_of_many_keys_that_overlap_do_not_wait_for_each_other_for_ever,
    a_lagging_replica_cannot_bring_back_what_was_invalidated_at_a_version,
    a_load_that_had_not_seen_the_change_behind_an_invalidation_is_not_kept,
);
