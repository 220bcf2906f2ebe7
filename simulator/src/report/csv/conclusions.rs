//! `totals.csv` and `differences.csv`: what the replications come to together.

use super::{COLUMNS, Rows, figures, leaf};
use crate::error::Error;
use crate::report::Report;
use crate::report::units::exact;
use crate::statistics::{Interval, interval};

/// Every figure of every policy, the baselines too: its mean over the replications that have it, and the
/// half-width of its 95 % interval, which is empty for one. A row per figure and policy; figures that no
/// replication of a policy has are left out.
pub fn totals(report: &Report) -> Result<String, Error> {
    let mut rows = Rows::new();
    rows.push(HEADS)?;
    for row in totals_of(report)? {
        rows.push(row)?;
    }
    rows.finish()
}

/// The same of several reports, each row with the name of its scenario before it.
pub fn totals_of_all(reports: &[&Report]) -> Result<String, Error> {
    let mut rows = Rows::new();
    rows.push(["scenario"].into_iter().chain(HEADS))?;
    for report in reports {
        let name = report.scenario["name"].as_str().unwrap_or_default();
        for row in totals_of(report)? {
            rows.push([name.to_owned()].into_iter().chain(row))?;
        }
    }
    rows.finish()
}

const HEADS: [&str; 5] = ["figure", "policy", "mean", "ci95", "replications"];

fn totals_of(report: &Report) -> Result<Vec<[String; 5]>, Error> {
    let mut rows = Vec::new();
    let runs = report.runs.iter().map(|run| Ok((run, figures(run)?)));
    let runs = runs.collect::<Result<Vec<_>, Error>>()?;
    for figure in COLUMNS {
        for policy in &report.policies {
            let own = runs.iter().filter(|(run, _)| run.policy == policy.label);
            let numbers: Vec<f64> = own
                .filter_map(|(_, summary)| leaf(summary, figure)?.as_f64())
                .collect();
            if numbers.is_empty() {
                continue;
            }
            let Interval { mean, ci95, of } = interval(&numbers);
            rows.push([
                figure.to_owned(),
                policy.label.clone(),
                exact(mean),
                ci95.map(exact).unwrap_or_default(),
                of.to_string(),
            ]);
        }
    }
    Ok(rows)
}

/// A row per figure and pair of policies: the figure of `a` less that of `b`, and whether `a` is better.
pub fn differences(report: &Report) -> Result<String, Error> {
    let mut rows = Rows::new();
    rows.push([
        "figure",
        "direction",
        "a",
        "b",
        "mean",
        "ci95",
        "replications",
        "p",
        "a_is_better",
        "why",
    ])?;
    for difference in &report.differences {
        rows.push([
            difference.figure.as_str(),
            difference.direction.word(),
            &difference.a,
            &difference.b,
            &exact(difference.mean),
            &difference.ci95.map(exact).unwrap_or_default(),
            &difference.replications.to_string(),
            &difference.p.map(exact).unwrap_or_default(),
            difference.a_is_better.word(),
            &difference.why,
        ])?;
    }
    rows.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn records(text: &str) -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let records = reader.records().map(Result::unwrap);
        records
            .map(|record| record.iter().map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn a_total_is_the_mean_of_the_report_with_its_interval() {
        let report = sample::report(3);
        let rows = records(&totals(&report).unwrap());
        let hits = rows.iter().find(|r| r[0] == "hit_ratio" && r[1] == "tags");
        let hits = hits.unwrap();
        let total = report
            .totals
            .iter()
            .find(|t| t["policy"] == "tags")
            .unwrap();
        let of = |part: &str| total["hit_ratio"][part].as_f64().unwrap();
        assert_eq!(hits[2].parse::<f64>().unwrap(), of("mean"));
        assert_eq!(hits[3].parse::<f64>().unwrap(), of("ci95"));
        assert_eq!(hits[4], "3");
        let baselines = rows.iter().filter(|row| row[1] == "perfect").count();
        assert!(baselines > 60, "{baselines}");
        let absent = rows.iter().filter(|row| row[0].starts_with("semantic"));
        assert_eq!(absent.count(), 0, "nobody looked anything up by meaning");
    }

    #[test]
    fn one_replication_has_empty_intervals_and_shows_no_difference() {
        let report = sample::report(1);
        let rows = records(&totals(&report).unwrap());
        assert!(rows.iter().all(|row| row[3].is_empty() && row[4] == "1"));
        let rows = records(&differences(&report).unwrap());
        assert!(!rows.is_empty());
        for row in rows {
            assert_eq!((row[5].as_str(), row[8].as_str()), ("", "not shown"));
        }
    }

    #[test]
    fn a_difference_names_both_policies_and_its_verdict() {
        let rows = records(&differences(&sample::report(4)).unwrap());
        let pair = rows
            .iter()
            .find(|r| r[0] == "stale_ratio" && r[2] == "ttl 60s" && r[3] == "tags");
        let pair = pair.unwrap();
        assert_eq!((pair[1].as_str(), pair[8].as_str()), ("lower", "no"));
        assert!(pair[4].parse::<f64>().unwrap() > 0.0);
    }
}
