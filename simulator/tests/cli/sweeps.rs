//! Sweeps: in one go or in parts, killed or not, what is written is the same.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;

use serde_json::json;

use crate::{Dir, SIX, SMALL, texts};

/// What a sweep leaves behind for its readers.
const FILES: [&str; 5] = [
    "sweep.json",
    "sweep.csv",
    "pareto.csv",
    "index.html",
    "plots/pareto.svg",
];

/// Two policies, of which one has a setting that is gone through.
const SWEEP: &str = r#"
[writes]
announced = 0.8
[[policy]]
use = "native:ttl"
[[policy]]
use = "native:write-through"
[sweep.grid]
"policy.0.config.ttl" = ["1s", "5s", "20s"]
"cache.capacity" = [0, 20]
"#;

fn small(rest: &str) -> String {
    SMALL.to_owned() + rest
}

#[track_caller]
fn same_files(dir: &Dir, one: &str, other: &str) {
    for file in FILES {
        let read = |folder: &str| std::fs::read(dir.path(folder).join(file)).unwrap();
        assert!(read(one) == read(other), "{file} of {one} and {other}");
    }
}

/// The lines of a CSV file by the names of their columns.
fn lines(dir: &Dir, name: &str) -> Vec<BTreeMap<String, String>> {
    let text = dir.read(name);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let lines = reader.deserialize().map(Result::unwrap);
    lines.collect()
}

#[test]
fn points_come_in_the_order_of_the_grid_and_a_policy_without_a_setting_is_run_once() {
    let dir = Dir::new("sweep-order");
    dir.write("s.toml", small(SWEEP));
    let table = dir.succeeds(&["sweep", "s.toml", "--out", "out"]);
    assert!(table.starts_with("policy"), "{table}");
    let sweep = dir.json("out/sweep.json");
    assert_eq!(
        sweep["settings"],
        json!(["policy.0.config.ttl", "cache.capacity"])
    );
    let points = sweep["points"].as_array().unwrap();
    let settings: Vec<String> = points
        .iter()
        .map(|point| {
            let settings = &point["settings"];
            format!(
                "{} {}",
                settings["policy.0.config.ttl"], settings["cache.capacity"]
            )
        })
        .collect();
    let order = [
        ("1s", 0),
        ("1s", 20),
        ("5s", 0),
        ("5s", 20),
        ("20s", 0),
        ("20s", 20),
    ];
    assert_eq!(
        settings,
        order.map(|(ttl, capacity)| format!("\"{ttl}\" {capacity}"))
    );
    // Six of ttl; of each other one a capacity. Two replications.
    let names: BTreeSet<_> = dir.json("out/sweep-plan.json")["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names.len(), (6 + 3 * 2) * 2);
    assert_eq!(dir.read("out/runs.jsonl").lines().count(), names.len());
    // The same reads and writes everywhere.
    let reads: BTreeSet<String> = lines(&dir, "out/sweep.csv")
        .into_iter()
        .filter(|line| line["figure"] == "reads")
        .map(|line| line["mean"].clone())
        .collect();
    assert_eq!(reads.len(), 1, "{reads:?}");
    // As a comparison with these settings finds it.
    let base = small(&SWEEP.replace("[sweep.grid]", "").replace('"', "'"));
    let (base, _) = base.split_once("'policy.0").unwrap();
    dir.write("base.toml", base);
    dir.succeeds(&[
        "run",
        "base.toml",
        "--out",
        "one",
        "--set",
        "policy.0.config.ttl=5s",
        "--set",
        "cache.capacity=20",
    ]);
    let report = dir.json("one/report.json");
    for policy in 0..4 {
        let totals = &points[3]["policies"][policy]["totals"];
        assert_eq!(
            totals["origin_loads"],
            report["totals"][policy]["origin_loads"]
        );
        assert_eq!(
            totals["stale_ratio"],
            report["totals"][policy]["stale_ratio"]
        );
    }
}

#[test]
fn without_a_policy_it_is_the_six_that_are_compared() {
    let dir = Dir::new("sweep-six");
    dir.write("s.toml", small("[sweep]\nlist = [{}, { seed = 8 }]\n"));
    let args = ["sweep", "s.toml", "--quiet", "--set", "duration=10s"];
    dir.succeeds(&args);
    let sweep = dir.json("reports/small/sweep.json");
    let points = sweep["points"].as_array().unwrap();
    assert_eq!(points.len(), 2);
    let labels = texts(&points[1]["policies"], "label");
    assert_eq!(labels[..6], SIX);
    // Another seed, other reads.
    let reads = |point: usize| &points[point]["policies"][0]["totals"]["reads"]["mean"];
    assert_ne!(reads(0), reads(1));
}

#[test]
fn what_no_other_beats_is_what_a_look_at_every_pair_finds() {
    let dir = Dir::new("sweep-pareto");
    let sweep = SWEEP.replace("[0, 20]", "[5, 20, 40]").replace(
        "[sweep.grid]",
        "[sweep]\npareto = [\"stale_ratio\", \"hit_ratio\", \"origin_loads\"]\n[sweep.grid]\n\
         \"workload.writes.rate\" = [1.0, 4.0]",
    );
    dir.write("s.toml", small(&sweep));
    dir.succeeds(&["sweep", "s.toml", "--out", "out", "--quiet"]);
    // Figures by point and policy.
    let mut rows: BTreeMap<(String, String), BTreeMap<String, String>> = BTreeMap::new();
    for line in lines(&dir, "out/sweep.csv") {
        let row = rows
            .entry((line["point"].clone(), line["policy"].clone()))
            .or_default();
        row.insert(line["figure"].clone(), line["mean"].clone());
        row.insert("world".to_owned(), line["world"].clone());
        row.insert("rate".to_owned(), line["workload.writes.rate"].clone());
    }
    rows.retain(|(_, policy), _| policy.starts_with("native:"));
    let of = |row: &BTreeMap<String, String>| -> [f64; 3] {
        let number = |figure: &str| row[figure].parse::<f64>().unwrap();
        [
            number("stale_ratio"),
            -number("hit_ratio"),
            number("origin_loads"),
        ]
    };
    let beaten = |row: &BTreeMap<String, String>, by: &BTreeMap<String, String>| {
        let (row, by) = (of(row), of(by));
        (0..3).all(|n| by[n] <= row[n]) && by != row
    };
    // A point is compared with those of the same world: with the same writes.
    let expected: BTreeSet<String> = rows
        .iter()
        .filter(|(_, row)| {
            let mut of_world = rows.values().filter(|other| other["rate"] == row["rate"]);
            !of_world.any(|other| beaten(row, other))
        })
        .map(|((_, policy), row)| format!("{} {policy} {:?}", row["world"], of(row)))
        .collect();
    let overall: BTreeSet<String> = rows
        .iter()
        .filter(|(_, row)| !rows.values().any(|other| beaten(row, other)))
        .map(|((_, policy), row)| format!("{} {policy} {:?}", row["world"], of(row)))
        .collect();
    let set = lines(&dir, "out/pareto.csv");
    let name = |line: &BTreeMap<String, String>| {
        format!("{} {} {:?}", line["world"], line["policy"], of(line))
    };
    let found: BTreeSet<String> = set.iter().map(name).collect();
    assert_eq!(found, expected);
    let found: BTreeSet<String> = set
        .iter()
        .filter(|line| line["overall"] == "yes")
        .map(name)
        .collect();
    assert_eq!(found, overall);
    // It is a real choice: some are beaten, and there are two worlds.
    assert!(expected.len() < rows.len() && overall.len() < expected.len());
}

#[test]
fn a_sweep_that_was_killed_goes_on_and_ends_with_the_same_bytes() {
    let dir = Dir::new("sweep-killed");
    let sweep = SWEEP.replace("[0, 20]", "[0, 10, 20, 30]");
    dir.write(
        "s.toml",
        small(&sweep).replace("rate = 50.0", "rate = 2000.0"),
    );
    let args = ["sweep", "s.toml", "--quiet", "--jobs"];
    dir.succeeds(&[&args[..], &["2", "--out", "undisturbed"]].concat());
    let all = dir.read("undisturbed/runs.jsonl").lines().count();

    let mut command = dir.command(&[&args[..], &["1", "--out", "killed"]].concat());
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    let path = dir.path("killed/runs.jsonl");
    let written = || std::fs::read(&path).unwrap_or_default();
    let count = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
    while count(&written()) < 2 {
        assert_eq!(
            child.try_wait().unwrap(),
            None,
            "it ended before it could be killed"
        );
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let before = written();
    let kept = count(&before);
    assert!((2..all).contains(&kept), "{kept} of {all}");
    assert!(!dir.path("killed/sweep.json").exists());
    // As if it had been killed in the middle of a line.
    let half = &before[..before.iter().position(|byte| *byte == b'\n').unwrap() / 2];
    let end = before.iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    std::fs::write(&path, [&before[..end], half].concat()).unwrap();

    dir.succeeds(&[&args[..], &["2", "--out", "killed"]].concat());
    let after = written();
    assert!(after.starts_with(&before[..end]), "what was there is kept");
    assert_eq!(count(&after), all, "each run once");
    same_files(&dir, "undisturbed", "killed");
    // Once more there is nothing left to do.
    dir.succeeds(&[&args[..], &["2", "--out", "killed"]].concat());
    assert!(written() == after);
    same_files(&dir, "undisturbed", "killed");
}

#[test]
fn shards_put_together_are_the_whole() {
    let dir = Dir::new("sweep-shards");
    dir.write("s.toml", small(SWEEP));
    dir.succeeds(&["sweep", "s.toml", "--quiet", "--out", "whole"]);
    for shard in ["0/3", "1/3", "2/3"] {
        let own = format!("part-{}", &shard[..1]);
        let text = dir.succeeds(&["sweep", "s.toml", "--shard", shard, "--out", &own]);
        assert!(
            text.starts_with(&format!("shard {shard}: 8 runs, 8 of them new")),
            "{text}"
        );
        assert!(!dir.path(&own).join("sweep.json").exists());
        dir.succeeds(&[
            "sweep", "s.toml", "--shard", shard, "--out", "shared", "--quiet",
        ]);
    }
    let table = dir.succeeds(&["merge", "part-2", "part-0", "part-1", "--out", "merged"]);
    assert!(table.starts_with("policy"), "{table}");
    same_files(&dir, "whole", "merged");
    dir.succeeds(&["merge", "shared", "--quiet"]);
    same_files(&dir, "whole", "shared");
    // A sweep in one go takes what its shards have found.
    dir.succeeds(&["sweep", "s.toml", "--quiet", "--out", "shared"]);
    assert!(!dir.path("shared/runs.jsonl").exists());
}

#[test]
fn what_is_missing_or_does_not_belong_together_is_named() {
    let dir = Dir::new("sweep-missing");
    dir.write("s.toml", small(SWEEP));
    for shard in ["0/4", "2/4"] {
        dir.succeeds(&[
            "sweep", "s.toml", "--shard", shard, "--out", "parts", "--quiet",
        ]);
    }
    dir.is_wrong(
        &["merge", "parts"],
        "the sweep is not complete: shard 1/4 is missing, shard 3/4 is missing",
    );
    let runs = dir.read("parts/runs-2-of-4.jsonl");
    let (first, _) = runs.split_once('\n').unwrap();
    dir.write("parts/runs-2-of-4.jsonl", format!("{first}\n"));
    dir.is_wrong(
        &["merge", "parts"],
        "shard 2/4 lacks 5 of its 6 runs, shard 3/4",
    );
    dir.write("parts/runs-2-of-4.jsonl", runs);

    let args = ["sweep", "s.toml", "--shard", "1/4", "--quiet", "--out"];
    dir.succeeds(&[&args[..], &["other", "--seed", "8"]].concat());
    dir.is_wrong(
        &["merge", "parts", "other"],
        "other is a part of another sweep than parts: it has ",
    );
    dir.is_wrong(
        &[&args[..], &["parts", "--seed", "8"]].concat(),
        "parts holds another sweep, with ",
    );
    dir.write(
        "other.toml",
        small(&SWEEP.replace("[0, 20]", "[0, 20, 30]")),
    );
    dir.is_wrong(
        &["sweep", "other.toml", "--out", "parts"],
        "parts holds another sweep, with 6 points and not 9: name another folder with --out",
    );
    dir.is_wrong(
        &["merge", "nowhere"],
        "nowhere: there is no part of a sweep in it",
    );
    // A result that no run could have had.
    for shard in ["1/4", "3/4"] {
        dir.succeeds(&[
            "sweep", "s.toml", "--shard", shard, "--out", "parts", "--quiet",
        ]);
    }
    let runs = dir.read("parts/runs-1-of-4.jsonl");
    let (first, _) = runs.split_once('\n').unwrap();
    let other = first.replacen("\"misses\":", "\"misses\":1", 1);
    dir.write("parts/runs-1-of-4.jsonl", format!("{other}\n{runs}"));
    dir.is_wrong(
        &["merge", "parts"],
        "runs-1-of-4.jsonl: it has another result of point 0, policy ",
    );
}

#[test]
fn a_sweep_that_cannot_be_carried_out_says_why_and_leaves_nothing_behind() {
    let dir = Dir::new("sweep-wrong");
    dir.write("s.toml", small(SWEEP)).write("none.toml", SMALL);
    for command in ["run", "compare"] {
        let says = "s.toml:17: a [sweep] is carried out by `shelflife sweep`";
        dir.is_wrong(&[command, "s.toml"], says);
    }
    dir.is_wrong(
        &["sweep", "none.toml"],
        "none.toml: there is no [sweep]; write one",
    );
    for (from, to, says) in [
        (
            "cache.capacity\"",
            "cache.capcity\"",
            "s.toml:19: unknown key `capcity` in [cache]: did you mean `capacity`? \
             (point 0 of the sweep: policy.0.config.ttl=1s, cache.capcity=0)",
        ),
        (
            "config.ttl",
            "config.tll",
            "s.toml:18: policy native:ttl: configure: unknown setting `tll`: did you mean `ttl`? \
             (point 0 of the sweep: policy.0.config.tll=1s, cache.capacity=0)",
        ),
        (
            "\"5s\"",
            "\"5\"",
            "s.toml:18: policy native:ttl: configure: ",
        ),
        (
            "\"cache.capacity\" = [0, 20]",
            "\"warmup\" = [\"5s\", \"auto\"]",
            "`warmup`: `auto` is found by trying all policies together",
        ),
        (
            "[sweep.grid]",
            "[sweep]\npareto = [\"stale_ration\", \"misses\"]\n[sweep.grid]",
            "s.toml:18: `pareto` in [sweep]: there is no figure `stale_ration`: did you mean `stale_ratio`?",
        ),
        (
            "[sweep.grid]",
            "[sweep]\npareto = [\"reads\", \"misses\"]\n[sweep.grid]",
            "s.toml:18: `pareto` in [sweep]: `reads` is better neither",
        ),
        (
            "[sweep.grid]",
            "[sweep]\npareto = [\"misses\"]\n[sweep.grid]",
            "s.toml:18: `pareto` in [sweep]: name two figures or more",
        ),
    ] {
        dir.write("s.toml", small(&SWEEP.replace(from, to)));
        let line = dir.fails(2, &["sweep", "s.toml", "--out", "out"]);
        assert!(line.contains(says), "{line}\n{says}");
    }
    dir.write("s.toml", small(SWEEP));
    let auto = ["sweep", "s.toml", "--set", "warmup=auto"];
    dir.is_wrong(
        &auto,
        "--set warmup=auto: `warmup`: `auto` is found by trying all policies together",
    );
    // A trace that turns out to be wrong only when it is read.
    dir.write("t.csv", "ts_us,op,key\n1,R,a\nx,R,a\n");
    dir.write(
        "s.toml",
        "[trace]\npath = \"t.csv\"\n[[policy]]\nuse = \"native:ttl\"\n[sweep.grid]\n\"cache.nodes\" = [1, 2]",
    );
    dir.is_wrong(&["sweep", "s.toml", "--out", "out"], "t.csv:3: ");
    for (shard, says) in [
        ("4/4", "from 0/4 to 3/4; of an index from 1 take one off"),
        ("-1/4", "write it as i/n"),
        ("1", "write it as i/n"),
        ("", "--shard <I/N>"),
    ] {
        dir.is_wrong(&["sweep", "s.toml", "--shard", shard], says);
    }
}

#[test]
fn a_sweep_through_radii_of_meaning_draws_precision_and_recall_over_them() {
    let dir = Dir::new("radii");
    let scenario = r#"
name = "radii"
replications = 1
duration = "60s"
warmup = "0s"
[workload]
keys = 60
embeddings = { set = "synthetic", dims = 16, topics = 20, noise = 0.08, cosine = 0.0 }
reads = { rate = 20.0 }
writes = { rate = 0.5 }
write_targets = "tag"
[[policy]]
use = "semantic"
[sweep.grid]
policy.0.config.radius = [0.6, 0.75, 0.9]
"#;
    dir.write("radii.toml", scenario);
    dir.succeeds(&["sweep", "radii.toml", "--out", "radii", "--quiet"]);
    let csv = dir.read("radii/plots/radius.csv");
    let radii: Vec<&str> = csv
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(1).unwrap())
        .collect();
    assert_eq!(radii, ["0.6", "0.75", "0.9"]);
    assert!(dir.read("radii/index.html").contains("id=\"radius\""));
}

#[test]
#[cfg(unix)]
fn a_scenario_whose_name_is_not_utf_8_is_swept_all_the_same() {
    use std::os::unix::ffi::OsStrExt;
    let dir = Dir::new("sweep-not-utf-8");
    let name = std::ffi::OsStr::from_bytes(b"s\xff.toml");
    std::fs::write(dir.path("").join(name), small(SWEEP)).unwrap();
    let args = ["sweep", "--quiet", "--out", "swept"];
    let output = dir.command(&args).arg(name).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    assert!(dir.path("swept/index.html").exists());
}
