//! What a comparison writes, and that the same inputs give the same bytes.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Dir, SIX, SMALL, texts};

/// The figures of a summary, by the names that programs read.
const FIGURES: &str = "reads fresh_hits stale_hits delayed_hits misses hit_ratio stale_ratio \
    stale_hit_ratio stale_answers stale_age_us.mean stale_age_us.p50 stale_age_us.p90 \
    stale_age_us.p99 stale_age_us.p999 stale_age_us.max version_lag.mean version_lag.p99 \
    version_lag.max bound_violations.1s bound_violations.5s bound_violations.60s \
    bound_violations.300s bound_violations.600s read_your_writes_violations \
    monotonic_read_violations origin_loads refreshes wasted_refreshes duplicate_loads coalesced \
    discarded_fills fill_cycles.begun fill_cycles.written fill_cycles.stale origin_rate.mean origin_rate.p99 origin_rate.max peak_to_mean inflight_max \
    inflight_per_key_max herd.p50 herd.p99 herd.max read_latency_us.mean read_latency_us.p50 \
    read_latency_us.p99 read_latency_us.p999 read_latency_us.max invalidations.sent \
    invalidations.effective invalidations.wasted invalidations.lost fanout.p50 fanout.p99 \
    fanout.max entries_max orphans_max bytes_max index_bytes_max semantic policy.calls \
    policy.traps policy.fuel policy.fallback_us";

const SEMANTIC: [&str; 5] = [
    "lookups",
    "hits",
    "wrong_hits",
    "purge_precision",
    "purge_recall",
];

/// The value at a dotted name.
fn at<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    name.split('.')
        .try_fold(value, |value, part| value.get(part))
}

/// A whole number of a summary.
pub fn count(summary: &Value, name: &str) -> u64 {
    let value = at(summary, name).and_then(Value::as_u64);
    value.unwrap_or_else(|| panic!("no count `{name}` in {summary}"))
}

/// What holds of the figures of any run, whatever was run.
#[track_caller]
pub fn check_summary(policy: &str, summary: &Value) {
    for figure in FIGURES.split_whitespace() {
        assert!(at(summary, figure).is_some(), "{policy} lacks {figure}");
    }
    let number = |name: &str| at(summary, name).and_then(Value::as_f64).unwrap();
    let count = |name: &str| count(summary, name);
    let answered = ["fresh_hits", "stale_hits", "delayed_hits", "misses"];
    let answered: u64 = answered.into_iter().map(count).sum();
    assert_eq!(count("reads"), answered, "{policy}");
    let (sent, of_use) = (
        count("invalidations.sent"),
        count("invalidations.effective"),
    );
    assert_eq!(sent, of_use + count("invalidations.wasted"), "{policy}");
    for (less, more) in [
        ("stale_hits", "stale_answers"),
        ("stale_answers", "reads"),
        ("misses", "origin_loads"),
        ("wasted_refreshes", "refreshes"),
        ("refreshes", "origin_loads"),
        ("inflight_per_key_max", "inflight_max"),
        ("bound_violations.600s", "bound_violations.300s"),
        ("bound_violations.300s", "bound_violations.60s"),
        ("bound_violations.60s", "bound_violations.5s"),
        ("bound_violations.5s", "bound_violations.1s"),
        ("bound_violations.1s", "stale_answers"),
        ("stale_age_us.p50", "stale_age_us.p90"),
        ("stale_age_us.p90", "stale_age_us.p99"),
        ("stale_age_us.p99", "stale_age_us.p999"),
        ("stale_age_us.p999", "stale_age_us.max"),
        ("read_latency_us.p50", "read_latency_us.p99"),
        ("read_latency_us.p999", "read_latency_us.max"),
        ("origin_rate.p99", "origin_rate.max"),
        ("herd.p99", "herd.max"),
    ] {
        let (a, b) = (number(less), number(more));
        assert!(a <= b, "{policy}: {less} is {a}, {more} is {b}");
    }
    let close = |name: &str, part: u64, whole: u64| {
        let share = part as f64 / whole.max(1) as f64;
        assert!((number(name) - share).abs() < 1e-12, "{policy}: {name}");
    };
    let hits = count("fresh_hits") + count("stale_hits");
    close("hit_ratio", hits, count("reads"));
    close("stale_ratio", count("stale_answers"), count("reads"));
    close("stale_hit_ratio", count("stale_hits"), hits);
    if let Some(semantic) = summary["semantic"].as_object() {
        assert!(
            SEMANTIC.iter().all(|figure| semantic.contains_key(*figure)),
            "{policy}"
        );
    }
}

/// Six components and two baselines, each with every figure, run by run and in total.
#[track_caller]
pub fn check_report(report: &Value, replications: usize) {
    let labels: Vec<&str> = SIX.into_iter().chain(["no cache", "perfect"]).collect();
    assert_eq!(texts(&report["policies"], "label"), labels);
    for (row, policy) in report["policies"].as_array().unwrap().iter().enumerate() {
        assert_eq!(policy["component_sha256"].is_string(), row < 6, "{policy}");
    }
    let runs = report["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 8 * replications);
    for (index, run) in runs.iter().enumerate() {
        assert_eq!(run["policy"], labels[index / replications]);
        assert_eq!(run["replication"], index % replications);
        check_summary(labels[index / replications], &run["summary"]);
    }
    assert_eq!(texts(&report["totals"], "policy"), labels);
    for total in report["totals"].as_array().unwrap() {
        for figure in FIGURES.split_whitespace() {
            // The name is taken by the label.
            let figure = figure.replace("policy.", "policy_figures.");
            let figure = figure.as_str();
            let figure_of = at(total, figure).unwrap_or_else(|| panic!("no {figure} in {total}"));
            for part in ["mean", "ci95"] {
                let known = figure_of.is_null() || figure_of.get(part).is_some();
                assert!(known || figure == "semantic", "{figure}: {figure_of}");
            }
        }
    }
    let timing = &report["timing"];
    for figure in [
        "seconds",
        "events_per_second",
        "guest_calls",
        "ns_per_guest_call",
    ] {
        assert!(timing[figure].is_number(), "{figure}");
    }
}

/// Every file of a report, by its name; `report.json` without its timings.
fn bytes(dir: &Dir, report: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for folder in [report.to_owned(), format!("{report}/plots")] {
        for entry in std::fs::read_dir(dir.path(&folder))
            .unwrap()
            .map(Result::unwrap)
        {
            if entry.path().is_file() {
                let name = entry.file_name().into_string().unwrap();
                files.insert(name.clone(), dir.read(&format!("{folder}/{name}")));
            }
        }
    }
    let mut json = dir.json(&format!("{report}/report.json"));
    json.as_object_mut().unwrap().remove("timing").unwrap();
    files.insert("report.json".to_owned(), json.to_string());
    files
}

#[test]
fn the_same_inputs_give_the_same_bytes_however_many_run_at_once() {
    let dir = Dir::new("same-bytes");
    dir.write("small.toml", SMALL);
    let compare = |jobs: &str, out: &str| {
        let set = ["--set", "cache.nodes=2", "--set", "writes.announced=0.9"];
        let args = ["compare", "small.toml", "--jobs", jobs, "--out", out];
        dir.succeeds(&[&args[..], &set].concat());
        bytes(&dir, out)
    };
    let first = compare("1", "a");
    check_report(&dir.json("a/report.json"), 2);
    for name in [
        "report.json",
        "summary.csv",
        "timeseries.csv",
        "histograms.csv",
        "totals.csv",
        "differences.csv",
        "index.html",
    ] {
        assert!(first.contains_key(name), "no {name}");
    }
    assert!(first.keys().filter(|name| name.ends_with(".svg")).count() >= 4);
    // The second replaces the first.
    for (jobs, out) in [("2", "a"), ("2", "b")] {
        for (name, text) in compare(jobs, out) {
            assert!(text == first[&name], "{name} differs with --jobs {jobs}");
        }
    }
    assert_eq!(dir.names(), ["a", "b", "small.toml"]);
}

#[test]
fn each_figure_is_an_image_too_where_that_is_asked_for_and_has_its_numbers_beside_it() {
    let dir = Dir::new("images");
    dir.write("small.toml", SMALL);
    dir.succeeds(&["compare", "small.toml", "--png", "--out", "a", "--quiet"]);
    dir.succeeds(&["compare", "small.toml", "--out", "b", "--quiet"]);
    let of = |report: &str, kind: &str| -> Vec<String> {
        let files = std::fs::read_dir(dir.path(&format!("{report}/plots"))).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names
            .filter_map(|name| name.strip_suffix(kind).map(str::to_owned))
            .collect();
        names.sort_unstable();
        names
    };
    assert!(of("a", ".svg").len() >= 10);
    assert_eq!(of("a", ".png"), of("a", ".svg"));
    assert_eq!(of("a", ".csv"), of("a", ".svg"));
    assert!(of("b", ".png").is_empty());
    let image = std::fs::read(dir.path("a/plots/frontier.png")).unwrap();
    assert!(image.starts_with(b"\x89PNG\r\n"));
}

#[test]
fn a_warm_up_that_finds_itself_is_the_same_however_many_run_at_once() {
    let dir = Dir::new("auto-warmup");
    dir.write("small.toml", SMALL);
    let compare = |jobs: &str, out: &str| {
        let policies = ["--policy", "ttl:ttl=4s", "--policy", "tags:ttl=3s"];
        let args = ["compare", "small.toml", "--set", "warmup=auto"];
        dir.succeeds(&[&args[..], &policies, &["--jobs", jobs, "--out", out]].concat());
        bytes(&dir, out)
    };
    let first = compare("1", "a");
    assert!(first == compare("3", "b"));
    let warmup = &dir.json("a/report.json")["warmup"];
    assert_eq!(warmup["asked"], "auto");
    assert!(warmup["used_us"].as_u64() >= Some(12_000_000), "{warmup}");
}

#[test]
fn half_of_a_trace_can_be_left_out() {
    let dir = Dir::new("half-a-trace");
    let rows: String = (0..300)
        .map(|n| format!("{},R,k{}\n", n * 1000, n % 7))
        .collect();
    dir.write("my.csv", format!("ts_us,op,key\n{rows}"));
    dir.succeeds(&["compare", "--trace", "my.csv", "--set", "warmup=0.5"]);
    let report = dir.json("reports/my/report.json");
    assert_eq!(report["scenario"]["warmup"], 0.5);
    assert_eq!(report["warmup"]["used_us"], 149_500);
    assert_eq!(count(&report["runs"][0]["summary"], "reads"), 150);
}

#[test]
fn another_seed_gives_another_report_and_the_report_names_it() {
    let dir = Dir::new("seed");
    dir.write("small.toml", SMALL);
    let compare = |seed: &str| {
        let args = [
            "compare",
            "small.toml",
            "--policy",
            "native:tags",
            "--seed",
            seed,
            "--out",
            "out",
        ];
        dir.succeeds(&args);
        let report = dir.json("out/report.json");
        assert_eq!(report["seed"].to_string(), seed);
        report["runs"].to_string()
    };
    let first = compare("5");
    assert!(first != compare("18446744073709551615"));
    assert!(first == compare("5"));
}

#[test]
fn compare_without_arguments_runs_anywhere() {
    let dir = Dir::new("default");
    let set = ["--set", "replications=1", "--set", "duration=20m"];
    let text = dir.succeeds(&[&["compare"][..], &set].concat());
    for label in SIX {
        let rows = text
            .lines()
            .filter(|line| line.starts_with(&format!("{label} ")));
        assert_eq!(rows.count(), 2, "the shop and the questions:\n{text}");
    }
    let shop = dir.json("reports/shop/report.json");
    check_report(&shop, 1);
    assert_eq!(shop["trace"]["path"], "builtin:shop");
    let questions = dir.json("reports/shop/questions/report.json");
    check_report(&questions, 1);
    let semantic = &questions["runs"][5]["summary"]["semantic"];
    assert!(semantic["hits"].as_u64().unwrap() > 0, "{semantic}");
    // What is newer than every write is never stale, and what never caches never hits.
    for report in [shop, questions] {
        let [no_cache, perfect] = [6, 7].map(|row| &report["runs"][row]["summary"]);
        assert_eq!(count(no_cache, "misses"), count(no_cache, "reads"));
        assert_eq!(count(perfect, "stale_answers"), 0);
    }
}

#[test]
fn a_set_that_only_the_main_scenario_knows_leaves_the_other_out() {
    let dir = Dir::new("main-only");
    let set = ["--set", "trace.speed=2", "--set", "replications=1"];
    dir.succeeds(&[&["compare", "--policy", "native:ttl"][..], &set].concat());
    // All of its day.
    let report = dir.json("reports/shop/report.json");
    assert_eq!(report["trace"]["statistics"]["reads"], 66_319);
    assert_eq!(count(&report["runs"][0]["summary"], "reads"), 66_319);
    assert!(!dir.path("reports/shop/questions").exists());
}

#[test]
fn a_scenario_or_a_trace_without_policies_is_compared_by_all_six() {
    let dir = Dir::new("six");
    let rows: String = (0..300)
        .map(|n| format!("{},{},k{}\n", n * 1000, ["R", "R", "W"][n % 3], n % 7))
        .collect();
    dir.write("my.csv", format!("ts_us,op,key\n{rows}"));
    dir.succeeds(&["compare", "--trace", "my.csv"]);
    let report = dir.json("reports/my/report.json");
    check_report(&report, 1);
    assert_eq!(report["trace"]["path"], "my.csv");
    assert_eq!(report["trace"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(count(&report["runs"][0]["summary"], "reads"), 200);
    // The settings that stand in the report are those that ran.
    dir.write("empty.toml", "policy = []\nname = \"x\"");
    let set = ["duration=1s", "replications=1", "policy.0.config.ttl=7s"];
    let set: Vec<&str> = set.iter().flat_map(|set| ["--set", set]).collect();
    dir.succeeds(&[&["compare", "empty.toml"][..], &set].concat());
    let report = dir.json("reports/x/report.json");
    check_report(&report, 1);
    assert_eq!(report["policies"][0]["config"]["ttl"], "7s");
    assert_eq!(report["scenario"]["policy"][0]["config"]["ttl"], "7s");
}
