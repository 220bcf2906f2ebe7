use super::super::*;
use super::{Loaded, from_str};
use std::path::Path;

fn load_with(text: &str, set: &[&str]) -> Result<Loaded, String> {
    let overrides = Overrides {
        set: set.iter().map(|set| (*set).to_owned()).collect(),
        ..Overrides::default()
    };
    from_str(text, "shop.toml", Path::new("dir"), &overrides).map_err(|error| {
        assert_eq!(error.exit_status(), 2);
        error.to_string()
    })
}

pub(super) fn load(text: &str) -> Scenario {
    load_with(text, &[]).unwrap().scenario
}

pub(super) fn wrong(text: &str) -> String {
    load_with(text, &[]).unwrap_err()
}

#[test]
fn an_empty_scenario_has_the_documented_defaults() {
    let documented = r#"
        name = "ttl-closed-form"
        seed = 7
        replications = 4
        duration = "2h"
        warmup = "10m"
        [workload]
        keys = 1000
        key = "user:{}"
        value_bytes = 512
        reads  = { rate = 1000.0, arrivals = "poisson", popularity = { zipf = 0.99 } }
        writes = { rate = 10.0,   arrivals = "poisson", popularity = "uniform" }
        write_targets = "key"
        [origin]
        latency = "20ms"
        snapshot_at = 0.5
        servers = 0
        replica_lag = "0ms"
        visible_after = "0ms"
        errors = 0.0
        [cache]
        nodes = 1
        balance = "random"
        capacity = 0
        coalesce = true
        [writes]
        announced = 1.0
        announce_delay = "0ms"
        [feed]
        delay = { uniform = ["50ms", "500ms"] }
        loss = 0.0
    "#;
    assert_eq!(load(""), load(documented));
}

#[test]
fn a_key_left_out_of_a_table_has_its_default() {
    let scenario =
        load("[workload]\nreads.rate = 5.0\nwrites = { arrivals = \"even\" }\ntags = { of = 50 }");
    assert_eq!(scenario.workload.reads.popularity, Popularity::Zipf(0.99));
    assert_eq!(
        scenario.workload.writes,
        Stream {
            rate: 10.0,
            arrivals: Arrivals::Even,
            popularity: Popularity::Uniform
        }
    );
    assert_eq!(
        scenario.workload.tags,
        Some(Tags {
            per_key: 3,
            of: 50,
            popularity: Popularity::Zipf(0.8)
        })
    );
    let scenario = load(
        "faults = [{ at = \"1m\", what = \"origin-slow\" }, { at = \"2m\", what = \"origin-down\" }]",
    );
    assert_eq!(
        (scenario.faults[0].by, scenario.faults[0].lasts),
        (Some(10.0), Some(Nanos::from_secs(60)))
    );
    assert_eq!(scenario.faults[1].lasts, Some(Nanos::from_secs(30)));
}

#[test]
fn a_trace_runs_once_from_end_to_end_without_warm_up() {
    let scenario = load("[trace]\npath = \"shop.csv.zst\"");
    assert_eq!(
        (scenario.duration, scenario.warmup, scenario.replications),
        (None, Some(Nanos::ZERO.into()), 1)
    );
    let trace = scenario.trace.unwrap();
    assert_eq!(
        (trace.format, trace.sets, trace.speed),
        (TraceFormat::Shelflife, Sets::Write, 1.0)
    );
    assert_eq!(
        load("replications = 3\n[trace]\npath = \"x\"").replications,
        3
    );
    assert_eq!(
        load("[trace]\npath = \"x\"\nformat = \"arc\"")
            .trace
            .unwrap()
            .rate,
        Some(1000.0)
    );
}

#[test]
fn a_warm_up_may_be_a_share_of_a_run_or_of_a_trace() {
    assert_eq!(load("warmup = 0.25").warmup, Some(Warmup::Share(0.25)));
    let trace = load("warmup = 0.5\n[trace]\npath = \"x\"");
    assert_eq!(trace.warmup, Some(Warmup::Share(0.5)));
    assert_eq!(load("warmup = \"auto\"").warmup, Some(Warmup::Auto));
}

#[test]
fn a_short_run_keeps_most_of_its_time_to_measure() {
    assert_eq!(
        load("duration = \"1m\"").warmup,
        Some(Nanos::from_secs(5).into())
    );
    assert_eq!(
        load("duration = \"20m\"").warmup,
        Some(Nanos::from_secs(600).into())
    );
}

#[test]
fn a_resolved_scenario_reads_back_as_it_was() {
    let text = r#"
        name = "all"
        faults = [{ at = "1m", what = "flush" }]
        [workload]
        tags = { per_key = 2, of = 10 }
        [[workload.phase]]
        at = "30m"
        reads.rate = 5000.0
        [feed]
        outages = [{ at = "30m", for = "60s" }]
        [origin]
        latency = { lognormal = { median = "80ms", sigma = 0.5 } }
        [[policy]]
        use = "versions"
        config = { scope = { leading_parts = 2 } }
    "#;
    let scenario = load(text);
    let json = serde_json::to_string(&scenario).unwrap();
    assert_eq!(serde_json::from_str::<Scenario>(&json).unwrap(), scenario);
    let trace = load("[trace]\npath = \"x.csv\"\nformat = \"csv\"");
    let json = serde_json::to_string(&trace).unwrap();
    assert_eq!(serde_json::from_str::<Scenario>(&json).unwrap(), trace);
}

#[test]
fn an_unknown_key_names_file_line_table_and_the_nearest() {
    for (text, says) in [
        (
            "\n[origin]\nlatncy = \"1s\"",
            "shop.toml:3: unknown key `latncy` in [origin]: did you mean `latency`?",
        ),
        (
            "sead = 1",
            "shop.toml:1: unknown key `sead`: did you mean `seed`?",
        ),
        (
            "[workload]\nreads = { rate = 1.0,\n popularty = \"uniform\" }",
            "unknown key `popularty` in [workload.reads]: did you mean `popularity`?",
        ),
        (
            "[[policy]]\nuse = \"ttl\"\n[[policy]]\nuse = \"cdc\"\nlable = \"x\"",
            "shop.toml:5: unknown key `lable` in [[policy]]: did you mean `label`?",
        ),
        (
            "[workload]\nkeys = 1\n[[workload.phase]]\nat = \"1m\"\nreads.rat = 1",
            "shop.toml:5: unknown key `rat` in [workload.phase.reads]: did you mean `rate`?",
        ),
        (
            "[feed]\ndelay = { unifrm = [\"1s\", \"2s\"] }",
            "unknown key `unifrm` in [feed.delay]: did you mean `uniform`?",
        ),
        (
            "[workload]\nwrites.popularity = { zpif = 0.9 }",
            "shop.toml:2: unknown key `zpif` in [workload.writes.popularity]: did you mean `zipf`?",
        ),
        (
            "[orign]\nlatency = \"1s\"",
            "shop.toml:1: unknown key `orign`: did you mean `origin`?",
        ),
    ] {
        let error = wrong(text);
        assert!(error.contains(says), "{text}: {error}");
        assert!(
            error.starts_with("shop.toml:") && !error.contains('\n'),
            "{error}"
        );
    }
}

#[test]
fn a_wrong_value_names_file_line_key_and_what_is_right() {
    for (text, says) in [
        (
            "\nduration = \"10 lightyears\"",
            "shop.toml:2: `duration`: `10 lightyears` is not a duration (there is no unit `lightyears`): write it as `250ms`, `60s` or `2h`",
        ),
        (
            "[origin]\nlatency = 20",
            "shop.toml:2: `latency` in [origin]: integer `20` where a duration such as \"20ms\", or a table",
        ),
        (
            "[workload]\nkeys = -5",
            "shop.toml:2: `keys` in [workload]: integer `-5` where a whole number from 0 up belongs",
        ),
        (
            "[workload]\nkeys = \"many\"",
            "string \"many\" where a whole number from 0 up belongs",
        ),
        (
            "[workload]\nreads = { arrivals = \"posson\" }",
            "`arrivals` in [workload.reads]: unknown value `posson`: did you mean `poisson`?",
        ),
        (
            "[workload]\nreads.popularity = \"latst\"",
            "unknown value `latst`: did you mean `latest`?",
        ),
        (
            "[writes]\n\nannounced = 1.5",
            "shop.toml:3: `announced` in [writes]: a share is between 0 and 1, not 1.5",
        ),
        (
            "[feed]\nloss = -0.1",
            "shop.toml:2: `loss` in [feed]: a share",
        ),
        (
            "[workload]\nreads.rate = 0",
            "shop.toml:2: `rate` in [workload.reads]: at a rate of 0 nothing is ever read",
        ),
        ("[workload]\nreads.rate = nan", "a rate is between"),
        ("[workload]\nkey = \"user\"", "`{}` stands for its number"),
        ("[workload]\nwrite_targets = \"tag\"", "need `tags`"),
        (
            "[workload]\nreads.popularity = \"same-as-reads\"",
            "is for writes",
        ),
        (
            "[workload]\ntags = { per_key = 5, of = 4 }",
            "from 1 to 4 different tags, not 5",
        ),
        (
            "[[workload.phase]]\nat = \"2m\"\n[[workload.phase]]\nat = \"1m\"",
            "shop.toml:4: `at` in [[workload.phase]]: phases are in the order of time",
        ),
        (
            "[feed]\noutages = [{ at = \"1m\", for = \"2m\" }, { at = \"2m\", for = \"1s\" }]",
            "do not overlap",
        ),
        (
            "[[faults]]\nwhat = \"flush\"",
            "shop.toml:1: [[faults]]: the key `at` is missing",
        ),
        (
            "[[faults]]\nat = \"1m\"\nwhat = \"flush\"\nby = 2",
            "shop.toml:4: `by` in [[faults]]: only `origin-slow` has it",
        ),
        (
            "[[policy]]\nuse = \"tll\"",
            "shop.toml:2: `use` in [[policy]]: unknown policy `tll`: did you mean `ttl`?",
        ),
        (
            "[[policy]]\nuse = \"ttl\"\n[[policy]]\nuse = \"ttl\"",
            "would both be called `ttl`",
        ),
        ("[cache]\nnodes = 0", "at least 1 node"),
        ("[workload]\nkeys = 4000000000", "at most 10000000 keys"),
        (
            "duration = \"5m\"\nwarmup = \"5m\"",
            "shop.toml:2: `warmup`: 5m of warm-up leave nothing",
        ),
        ("replications = 0", "at least 1 replication"),
        ("name = \"a/b\"", "cannot name the folder"),
        (
            "[trace]\npath = \"x\"\nspeed = 0",
            "shop.toml:3: `speed` in [trace]: a speed is above 0",
        ),
        (
            "[trace]\npath = \"x\"\nformat = \"csv\"\ncolumns = { unit = \"min\" }",
            "not `min`",
        ),
        (
            "[trace]\npath = \"x\"\n\n[workload]\nkeys = 5",
            "shop.toml:4: [trace] and [workload] exclude each other",
        ),
        (
            "[origin]\nlatency = { empirical = \"nowhere.csv\" }",
            "shop.toml:2: `latency` in [origin]: nowhere.csv: ",
        ),
        ("seed = 1\nname = ", "shop.toml:2: "),
        ("seed = 1\nseed = 2", "shop.toml:2: duplicate key"),
    ] {
        let error = wrong(text);
        assert!(error.contains(says), "{text}: {error}");
        assert!(
            error.starts_with("shop.toml:") && !error.contains('\n'),
            "{error}"
        );
    }
}

#[test]
fn set_overrides_what_the_file_says_and_errors_name_it() {
    let text =
        "[origin]\nlatency = \"20ms\"\n[[policy]]\nuse = \"ttl\"\nconfig = { ttl = \"60s\" }";
    let loaded = load_with(
        text,
        &[
            "origin.latency=5ms",
            "policy.0.config.ttl=30s",
            "workload.reads.rate=7",
        ],
    )
    .unwrap();
    assert_eq!(loaded.scenario.origin.latency.constant(), Some(5_000_000));
    assert_eq!(loaded.scenario.policies[0].config["ttl"], "30s");
    assert_eq!(loaded.scenario.workload.reads.rate, 7.0);
    let error = load_with(text, &["origin.latncy=5ms"]).unwrap_err();
    assert_eq!(
        error,
        "--set origin.latncy=5ms: unknown key `latncy` in [origin]: did you mean `latency`?"
    );
    let error = load_with(text, &["feed.loss=2"]).unwrap_err();
    assert_eq!(
        error,
        "--set feed.loss=2: `loss` in [feed]: a share is between 0 and 1, not 2"
    );
}

#[test]
fn the_command_line_gives_the_seed_and_the_policies() {
    let overrides = Overrides {
        seed: Some(99),
        policies: vec!["ttl:ttl=5s".to_owned(), "./mine.wasm".to_owned()],
        ..Overrides::default()
    };
    let loaded = from_str(
        "[[policy]]\nuse = \"cdc\"",
        "s.toml",
        Path::new("dir"),
        &overrides,
    )
    .unwrap();
    assert_eq!(loaded.scenario.seed, 99);
    let [ttl, mine] = &loaded.scenario.policies[..] else {
        panic!("two policies")
    };
    assert_eq!(
        (ttl.label.as_str(), ttl.uses.as_str()),
        ("ttl:ttl=5s", "ttl")
    );
    assert_eq!(loaded.component_path(ttl), None);
    assert_eq!(
        loaded.component_path(mine).as_deref(),
        Some(Path::new("./mine.wasm"))
    );
}

#[test]
fn a_policy_of_the_scenario_may_be_a_spec_and_its_path_is_relative_to_the_scenario() {
    let loaded = load_with("[[policy]]\nuse = \"ttl:ttl=5s,jitter=0.1\"\nconfig = { ttl = \"9s\" }\n[[policy]]\nuse = \"mine.wasm\"", &[]).unwrap();
    let [ttl, mine] = &loaded.scenario.policies[..] else {
        panic!("two policies")
    };
    assert_eq!(
        (ttl.label.as_str(), ttl.uses.as_str()),
        ("ttl:ttl=5s,jitter=0.1", "ttl")
    );
    assert_eq!(
        (&ttl.config["ttl"], &ttl.config["jitter"]),
        (&"9s".into(), &0.1.into())
    );
    assert_eq!(
        loaded.component_path(mine).as_deref(),
        Some(Path::new("dir/mine.wasm"))
    );
    assert_eq!(mine.uses, "mine.wasm");
}
