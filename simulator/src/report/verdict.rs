//! The outcome in a sentence and what is to be said beside it, computed from the figures.

use super::Report;
use super::digest::{Row, rows};
use super::units::{count, duration, share};
use crate::statistics::Better;

/// What the page begins with.
#[derive(Debug, PartialEq)]
pub struct Verdict {
    /// One sentence.
    pub lead: String,
    /// What one would ask next; may be empty.
    pub rest: String,
}

/// Which policy was freshest, what that cost, and what the one that spared the origin most paid
/// for it in stale answers.
pub fn verdict(report: &Report) -> Verdict {
    let rows = rows(report);
    let policies: Vec<&Row> = rows
        .iter()
        .filter(|row| !row.is_baseline() && row.mean("reads") > 0.0)
        .collect();
    let Some(least) = policies
        .iter()
        .map(|row| row.mean("stale_ratio"))
        .min_by(f64::total_cmp)
    else {
        return Verdict {
            lead: "No policy answered any read.".to_owned(),
            rest: String::new(),
        };
    };
    // Among equally fresh ones, the one that loads least.
    let freshest: Vec<&&Row> = policies
        .iter()
        .filter(|row| row.mean("stale_ratio") == least)
        .collect();
    let by_loads =
        |a: &&&&Row, b: &&&&Row| a.mean("origin_loads").total_cmp(&b.mean("origin_loads"));
    let best = freshest.iter().min_by(by_loads).expect("one has the least");

    let mut text = if least > 0.0 {
        format!(
            "“{}” gave the fewest stale answers: {} of reads, up to {} old{}",
            best.info.label,
            share(least),
            duration(best.mean("stale_age_us.max")),
            level(best, report),
        )
    } else if freshest.len() == 1 {
        format!("Only “{}” gave no stale answer", best.info.label)
    } else if freshest.len() == policies.len() {
        format!(
            "No policy gave a stale answer; “{}” loaded least",
            best.info.label
        )
    } else {
        let others: Vec<String> = freshest
            .iter()
            .filter(|row| row.info.label != best.info.label)
            .map(|row| format!("“{}”", row.info.label))
            .collect();
        format!(
            "“{}” gave no stale answer (nor did {}) and loaded least of these",
            best.info.label,
            others.join(", ")
        )
    };
    text += &format!(
        ", with {} hits and {} origin loads{}.",
        share(best.mean("hit_ratio")),
        count(best.mean("origin_loads")),
        against_perfect(best, &rows)
    );

    let mut rest = String::new();
    let spares = policies
        .iter()
        .min_by(|a, b| a.mean("origin_loads").total_cmp(&b.mean("origin_loads")));
    if let Some(spares) = spares.filter(|row| row.info.label != best.info.label)
        && spares.mean("origin_loads") < TELLING * best.mean("origin_loads")
    {
        rest = format!(
            "“{}” spared the origin most, {} loads, and answered {} of reads stale.",
            spares.info.label,
            count(spares.mean("origin_loads")),
            share(spares.mean("stale_ratio")),
        );
    } else if let Some(stalest) = stalest(&policies)
        && stalest.info.label != best.info.label
    {
        rest = format!(
            "None spared the origin noticeably more. The most stale answers came from “{}”: {} of reads, up to {} old.",
            stalest.info.label,
            share(stalest.mean("stale_ratio")),
            duration(stalest.mean("stale_age_us.max")),
        );
    }
    Verdict { lead: text, rest }
}

/// Fewer loads are worth a word below this share of the others'.
const TELLING: f64 = 0.98;

/// The policy with the most stale answers, if there are any; of equals the first.
fn stalest<'r, 'a>(policies: &[&'r Row<'a>]) -> Option<&'r Row<'a>> {
    let by = |a: &&&Row, b: &&&Row| a.mean("stale_ratio").total_cmp(&b.mean("stale_ratio"));
    let stalest = policies.iter().rev().max_by(by).copied();
    stalest.filter(|row| row.has_stale())
}

/// Whose stale answers the best is not shown to have fewer than.
fn level(best: &Row, report: &Report) -> String {
    let label = best.info.label.as_str();
    let pairs = report.differences.iter().filter(|pair| {
        let open = pair.a_is_better == Better::NotShown && pair.replications > 1;
        open && pair.figure == "stale_ratio"
    });
    let names: Vec<String> = pairs
        .filter_map(|pair| match (pair.a.as_str(), pair.b.as_str()) {
            (a, other) | (other, a) if a == label => Some(format!("“{other}”")),
            _ => None,
        })
        .collect();
    if names.is_empty() {
        return String::new();
    }
    format!(
        " (not shown to be fewer than those of {})",
        names.join(", ")
    )
}

fn against_perfect(best: &Row, rows: &[Row]) -> String {
    let perfect = rows.iter().find(|row| row.is_perfect());
    match perfect.map(|row| row.mean("origin_loads")) {
        Some(loads) if loads > 0.0 => format!(
            ", {:.2} times those of perfect invalidation",
            best.mean("origin_loads") / loads
        ),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_verdict_names_the_freshest_policy_and_what_it_cost() {
        let mut report = sample::report(1);
        for run in &mut report.runs {
            run.summary.stale_ratio = if run.policy == "tags" { 0.001 } else { 0.2 };
        }
        sample::conclude(&mut report);
        let text = verdict(&report).lead;
        assert!(
            text.starts_with("“tags” gave the fewest stale answers: 0.100 % of reads"),
            "{text}"
        );
        assert!(text.contains("origin loads"), "{text}");
    }

    #[test]
    fn who_is_not_shown_to_be_worse_is_named_beside_the_best() {
        let mut report = sample::report(4);
        for run in &mut report.runs {
            run.summary.stale_ratio = match run.policy.as_str() {
                "tags" => 0.001,
                "cdc" => 0.001 + 0.0001 * f64::from(run.replication % 2),
                _ => 0.2 + 0.001 * f64::from(run.replication % 3),
            };
        }
        sample::conclude(&mut report);
        let text = verdict(&report).lead;
        assert!(
            text.contains("(not shown to be fewer than those of “cdc”)"),
            "{text}"
        );
    }

    #[test]
    fn a_baseline_is_never_the_best() {
        let found = verdict(&sample::report(2));
        let text = format!("{}{}", found.lead, found.rest);
        assert!(
            !text.contains("“perfect”") && !text.contains("“no cache”"),
            "{text}"
        );
    }

    #[test]
    fn nothing_stale_and_nothing_read_are_said() {
        let text = verdict(&sample::nothing_stale()).lead;
        assert!(text.starts_with("No policy gave a stale answer"), "{text}");
        assert_eq!(
            verdict(&sample::empty()).lead,
            "No policy answered any read."
        );
        assert_eq!(
            verdict(&sample::nothing_read()).lead,
            "No policy answered any read."
        );
    }
}
