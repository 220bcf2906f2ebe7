//! In which order points come, what a key may be, and what wrong ones say.

use super::*;

fn read(sweep: &str, set: &[&str]) -> Result<Swept, Error> {
    let text = format!(
        "[[policy]]\nuse = \"ttl\"\nconfig = {{ ttl = \"60s\", jitter = 0.1 }}\n[cache]\nnodes = 3\n{sweep}"
    );
    let overrides = Overrides {
        set: set.iter().map(|set| (*set).to_owned()).collect(),
        ..Overrides::default()
    };
    sweep_from_str(&text, "s.toml", Path::new(""), &overrides)
}

fn points(sweep: &str) -> Vec<String> {
    let swept = read(sweep, &[]).unwrap();
    let words = |point: &Point| {
        let settings = point.settings.iter();
        let words =
            settings.map(|setting| format!("{}={}", setting.key(), value_text(&setting.value)));
        words.collect::<Vec<_>>().join(" ")
    };
    swept.points.iter().map(words).collect()
}

#[test]
fn the_last_key_as_written_changes_fastest_and_the_list_comes_after_the_grid() {
    let sweep = r#"
        [sweep]
        list = [{ "cache.capacity" = 7 }, {}]
        [sweep.grid]
        "policy.0.config.ttl" = ["1s", "2s"]
        "cache.capacity" = [10, 20]
    "#;
    assert_eq!(
        points(sweep),
        [
            "policy.0.config.ttl=1s cache.capacity=10",
            "policy.0.config.ttl=1s cache.capacity=20",
            "policy.0.config.ttl=2s cache.capacity=10",
            "policy.0.config.ttl=2s cache.capacity=20",
            "cache.capacity=7",
            "",
        ]
    );
    let swept = read(sweep, &[]).unwrap();
    assert_eq!(swept.keys, ["policy.0.config.ttl", "cache.capacity"]);
    let last = &swept.points[3].loaded.scenario;
    assert_eq!(last.cache.capacity, 20);
    assert_eq!(last.policies[0].config["ttl"], "2s");
    // What a point does not set is as the scenario says, and a point is no sweep itself.
    assert_eq!(last.policies[0].config["jitter"], 0.1);
    assert_eq!((last.cache.nodes, &last.sweep), (3, &None));
    assert_eq!(
        swept.points[5].loaded.scenario.cache,
        swept.base.scenario.cache
    );
}

#[test]
fn a_key_may_be_written_in_tables_as_well_and_a_range_as_its_values() {
    let sweep = r#"
        [sweep]
        list = [{ policy.0.config.ttl = "5s", origin.latency = { exponential = "3ms" } }]
        [sweep.grid]
        policy.0.config.ttl = { from = "1s", to = "4s", steps = 3 }
    "#;
    assert_eq!(
        points(sweep),
        [
            "policy.0.config.ttl=1s",
            "policy.0.config.ttl=2500ms",
            "policy.0.config.ttl=4s",
            "policy.0.config.ttl=5s origin.latency={ exponential = \"3ms\" }",
        ]
    );
}

#[test]
fn a_sweep_can_come_from_the_command_line() {
    let swept = read("", &["sweep.grid={ seed = [1, 2, 3] }"]).unwrap();
    assert_eq!(swept.points.len(), 3);
    assert_eq!(swept.points[2].loaded.scenario.seed, 3);
    let error = read("", &["sweep.grid={ sede = [1] }"])
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with(
            "--set sweep.grid={ sede = [1] }: unknown key `sede`: did you mean `seed`?"
        ),
        "{error}"
    );
}

#[test]
fn what_is_wrong_with_a_sweep_names_its_line_and_what_is_right() {
    for (sweep, says) in [
        (
            "[sweep]\ngrid = { \"cache.capcity\" = [5] }",
            "s.toml:7: unknown key `capcity` in [cache]: did you mean `capacity`? \
             (point 0 of the sweep: cache.capcity=5)",
        ),
        (
            "[sweep]\nlist = [{ \"cache.capacity\" = 5 },\n{ \"orign.latency\" = \"5ms\" }]",
            "s.toml:8: unknown key `orign`: did you mean `origin`? \
             (point 1 of the sweep: orign.latency=5ms)",
        ),
        (
            "[sweep]\ngrid = { \"cache.nodes\" = [1, \"two\"] }",
            "s.toml:7: `nodes` in [cache]: string \"two\" where a whole number from 0 up belongs \
             (point 1 of the sweep: cache.nodes=two)",
        ),
        (
            "[sweep]\ngrid = { \"cache.nodes\" = [0] }",
            "s.toml:7: `nodes` in [cache]: there is at least 1 node (point 0",
        ),
        (
            "[sweep]\ngrid = { \"policy.1.config.ttl\" = [\"1s\"] }",
            "s.toml:7: `1` is not an index from 0 to 0 (point 0",
        ),
        (
            "[sweep]\ngrid = { \"cache..nodes\" = [1] }",
            "s.toml:7: `cache..nodes` is not a dotted path",
        ),
        (
            "[sweep]\ngrid = { \"cache.nodes\" = 5 }",
            "s.toml:7: `cache.nodes` in [sweep.grid]: 5 where values belong",
        ),
        (
            "[sweep]\ngrid = { \"cache.nodes\" = [] }",
            "s.toml:7: `cache.nodes` in [sweep.grid]: there are no values",
        ),
        (
            "[sweep]\ngrid = { \"cache.nodes\" = { from = 1, to = 5 } }",
            "s.toml:7: `cache.nodes` in [sweep.grid]: the key `steps` is missing",
        ),
        (
            "[sweep]\ngrid = { \"cache.nodes\" = [1], cache.nodes = [2] }",
            "s.toml:7: `cache.nodes` and `cache.nodes` in [sweep.grid] set the same",
        ),
        (
            "[sweep]\ngird = { seed = [1] }",
            "s.toml:7: unknown key `gird` in [sweep]: did you mean `grid`?",
        ),
        ("[sweep]\n", "s.toml:6: there is nothing to go through"),
        (
            "[[sweep]]\n",
            "s.toml:6: `sweep`: an array where a table belongs",
        ),
        (
            "[sweep]\nlist = [{ name = \"x\" }]",
            "s.toml:7: `name` is no setting of a run",
        ),
        (
            "[sweep.grid]\na.b = { from = 1, to = 100000, steps = 1000 }\nc = { from = 1, to = 1000, steps = 1000 }",
            "s.toml:6: more than 100000 points",
        ),
        ("", "s.toml: there is no [sweep]; write one"),
    ] {
        let error = read(sweep, &[]).unwrap_err().to_string();
        assert!(error.starts_with(says), "{sweep}\n  {error}\n  {says}");
    }
}

#[test]
fn the_command_line_does_not_set_what_the_sweep_goes_through() {
    let sweep = "[sweep]\ngrid = { \"origin.latency\" = [\"1ms\"], seed = [1] }";
    let overrides = |set: &[&str], seed| Overrides {
        set: set.iter().map(|set| (*set).to_owned()).collect(),
        seed,
        ..Overrides::default()
    };
    let wrong = |overrides| {
        let read = sweep_from_str(sweep, "s.toml", Path::new(""), &overrides);
        read.unwrap_err().to_string()
    };
    assert_eq!(
        wrong(overrides(&["origin.latency.exponential=5ms"], None)),
        "--set origin.latency.exponential=5ms: the sweep goes through `origin.latency` itself (s.toml:2)"
    );
    assert_eq!(
        wrong(overrides(&[], Some(8))),
        "--seed 8: the sweep goes through `seed` itself (s.toml:2)"
    );
    let beside = overrides(&["origin={ servers = 3 }"], None);
    let swept = sweep_from_str(sweep, "s.toml", Path::new(""), &beside).unwrap();
    assert_eq!(swept.points[0].loaded.scenario.origin.servers, 3);
}
