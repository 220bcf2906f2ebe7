//! Whether the time of a run grows with its events and no faster, and how much memory a long one over many keys takes.
//!
//! Every run is a process of its own, which says how long its thread ran and how much it ever held at once.

mod support;

use std::process::Command;

use support::{Setting, is_quick};

const EVENTS_A_SECOND: u64 = 100_000;

fn main() {
    let wanted = std::env::var("SHELFLIFE_BENCH_RUN").ok();
    if let Some(wanted) = wanted {
        let (keys, events) = wanted.split_once(' ').expect("keys and events");
        return run(keys, events.parse().expect("a number"));
    }
    let most: u64 = if is_quick() { 10_000_000 } else { 100_000_000 };
    println!(
        "\n{:>12}{:>14}{:>14}{:>18}{:>14}",
        "keys", "events", "ready, s", "ns an event", "held, MiB"
    );
    for keys in [100_000_u64, 1_000_000, 10_000_000] {
        for events in [1_000_000, 10_000_000, 100_000_000] {
            if events <= most {
                one(keys, events);
            }
        }
    }
}

fn one(keys: u64, events: u64) {
    let program = std::env::current_exe().expect("this program");
    let status = Command::new(program)
        .env("SHELFLIFE_BENCH_RUN", format!("{keys} {events}"))
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "{keys} keys, {events} events"
    );
}

fn run(keys: &str, events: u64) {
    let seconds = events / EVENTS_A_SECOND;
    let started = support::thread_time();
    let setting = Setting::new(&format!(
        r#"
        seed = 1
        duration = "{seconds}s"
        [workload]
        keys = {keys}
        reads = {{ rate = 90000.0 }}
        writes = {{ rate = 10000.0 }}
        [[policy]]
        use = "ttl"
        config = {{ ttl = "60s" }}
        "#
    ));
    let ready = (support::thread_time() - started).as_secs_f64();
    let timed = setting.run(0);
    let each = timed.took.as_secs_f64() * 1e9 / timed.events as f64;
    let held = most_held().map_or("unknown".to_owned(), |bytes| format!("{}", bytes >> 20));
    println!(
        "{keys:>12}{:>14}{ready:>14.2}{each:>18.1}{held:>14}",
        timed.events
    );
}

/// How much memory this process has ever held at once, in bytes, where the kernel tells.
fn most_held() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes << 10)
}
