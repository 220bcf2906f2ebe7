//! Results that were computed independently, to the digit, through the components.

mod support;

use std::path::{Path, PathBuf};

use shelflife_sim::measure::Summary;
use support::{run, summary};

/// A row of the golden file.
#[derive(Debug, serde::Deserialize)]
struct Golden {
    trace: String,
    strategy: String,
    ttl_us: Option<u64>,
    cdc_delay_us: u64,
    hits: u64,
    misses: u64,
    stale_hits: u64,
    invalidations: u64,
    invalidations_effective: u64,
    updates: u64,
    stale_age_us_mean: f64,
    stale_age_us_p50: f64,
    stale_age_us_p99: f64,
    stale_age_us_max: f64,
}

fn rows(trace: &str) -> Vec<Golden> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/golden/staleness-golden.csv");
    let rows = csv::Reader::from_path(path).unwrap().into_deserialize();
    let rows: Vec<Golden> = rows
        .map(Result::unwrap)
        .filter(|row: &Golden| row.trace == trace)
        .collect();
    assert_eq!(rows.len(), 14);
    rows
}

fn scenario(trace: &str, row: &Golden) -> String {
    let ttl = row
        .ttl_us
        .map_or("none".to_owned(), |ttl| format!("{ttl}us"));
    let (uses, setting) = match row.strategy.split('+').next().unwrap() {
        "ttl" | "none" => ("ttl", ""),
        "write_delete" => ("write-through", "on_write = \"drop\""),
        "write_update" => ("write-through", "on_write = \"replace\""),
        "cdc" => ("cdc", ""),
        other => panic!("an unknown strategy: {other}"),
    };
    format!(
        r#"
        [trace]
        {trace}
        [origin]
        latency = "0s"
        [feed]
        delay = "{delay}us"
        [[policy]]
        label = "golden"
        use = "{uses}"
        [policy.config]
        ttl = "{ttl}"
        {setting}
        "#,
        delay = row.cdc_delay_us,
    )
}

fn check(row: &Golden, found: &Summary) {
    let integers = [
        ("hits", found.fresh_hits + found.stale_hits, row.hits),
        ("misses", found.misses, row.misses),
        ("stale hits", found.stale_hits, row.stale_hits),
        ("stale answers", found.stale_answers, row.stale_hits),
        ("invalidations", found.invalidations.sent, row.invalidations),
        (
            "effective",
            found.invalidations.effective,
            row.invalidations_effective,
        ),
        ("updates", found.updates, row.updates),
        ("origin loads", found.origin_loads, row.misses),
    ];
    for (what, found, expected) in integers {
        assert_eq!(found, expected, "{what} of {row:?}");
    }
    let age = &found.stale_age_us;
    let rounded = |micros: f64| (micros * 10.0).round() / 10.0;
    assert_eq!(
        rounded(age.mean),
        row.stale_age_us_mean,
        "mean age of {row:?}"
    );
    let ages = [age.p50, age.p99, age.max];
    assert_eq!(
        ages,
        [
            row.stale_age_us_p50,
            row.stale_age_us_p99,
            row.stale_age_us_max
        ],
        "{row:?}"
    );
}

#[test]
fn the_shop_trace_gives_the_golden_staleness_to_the_digit() {
    for row in rows("semi-weblog-norobots.csv") {
        let report = run(&scenario("path = \"builtin:shop\"", &row));
        check(&row, summary(&report, "golden"));
    }
}

/// The trace is not part of the repository: where it is not at hand this checks nothing.
#[test]
fn the_disk_trace_gives_the_golden_staleness_to_the_digit_where_it_is_at_hand() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/traces/real");
    let path: PathBuf = root.join("cloudphysics-w92.csv.zst");
    if !path.exists() {
        return;
    }
    for row in rows("cloudphysics-w92.csv") {
        let trace = format!("path = {path:?}\nformat = \"vscsi-csv\"");
        let report = run(&scenario(&trace, &row));
        check(&row, summary(&report, "golden"));
    }
}

#[test]
fn time_to_idle_gives_the_published_hit_ratios() {
    for (minutes, percent) in [
        (55, 70.09),
        (56, 70.28),
        (57, 70.47),
        (58, 70.66),
        (59, 70.87),
        (60, 71.03),
        (61, 71.18),
    ] {
        let report = run(&format!(
            r#"
            [trace]
            path = "tests/data/weblog-424-norobots.slt.gz"
            format = "cache2k-timed"
            [origin]
            latency = "0s"
            [[policy]]
            label = "idle"
            use = "ttl"
            config = {{ ttl = "none", idle = "{minutes}m" }}
            "#
        ));
        let hit_ratio = summary(&report, "idle").hit_ratio;
        let rounded = (hit_ratio * 10_000.0).round() / 100.0;
        assert_eq!(rounded, percent, "time-to-idle of {minutes} minutes");
    }
}
