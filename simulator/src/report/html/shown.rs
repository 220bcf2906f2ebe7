//! The section that says which differences are shown, what the intervals cover and what to doubt.

use serde::Serialize;

use crate::report::doubted::{Group, groups};
use crate::report::leaders::{Leader, Standing, leaders, signed, signed_within};
use crate::report::units::duration;
use crate::report::{PolicyKind, Report};

/// What the section is filled with.
#[derive(Serialize)]
pub struct Shown {
    /// The policies, in the order of the columns.
    policies: Vec<String>,
    rows: Vec<Line>,
    covers: String,
    warmup: String,
    doubts: Vec<Group>,
}

/// A figure: its best policy, and the others against it.
#[derive(Serialize)]
struct Line {
    figure: &'static str,
    direction: &'static str,
    cells: Vec<Against>,
}

/// A policy against the best.
#[derive(Serialize)]
struct Against {
    text: String,
    interval: String,
    /// `best`, `equal`, `shown`, `open`, or empty where the policy does not have the figure.
    class: &'static str,
}

/// The section of a report.
pub fn shown(report: &Report) -> Shown {
    let policies = report.policies.iter();
    let contestants = policies.filter(|policy| policy.kind != PolicyKind::Baseline);
    let policies: Vec<String> = contestants.map(|policy| policy.label.clone()).collect();
    let leaders = leaders(report);
    // A row in which nobody differs says nothing.
    let telling = leaders.iter().filter(|leader| !leader.all_equal());
    Shown {
        rows: telling.map(|leader| line(leader, &policies)).collect(),
        policies,
        covers: report.intervals_cover.clone(),
        warmup: warmup(report),
        doubts: groups(report),
    }
}

fn warmup(report: &Report) -> String {
    let warmup = &report.warmup;
    match warmup.used_us {
        0 => format!("Nothing is left out at the beginning ({}).", warmup.why),
        used => format!(
            "The first {} are not measured ({}).",
            duration(used as f64),
            warmup.why
        ),
    }
}

fn line(leader: &Leader, policies: &[String]) -> Line {
    let cells = policies.iter().map(|policy| against(leader, policy));
    Line {
        figure: leader.headline.name,
        direction: leader.headline.direction.word(),
        cells: cells.collect(),
    }
}

fn against(leader: &Leader, policy: &str) -> Against {
    let word = |text: &str, class| Against {
        text: text.to_owned(),
        interval: String::new(),
        class,
    };
    if leader.best == policy {
        return word("best", "best");
    }
    let mut followers = leader.followers.iter();
    let Some(follower) = followers.find(|follower| follower.policy == policy) else {
        return word("–", "");
    };
    let class = match follower.standing {
        Standing::Equal => return word("equal", "equal"),
        Standing::Behind => "shown",
        Standing::NotShown => "open",
    };
    let name = leader.headline.name;
    let (text, interval) = match follower.ci95.filter(|ci95| *ci95 > 0.0) {
        Some(ci95) => {
            let (text, half) = signed_within(name, follower.difference, ci95);
            (text, format!("± {half}"))
        }
        None => (signed(name, follower.difference), String::new()),
    };
    Against {
        text,
        interval,
        class,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_row_has_the_best_and_the_others_against_it() {
        let found = shown(&sample::report(4));
        assert_eq!(found.policies.len(), 6);
        let stale = found.rows.iter().find(|row| row.figure == "stale_ratio");
        let cells = &stale.unwrap().cells;
        assert_eq!((cells[0].class, cells[4].class), ("shown", "best"));
        assert!(cells[0].text.starts_with('+') && cells[0].interval.starts_with("± 0."));
        // No read fails under any of them.
        assert!(found.rows.iter().all(|row| row.figure != "failed_reads"));
    }

    #[test]
    fn one_replication_has_no_row_and_says_why() {
        let found = shown(&sample::report(1));
        assert!(found.rows.is_empty() && !found.doubts.is_empty());
    }

    #[test]
    fn a_warm_up_is_told_with_its_reason() {
        let mut report = sample::empty();
        assert!(warmup(&report).starts_with("The first 10 min are not measured"));
        report.warmup.used_us = 0;
        assert!(warmup(&report).starts_with("Nothing is left out"));
    }
}
