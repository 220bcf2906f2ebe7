//! The schemas: current, wide enough for all that the program takes, and too narrow for slips.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::{Value, json};
use shelflife_policy::{Settings, config};
use shelflife_sim::scenario::{self, Overrides, TEMPLATE};
use shelflife_sim::schema;

use crate::{Dir, SMALL};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft7::new(schema).unwrap()
}

fn toml(text: &str) -> Value {
    let table: toml::Table =
        toml::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    serde_json::to_value(table).unwrap()
}

fn wrong(validator: &Validator, value: &Value) -> Vec<String> {
    let errors = validator.iter_errors(value);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// Every file below a folder with this end, those that git does not know aside.
fn files(below: &Path, end: &str, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            files(&path, end, into);
        } else if name.ends_with(end) {
            into.push(path);
        }
    }
}

#[test]
fn the_schemas_in_the_repository_are_those_that_the_program_prints() {
    let dir = Dir::new("schema-current");
    for which in ["scenario", "report"] {
        let kept = root().join(format!("simulator/schemas/{which}.schema.json"));
        let kept = std::fs::read_to_string(kept).unwrap_or_default();
        assert!(
            kept == dir.succeeds(&["schema", which]),
            "shelflife schema {which} > simulator/schemas/{which}.schema.json"
        );
    }
}

#[test]
fn every_scenario_of_the_repository_is_one_by_the_schema() {
    let validator = validator(&schema::scenario());
    let mut scenarios = Vec::new();
    files(&root().join("simulator/scenarios"), ".toml", &mut scenarios);
    assert!(scenarios.len() > 30);
    for path in scenarios {
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            wrong(&validator, &toml(&text)),
            [""; 0],
            "{}",
            path.display()
        );
    }
    assert_eq!(wrong(&validator, &toml(SMALL)), [""; 0]);
}

#[test]
fn every_report_of_the_repository_and_a_new_one_are_reports_by_the_schema() {
    let validator = validator(&schema::report());
    let mut reports = Vec::new();
    files(&root().join("reports"), "report.json", &mut reports);
    assert!(reports.len() >= 2);
    let dir = Dir::new("schema-report");
    dir.write("s.toml", SMALL);
    dir.succeeds(&[
        "compare",
        "s.toml",
        "--quiet",
        "--set",
        "workload.clients=3",
        "--set",
        "probe_after=[\"1s\"]",
    ]);
    reports.push(dir.path("reports/small/report.json"));
    for path in &reports {
        let text = std::fs::read_to_string(path).unwrap();
        let report: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(wrong(&validator, &report), [""; 0], "{}", path.display());
    }
    let report = dir.json("reports/small/report.json");
    let refuses = |pointer: &str, value: Value| {
        let mut report = report.clone();
        *report.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&report), "{pointer}");
    };
    refuses("/schema_version", json!("one"));
    refuses("/runs/0/summary", json!({ "reads": 5 }));
    refuses("/runs/0/summary/hit_ratio", json!("high"));
    refuses("/totals/0/hit_ratio", json!({ "mean": 0.5 }));
    refuses("/totals/0/stale_age_us/p99", json!(7));
    refuses("/policies/0/kind", json!("components"));
    refuses("/differences/0/a_is_better", json!("maybe"));
    refuses("/scenario", json!({ "nam": "x" }));
}

/// What the program takes, the schema takes; what the program calls a slip, the schema does too.
#[test]
fn the_schema_takes_what_the_program_takes_and_refuses_slips() {
    let validator = validator(&schema::scenario());
    let takes = |text: &str| {
        let overrides = Overrides::default();
        match text.contains("[sweep") {
            true => scenario::sweep_from_str(text, "s.toml", Path::new(""), &overrides).is_ok(),
            false => scenario::from_str(text, "s.toml", Path::new(""), &overrides).is_ok(),
        }
    };
    for text in [
        "",
        "duration = \"1h 30min\"\nwarmup = 0.1",
        "warmup = \"auto\"",
        "duration = \"4.5s\"\nwarmup = \"0\"",
        "[workload]\nreads = { rate = 5 }\nwrites = { popularity = \"same-as-reads\" }",
        "[workload]\npreset = \"ycsb-b\"\nscale = 0.5",
        "[origin]\nlatency = { uniform = [\"1ms\", \"2 ms\"] }\nreplica_lag = { exponential = \"1s\" }",
        "[[policy]]\nuse = \"native:ttl:ttl=60s\"\nconfig = { rules = [{ prefix = \"a:\", ttl = \"1s\" }] }",
        "[[policy]]\nuse = \"./mine.wasm\"\nconfig = { anything = 1 }",
        "[[policy]]\nuse = \"ttl\"\n[sweep.grid]\npolicy.0.config.ttl = { from = \"1s\", to = \"9s\", steps = 2 }",
        "[[policy]]\nuse = \"ttl\"\n[sweep]\nlist = [{ cache = { capacity = 5 } }]\ngrid = { \"seed\" = [1, 2] }",
    ] {
        assert!(takes(text), "the program refuses {text}");
        assert_eq!(wrong(&validator, &toml(text)), [""; 0], "{text}");
    }
    for text in [
        "nam = \"x\"",
        "duration = 60",
        "duration = \"10 lightyears\"",
        "duration = \"5\"",
        "warmup = 1.0",
        "warmup = \"atuo\"",
        "[workload]\nkys = 1",
        "[workload]\nkeys = -1",
        "[workload]\nkeys = \"many\"",
        "[workload]\nreads = { rte = 5.0 }",
        "[workload]\nreads = { arrivals = \"evn\" }",
        "[workload]\nreads = { popularity = \"zipf\" }",
        "[workload]\nreads = { popularity = { zpif = 1.0 } }",
        "[workload]\npreset = \"ycsb-z\"",
        "[workload]\nwrite_targets = \"keys\"",
        "[[workload.phase]]\nreads = { rate = 1.0 }",
        "[origin]\nlatency = { exponental = \"5ms\" }",
        "[origin]\nlatency = { exponential = \"5ms\", uniform = [\"1ms\", \"2ms\"] }",
        "[origin]\nlatency = { uniform = [\"1ms\"] }",
        "[origin]\nlatency = 5",
        "[origin]\nerrors = 2.0",
        "[[origin]]\nerrors = 0.1",
        "[cache]\nbalance = \"by-ky\"",
        "[feed]\nloss = -0.1",
        "[[faults]]\nat = \"1s\"\nwhat = \"flsh\"",
        "[[policy]]\nlabel = \"x\"",
        "[[policy]]\nuse = \"tll\"",
        "[trace]\nformat = \"csv\"",
        "[trace]\npath = \"x.csv\"\n[workload]\nkeys = 5",
        "[[policy]]\nuse = \"ttl\"\n[sweep.grid]\n\"cahce.capacity\" = [1]",
        "[[policy]]\nuse = \"ttl\"\n[sweep.grid]\n\"cache.capacity\" = []",
        "[[policy]]\nuse = \"ttl\"\n[sweep.grid]\n\"cache.capacity\" = { from = 1, to = 5 }",
    ] {
        assert!(!takes(text), "the program takes {text}");
        assert!(!validator.is_valid(&toml(text)), "the schema takes {text}");
    }
    // What the settings of a policy are called only the policy knows; the schema has it from a list.
    for text in [
        "[[policy]]\nuse = \"ttl\"\nconfig = { tl = \"5s\" }",
        "[[policy]]\nuse = \"native:tags\"\nconfig = { jitter = 0.1 }",
    ] {
        assert!(!validator.is_valid(&toml(text)), "{text}");
    }
}

#[test]
fn the_settings_of_the_policies_are_those_that_the_policies_read() {
    fn fields<T: Settings>() -> Vec<&'static str> {
        T::SCHEMA.names().collect()
    }
    let read = [
        ("ttl", fields::<shelflife_policy_ttl::Settings>()),
        (
            "write-through",
            fields::<shelflife_policy_write_through::Settings>(),
        ),
        ("cdc", fields::<shelflife_policy_cdc::Settings>()),
        ("tags", fields::<shelflife_policy_tags::Settings>()),
        ("versions", fields::<shelflife_policy_versions::Settings>()),
        ("semantic", fields::<shelflife_policy_semantic::Settings>()),
        ("adaptive", fields::<shelflife_policy_adaptive::Settings>()),
    ];
    let known = schema::SETTINGS.map(|(name, settings)| (name, settings.to_vec()));
    assert_eq!(known, read);
}

/// The schema that a component carries says of settings what the policy says of them; what a text is in detail,
/// a duration or a template, only the policy knows.
#[test]
fn the_schema_of_a_policy_takes_what_the_policy_takes() {
    type Tags = <shelflife_policy_tags::Tags as shelflife_policy::Policy>::Config;
    type Ttl = <shelflife_policy_ttl::Ttl as shelflife_policy::Policy>::Config;
    type Versions = <shelflife_policy_versions::Versions as shelflife_policy::Policy>::Config;
    fn check<S: Settings>(settings: &[(&str, bool)]) {
        let schema: Value = serde_json::from_str(&S::schema_json()).unwrap();
        assert!(jsonschema::draft202012::meta::is_valid(&schema), "{schema}");
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        for (json, right) in settings {
            let value = serde_json::from_str(json).unwrap();
            assert_eq!(validator.is_valid(&value), *right, "{json} and {schema}");
            assert_eq!(config::read::<S>(json).is_ok(), *right, "{json}");
        }
    }
    check::<Tags>(&[
        ("{}", true),
        (
            r#"{ "ttl": "none", "listen": "both", "patterns": { "a:*": ["b"] } }"#,
            true,
        ),
        (r#"{ "rules": [{ "prefix": "a", "ttl": "1s" }] }"#, true),
        (r#"{ "ttl": 5 }"#, false),
        (r#"{ "tll": "5s" }"#, false),
        (r#"{ "listen": "bth" }"#, false),
        (r#"{ "patterns": { "a": "b" } }"#, false),
        (r#"{ "rules": [{ "ttl": "1s" }] }"#, false),
        (r#"{ "rules": [{ "prefix": "" }] }"#, false),
        (
            r#"{ "rules": [{ "prefix": "a", "listen": "both" }] }"#,
            false,
        ),
        ("[]", false),
    ]);
    check::<Ttl>(&[
        (r#"{ "jitter": 1, "early": 0.5, "idle": "1h" }"#, true),
        (r#"{ "jitter": 1.5 }"#, false),
        (r#"{ "jitter": -0.1 }"#, false),
        (r#"{ "early": 0 }"#, false),
        (
            r#"{ "grace": "1s", "rules": [{ "prefix": "a", "jitter": 2 }] }"#,
            false,
        ),
    ]);
    check::<Versions>(&[
        (r#"{ "scope": "each-key" }"#, true),
        (r#"{ "scope": { "leading_parts": 2 } }"#, true),
        (r#"{ "scope": { "shared": "all" } }"#, true),
        (r#"{ "scope": { "leading_parts": -2 } }"#, false),
        (r#"{ "scope": { "leading_parts": 1.5 } }"#, false),
        (
            r#"{ "scope": { "shared": "all", "leading_parts": 2 } }"#,
            false,
        ),
        (r#"{ "scope": "shared" }"#, false),
    ]);
}

/// What the lines of the template with a `#` and no space have, with the `#` taken away.
fn uncommented() -> String {
    let lines = TEMPLATE.lines().map(|line| match line.strip_prefix('#') {
        Some(key) if !key.is_empty() && !key.starts_with(' ') => key,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The paths of all keys, elements of arrays apart.
fn paths(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let path = format!("{path}.{key}");
                into.insert(path.clone());
                paths(value, &path, into);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|value| paths(value, path, into)),
        _ => {}
    }
}

/// The paths of all keys that a schema has by name, but for those of laws and ranges.
fn keys_of(schema: &Value, at: &Value, path: &str, into: &mut BTreeSet<String>) {
    let references = [&at["$ref"], &at["allOf"][0]["$ref"], &at["items"]["$ref"]];
    for reference in references.into_iter().filter_map(Value::as_str) {
        let pointer = reference.trim_start_matches('#');
        keys_of(schema, schema.pointer(pointer).unwrap(), path, into);
    }
    for (key, value) in at["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        into.insert(path.clone());
        keys_of(schema, value, &path, into);
    }
}

#[test]
fn the_scenario_to_begin_with_names_every_key_that_there_is() {
    let schema = schema::scenario();
    let mut known = BTreeSet::new();
    keys_of(&schema, &schema, "", &mut known);
    assert!(
        known.contains(".workload.phase.reads.popularity"),
        "{known:?}"
    );
    let text = uncommented();
    let all = toml(&text);
    let mut named = BTreeSet::new();
    paths(&all, "", &mut named);
    let missing: Vec<_> = known.difference(&named).collect();
    assert!(missing.is_empty(), "the template does not name {missing:?}");
    // Whatever is taken in, it is a scenario.
    let validator = validator(&schema);
    for without in ["trace", "workload"] {
        let mut one = all.clone();
        one.as_object_mut().unwrap().remove(without);
        assert_eq!(wrong(&validator, &one), [""; 0], "without {without}");
    }
}

#[test]
fn the_scenario_to_begin_with_has_the_defaults_and_runs_as_it_is() {
    let read =
        |text: &str| scenario::from_str(text, "s.toml", Path::new(""), &Overrides::default());
    let mut template = read(TEMPLATE).unwrap().scenario;
    let mut defaults = read("duration = \"10m\"\nwarmup = \"1m\"")
        .unwrap()
        .scenario;
    defaults.name.clone_from(&template.name);
    template.policies.clear();
    assert_eq!(template, defaults);
    let dir = Dir::new("template");
    let said = dir.succeeds(&["new", "scenario"]);
    assert_eq!(
        said,
        "scenario.toml written; try: shelflife run scenario.toml\n"
    );
    assert_eq!(dir.read("scenario.toml"), TEMPLATE);
    let short = [
        "--set",
        "duration=5s",
        "--set",
        "warmup=1s",
        "--set",
        "replications=1",
    ];
    dir.succeeds(&[&["run", "scenario.toml"], &short[..]].concat());
    // What is there stays.
    dir.write("mine.toml", "mine");
    dir.is_wrong(
        &["new", "scenario", "mine.toml"],
        "mine.toml is there already: name another file",
    );
    assert_eq!(dir.read("mine.toml"), "mine");
    dir.is_wrong(
        &["new", "scenario", "no/such/x.toml"],
        "no/such/x.toml: there is no such folder",
    );
    assert_eq!(dir.succeeds(&["new", "scenario", "-"]), TEMPLATE);
}
