//! `diff`: what has changed between two reports.

use serde_json::Value;

use crate::{Dir, SMALL};

/// Reports of the same world: `old`, `same` (run again), `worse` (a longer life, staler) and `seed` (another).
fn reports(name: &str) -> Dir {
    let dir = Dir::new(name);
    dir.write("s.toml", SMALL);
    let run = |out: &str, ttl: &str, rest: &[&str]| {
        let policy = format!("native:ttl:ttl={ttl}");
        let args = [
            "compare", "s.toml", "--quiet", "--out", out, "--policy", &policy,
        ];
        let eight = ["--set", "replications=8"];
        dir.succeeds(&[&args[..], &eight, rest].concat());
    };
    run("old", "2s", &[]);
    run("same", "2s", &[]);
    run("worse", "10s", &[]);
    run("seed", "2s", &["--seed", "99"]);
    run("other", "2s", &["--set", "cache.capacity=5"]);
    dir
}

#[test]
fn what_is_shown_to_be_worse_is_said_and_fails_where_that_is_asked_for() {
    let dir = reports("diff");
    let same = dir.succeeds(&["diff", "old", "same/report.json", "--fail-on", "changed"]);
    assert!(same.starts_with("No change is shown, of "), "{same}");
    let table = dir.succeeds(&["diff", "old", "worse"]);
    for line in table.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let row = |figure: &str| {
        let mut rows = table.lines();
        rows.find(|row| row.contains(figure))
            .unwrap_or_else(|| panic!("no {figure}:\n{table}"))
    };
    assert!(row("stale_ratio").ends_with("worse") && row("hit_ratio").ends_with("better"));
    assert!(table.contains("native:ttl:ttl=2s → nativ"), "{table}");
    assert!(
        table.contains("Both had the same reads and writes"),
        "{table}"
    );
    let output = dir.run(&["diff", "old", "worse", "--fail-on", "worse"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), table);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("error: stale_ratio of native:ttl") && said.lines().count() == 1,
        "{said}"
    );
    // Large thresholds let it pass, one by one.
    let mut args = vec!["diff", "old", "worse", "--fail-on", "worse"];
    let json: Value =
        serde_json::from_str(&dir.succeeds(&["diff", "old", "worse", "--format", "json"])).unwrap();
    let figures = json["figures"].as_array().unwrap();
    let worse = figures.iter().filter(|figure| figure["verdict"] == "worse");
    let thresholds: Vec<String> = worse
        .map(|figure| format!("{}=100000%", figure["figure"].as_str().unwrap()))
        .collect();
    assert_eq!(json["worse"].as_u64(), Some(thresholds.len() as u64));
    for threshold in &thresholds {
        args.extend(["--threshold", threshold]);
    }
    dir.succeeds(&args);
}

#[test]
fn another_seed_shows_no_change_and_is_compared_by_the_means() {
    let dir = reports("diff-seed");
    let text = dir.succeeds(&["diff", "old", "seed", "--fail-on", "changed"]);
    assert!(text.contains("No change is shown"), "{text}");
    assert!(text.contains("Welch's"), "{text}");
}

#[test]
fn reports_that_cannot_be_compared_are_refused() {
    let dir = reports("diff-refused");
    dir.is_wrong(
        &["diff", "old", "other"],
        "are of different scenarios: cache.capacity: 0 and 5; with --anyway",
    );
    let text = dir.succeeds(&["diff", "old", "other", "--anyway", "--format", "md"]);
    assert!(
        text.contains("The scenarios differ: cache.capacity: 0 and 5."),
        "{text}"
    );
    dir.write("none.json", "{}").write("broken.json", "{");
    dir.is_wrong(
        &["diff", "old", "none.json"],
        "none.json: it is no report of `compare`",
    );
    dir.is_wrong(&["diff", "broken.json", "old"], "broken.json: ");
    dir.is_wrong(&["diff", "old", "nowhere"], "nowhere: No such file");
    dir.is_wrong(
        &["diff", "old", "worse", "--threshold", "stale_ration=5%"],
        "did you mean `stale_ratio`?",
    );
    dir.is_wrong(
        &["diff", "old", "worse", "--fail-on", "wrse"],
        "a similar value exists: 'worse'",
    );
}
