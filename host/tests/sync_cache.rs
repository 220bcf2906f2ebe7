//! The cache as applications use it, with real threads and real components.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use shelflife::ManualClock;
use shelflife::sync::{Cache, Write};

/// A test fails after so long where a reader would wait for ever.
const PATIENCE: Duration = Duration::from_secs(20);

fn plain() -> Cache<&'static str> {
    Cache::builder().build().unwrap()
}

fn with_policy(name: &str, config: &str) -> Cache<&'static str> {
    let policy = shelflife_policies::find(name).unwrap();
    Cache::builder()
        .policy(policy)
        .policy_config(config)
        .build()
        .unwrap()
}

/// Loads OLD in another thread, calls `meanwhile` while the loader runs, and lets it finish.
fn load_old_while(
    cache: &Cache<&'static str>,
    tag: &'static str,
    meanwhile: impl FnOnce(&Cache<&'static str>),
) {
    let (started, has_started) = channel();
    let (finish, may_finish) = channel::<()>();
    let loading = cache.clone();
    let loader = thread::spawn(move || {
        loading.get_with("user:1", |load| {
            load.depends_on(tag);
            started.send(()).unwrap();
            may_finish.recv().unwrap();
            "OLD"
        })
    });
    has_started.recv().unwrap();
    meanwhile(cache);
    finish.send(()).unwrap();
    assert_eq!(
        loader.join().unwrap(),
        "OLD",
        "the leader may have what it loaded"
    );
}

#[test]
fn an_invalidation_during_a_load_is_not_overwritten_by_it() {
    type Call = fn(&Cache<&'static str>);
    let calls: [(&str, Call); 4] = [
        ("key", |cache| cache.invalidate("user:1")),
        ("tag", |cache| cache.invalidate_tag("tag")),
        ("prefix", |cache| cache.invalidate_prefix("user:")),
        ("all", |cache| cache.invalidate_all()),
    ];
    for (name, call) in calls {
        let cache = plain();
        load_old_while(&cache, "tag", call);
        assert_eq!(cache.get("user:1"), None, "by {name}");
        assert_eq!(cache.stats().discarded_fills, 1, "by {name}");
    }
}

#[test]
fn an_insert_during_a_load_is_not_overwritten_by_it() {
    let cache = plain();
    load_old_while(&cache, "tag", |cache| cache.insert("user:1", "NEW"));
    assert_eq!(cache.get("user:1"), Some("NEW"));
}

#[test]
fn a_reader_that_comes_after_an_invalidation_gets_the_new_value_while_the_old_one_loads() {
    let cache = plain();
    load_old_while(&cache, "tag", |cache| {
        cache.invalidate("user:1");
        assert_eq!(cache.get_with("user:1", |_| "NEW"), "NEW");
    });
    assert_eq!(cache.get("user:1"), Some("NEW"));
}

#[test]
fn any_number_of_readers_share_one_load() {
    let cache = plain();
    let readers = 8;
    let together = Arc::new(Barrier::new(readers));
    let threads: Vec<_> = (0..readers)
        .map(|_| {
            let (cache, together) = (cache.clone(), Arc::clone(&together));
            thread::spawn(move || {
                together.wait();
                cache.get_with("user:1", |_| "VALUE")
            })
        })
        .collect();
    assert!(
        threads
            .into_iter()
            .all(|thread| thread.join().unwrap() == "VALUE")
    );
    assert_eq!(cache.stats().loads, 1);
}

#[test]
fn when_a_loader_panics_another_reader_loads() {
    let cache = plain();
    let (started, has_started) = channel();
    let loading = cache.clone();
    let (fail, may_fail) = channel::<()>();
    let loader = thread::spawn(move || {
        loading.get_with("user:1", |_| {
            started.send(()).unwrap();
            may_fail.recv().unwrap();
            panic!("the origin is on fire");
        })
    });
    has_started.recv().unwrap();
    let waiting = cache.clone();
    let waiter = thread::spawn(move || waiting.get_with("user:1", |_| "VALUE"));
    fail.send(()).unwrap();
    assert!(loader.join().is_err());
    assert_eq!(waiter.join().unwrap(), "VALUE");
}

#[test]
fn an_announced_write_takes_away_every_page_made_from_what_was_written() {
    let cache = with_policy("tags", r#"{ "ttl": "10m" }"#);
    for page in ["page:1", "page:2"] {
        cache.get_with(page, |load| {
            load.depends_on("reviews:7");
            "OLD"
        });
    }
    cache.get_with("page:3", |_| "KEPT");
    cache.announce(Write::of("reviews:7"));
    assert_eq!((cache.get("page:1"), cache.get("page:2")), (None, None));
    assert_eq!(cache.get("page:3"), Some("KEPT"));
}

#[test]
fn a_write_that_carries_its_value_replaces_a_fresh_entry_and_allocates_none() {
    let cache = with_policy("write-through", r#"{ "on_write": "replace" }"#);
    cache.get_with("user:1", |_| "OLD");
    cache.announce(Write::of("user:1").with_value("NEW"));
    cache.announce(Write::of("user:2").with_value("NEW"));
    assert_eq!(
        (cache.get("user:1"), cache.get("user:2")),
        (Some("NEW"), None)
    );
}

#[test]
fn a_bumped_version_is_a_miss() {
    let cache = with_policy("versions", r#"{ "scope": { "leading_parts": 1 } }"#);
    cache.get_with("user:1", |_| "OLD");
    cache.announce(Write::of("user:2"));
    assert_eq!(cache.get("user:1"), None);
}

#[test]
fn entries_end_by_the_clock_and_a_sweep_gives_their_memory_back() {
    let clock = ManualClock::default();
    let policy = shelflife_policies::find("ttl").unwrap();
    let cache = Cache::builder()
        .policy(policy)
        .policy_config(r#"{ "ttl": "60s" }"#)
        .clock(clock.clone())
        .build()
        .unwrap();
    cache.insert("a", 1);
    clock.advance(Duration::from_secs(59));
    assert_eq!(cache.get("a"), Some(1));
    clock.advance(Duration::from_secs(1));
    assert_eq!(cache.get("a"), None);
    clock.advance(Duration::from_secs(2));
    cache.run_pending_tasks();
    assert_eq!(cache.entry_count(), 0);
}

#[test]
fn a_policy_with_a_wrong_setting_is_refused_by_name() {
    let policy = shelflife_policies::find("ttl").unwrap();
    let built = Cache::<()>::builder()
        .policy(policy)
        .policy_config(r#"{ "tll": "60s" }"#)
        .build();
    let error = built.err().unwrap().to_string();
    assert!(error.contains("tll") && error.contains("`ttl`"), "{error}");
}

#[test]
fn a_reader_that_joins_a_refresh_is_answered_when_it_ends() {
    let clock = ManualClock::default();
    let policy = shelflife_policies::find("ttl").unwrap();
    let cache = Cache::builder()
        .policy(policy)
        .policy_config(r#"{ "ttl": "10s", "ahead": 0.5 }"#)
        .clock(clock.clone())
        .build()
        .unwrap();
    cache.insert("a", "OLD");
    clock.advance(Duration::from_secs(6));
    let (started, has_started) = channel();
    let (finish, may_finish) = channel::<()>();
    let refreshing = cache.clone();
    let refresher = thread::spawn(move || {
        refreshing.get_with("a", |_| {
            started.send(()).unwrap();
            may_finish.recv().unwrap();
            "NEW"
        })
    });
    has_started.recv().unwrap();
    // The entry ends while it is loaded again: whoever comes now has nothing to be served but that.
    clock.advance(Duration::from_secs(6));
    let waiting = cache.clone();
    let (answer, is_answered) = channel();
    thread::spawn(move || answer.send(waiting.get_with("a", |_| unreachable!("it joins"))));
    while cache.stats().coalesced == 0 {
        thread::yield_now();
    }
    finish.send(()).unwrap();
    assert_eq!(refresher.join().unwrap(), "NEW");
    assert_eq!(is_answered.recv_timeout(PATIENCE), Ok("NEW"));
}

#[test]
fn keys_are_purged_again_though_the_cache_only_hits() {
    let clock = ManualClock::default();
    let policy = shelflife_policies::find("cdc").unwrap();
    let cache = Cache::builder()
        .policy(policy)
        .policy_config(r#"{ "listen": "writes", "again_after": "5s" }"#)
        .clock(clock.clone())
        .build()
        .unwrap();
    cache.announce(Write::of("a"));
    // Loaded from a replica that has not heard of the write yet.
    assert_eq!(cache.get_with("a", |_| "OLD"), "OLD");
    clock.advance(Duration::from_secs(4));
    assert_eq!(cache.get("a"), Some("OLD"));
    clock.advance(Duration::from_secs(1));
    assert_eq!(cache.get("a"), None);
}

#[test]
fn when_a_refresh_panics_those_who_joined_it_load() {
    let clock = ManualClock::default();
    let policy = shelflife_policies::find("ttl").unwrap();
    let cache = Cache::builder()
        .policy(policy)
        .policy_config(r#"{ "ttl": "10s", "ahead": 0.5 }"#)
        .clock(clock.clone())
        .build()
        .unwrap();
    cache.insert("a", "OLD");
    clock.advance(Duration::from_secs(6));
    let (started, has_started) = channel();
    let (fail, may_fail) = channel::<()>();
    let refreshing = cache.clone();
    let refresher = thread::spawn(move || {
        refreshing.get_with("a", |_| {
            started.send(()).unwrap();
            may_fail.recv().unwrap();
            panic!("the origin is on fire");
        })
    });
    has_started.recv().unwrap();
    clock.advance(Duration::from_secs(6));
    let waiting = cache.clone();
    let (answer, is_answered) = channel();
    thread::spawn(move || answer.send(waiting.get_with("a", |_| "NEW")));
    while cache.stats().coalesced == 0 {
        thread::yield_now();
    }
    fail.send(()).unwrap();
    assert!(refresher.join().is_err());
    assert_eq!(is_answered.recv_timeout(PATIENCE), Ok("NEW"));
}

/// A value that cannot be cloned the first time.
#[derive(Debug)]
struct Fragile(Arc<AtomicBool>);

impl Clone for Fragile {
    fn clone(&self) -> Fragile {
        assert!(
            self.0.swap(true, Ordering::SeqCst),
            "cloned for the first time"
        );
        Fragile(Arc::clone(&self.0))
    }
}

#[test]
fn a_value_that_panics_when_it_is_kept_leaves_no_load_behind() {
    let cache = Cache::builder().build().unwrap();
    let cloned = Arc::new(AtomicBool::new(false));
    let (loading, fragile) = (cache.clone(), Fragile(Arc::clone(&cloned)));
    let loader = thread::spawn(move || drop(loading.get_with("a", |_| fragile)));
    assert!(loader.join().is_err());
    cache.get_with("a", |_| Fragile(cloned));
    let stats = cache.stats();
    assert_eq!(
        (stats.misses, stats.coalesced),
        (2, 0),
        "nobody waits for what is over"
    );
}
