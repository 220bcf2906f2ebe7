//! Recommendations: what is found, what it is sure of, and what can be made of it.

use serde_json::Value;
use shelflife::sync::Cache;

use crate::Dir;

/// Keys that are each read at rate 2 and written at rate 0.05, by native policies, with loads that take no
/// time.
const UNIFORM: &str = r#"
name = "uniform"
seed = 5
duration = "700s"
warmup = "100s"
[workload]
keys = 50
reads = { rate = 100.0, popularity = "uniform" }
writes = { rate = 2.5, popularity = "uniform" }
[origin]
latency = "0s"
"#;

const NATIVE_TTL: &str = "[[policy]]\nuse = \"native:ttl\"\n";
const NATIVE_THREE: &str = "[[policy]]\nuse = \"native:ttl\"\n[[policy]]\nuse = \"native:write-through\"\n\
     [[policy]]\nuse = \"native:cdc\"\n";

fn seconds(ttl: &Value) -> f64 {
    let ttl: shelflife_sim::scenario::Nanos = ttl.as_str().unwrap().parse().unwrap();
    ttl.as_secs_f64()
}

#[test]
fn the_longest_life_that_is_fresh_enough_is_that_of_the_closed_form() {
    let dir = Dir::new("recommend-closed-form");
    dir.write("s.toml", UNIFORM.to_owned() + NATIVE_TTL);
    let most = 0.1;
    dir.succeeds(&[
        "recommend",
        "s.toml",
        "--max-stale-ratio",
        "10%",
        "--out",
        "out",
        "--quiet",
    ]);
    let found = dir.json("out/recommendation.json");
    assert_eq!(found["met"], true);
    // P(stale | hit) = 1 − (1 − e^(−μT)) / (μT), of the λT / (1 + λT) reads that hit.
    let (reads, writes) = (2.0, 0.05);
    let stale = |ttl: f64| {
        let fresh = (1.0 - f64::exp(-writes * ttl)) / (writes * ttl);
        reads * ttl / (1.0 + reads * ttl) * (1.0 - fresh)
    };
    let (mut low, mut high) = (0.0, 600.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if stale(middle) > most {
            high = middle;
        } else {
            low = middle;
        }
    }
    // A rung takes up to a tenth, the interval some hundredths; nothing makes it longer but chance.
    let ttl = seconds(&found["recommendation"]["config"]["ttl"]);
    assert!(
        (0.85..1.03).contains(&(ttl / low)),
        "{ttl} s, by the closed form {low} s"
    );
    let ratio = &found["recommendation"]["bounds"]["stale_ratio"];
    let number = |key: &str| ratio[key].as_f64().unwrap();
    assert!(
        number("mean") + number("ci95") <= most && number("met_in") >= 4.0,
        "{ratio}"
    );
    // The next rung up is too stale by what the search has seen: there is nothing between.
    let trials = found["tried"][0]["trials"].as_array().unwrap();
    let longer = trials
        .iter()
        .find(|trial| seconds(&trial["config"]["ttl"]) > ttl * 1.001);
    assert_eq!(longer.unwrap()["bounds"]["stale_ratio"]["met"], false);
}

#[test]
fn the_answer_is_the_cheapest_with_the_runner_up_and_why_the_others_are_not() {
    let dir = Dir::new("recommend-answer");
    dir.write("s.toml", UNIFORM.to_owned() + NATIVE_THREE);
    let args = [
        "recommend",
        "s.toml",
        "--max-stale-age",
        "2s",
        "--max-stale-ratio",
        "0.02",
        "--writes-announced",
        "0.8",
        "--replications",
        "4",
        "--set",
        "duration=250s",
        "--out",
    ];
    let text = dir.succeeds(&[&args[..], &["one", "--jobs", "1"]].concat());
    let found = dir.json("one/recommendation.json");
    // Only the capture hears of all writes; the others cannot keep entries for long.
    assert_eq!(found["recommendation"]["pattern"], "cdc");
    assert_eq!(found["runner_up"]["pattern"], "write-through");
    assert!(text.starts_with("Use native:cdc with ttl="), "{text}");
    for says in [
        "Confidence: met in 4 of 4 replications",
        "Runner-up: native:write-through with ttl=",
        "80.00 % of the writes are announced",
        "stale_age_us.max ≤ 2 s",
    ] {
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(words.join(" ").contains(says), "{says}\n{text}");
    }
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "too wide: {line}");
    }
    let loads = |row: &Value| row["cost"]["mean"].as_f64().unwrap();
    let tried = found["tried"].as_array().unwrap();
    let met = tried.iter().filter(|row| row["met"] == true);
    let least = met
        .map(|row| loads(&row["confirmed"]))
        .fold(f64::INFINITY, f64::min);
    assert_eq!(loads(&found["recommendation"]), least);
    // Other threads, the same answer.
    let again = dir.succeeds(&[&args[..], &["two", "--jobs", "2"]].concat());
    assert_eq!(text, again);
    assert_eq!(
        dir.read("one/recommendation.json"),
        dir.read("two/recommendation.json")
    );
    // Without a capture it is another.
    dir.succeeds(&[&args[..], &["three", "--without", "cdc", "--quiet"]].concat());
    let found = dir.json("three/recommendation.json");
    assert_eq!(found["recommendation"]["pattern"], "write-through");
    assert_eq!(found["left_out"][0]["pattern"], "native:cdc");
}

#[test]
fn bounds_that_nothing_meets_are_said_to_be_with_what_comes_closest() {
    let dir = Dir::new("recommend-nothing");
    dir.write("s.toml", UNIFORM.to_owned() + NATIVE_TTL);
    let args = [
        "recommend",
        "s.toml",
        "--replications",
        "2",
        "--set",
        "duration=200s",
    ];
    // Never stale, and hardly ever loaded.
    let never = [
        "--max-stale-ratio",
        "0",
        "--origin-limit",
        "1/s",
        "--origin-at",
        "mean",
    ];
    let text = dir.succeeds(&[&args[..], &never, &["--out", "out"]].concat());
    assert!(
        text.starts_with(
            "Nothing that was tried meets stale_ratio ≤ 0 % and origin_rate.mean ≤ 1/s."
        ),
        "{text}"
    );
    assert!(text.contains("Closest is native:ttl with ttl="), "{text}");
    assert!(!text.contains("To paste"), "{text}");
    let found = dir.json("out/recommendation.json");
    assert_eq!(
        (&found["met"], &found["recommendation"]),
        (&Value::from(false), &Value::Null)
    );
    assert_eq!(found["closest"]["pattern"], "ttl");
    let why = found["tried"][0]["why"].as_str().unwrap();
    assert!(
        why.contains("stale_ratio") || why.contains("origin_rate.mean"),
        "{why}"
    );
    // Fresh enough for a while, which is too short for the origin.
    let both = [
        "--max-stale-ratio",
        "1%",
        "--origin-limit",
        "1/s",
        "--origin-at",
        "mean",
    ];
    let text = dir
        .succeeds(&[&args[..], &both].concat())
        .replace("\n  ", " ");
    assert!(
        text.contains("native:ttl: fresh enough up to ttl="),
        "{text}"
    );
}

/// What stands between two texts.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text
        .split_once(from)
        .unwrap_or_else(|| panic!("no {from} in {text}"));
    rest.split_once(to).unwrap().0
}

#[test]
fn what_is_to_be_pasted_builds_a_cache() {
    let dir = Dir::new("recommend-paste");
    dir.write("s.toml", UNIFORM);
    let args = [
        "recommend",
        "s.toml",
        "--max-stale-ratio",
        "5%",
        "--replications",
        "2",
        "--set",
        "duration=130s",
        "--set",
        "cache.capacity=40",
        "--set",
        "workload.tags={ per_key = 2, of = 20 }",
        "--writes-announced",
        "0.9",
        "--quiet",
        "--pattern",
    ];
    for pattern in ["ttl", "write-through", "cdc", "tags", "versions"] {
        dir.succeeds(&[&args[..], &[pattern, "--out", pattern]].concat());
        let found = dir.json(&format!("{pattern}/recommendation.json"));
        assert_eq!(found["recommendation"]["pattern"], pattern);
        let (rust, toml) = (&found["paste"]["rust"], &found["paste"]["toml"]);
        let config: shelflife::Config = toml::from_str(toml.as_str().unwrap()).unwrap();
        let cache = Cache::<String>::builder().config(&config).build().unwrap();
        assert_eq!(cache.policy_info()[0].name, pattern);

        let rust = rust.as_str().unwrap();
        let policy = between(rust, ".policy(\"", "\")");
        let config = between(rust, ".policy_config(r#\"", "\"#)");
        assert!(rust.contains(".max_capacity(40)"), "{rust}");
        let built = Cache::<String>::builder().max_capacity(40).policy(policy);
        built.policy_config(config).build().unwrap();
        let config: Value = serde_json::from_str(config).unwrap();
        assert_eq!(config["ttl"], found["recommendation"]["config"]["ttl"]);
        if pattern != "ttl" {
            let notes = found["paste"]["notes"].to_string();
            assert!(notes.contains("cache.announce(Write::of(key))"), "{notes}");
        }
    }
}

#[test]
fn a_request_that_makes_no_sense_says_why_and_leaves_nothing_behind() {
    let dir = Dir::new("recommend-wrong");
    dir.write("s.toml", UNIFORM).write(
        "swept.toml",
        UNIFORM.to_owned() + "[sweep.grid]\nseed = [1, 2]\n",
    );
    let age = ["--max-stale-age", "5s"];
    for (args, says) in [
        (
            &["s.toml"][..],
            "there is nothing to keep: give --max-stale-age",
        ),
        (&age, "<SCENARIO.toml>"),
        (
            &["s.toml", "--max-stale-age", "5"],
            "`5` is not a duration: write it as `250ms`",
        ),
        (
            &["s.toml", "--max-stale-ratio", "1.5"],
            "a share is between 0 and 1",
        ),
        (
            &["s.toml", "--max-stale-ratio", "-0.1"],
            "a share is between 0 and 1",
        ),
        (
            &["s.toml", "--max-stale-ratio", "150%"],
            "between 0% and 100%",
        ),
        (
            &["s.toml", "--origin-limit", "0/s"],
            "write a number above 0 with /s",
        ),
        (
            &["s.toml", "--origin-limit", "5/year"],
            "write a number above 0 with /s",
        ),
        (
            &["s.toml", "--origin-limit", "5/s"],
            "a single load is 10/s; judge the mean",
        ),
        (
            &["s.toml", "--at", "p99", "--max-stale-ratio", "1%"],
            "--max-stale-age <DURATION>",
        ),
        (
            &["s.toml", "--max-stale-age", "5s", "--at", "p98"],
            "--at p98: write mean, p50",
        ),
        (
            &["s.toml", "--max-stale-age", "5s", "--cost", "origin_load"],
            "there is no figure `origin_load`: did you mean `origin_loads`?",
        ),
        (
            &["s.toml", "--max-stale-age", "5s", "--cost", "reads"],
            "`reads` is better neither",
        ),
        (
            &["s.toml", "--max-stale-age", "5s", "--pattern", "tll"],
            "--pattern tll: there is no such pattern: did you mean `ttl`?",
        ),
        (
            &["s.toml", "--max-stale-age", "5s", "--pattern", "semantic"],
            "no pattern is left to try: ",
        ),
        (
            &["s.toml", "--max-stale-age", "5s", "--replications", "1"],
            "from 2 to 1000: one has no interval",
        ),
        (
            &["s.toml", "--max-stale-age", "5s", "--writes-announced", "2"],
            "a share is between 0 and 1",
        ),
        (
            &["s.toml", "--max-stale-age", "5s", "--set", "warmup=auto"],
            "--set warmup=auto: `warmup`: everything is measured over the same time",
        ),
        (
            &["swept.toml", "--max-stale-age", "5s"],
            "swept.toml:12: a [sweep] is carried out by `shelflife sweep`",
        ),
    ] {
        dir.is_wrong(&[&["recommend"], args].concat(), says);
    }
}
