//! What standard output has: text in 80 columns, JSON, CSV, Markdown; completions and the manual.

use serde_json::Value;

use crate::{Dir, SMALL};

/// Two keys, of which one is written between two of its reads.
const TRACE: &str =
    "ts_us,op,key\n0,R,a\n1000000,R,b\n2000000,W,a\n3000000,R,a\n4000000,R,b\n70000000,R,a\n";

/// Everything that decides the figures is in the file: nothing is drawn.
const SCENARIO: &str =
    "name = \"tiny\"\n[trace]\npath = \"t.csv\"\n[[policy]]\nuse = \"native:ttl\"\n";

#[test]
fn a_comparison_is_printed_in_every_form() {
    let dir = Dir::new("forms");
    dir.write("t.csv", TRACE).write("s.toml", SCENARIO);
    let table = dir.succeeds(&["run", "s.toml"]);
    let (table, _) = table.split_once("\n\n").unwrap();
    assert_eq!(
        table,
        "              hit  stale  age  age  origin  origin   max   read   lost
policy          %      %  p99  max   loads  peak/s  herd   p99   fills
──────────────────────────────────────────────────────────────────────
native:ttl  40.00  20.00  1 s  1 s       3      10     1  20 ms      0
──────────────────────────────────────────────────────────────────────
no cache        0      0    –    –       5      10     0  20 ms      0
perfect     40.00      0    –    –       3      10     1  20 ms      0"
    );
    let json = dir.succeeds(&["run", "s.toml", "--format", "json"]);
    assert_eq!(json, dir.read("reports/tiny/report.json"));
    let csv = dir.succeeds(&["run", "s.toml", "--format", "csv", "--quiet"]);
    let mut lines = csv.lines();
    assert_eq!(
        lines.next(),
        Some("scenario,figure,policy,mean,ci95,replications")
    );
    assert!(
        csv.contains("\ntiny,stale_ratio,native:ttl,0.2,,1\n"),
        "{csv}"
    );
    let totals = dir.read("reports/tiny/totals.csv");
    assert_eq!(csv.lines().count(), totals.lines().count());
    let md = dir.succeeds(&["run", "s.toml", "--format", "md"]);
    assert!(
        md.starts_with(
            "| policy | hit % | stale % | age p99 | age max | origin loads | origin peak/s | max herd | read \
             p99 | lost fills |\n| --- | ---: "
        ),
        "{md}"
    );
    assert!(
        md.contains("\n| native:ttl | 40.00 | 20.00 | 1 s | 1 s | 3 | 10 | 1 | 20 ms | 0 |\n"),
        "{md}"
    );
    assert!(md.contains("\nDoubts:\n\n- one replication"), "{md}");
}

#[test]
fn what_a_trace_is_like_is_printed_in_every_form() {
    let dir = Dir::new("forms-of-traces");
    dir.write("t.csv", TRACE);
    let stat = |format: &str| dir.succeeds(&["trace", "stat", "t.csv", "--format", format]);
    assert_eq!(
        stat("table"),
        "events                             6
  reads                            5
  writes                           1
  deletes                          0
keys                               2
  read                             2
  written                          1
  read and written                 1
span                        70.000 s
mean rate                   0.086 /s
first reads                  40.00 %
top key                      60.00 %
zipf slope of reads                -
"
    );
    let json: Value = serde_json::from_str(&stat("json")).unwrap();
    assert_eq!(
        (&json["reads"], &json["zipf_slope"]),
        (&5.into(), &Value::Null)
    );
    let csv = stat("csv");
    assert!(
        csv.starts_with("figure,value\n") && csv.contains("\nkeys_written,1\n"),
        "{csv}"
    );
    assert!(csv.contains("\nzipf_slope,\n"), "{csv}");
    assert!(stat("md").contains("\n| mean rate | 0.086 /s |\n"));
}

#[test]
fn sweeps_answers_and_verdicts_are_printed_as_json_csv_and_markdown() {
    let dir = Dir::new("forms-of-others");
    let sweep = "[[policy]]\nuse = \"native:ttl\"\n[sweep.grid]\n\"policy.0.config.ttl\" = [\"1s\", \"5s\"]\n";
    dir.write("sweep.toml", SMALL.to_owned() + sweep);
    dir.write("small.toml", SMALL);
    let recommend = [
        "recommend",
        "small.toml",
        "--max-stale-ratio",
        "5%",
        "--pattern",
        "ttl",
        "--out",
        "r",
    ];
    let recommend = [&recommend[..], &["--replications", "2"]].concat();
    for (args, file, csv_of, heads) in [
        (
            &["sweep", "sweep.toml", "--out", "s"][..],
            "s/sweep.json",
            Some("s/pareto.csv"),
            "point,world,policy,",
        ),
        (
            &["merge", "s"],
            "s/sweep.json",
            Some("s/pareto.csv"),
            "point,world,policy,",
        ),
        (
            &["verify", "--fast", "--only", "S20", "--out", "v"],
            "v/verify.json",
            Some("v/verify.csv"),
            "id,what,",
        ),
        (
            &recommend,
            "r/recommendation.json",
            None,
            "policy,met,chosen,config,figure,",
        ),
    ] {
        let form = |format: &str| dir.succeeds(&[args, &["--format", format, "--quiet"]].concat());
        assert_eq!(form("json"), dir.read(file), "{args:?}");
        let csv = form("csv");
        assert!(csv.starts_with(heads), "{args:?}: {csv}");
        if let Some(file) = csv_of {
            assert_eq!(csv, dir.read(file), "{args:?}");
        }
        let md = form("md");
        assert!(
            md.contains("| --- |") && md.ends_with('\n'),
            "{args:?}: {md}"
        );
        let table = dir.succeeds(args);
        for line in table.lines() {
            // What is to be pasted is code, and stays as it is.
            let is_code = line.starts_with("  ") && args[0] == "recommend";
            assert!(is_code || line.chars().count() <= 80, "{args:?}: {line}");
        }
    }
}

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    let dir = Dir::new("completions");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = dir.succeeds(&["completions", shell]);
        for word in ["recommend", "max-stale-age", "convert"] {
            assert!(script.contains(word), "{shell}: no {word}");
        }
    }
    // What the script says is right: where there is a bash, it completes by it.
    dir.write("c.bash", dir.succeeds(&["completions", "bash"]));
    let ask = "source c.bash; COMP_WORDS=(shelflife rec); COMP_CWORD=1; _shelflife shelflife rec shelflife; \
               echo \"${COMPREPLY[*]}\"";
    let bash = std::process::Command::new("bash")
        .args(["--norc", "-c", ask])
        .current_dir(dir.path(""))
        .output();
    if let Ok(bash) = bash {
        assert_eq!(String::from_utf8_lossy(&bash.stdout), "recommend\n");
    }
}

#[test]
fn the_manual_has_a_page_for_the_program_and_one_for_each_command() {
    let dir = Dir::new("man");
    let page = dir.succeeds(&["man"]);
    assert!(page.contains(".TH shelflife 1"), "{page}");
    dir.succeeds(&["man", "--out", "man1"]);
    assert_eq!(dir.read("man1/shelflife.1"), page);
    let help = dir.succeeds(&["--help"]);
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| !line.is_empty());
    for command in commands.filter_map(|line| line.split_whitespace().next()) {
        if command != "help" {
            let page = dir.read(&format!("man1/shelflife-{command}.1"));
            assert!(page.contains("Examples:"), "{command}");
        }
    }
    let page = dir.read("man1/shelflife-trace-stat.1");
    assert!(page.contains("shelflife trace stat"), "{page}");
    assert!(page.contains("\\-\\-format"), "{page}");
}
