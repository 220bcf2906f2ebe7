//! The simulator against what theory says: the quick half of `shelflife verify`, and that it can fail.

use std::path::Path;

use shelflife_sim::measure::Summary;
use shelflife_sim::scenario::{Overrides, from_str};
use shelflife_sim::verify::judge::{Expected, Verdict};
use shelflife_sim::verify::suite::settings;
use shelflife_sim::verify::theory::ttl;
use shelflife_sim::verify::{
    Expectation, Options, Params, Setting, Verification, run, run_settings, table,
};

fn quick() -> Options {
    Options {
        fast: true,
        ..Options::default()
    }
}

#[test]
fn every_row_of_the_quick_half_passes() {
    let found = run(&quick()).unwrap();
    let text = table(&found);
    assert!(found.rows.len() > 80, "{text}");
    assert_eq!((found.failed, found.inconclusive), (0, 0), "{text}");
    // The deviations of the exact rows are what chance gives, and not what a small error would.
    let z = found.z;
    assert!(z.rows > 50 && z.above_3 <= 2, "{text}");
    assert!((z.above_2 as f64) < 3.0 * z.above_2_by_chance, "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
}

/// Twenty keys with a lease of 5 s.
const SMALL: (&str, &str) = (
    "small.toml",
    r#"
    name = "small"
    seed = 5
    replications = 16
    duration = "120s"
    warmup = "20s"
    [workload]
    keys = 20
    reads = { rate = 100.0, popularity = "uniform" }
    writes = { rate = 10.0, popularity = "uniform" }
    [origin]
    latency = "0s"
    [cache]
    start = "warm"
    [[policy]]
    label = "ttl"
    use = "native:ttl"
    config = { ttl = "5s" }
    "#,
);

fn stale(summary: &Summary, _: &Params<'_>) -> f64 {
    summary.stale_hit_ratio
}

fn right(params: &Params<'_>) -> f64 {
    ttl::stale(params.write(), params.ttl())
}

/// As if the lease began at the read: a tenth more.
fn wrong(params: &Params<'_>) -> f64 {
    1.1 * right(params)
}

fn held_against(set: &[&str], expected: Expectation) -> Verification {
    let mut setting = Setting::new("S01", SMALL);
    for set in set {
        setting = setting.with(*set);
    }
    let setting = setting.row("stale share of hits", "ttl", stale, expected);
    run_settings(&[setting], &Options::default()).unwrap()
}

#[test]
fn a_form_that_is_right_passes_and_one_that_is_not_fails() {
    let found = held_against(&[], Expectation::Exact(right));
    assert_eq!(found.rows[0].verdict, Verdict::Pass, "{}", table(&found));
    let found = held_against(&[], Expectation::Exact(wrong));
    assert_eq!(found.rows[0].verdict, Verdict::Fail, "{}", table(&found));
    assert_eq!(found.failed, 1);
}

#[test]
fn a_run_that_is_too_short_is_inconclusive() {
    let short = ["duration=22s", "workload.keys=2", "replications=4"];
    let found = held_against(&short, Expectation::Exact(right));
    let text = table(&found);
    assert_eq!(found.rows[0].verdict, Verdict::Inconclusive, "{text}");
    assert_eq!((found.passed, found.failed), (0, 0));
}

#[test]
fn a_world_that_is_not_the_one_the_form_is_for_fails() {
    // What is stored is half a second old by then: 8 % more hits are stale.
    let found = held_against(&["origin.latency=1s"], Expectation::Exact(right));
    assert_eq!(found.rows[0].verdict, Verdict::Fail, "{}", table(&found));
}

#[test]
fn the_number_of_threads_changes_no_figure() {
    let only = |jobs| Options {
        only: vec!["s20".to_owned()],
        jobs,
        ..quick()
    };
    let samples = |jobs| {
        let found = run(&only(jobs)).unwrap();
        let rows = found.rows.into_iter();
        rows.map(|row| row.sample).collect::<Vec<_>>()
    };
    assert_eq!(samples(1), samples(2));
}

#[test]
fn another_seed_draws_other_numbers() {
    let with = |seed| {
        let options = Options {
            seed,
            ..Options::default()
        };
        let setting = Setting::new("S01", SMALL);
        let setting = setting.row("stale", "ttl", stale, Expectation::Exact(right));
        run_settings(&[setting], &options).unwrap().rows[0].measured
    };
    assert_ne!(with(None), with(Some(12)));
    assert_eq!(with(Some(5)), with(None), "the scenario's own");
}

/// `reports/verify` is that of the suite as it stands: whoever adds a row runs it.
#[test]
fn the_report_in_the_repository_has_every_row_of_the_suite_and_all_pass() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports/verify/verify.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let columns = reader.headers().unwrap().clone();
    let mut reported = reader.records().map(Result::unwrap);
    for setting in settings() {
        let (name, text) = setting.scenario;
        let overrides = Overrides {
            set: setting.set.clone(),
            ..Overrides::default()
        };
        let scenario = from_str(text, name, Path::new(""), &overrides);
        let scenario = scenario.unwrap().scenario;
        for row in &setting.rows {
            let found = reported.next().expect("a row that the report lacks");
            let cell = |column: &str| {
                let at = columns.iter().position(|known| known == column);
                &found[at.unwrap()]
            };
            assert_eq!((cell("id"), cell("what")), (setting.id, &*row.what));
            let what = &row.what;
            assert_eq!(cell("verdict"), "pass", "{what}");
            assert_eq!(cell("set"), setting.set.join(" "), "{what}");
            let mut policies = scenario.policies.iter();
            let policy = policies.find(|policy| policy.label == row.policy).unwrap();
            let params = Params {
                scenario: &scenario,
                policy,
            };
            let (Expected::Value {
                value: expected, ..
            }
            | Expected::AtMost(expected)
            | Expected::Between(expected, _)) = row.expected.of(&params);
            let reported: f64 = cell("expected").parse().unwrap();
            let off = (expected - reported).abs();
            assert!(
                off <= 1e-9 * expected.abs(),
                "{what}: {expected} {reported}"
            );
        }
    }
    assert!(reported.next().is_none(), "a row that the suite lacks");
}
