//! Every figure of a summary: its unit, and which way is better.

use serde_json::Value;

use super::units::{count, duration, share};
use crate::scenario::did_you_mean;

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

/// Which of two values of a figure is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    Lower,
    Higher,
    /// It depends: more refreshes are neither good nor bad.
    Neither,
}

/// A figure of a summary.
#[derive(Debug, PartialEq, Eq)]
pub struct FigureKind {
    /// As `summary.csv` has it: dotted for nested ones.
    pub name: &'static str,
    pub unit: Unit,
    pub better: Better,
}

const fn figure(name: &'static str, unit: Unit, better: Better) -> FigureKind {
    FigureKind { name, unit, better }
}

/// All of them, in the order of the columns of `summary.csv`.
pub const FIGURES: [FigureKind; 78] = [
    figure("reads", Unit::Count, Better::Neither),
    figure("fresh_hits", Unit::Count, Better::Higher),
    figure("stale_hits", Unit::Count, Better::Lower),
    figure("delayed_hits", Unit::Count, Better::Lower),
    figure("misses", Unit::Count, Better::Lower),
    figure("writes", Unit::Count, Better::Neither),
    figure("hit_ratio", Unit::Share, Better::Higher),
    figure("stale_ratio", Unit::Share, Better::Lower),
    figure("stale_hit_ratio", Unit::Share, Better::Lower),
    figure("stale_answers", Unit::Count, Better::Lower),
    figure("stale_age_us.mean", Unit::Time, Better::Lower),
    figure("stale_age_us.p50", Unit::Time, Better::Lower),
    figure("stale_age_us.p90", Unit::Time, Better::Lower),
    figure("stale_age_us.p99", Unit::Time, Better::Lower),
    figure("stale_age_us.p999", Unit::Time, Better::Lower),
    figure("stale_age_us.max", Unit::Time, Better::Lower),
    figure("version_lag.mean", Unit::Count, Better::Lower),
    figure("version_lag.p99", Unit::Count, Better::Lower),
    figure("version_lag.max", Unit::Count, Better::Lower),
    figure("bound_violations.1s", Unit::Count, Better::Lower),
    figure("bound_violations.5s", Unit::Count, Better::Lower),
    figure("bound_violations.60s", Unit::Count, Better::Lower),
    figure("bound_violations.300s", Unit::Count, Better::Lower),
    figure("bound_violations.600s", Unit::Count, Better::Lower),
    figure("read_your_writes_violations", Unit::Count, Better::Lower),
    figure("monotonic_read_violations", Unit::Count, Better::Lower),
    figure("blocked_reads", Unit::Count, Better::Lower),
    figure("version_lookups", Unit::Count, Better::Lower),
    figure("failed_reads", Unit::Count, Better::Lower),
    figure("origin_loads", Unit::Count, Better::Lower),
    figure("refreshes", Unit::Count, Better::Neither),
    figure("wasted_refreshes", Unit::Count, Better::Lower),
    figure("duplicate_loads", Unit::Count, Better::Lower),
    figure("coalesced", Unit::Count, Better::Neither),
    figure("discarded_fills", Unit::Count, Better::Lower),
    figure("fill_cycles.begun", Unit::Count, Better::Neither),
    figure("fill_cycles.written", Unit::Count, Better::Neither),
    figure("fill_cycles.stale", Unit::Count, Better::Lower),
    figure("origin_rate.mean", Unit::Rate, Better::Lower),
    figure("origin_rate.p99", Unit::Rate, Better::Lower),
    figure("origin_rate.max", Unit::Rate, Better::Lower),
    figure("peak_to_mean", Unit::Count, Better::Lower),
    figure("inflight_max", Unit::Count, Better::Lower),
    figure("inflight_per_key_max", Unit::Count, Better::Lower),
    figure("recovery_us", Unit::Time, Better::Lower),
    figure("herd.mean", Unit::Count, Better::Lower),
    figure("herd.p50", Unit::Count, Better::Lower),
    figure("herd.p99", Unit::Count, Better::Lower),
    figure("herd.max", Unit::Count, Better::Lower),
    figure("read_latency_us.mean", Unit::Time, Better::Lower),
    figure("read_latency_us.p50", Unit::Time, Better::Lower),
    figure("read_latency_us.p99", Unit::Time, Better::Lower),
    figure("read_latency_us.p999", Unit::Time, Better::Lower),
    figure("read_latency_us.max", Unit::Time, Better::Lower),
    figure("invalidations.sent", Unit::Count, Better::Lower),
    figure("invalidations.effective", Unit::Count, Better::Neither),
    figure("invalidations.wasted", Unit::Count, Better::Lower),
    figure("invalidations.lost", Unit::Count, Better::Neither),
    figure("updates", Unit::Count, Better::Neither),
    figure("fanout.mean", Unit::Count, Better::Neither),
    figure("fanout.p50", Unit::Count, Better::Neither),
    figure("fanout.p99", Unit::Count, Better::Neither),
    figure("fanout.max", Unit::Count, Better::Neither),
    figure("entries_max", Unit::Count, Better::Lower),
    figure("entries_mean", Unit::Count, Better::Lower),
    figure("orphans_max", Unit::Count, Better::Lower),
    figure("orphans_mean", Unit::Count, Better::Lower),
    figure("bytes_max", Unit::Count, Better::Lower),
    figure("index_bytes_max", Unit::Count, Better::Lower),
    figure("semantic.lookups", Unit::Count, Better::Neither),
    figure("semantic.hits", Unit::Count, Better::Higher),
    figure("semantic.wrong_hits", Unit::Count, Better::Lower),
    figure("semantic.purge_precision", Unit::Share, Better::Higher),
    figure("semantic.purge_recall", Unit::Share, Better::Higher),
    figure("policy.calls", Unit::Count, Better::Lower),
    figure("policy.traps", Unit::Count, Better::Lower),
    figure("policy.fuel", Unit::Count, Better::Lower),
    figure("policy.fallback_us", Unit::Time, Better::Lower),
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
            .filter(|figure| figure.better != Better::Neither)
            .map(|figure| figure.name)
    };
    match FIGURES.iter().find(|figure| figure.name == name) {
        Some(figure) if figure.better != Better::Neither => Ok(figure),
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
        match self.better {
            Better::Lower => a < b,
            Better::Higher => a > b,
            Better::Neither => false,
        }
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
