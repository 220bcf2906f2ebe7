//! Few fill cycles.
//!
//! Reads of one entry are not independent: all that fall into one cycle, from a store to the end of what was
//! stored, share its length and the time of the write that makes it stale. The cycle is the observation
//! (PASTA lets any number of reads look at it), and a figure is a ratio of sums over cycles: the
//! regenerative method of A. M. Law, *Simulation Modeling and Analysis*, section 9.5.3.

use super::{Doubt, Kind};
use crate::measure::FillCycles;
use crate::report::Run;

/// So many cycles are wanted. The spread of what a cycle contributes is about its mean, as for anything
/// exponential, so that n cycles give a figure to about 1/√n: 100 give it to a tenth. The bias of a ratio, and
/// that of beginning in the middle of a cycle, are of the order of 1/n: a hundredth.
const WANTED: u64 = 100;

/// A policy whose figures rest on few cycles.
pub(super) fn doubts(policy: &str, runs: &[&Run], replayed: bool) -> Vec<Doubt> {
    let cycles = all_cycles(runs, replayed);
    let stale = runs.iter().any(|run| run.summary.stale_answers > 0);
    let mut found = Vec::new();
    let mut doubt = |figure: &str, count: u64, what: String, why: &str| {
        if count < WANTED {
            found.push(Doubt {
                kind: Kind::FewCycles,
                policy: Some(policy.to_owned()),
                figure: Some(figure.to_owned()),
                what,
                why: why.to_owned(),
                count: count as f64,
                wanted: WANTED as f64,
            });
        }
    };
    let FillCycles {
        begun,
        written,
        stale: gave_stale,
    } = cycles;
    for figure in ["hit_ratio", "origin_loads"] {
        doubt(
            figure,
            begun,
            format!("rests on {begun} fill cycles; {WANTED} are wanted"),
            "reads between two fills share what the fill brought: however many they are, they count as \
             one observation",
        );
    }
    if stale {
        for figure in ["stale_ratio", "stale_age_us.mean", "stale_age_us.p99"] {
            doubt(
                figure,
                gave_stale,
                format!("rests on {gave_stale} values that went stale; {WANTED} are wanted"),
                "stale answers from one value share the write that it lacks: however many they are, they \
                 count as one observation",
            );
        }
    } else {
        doubt(
            "stale_ratio",
            written,
            format!("no stale answer, but only {written} cycles with a write; {WANTED} are wanted"),
            "what has not happened in n cycles may still happen in up to 3 of n (the rule of three: Hanley \
             and Lippman-Hand, JAMA 249, 1983)",
        );
    }
    found
}

/// Cycles of all replications. Where they replay one recording, more of them bring no more cycles: those of
/// the one that has most.
fn all_cycles(runs: &[&Run], replayed: bool) -> FillCycles {
    let cycles = runs.iter().map(|run| run.summary.fill_cycles);
    let together = |a: FillCycles, b: FillCycles| {
        let add = |x: u64, y: u64| if replayed { x.max(y) } else { x + y };
        FillCycles {
            begun: add(a.begun, b.begun),
            written: add(a.written, b.written),
            stale: add(a.stale, b.stale),
        }
    };
    cycles.fold(FillCycles::default(), together)
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;
    use super::*;
    use crate::measure::Summary;

    fn found(stale_answers: u64, cycles: [u64; 3], replayed: bool) -> Vec<(String, f64)> {
        let [begun, written, stale] = cycles;
        let summary = Summary {
            reads: 1_000_000,
            stale_answers,
            fill_cycles: FillCycles {
                begun,
                written,
                stale,
            },
            ..Summary::default()
        };
        let runs = [run(0, summary.clone()), run(1, summary)];
        let found = doubts("p", &runs.iter().collect::<Vec<_>>(), replayed);
        let short = found.into_iter().map(|d| (d.figure.unwrap(), d.count));
        short.collect()
    }

    #[test]
    fn a_million_reads_of_few_cycles_are_few_observations() {
        let few = found(5000, [49, 30, 20], false);
        let figures: Vec<&str> = few.iter().map(|(figure, _)| figure.as_str()).collect();
        assert_eq!(
            figures,
            [
                "hit_ratio",
                "origin_loads",
                "stale_ratio",
                "stale_age_us.mean",
                "stale_age_us.p99"
            ]
        );
        assert_eq!((few[0].1, few[2].1), (98.0, 40.0), "of both replications");
        assert!(found(5000, [50, 50, 50], false).is_empty());
    }

    #[test]
    fn replaying_a_recording_again_brings_no_more_cycles() {
        assert_eq!(found(5000, [50, 50, 50], true).len(), 5);
        assert!(found(5000, [100, 100, 100], true).is_empty());
    }

    #[test]
    fn no_stale_answer_is_doubted_where_few_cycles_could_have_given_one() {
        assert_eq!(
            found(0, [5000, 7, 0], false),
            [("stale_ratio".to_owned(), 14.0)]
        );
        assert!(found(0, [5000, 50, 0], false).is_empty());
    }
}
