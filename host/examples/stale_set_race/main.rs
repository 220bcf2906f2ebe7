//! What does an invalidation leave behind when it comes while the old value is being loaded?
//!
//! A reader misses and loads OLD. The source of truth is written, and the writer tells the cache. Only
//! then does the load end. This program brings that about for every way that four caches have to take
//! a value away, without sleeping: the loader says that it has begun, the call is made, and then the
//! loader is let go.
//!
//! Run it with `cargo run --release -p shelflife --example stale_set_race`. It fails if this cache ever
//! leaves OLD behind, or hands it to a reader that came after the call.

mod caches;
mod race;
#[path = "../../benches/support/versions.rs"]
mod versions;

use std::process::ExitCode;

use race::{Call, Contender, Outcome, run};
use versions::version;

const LEGEND: &str = "\
A load of OLD is in flight when the call is made. The loader ends after the call has returned, unless
the call waits for it.

  left behind   what the cache holds when all is over: OLD is stale from then on, NEW was written by
                the call itself, none means that the next reader loads what is current
  late reader   what a reader gets that comes after the call has returned, while the load of OLD is
                still in flight: NEW if it loads by itself or finds what the call wrote, OLD if it is
                given the value of the load that it joined
  waits         whether the call returns only after the loader does

Readers call `get_with` (moka, shelflife), `get_or_insert_with` (quick_cache) or `get_or_fetch` (foyer);
`computed` ones read by `and_compute_with`, as calls of that kind wait for each other. Several of these
outcomes are documented: a removal concerns the entries that are there, and a load in flight is none.
";

fn main() -> ExitCode {
    println!("{LEGEND}");
    println!(
        "{:<29} {:<24} {:<12} {:<12} waits",
        "cache", "call", "left behind", "late reader"
    );
    contend(
        &format!("moka {}, sync", version("moka")),
        caches::moka_sync,
        caches::MOKA_SYNC,
    );
    contend(
        &format!("moka {}, sync, computed", version("moka")),
        caches::moka_computed,
        caches::MOKA_COMPUTED,
    );
    contend(
        &format!("moka {}, future", version("moka")),
        caches::moka_future,
        caches::MOKA_FUTURE,
    );
    contend(
        &format!("quick_cache {}", version("quick_cache")),
        caches::quick_cache,
        caches::QUICK_CACHE,
    );
    contend(
        &format!("foyer-memory {}", version("foyer-memory")),
        caches::foyer,
        caches::FOYER,
    );
    let mut ours = contend(
        &format!("shelflife {}, sync", version("shelflife")),
        caches::shelflife,
        caches::SHELFLIFE,
    );
    ours.extend(contend(
        &format!("shelflife {}, future", version("shelflife")),
        caches::shelflife_future,
        caches::SHELFLIFE_FUTURE,
    ));
    if ours.iter().any(Outcome::is_stale) {
        eprintln!("\nshelflife promises that what was invalidated does not come back, and it did");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Makes every call of one cache, each on a cache of its own, and prints what became of it.
fn contend<C: Contender>(name: &str, build: fn() -> C, calls: &[Call<C>]) -> Vec<Outcome> {
    let outcomes: Vec<Outcome> = calls.iter().map(|(_, call)| run(build, *call)).collect();
    for ((call, _), outcome) in calls.iter().zip(&outcomes) {
        let waits = if outcome.call_waits { "yes" } else { "no" };
        println!(
            "{name:<29} {call:<24} {:<12} {:<12} {waits}",
            outcome.left_behind.unwrap_or("none"),
            outcome.late_reader,
        );
    }
    println!();
    outcomes
}
