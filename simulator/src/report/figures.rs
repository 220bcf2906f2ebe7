//! Every figure of a summary: its unit, and which way is better.

use serde_json::Value;

use super::units::{count, duration, share};
use crate::scenario::did_you_mean;
use crate::statistics::Direction;

/// What a figure is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Count,
    /// Between 0 and 1.
    Share,
    /// Microseconds.
    Time,
    /// A second.
    Rate,
}

/// A figure of a summary.
#[derive(Debug, PartialEq, Eq)]
pub struct FigureKind {
    /// As `summary.csv` has it: dotted for nested ones.
    pub name: &'static str,
    pub unit: Unit,
    /// None where it depends: more refreshes are neither good nor bad.
    pub better: Option<Direction>,
}

const fn figure(name: &'static str, unit: Unit, better: Option<Direction>) -> FigureKind {
    FigureKind { name, unit, better }
}

const HIGHER: Option<Direction> = Some(Direction::Higher);
const LOWER: Option<Direction> = Some(Direction::Lower);
const NEITHER: Option<Direction> = None;

/// All of them, in the order of the columns of `summary.csv`.
pub const FIGURES: [FigureKind; 78] = [
    figure("reads", Unit::Count, NEITHER),
    figure("fresh_hits", Unit::Count, HIGHER),
    figure("stale_hits", Unit::Count, LOWER),
    figure("delayed_hits", Unit::Count, LOWER),
    figure("misses", Unit::Count, LOWER),
    figure("writes", Unit::Count, NEITHER),
    figure("hit_ratio", Unit::Share, HIGHER),
    figure("stale_ratio", Unit::Share, LOWER),
    figure("stale_hit_ratio", Unit::Share, LOWER),
    figure("stale_answers", Unit::Count, LOWER),
    figure("stale_age_us.mean", Unit::Time, LOWER),
    figure("stale_age_us.p50", Unit::Time, LOWER),
    figure("stale_age_us.p90", Unit::Time, LOWER),
    figure("stale_age_us.p99", Unit::Time, LOWER),
    figure("stale_age_us.p999", Unit::Time, LOWER),
    figure("stale_age_us.max", Unit::Time, LOWER),
    figure("version_lag.mean", Unit::Count, LOWER),
    figure("version_lag.p99", Unit::Count, LOWER),
    figure("version_lag.max", Unit::Count, LOWER),
    figure("bound_violations.1s", Unit::Count, LOWER),
    figure("bound_violations.5s", Unit::Count, LOWER),
    figure("bound_violations.60s", Unit::Count, LOWER),
    figure("bound_violations.300s", Unit::Count, LOWER),
    figure("bound_violations.600s", Unit::Count, LOWER),
    figure("read_your_writes_violations", Unit::Count, LOWER),
    figure("monotonic_read_violations", Unit::Count, LOWER),
    figure("blocked_reads", Unit::Count, LOWER),
    figure("version_lookups", Unit::Count, LOWER),
    figure("failed_reads", Unit::Count, LOWER),
    figure("origin_loads", Unit::Count, LOWER),
    figure("refreshes", Unit::Count, NEITHER),
    figure("wasted_refreshes", Unit::Count, LOWER),
    figure("duplicate_loads", Unit::Count, LOWER),
    figure("coalesced", Unit::Count, NEITHER),
    figure("discarded_fills", Unit::Count, LOWER),
    figure("fill_cycles.begun", Unit::Count, NEITHER),
    figure("fill_cycles.written", Unit::Count, NEITHER),
    figure("fill_cycles.stale", Unit::Count, LOWER),
    figure("origin_rate.mean", Unit::Rate, LOWER),
    figure("origin_rate.p99", Unit::Rate, LOWER),
    figure("origin_rate.max", Unit::Rate, LOWER),
    figure("peak_to_mean", Unit::Count, LOWER),
    figure("inflight_max", Unit::Count, LOWER),
    figure("inflight_per_key_max", Unit::Count, LOWER),
    figure("recovery_us", Unit::Time, LOWER),
    figure("herd.mean", Unit::Count, LOWER),
    figure("herd.p50", Unit::Count, LOWER),
    figure("herd.p99", Unit::Count, LOWER),
    figure("herd.max", Unit::Count, LOWER),
    figure("read_latency_us.mean", Unit::Time, LOWER),
    figure("read_latency_us.p50", Unit::Time, LOWER),
    figure("read_latency_us.p99", Unit::Time, LOWER),
    figure("read_latency_us.p999", Unit::Time, LOWER),
    figure("read_latency_us.max", Unit::Time, LOWER),
    figure("invalidations.sent", Unit::Count, LOWER),
    figure("invalidations.effective", Unit::Count, NEITHER),
    figure("invalidations.wasted", Unit::Count, LOWER),
    figure("invalidations.lost", Unit::Count, NEITHER),
    figure("updates", Unit::Count, NEITHER),
    figure("fanout.mean", Unit::Count, NEITHER),
    figure("fanout.p50", Unit::Count, NEITHER),
    figure("fanout.p99", Unit::Count, NEITHER),
    figure("fanout.max", Unit::Count, NEITHER),
    figure("entries_max", Unit::Count, LOWER),
    figure("entries_mean", Unit::Count, LOWER),
    figure("orphans_max", Unit::Count, LOWER),
    figure("orphans_mean", Unit::Count, LOWER),
    figure("bytes_max", Unit::Count, LOWER),
    figure("index_bytes_max", Unit::Count, LOWER),
    figure("semantic.lookups", Unit::Count, NEITHER),
    figure("semantic.hits", Unit::Count, HIGHER),
    figure("semantic.wrong_hits", Unit::Count, LOWER),
    figure("semantic.purge_precision", Unit::Share, HIGHER),
    figure("semantic.purge_recall", Unit::Share, HIGHER),
    figure("policy.calls", Unit::Count, LOWER),
    figure("policy.traps", Unit::Count, LOWER),
    figure("policy.fuel", Unit::Count, LOWER),
    figure("policy.fallback_us", Unit::Time, LOWER),
];

/// The figure of this name, of which one value is better than another.
///
/// # Errors
///
/// There is none, or it is better neither way: says which there are.
pub fn to_compare_by(name: &str) -> Result<&'static FigureKind, String> {
    let comparable = || {
        FIGURES
            .iter()
            .filter(|figure| figure.better != NEITHER)
            .map(|figure| figure.name)
    };
    match FIGURES.iter().find(|figure| figure.name == name) {
        Some(figure) if figure.better.is_some() => Ok(figure),
        Some(_) => Err(format!(
            "`{name}` is better neither when it is higher nor when it is lower: take another figure, \
             such as `stale_ratio` or `origin_loads`"
        )),
        None => Err(format!(
            "there is no figure `{name}`{}",
            did_you_mean(name, comparable())
        )),
    }
}

impl FigureKind {
    /// As people read it: `3.4 k`, `0.012 %`, `1.2 s`, `500/s`.
    #[must_use]
    pub fn write(&self, value: f64) -> String {
        match self.unit {
            Unit::Count => count(value),
            Unit::Share => share(value),
            Unit::Time => duration(value),
            Unit::Rate => format!("{}/s", count(value)),
        }
    }

    /// Its mean and the half-width of its interval in the `totals` of a policy; none where the summaries
    /// have null.
    #[must_use]
    pub fn of(&self, totals: &Value) -> Option<(f64, Option<f64>)> {
        // What a summary has under `policy` stands under another name beside the label.
        let name = match self.name.strip_prefix("policy.") {
            Some(rest) => format!("policy_figures.{rest}"),
            None => self.name.to_owned(),
        };
        let figure = name.split('.').try_fold(totals, |v, key| v.get(key))?;
        let ci95 = figure.get("ci95").and_then(Value::as_f64);
        Some((figure.get("mean")?.as_f64()?, ci95))
    }

    /// Whether `a` is better than `b`.
    #[must_use]
    pub fn is_better(&self, a: f64, b: f64) -> bool {
        self.better
            .is_some_and(|direction| direction.prefers(a - b))
    }
}

#[cfg(test)]
mod tests {
    use super::super::csv::COLUMNS;
    use super::super::totals;
    use super::*;
    use crate::measure::{PolicyFigures, Summary};

    #[test]
    fn every_column_of_the_csv_is_a_figure() {
        assert_eq!(FIGURES.map(|figure| figure.name), COLUMNS);
    }

    #[test]
    fn a_headline_is_better_the_way_that_it_is_elsewhere() {
        for headline in &crate::statistics::HEADLINES {
            let figure = to_compare_by(headline.name).unwrap();
            assert_eq!(figure.better, Some(headline.direction), "{}", headline.name);
        }
    }

    #[test]
    fn a_figure_is_found_in_the_totals_of_a_policy_also_where_its_name_is_taken() {
        let summary = Summary {
            policy: PolicyFigures {
                calls: 3,
                ..PolicyFigures::default()
            },
            ..Summary::default()
        };
        let totals = totals("ttl", &[summary]);
        let of = |name: &str| to_compare_by(name).unwrap().of(&totals);
        assert_eq!(of("policy.calls"), Some((3.0, None)));
        assert_eq!(of("stale_age_us.p99"), Some((0.0, None)));
        assert_eq!(of("semantic.wrong_hits"), None);
    }

    #[test]
    fn a_figure_that_is_unknown_or_compares_nothing_says_so() {
        let wrong = |name| to_compare_by(name).unwrap_err();
        assert!(wrong("stale_ration").ends_with("did you mean `stale_ratio`?"));
        assert!(wrong("reads").contains("better neither"));
        assert!(to_compare_by("hit_ratio").unwrap().is_better(0.9, 0.8));
        assert!(to_compare_by("origin_loads").unwrap().is_better(8.0, 9.0));
    }
}
