//! The component `adaptive` in the simulated cache, beside an oracle that knows the rates of each key.
//!
//! Per key read at rate `a` and written at rate `b`, with loads that take no time, the oracle pays
//! `b · min(c_u, a / (a + b) · (c_m + c_i))` a second (HotNets 2024, section 3.2, with an interval of nothing).

mod support;

use shelflife_sim::measure::Summary;
use shelflife_sim::report::Report;
use support::{mean, run};

const INVALIDATION: f64 = 0.1;
const UPDATE: f64 = 0.8;

/// What a run has cost where a miss costs `miss` and an update `update`.
fn cost(summary: &Summary, miss: f64, update: f64) -> f64 {
    miss * summary.origin_loads as f64
        + INVALIDATION * summary.invalidations.effective as f64
        + update * summary.updates as f64
}

/// What the oracle pays for a key in a second.
fn oracle((reads, writes): (f64, f64), miss: f64) -> f64 {
    writes * UPDATE.min(reads / (reads + writes) * (miss + INVALIDATION))
}

/// The costs of the three that are compared: dropped always, replaced always, adaptive.
fn costs(report: &Report, miss: f64, update: f64) -> [f64; 3] {
    ["drop", "replace", "adaptive"]
        .map(|label| mean(report, label, |summary| cost(summary, miss, update)))
}

fn policies(miss: f64) -> String {
    format!(
        r#"
        [origin]
        latency = "0s"
        [[policy]]
        label = "drop"
        use = "write-through"
        config = {{ ttl = "none" }}
        [[policy]]
        label = "replace"
        use = "write-through"
        config = {{ ttl = "none", on_write = "replace" }}
        [[policy]]
        label = "adaptive"
        use = "adaptive"
        config = {{ ttl = "none", miss_cost = {miss:?}, invalidation_cost = {INVALIDATION}, update_cost = {UPDATE} }}
        "#
    )
}

#[test]
fn each_key_is_treated_as_its_rates_ask_for() {
    let (keys, reads, writes, exponent, miss) = (100, 20.0, 50.0, 1.2, 4.0);
    let (warmup, duration) = (200.0, 2_200.0);
    let report = run(&format!(
        r#"
        seed = 5
        replications = 1
        duration = "{duration}s"
        warmup = "{warmup}s"
        [workload]
        keys = {keys}
        reads = {{ rate = {reads:?}, popularity = {{ zipf = {exponent} }} }}
        writes = {{ rate = {writes:?}, popularity = "uniform" }}
        {}
        "#,
        policies(miss)
    ));
    let weight = |rank: i32| f64::from(rank).powf(-exponent);
    let together: f64 = (1..=keys).map(weight).sum();
    let per_second: f64 = (1..=keys)
        .map(|rank| reads * weight(rank) / together)
        .map(|reads| oracle((reads, writes / f64::from(keys)), miss))
        .sum();
    let oracle = per_second * (duration - warmup);
    let [drop, replace, adaptive] = costs(&report, miss, UPDATE);
    assert!(
        (adaptive / oracle - 1.0).abs() < 0.03,
        "{adaptive} beside {oracle}"
    );
    // Where it does nothing but one of the two for all keys it has not adapted.
    for fixed in [drop, replace] {
        assert!(fixed > 1.4 * oracle, "{fixed} beside {oracle}");
    }
    assert_eq!(mean(&report, "adaptive", |s| s.stale_answers as f64), 0.0);
    assert_eq!(mean(&report, "adaptive", |s| s.policy.traps as f64), 0.0);
}

#[test]
fn keys_that_change_their_ways_are_followed() {
    // Shares of reads of 0.9 and 0.1 in turn, 2,000 requests of each key at a time.
    let (keys, phases, length) = (10, 12, 2_000.0);
    let rates = [(0.9, 0.1), (0.1, 0.9)];
    let phase_at = |phase: i32| {
        let (reads, writes) = rates[(phase % 2) as usize];
        format!(
            "[[workload.phase]]\nat = \"{}s\"\nreads = {{ rate = {:?} }}\nwrites = {{ rate = {:?} }}\n",
            f64::from(phase) * length,
            reads * f64::from(keys),
            writes * f64::from(keys),
        )
    };
    let later: String = (1..phases).map(phase_at).collect();
    for (miss, per_request) in [(1.0, 0.0895), (4.0, 0.2245)] {
        let report = run(&format!(
            r#"
            seed = 5
            replications = 1
            duration = "{}s"
            warmup = "0s"
            [workload]
            keys = {keys}
            reads = {{ rate = {:?}, popularity = "uniform" }}
            writes = {{ rate = {:?}, popularity = "uniform" }}
            {later}
            {}
            "#,
            f64::from(phases) * length,
            rates[0].0 * f64::from(keys),
            rates[0].1 * f64::from(keys),
            policies(miss)
        ));
        let seconds = f64::from(phases) * length;
        let both: f64 = rates.iter().map(|rates| oracle(*rates, miss)).sum();
        assert!((both / 2.0 / per_request - 1.0).abs() < 1e-9, "{both}");
        let oracle = f64::from(keys) * seconds * both / 2.0;
        let [drop, replace, adaptive] = costs(&report, miss, UPDATE);
        assert!(
            (adaptive / oracle - 1.0).abs() < 0.05,
            "{adaptive} beside {oracle}"
        );
        assert!(adaptive < drop && adaptive < replace);
    }
}

#[test]
fn the_scenario_shows_what_its_text_says() {
    let text = include_str!("../scenarios/adaptive.toml");
    // One of its replications is enough to see it.
    let report = run(&text.replace("replications = 3", "replications = 1"));
    let [drop, replace, adaptive] = costs(&report, 1.0, 0.5);
    assert!(
        adaptive < 0.95 * drop && adaptive < 0.95 * replace,
        "{adaptive} beside {drop} and {replace}"
    );
    let loads = |label| mean(&report, label, |summary| summary.origin_loads as f64);
    assert!(loads("replace") < loads("adaptive") && loads("adaptive") < loads("drop"));
}

#[test]
fn the_component_decides_as_the_same_policy_without_a_boundary() {
    let report = run(r#"
        seed = 5
        replications = 1
        duration = "300s"
        warmup = "0s"
        [workload]
        keys = 50
        reads = { rate = 100.0, popularity = { zipf = 0.9 } }
        writes = { rate = 50.0, popularity = "uniform" }
        [origin]
        latency = "0s"
        [[policy]]
        use = "adaptive"
        [[policy]]
        use = "native:adaptive"
        "#);
    let figures = |label| {
        let run = report.runs.iter().find(|run| run.policy == label);
        let summary = &run.expect("it was run").summary;
        (
            summary.updates,
            summary.invalidations.effective,
            summary.origin_loads,
        )
    };
    let component = figures("adaptive");
    assert!(component.0 > 0 && component.1 > 0, "{component:?}");
    assert_eq!(component, figures("native:adaptive"));
}
