//! What a comparison says of its own figures: which differences are shown, and which figures rest on too
//! little.
//!
//! Fixed seeds throughout.

mod support;

use std::path::Path;
use std::sync::atomic::AtomicU64;

use shelflife_sim::comparison::{Contender, contenders};
use shelflife_sim::measure::Summary;
use shelflife_sim::report::Report;
use shelflife_sim::scenario::{Loaded, Overrides, from_str};
use shelflife_sim::statistics::{Better, Difference, Interval, Kind, interval};
use shelflife_sim::workload::{Workload, build};
use shelflife_sim::world;
use support::run;

fn policy(label: &str, uses: &str, config: &str) -> String {
    format!("[[policy]]\nlabel = \"{label}\"\nuse = \"{uses}\"\nconfig = {{ {config} }}\n")
}

/// Fifty keys, each read twice a second and written every 20 s, with latencies that vary.
fn scenario(replications: u32, rest: &str, policies: &[String]) -> String {
    format!(
        r#"
        seed = 3
        replications = {replications}
        duration = "150s"
        warmup = "30s"
        {rest}
        [workload]
        keys = 50
        reads = {{ rate = 100.0, popularity = "uniform" }}
        writes = {{ rate = 2.5, popularity = "uniform" }}
        [origin]
        latency = {{ lognormal = {{ median = "40ms", sigma = 0.8 }} }}
        {}
        "#,
        policies.concat()
    )
}

fn difference<'a>(report: &'a Report, figure: &str) -> &'a Difference {
    let mut differences = report.differences.iter();
    let found = differences.find(|difference| difference.figure == figure);
    found.unwrap_or_else(|| panic!("no difference of {figure}"))
}

/// The figures of a policy's replications.
fn figures(report: &Report, policy: &str, figure: fn(&Summary) -> f64) -> Vec<f64> {
    let runs = report.runs.iter().filter(|run| run.policy == policy);
    runs.map(|run| figure(&run.summary)).collect()
}

#[test]
fn a_policy_that_is_better_is_shown_to_be_and_by_what_figure_it_is_not() {
    let short = policy("short", "native:ttl", r#"ttl = "5s""#);
    let long = policy("long", "native:ttl", r#"ttl = "20s""#);
    let report = run(&scenario(6, "", &[short, long]));
    let stale = difference(&report, "stale_ratio");
    assert_eq!((stale.a.as_str(), stale.b.as_str()), ("short", "long"));
    assert_eq!(stale.a_is_better, Better::Yes, "{stale:?}");
    assert!(stale.mean < 0.0 && stale.ci95.unwrap() < -stale.mean);
    assert_eq!(stale.replications, 6);
    let hits = difference(&report, "hit_ratio");
    assert_eq!(hits.a_is_better, Better::No, "{hits:?}");
    // Six replications are no evidence on which of the two has the larger herd.
    let herd = difference(&report, "herd.max");
    assert_eq!(herd.a_is_better, Better::NotShown, "{herd:?}");
    // The baselines are in no pair.
    let named = |label| {
        report
            .differences
            .iter()
            .any(|d| d.a == label || d.b == label)
    };
    assert!(!named("perfect") && !named("no cache"));
}

#[test]
fn the_same_policy_under_two_labels_differs_by_exactly_nothing() {
    let config = r#"ttl = "5s", jitter = 0.2, early = 1.0"#;
    let twice = [
        policy("one", "native:ttl", config),
        policy("two", "ttl", config),
    ];
    let report = run(&scenario(3, "", &twice));
    assert!(report.differences.len() > 8);
    for difference in &report.differences {
        let Difference { mean, ci95, .. } = difference;
        assert_eq!((*mean, *ci95), (0.0, Some(0.0)), "{difference:?}");
        assert_eq!(difference.a_is_better, Better::NotShown);
        assert_eq!(difference.why, "equal in every replication");
    }
}

#[test]
fn policies_that_load_alike_meet_the_same_latencies() {
    // Both load after a write, one of them a little later: over 20 replications the variance of the difference
    // is 0.03 of what it were, had they nothing in common. Latencies drawn in the order of all loads give 0.09.
    let both = [
        policy("announced", "native:write-through", r#"ttl = "60s""#),
        policy("captured", "native:cdc", r#"ttl = "60s""#),
    ];
    let report = run(&scenario(20, "", &both));
    let of = |policy| figures(&report, policy, |summary| summary.read_latency_us.mean);
    let [announced, captured] = ["announced", "captured"].map(of);
    let squared = |figures: &[f64]| interval(figures).ci95.unwrap().powi(2);
    let apart = squared(&announced) + squared(&captured);
    let paired = difference(&report, "read_latency_us.mean")
        .ci95
        .unwrap()
        .powi(2);
    assert!(paired < 0.05 * apart, "{:.3} of {apart}", paired / apart);
}

#[test]
fn few_cycles_are_said_however_many_reads_there_are() {
    let toml = |keys: u32| {
        format!(
            r#"
            seed = 3
            replications = 4
            duration = "400s"
            warmup = "100s"
            [workload]
            keys = {keys}
            reads = {{ rate = 100.0, popularity = "uniform" }}
            writes = {{ rate = 0.1, popularity = "uniform" }}
            [origin]
            latency = "0s"
            {}
            "#,
            policy("p", "native:ttl", r#"ttl = "100s""#)
        )
    };
    let few = run(&toml(1));
    let reads: f64 = figures(&few, "p", |summary| summary.reads as f64)
        .iter()
        .sum();
    assert!(reads > 100_000.0);
    let doubt = few.doubts.iter().find(|doubt| {
        doubt.kind == Kind::FewCycles && doubt.figure.as_deref() == Some("hit_ratio")
    });
    let doubt = doubt.expect("a doubt of the hit ratio");
    assert_eq!(doubt.policy.as_deref(), Some("p"));
    // Three leases a replication, more or less one.
    assert!((8.0..=16.0).contains(&doubt.count), "{doubt:?}");
    let many = run(&toml(50));
    assert!(
        many.doubts
            .iter()
            .all(|doubt| doubt.kind != Kind::FewCycles)
    );
}

#[test]
fn one_replication_shows_nothing_and_says_why() {
    let both = [
        policy("short", "native:ttl", r#"ttl = "5s""#),
        policy("long", "native:ttl", r#"ttl = "20s""#),
    ];
    let report = run(&scenario(1, "", &both));
    assert_eq!(report.doubts[0].kind, Kind::OneReplication);
    for difference in &report.differences {
        assert_eq!(difference.a_is_better, Better::NotShown);
        assert!(difference.why.starts_with("one replication"));
    }
    assert!(
        report
            .intervals_cover
            .starts_with("There was one replication")
    );
}

#[test]
fn replays_of_a_recording_say_what_their_intervals_leave_out() {
    let toml = format!(
        "replications = 2\n[trace]\npath = \"builtin:shop\"\n[writes]\nannounced = 0.9\n{}",
        policy("p", "native:write-through", r#"ttl = "1h""#)
    );
    let report = run(&toml);
    assert!(
        report
            .intervals_cover
            .contains("2 replays of one recording")
    );
    assert_eq!(report.warmup.why, "a cold start is measured");
}

#[test]
fn a_warm_up_that_finds_itself_is_long_enough_for_all_and_the_same_for_all() {
    let policies = [
        policy("short", "native:ttl", r#"ttl = "5s", grace = "5s""#),
        policy("long", "native:ttl", r#"ttl = "12s""#),
    ];
    let auto = scenario(2, "", &policies).replace("\"30s\"", "\"auto\"");
    let report = run(&auto);
    assert_eq!(report.warmup.asked, "auto");
    assert_eq!(report.warmup.used_us, 36_000_000, "{:?}", report.warmup);
    assert!(
        report
            .warmup
            .why
            .contains("three times the longest lease of “long”")
    );
    // Every policy is measured over the same reads.
    let reads = |policy| figures(&report, policy, |summary| summary.reads as f64);
    assert_eq!(reads("short"), reads("long"));
    assert_eq!(reads("short"), reads("perfect"));
    // And it is what a scenario that says so has.
    let said = run(&auto.replace("\"auto\"", "\"36s\""));
    assert_eq!(said.runs[0].summary, report.runs[0].summary);
    // Half of a run is kept to measure, and the doubt is said.
    let short = run(&auto.replace("\"150s\"", "\"40s\""));
    assert_eq!(short.warmup.used_us, 20_000_000);
    let cut = short
        .doubts
        .iter()
        .find(|doubt| doubt.kind == Kind::ShortWarmup);
    assert_eq!(cut.map(|doubt| doubt.wanted), Some(36_000_000.0));
}

#[test]
fn a_warm_up_in_which_the_cache_does_not_fill_is_doubted() {
    let policies = [policy("p", "native:ttl", r#"ttl = "none""#)];
    let doubted = |warmup: &str| {
        let toml = scenario(2, "", &policies).replace("\"30s\"", warmup);
        let report = run(&toml.replace("keys = 50", "keys = 5000"));
        report.doubts.iter().any(|d| d.kind == Kind::ShortWarmup)
    };
    // 5,000 keys, 100 reads a second: after 10 s a fifth of them is there.
    assert!(doubted("\"10s\""));
    assert!(!doubted("0"), "a cold start that was asked for");
    let few = run(&scenario(2, "", &policies));
    assert!(few.doubts.iter().all(|d| d.kind != Kind::ShortWarmup));
}

/// The policies of a scenario, to run them without the baselines.
struct Alone {
    loaded: Loaded,
    workload: Workload,
    policies: Vec<Contender>,
}

impl Alone {
    fn new(toml: &str) -> Alone {
        let base = Path::new(env!("CARGO_MANIFEST_DIR"));
        let loaded = from_str(toml, "test.toml", base, &Overrides::default()).unwrap();
        let workload = build(&loaded).unwrap();
        let policies = contenders(&loaded).unwrap();
        Alone {
            loaded,
            workload,
            policies,
        }
    }

    fn hit_ratio(&mut self, policy: usize, seed: u64, replication: u32) -> f64 {
        self.loaded.scenario.seed = seed;
        let strategy = &self.policies[policy].strategy;
        let (scenario, done) = (&self.loaded.scenario, AtomicU64::new(0));
        let outcome = world::run(scenario, &self.workload, strategy, replication, &done);
        outcome.unwrap().summary.hit_ratio
    }
}

/// 200 experiments with four replications each, of which theory knows the outcome: hit ratios aT/(1+aT).
/// How many of 200 intervals of 95 % hold it is binomial: 190, and 9.2 to each side are three standard
/// deviations.
#[test]
fn nineteen_of_twenty_intervals_hold_the_truth() {
    let (a, short, long) = (1.0, 1.0, 2.0);
    let toml = format!(
        r#"
        duration = "130s"
        warmup = "10s"
        [workload]
        keys = 5
        reads = {{ rate = 5.0, popularity = "uniform" }}
        writes = {{ rate = 0.0 }}
        [origin]
        latency = "0s"
        {}{}
        "#,
        policy("short", "native:ttl", r#"ttl = "1s""#),
        policy("long", "native:ttl", r#"ttl = "2s""#),
    );
    let expected = |ttl: f64| a * ttl / (1.0 + a * ttl);
    let mut alone = Alone::new(&toml);
    let (mut of_means, mut of_differences) = (0, 0);
    let holds = |found: Interval, truth: f64| (found.mean - truth).abs() <= found.ci95.unwrap();
    for seed in 0..200 {
        let mut hits = |policy| [0, 1, 2, 3].map(|r| alone.hit_ratio(policy, seed, r));
        let (x, y) = (hits(0), hits(1));
        let differences: Vec<f64> = x.iter().zip(&y).map(|(x, y)| x - y).collect();
        of_means += u32::from(holds(interval(&x), expected(short)));
        let truth = expected(short) - expected(long);
        of_differences += u32::from(holds(interval(&differences), truth));
    }
    for held in [of_means, of_differences] {
        assert!((181..=199).contains(&held), "{held} of 200");
    }
}
