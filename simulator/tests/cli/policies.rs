//! Policies on the command line, and what `policy inspect` tells of them.

use serde_json::json;

use crate::components::{self, CORE_MODULE, EMPTY};
use crate::{Dir, SIX, SMALL, texts};

fn component(name: &str) -> &'static [u8] {
    shelflife_policies::find(name).unwrap().component
}

#[test]
fn every_built_in_policy_can_be_inspected_by_name_and_by_path() {
    let dir = Dir::new("inspect");
    for name in SIX.into_iter().chain(["adaptive"]) {
        let text = dir.succeeds(&["policy", "inspect", name]);
        let first = format!("{name}: a policy for shelflife:policy@");
        assert!(text.starts_with(&first), "{text}");
        assert!(
            text.contains("\nIt asks for\n") && text.contains("\nIt offers\n"),
            "{text}"
        );
        assert!(text.contains("shelflife:policy/lifecycle@"), "{text}");
        dir.write("mine.wasm", component(name));
        let by_path = dir.succeeds(&["policy", "inspect", "./mine.wasm"]);
        assert_eq!(text.strip_prefix(name), by_path.strip_prefix("./mine.wasm"));
    }
}

#[test]
fn what_is_no_policy_says_why_when_inspected_and_when_compared() {
    let dir = Dir::new("no-policy");
    let noise: Vec<u8> = (0..3000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let ttl = component("ttl");
    dir.write("small.toml", SMALL);
    for (bytes, says) in [
        (
            &[][..],
            "the file is empty: a WebAssembly component was expected",
        ),
        (&noise, "this is no WebAssembly"),
        (
            CORE_MODULE,
            "this is a core module, not a component: turn it into one",
        ),
        (
            EMPTY,
            "the host needs and it does not export: shelflife:policy/lifecycle",
        ),
        (
            &components::that_imports("wasi:cli/environment@0.2.0"),
            "wasi:cli/environment@0.2.0",
        ),
        (&ttl[..ttl.len() / 2], "this is no valid component"),
    ] {
        dir.write("mine.wasm", bytes);
        for (place, args) in [
            ("policy", &["policy", "inspect", "mine.wasm"][..]),
            (
                "--policy",
                &["compare", "small.toml", "--policy", "mine.wasm"],
            ),
        ] {
            // One of another world gets its lists on standard output as well.
            let has_lists = place == "policy" && bytes.starts_with(EMPTY) && bytes.len() < 200;
            let line = match has_lists {
                false => dir.fails(2, args),
                true => {
                    let output = dir.run(args);
                    assert_eq!(output.status.code(), Some(2));
                    let lists = String::from_utf8(output.stdout).unwrap();
                    assert!(lists.starts_with("mine.wasm: no policy for "), "{lists}");
                    for list in [
                        "\nIt imports and the host lacks\n",
                        "\nThe host needs and it does not export\n  shelflife:policy/lifecycle\n",
                        "\nOf the wrong type\n  nothing\n",
                    ] {
                        assert!(lists.contains(list), "{lists}");
                    }
                    let line = String::from_utf8(output.stderr).unwrap();
                    line.strip_prefix("error: ").unwrap().to_owned()
                }
            };
            let place = format!("{place} mine.wasm: ");
            assert!(line.starts_with(&place) && line.contains(says), "{line}");
        }
    }
    dir.is_wrong(&["policy", "inspect", "."], "cannot read .: Is a directory");
    dir.is_wrong(
        &["policy", "inspect", "./nowhere.wasm"],
        "cannot read ./nowhere.wasm: No such file",
    );
    dir.is_wrong(
        &["policy", "inspect", "tll"],
        "no built-in policy and no file `tll`: did you mean `ttl`?",
    );
    dir.is_wrong(
        &["policy", "inspect", "native:ttl"],
        "native:ttl is no component",
    );
}

#[test]
fn a_spec_that_is_wrong_names_itself_and_what_is_right() {
    let dir = Dir::new("spec");
    dir.write("small.toml", SMALL);
    for (spec, says) in [
        ("tll", "unknown policy `tll`: did you mean `ttl`?"),
        ("native:tgs", "unknown policy `tgs`: did you mean `tags`?"),
        (
            "",
            "name a policy (ttl, write-through, cdc, tags, versions, semantic, adaptive)",
        ),
        ("ttl:60s", "`60s` is not a setting: write it as key=value"),
        ("ttl:ttl=60", "`ttl` should be a duration"),
        (
            "ttl:tl=60s",
            "configure: unknown setting `tl`: did you mean `ttl`?",
        ),
        (
            "native:ttl:tl=60s",
            "unknown setting `tl`: did you mean `ttl`?",
        ),
        ("ttl:{\"ttl\":", "its settings are not a JSON object"),
        ("./nowhere.wasm", "cannot read ./nowhere.wasm: No such file"),
    ] {
        let line = dir.fails(2, &["compare", "small.toml", "--policy", spec]);
        let place = format!("--policy {spec}: ");
        assert!(line.starts_with(&place) && line.contains(says), "{line}");
    }
    let twice = [
        "compare",
        "small.toml",
        "--policy",
        "ttl",
        "--policy",
        "ttl",
    ];
    dir.is_wrong(&twice, "policies 0 and 1 would both be called `ttl`");
}

#[test]
fn a_spec_brings_its_settings_and_a_set_wins_over_them() {
    let dir = Dir::new("spec-settings");
    dir.write("small.toml", SMALL)
        .write("x.wasm", component("ttl"));
    let specs = [
        "ttl:ttl=60s,jitter=0.1",
        "./x.wasm:{\"ttl\":\"60s\"}",
        "native:tags",
        "versions",
    ];
    let mut args = vec!["compare", "small.toml", "--quiet", "--out", "out"];
    specs
        .iter()
        .for_each(|spec| args.extend(["--policy", spec]));
    args.extend([
        "--set",
        "policy.0.config.ttl=5s",
        "--set",
        "policy.3.label=third",
    ]);
    assert_eq!(dir.succeeds(&args), "");

    let report = dir.json("out/report.json");
    let policies = &report["policies"];
    let mut labels = specs.to_vec();
    labels[3] = "third";
    labels.extend(["no cache", "perfect"]);
    assert_eq!(texts(policies, "label"), labels);
    assert_eq!(policies[0]["config"], json!({ "ttl": "5s", "jitter": 0.1 }));
    assert_eq!(policies[1]["config"], json!({ "ttl": "60s" }));
    // The same file, from wherever it comes; nothing for native policies and baselines.
    let hash = &policies[0]["component_sha256"];
    assert_eq!(hash.as_str().map(str::len), Some(64));
    assert_eq!(&policies[1]["component_sha256"], hash);
    for without in [2, 4, 5] {
        assert!(policies[without]["component_sha256"].is_null());
    }
    // A shorter life, more loads.
    let loads = |row: usize| {
        report["totals"][row]["origin_loads"]["mean"]
            .as_f64()
            .unwrap()
    };
    assert!(loads(0) > loads(1), "{} {}", loads(0), loads(1));
}

#[test]
fn a_component_of_a_scenario_lies_beside_it_and_one_of_the_command_line_where_one_stands() {
    let dir = Dir::new("component-path");
    std::fs::create_dir(dir.path("deep")).unwrap();
    let scenario = format!("{SMALL}[[policy]]\nuse = \"./beside.wasm\"\n");
    dir.write("deep/s.toml", scenario)
        .write("deep/beside.wasm", component("ttl"));
    dir.write("here.wasm", component("ttl"));
    dir.succeeds(&["run", "deep/s.toml", "--out", "a"]);
    dir.succeeds(&[
        "compare",
        "deep/s.toml",
        "--policy",
        "here.wasm",
        "--out",
        "b",
    ]);
    dir.is_wrong(
        &["compare", "deep/s.toml", "--policy", "beside.wasm"],
        "cannot read beside.wasm",
    );
}
