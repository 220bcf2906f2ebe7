//! Intervals that are wide beside their figure.

use super::{Doubt, Kind};
use crate::report::Run;
use crate::statistics::{HEADLINES, interval};

/// The half-width of an interval is at most this share of the figure. A tenth is where its first digit is
/// left open. A. M. Law, *Simulation Modeling and Analysis*, section 9.4.1, takes 0.15 as the most that a
/// relative error should be.
const MOST: f64 = 0.1;

/// The headline figures of a policy whose replications differ much.
pub(super) fn doubts(policy: &str, runs: &[&Run]) -> Vec<Doubt> {
    let found = HEADLINES.iter().filter_map(|headline| {
        let figures: Vec<f64> = runs
            .iter()
            .filter_map(|run| headline.of(&run.summary))
            .collect();
        let found = interval(&figures);
        let share = found.ci95? / found.mean.abs();
        (found.mean != 0.0 && share > MOST).then(|| Doubt {
            kind: Kind::WideInterval,
            policy: Some(policy.to_owned()),
            figure: Some(headline.name.to_owned()),
            what: format!(
                "± {:.0} % of itself over {} replications",
                share * 100.0,
                found.of
            ),
            why: "its first digit is left open; four times the replications halve the interval"
                .to_owned(),
            count: share,
            wanted: MOST,
        })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;
    use super::*;
    use crate::measure::Summary;

    fn found(loads: [u64; 3]) -> Vec<String> {
        let runs: Vec<Run> = loads
            .into_iter()
            .enumerate()
            .map(|(replication, origin_loads)| {
                let summary = Summary {
                    reads: 100,
                    hit_ratio: 0.9,
                    origin_loads,
                    ..Summary::default()
                };
                run(replication as u32, summary)
            })
            .collect();
        let found = doubts("p", &runs.iter().collect::<Vec<_>>());
        found.into_iter().map(|d| d.figure.unwrap()).collect()
    }

    #[test]
    fn a_figure_that_differs_much_between_replications_is_doubted_and_no_other() {
        assert_eq!(found([100, 110, 120]), ["origin_loads"]);
        assert!(found([100, 101, 102]).is_empty());
        assert!(found([0, 0, 0]).is_empty(), "nothing has no first digit");
    }
}
