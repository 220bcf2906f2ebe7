//! Doubts as people read them.

use serde::Serialize;

use super::Report;
use super::units::clip;
use crate::statistics::{Doubt, HEADLINES, Kind};

/// So many in the terminal: one of a kind, the gravest first.
const SHOWN: usize = 4;

/// The worst doubt of each kind, a line each of at most `width` characters, and how many more there are.
pub fn lines(report: &Report, width: usize) -> Vec<String> {
    let mut worst: Vec<&Doubt> = Vec::new();
    for doubt in &report.doubts {
        match worst.iter_mut().find(|other| other.kind == doubt.kind) {
            None => worst.push(doubt),
            Some(other) if weight(doubt) > weight(other) => *other = doubt,
            Some(_) => {}
        }
    }
    worst.truncate(SHOWN);
    let mut lines: Vec<String> = worst
        .iter()
        .map(|doubt| clip(&format!("  {}", doubt.line()), width))
        .collect();
    let left = report.doubts.len() - worst.len();
    if left > 0 {
        lines.push(format!("  and {left} more in the report"));
    }
    lines
}

/// What makes a doubt worth one of few lines: that it is of a figure by which policies are compared, and how
/// much is wanted.
fn weight(doubt: &Doubt) -> (bool, f64) {
    let figure = doubt.figure.as_deref();
    let compared = HEADLINES
        .iter()
        .any(|headline| figure == Some(headline.name));
    (compared, doubt.by_factor())
}

/// The doubts of one kind, for the page.
#[derive(Serialize)]
pub struct Group {
    title: &'static str,
    count: usize,
    /// The policy and the figure of each, and what is so.
    lines: Vec<String>,
    /// Each reason once.
    why: Vec<String>,
}

/// All doubts by their kind, the gravest first.
pub fn groups(report: &Report) -> Vec<Group> {
    let kinds = [
        (Kind::OneReplication, "One replication"),
        (Kind::ShortWarmup, "A short warm-up"),
        (Kind::FewCycles, "Few fill cycles"),
        (Kind::FewValues, "Percentiles of few values"),
        (Kind::WideInterval, "Wide intervals"),
        (Kind::CoarsePercentile, "Coarse percentiles"),
    ];
    let groups = kinds.into_iter().map(|(kind, title)| {
        let doubts = report.doubts.iter().filter(|doubt| doubt.kind == kind);
        let doubts: Vec<&Doubt> = doubts.collect();
        let mut why: Vec<String> = Vec::new();
        for doubt in &doubts {
            if !why.contains(&doubt.why) {
                why.push(doubt.why.clone());
            }
        }
        Group {
            title,
            count: doubts.len(),
            lines: doubts.iter().map(|doubt| doubt.line()).collect(),
            why,
        }
    });
    groups.filter(|group| group.count > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn doubt(kind: Kind, policy: &str, count: f64) -> Doubt {
        Doubt {
            kind,
            policy: Some(policy.to_owned()),
            figure: Some("hit_ratio".to_owned()),
            what: format!("rests on {count} fill cycles; 100 are wanted"),
            why: "because".to_owned(),
            count,
            wanted: 100.0,
        }
    }

    #[test]
    fn the_worst_of_each_kind_is_shown_and_the_rest_is_counted() {
        let mut report = sample::empty();
        assert!(lines(&report, 80).is_empty());
        report.doubts = vec![
            doubt(Kind::FewCycles, "a", 50.0),
            doubt(Kind::FewCycles, "b", 5.0),
            doubt(Kind::FewCycles, "c", 70.0),
            doubt(Kind::WideInterval, "d", 300.0),
        ];
        let shown = lines(&report, 80);
        assert_eq!(
            shown,
            [
                "  b hit_ratio: rests on 5 fill cycles; 100 are wanted",
                "  d hit_ratio: rests on 300 fill cycles; 100 are wanted",
                "  and 2 more in the report"
            ]
        );
        // What nobody compares by comes last, however little it rests on.
        report.doubts[1].figure = Some("fanout.p99".to_owned());
        assert!(lines(&report, 80)[0].starts_with("  a hit_ratio"));
        assert!(
            lines(&report, 30)
                .iter()
                .all(|line| line.chars().count() <= 30)
        );
    }

    #[test]
    fn the_page_has_all_of_them_and_each_reason_once() {
        let mut report = sample::empty();
        report.doubts = vec![
            doubt(Kind::FewCycles, "a", 50.0),
            doubt(Kind::FewCycles, "b", 5.0),
        ];
        let groups = groups(&report);
        assert_eq!((groups.len(), groups[0].count), (1, 2));
        assert_eq!(groups[0].why, ["because"]);
    }
}
