//! What the tests of policies share.

#![allow(dead_code, reason = "no test needs all of it")]

use std::path::PathBuf;
use std::time::Duration;

use shelflife::policy::{Limits, Source};
use shelflife::sync::Cache;
use shelflife::{Builder, ManualClock};

/// Does harm, as its settings say.
pub const EVIL: &[u8] = include_bytes!("../guests/evil.wasm");
/// Gives its nth entry a lease of n seconds, and hands on how many it has seen.
pub const LEARNER: &[u8] = include_bytes!("../guests/learner.wasm");

/// A builder whose policies are compiled once for all tests, and whose calls end by fuel alone.
pub fn builder() -> Builder<u64> {
    Cache::builder()
        .compiled_code_in(folder("compiled"))
        .policy_limits(Limits::deterministic())
}

/// A folder for the files of one purpose.
pub fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

pub fn evil(call: &str, does: &str) -> Source {
    let config = format!(r#"{{ "in": "{call}", "does": "{does}" }}"#);
    Source::bytes("evil", EVIL).config(config)
}

pub fn learner() -> Source {
    Source::bytes("learner", LEARNER)
}

/// The policy `ttl` with these settings.
pub fn ttl(json: &str) -> Source {
    Source::from("ttl").config(json)
}

/// A cache and the clock that it goes by.
pub fn build(builder: Builder<u64>) -> (Cache<u64>, ManualClock) {
    let clock = ManualClock::default();
    let cache = builder.clock(clock.clone()).build().unwrap();
    (cache, clock)
}

/// Loads a key and says how many seconds its lease is long, by a clock that it moves.
pub fn lease_in_seconds(cache: &Cache<u64>, clock: &ManualClock, key: &str) -> u32 {
    cache.invalidate(key);
    cache.get_with(key, |_| 0);
    for second in 1..=100_000 {
        clock.advance(Duration::from_secs(1));
        if cache.get(key).is_none() {
            return second;
        }
    }
    panic!("{key} is fresh for more than a day");
}

/// An error without the number of the line in which a guest panicked.
pub fn without_line(error: &str) -> String {
    let Some((before, after)) = error.split_once(".rs:") else {
        return error.to_owned();
    };
    let after = after.trim_start_matches(|digit: char| digit.is_ascii_digit());
    format!("{before}.rs:…{after}")
}
