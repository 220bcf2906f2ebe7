//! Verdicts on invented runs.

use super::*;
use crate::measure::Summary;
use crate::report::Histogram;

fn policies(labels: &[&str]) -> Vec<PolicyInfo> {
    let policy = |label: &&str| PolicyInfo {
        label: (*label).to_owned(),
        source: (*label).to_owned(),
        component_sha256: None,
        config: serde_json::Value::Null,
        kind: match *label {
            "perfect" => PolicyKind::Baseline,
            _ => PolicyKind::Native,
        },
    };
    labels.iter().map(policy).collect()
}

/// Runs with these hit ratios, and the number of the replication as their loads.
fn runs(policy: &str, hits: &[f64]) -> Vec<Run> {
    let run = |(replication, hit_ratio): (usize, &f64)| Run {
        policy: policy.to_owned(),
        replication: replication as u32,
        summary: Summary {
            reads: 100,
            hit_ratio: *hit_ratio,
            origin_loads: replication as u64,
            ..Summary::default()
        },
        series: crate::report::Series::default(),
        histograms: Vec::new(),
    };
    hits.iter().enumerate().map(run).collect()
}

fn hits(found: &[Difference]) -> Vec<&Difference> {
    let hits = found.iter().filter(|d| d.figure == "hit_ratio");
    hits.collect()
}

#[test]
fn what_policies_have_in_common_cancels() {
    // Each replication has a level of its own, far apart; the difference is 0.01 in all of them.
    let a = [0.30, 0.50, 0.70, 0.90];
    let b = [0.291, 0.489, 0.690, 0.890];
    let all = [runs("a", &a), runs("b", &b)].concat();
    let found = differences(&policies(&["a", "b"]), &all);
    let difference = hits(&found)[0];
    assert!((difference.mean - 0.01).abs() < 1e-12, "{difference:?}");
    assert!(difference.ci95.unwrap() < 0.002, "{difference:?}");
    assert_eq!(difference.a_is_better, Better::Yes);
    // The same the other way round.
    let turned = differences(&policies(&["b", "a"]), &all);
    assert_eq!(hits(&turned)[0].a_is_better, Better::No);
    assert!((hits(&turned)[0].mean + 0.01).abs() < 1e-12);
}

#[test]
fn the_same_twice_differs_by_exactly_nothing_and_nothing_is_shown() {
    let a = [0.30, 0.50, 0.70];
    let all = [runs("a", &a), runs("b", &a)].concat();
    for difference in differences(&policies(&["a", "b"]), &all) {
        assert_eq!((difference.mean, difference.ci95), (0.0, Some(0.0)));
        assert_eq!(difference.p, Some(1.0));
        assert_eq!(difference.a_is_better, Better::NotShown);
        assert_eq!(difference.why, "equal in every replication");
    }
}

#[test]
fn one_replication_shows_nothing_and_says_so() {
    let all = [runs("a", &[0.9]), runs("b", &[0.1])].concat();
    let found = differences(&policies(&["a", "b"]), &all);
    let difference = hits(&found)[0];
    assert_eq!((difference.ci95, difference.p), (None, None));
    assert_eq!(difference.a_is_better, Better::NotShown);
    assert!(difference.why.starts_with("one replication"));
}

#[test]
fn more_policies_need_a_clearer_difference() {
    // Chance alone gives the difference of a and b twice in a hundred: enough for one pair, not for six.
    let a = runs("a", &[0.50, 0.50, 0.50, 0.50]);
    let b = runs("b", &[0.465, 0.49, 0.47, 0.485]);
    let two = [a.clone(), b].concat();
    let alone = differences(&policies(&["a", "b"]), &two);
    assert_eq!(hits(&alone)[0].a_is_better, Better::Yes);
    let c = runs("c", &[0.501, 0.499, 0.500, 0.500]);
    let d = runs("d", &[0.499, 0.500, 0.501, 0.500]);
    let four = [two.clone(), c, d].concat();
    let among = differences(&policies(&["a", "b", "c", "d"]), &four);
    let among = hits(&among);
    assert_eq!(among.len(), 6);
    assert_eq!((among[0].a.as_str(), among[0].b.as_str()), ("a", "b"));
    assert_eq!(among[0].a_is_better, Better::NotShown, "{:?}", among[0]);
    // The interval is that of the one comparison, and leaves out 0 as before.
    assert!(among[0].ci95.unwrap() < among[0].mean);
    assert!(among[0].why.contains("corrected for 6 comparisons"));
}

#[test]
fn policies_that_are_the_same_are_compared_once() {
    let a = [0.50, 0.50, 0.50, 0.50];
    let b = [0.465, 0.49, 0.47, 0.485];
    let all = [runs("a", &a), runs("b", &b), runs("c", &b), runs("d", &a)].concat();
    let found = differences(&policies(&["a", "b", "c", "d"]), &all);
    let alone = differences(&policies(&["a", "b"]), &all);
    let verdicts = hits(&found).into_iter().map(|d| (d.a_is_better, d.p));
    let p = hits(&alone)[0].p;
    let expected = [
        (Better::Yes, p),
        (Better::Yes, p),
        (Better::NotShown, Some(1.0)),
        (Better::NotShown, Some(1.0)),
        (Better::No, p),
        (Better::No, p),
    ];
    assert_eq!(verdicts.collect::<Vec<_>>(), expected);
}

#[test]
fn a_baseline_is_compared_with_nobody() {
    let all = [runs("a", &[0.1, 0.2]), runs("perfect", &[0.3, 0.5])].concat();
    assert!(differences(&policies(&["a", "perfect"]), &all).is_empty());
}

#[test]
fn differences_without_spread_are_judged_by_the_least_that_they_could_have() {
    let loads = |policy: &str, loads: u64| {
        let mut runs = runs(policy, &[0.5, 0.6, 0.7, 0.8]);
        for run in &mut runs {
            run.summary.origin_loads = loads;
        }
        runs
    };
    for (a, shown) in [(3, Better::NotShown), (30, Better::No)] {
        let all = [loads("a", a), loads("b", 2)].concat();
        let found = differences(&policies(&["a", "b"]), &all);
        let of_loads = found.iter().find(|d| d.figure == "origin_loads");
        assert_eq!(of_loads.unwrap().a_is_better, shown, "{a}");
    }
}

#[test]
fn where_no_draw_plays_a_part_any_difference_is_one() {
    let mut all = [runs("a", &[0.5, 0.5]), runs("b", &[0.6, 0.6])].concat();
    for run in &mut all {
        run.summary.origin_loads = 3;
    }
    let found = differences(&policies(&["a", "b"]), &all);
    assert_eq!(hits(&found)[0].a_is_better, Better::No);
    assert!(hits(&found)[0].why.contains("no draw plays a part"));
    let loads = found.iter().find(|d| d.figure == "origin_loads").unwrap();
    assert_eq!(loads.a_is_better, Better::NotShown);
}

#[test]
fn a_difference_within_a_bucket_of_the_histogram_is_none() {
    let percentiles = |policy: &str, p99: &[f64], resolution: f64| {
        let mut runs = runs(policy, &vec![0.5; p99.len()]);
        for (run, p99) in runs.iter_mut().zip(p99) {
            run.summary.read_latency_us.p99 = *p99;
            run.histograms.push(Histogram {
                metric: "read_latency_us",
                resolution,
                buckets: Vec::new(),
            });
        }
        runs
    };
    for (resolution, shown) in [(0.0, Better::Yes), (0.001, Better::NotShown)] {
        let a = percentiles("a", &[1000.0, 1000.1, 1000.2, 1000.0], resolution);
        let b = percentiles("b", &[1000.5, 1000.7, 1000.7, 1000.6], resolution);
        let found = differences(&policies(&["a", "b"]), &[a, b].concat());
        let p99 = found.iter().find(|d| d.figure == "read_latency_us.p99");
        assert_eq!(p99.unwrap().a_is_better, shown);
    }
}

#[test]
fn a_figure_that_one_of_them_lacks_is_not_compared() {
    let mut all = [runs("a", &[0.5, 0.6, 0.7]), runs("b", &[0.5, 0.6, 0.7])].concat();
    let stale = |run: &mut Run, age: f64| {
        run.summary.stale_answers = 1;
        run.summary.stale_age_us.mean = age;
    };
    let of = |all: &[Run]| {
        let found = differences(&policies(&["a", "b"]), all);
        let age = found.into_iter().find(|d| d.figure == "stale_age_us.mean");
        age.map(|age| age.replications)
    };
    assert_eq!(of(&all), None);
    (0..4).for_each(|run| stale(&mut all[run], 5.0 + run as f64));
    assert_eq!(of(&all), Some(1), "only in the first replication have both");
}
