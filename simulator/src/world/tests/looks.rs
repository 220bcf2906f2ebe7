//! What clients look at again, and what is looked at from outside.

use super::*;

#[test]
fn a_probe_finds_what_would_be_served_and_leaves_no_trace() {
    let probes = "writes = { rate = 0.5, arrivals = \"even\", popularity = \"uniform\" }\n";
    let toml = |after: &str| {
        format!(
            "seed = 3\nduration = \"100s\"\nwarmup = \"0s\"\n{after}\n[workload]\nkeys = 1\n\
             reads = {{ rate = 10.0, arrivals = \"even\", popularity = \"uniform\" }}\n{probes}"
        )
    };
    let look = |strategy: &Strategy, after: &str| {
        let base = std::path::Path::new(".");
        let loaded = from_str(&toml(after), "test.toml", base, &Overrides::default()).unwrap();
        let workload = build(&loaded).unwrap();
        let done = AtomicU64::new(0);
        let outcome = run(&loaded.scenario, &workload, strategy, 0, &done).unwrap();
        outcome.summary
    };
    let after = "probe_after = [\"1s\", \"30s\"]";
    let ttl = native("ttl", r#"{"ttl":"20s"}"#);
    let found = look(&ttl, after);
    let one = &found.inconsistent_after["1s"];
    // 49 writes; one in ten comes within a second of the end of the lease.
    assert_eq!(one.writes, 49);
    assert!((42..49).contains(&one.inconsistent), "{one:?}");
    let later = &found.inconsistent_after["30s"];
    assert_eq!(
        (later.writes, later.inconsistent),
        (34, 0),
        "after the lease"
    );
    let write_through = native("write-through", r#"{"ttl":"none"}"#);
    let through = look(&write_through, after);
    assert_eq!(through.inconsistent_after["1s"].inconsistent, 0);
    // The same but for what the probes found.
    let mut without = look(&ttl, "");
    without.inconsistent_after = found.inconsistent_after.clone();
    assert_eq!(without, found);
}

#[test]
fn whoever_has_written_reads_it_back_and_whoever_has_read_reads_again() {
    let ttl = native("ttl", r#"{"ttl":"20s"}"#);
    let clients = format!("{WRITES}clients = 1000000\n");
    let plain = run_with(&ttl, &clients);
    let back = run_with(&ttl, &format!("{clients}read_back = \"1s\"\n"));
    assert_eq!(back.reads, plain.reads + 49);
    // Nobody else is likely to read what he has written: all of them are their own.
    let unseen = back.read_your_writes_violations.unwrap();
    assert!((42..49).contains(&unseen), "{unseen}");
    let again = run_with(&ttl, &format!("{clients}read_again = \"1us\"\n"));
    assert_eq!(again.reads, 2 * plain.reads);
    assert_eq!(again.monotonic_read_violations, Some(0), "one cache alone");
    assert_eq!(plain.writes, 49);
}

#[test]
fn an_origin_has_recovered_when_its_queue_is_empty() {
    let ttl = native("ttl", r#"{"ttl":"none"}"#);
    let rest = "writes = { rate = 0.0 }\n[origin]\nlatency = \"350ms\"\nservers = 1\n\
                [cache]\ncoalesce = false\n[[faults]]\nat = \"50s\"\nwhat = \"flush\"\n";
    let summary = run_with(&ttl, rest);
    // Loads at 50.0, 50.1, 50.2 and 50.3 s until the first is back, one after the other.
    assert_eq!(summary.recovery_us, Some(1.05e6));
}

#[test]
fn only_look_ups_of_counters_that_are_kept_are_told_of() {
    let kept = native("versions", r#"{"ttl":"none","cached_for":"950ms"}"#);
    // One a second; at first the counter has no slot of its own, so that the second read looks again.
    assert_eq!(run_with(&kept, NO_WRITES).version_lookups, 101);
    let plain = native("versions", r#"{"ttl":"none"}"#);
    assert_eq!(run_with(&plain, NO_WRITES).version_lookups, 0);
}

#[test]
fn what_is_held_is_averaged_over_time() {
    let versions = native("versions", r#"{"ttl":"none"}"#);
    let summary = run_with(&versions, WRITES);
    // One more is left behind every two seconds: 49 at the end, half as many on average.
    assert!(
        (23.0..26.0).contains(&summary.orphans_mean),
        "{}",
        summary.orphans_mean
    );
    assert_eq!(summary.orphans_max, 49);
    let ttl = native("ttl", r#"{"ttl":"none"}"#);
    let one = run_with(&ttl, NO_WRITES).entries_mean;
    assert!((0.99..=1.0).contains(&one), "{one}");
}
