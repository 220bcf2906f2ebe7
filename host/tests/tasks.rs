//! What only the cache for tasks has: futures that are dropped half way, tasks that refresh, and timeouts that
//! a runtime keeps. Futures are polled by hand, so that every point at which one can be dropped is met.

mod both;

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use both::{Boxed, Value, poll, ready, wait_once};
use shelflife::compute::Op;
use shelflife::future::{Cache, Runtime, Task};
use shelflife::{Embedding, ManualClock, State};

fn plain() -> Cache<Value> {
    Cache::builder().build().unwrap()
}

fn embedding() -> Embedding {
    Embedding::new([1.0, 0.0]).unwrap()
}

/// How often the loaders of these tests wait.
const WAITS: usize = 3;

async fn slowly(value: Value) -> Value {
    for _ in 0..WAITS {
        wait_once().await;
    }
    value
}

type Read = for<'a> fn(&'a Cache<Value>, Value) -> Boxed<'a, Value>;

/// Every call that loads or changes a key, with a loader that waits.
const READS: [(&str, Read); 6] = [
    ("get_with", |cache, value| {
        Box::pin(cache.get_with("a", move |_| slowly(value)))
    }),
    ("get_with_spawn", |cache, value| {
        Box::pin(cache.get_with_spawn("a", move |_| slowly(value)))
    }),
    ("get_many_with", |cache, value| {
        Box::pin(async move {
            let load = async move |_, _| vec![Some(slowly(value).await)];
            cache.get_many_with(&["a"], load).await[0].unwrap()
        })
    }),
    ("get_near_with", |cache, value| {
        Box::pin(async move {
            let near = embedding();
            let value = cache.get_near_with("a", &near, move |_| slowly(value));
            value.await.unwrap()
        })
    }),
    ("or_insert_with", |cache, value| {
        Box::pin(async move {
            let entry = cache.entry("a").or_insert_with(move |_| slowly(value));
            entry.await.into_value()
        })
    }),
    ("and_compute_with", |cache, value| {
        Box::pin(async move {
            let put = async move |_, _| Op::Put(slowly(value).await);
            let result = cache.entry("a").and_compute_with(put).await;
            result.into_entry().unwrap().into_value()
        })
    }),
];

/// Counts how often it is woken.
#[derive(Default)]
struct Woken(AtomicU32);

impl Wake for Woken {
    fn wake(self: Arc<Woken>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn poll_with<T>(future: &mut Boxed<'_, T>, woken: &Arc<Woken>) -> Poll<T> {
    let waker = Waker::from(Arc::clone(woken));
    future.as_mut().poll(&mut Context::from_waker(&waker))
}

fn finish<T>(future: &mut Boxed<'_, T>) -> T {
    for _ in 0..20 {
        if let Poll::Ready(output) = poll(future) {
            return output;
        }
    }
    panic!("it waits for something that does not come");
}

#[test]
fn a_leader_that_is_dropped_at_any_point_hands_over_to_one_of_those_who_wait() {
    for (led_by, lead) in READS {
        for (followed_by, follow) in READS {
            for polls in 1..=WAITS {
                let at = format!("{led_by}, {followed_by}, {polls} polls");
                let cache = plain();
                let mut leader = lead(&cache, "LEADER");
                for _ in 0..polls {
                    assert!(poll(&mut leader).is_pending(), "{at}");
                }
                let woken = [Arc::<Woken>::default(), Arc::default()];
                let mut followers = [follow(&cache, "FIRST"), follow(&cache, "SECOND")];
                for (follower, woken) in followers.iter_mut().zip(&woken) {
                    assert!(poll_with(follower, woken).is_pending(), "{at}");
                    assert_eq!(woken.0.load(Ordering::SeqCst), 0, "{at}: it waits");
                }
                drop(leader);
                for woken in &woken {
                    assert_eq!(woken.0.load(Ordering::SeqCst), 1, "{at}: it is woken");
                }
                let [mut first, mut second] = followers;
                assert!(poll(&mut second).is_pending(), "{at}: it leads");
                assert_eq!(finish(&mut second), "SECOND", "{at}");
                let value = finish(&mut first);
                let expected = match followed_by {
                    // A change is made by each.
                    "and_compute_with" => "FIRST",
                    _ => "SECOND",
                };
                assert_eq!(value, expected, "{at}");
                assert_eq!(cache.get("a"), Some(expected), "{at}");
            }
        }
    }
}

#[test]
fn a_future_that_is_dropped_at_any_point_leaves_no_load_behind() {
    for (name, read) in READS {
        for polls in 0..=WAITS {
            let cache = plain();
            let mut dropped = read(&cache, "DROPPED");
            for _ in 0..polls {
                assert!(poll(&mut dropped).is_pending(), "{name}");
            }
            drop(dropped);
            let mut next = Box::pin(cache.get_with("a", async |_| "NEXT")) as Boxed<'_, Value>;
            assert_eq!(ready(&mut next), "NEXT", "{name} after {polls} polls");
            assert_eq!(
                cache.stats().coalesced,
                0,
                "{name}: there is nothing to join"
            );
        }
    }
}

#[test]
fn a_waiter_that_is_dropped_at_any_point_takes_nothing_with_it() {
    for (name, wait) in READS {
        for polls in 0..WAITS {
            let cache = plain();
            let mut leader = Box::pin(cache.get_with("a", |_| slowly("VALUE"))) as Boxed<'_, Value>;
            assert!(poll(&mut leader).is_pending());
            let mut waiter = wait(&cache, "OTHER");
            let mut stays = Box::pin(cache.get_with("a", |_| slowly("OTHER"))) as Boxed<'_, Value>;
            assert!(poll(&mut stays).is_pending());
            for _ in 0..polls {
                assert!(poll(&mut waiter).is_pending(), "{name}");
            }
            drop(waiter);
            assert_eq!(finish(&mut leader), "VALUE", "{name}");
            assert_eq!(ready(&mut stays), "VALUE", "{name}");
            assert_eq!(cache.stats().loads, 1, "{name}");
        }
    }
}

#[test]
fn a_waiter_that_was_woken_and_dropped_before_it_looked_does_not_keep_the_others_waiting() {
    let cache = plain();
    let mut leader = Box::pin(cache.get_with("a", |_| slowly("VALUE"))) as Boxed<'_, Value>;
    assert!(poll(&mut leader).is_pending());
    let wait = || Box::pin(cache.get_with("a", |_| slowly("NEXT"))) as Boxed<'_, Value>;
    let woken = [Arc::<Woken>::default(), Arc::default()];
    let mut waiting = [wait(), wait()];
    for (waiter, woken) in waiting.iter_mut().zip(&woken) {
        assert!(poll_with(waiter, woken).is_pending());
    }
    drop(leader);
    let [first, mut second] = waiting;
    drop(first);
    assert_eq!(woken[1].0.load(Ordering::SeqCst), 1);
    assert_eq!(finish(&mut second), "NEXT");
}

#[test]
fn a_load_of_many_keys_that_is_dropped_gives_all_of_them_up() {
    let cache = plain();
    let load = async |_, _| vec![Some(slowly("a").await), Some("b")];
    let mut dropped = Box::pin(cache.get_many_with(&["a", "b"], load)) as Boxed<'_, _>;
    assert!(poll(&mut dropped).is_pending());
    drop(dropped);
    for key in ["a", "b"] {
        let mut next = Box::pin(cache.get_with(key, async |_| "NEXT")) as Boxed<'_, Value>;
        assert_eq!(ready(&mut next), "NEXT");
    }
    assert_eq!(cache.stats().coalesced, 0, "there is nothing to join");
}

#[test]
fn an_invalidation_while_a_future_waits_is_kept_at_any_point() {
    for (name, read) in READS {
        for polls in 1..=WAITS {
            let cache = plain();
            let mut reader = read(&cache, "OLD");
            for _ in 0..polls {
                assert!(poll(&mut reader).is_pending(), "{name}");
            }
            cache.invalidate("a");
            assert_eq!(finish(&mut reader), "OLD", "{name}: its reader may have it");
            assert_eq!(cache.get("a"), None, "{name} after {polls} polls");
        }
    }
}

#[test]
fn a_loader_that_waits_for_its_own_key_is_called_again_and_other_tasks_still_join() {
    let cache = plain();
    let inner = cache.clone();
    let outer = async move |_| {
        wait_once().await;
        let mut value = inner.get_with("a", async |_| slowly("INNER").await).await;
        if value == "INNER" {
            value = "OUTER";
        }
        value
    };
    let mut reader = Box::pin(cache.get_with("a", outer)) as Boxed<'_, Value>;
    assert!(poll(&mut reader).is_pending());
    // Polled by the same thread, and yet not from within the load.
    let mut other = Box::pin(cache.get_with("a", async |_| "OTHER")) as Boxed<'_, Value>;
    assert!(poll(&mut other).is_pending());
    assert_eq!(finish(&mut reader), "OUTER");
    assert_eq!(ready(&mut other), "OUTER");
}

/// A runtime that does nothing until it is told to.
#[derive(Clone, Default)]
struct Held {
    tasks: Arc<Mutex<Vec<Task>>>,
    time_is_up: Arc<AtomicBool>,
}

impl Runtime for Held {
    fn spawn(&self, task: Task) {
        self.tasks.lock().unwrap().push(task);
    }

    fn sleep(&self, _: Duration) -> Task {
        let time_is_up = Arc::clone(&self.time_is_up);
        Box::pin(std::future::poll_fn(move |_| {
            if time_is_up.load(Ordering::SeqCst) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        }))
    }
}

impl Held {
    fn take(&self) -> Option<Task> {
        self.tasks.lock().unwrap().pop()
    }
}

fn run(mut task: Task) {
    for _ in 0..20 {
        let polled = Pin::new(&mut task).poll(&mut Context::from_waker(Waker::noop()));
        if polled.is_ready() {
            return;
        }
    }
    panic!("a refresh waits for something that does not come");
}

/// A cache whose entries are refreshed by whoever reads them past five of their ten seconds.
fn refreshing(clock: &ManualClock, runtime: &Held) -> Cache<Value> {
    Cache::builder()
        .clock(clock.clone())
        .time_to_live(Duration::from_secs(10))
        .refresh_ahead(0.5)
        .grace(Duration::from_secs(10))
        .rescue(Duration::from_secs(60))
        .runtime(runtime.clone())
        .build()
        .unwrap()
}

#[test]
fn an_entry_is_refreshed_in_a_task_and_says_how_it_stands() {
    let (clock, runtime) = (ManualClock::default(), Held::default());
    let cache = refreshing(&clock, &runtime);
    let read = |value| -> Boxed<'_, (Value, State)> {
        let loader = move |_| async move { Ok::<_, ()>(slowly(value).await) };
        let entry = cache.entry("a").or_try_insert_with_spawn(loader);
        Box::pin(async {
            let entry = entry.await.unwrap();
            (*entry.value(), entry.state())
        })
    };
    let mut first = read("OLD");
    assert_eq!(finish(&mut first), ("OLD", State::Loaded));
    clock.advance(Duration::from_secs(12));
    assert_eq!(ready(&mut read("NEW")), ("OLD", State::Stale));
    run(runtime.take().expect("a task was spawned"));
    assert_eq!(ready(&mut read("NEVER")), ("NEW", State::Fresh));
}

#[test]
fn a_refresh_is_a_task_and_its_reader_is_served_at_once() {
    for seconds in [6, 11] {
        let (clock, runtime) = (ManualClock::default(), Held::default());
        let cache = refreshing(&clock, &runtime);
        cache.insert("a", "OLD");
        clock.advance(Duration::from_secs(seconds));
        let read = || Box::pin(cache.get_with_spawn("a", |_| slowly("NEW"))) as Boxed<'_, Value>;
        assert_eq!(ready(&mut read()), "OLD");
        assert_eq!(ready(&mut read()), "OLD");
        run(runtime.take().expect("a task was spawned"));
        assert!(runtime.take().is_none(), "and one alone");
        assert_eq!(cache.get("a"), Some("NEW"));
        let stale = if seconds > 10 { 2 } else { 0 };
        assert_eq!(cache.stats().stale_served, stale);
    }
}

#[test]
fn an_invalidation_during_a_refresh_is_not_overwritten_by_it() {
    let (clock, runtime) = (ManualClock::default(), Held::default());
    let cache = refreshing(&clock, &runtime);
    cache.insert("a", "OLD");
    clock.advance(Duration::from_secs(6));
    let read = || Box::pin(cache.get_with_spawn("a", |_| slowly("OLD"))) as Boxed<'_, Value>;
    assert_eq!(ready(&mut read()), "OLD");
    cache.invalidate("a");
    run(runtime.take().unwrap());
    assert_eq!(cache.get("a"), None);
    assert_eq!(cache.stats().discarded_fills, 1);
}

#[test]
fn a_refresh_that_its_runtime_drops_gives_its_load_up() {
    let (clock, runtime) = (ManualClock::default(), Held::default());
    let cache = refreshing(&clock, &runtime);
    cache.insert("a", "OLD");
    clock.advance(Duration::from_secs(6));
    let mut read = Box::pin(cache.get_with_spawn("a", |_| slowly("NEW"))) as Boxed<'_, Value>;
    assert_eq!(ready(&mut read), "OLD");
    drop(runtime.take().expect("never polled"));
    clock.advance(Duration::from_secs(60));
    let mut next = Box::pin(cache.get_with("a", async |_| "NEXT")) as Boxed<'_, Value>;
    assert_eq!(ready(&mut next), "NEXT");
}

#[test]
fn a_task_that_waited_for_long_enough_takes_what_is_within_its_rescue() {
    let (clock, runtime) = (ManualClock::default(), Held::default());
    let cache: Cache<Value> = Cache::builder()
        .clock(clock.clone())
        .time_to_live(Duration::from_secs(10))
        .rescue(Duration::from_secs(60))
        .soft_timeout(Duration::from_secs(1))
        .runtime(runtime.clone())
        .build()
        .unwrap();
    cache.insert("a", "OLD");
    clock.advance(Duration::from_secs(11));
    let read = || Box::pin(cache.get_with("a", |_| slowly("NEW"))) as Boxed<'_, Value>;
    let mut leader = read();
    assert!(poll(&mut leader).is_pending());
    let mut waiter = read();
    assert!(poll(&mut waiter).is_pending());
    runtime.time_is_up.store(true, Ordering::SeqCst);
    assert_eq!(ready(&mut waiter), "OLD");
    assert_eq!(finish(&mut leader), "NEW");
}

#[test]
fn a_load_that_takes_too_long_holds_no_task_up_and_stores_nothing() {
    let (clock, runtime) = (ManualClock::default(), Held::default());
    let cache: Cache<Value> = Cache::builder()
        .clock(clock.clone())
        .load_timeout(Duration::from_secs(1))
        .runtime(runtime.clone())
        .build()
        .unwrap();
    let mut stuck = Box::pin(cache.get_with("a", |_| slowly("LATE"))) as Boxed<'_, Value>;
    assert!(poll(&mut stuck).is_pending());
    let mut waiter = Box::pin(cache.get_with("a", async |_| "NEW")) as Boxed<'_, Value>;
    assert!(poll(&mut waiter).is_pending());
    clock.advance(Duration::from_secs(1));
    runtime.time_is_up.store(true, Ordering::SeqCst);
    assert_eq!(ready(&mut waiter), "NEW");
    assert_eq!(finish(&mut stuck), "LATE", "its own reader may have it");
    assert_eq!(cache.get("a"), Some("NEW"));
    assert_eq!(cache.stats().discarded_fills, 1);
}

#[test]
fn a_timeout_that_no_runtime_keeps_is_refused() {
    let builder = Cache::<Value>::builder().load_timeout(Duration::from_secs(1));
    let error = builder.build().unwrap_err().to_string();
    assert!(
        error.contains("load_timeout") && error.contains("runtime"),
        "{error}"
    );
}

#[test]
fn threads_and_tasks_share_the_entries_and_the_loads_of_one_cache() {
    let cache = plain();
    let threads: shelflife::sync::Cache<Value> = cache.clone().into();
    let mut leader = Box::pin(cache.get_with("a", |_| slowly("VALUE"))) as Boxed<'_, Value>;
    assert!(poll(&mut leader).is_pending());
    let reader = std::thread::spawn(move || threads.get_with("a", |_| "OTHER"));
    while cache.stats().coalesced == 0 {
        std::thread::yield_now();
    }
    assert_eq!(finish(&mut leader), "VALUE");
    assert_eq!(reader.join().unwrap(), "VALUE");
}

#[test]
fn every_future_can_be_sent_to_another_thread() {
    fn sent<T: Send>(_: T) {}
    let cache = plain();
    let near = embedding();
    sent(cache.get_with("a", async |load| {
        load.tag("tag");
        slowly("x").await
    }));
    sent(cache.try_get_with("a", async |_| Ok::<_, String>(slowly("x").await)));
    sent(cache.optionally_get_with("a", async |_| Some(slowly("x").await)));
    sent(cache.get_with_spawn("a", async |_| slowly("x").await));
    sent(cache.get_many_with(&["a"], async |_, _| vec![Some(slowly("x").await)]));
    sent(cache.get_near_with("a", &near, async |_| slowly("x").await));
    sent(cache.entry("a").or_insert_with(async |_| slowly("x").await));
    sent(
        cache
            .entry("a")
            .and_upsert_with(async |_, _| slowly("x").await),
    );
}

#[cfg(feature = "tokio")]
#[test]
fn tokio_refreshes_behind_the_answer() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let clock = ManualClock::default();
    runtime.block_on(async {
        let cache = Cache::<Value>::builder()
            .clock(clock.clone())
            .time_to_live(Duration::from_secs(10))
            .refresh_ahead(0.5)
            .load_timeout(Duration::from_secs(3_600))
            .runtime(shelflife::future::Tokio::current())
            .build()
            .unwrap();
        cache.insert("a", "OLD");
        clock.advance(Duration::from_secs(6));
        let value = cache.get_with_spawn("a", |_| slowly("NEW")).await;
        assert_eq!(value, "OLD");
        while cache.get("a") == Some("OLD") {
            tokio::task::yield_now().await;
        }
        assert_eq!(cache.get("a"), Some("NEW"));
    });
}
