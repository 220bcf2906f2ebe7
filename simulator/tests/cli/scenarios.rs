//! Every key of a scenario, in runs that use it.

use serde_json::Value;

use crate::reports::{check_summary, count};
use crate::{Dir, texts};

const EVERYTHING: &str = r#"
name = "everything"
seed = 3
replications = 2
duration = "4m"
warmup = "20s"

[workload]
keys = 200
key = "item:{}:page"
value_bytes = 300
reads = { rate = 60.0, arrivals = "poisson", popularity = { zipf = 0.9 } }
writes = { rate = 2.0, arrivals = "even", popularity = "same-as-reads" }
tags = { per_key = 2, of = 30, popularity = "uniform" }
write_targets = "tag"

[[workload.phase]]
at = "60s"
reads.rate = 200.0          # a burst

[[workload.phase]]
at = "70s"
reads = { rate = 60.0, popularity = "uniform" }
writes = { rate = 4.0, popularity = { zipf = 0.5 } }

[origin]
latency = { lognormal = { median = "30ms", sigma = 0.5 } }
snapshot_at = 0.25
servers = 8
replica_lag = { exponential = "20ms" }
visible_after = "5ms"
errors = 0.02

[cache]
nodes = 3
balance = "by-key"
capacity = 50
coalesce = true

[writes]
announced = 0.8
announce_delay = { uniform = ["1ms", "30ms"] }

[feed]
delay = { empirical = "delays.csv" }
loss = 0.05
outages = [
    { at = "80s", for = "10s", then = "replay" },
    { at = "100s", for = "10s", then = "gap" },
]

[[faults]]
at = "120s"
what = "flush"
[[faults]]
at = "130s"
what = "restart"
[[faults]]
at = "140s"
what = "origin-slow"
by = 5.0
for = "10s"
[[faults]]
at = "160s"
what = "origin-down"
for = "5s"

[[policy]]
label = "ttl, rescued"
use = "ttl"
config = { ttl = "20s", jitter = 0.1, grace = "2s", rescue = "30s", ahead = 0.8 }
[[policy]]
use = "write-through"
config = { ttl = "60s", on_write = "expire" }
[[policy]]
use = "cdc"
config = { ttl = "60s", again_after = "100ms", listen = "both" }
[[policy]]
use = "tags"
config = { ttl = "60s", rules = [{ prefix = "item:1", ttl = "5s" }] }
[[policy]]
use = "versions"
config = { ttl = "60s", scope = { leading_parts = 2 } }
[[policy]]
use = "semantic"
config = { ttl = "60s", threshold = 0.99, radius = 0.95 }
[[policy]]
use = "native:tags"
"#;

fn run(dir: &Dir, set: &[&str]) -> Value {
    let set = set.iter().flat_map(|set| ["--set", set]);
    let args: Vec<&str> = ["run", "everything.toml", "--out", "out"]
        .into_iter()
        .chain(set)
        .collect();
    dir.succeeds(&args);
    dir.json("out/report.json")
}

#[test]
fn a_scenario_that_uses_every_key_runs_and_its_figures_hold_together() {
    let dir = Dir::new("everything");
    dir.write("everything.toml", EVERYTHING)
        .write("delays.csv", "delay\n50ms\n200ms\n300000\n");
    let report = run(&dir, &[]);
    let labels = texts(&report["policies"], "label");
    assert_eq!(labels[0], "ttl, rescued");
    assert_eq!(labels[6..], ["native:tags", "no cache", "perfect"]);
    let runs = report["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 9 * 2);
    for run in runs {
        let (policy, summary) = (run["policy"].as_str().unwrap(), &run["summary"]);
        check_summary(policy, summary);
        let count = |name: &str| count(summary, name);
        // About 220 s of 60 reads a second, and 1,400 more in the burst.
        assert!(
            (13_500..15_700).contains(&count("reads")),
            "{policy}: {}",
            count("reads")
        );
        assert!(
            count("entries_max") <= 3 * 50,
            "{policy}: {}",
            count("entries_max")
        );
        assert!(count("bytes_max") <= 3 * 50 * 300, "{policy}");
        assert!(count("policy.traps") == 0, "{policy}");
        if policy == "no cache" {
            assert_eq!(count("misses"), count("reads"));
        } else {
            assert!(count("fresh_hits") > count("reads") / 10, "{policy}");
        }
        let rescued = policy == "ttl, rescued";
        assert_eq!(count("refreshes") > 0, rescued, "{policy}: refreshes");
        assert!(
            count("failed_reads") > 0,
            "{policy}: the origin failed and nobody felt it"
        );
        let listens = !rescued && !["no cache", "perfect"].contains(&policy);
        assert_eq!(
            count("invalidations.sent") > 0,
            listens,
            "{policy}: invalidations"
        );
        assert_eq!(count("invalidations.lost") > 0, listens, "{policy}: lost");
    }
    let scenario = &report["scenario"];
    assert_eq!(scenario["feed"]["outages"][1]["then"], "gap");
    assert_eq!(scenario["workload"]["phase"][1]["writes"]["rate"], 4.0);
}

/// What is absent is null in JSON, and has no name in TOML.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(without_nulls);
        }
        Value::Array(elements) => elements.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

#[test]
fn a_report_names_the_whole_scenario_and_the_same_scenario_gives_the_same_report() {
    let dir = Dir::new("resolved");
    dir.write("everything.toml", EVERYTHING)
        .write("delays.csv", "50ms\n");
    let set = ["duration=30s", "warmup=5s", "replications=1"];
    let report = run(&dir, &set);
    for (table, keys) in [
        (
            "",
            "name seed replications duration warmup workload trace origin cache writes feed faults policy",
        ),
        (
            "workload",
            "keys key value_bytes reads writes tags write_targets phase",
        ),
        (
            "origin",
            "latency snapshot_at servers replica_lag visible_after errors",
        ),
        ("cache", "nodes balance capacity coalesce"),
        ("writes", "announced announce_delay"),
        ("feed", "delay loss outages"),
    ] {
        let scenario = &report["scenario"];
        let table = if table.is_empty() {
            scenario
        } else {
            &scenario[table]
        };
        for key in keys.split_whitespace() {
            assert!(table.get(key).is_some(), "{key} is not in {table}");
        }
    }
    // What the report says of the scenario is a scenario, and gives the same.
    let mut scenario = report["scenario"].clone();
    without_nulls(&mut scenario);
    dir.write("everything.toml", toml::to_string(&scenario).unwrap());
    let again = run(&dir, &[]);
    assert_eq!(report["runs"], again["runs"]);
    assert_eq!(report["scenario"], again["scenario"]);
}

#[test]
fn each_key_makes_a_difference() {
    let dir = Dir::new("difference");
    dir.write("everything.toml", EVERYTHING)
        .write("delays.csv", "50ms\n90ms\n");
    // Native code and one short run: it is only asked whether something changes.
    let policies =
        r#"policy=[{use="native:ttl",config={ttl="9s"}},{use="native:tags"},{use="native:cdc"}]"#;
    let base = ["replications=1", "duration=200s", policies];
    let runs = |set: &str| {
        let set = [&base[..], &[set]].concat();
        run(&dir, &set)["runs"].take()
    };
    let plain = runs("name=plain");
    for set in [
        "seed=4",
        "warmup=30s",
        "workload.keys=150",
        "workload.value_bytes=301",
        "workload.reads.rate=61",
        "workload.reads.arrivals=even",
        "workload.reads.popularity=uniform",
        "workload.writes.rate=3",
        "workload.writes.popularity=uniform",
        "workload.tags.per_key=3",
        "workload.tags.of=31",
        "workload.write_targets=key",
        "workload.phase.0.at=50s",
        "workload.phase.1.reads.popularity={zipf=0.2}",
        "origin.latency=30ms",
        "origin.snapshot_at=0.9",
        "origin.servers=1",
        "origin.replica_lag=0s",
        "origin.visible_after=2s",
        "origin.errors=0.1",
        "cache.nodes=2",
        "cache.balance=random",
        "cache.capacity=10",
        "cache.coalesce=false",
        "writes.announced=1.0",
        "writes.announce_delay=1s",
        "feed.delay=3s",
        "feed.loss=0.5",
        "feed.outages.0.then=gap",
        "feed.outages.1.then=replay",
        "feed.outages.1.for=20s",
        "faults.0.at=125s",
        "faults.0.what=restart",
        "faults.2.by=9.0",
        "faults.2.for=15s",
        "faults.3.for=1s",
        "policy.0.config.ttl=8s",
    ] {
        assert!(runs(set) != plain, "{set} changes nothing");
    }
    assert_eq!(runs("name=other"), plain);
    assert_eq!(runs("workload.tags.popularity=uniform"), plain);
}
