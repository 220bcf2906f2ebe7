//! Command lines that cannot be carried out.

use crate::{Dir, SMALL};

#[test]
fn a_command_line_that_is_wrong_is_one_line_and_status_2() {
    let dir = Dir::new("command-line");
    dir.write("small.toml", SMALL);
    for (args, says) in [
        (
            &[][..],
            "a command is missing: compare, run, sweep, merge, recommend, diff, trace, policy, explain, new, schema, verify, completions, man (see `shelflife --help`)",
        ),
        (
            &["trace"],
            "a command is missing: stat, convert, generate, presets (see `shelflife trace --help`)",
        ),
        (&["compar"], "a similar subcommand exists: 'compare'"),
        (
            &["compare", "--polcy", "ttl"],
            "a similar argument exists: '--policy' (see `shelflife compare --help`)",
        ),
        (
            &["compare", "small.toml", "other.toml"],
            "unexpected argument 'other.toml'",
        ),
        (
            &["compare", "small.toml", "--trace", "x.csv"],
            "cannot be used with '--trace <FILE>'",
        ),
        (
            &["run"],
            "not provided: <SCENARIO.toml> (see `shelflife run --help`)",
        ),
        (&["compare", "small.toml", "--out", ""], "'--out <DIR>'"),
        (
            &["compare", "--format", "jsn"],
            "a similar value exists: 'json'",
        ),
        (&["explain", "sematic"], "did you mean `semantic`?"),
        (&["schema", "scenari"], "a similar value exists: 'scenario'"),
        (&["completions", "fsh"], "a similar value exists: 'fish'"),
        (&["trace", "convert", "x.csv"], "<OUTPUT>"),
        (&["policy", "inspect", ""], "<FILE>"),
    ] {
        dir.is_wrong(args, says);
    }
    for (option, value) in [
        ("--jobs", "0"),
        ("--jobs", "-1"),
        ("--jobs", "1.5"),
        ("--jobs", "many"),
        ("--jobs", "99999999999999999999"),
        ("--seed", "-1"),
        ("--seed", "x"),
        ("--seed", "18446744073709551616"),
    ] {
        dir.is_wrong(
            &["compare", "small.toml", option, value],
            &format!("invalid value '{value}' for '{option} <N>': write a whole number from "),
        );
    }
}

#[test]
fn more_jobs_than_runs_are_no_more_than_runs() {
    let dir = Dir::new("many-jobs");
    dir.write("small.toml", SMALL);
    dir.succeeds(&[
        "compare",
        "small.toml",
        "--jobs",
        "99999999999",
        "--policy",
        "native:ttl",
    ]);
}

#[test]
fn a_scenario_that_is_not_there_or_cannot_be_read_says_which() {
    let dir = Dir::new("no-scenario");
    dir.write("latin1.toml", b"name = \"caf\xe9\"")
        .write("empty.toml", "");
    for command in ["compare", "run"] {
        dir.is_wrong(&[command, "nowhere.toml"], "nowhere.toml: No such file");
        dir.is_wrong(&[command, "."], ".: Is a directory");
        dir.is_wrong(&[command, "latin1.toml"], "latin1.toml: ");
    }
    dir.is_wrong(
        &["run", "empty.toml"],
        "empty.toml: there is no [[policy]] to run",
    );
    dir.is_wrong(
        &["trace", "generate", "nowhere.toml", "x.csv"],
        "nowhere.toml: No such file",
    );
}

#[test]
fn what_is_set_wrongly_names_the_set() {
    let dir = Dir::new("set");
    dir.write("small.toml", SMALL);
    for (set, says) in [
        ("seed", "write it as key=value"),
        ("=1", "is not a dotted path"),
        ("sead=1", "unknown key `sead`: did you mean `seed`?"),
        (
            "workload.kys=1",
            "unknown key `kys` in [workload]: did you mean `keys`?",
        ),
        (
            "workload.keys=many",
            "string \"many\" where a whole number from 0 up belongs",
        ),
        (
            "workload.keys=-5",
            "integer `-5` where a whole number from 0 up belongs",
        ),
        (
            "workload.keys=4e9",
            "where a whole number from 0 up belongs",
        ),
        ("workload.keys=4000000000", "at most 10000000 keys"),
        ("workload.value_bytes=99999999999", "is too large: at most"),
        (
            "workload.reads.rate=1e18",
            "a rate is between 0 and 1e9 a second",
        ),
        ("workload.reads.rate=1e9", "reads in 1m take days to run"),
        ("workload.writes.rate=1e9", "writes in 1m take days to run"),
        ("workload.reads.rate=nan", "a rate is between"),
        ("workload.reads.rate=inf", "a rate is between"),
        ("workload.reads.rate=-1", "a rate is between"),
        (
            "workload.reads.popularity={zipf=nan}",
            "the exponent of zipf",
        ),
        (
            "workload.tags={per_key=1,of=4000000000}",
            "at most 10000000 tags",
        ),
        (
            "workload.tags={per_key=5,of=3}",
            "from 1 to 3 different tags",
        ),
        ("duration=10 lightyears", "there is no unit `lightyears`"),
        ("duration=0s", "longer than 0s"),
        ("duration=500years", "at most 100 years"),
        ("duration=99years", "take days to run"),
        (
            "seed=99999999999999999999",
            "is too large: at most 9223372036854775807",
        ),
        (
            "workload.keys=99999999999",
            "99999999999 is too large: at most 4294967295",
        ),
        (
            "origin.latency.exponental=5ms",
            "unknown key `exponental` in [origin.latency]: did you mean `exponential`?",
        ),
        ("origin=[]", "`origin`: an array where a table belongs"),
        (
            "workload.phase=[{reads={rate=1}}]",
            "[[workload.phase]]: the key `at` is missing",
        ),
        ("duration=999999999999h", "longer than 584 years"),
        ("replications=-1", "where a whole number"),
        ("replications=4000000000", "at most 10000 replications"),
        ("cache.nodes=4000000000", "at most 1000 nodes"),
        ("cache.capacity=-1", "where a whole number"),
        ("origin.servers=4000000000", "at most 1000000 servers"),
        ("origin.latency=500years", "at most 30d"),
        (
            "origin.latency={empirical=\"nowhere.csv\"}",
            "nowhere.csv: No such file",
        ),
        ("feed.loss=2", "a share is between 0 and 1"),
        (
            "faults=[{at=\"1s\",what=\"flsh\"}]",
            "did you mean `flush`?",
        ),
        (
            "faults=[{at=\"1s\",what=\"origin-slow\",by=1e300}]",
            "multiplied by",
        ),
        ("name=../x", "cannot name the folder"),
        (
            "trace.path=x.csv",
            "[trace] and [workload] exclude each other",
        ),
        (
            "policy.0.config.tl=5s",
            "unknown setting `tl`: did you mean `ttl`?",
        ),
        ("policy.9.config.ttl=5s", "`9` is not an index from 0 to 5"),
    ] {
        let line = dir.fails(2, &["compare", "small.toml", "--set", set]);
        // A rate is wrong together with the duration that was set, and the rate is the file's.
        let place = format!("--set {set}: ");
        assert!(
            line.starts_with(&place) || set == "duration=99years",
            "{line}"
        );
        assert!(
            line.contains(says),
            "--set {set} says\n  {line}\nnot\n  {says}"
        );
    }
}

#[test]
fn a_report_that_has_no_place_is_an_error_before_anything_runs() {
    let dir = Dir::new("out");
    dir.write("small.toml", SMALL).write("file", "mine");
    for out in ["file", "file/deeper", "file/deeper/still"] {
        let line = dir.fails(2, &["compare", "small.toml", "--out", out]);
        assert_eq!(line, "file is a file, not a directory");
    }
    assert_eq!(dir.read("file"), "mine");
    std::fs::create_dir_all(dir.path("taken/report.json")).unwrap();
    let line = dir.fails(
        1,
        &[
            "compare",
            "small.toml",
            "--policy",
            "native:ttl",
            "--out",
            "taken",
        ],
    );
    assert!(
        line.contains("is a directory where a file of the report goes"),
        "{line}"
    );
    let inside = std::fs::read_dir(dir.path("taken")).unwrap().count();
    assert_eq!(inside, 1, "half a report");
}

#[test]
#[cfg(target_os = "linux")]
fn a_place_that_takes_no_files_is_status_1() {
    let dir = Dir::new("unwritable");
    dir.write("small.toml", SMALL);
    let compare = [
        "compare",
        "small.toml",
        "--policy",
        "native:ttl",
        "--out",
        "/proc/report",
    ];
    assert!(dir.fails(1, &compare).starts_with("cannot make /proc/"));
    // A name that no file system takes, below directories that would have to be made for it.
    let long = format!("not/yet/there/{}", "x".repeat(300));
    let line = dir.fails(1, &[&compare[..4], &["--out", &long]].concat());
    assert!(line.ends_with("File name too long (os error 36)"), "{line}");
    let generate = ["trace", "generate", "small.toml", "/proc/x.csv"];
    assert!(dir.fails(1, &generate).starts_with("/proc/x.csv: "));
}
