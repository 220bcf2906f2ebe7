//! What a cache for threads is asked for in an ordinary program: loads that readers share, an invalidation
//! that a load in flight cannot undo, errors that are kept and errors that are papered over.
//!
//! Run it with `cargo run -p shelflife --example for_threads`.

use std::collections::HashMap;
use std::io;
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

use shelflife::sync::Cache;
use shelflife::{ManualClock, State};

/// A table of users, which can be down.
struct Database {
    rows: Mutex<HashMap<u32, String>>,
    is_up: Mutex<bool>,
}

impl Database {
    fn name(&self, user: u32) -> io::Result<String> {
        if !*self.is_up.lock().unwrap() {
            return Err(io::Error::other("the database is down"));
        }
        let rows = self.rows.lock().unwrap();
        let missing = || io::Error::other(format!("there is no user {user}"));
        rows.get(&user).cloned().ok_or_else(missing)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let database = Database {
        rows: Mutex::new(HashMap::from([(7, "Ada".to_owned())])),
        is_up: Mutex::new(true),
    };
    // A clock that the example moves; an application leaves it out.
    let clock = ManualClock::default();
    let cache = Cache::<String>::builder()
        .name("users")
        .max_capacity(10_000)
        .time_to_live(Duration::from_secs(60))
        .rescue(Duration::from_secs(3_600))
        .negative_ttl(Duration::from_secs(5))
        .clock(clock.clone())
        .eviction_listener(|key, value, cause| println!("  ({key} = {value} left: {cause:?})"))
        .build()?;
    let read = || cache.try_get_with("user:7", |_| database.name(7));

    println!("Eight threads want the same user:");
    let together = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                together.wait();
                read()
            });
        }
    });
    println!("  {} load", cache.stats().loads);

    println!("A user is renamed while her name is being loaded:");
    cache.invalidate("user:7");
    let late = cache.try_get_with("user:7", |_| {
        let name = database.name(7);
        database
            .rows
            .lock()
            .unwrap()
            .insert(7, "Augusta".to_owned());
        cache.invalidate("user:7");
        name
    });
    println!("  this reader began before: {}", late?);
    println!("  every later one gets:     {}", read()?);

    println!("Nobody needs a user that does not exist twice:");
    for _ in 0..2 {
        let error = cache
            .try_get_with("user:8", |_| database.name(8))
            .unwrap_err();
        println!(
            "  {error}, after {} failed load",
            cache.stats().failed_loads
        );
    }

    println!("The database goes down, and the entry's minute is over:");
    *database.is_up.lock().unwrap() = false;
    clock.advance(Duration::from_secs(61));
    let entry = cache
        .entry("user:7")
        .or_try_insert_with(|_| database.name(7))?;
    assert_eq!(entry.state(), State::Stale);
    println!(
        "  {} is {:?} old and better than nothing",
        entry.value(),
        entry.age()
    );

    let stats = cache.stats();
    let ratio = stats.hit_ratio().unwrap_or_default();
    println!(
        "{} hits, hit ratio {ratio:.2}, {} discarded fill",
        stats.hits, stats.discarded_fills
    );
    Ok(())
}
