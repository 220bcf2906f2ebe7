//! The promises P1 to P5 on both caches, for every call that invalidates and every call that loads.

mod both;

use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use both::{PATIENCE, Subject, Value, on_both_caches};
use shelflife::compute::Op;
use shelflife::{Embedding, Load, ManualClock};

/// What every value of these tests says of itself, so that every call names it.
fn describe(load: &Load) {
    load.tag("tag")
        .embedding(&Embedding::new([1.0, 0.0]).unwrap());
}

type Call<C> = fn(&C);

/// Every call that takes `user:1` away for good.
fn hard_calls<C: Subject>() -> Vec<(&'static str, Call<C>)> {
    vec![
        ("invalidate", |cache| cache.at().invalidate("user:1")),
        ("remove", |cache| {
            assert_ne!(cache.at().remove("user:1"), Some("NEW"))
        }),
        ("invalidate_at", |cache| {
            cache.at().invalidate_at("user:1", 7)
        }),
        ("invalidate_marked", |cache| {
            cache.at().invalidate_marked("user:1", 7)
        }),
        ("invalidate_tag", |cache| cache.at().invalidate_tag("tag")),
        ("invalidate_tags", |cache| {
            cache.at().invalidate_tags(["other", "tag"])
        }),
        ("invalidate_tag_marked", |cache| {
            cache.at().invalidate_tag_marked("tag", 7)
        }),
        ("invalidate_prefix", |cache| {
            cache.at().invalidate_prefix("user:")
        }),
        ("invalidate_near", |cache| {
            let near = Embedding::new([2.0, 0.1]).unwrap();
            cache.at().invalidate_near(&near, 0.9).unwrap();
        }),
        ("invalidate_entries_if", |cache| {
            cache
                .at()
                .invalidate_entries_if(|key, value| key == "user:1" && *value == "OLD");
        }),
        ("invalidate_all", |cache| cache.at().invalidate_all()),
    ]
}

/// Every call that makes `user:1` stale.
fn soft_calls<C: Subject>() -> Vec<(&'static str, Call<C>)> {
    vec![
        ("expire", |cache| cache.at().expire("user:1")),
        ("expire_tag", |cache| cache.at().expire_tag("tag")),
        ("expire_tags", |cache| {
            cache.at().expire_tags(["tag", "other"])
        }),
        ("expire_prefix", |cache| cache.at().expire_prefix("user:")),
        ("expire_near", |cache| {
            let near = Embedding::new([2.0, 0.1]).unwrap();
            cache.at().expire_near(&near, 0.9).unwrap();
        }),
        ("expire_entries_if", |cache| {
            cache.at().expire_entries_if(|_, value| *value == "OLD");
        }),
        ("expire_all", |cache| cache.at().expire_all()),
    ]
}

type Loader = Box<dyn FnOnce(&Load) -> Value + Send>;
type Read<C> = fn(&C, Loader) -> Value;

/// Every call that loads one key.
fn reads<C: Subject>() -> Vec<(&'static str, Read<C>)> {
    vec![
        ("get_with", |cache, loader| cache.get_with("user:1", loader)),
        ("get_many_with", |cache, loader| {
            let mut loader = Some(loader);
            let values = cache.get_many_with(&["user:1"], move |_, loads| {
                vec![loader.take().map(|loader| loader(&loads[0]))]
            });
            values[0].unwrap()
        }),
        ("or_insert_with", |cache, loader| {
            cache.or_insert_with("user:1", loader).into_value()
        }),
        ("get_near_with", |cache, loader| {
            let embedding = Embedding::new([1.0, 0.0]).unwrap();
            cache.get_near_with("user:1", &embedding, loader).unwrap()
        }),
        ("and_compute_with", |cache, loader| {
            let result = cache.and_compute_with("user:1", move |_, load| Op::Put(loader(load)));
            result.into_entry().unwrap().into_value()
        }),
    ]
}

/// Loads OLD in another thread, calls `meanwhile` while the loader runs, and lets it finish.
fn load_old_while<C: Subject>(cache: &C, read: Read<C>, meanwhile: impl FnOnce()) {
    let (started, has_started) = channel();
    let (finish, may_finish) = channel::<()>();
    let loading = cache.clone();
    let loader = thread::spawn(move || {
        let loader = move |load: &Load| {
            describe(load);
            started.send(()).unwrap();
            may_finish.recv().unwrap();
            "OLD"
        };
        read(&loading, Box::new(loader))
    });
    has_started.recv().unwrap();
    meanwhile();
    finish.send(()).unwrap();
    let value = loader.join().unwrap();
    assert_eq!(value, "OLD", "the leader may have what it loaded");
}

fn p1_no_load_brings_back_what_any_call_invalidated<C: Subject>() {
    for (name, invalidate) in hard_calls::<C>().into_iter().chain(soft_calls()) {
        for (read_by, read) in reads::<C>() {
            let cache = C::plain();
            // The dimensions are known.
            cache.at().insert_with("other", "x", describe);
            load_old_while(&cache, read, || invalidate(&cache));
            // A soft call makes it stale, and nothing serves what is stale here.
            assert_eq!(cache.at().get("user:1"), None, "{name} during {read_by}");
            let discarded = cache.at().stats().discarded_fills;
            assert_eq!(discarded, 1, "{name} during {read_by}");
        }
    }
}

fn p1_what_is_stored_is_gone_when_any_call_returns<C: Subject>() {
    for (name, invalidate) in hard_calls::<C>().into_iter().chain(soft_calls()) {
        let cache = C::plain();
        cache.at().insert_with("user:1", "OLD", describe);
        assert_eq!(cache.at().get("user:1"), Some("OLD"), "{name}");
        invalidate(&cache);
        assert_eq!(cache.at().get("user:1"), None, "{name}");
        assert!(!cache.at().contains_key("user:1"), "{name}");
        assert_eq!(cache.at().iter().count(), 0, "{name}");
        assert_eq!(cache.get_with("user:1", |_| "NEW"), "NEW", "{name}");
    }
}

fn p1_a_reader_that_joins_after_an_invalidation_does_not_get_the_old_value<C: Subject>() {
    for (name, invalidate) in hard_calls::<C>() {
        let cache = C::plain();
        cache.at().insert_with("other", "x", describe);
        let (answer, is_answered) = channel();
        load_old_while(&cache, reads::<C>()[0].1, || {
            invalidate(&cache);
            let before = cache.at().stats();
            let reading = cache.clone();
            thread::spawn(move || answer.send(reading.get_with("user:1", |_| "NEW")));
            // It has joined, or found that it must load itself.
            let has_come = || {
                let now = cache.at().stats();
                now.coalesced > before.coalesced || now.misses > before.misses
            };
            while !has_come() {
                thread::yield_now();
            }
        });
        assert_eq!(is_answered.recv_timeout(PATIENCE), Ok("NEW"), "{name}");
    }
}

fn p2_an_insert_supersedes_a_load_by_any_call<C: Subject>() {
    for (read_by, read) in reads::<C>() {
        let cache = C::plain();
        load_old_while(&cache, read, || cache.at().insert("user:1", "NEW"));
        assert_eq!(cache.at().get("user:1"), Some("NEW"), "{read_by}");
    }
}

/// A cache whose entries end after ten seconds and have a minute of grace and rescue.
fn with_grace<C: Subject>(clock: &ManualClock) -> C {
    let seconds = Duration::from_secs;
    C::make(
        C::builder()
            .clock(clock.clone())
            .time_to_live(seconds(10))
            .grace(seconds(60))
            .rescue(seconds(60)),
    )
}

fn p4_what_was_dropped_is_not_rescued<C: Subject>() {
    for (name, invalidate) in hard_calls::<C>() {
        let cache: C = with_grace(&ManualClock::default());
        cache.at().insert_with("user:1", "OLD", describe);
        invalidate(&cache);
        let read = cache.try_get_with("user:1", |_| Err::<Value, _>("down"));
        assert_eq!(read.map_err(|error| *error), Err("down"), "{name}");
    }
}

fn p4_what_was_expired_is_served_within_its_grace_and_its_rescue<C: Subject>() {
    for (name, expire) in soft_calls::<C>() {
        let clock = ManualClock::default();
        let cache: C = with_grace(&clock);
        cache.at().insert_with("user:1", "OLD", describe);
        expire(&cache);
        assert_eq!(cache.at().get("user:1"), None, "{name}");
        let read = || cache.try_get_with("user:1", |_| Err::<Value, _>("down"));
        assert_eq!(read(), Ok("OLD"), "{name}");
        assert_eq!(cache.at().stats().stale_served, 1, "{name}");
        clock.advance(Duration::from_secs(61));
        assert!(read().is_err(), "{name}");
    }
}

fn p4_readers_are_served_within_the_grace_while_one_loads<C: Subject>() {
    let cache: C = with_grace(&ManualClock::default());
    cache.at().insert_with("user:1", "OLD", describe);
    cache.at().expire("user:1");
    let (started, has_started) = channel();
    let (finish, may_finish) = channel::<()>();
    let refreshing = cache.clone();
    let refresher = thread::spawn(move || {
        refreshing.get_with("user:1", move |_| {
            started.send(()).unwrap();
            may_finish.recv().unwrap();
            "NEW"
        })
    });
    has_started.recv().unwrap();
    let entry = cache.or_insert_with("user:1", |_| unreachable!("it is served what is there"));
    assert_eq!((*entry.value(), entry.is_stale()), ("OLD", true));
    finish.send(()).unwrap();
    assert_eq!(refresher.join().unwrap(), "NEW");
    assert_eq!(cache.at().get("user:1"), Some("NEW"));
}

fn p5_when_a_leader_fails_one_of_those_who_wait_leads<C: Subject>() {
    let cache = C::plain();
    let (started, has_started) = channel();
    let (fail, may_fail) = channel::<()>();
    let leading = cache.clone();
    let leader = thread::spawn(move || {
        leading.get_with("user:1", move |_| {
            started.send(()).unwrap();
            may_fail.recv().unwrap();
            panic!("the origin is on fire");
        })
    });
    has_started.recv().unwrap();
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            let cache = cache.clone();
            thread::spawn(move || cache.get_with("user:1", |_| "VALUE"))
        })
        .collect();
    while cache.at().stats().coalesced < 3 {
        thread::yield_now();
    }
    fail.send(()).unwrap();
    assert!(leader.join().is_err());
    assert!(
        waiting
            .into_iter()
            .all(|one| one.join().unwrap() == "VALUE")
    );
    assert_eq!(cache.at().stats().loads, 1, "the others shared it");
}

fn a_loader_may_ask_for_other_keys_and_even_its_own<C: Subject>() {
    let cache = C::plain();
    let inside = cache.clone();
    let value = cache.get_with("page", move |_| {
        assert_eq!(inside.get_with("part", |_| "part"), "part");
        assert_eq!(inside.get_with("page", |_| "inner"), "inner");
        let many = inside.get_many_with(&["page", "other"], |keys, _| {
            assert_eq!(keys, ["other"]);
            vec![Some("other")]
        });
        assert_eq!(many, [None, Some("other")]);
        "outer"
    });
    assert_eq!(value, "outer");
    assert_eq!(cache.at().get("page"), Some("outer"));
    assert_eq!(cache.at().get("part"), Some("part"));
}

fn a_value_that_is_not_to_be_stored_goes_to_its_readers_only<C: Subject>() {
    let cache = C::plain();
    let value = cache.get_with("user:1", |load| {
        load.skip_store();
        "VALUE"
    });
    assert_eq!(value, "VALUE");
    assert_eq!(cache.at().get("user:1"), None);
    assert_eq!(cache.at().stats().discarded_fills, 0, "it was asked for");
}

fn an_error_is_kept_as_long_as_the_builder_says_unless_its_loader_says_otherwise<C: Subject>() {
    let clock = ManualClock::default();
    let seconds = Duration::from_secs;
    let cache = C::make(C::builder().clock(clock.clone()).negative_ttl(seconds(5)));
    let down = |load: &Load| {
        load.tag("rows");
        Err::<Value, _>("down")
    };
    assert!(cache.try_get_with("a", down).is_err());
    let kept = cache.try_get_with("a", |_| -> Result<_, &str> { unreachable!() });
    assert_eq!(*kept.unwrap_err(), "down");
    clock.advance(seconds(5));
    let not_kept = cache.try_get_with("a", |load| {
        load.keep_failure_for(Duration::ZERO);
        Err::<Value, _>("down again")
    });
    assert!(not_kept.is_err());
    assert!(cache.try_get_with("a", down).is_err());
    // Whoever does not know what it is keeps nothing of it.
    cache.at().invalidate_entries_if(|_, _| false);
    assert_eq!(cache.try_get_with("a", |_| Ok::<_, &str>("up")), Ok("up"));
}

on_both_caches!(
    p1_no_load_brings_back_what_any_call_invalidated,
    p1_what_is_stored_is_gone_when_any_call_returns,
    p1_a_reader_that_joins_after_an_invalidation_does_not_get_the_old_value,
    p2_an_insert_supersedes_a_load_by_any_call,
    p4_what_was_dropped_is_not_rescued,
    p4_what_was_expired_is_served_within_its_grace_and_its_rescue,
    p4_readers_are_served_within_the_grace_while_one_loads,
    p5_when_a_leader_fails_one_of_those_who_wait_leads,
    a_loader_may_ask_for_other_keys_and_even_its_own,
    a_value_that_is_not_to_be_stored_goes_to_its_readers_only,
    an_error_is_kept_as_long_as_the_builder_says_unless_its_loader_says_otherwise,
);
