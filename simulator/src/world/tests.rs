//! The world, one rule a test, on small synthetic workloads.

mod faults;
mod looks;
mod many_keys;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::*;
use crate::measure::Summary;
use crate::scenario::{Overrides, from_str};
use crate::workload::build;

/// Runs a scenario with one key that is read ten times a second, under one strategy.
fn run_with(strategy: &Strategy, rest: &str) -> Summary {
    let toml = format!(
        r#"
        seed = 3
        duration = "100s"
        warmup = "0s"
        [workload]
        keys = 1
        reads = {{ rate = 10.0, arrivals = "even", popularity = "uniform" }}
        {rest}
        "#
    );
    let base = std::path::Path::new(".");
    let loaded = from_str(&toml, "test.toml", base, &Overrides::default()).unwrap();
    let workload = build(&loaded).unwrap();
    run(&loaded.scenario, &workload, strategy, 0, &AtomicU64::new(0))
        .unwrap()
        .summary
}

fn native(name: &'static str, config: &str) -> Strategy {
    let maker: Maker = Arc::new(move |surroundings| {
        let policy = shelflife_policies::native(name).unwrap();
        Ok(Box::new(NativePolicy::new(name, policy, surroundings)))
    });
    Strategy::Policy {
        maker,
        config: config.to_owned(),
        wants_rows: true,
    }
}

const WRITES: &str = "writes = { rate = 0.5, arrivals = \"even\", popularity = \"uniform\" }\n";
const NO_WRITES: &str = "writes = { rate = 0.0 }\n";

#[test]
fn without_a_cache_every_read_loads_and_none_is_stale() {
    let summary = run_with(&Strategy::NoCache, WRITES);
    assert_eq!(summary.origin_loads, summary.reads);
    assert_eq!((summary.misses, summary.stale_answers), (summary.reads, 0));
}

#[test]
fn perfect_invalidation_loads_once_a_write_and_is_never_stale() {
    let summary = run_with(&Strategy::Perfect, WRITES);
    assert_eq!(summary.stale_answers, 0);
    // A write every two seconds, a read every tenth of one.
    assert!(
        (49..=51).contains(&summary.origin_loads),
        "{}",
        summary.origin_loads
    );
}

#[test]
fn a_flush_and_a_restart_each_cost_one_load() {
    let ttl = native("ttl", r#"{"ttl":"none"}"#);
    let faults = "[[faults]]\nat = \"30s\"\nwhat = \"flush\"\n[[faults]]\nat = \"60s\"\nwhat = \"restart\"\n";
    assert_eq!(run_with(&ttl, NO_WRITES).origin_loads, 1);
    assert_eq!(
        run_with(&ttl, &(NO_WRITES.to_owned() + faults)).origin_loads,
        3
    );
}

#[test]
fn a_load_that_is_in_flight_when_the_cache_restarts_is_not_stored() {
    let ttl = native("ttl", r#"{"ttl":"none"}"#);
    let rest = NO_WRITES.to_owned()
        + "[origin]\nlatency = \"20s\"\n[[faults]]\nat = \"10s\"\nwhat = \"restart\"\n";
    let summary = run_with(&ttl, &rest);
    assert_eq!((summary.origin_loads, summary.discarded_fills), (2, 1));
}

#[test]
fn a_gap_in_the_feed_expires_what_it_guards() {
    let cdc = native("cdc", r#"{"ttl":"none"}"#);
    let outage = |then: &str| {
        let feed = "[feed]\ndelay = \"0s\"\noutages = [{ at = \"10s\", for = \"50s\", then = \"";
        WRITES.to_owned() + feed + then + "\" }]\n"
    };
    for then in ["gap", "replay"] {
        let summary = run_with(&cdc, &outage(then));
        // Stale during the outage, whatever follows; after it, never again.
        let oldest = summary.stale_age_us.max / 1e6;
        assert!((45.0..=50.0).contains(&oldest), "{then}: {oldest}");
        let stale = summary.stale_answers;
        assert!((470..=500).contains(&stale), "{then}: {stale}");
    }
    assert_eq!(run_with(&cdc, &outage("gap")).invalidations.lost, 25);
    assert_eq!(run_with(&cdc, &outage("replay")).invalidations.lost, 0);
}

#[test]
fn an_origin_that_is_down_is_bridged_by_a_rescue_and_not_without() {
    let down = "[[faults]]\nat = \"50s\"\nwhat = \"origin-down\"\nfor = \"20s\"\n";
    let rest = NO_WRITES.to_owned() + down;
    let bare = run_with(&native("ttl", r#"{"ttl":"5s"}"#), &rest);
    assert!(bare.failed_reads > 100, "{}", bare.failed_reads);
    let rescued = run_with(&native("ttl", r#"{"ttl":"5s","rescue":"1m"}"#), &rest);
    assert_eq!(rescued.failed_reads, 0);
}

#[test]
fn every_cache_of_a_fleet_hears_of_a_write() {
    let write_through = native("write-through", r#"{"ttl":"none"}"#);
    let summary = run_with(
        &write_through,
        &(WRITES.to_owned() + "[cache]\nnodes = 3\n"),
    );
    assert_eq!(summary.stale_answers, 0);
    assert_eq!(
        summary.invalidations.sent,
        3 * 49,
        "of the writes before the last instant"
    );
    assert_eq!(summary.entries_max, 3);
}

#[test]
fn a_write_whose_path_announces_nothing_is_lost_to_who_listens_to_announcements() {
    let write_through = native("write-through", r#"{"ttl":"none"}"#);
    let rest = WRITES.to_owned() + "[writes]\nannounced = 0.0\n";
    let summary = run_with(&write_through, &rest);
    assert_eq!(
        (summary.invalidations.sent, summary.invalidations.lost),
        (0, 49)
    );
    assert!(summary.stale_ratio > 0.9);
}

#[test]
fn a_refresh_that_nobody_reads_is_wasted() {
    // Read once at the start of each ten seconds, refreshed by the first hit past half the lease.
    let ttl = native("ttl", r#"{"ttl":"15s","ahead":0.5}"#);
    let summary = run_with(&ttl, NO_WRITES);
    assert!(summary.refreshes > 5);
    assert_eq!(
        summary.wasted_refreshes, 0,
        "a key that is read all the time wastes none"
    );
}

#[test]
fn a_load_that_is_slow_does_not_hand_an_invalidated_value_on_for_ever() {
    // Written faster than it loads: every load is overtaken, every read is answered all the same.
    let tags = native("tags", r#"{"ttl":"none"}"#);
    let rest = "writes = { rate = 20.0, arrivals = \"even\", popularity = \"uniform\" }\n\
                [origin]\nlatency = \"1s\"\n";
    let summary = run_with(&tags, rest);
    assert_eq!(
        summary.fresh_hits + summary.delayed_hits + summary.misses,
        summary.reads
    );
    assert!(
        summary.read_latency_us.max <= 2.0e6,
        "{}",
        summary.read_latency_us.max
    );
}

/// A change is delivered a second before any load can see it: whoever loads in between gets the old
/// value, and without a word from the origin keeps it.
#[test]
fn an_event_that_outruns_its_commit_leaves_old_values_behind_and_none_behind_a_fence() {
    let tags = native("cdc", r#"{"ttl":"none"}"#);
    let rest = |fence: bool| {
        format!(
            "{WRITES}[origin]\nlatency = \"20ms\"\nvisible_after = \"1s\"\nfence = {fence}\n\
             [feed]\ndelay = \"0s\"\n"
        )
    };
    let without = run_with(&tags, &rest(false));
    // Every write: the first read after it loads the old value, which is hit until the next write.
    assert!(without.stale_hits > 900, "{}", without.stale_hits);
    let behind = run_with(&tags, &rest(true));
    assert_eq!((behind.stale_hits, behind.stale_answers), (0, 0));
    // Readers load again until they see what they must, for a second each.
    assert!(
        behind.discarded_fills > 40 * 49,
        "{}",
        behind.discarded_fills
    );
    assert_eq!(
        behind.fresh_hits + behind.delayed_hits + behind.misses,
        behind.reads
    );
}

/// Each cycle is a lease of five seconds and the wait for the next read, and in each falls a write or two.
#[test]
fn fill_cycles_are_counted_with_those_that_were_written_and_those_that_went_stale() {
    let ttl = native("ttl", r#"{"ttl":"5s"}"#);
    let latency = "[origin]\nlatency = \"0s\"\n";
    let of = |rest: &str| run_with(&ttl, rest).fill_cycles;
    let written = of(&(WRITES.to_owned() + latency));
    assert_eq!(written.begun, 20, "one every 5 s");
    assert_eq!(
        (written.written, written.stale),
        (19, 20),
        "the last has not ended"
    );
    let unwritten = of(&(NO_WRITES.to_owned() + latency));
    assert_eq!((unwritten.written, unwritten.stale), (0, 0));
    // Who drops what is written has cycles with a write and none that went stale.
    let drops = native("write-through", r#"{"ttl":"none"}"#);
    let dropped = run_with(&drops, &(WRITES.to_owned() + latency)).fill_cycles;
    assert_eq!((dropped.begun, dropped.written, dropped.stale), (50, 49, 0));
}

/// Every load reads a replica that is behind: without a cache each stale answer is an observation.
#[test]
fn what_is_in_no_cache_goes_stale_by_itself() {
    let rest = WRITES.to_owned() + "[origin]\nlatency = \"0s\"\nreplica_lag = \"1s\"\n";
    let summary = run_with(&Strategy::NoCache, &rest);
    assert!(summary.stale_answers > 400);
    assert_eq!(summary.fill_cycles.stale, summary.stale_answers);
    assert_eq!(summary.fill_cycles.begun, 0);
}

#[test]
fn a_load_that_takes_no_time_is_not_made_again_in_the_same_instant() {
    let summary = run_with(
        &native("cdc", r#"{"ttl":"none"}"#),
        &format!(
            "{WRITES}[origin]\nlatency = \"0s\"\nvisible_after = \"1s\"\nfence = true\n\
             [feed]\ndelay = \"0s\"\n"
        ),
    );
    // Each read within the second loads once, has the old value, and leaves nothing behind.
    assert_eq!(summary.origin_loads, summary.misses);
    assert!(summary.stale_answers > 400, "{}", summary.stale_answers);
    assert_eq!(summary.stale_hits, 0);
}

#[test]
fn a_bus_that_loses_everything_leaves_the_other_caches_behind() {
    let write_through = native("write-through", r#"{"ttl":"none"}"#);
    let fleet = |bus: &str| WRITES.to_owned() + "[cache]\nnodes = 3\n[bus]\n" + bus;
    let summary = run_with(&write_through, &fleet("loss = 1.0\n"));
    // One cache is told of each of 49 writes, and two are not.
    assert_eq!(summary.invalidations.sent, 49);
    assert_eq!(summary.invalidations.lost, 2 * 49);
    assert!(summary.stale_ratio > 0.3, "{}", summary.stale_ratio);
    let late = run_with(&write_through, &fleet("delay = \"250ms\"\n"));
    assert_eq!(late.invalidations.sent, 3 * 49);
    // Two caches of three are behind for a quarter of a second after each write.
    assert!(late.stale_answers > 0);
    assert!(late.stale_age_us.max < 250_000.0, "{:?}", late.stale_age_us);
}

#[test]
fn a_feed_that_delivers_twice_invalidates_twice_and_leaves_nothing_stale() {
    let cdc = native("cdc", r#"{"ttl":"none"}"#);
    let feed = |duplicates: &str| {
        WRITES.to_owned() + "[feed]\ndelay = \"80ms\"\nduplicates = " + duplicates + "\n"
    };
    let once = run_with(&cdc, &feed("0.0"));
    let twice = run_with(&cdc, &feed("1.0"));
    assert_eq!(twice.invalidations.sent, 2 * once.invalidations.sent);
    assert_eq!(twice.stale_answers, once.stale_answers);
    // The first read after a change falls between the two: its value is dropped again for nothing.
    assert!(twice.origin_loads > once.origin_loads);
}

#[test]
fn who_waits_longer_than_the_timeout_fails_at_that_time() {
    let ttl = native("ttl", r#"{"ttl":"none"}"#);
    let origin = |late: &str| {
        format!("{NO_WRITES}[origin]\nlatency = \"5s\"\ntimeout = \"1s\"\nlate = \"{late}\"\n")
    };
    let dropped = run_with(&ttl, &origin("drop"));
    assert_eq!(
        dropped.failed_reads, dropped.reads,
        "nothing is ever stored"
    );
    assert_eq!(dropped.read_latency_us.max, 1.0e6);
    let stored = run_with(&ttl, &origin("store"));
    // One load, which is stored after five seconds; who came in the last of them waits less.
    assert_eq!(stored.origin_loads, 1);
    assert!(
        (39..=41).contains(&stored.failed_reads),
        "{}",
        stored.failed_reads
    );
    assert_eq!(stored.read_latency_us.max, 1.0e6);
}

#[test]
fn a_transaction_is_heard_of_as_a_whole() {
    let cdc = native("cdc", r#"{"ttl":"none"}"#);
    let rest = "writes = { rate = 0.5, arrivals = \"even\" }\nkeys_per_write = 4\n\
                [feed]\ndelay = { uniform = [\"1s\", \"2s\"] }\nloss = 0.5\n";
    let summary = run_with(&cdc, &rest.replace("keys_per_write", "#"));
    assert_eq!(
        (summary.invalidations.sent + summary.invalidations.lost),
        49
    );
    let toml =
        format!("seed = 3\nduration = \"100s\"\nwarmup = \"0s\"\n[workload]\nkeys = 9\n{rest}");
    let base = std::path::Path::new(".");
    let loaded = from_str(&toml, "test.toml", base, &Overrides::default()).unwrap();
    let workload = build(&loaded).unwrap();
    let outcome = run(&loaded.scenario, &workload, &cdc, 0, &AtomicU64::new(0)).unwrap();
    let invalidations = outcome.summary.invalidations;
    assert_eq!(invalidations.lost % 4, 0, "all of it or nothing is lost");
    assert_eq!(invalidations.sent % 4, 0);
    assert!(invalidations.lost > 0 && invalidations.sent > 0);
}

#[test]
fn one_client_alone_sees_its_writes_late_exactly_where_it_is_served_stale() {
    let ttl = native("ttl", r#"{"ttl":"5s"}"#);
    let alone = run_with(&ttl, &(WRITES.to_owned() + "clients = 1\n"));
    assert!(alone.stale_answers > 0);
    assert_eq!(alone.read_your_writes_violations, Some(alone.stale_answers));
    let nobody = run_with(&ttl, WRITES);
    assert_eq!(nobody.read_your_writes_violations, None);
    assert_eq!(nobody.stale_answers, alone.stale_answers);
}

#[test]
fn a_client_that_sticks_to_a_cache_never_reads_backwards() {
    let ttl = native("ttl", r#"{"ttl":"10s"}"#);
    let fleet = |balance: &str| {
        format!("{WRITES}clients = 5\n[cache]\nnodes = 4\nbalance = \"{balance}\"\n")
    };
    let random = run_with(&ttl, &fleet("random"));
    assert!(random.monotonic_read_violations > Some(0));
    let sticky = run_with(&ttl, &fleet("by-client"));
    assert_eq!(sticky.monotonic_read_violations, Some(0));
}
