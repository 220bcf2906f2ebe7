use super::super::{Overrides, from_str, load_builtin};
use super::*;
use crate::scenario::Scenario;
use std::path::Path;

fn scenario(text: &str) -> Result<Scenario, String> {
    from_str(text, "s.toml", Path::new(""), &Overrides::default())
        .map(|loaded| loaded.scenario)
        .map_err(|error| error.to_string())
}

fn preset(name: &str) -> &'static Preset {
    let found = presets().iter().find(|preset| preset.name == name);
    found.unwrap()
}

#[test]
fn there_are_54_clusters_six_workloads_of_ycsb_and_two_of_taobench_and_each_is_a_scenario() {
    let of = |source| {
        presets()
            .iter()
            .filter(move |preset| preset.source == source)
    };
    assert_eq!(of("Twitter").count(), 54);
    assert_eq!(of("YCSB").count(), 6);
    assert_eq!(of("TAOBench").count(), 2);
    for Preset { name, .. } in presets() {
        let text = format!("[workload]\npreset = {name:?}\n[[policy]]\nuse = \"ttl\"");
        let found = scenario(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(found.workload.reads.rate > 0.0, "{name}");
        assert!(found.workload.keys <= 1_000_000, "{name}");
        let requests = found.workload.reads.rate + found.workload.writes.rate;
        assert!(requests <= 1000.1 || name == "ycsb-e", "{name}: {requests}");
    }
}

#[test]
fn a_cluster_says_what_was_published_of_it() {
    // 5,810 requests a second, of which 65 % read and 22 % delete; 13 % set, and of every hundred reads
    // as many missed and were set again as its miss ratio says; 18,333 MB of 510 bytes each; TTL a day.
    let cluster = preset("twitter-cluster14");
    assert!((cluster.reads - 5810.0 * 0.65).abs() < 1e-6);
    assert!(cluster.writes >= 5810.0 * 0.22 && cluster.writes <= 5810.0 * 0.35);
    assert_eq!(cluster.keys, (18_333e6_f64 / 510.0).round());
    assert_eq!(cluster.value_bytes, 414);
    assert_eq!(cluster.ttl, Some(Nanos::from_secs(86_400)));
    assert_eq!(preset("twitter-cluster4").ttl, Some(Nanos::from_secs(300)));
}

#[test]
fn sets_after_misses_are_refills_and_no_writes() {
    // Half of its requests add, half get: each miss is one add.
    assert_eq!(preset("twitter-cluster10").writes, 0.0);
    // Nearly all of its requests set what is never read.
    let cluster = preset("twitter-cluster12");
    assert!(cluster.writes > 3.0 * cluster.reads);
}

#[test]
fn ycsb_is_what_its_files_say() {
    let rates = |name| (preset(name).reads.round(), preset(name).writes.round());
    assert_eq!(rates("ycsb-a"), (500.0, 500.0));
    assert_eq!(rates("ycsb-b"), (950.0, 50.0));
    assert_eq!(rates("ycsb-c"), (1000.0, 0.0));
    assert_eq!(rates("ycsb-d"), (950.0, 50.0));
    assert_eq!(rates("ycsb-f"), (1000.0, 500.0));
    // 950 scans of 50.5 records on average.
    assert_eq!(rates("ycsb-e"), (47_975.0, 50.0));
    assert_eq!(preset("ycsb-d").popularity, Popularity::Latest);
}

#[test]
fn taobench_reads_a_row_as_often_as_any_other_and_counts_what_transactions_do() {
    // 171 reads, 15 transactions with 19.18 reads each, of 244 operations.
    let reads = preset("taobench-a").reads;
    assert!((reads - 1000.0 * (171.0 + 15.0 * 19.181) / 244.0).abs() < 0.1);
    let Preset { reads, writes, .. } = preset("taobench-o");
    assert!(reads / writes > 500.0, "{reads} {writes}");
    assert_eq!(preset("taobench-o").popularity, Popularity::Uniform);
}

#[test]
fn what_the_scenario_says_wins_also_within_a_table() {
    let found = scenario(
        r#"
        [workload]
        preset = "ycsb-b"
        keys = 50
        reads = { rate = 7.0 }
        [[policy]]
        use = "ttl"
        "#,
    )
    .unwrap();
    assert_eq!(found.workload.keys, 50);
    assert_eq!(found.workload.reads.rate, 7.0);
    assert_eq!(found.workload.reads.popularity, Popularity::Zipf(0.99));
    assert_eq!(found.workload.writes.rate, 50.0);
    assert_eq!(found.workload.writes.popularity, Popularity::SameAsReads);
}

#[test]
fn keys_and_rates_shrink_together() {
    let at = |scale: f64| {
        let text = format!(
            "[workload]\npreset = \"twitter-cluster52\"\nscale = {scale}\n[[policy]]\nuse = \"ttl\""
        );
        scenario(&text).unwrap().workload
    };
    let (small, large) = (at(0.001), at(0.01));
    assert!((large.reads.rate / small.reads.rate - 10.0).abs() < 0.01);
    assert!((f64::from(large.keys) / f64::from(small.keys) - 10.0).abs() < 0.01);
}

#[test]
fn in_a_sample_of_a_thousand_keys_each_is_read_and_written_as_often_as_in_the_whole() {
    for preset in presets() {
        let text = format!(
            "[workload]\npreset = {:?}\nscale = {:e}\n[[policy]]\nuse = \"ttl\"",
            preset.name,
            1000.0 / preset.keys
        );
        let sample = scenario(&text).unwrap().workload;
        assert_eq!(sample.keys, 1000, "{}", preset.name);
        for (rate, whole) in [
            (sample.reads.rate, preset.reads),
            (sample.writes.rate, preset.writes),
        ] {
            let off = (rate / 1000.0) / (whole / preset.keys) - 1.0;
            assert!(whole == 0.0 || off.abs() < 1e-5, "{}: {off}", preset.name);
        }
    }
}

#[test]
fn a_policy_without_a_ttl_gets_the_published_one_and_no_other_does() {
    let found = scenario(
        r#"
        [workload]
        preset = "twitter-cluster12"
        [[policy]]
        use = "ttl"
        [[policy]]
        use = "ttl:ttl=7s"
        [[policy]]
        label = "eight"
        use = "ttl"
        config = { ttl = "8s" }
        [[policy]]
        use = "native:ttl"
        [[policy]]
        use = "tags"
        "#,
    )
    .unwrap();
    let ttls: Vec<_> = found
        .policies
        .iter()
        .map(|policy| policy.config.get("ttl").and_then(|ttl| ttl.as_str()))
        .collect();
    assert_eq!(ttls, [Some("5m"), Some("7s"), Some("8s"), Some("5m"), None]);
}

#[test]
fn what_is_resolved_reads_back_as_the_same() {
    let found = scenario("[workload]\npreset = \"twitter-cluster14\"").unwrap();
    let again = scenario(&toml::to_string(&found).unwrap()).unwrap();
    assert_eq!(again, found);
}

#[test]
fn slips_are_named_with_where_they_stand() {
    let wrong = |text: &str| scenario(text).unwrap_err();
    assert_eq!(
        wrong("[workload]\npreset = \"ycbs-a\""),
        "s.toml:2: `preset` in [workload]: no preset `ycbs-a`: did you mean `ycsb-a`? \
         `shelflife trace presets` lists them"
    );
    assert_eq!(
        wrong("[workload]\nscale = 0.5"),
        "s.toml:2: `scale` in [workload]: a share of a preset, and there is no `preset`"
    );
    for scale in ["0", "1.5", "-1", "nan"] {
        let error = wrong(&format!("[workload]\npreset = \"ycsb-a\"\nscale = {scale}"));
        assert!(
            error.starts_with("s.toml:3: `scale` in [workload]: a share of the preset"),
            "{error}"
        );
    }
    let error = wrong("[workload]\npreset = 7");
    assert!(
        error.starts_with("s.toml:2: `preset` in [workload]"),
        "{error}"
    );
}

#[test]
fn the_command_line_chooses_a_preset_too() {
    let overrides = Overrides {
        set: vec!["workload.preset=ycsb-c".to_owned()],
        or_all_built_in: true,
        ..Overrides::default()
    };
    let loaded = from_str("name = \"mine\"", "s.toml", Path::new(""), &overrides).unwrap();
    assert_eq!(loaded.scenario.workload.reads.rate, 1000.0);
    // Elsewhere nothing changes.
    let shop = load_builtin("shop", &Overrides::default()).unwrap();
    assert_eq!(shop.scenario.workload.preset, None);
}
