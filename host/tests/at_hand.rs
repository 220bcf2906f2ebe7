//! A cache whose threads keep entries at hand hides what any of them invalidates from all of them.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use shelflife::ManualClock;
use shelflife::sync::Cache;

/// Reads until an entry is at hand for certain.
const MANY: usize = 100;

fn cache() -> Cache<String> {
    Cache::builder()
        .max_capacity(10)
        .copies_per_thread(16)
        .time_to_live(Duration::from_secs(60))
        .clock(ManualClock::default())
        .build()
        .expect("there is no policy that could refuse")
}

fn old(cache: &Cache<String>) -> String {
    cache.get_with("user:1", |load| {
        load.depends_on("users");
        "OLD".to_owned()
    })
}

#[test]
fn what_one_thread_takes_away_no_other_serves_from_what_it_has_at_hand() {
    type Way = fn(&Cache<String>);
    let ways: [(&str, Way); 6] = [
        ("invalidate", |cache| cache.invalidate("user:1")),
        ("expire", |cache| cache.expire("user:1")),
        ("invalidate_tag", |cache| cache.invalidate_tag("users")),
        ("expire_tag", |cache| cache.expire_tag("users")),
        ("invalidate_prefix", |cache| {
            cache.invalidate_prefix("user:")
        }),
        ("invalidate_all", Cache::invalidate_all),
    ];
    for (name, take_away) in ways {
        let cache = cache();
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..MANY {
                    assert_eq!(old(&cache), "OLD");
                    assert_eq!(cache.get("user:1").as_deref(), Some("OLD"));
                }
                barrier.wait();
                barrier.wait();
                assert_eq!(cache.get("user:1"), None, "{name}");
                assert_eq!(cache.get_with("user:1", |_| "NEW".into()), "NEW", "{name}");
            });
            barrier.wait();
            take_away(&cache);
            barrier.wait();
        });
    }
}

#[test]
fn what_one_thread_inserts_takes_the_place_of_what_others_have_at_hand() {
    let cache = cache();
    for number in 0..MANY {
        let value = number.to_string();
        thread::scope(|scope| {
            scope.spawn(|| cache.insert("user:1", value.clone()));
        });
        for _ in 0..20 {
            assert_eq!(cache.get("user:1").as_ref(), Some(&value));
        }
    }
}

#[test]
fn what_is_at_hand_counts_as_hits_and_ends_with_its_lease() {
    let clock = ManualClock::default();
    let cache = Cache::<u32>::builder()
        .copies_per_thread(16)
        .time_to_live(Duration::from_secs(60))
        .clock(clock.clone())
        .build()
        .expect("there is no policy that could refuse");
    cache.insert("a", 1);
    assert!((0..MANY).all(|_| cache.get("a") == Some(1)));
    assert_eq!(cache.stats().hits, MANY as u64);
    clock.advance(Duration::from_secs(60));
    assert_eq!(cache.get("a"), None);
}
