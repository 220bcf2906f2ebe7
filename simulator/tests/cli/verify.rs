//! The simulator against theory, as a user runs it.

use serde_json::Value;

use crate::Dir;

#[test]
fn a_part_of_the_suite_prints_its_table_and_writes_it() {
    let dir = Dir::new("verify");
    let table = dir.succeeds(&["verify", "--fast", "--only", "S20", "--out", "v"]);
    assert!(
        table.contains("S20 loads a write, not coalesced "),
        "{table}"
    );
    assert!(table.contains("2 pass, 0 fail, 0 inconclusive"), "{table}");
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    let names = ["index.html", "verify.csv", "verify.json"];
    for name in names {
        assert!(dir.path("v").join(name).exists(), "{name}");
    }
    let found = dir.json("v/verify.json");
    assert_eq!(
        (found["passed"].as_u64(), found["failed"].as_u64()),
        (Some(2), Some(0))
    );
    let row = &found["rows"][0];
    assert_eq!(row["verdict"], "pass");
    assert_eq!(row["sample"].as_array().map(Vec::len), Some(16));
    let csv = dir.read("v/verify.csv");
    assert_eq!(csv.lines().count(), 3);
    let page = dir.read("v/index.html");
    assert!(
        page.contains("shelflife verify --only S20 --fast"),
        "the command to repeat it"
    );
    assert!(!page.contains("http"), "it needs no network");
}

#[test]
fn a_row_says_all_that_it_takes_to_repeat_it() {
    let dir = Dir::new("verify-repeat");
    dir.succeeds(&["verify", "--fast", "--only", "S20", "--quiet", "--out", "v"]);
    let row = dir.json("v/verify.json")["rows"][0].clone();
    let scenarios = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/verify");
    let scenario = scenarios.join(row["scenario"].as_str().unwrap());
    let seed = row["seed"].to_string();
    let mut args = vec!["run", scenario.to_str().unwrap(), "--quiet", "--out", "r"];
    args.extend(["--seed", &seed]);
    for set in row["set"].as_array().unwrap() {
        args.extend(["--set", set.as_str().unwrap()]);
    }
    dir.succeeds(&args);
    let report = dir.json("r/report.json");
    let of_policy = |run: &&Value| run["policy"] == row["policy"];
    let runs = report["runs"].as_array().unwrap().iter().filter(of_policy);
    let ratio = |run: &Value| {
        let figure = |name: &str| run["summary"][name].as_f64().unwrap();
        figure("origin_loads") / figure("writes")
    };
    let again: Vec<f64> = runs.map(ratio).collect();
    let sample = row["sample"].as_array().unwrap();
    let sample: Vec<f64> = sample.iter().map(|value| value.as_f64().unwrap()).collect();
    // But for the last bit, which reading a number from JSON may cost.
    let mut pairs = again.iter().zip(&sample);
    let is_same = pairs.all(|(a, b)| (a / b - 1.0).abs() < 1e-14);
    assert!(is_same && again.len() == 16, "{again:?} {sample:?}");
}

#[test]
fn what_there_is_not_is_said() {
    let dir = Dir::new("verify-wrong");
    dir.is_wrong(&["verify", "--only", "S99"], "--only S99: no such scenario");
    dir.is_wrong(&["verify", "--only", "S17", "--fast"], "leave out --fast");
    let help = dir.succeeds(&["verify", "--help"]);
    assert!(help.contains("shelflife verify --only S03"), "{help}");
}
