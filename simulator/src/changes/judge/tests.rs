use super::*;
use crate::report::sample;
use crate::statistics::Test;

fn given(path: &str, report: Report) -> Given {
    let path = path.to_owned();
    Given { path, report }
}

fn between_all(before: &Report, after: &Report) -> Changes {
    let (before, after) = (given("a", before.clone()), given("b", after.clone()));
    between(&before, &after, &[], &[], false).unwrap()
}

fn of<'a>(changes: &'a Changes, policy: &str, figure: &str) -> &'a Compared {
    let mut all = changes.compared.iter();
    all.find(|compared| compared.policy == policy && compared.figure.name == figure)
        .unwrap()
}

/// Every hit ratio of a policy moved by so much.
fn moved(report: &Report, policy: &str, by: f64) -> Report {
    let mut moved = report.clone();
    for run in moved.runs.iter_mut().filter(|run| run.policy == policy) {
        // Not by the same in each: as measured.
        run.summary.hit_ratio += by * (1.0 + f64::from(run.replication) / 1000.0);
    }
    moved
}

#[test]
fn a_report_has_not_changed_against_itself() {
    let report = sample::report(4);
    let changes = between_all(&report, &report);
    assert_eq!(changes.test, Test::Paired);
    assert!(!changes.compared.is_empty());
    for compared in &changes.compared {
        assert_eq!(compared.verdict, Verdict::NotShown, "{compared:?}");
    }
    assert!(changes.worlds.is_empty() && changes.policies.is_empty());
    assert!(changes.failures(FailOn::Changed).is_empty());
}

#[test]
fn what_is_worse_in_every_replication_fails_and_what_is_better_does_not() {
    let before = sample::report(4);
    let worse = between_all(&before, &moved(&before, "cdc", -0.05));
    assert_eq!(of(&worse, "cdc", "hit_ratio").verdict, Verdict::Worse);
    assert_eq!(worse.count(Verdict::Worse), 1);
    assert_eq!(worse.failures(FailOn::Worse).len(), 1);
    assert!(worse.failures(FailOn::Never).is_empty());
    let better = between_all(&before, &moved(&before, "cdc", 0.05));
    assert_eq!(of(&better, "cdc", "hit_ratio").verdict, Verdict::Better);
    assert!(better.failures(FailOn::Worse).is_empty());
    assert_eq!(better.failures(FailOn::Changed).len(), 1);
}

#[test]
fn a_change_below_its_threshold_is_none() {
    let before = sample::report(4);
    let after = moved(&before, "cdc", -0.001);
    let with = |threshold: &str| {
        let thresholds = [threshold.parse().unwrap()];
        let (before, after) = (given("a", before.clone()), given("b", after.clone()));
        between(&before, &after, &[], &thresholds, false).unwrap()
    };
    let verdict = |threshold| of(&with(threshold), "cdc", "hit_ratio").verdict;
    assert_eq!(verdict("hit_ratio=0.0001"), Verdict::Worse);
    assert_eq!(verdict("hit_ratio=0.01"), Verdict::NotShown);
    assert_eq!(verdict("hit_ratio=50%"), Verdict::NotShown);
    assert_eq!(verdict("stale_ratio=5%"), Verdict::Worse);
}

#[test]
fn one_replication_shows_nothing_and_fails_only_by_a_threshold() {
    let before = sample::report(1);
    let after = moved(&before, "cdc", -0.05);
    let changes = between_all(&before, &after);
    assert_eq!(of(&changes, "cdc", "hit_ratio").verdict, Verdict::Untested);
    assert!(changes.failures(FailOn::Worse).is_empty());
    let thresholds = ["hit_ratio=1%".parse().unwrap()];
    let (before, after) = (given("a", before), given("b", after));
    let changes = between(&before, &after, &[], &thresholds, false).unwrap();
    assert_eq!(changes.failures(FailOn::Worse).len(), 1);
}

#[test]
fn another_seed_is_tested_by_the_means_and_another_world_is_refused_or_said() {
    let before = sample::report(4);
    let mut after = before.clone();
    after.seed += 1;
    assert_eq!(between_all(&before, &after).test, Test::Welch);
    after.scenario["cache"]["capacity"] = serde_json::json!(4321);
    let (before, after) = (given("a", before), given("b", after));
    let error = between(&before, &after, &[], &[], false).unwrap_err();
    assert_eq!(error.exit_status(), 2);
    let error = error.to_string();
    assert!(
        error.contains("different scenarios: ") && error.contains("4321"),
        "{error}"
    );
    let changes = between(&before, &after, &[], &[], true).unwrap();
    assert!(changes.worlds[0].contains("4321"), "{:?}", changes.worlds);
}

#[test]
fn policies_of_one_report_alone_are_named() {
    let before = sample::report(2);
    let mut after = before.clone();
    after.policies.retain(|policy| policy.label != "cdc");
    let changes = between_all(&before, &after);
    assert_eq!(changes.only_before, ["cdc"]);
    assert!(changes.only_after.is_empty());
    after.policies.clear();
    let (before, after) = (given("a", before), given("b", after));
    let error = between(&before, &after, &[], &[], false).unwrap_err();
    assert!(error.to_string().contains("no policy in common"));
}
