//! What applications ask and are told of entries, on both caches: what they were served, changes that go by
//! what is there, weights, removals, counts.

mod both;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use both::{Subject, Value, on_both_caches};
use shelflife::compute::{CompResult, Op};
use shelflife::{Builder, ManualClock, RemovalCause, State};

const SECOND: Duration = Duration::from_secs(1);

fn an_entry_says_how_it_stands_how_old_it_is_and_what_takes_it_away<C: Subject>() {
    let clock = ManualClock::default();
    let builder = C::builder().clock(clock.clone());
    let cache = C::make(builder.time_to_live(10 * SECOND).grace(60 * SECOND));
    let loaded = cache.or_insert_with("a", |load| {
        load.tag("one").tag("two").version(7);
        "x"
    });
    assert_eq!(
        (loaded.state(), loaded.age()),
        (State::Loaded, Duration::ZERO)
    );
    clock.advance(4 * SECOND);
    let found = cache.at().get_entry("a").unwrap();
    assert_eq!(
        (found.key(), *found.value(), found.version()),
        ("a", "x", Some(7))
    );
    assert_eq!((found.state(), found.age()), (State::Fresh, 4 * SECOND));
    assert_eq!(found.fresh_for(), Some(6 * SECOND));
    assert_eq!(found.tags().collect::<Vec<_>>(), ["one", "two"]);
    clock.advance(7 * SECOND);
    assert!(
        cache.at().get_entry("a").is_none(),
        "get serves nothing stale"
    );
    let inside = cache.clone();
    cache.or_insert_with("a", move |_| {
        let stale = inside.or_insert_with("a", |_| unreachable!());
        assert_eq!((stale.state(), stale.age()), (State::Stale, 11 * SECOND));
        "y"
    });
}

fn what_is_past_its_end_can_be_looked_at_as_long_as_it_could_answer_for_an_error<C: Subject>() {
    let clock = ManualClock::default();
    let builder = C::builder().clock(clock.clone());
    let builder = builder.time_to_live(10 * SECOND).grace(20 * SECOND);
    let cache = C::make(builder.rescue(60 * SECOND));
    let stale = || {
        cache
            .at()
            .get_stale("a")
            .map(|entry| (entry.state(), entry.age()))
    };
    assert_eq!(stale(), None);
    cache.at().insert("a", "x");
    assert_eq!(stale(), Some((State::Fresh, Duration::ZERO)));
    clock.advance(69 * SECOND);
    assert_eq!(stale(), Some((State::Stale, 69 * SECOND)));
    assert_eq!(cache.at().stats().hits, 0, "it is no read");
    clock.advance(SECOND);
    assert_eq!(stale(), None);
    for (take_away, is_left) in [
        (|cache| cache.expire("a")) as fn(&shelflife::sync::Cache<Value>),
        |cache| cache.expire_tag("tag"),
        |cache| cache.invalidate("a"),
        |cache| cache.invalidate_tag("tag"),
        |cache| cache.invalidate_all(),
    ]
    .into_iter()
    .zip([true, true, false, false, false])
    {
        cache.at().insert_with("a", "x", |about| {
            about.tag("tag");
        });
        take_away(&cache.at());
        assert_eq!(stale().is_some(), is_left);
    }
    let _ = cache.try_get_with("b", |load| {
        load.keep_failure_for(SECOND);
        Err::<Value, _>("an error is no value")
    });
    assert!(cache.at().get_stale("b").is_none());
}

fn an_entry_says_whether_it_was_stored<C: Subject>() {
    let cache = C::plain();
    let inside = cache.clone();
    let overtaken = cache.or_insert_with("a", move |_| {
        inside.at().invalidate("a");
        "x"
    });
    assert!(!overtaken.was_stored());
    let skipped = cache.or_insert_with("a", |load| {
        load.skip_store();
        "x"
    });
    assert!(!skipped.was_stored());
    let loaded = cache.or_insert_with("a", |_| "x");
    assert!(loaded.was_stored());
    cache.at().invalidate("a");
    assert!(loaded.was_stored(), "and is no more");
}

fn a_change_goes_by_what_is_there<C: Subject>() {
    let cache = C::plain();
    let compute = |op: Op<Value>| {
        cache.and_compute_with("a", move |before, load| {
            load.tag("tag");
            let before = before.map(|entry| entry.into_value());
            match op {
                Op::Put("next") if before == Some("one") => Op::Put("two"),
                other => other,
            }
        })
    };
    assert!(matches!(compute(Op::Nop), CompResult::StillNone));
    assert!(matches!(compute(Op::Remove), CompResult::StillNone));
    assert!(matches!(compute(Op::Put("one")), CompResult::Inserted(_)));
    let CompResult::ReplacedWith(entry) = compute(Op::Put("next")) else {
        panic!("there was one");
    };
    assert_eq!((*entry.value(), entry.state()), ("two", State::Loaded));
    assert!(matches!(compute(Op::Nop), CompResult::Unchanged(_)));
    assert_eq!(cache.at().get("a"), Some("two"));
    let CompResult::Removed(entry) = compute(Op::Remove) else {
        panic!("there was one");
    };
    assert_eq!((entry.into_value(), cache.at().get("a")), ("two", None));
    compute(Op::Put("one"));
    cache.at().invalidate_tag("tag");
    assert_eq!(cache.at().get("a"), None, "a change carries tags");
}

fn changes_of_one_key_come_one_after_the_other<C: Subject>() {
    let cache = C::plain();
    let words = ["0", "1", "2", "3", "4", "5", "6", "7", "8"];
    let changing: Vec<_> = (0..8)
        .map(|_| {
            let cache = cache.clone();
            thread::spawn(move || {
                cache.and_compute_with("a", |before, _| {
                    let before = before.map_or(0, |entry| entry.value().parse::<usize>().unwrap());
                    thread::yield_now();
                    Op::Put(words[before + 1])
                });
            })
        })
        .collect();
    changing.into_iter().for_each(|one| one.join().unwrap());
    assert_eq!(cache.at().get("a"), Some("8"), "none was lost");
}

fn a_change_from_within_a_load_of_its_key_does_not_wait_for_it<C: Subject>() {
    let cache = C::plain();
    let inside = cache.clone();
    let value = cache.get_with("a", move |_| {
        inside.and_compute_with("a", |before, _| {
            assert!(before.is_none());
            Op::Put("changed")
        });
        "loaded"
    });
    assert_eq!(value, "loaded");
    assert_eq!(
        cache.at().get("a"),
        Some("changed"),
        "it was like an insert"
    );
}

fn a_removal_that_an_insert_overtook_leaves_what_was_inserted<C: Subject>() {
    let cache = C::plain();
    cache.at().insert("a", "one");
    let inside = cache.at();
    cache.and_compute_with("a", move |_, _| {
        inside.insert("a", "two");
        Op::Remove
    });
    assert_eq!(cache.at().get("a"), Some("two"));
}

fn what_is_removed_is_handed_out_if_it_was_fresh<C: Subject>() {
    let clock = ManualClock::default();
    let builder = C::builder().clock(clock.clone()).time_to_live(10 * SECOND);
    let cache = C::make(builder.grace(60 * SECOND)).at();
    cache.insert("a", "x");
    assert_eq!((cache.remove("a"), cache.remove("a")), (Some("x"), None));
    cache.insert("a", "x");
    clock.advance(10 * SECOND);
    assert_eq!(cache.remove("a"), None, "it was stale");
    cache.insert_with("a", "x", |about| {
        about.tag("tag");
    });
    cache.invalidate_tag("tag");
    assert_eq!(cache.remove("a"), None, "it was hidden");
}

fn what_the_entries_weigh_is_bounded<C: Subject>() {
    let builder = C::builder().max_capacity(100);
    let cache = C::make(builder.weigher(|key, value| (key.len() + value.len()) as u32));
    cache.at().insert("a", "123456789");
    cache.get_with("b", |_| "1");
    cache.at().insert("empty", "");
    assert_eq!(cache.at().weighted_size(), 10 + 2 + 5);
    for number in 0..100 {
        cache.at().insert(&format!("key {number}"), "1234");
        assert!(cache.at().weighted_size() <= 100);
    }
    assert!(cache.at().stats().evictions > 80);
    assert!(cache.at().entry_count() < 15);
}

type Told = Arc<Mutex<Vec<(String, Value, RemovalCause)>>>;

/// A cache that tells of removals, and what it has told.
fn telling<C: Subject>(builder: Builder<Value, C>) -> (C, Told) {
    let told = Told::default();
    let notes = Arc::clone(&told);
    let builder = builder.eviction_listener(move |key, value, cause| {
        notes.lock().unwrap().push((key.to_owned(), *value, cause));
    });
    (C::make(builder), told)
}

fn drain(told: &Told) -> Vec<(String, Value, RemovalCause)> {
    std::mem::take(&mut told.lock().unwrap())
}

fn every_value_that_leaves_is_told_of_once_and_why<C: Subject>() {
    use RemovalCause::{Expired, Invalidated, Replaced};
    let clock = ManualClock::default();
    let builder = C::builder().clock(clock.clone()).time_to_live(10 * SECOND);
    let (cache, told) = telling(builder);
    let verbs = cache.at();
    let one = |key: &str, value, cause| vec![(key.to_owned(), value, cause)];

    verbs.insert("a", "one");
    verbs.insert("a", "two");
    assert_eq!(drain(&told), one("a", "one", Replaced));
    verbs.invalidate("a");
    assert_eq!(drain(&told), one("a", "two", Invalidated));
    verbs.invalidate("a");
    assert_eq!(drain(&told), []);

    let tagged = |value: Value| {
        cache.get_with("a", |load| {
            load.tag("tag");
            value
        })
    };
    tagged("three");
    verbs.invalidate_tag("tag");
    assert_eq!(drain(&told), [], "it is hidden, and still in memory");
    verbs.run_pending_tasks();
    assert_eq!(drain(&told), one("a", "three", Invalidated));
    tagged("four");
    verbs.invalidate_tag("tag");
    tagged("five");
    assert_eq!(drain(&told), one("a", "four", Invalidated));
    verbs.invalidate_prefix("a");
    assert_eq!(drain(&told), one("a", "five", Invalidated));

    verbs.insert("a", "six");
    clock.advance(12 * SECOND);
    verbs.run_pending_tasks();
    assert_eq!(drain(&told), one("a", "six", Expired));
    verbs.insert("a", "seven");
    clock.advance(12 * SECOND);
    verbs.insert("a", "eight");
    assert_eq!(drain(&told), one("a", "seven", Expired));
    verbs.invalidate_all();
    assert_eq!(drain(&told), one("a", "eight", Invalidated));

    // What was never stored has not left, and errors are no values.
    cache.get_with("a", |load| {
        load.skip_store();
        "nine"
    });
    let failed = cache.try_get_with("a", |load| {
        load.keep_failure_for(10 * SECOND);
        Err::<Value, _>("down")
    });
    assert!(failed.is_err());
    verbs.invalidate_all();
    assert_eq!(drain(&told), []);
}

fn what_is_too_much_is_told_of_as_well<C: Subject>() {
    let (cache, told) = telling(C::builder().max_capacity(10));
    for number in 0..100 {
        cache.at().insert(&format!("{number}"), "x");
    }
    let told = drain(&told);
    assert!(
        told.iter()
            .all(|(_, _, cause)| *cause == RemovalCause::Size)
    );
    assert_eq!(told.len() as u64 + cache.at().entry_count(), 100);
    assert_eq!(told.len() as u64, cache.at().stats().evictions);
}

fn a_listener_may_call_the_cache<C: Subject>() {
    let of_listener = Arc::new(Mutex::new(None::<C>));
    let known = Arc::clone(&of_listener);
    let builder = C::builder().eviction_listener(move |key, _, cause| {
        let cache = known.lock().unwrap().clone().unwrap().at();
        if cause == RemovalCause::Invalidated {
            cache.insert("last removed", if key == "a" { "a" } else { "?" });
        }
        cache.invalidate_tag("tag");
    });
    let cache = C::make(builder);
    *of_listener.lock().unwrap() = Some(cache.clone());
    cache.at().insert("a", "x");
    cache.at().invalidate_all();
    assert_eq!(cache.at().get("last removed"), Some("a"));
    *of_listener.lock().unwrap() = None;
}

fn a_listener_that_panics_hurts_no_call_and_is_not_called_again<C: Subject>() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let cache = C::make(C::builder().eviction_listener(move |_, _, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        panic!("a bug in the application");
    }));
    for value in ["one", "two", "three"] {
        cache.at().insert("a", value);
    }
    assert_eq!(cache.at().get("a"), Some("three"));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

fn what_happens_is_counted<C: Subject>() {
    let cache = C::plain();
    assert_eq!(cache.at().stats().hit_ratio(), None);
    cache.get_with("a", |_| "x");
    cache.get_with("a", |_| "x");
    assert!(cache.at().get("a").is_some() && cache.at().get("b").is_none());
    assert!(
        cache
            .try_get_with("b", |_| Err::<Value, _>("down"))
            .is_err()
    );
    let stats = cache.at().stats();
    assert_eq!((stats.hits, stats.misses), (2, 2));
    assert_eq!((stats.loads, stats.failed_loads), (1, 1));
    assert_eq!(stats.hit_ratio(), Some(0.5));
    let verbs = cache.at();
    verbs.invalidate("a");
    verbs.expire("a");
    verbs.invalidate_tags(["one", "two"]);
    verbs.expire_prefix("a");
    verbs.invalidate_generation("g");
    verbs.expire_generation("g");
    verbs.invalidate_entries_if(|_, _| false);
    verbs.invalidate_all();
    let counted = verbs.stats().invalidations;
    assert_eq!(
        (counted.by_key, counted.by_tag, counted.by_prefix),
        (2, 2, 1)
    );
    assert_eq!((counted.by_generation, counted.by_predicate), (2, 1));
    assert_eq!(
        (counted.by_region, counted.of_all, counted.total()),
        (0, 1, 9)
    );
}

fn only_what_is_fresh_is_iterated_over<C: Subject>() {
    let clock = ManualClock::default();
    let cache = C::make(C::builder().clock(clock.clone()).time_to_live(10 * SECOND));
    cache.at().insert("old", "x");
    clock.advance(6 * SECOND);
    for key in ["a", "b", "c"] {
        cache.at().insert(key, "x");
    }
    clock.advance(6 * SECOND);
    cache.at().invalidate("b");
    let mut keys: Vec<_> = cache
        .at()
        .iter()
        .map(|entry| entry.key().to_owned())
        .collect();
    keys.sort();
    assert_eq!(keys, ["a", "c"]);
    assert!(cache.at().contains_key("a") && !cache.at().contains_key("old"));
}

fn an_entry_that_nobody_reads_ends_after_its_idle_time<C: Subject>() {
    let clock = ManualClock::default();
    let cache = C::make(C::builder().clock(clock.clone()).time_to_idle(10 * SECOND));
    cache.at().insert("a", "x");
    for _ in 0..3 {
        clock.advance(9 * SECOND);
        assert_eq!(cache.get_with("a", |_| "again"), "x");
    }
    clock.advance(11 * SECOND);
    assert_eq!(cache.at().get("a"), None);
}

fn a_loader_says_how_long_its_value_is_of_use<C: Subject>() {
    let clock = ManualClock::default();
    let cache = C::make(C::builder().clock(clock.clone()).time_to_live(10 * SECOND));
    cache.get_with("a", |load| {
        load.ttl(2 * SECOND).grace(3 * SECOND).rescue(6 * SECOND);
        "OLD"
    });
    let read = |value: Result<Value, Value>| cache.try_get_with("a", |_| value).ok();
    clock.advance(4 * SECOND);
    assert_eq!(cache.at().get("a"), None);
    let failed = cache.try_get_with("a", |_| {
        let meanwhile = cache.or_insert_with("a", |_| unreachable!("it is within its grace"));
        assert_eq!(
            (*meanwhile.value(), meanwhile.state()),
            ("OLD", State::Stale)
        );
        Err::<Value, _>("down")
    });
    assert_eq!(failed, Ok("OLD"));
    clock.advance(4 * SECOND);
    assert_eq!(read(Err("down")), None);
    cache.get_with("a", |load| {
        load.ttl(3_600 * SECOND);
        "LONG"
    });
    clock.advance(10 * SECOND);
    assert_eq!(cache.at().get("a"), None, "the strictest counts");
}

/// A predicate that panics has said yes, wherever it is called.
fn a_predicate_that_panics_hides_what_it_was_asked_about<C: Subject>() {
    let cache = C::plain();
    cache.at().insert("stored", "x");
    let (started, has_started) = channel();
    let (finish, may_finish) = channel::<()>();
    let loading = cache.clone();
    let loader = thread::spawn(move || {
        loading.get_with("loading", move |_| {
            started.send(()).unwrap();
            may_finish.recv().unwrap();
            "x"
        })
    });
    has_started.recv().unwrap();
    cache
        .at()
        .invalidate_entries_if(|_, _| panic!("a bug in the application"));
    finish.send(()).unwrap();
    assert_eq!(loader.join().unwrap(), "x");
    assert_eq!(cache.at().get("stored"), None);
    assert_eq!(cache.at().get("loading"), None);
}

on_both_caches!(
    an_entry_says_how_it_stands_how_old_it_is_and_what_takes_it_away,
    what_is_past_its_end_can_be_looked_at_as_long_as_it_could_answer_for_an_error,
    an_entry_says_whether_it_was_stored,
    a_change_goes_by_what_is_there,
    changes_of_one_key_come_one_after_the_other,
    a_change_from_within_a_load_of_its_key_does_not_wait_for_it,
    a_removal_that_an_insert_overtook_leaves_what_was_inserted,
    what_is_removed_is_handed_out_if_it_was_fresh,
    what_the_entries_weigh_is_bounded,
    every_value_that_leaves_is_told_of_once_and_why,
    what_is_too_much_is_told_of_as_well,
    a_listener_may_call_the_cache,
    a_listener_that_panics_hurts_no_call_and_is_not_called_again,
    what_happens_is_counted,
    only_what_is_fresh_is_iterated_over,
    an_entry_that_nobody_reads_ends_after_its_idle_time,
    a_loader_says_how_long_its_value_is_of_use,
    a_predicate_that_panics_hides_what_it_was_asked_about,
);
