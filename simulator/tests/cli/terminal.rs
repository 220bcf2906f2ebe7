//! Help, and output that nobody reads.

use std::process::Stdio;

use crate::{Dir, SMALL};

#[test]
fn every_command_has_help_with_an_example() {
    let dir = Dir::new("help");
    for command in [
        &[][..],
        &["compare"],
        &["run"],
        &["sweep"],
        &["merge"],
        &["recommend"],
        &["trace"],
        &["trace", "stat"],
        &["trace", "convert"],
        &["trace", "generate"],
        &["policy"],
        &["policy", "inspect"],
        &["verify"],
        &["diff"],
        &["explain"],
        &["new"],
        &["new", "scenario"],
        &["schema"],
        &["completions"],
        &["man"],
    ] {
        let text = dir.succeeds(&[command, &["--help"]].concat());
        let example = format!("  {} ", [&["shelflife"], command].concat().join(" "));
        let examples = text.split_once("Examples:\n").map(|(_, examples)| examples);
        assert!(
            examples.is_some_and(|examples| examples.contains(&example)),
            "{text}"
        );
        for line in text.lines() {
            assert!(line.chars().count() <= 120, "too wide: {line}");
        }
    }
    assert!(dir.succeeds(&["--version"]).starts_with("shelflife "));
}

#[test]
fn the_examples_of_the_help_can_be_typed_as_they_stand() {
    let dir = Dir::new("examples");
    dir.write(
        "scenario.toml",
        SMALL.to_owned() + "[[policy]]\nuse = \"native:ttl\"\n",
    );
    for args in [
        &[
            "run",
            "scenario.toml",
            "--out",
            "reports/mine",
            "--set",
            "policy.0.config.ttl=5s",
            "--seed",
            "8",
        ][..],
        &["trace", "generate", "scenario.toml", "synthetic.csv.zst"],
        &[
            "trace",
            "generate",
            "scenario.toml",
            "synthetic.jsonl",
            "--seed",
            "8",
            "--set",
            "duration=1m",
        ],
        &["trace", "convert", "synthetic.jsonl", "oltp.csv.zst"],
    ] {
        dir.succeeds(args);
    }
    // The sweep that `sweep --help` shows.
    let help = dir.succeeds(&["sweep", "--help"]);
    let (_, shown) = help.split_once("as --set takes them:\n").unwrap();
    let (shown, _) = shown.split_once("The grid is").unwrap();
    dir.write(
        "swept.toml",
        SMALL.to_owned() + "[[policy]]\nuse = \"native:ttl\"\n" + shown,
    );
    let args = [
        "sweep",
        "swept.toml",
        "--set",
        "duration=2s",
        "--set",
        "warmup=0s",
    ];
    let table = dir.succeeds(&args);
    assert!(table.starts_with("policy "), "{table}");
    assert_eq!(
        dir.json("reports/small/sweep.json")["points"]
            .as_array()
            .unwrap()
            .len(),
        7
    );
    // The small scenario that `run --help` shows.
    let help = dir.succeeds(&["run", "--help"]);
    let (_, shown) = help.split_once("A small scenario:\n").unwrap();
    dir.write("shown.toml", shown);
    dir.succeeds(&[
        "run",
        "shown.toml",
        "--set",
        "duration=10s",
        "--set",
        "replications=1",
    ]);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let dir = Dir::new("pipe");
    dir.write("small.toml", SMALL);
    for args in [
        &["compare", "small.toml", "--policy", "native:ttl"][..],
        &["compare", "--help"],
        &["policy", "inspect", "ttl"],
    ] {
        let mut command = dir.command(args);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
    }
    assert!(dir.path("reports/small/index.html").exists());
}

#[test]
fn an_error_that_nobody_reads_still_has_its_status() {
    let dir = Dir::new("closed-stderr");
    let mut child = dir
        .command(&["run", "nowhere.toml"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn quiet_prints_nothing_and_a_pipe_gets_the_table_and_nothing_else() {
    let dir = Dir::new("quiet");
    dir.write("small.toml", SMALL);
    let compare = ["compare", "small.toml", "--policy", "native:ttl"];
    assert_eq!(dir.succeeds(&[&compare[..], &["--quiet"]].concat()), "");
    let table = dir.succeeds(&compare);
    for row in ["native:ttl", "no cache", "perfect"] {
        assert!(table.lines().any(|line| line.starts_with(row)), "{table}");
    }
    assert!(
        !table.contains('\u{1b}'),
        "colours or cursors in a pipe: {table:?}"
    );
}
