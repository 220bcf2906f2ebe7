//! What caches and the paths to them may do wrong, one fault a test, each beside the world without it.

use super::*;

/// A load takes 400 ms, and writes come at any time: many fall into a load.
const WRITES_DURING_LOADS: &str = "writes = { rate = 1.5, arrivals = \"poisson\", popularity = \"uniform\" }\n\
     [origin]\nlatency = \"400ms\"\nsnapshot_at = 0.0\n";

/// Loads take no time.
const AT_ONCE: &str = "[origin]\nlatency = \"0s\"\n";

fn write_through() -> Strategy {
    native("write-through", r#"{"ttl":"none"}"#)
}

fn summary(rest: &str) -> Summary {
    run_with(&write_through(), rest)
}

#[test]
fn an_unguarded_store_leaves_behind_what_a_write_has_overtaken() {
    let world = |cache: &str| format!("{WRITES_DURING_LOADS}{cache}");
    let guarded = summary(&world(""));
    assert_eq!(guarded.stale_hits, 0);
    let stores = summary(&world(
        "[cache]\nstores = \"unguarded\"\njoins = \"unguarded\"\n",
    ));
    assert!(guarded.discarded_fills > 0);
    assert_eq!(stores.discarded_fills, 0);
    assert!(stores.stale_hits > 0, "{}", stores.stale_hits);
}

#[test]
fn versions_keep_an_unguarded_store_from_doing_harm() {
    let rest = format!(
        "{WRITES_DURING_LOADS}versions = true\n\
         [cache]\nstores = \"unguarded\"\njoins = \"unguarded\"\n"
    );
    let summary = summary(&rest);
    assert_eq!(summary.stale_hits, 0);
    assert!(summary.discarded_fills > 0);
}

#[test]
fn whoever_joins_any_load_is_handed_what_was_read_before_the_write() {
    // Dense reads, of which many come between a write and the end of the load that it overtook.
    let dense = |joins: &str| {
        format!(
            "clients = 1\n[origin]\nlatency = \"400ms\"\nsnapshot_at = 0.0\n[cache]\njoins = \"{joins}\"\n\
             [[workload.phase]]\nat = \"0s\"\nreads.rate = 100.0\nwrites.rate = 1.0\n"
        )
    };
    let guarded = summary(&dense("guarded"));
    let unguarded = summary(&dense("unguarded"));
    assert!(guarded.delayed_hits > 0);
    assert_eq!(guarded.stale_answers, 0);
    assert!(unguarded.stale_answers > 100, "{}", unguarded.stale_answers);
}

#[test]
fn an_entry_deleted_before_the_commit_is_loaded_again_too_soon() {
    let world = |announce: &str| {
        format!("{WRITES}[writes]\nannounce = \"{announce}\"\nannounce_delay = \"150ms\"\n")
    };
    // The first read after the delete comes within 100 ms, and loads what is about to change.
    let before = summary(&world("before-commit"));
    assert!(before.stale_ratio > 0.8, "{}", before.stale_ratio);
    let after = summary(&world("after-commit"));
    assert!(after.stale_ratio < 0.1, "{}", after.stale_ratio);
}

#[test]
fn announcements_in_batches_are_late_by_less_than_an_interval() {
    let summary = summary(&format!("{WRITES}[writes]\nbatch = \"1500ms\"\n"));
    assert!(summary.stale_answers > 0);
    assert!(
        summary.stale_age_us.max < 1.5e6,
        "{:?}",
        summary.stale_age_us
    );
}

#[test]
fn processes_load_what_others_load_already() {
    let ttl = native("ttl", r#"{"ttl":"10s"}"#);
    let slow = |cache: &str| format!("{NO_WRITES}[origin]\nlatency = \"1s\"\n[cache]\n{cache}");
    let alone = run_with(&ttl, &slow(""));
    assert_eq!((alone.duplicate_loads, alone.inflight_per_key_max), (0, 1));
    let many = run_with(&ttl, &slow("processes = 4\n"));
    // Ten reads of a load fall on four processes.
    assert!(many.duplicate_loads > 15, "{}", many.duplicate_loads);
    assert!((2..=4).contains(&many.inflight_per_key_max));
    assert!(many.delayed_hits > 0);
}

#[test]
fn a_warm_start_spreads_the_ends_of_what_was_filled_together() {
    let toml = |start: &str| {
        format!(
            "seed = 3\nduration = \"30s\"\nwarmup = \"19s\"\n\
             [workload]\nkeys = 400\nreads = {{ rate = 4000.0, popularity = \"uniform\" }}\n\
             writes = {{ rate = 0.0 }}\n[origin]\nlatency = \"0s\"\n[cache]\nstart = \"{start}\"\n"
        )
    };
    let peak = |start: &str| {
        let base = std::path::Path::new(".");
        let loaded = from_str(&toml(start), "test.toml", base, &Overrides::default()).unwrap();
        let workload = build(&loaded).unwrap();
        let ttl = native("ttl", r#"{"ttl":"10s"}"#);
        let outcome = run(&loaded.scenario, &workload, &ttl, 0, &AtomicU64::new(0)).unwrap();
        outcome.summary.origin_rate.max
    };
    let (cold, warm) = (peak("cold"), peak("warm"));
    assert!(cold > 500.0, "{cold}");
    assert!(warm < 150.0, "{warm}");
}

#[test]
fn what_one_cache_has_loaded_others_find_in_the_one_they_share() {
    let ttl = native("ttl", r#"{"ttl":"2s"}"#);
    let fleet = |shared: &str| format!("{NO_WRITES}{AT_ONCE}[cache]\nnodes = 5\n{shared}");
    let apart = run_with(&ttl, &fleet(""));
    let shared = run_with(&ttl, &fleet("shared_ttl = \"20s\"\n"));
    assert_eq!(
        shared.misses, apart.misses,
        "a miss is one, wherever the value is"
    );
    assert_eq!(apart.origin_loads, apart.misses);
    assert_eq!(shared.origin_loads, 5, "one in 20 s");
}

#[test]
fn two_levels_are_as_stale_as_both_leases_together() {
    let ttl = native("ttl", r#"{"ttl":"2s"}"#);
    let rest = format!("{WRITES}[cache]\nshared_ttl = \"7s\"\n");
    let oldest = run_with(&ttl, &rest).stale_age_us.max;
    assert!((7e6..9e6).contains(&oldest), "{oldest}");
}

#[test]
fn nobody_is_answered_while_a_scan_goes_through_its_list() {
    let tags = native("tags", r#"{"ttl":"none"}"#);
    let scan = |purge: &str| {
        format!("{WRITES}{AT_ONCE}[cache]\ntag_purge = \"{purge}\"\nscan = \"250ms\"\n")
    };
    let blocked = run_with(&tags, &scan("scan"));
    // Two or three reads of each of 49 writes, at the time of the write and later.
    assert!(
        (98..=147).contains(&blocked.blocked_reads),
        "{}",
        blocked.blocked_reads
    );
    assert_eq!(blocked.read_latency_us.max, 250e3);
    assert_eq!(blocked.stale_hits, 0);
    let racy = run_with(&tags, &scan("racy-scan"));
    assert_eq!(racy.blocked_reads, 0);
}

#[test]
fn what_is_stored_while_a_list_is_gone_through_is_lost_from_it() {
    let tags = native("tags", r#"{"ttl":"none"}"#);
    // The entry goes within the second, the next read stores it again, and the list goes with it.
    let rest = format!("{WRITES}[cache]\ntag_purge = \"racy-scan\"\nscan = \"1s\"\n");
    let summary = run_with(&tags, &rest);
    assert!(summary.stale_ratio > 0.9, "{}", summary.stale_ratio);
    assert_eq!(run_with(&tags, WRITES).stale_hits, 0);
}

#[test]
fn a_counter_that_is_lost_brings_an_old_version_back() {
    let versions = native("versions", r#"{"ttl":"none"}"#);
    assert_eq!(run_with(&versions, WRITES).stale_answers, 0);
    let rest = format!("{WRITES}[cache]\ncounter_life = \"5s\"\n");
    let summary = run_with(&versions, &rest);
    // Every version comes again after 5 s at the latest, with the entry that was kept under it.
    assert!(summary.stale_ratio > 0.8, "{}", summary.stale_ratio);
}

#[test]
fn with_versions_the_newest_value_stays_and_not_the_last_to_arrive() {
    let replace = native("write-through", r#"{"ttl":"none","on_write":"replace"}"#);
    let world = |versions: bool| {
        format!(
            "writes = {{ rate = 5.0, popularity = \"uniform\" }}\n[origin]\nversions = {versions}\n\
             [writes]\nannounce_delay = {{ exponential = \"400ms\" }}\n"
        )
    };
    let newest = run_with(&replace, &world(true)).stale_ratio;
    let last = run_with(&replace, &world(false)).stale_ratio;
    assert!(newest + 0.05 < last, "{newest} {last}");
}

#[test]
fn with_versions_a_second_purge_spares_what_has_seen_the_change() {
    let both = native("write-through", r#"{"ttl":"none","listen":"both"}"#);
    let world = |versions: bool| {
        format!(
            "{WRITES}[origin]\nlatency = \"0s\"\nversions = {versions}\n[feed]\ndelay = \"550ms\"\n"
        )
    };
    let blind = run_with(&both, &world(false));
    let aware = run_with(&both, &world(true));
    assert_eq!(blind.origin_loads, 1 + 2 * 49);
    assert_eq!(aware.origin_loads, 1 + 49);
    assert_eq!((blind.stale_answers, aware.stale_answers), (0, 0));
}

#[test]
fn a_fault_comes_again_and_again() {
    let ttl = native("ttl", r#"{"ttl":"none"}"#);
    let rest = format!("{NO_WRITES}[[faults]]\nat = \"30s\"\nwhat = \"flush\"\nevery = \"20s\"\n");
    // The first load, and one after 30, 50, 70 and 90 s.
    assert_eq!(run_with(&ttl, &rest).origin_loads, 5);
}
