//! What is done with one policy: its cases, a trace, a session, figures, compiled code.

use crate::Dir;
use crate::components::EMPTY;

const TRACE: &str = "ts_us,op,key,size,tags,txn,client
0,read,page:1,100,product:1,,
1000000,read,page:1,100,product:1,,
2000000,write,product:1,10,,,
3000000,read,page:1,100,product:1,,
400000000,read,page:1,100,product:1,,
";

const CASE: &str = "about = \"An entry is fresh for its ttl.\"
[config]
ttl = \"10s\"
[[step]]
read = \"a\"
expect = \"miss\"
lease = { ttl = \"10s\" }
[[step]]
at = \"9s\"
read = \"a\"
expect = \"hit\"
";

fn component(name: &str) -> &'static [u8] {
    shelflife_policies::find(name).unwrap().component
}

#[test]
fn a_policy_is_held_against_its_cases() {
    let dir = Dir::new("check");
    let own = dir.succeeds(&["policy", "check", "versions"]);
    assert!(
        own.ends_with("3 of 3 kept: alone, native, in the engine, in a cache\n"),
        "{own}"
    );

    // A file has its cases beside it.
    dir.write("mine.wasm", component("ttl"));
    std::fs::create_dir(dir.path("cases")).unwrap();
    dir.write("cases/fresh.toml", CASE);
    let kept = dir.succeeds(&["policy", "check", "mine.wasm"]);
    assert!(kept.contains("\nkept      fresh\n"), "{kept}");

    dir.write("cases/wrong.toml", CASE.replace("\"hit\"", "\"stale\""));
    let output = dir.run(&["policy", "check", "mine.wasm"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "error: 1 of 2 cases is not kept\n"
    );
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "NOT KEPT  wrong",
        "          step 2 (9s, read a), in the engine: answer",
        "          step 2 (9s, read a), in a cache: answer",
        "            expected  stale",
        "            got       hit",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}\n{text}");
    }

    let blessed = dir.succeeds(&["policy", "check", "mine.wasm", "--bless"]);
    assert!(blessed.contains("written    cases/wrong.toml"), "{blessed}");
    assert_eq!(dir.read("cases/wrong.toml"), CASE);
    dir.succeeds(&["policy", "check", "native:ttl", "--cases", "cases"]);
}

#[test]
fn cases_that_cannot_be_run_say_why() {
    let dir = Dir::new("check-wrong");
    dir.write("mine.wasm", component("ttl"));
    let check = ["policy", "check", "mine.wasm"];
    dir.is_wrong(&check, "cannot read cases: No such file");
    dir.is_wrong(&check, "--cases names another folder");
    std::fs::create_dir(dir.path("cases")).unwrap();
    dir.is_wrong(&check, "cases holds no case: a case is a .toml file");
    dir.write("cases/a.toml", "[[step]]\nraed = \"a\"\n");
    dir.is_wrong(&check, "cases/a.toml: line 2: unknown field `raed`");
    dir.is_wrong(&["policy", "check", "tgs"], "did you mean `tags`?");
    dir.is_wrong(
        &["policy", "check", "tags", "--bless", "--cases", "nowhere"],
        "cannot read nowhere",
    );
}

#[test]
fn a_trace_goes_through_a_policy_line_by_line_and_each_line_says_why() {
    let dir = Dir::new("run-one");
    dir.write("t.csv", TRACE);
    let text = dir.succeeds(&["policy", "run", "tags", "--trace", "t.csv", "--explain"]);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let expected = [
        "feeds = [\"writes\"]",
        "{ prefix = \"\" }",
        "0.000000s  read    page:1                   miss  → lease ttl = \"5m\", tags = [\"page:1\", \"product:1\"]",
        "it has never been stored",
        "the rule for \"\" has no lease: on-fill was asked",
        "1.000000s  read    page:1                   hit",
        "stored at 0.000000s, fresh until 300.000000s",
        "2.000000s  change  product:1                → tags = [\"product:1\"], mode = \"drop\"",
        "tags = [\"product:1\"], mode = \"drop\": hides page:1",
        "3.000000s  read    page:1                   miss  → lease ttl = \"5m\", tags = [\"page:1\", \"product:1\"]",
        "it was purged at 2.000000s by its tag product:1, for product:1",
        "the rule for \"\" has no lease: on-fill was asked",
        "400.000000s  read    page:1                   miss  → lease ttl = \"5m\", tags = [\"page:1\", \"product:1\"]",
        "its ttl of 5m ended at 303.000000s",
    ];
    assert_eq!(&lines[..expected.len()], expected);
    assert!(
        text.contains(
            "\n4 reads: 25.00 % hits, 0 % within their grace, 75.00 % loaded; 0 % outdated\n"
        ),
        "{text}"
    );
    for line in [
        "on-fill              3",
        "memory (bytes)",
        "tags in a lease                   2 of 64",
    ] {
        assert!(
            text.lines().any(|one| one.starts_with(line)),
            "{line}\n{text}"
        );
    }
    // The same as native code, but for fuel and memory; and without reasons it has none.
    let native = dir.succeeds(&[
        "policy",
        "run",
        "native:tags",
        "--trace",
        "t.csv",
        "--config",
        "ttl=5m",
    ]);
    assert!(!native.contains("never been stored") && native.contains("\n4 reads: 25.00 % hits"));
}

#[test]
fn what_cannot_be_run_is_one_line_and_leaves_nothing() {
    let dir = Dir::new("run-one-wrong");
    dir.write("t.csv", TRACE);
    for verb in [&["run"][..], &["record", "-o", "s.jsonl"]] {
        let with = |more: &[&'static str]| -> Vec<&'static str> {
            let mut args = vec!["policy", verb[0]];
            args.extend(more);
            args.extend(&verb[1..]);
            args
        };
        dir.is_wrong(&with(&["tags", "--trace", "nowhere.csv"]), "nowhere.csv");
        dir.is_wrong(
            &with(&["tags", "--trace", "t.csv", "--config", "tll=5m"]),
            "unknown setting `tll`: did you mean `ttl`?",
        );
        dir.is_wrong(
            &with(&["tags", "--trace", "t.csv", "--config", "5m"]),
            "--config 5m: `5m` is not a setting: write it as key=value",
        );
        dir.is_wrong(&with(&["./tags", "--trace", "t.csv"]), "cannot read ./tags");
    }
    dir.is_wrong(
        &[
            "policy",
            "record",
            "tags",
            "--trace",
            "t.csv",
            "-o",
            "no/s.jsonl",
        ],
        "no/s.jsonl",
    );
}

#[test]
fn a_session_is_the_same_each_time_and_shows_where_another_build_differs() {
    let dir = Dir::new("session");
    dir.write("t.csv", TRACE);
    for name in ["a.jsonl", "b.jsonl"] {
        let said = dir.succeeds(&["policy", "record", "tags", "--trace", "t.csv", "-o", name]);
        assert_eq!(said, format!("12 lines written to {name}\n"));
    }
    let session = dir.read("a.jsonl");
    assert_eq!(session, dir.read("b.jsonl"));
    let purge = r#"{"host":{"call":"purge.tags","mode":"drop","tags":["product:1"]}}"#;
    assert_eq!(session.lines().nth(6), Some(purge), "{session}");

    dir.write("mine.wasm", component("tags"));
    for same in ["tags", "native:tags", "mine.wasm"] {
        let said = dir.succeeds(&["policy", "replay", same, "a.jsonl"]);
        assert_eq!(said, "all 12 lines are as they were\n");
    }
    let differs = |args: &[&str], place: &str| {
        let output = dir.run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.starts_with(place), "{text}");
        text
    };
    // Native code takes no fuel, which is compared on request.
    differs(
        &["policy", "replay", "native:tags", "a.jsonl", "--fuel"],
        "a.jsonl:3\n",
    );
    let text = differs(
        &["policy", "replay", "write-through", "a.jsonl"],
        "a.jsonl:3\n",
    );
    assert!(text.contains("  expected  {\"answer\":{\"plan\""), "{text}");
    assert!(
        text.contains("in the call of line 2\n  {\"configure\""),
        "{text}"
    );
    dir.write(
        "c.jsonl",
        session.replace("\"tags\":[\"product:1\"]}}", "\"tags\":[\"product:2\"]}}"),
    );
    differs(&["policy", "replay", "tags", "c.jsonl"], "c.jsonl:7\n");

    dir.write("d.jsonl", "{\"answer\":{}}\n");
    let begins = "d.jsonl: line 1: a session begins with a line {\"session\":…}";
    dir.is_wrong(&["policy", "replay", "tags", "d.jsonl"], begins);
    let half: String = session
        .lines()
        .take(7)
        .map(|line| format!("{line}\n"))
        .collect();
    dir.write("e.jsonl", half);
    dir.is_wrong(
        &["policy", "replay", "tags", "e.jsonl"],
        "line 6: the session breaks off within this call",
    );
    dir.write(
        "f.jsonl",
        "{\"session\":{\"version\":1,\"policy\":\"a\"}}\n{\"cnfigure\":{}}\n",
    );
    dir.is_wrong(
        &["policy", "replay", "tags", "f.jsonl"],
        "f.jsonl: line 2: unknown variant `cnfigure`",
    );
    dir.is_wrong(
        &["policy", "replay", "tags", "nowhere.jsonl"],
        "cannot read nowhere.jsonl",
    );
}

#[test]
fn a_policy_is_measured_beside_the_built_in_that_it_resembles() {
    let dir = Dir::new("bench-one");
    // With something behind it, it is no built-in any more, and still resembles one.
    let mut mine = component("write-through").to_vec();
    mine.extend([0, 2, 1, b'x']);
    dir.write("mine.wasm", mine);
    let json = dir.succeeds(&["policy", "bench", "mine.wasm", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let policies = report["policies"].as_array().unwrap();
    assert_eq!(
        (&policies[0]["name"], &policies[1]["name"]),
        (&"mine.wasm".into(), &"write-through".into())
    );
    let hooks = policies[0]["hooks"].as_array().unwrap();
    let names: Vec<&str> = hooks
        .iter()
        .map(|hook| hook["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["configure", "on-changes", "on-changes-batch"]);
    // The same code takes the same fuel, whatever the machine does.
    for (own, other) in hooks.iter().zip(policies[1]["hooks"].as_array().unwrap()) {
        assert_eq!(own["fuel"], other["fuel"]);
        assert!(
            own["fuel"].as_f64().unwrap() > 100.0 && own["ns"].as_f64().unwrap() > 0.0,
            "{own}"
        );
    }
    assert!(report["start"]["compile_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(dir.names(), ["mine.wasm"], "compiled code goes again");

    let table = dir.succeeds(&["policy", "bench", "ttl"]);
    assert!(
        table.starts_with("ttl beside native:ttl: medians of "),
        "{table}"
    );
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    dir.is_wrong(
        &["policy", "bench", "ttl", "--config", "ttl=x"],
        "`ttl` should be a duration",
    );
}

#[test]
fn what_is_compiled_ahead_of_time_is_loaded_by_the_other_commands() {
    let dir = Dir::new("compile");
    dir.write("mine.wasm", component("ttl"))
        .write("core.wasm", b"\0asm\x01\0\0\0");
    let compile = ["policy", "compile", "mine.wasm", "--into", "code"];
    let first = dir.succeeds(&compile);
    assert!(first.starts_with("mine.wasm: compiled in "), "{first}");
    let again = dir.succeeds(&compile);
    assert!(
        again.starts_with("mine.wasm: was compiled before, and loaded in "),
        "{again}"
    );

    // The environment names the folder, for this and the other commands; what is not there is not made.
    let run = |args: &[&str], folder: &str| {
        let output = dir
            .command(args)
            .env("SHELFLIFE_COMPILED", folder)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(run(&["policy", "compile", "mine.wasm"], "code").contains("was compiled before"));
    run(&["policy", "inspect", "tags"], "code");
    let kept = std::fs::read_dir(dir.path("code")).unwrap().count();
    assert_eq!(kept, 2, "it keeps what it compiles");
    run(&["policy", "inspect", "tags"], "nowhere");
    assert!(!dir.path("nowhere").exists());

    dir.is_wrong(
        &["policy", "compile", "core.wasm", "--into", "new"],
        "this is a core module",
    );
    dir.is_wrong(
        &["policy", "compile", "native:ttl", "--into", "new"],
        "native:ttl is no component",
    );
}

#[test]
fn a_component_tells_what_it_is_and_which_settings_it_has() {
    let dir = Dir::new("inspect-all");
    let text = dir.succeeds(&["policy", "inspect", "tags"]);
    for line in [
        "world      dependency-policy",
        "version    0.1.0",
        "written    in Rust, with shelflife-policy 0.1.0",
        "  ttl                duration or none [\"5m\"]",
        "  listen             writes or capture or both [\"writes\"]",
        "  patterns           table of lists of texts [{}]",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}\n{text}");
    }
    assert!(
        text.lines().all(|line| line.chars().count() <= 90),
        "{text}"
    );
    let json = dir.succeeds(&["policy", "inspect", "tags", "--format", "json"]);
    let about: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(about["world"], "dependency-policy");
    assert_eq!(about["schema"]["properties"]["ttl"]["default"], "5m");
    dir.is_wrong(
        &["policy", "inspect", "tags", "--format", "xml"],
        "write table or json",
    );

    // Nothing that it says of itself, no settings.
    let mut silent = EMPTY.to_vec();
    silent.extend([0, 2, 1, b'x']);
    dir.write("silent.wasm", silent);
    let output = dir.run(&["policy", "inspect", "silent.wasm"]);
    assert_eq!(output.status.code(), Some(2));
}
