//! Percentiles with too few values behind them, or read from a histogram that is too coarse.

use super::{Doubt, Kind};
use crate::measure::Summary;
use crate::report::Run;
use crate::statistics::interval;

/// So many values are wanted beyond a percentile, in every replication that has it. How many lie beyond
/// the true one varies like a Poisson number: of 10 expected, by 3. With one or less expected the
/// percentile is the maximum, and a mean over replications is off by as much as each of them.
const BEYOND: f64 = 10.0;

/// A percentile: its name, its share, and the histogram of what it is taken of.
struct Percentile {
    figure: &'static str,
    share: f64,
    histogram: &'static str,
    of: fn(&Summary) -> f64,
}

const fn percentile(
    figure: &'static str,
    share: f64,
    histogram: &'static str,
    of: fn(&Summary) -> f64,
) -> Percentile {
    Percentile {
        figure,
        share,
        histogram,
        of,
    }
}

const PERCENTILES: [Percentile; 7] = [
    percentile("stale_age_us.p99", 0.99, "stale_age_us", |s| {
        s.stale_age_us.p99
    }),
    percentile("stale_age_us.p999", 0.999, "stale_age_us", |s| {
        s.stale_age_us.p999
    }),
    percentile("read_latency_us.p99", 0.99, "read_latency_us", |s| {
        s.read_latency_us.p99
    }),
    percentile("read_latency_us.p999", 0.999, "read_latency_us", |s| {
        s.read_latency_us.p999
    }),
    percentile("herd.p99", 0.99, "herd", |s| s.herd.p99),
    percentile("fanout.p99", 0.99, "fanout", |s| s.fanout.p99),
    percentile("origin_rate.p99", 0.99, "origin_rate", |s| {
        s.origin_rate.p99
    }),
];

/// The percentiles of a policy that rest on few values, and those that its histograms give too coarsely.
pub(super) fn doubts(policy: &str, runs: &[&Run]) -> Vec<Doubt> {
    let few = PERCENTILES.iter().filter_map(|p| few_values(p, runs));
    let coarse = PERCENTILES.iter().filter_map(|p| coarse(p, runs));
    let found = few.chain(coarse).map(|doubt| Doubt {
        policy: Some(policy.to_owned()),
        ..doubt
    });
    found.collect()
}

fn few_values(percentile: &Percentile, runs: &[&Run]) -> Option<Doubt> {
    let values = runs.iter().filter_map(|run| {
        let histogram = run.histogram(percentile.histogram)?;
        let count: u64 = histogram.buckets.iter().map(|(_, count)| count).sum();
        (count > 0).then_some(count)
    });
    let least = values.min()? as f64;
    let wanted = (BEYOND / (1.0 - percentile.share)).round();
    (least < wanted).then(|| Doubt {
        kind: Kind::FewValues,
        policy: None,
        figure: Some(percentile.figure.to_owned()),
        what: format!("a percentile of {least} values; {wanted} are wanted"),
        why: format!("{BEYOND} values beyond it keep chance from deciding where it lies"),
        count: least,
        wanted,
    })
}

/// A histogram of three digits moves every value to the edge of its bucket, in all replications alike: the
/// interval does not see it.
fn coarse(percentile: &Percentile, runs: &[&Run]) -> Option<Doubt> {
    let histograms = runs
        .iter()
        .filter_map(|run| run.histogram(percentile.histogram));
    let resolution = histograms.fold(0.0, |most: f64, histogram| most.max(histogram.resolution));
    let figures: Vec<f64> = runs
        .iter()
        .map(|run| (percentile.of)(&run.summary))
        .collect();
    let found = interval(&figures);
    let ci95 = found.ci95?;
    let share = ci95 / found.mean;
    (resolution > 0.0 && found.mean > 0.0 && share < resolution).then(|| Doubt {
        kind: Kind::CoarsePercentile,
        policy: None,
        figure: Some(percentile.figure.to_owned()),
        what: format!(
            "known to {} % only, as finely as its histogram",
            resolution * 100.0
        ),
        why: "the interval is narrower than the buckets: it leaves out how far they move the value"
            .to_owned(),
        count: share,
        wanted: resolution,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;
    use super::*;
    use crate::report::Histogram;

    fn runs(counts: [u64; 2], resolution: f64, p99: [f64; 2]) -> Vec<Run> {
        let runs = counts.into_iter().zip(p99).enumerate();
        let runs = runs.map(|(replication, (count, p99))| {
            let mut summary = Summary::default();
            summary.stale_age_us.p99 = p99;
            let mut run = run(replication as u32, summary);
            run.histograms.push(Histogram {
                metric: "stale_age_us",
                resolution,
                buckets: vec![(1.0, count / 2), (2.0, count - count / 2)],
            });
            run
        });
        runs.collect()
    }

    fn found(runs: &[Run]) -> Vec<(Kind, String, f64)> {
        let found = doubts("p", &runs.iter().collect::<Vec<_>>());
        let short = found
            .into_iter()
            .map(|d| (d.kind, d.figure.unwrap(), d.count));
        short.collect()
    }

    #[test]
    fn the_99th_percentile_of_thirty_answers_is_doubted() {
        let few = found(&runs([30, 5000], 0.0, [1.0, 1.0]));
        let name = |figure: &str| figure.to_owned();
        assert_eq!(
            few,
            [
                (Kind::FewValues, name("stale_age_us.p99"), 30.0),
                (Kind::FewValues, name("stale_age_us.p999"), 30.0)
            ]
        );
        let enough = found(&runs([1000, 5000], 0.0, [1.0, 1.0]));
        assert_eq!(enough.len(), 1, "the 99.9th wants ten times as many");
    }

    #[test]
    fn a_replication_without_any_value_does_not_count() {
        assert!(found(&runs([0, 10_000], 0.0, [0.0, 1.0])).is_empty());
        assert!(found(&runs([0, 0], 0.0, [0.0, 0.0])).is_empty());
    }

    #[test]
    fn an_interval_narrower_than_the_buckets_is_doubted() {
        let many = [2_000_000; 2];
        let narrow = found(&runs(many, 0.001, [1000.0, 1000.01]));
        assert_eq!(narrow[0].0, Kind::CoarsePercentile);
        assert!(found(&runs(many, 0.001, [1000.0, 1010.0])).is_empty());
        assert!(found(&runs(many, 0.0, [1000.0, 1000.01])).is_empty());
    }
}
