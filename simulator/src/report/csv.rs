//! The CSV files: `summary.csv`, `timeseries.csv` and `histograms.csv`, run by run; and what the runs come
//! to, `totals.csv` and `differences.csv`.

mod conclusions;

pub use conclusions::{differences, totals, totals_of_all};

use serde_json::Value;

use super::plots::Figure;
use super::units::exact;
use super::{Bin, Report, Run};
use crate::error::Error;

/// The columns of `summary.csv` behind `policy` and `replication`, in an order that does not change
/// with the data: dotted names of the leaves of a summary, but for `inconsistent_after`, whose names are
/// those of the scenario.
pub const COLUMNS: [&str; 78] = [
    "reads",
    "fresh_hits",
    "stale_hits",
    "delayed_hits",
    "misses",
    "writes",
    "hit_ratio",
    "stale_ratio",
    "stale_hit_ratio",
    "stale_answers",
    "stale_age_us.mean",
    "stale_age_us.p50",
    "stale_age_us.p90",
    "stale_age_us.p99",
    "stale_age_us.p999",
    "stale_age_us.max",
    "version_lag.mean",
    "version_lag.p99",
    "version_lag.max",
    "bound_violations.1s",
    "bound_violations.5s",
    "bound_violations.60s",
    "bound_violations.300s",
    "bound_violations.600s",
    "read_your_writes_violations",
    "monotonic_read_violations",
    "blocked_reads",
    "version_lookups",
    "failed_reads",
    "origin_loads",
    "refreshes",
    "wasted_refreshes",
    "duplicate_loads",
    "coalesced",
    "discarded_fills",
    "fill_cycles.begun",
    "fill_cycles.written",
    "fill_cycles.stale",
    "origin_rate.mean",
    "origin_rate.p99",
    "origin_rate.max",
    "peak_to_mean",
    "inflight_max",
    "inflight_per_key_max",
    "recovery_us",
    "herd.mean",
    "herd.p50",
    "herd.p99",
    "herd.max",
    "read_latency_us.mean",
    "read_latency_us.p50",
    "read_latency_us.p99",
    "read_latency_us.p999",
    "read_latency_us.max",
    "invalidations.sent",
    "invalidations.effective",
    "invalidations.wasted",
    "invalidations.lost",
    "updates",
    "fanout.mean",
    "fanout.p50",
    "fanout.p99",
    "fanout.max",
    "entries_max",
    "entries_mean",
    "orphans_max",
    "orphans_mean",
    "bytes_max",
    "index_bytes_max",
    "semantic.lookups",
    "semantic.hits",
    "semantic.wrong_hits",
    "semantic.purge_precision",
    "semantic.purge_recall",
    "policy.calls",
    "policy.traps",
    "policy.fuel",
    "policy.fallback_us",
];

/// A row per policy and replication. What a run does not have (clients, meaning) is empty.
pub fn summary(report: &Report) -> Result<String, Error> {
    let mut rows = Rows::new();
    rows.push(["policy", "replication"].into_iter().chain(COLUMNS))?;
    for run in &report.runs {
        let value = figures(run)?;
        let cells = COLUMNS.iter().map(|name| cell(&value, name));
        let head = [run.policy.clone(), run.replication.to_string()];
        rows.push(head.into_iter().chain(cells))?;
    }
    rows.finish()
}

/// The figure at a dotted name.
fn leaf<'s>(summary: &'s Value, name: &str) -> Option<&'s Value> {
    name.split('.')
        .try_fold(summary, |value, key| value.get(key))
}

fn figures(run: &Run) -> Result<Value, Error> {
    serde_json::to_value(&run.summary)
        .map_err(|e| Error::other(format!("a summary cannot be written: {e}")))
}

fn cell(summary: &Value, name: &str) -> String {
    match leaf(summary, name) {
        Some(Value::Number(n)) if n.is_u64() => n.to_string(),
        Some(Value::Number(n)) => n.as_f64().map(exact).unwrap_or_default(),
        _ => String::new(),
    }
}

/// What happened over virtual time, in long form: a row per run, bin and metric. `t_us` is the
/// bin's beginning.
pub fn timeseries(report: &Report) -> Result<String, Error> {
    let mut rows = Rows::new();
    rows.push(["policy", "replication", "t_us", "metric", "value"])?;
    for run in &report.runs {
        let replication = run.replication.to_string();
        for (i, bin) in run.series.bins.iter().enumerate() {
            let t = (run.series.start_us + i as u64 * run.series.bin_us).to_string();
            for (metric, value) in metrics(bin) {
                rows.push([&run.policy, &replication, &t, metric, &value.to_string()])?;
            }
        }
    }
    rows.finish()
}

fn metrics(bin: &Bin) -> [(&'static str, u64); 10] {
    // Taken apart by name, so that a new field is not forgotten here.
    let Bin {
        reads,
        fresh_hits,
        stale_hits,
        delayed_hits,
        misses,
        stale_answers,
        origin_loads,
        inflight_max,
        entries,
        invalidations,
    } = *bin;
    [
        ("reads", reads),
        ("fresh_hits", fresh_hits),
        ("stale_hits", stale_hits),
        ("delayed_hits", delayed_hits),
        ("misses", misses),
        ("stale_answers", stale_answers),
        ("origin_loads", origin_loads),
        ("inflight_max", inflight_max),
        ("entries", entries),
        ("invalidations", invalidations),
    ]
}

/// How often which values occurred: a row per run, metric and bucket that is not empty.
pub fn histograms(report: &Report) -> Result<String, Error> {
    let mut rows = Rows::new();
    rows.push(["policy", "replication", "metric", "bucket_hi", "count"])?;
    for run in &report.runs {
        let replication = run.replication.to_string();
        for histogram in &run.histograms {
            for (edge, count) in &histogram.buckets {
                let (edge, count) = (exact(*edge), count.to_string());
                rows.push([&run.policy, &replication, histogram.metric, &edge, &count])?;
            }
        }
    }
    rows.finish()
}

/// What a figure draws. One with nothing to show has one line, which says why.
pub fn plot(figure: &Figure) -> Result<String, Error> {
    let mut rows = Rows::new();
    match &figure.content {
        Ok(content) => content.csv.iter().try_for_each(|row| rows.push(row))?,
        Err(why) => rows.push([format!("nothing to show: {why}")])?,
    }
    rows.finish()
}

/// A table as CSV.
pub struct Rows(csv::Writer<Vec<u8>>);

impl Rows {
    pub fn new() -> Self {
        Self(csv::Writer::from_writer(Vec::new()))
    }

    pub fn push<T: AsRef<[u8]>>(&mut self, row: impl IntoIterator<Item = T>) -> Result<(), Error> {
        self.0
            .write_record(row)
            .map_err(|e| Error::other(format!("a row of CSV cannot be written: {e}")))
    }

    pub fn finish(self) -> Result<String, Error> {
        let bytes = self
            .0
            .into_inner()
            .map_err(|e| Error::other(format!("CSV cannot be written: {e}")))?;
        String::from_utf8(bytes).map_err(|e| Error::other(format!("CSV is not text: {e}")))
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::measure::{Semantic, Summary};

    fn leaves(value: &Value, name: &str, into: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (key, field) in fields {
                    let dot = if name.is_empty() { "" } else { "." };
                    leaves(field, &format!("{name}{dot}{key}"), into);
                }
            }
            _ => into.push(name.to_owned()),
        }
    }

    #[test]
    fn every_figure_of_a_summary_has_its_column() {
        let full = Summary {
            read_your_writes_violations: Some(0),
            monotonic_read_violations: Some(0),
            semantic: Some(Semantic::default()),
            recovery_us: Some(0.0),
            ..Summary::default()
        };
        let mut names = Vec::new();
        leaves(&serde_json::to_value(full).unwrap(), "", &mut names);
        let mut columns = COLUMNS.to_vec();
        columns.sort_unstable();
        names.sort_unstable();
        assert_eq!(columns, names);
    }

    #[test]
    fn a_row_has_the_figures_of_its_run_and_nothing_where_there_is_none() {
        let report = sample::report(2);
        let text = summary(&report).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let heads = reader.headers().unwrap().clone();
        let column = |name| heads.iter().position(|h| h == name).unwrap();
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), report.runs.len());
        let first = &report.runs[0];
        assert_eq!(&rows[0][0], first.policy);
        assert_eq!(rows[0][column("reads")], first.summary.reads.to_string());
        let p99: f64 = rows[0][column("stale_age_us.p99")].parse().unwrap();
        assert_eq!(p99, first.summary.stale_age_us.p99);
        assert_eq!(&rows[0][column("semantic.hits")], "");
    }

    #[test]
    fn a_label_with_commas_and_quotes_is_one_cell() {
        let mut report = sample::report(1);
        report.runs[0].policy = "a,\"b\"\nc".to_owned();
        let text = timeseries(&report).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let first = reader.records().next().unwrap().unwrap();
        assert_eq!(&first[0], "a,\"b\"\nc");
        assert_eq!(&first[3], "reads");
        assert!(
            histograms(&report)
                .unwrap()
                .contains("\"a,\"\"b\"\"\nc\",0,stale_age_us,")
        );
    }
}
