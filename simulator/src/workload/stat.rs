//! What a trace is like, in a few figures.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Catalogue, Event, Op};
use crate::error::Error;
use crate::report::csv::Rows;
use crate::report::grid::{self, Column};

/// Figures of a trace as it will be replayed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TraceStatistics {
    pub events: u64,
    pub reads: u64,
    pub writes: u64,
    pub deletes: u64,
    /// Different keys of any event.
    pub keys: u64,
    pub keys_read: u64,
    /// Keys with a write or a delete.
    pub keys_written: u64,
    pub keys_read_and_written: u64,
    /// From the first event to the last, in microseconds.
    pub span_us: u64,
    /// Events a second over the span; 0 where all are at one instant.
    pub mean_rate: f64,
    /// Share of reads that are the first of their key: misses of any cache that begins empty.
    pub first_read_share: f64,
    /// Share of reads that go to the key read most.
    pub top_key_share: f64,
    /// Slope of the popularity of reads: the `a` of `frequency ∝ rank^-a`. Least squares of log
    /// frequency over log rank, for the (at most 1,000) keys read most and at least 5 times; null with
    /// fewer than 10 of them.
    pub zipf_slope: Option<f64>,
    pub tags: u64,
    pub clients: u64,
    /// How often each operation occurs in the file, by the names of the file; empty for formats of our
    /// own, which have but reads, writes and deletes.
    pub operations: BTreeMap<String, u64>,
    /// `set` and `add` of a cache trace that were taken for refills and left out.
    pub sets_taken_as_fills: u64,
    /// `set` and `add` of a cache trace that were taken for writes of the source.
    pub sets_taken_as_writes: u64,
}

/// What a reader counts that its events no longer show.
#[derive(Debug, Default)]
pub(super) struct Operations {
    by_name: BTreeMap<String, u64>,
    pub(super) fills_left_out: u64,
    pub(super) sets_taken_as_writes: u64,
}

impl Operations {
    pub(super) fn count(&mut self, name: &str, times: u64) {
        match self.by_name.get_mut(name) {
            Some(count) => *count += times,
            None => {
                self.by_name.insert(name.to_owned(), times);
            }
        }
    }
}

impl TraceStatistics {
    /// Sums up events whose subjects are keys of the catalogue.
    pub(super) fn of(
        catalogue: &Catalogue,
        events: &[Event],
        clients: u64,
        operations: Operations,
    ) -> Self {
        let mut reads_of = vec![0_u64; catalogue.keys()];
        let mut written = vec![false; catalogue.keys()];
        let mut statistics = Self {
            events: events.len() as u64,
            tags: catalogue.tags() as u64,
            clients,
            operations: operations.by_name,
            sets_taken_as_fills: operations.fills_left_out,
            sets_taken_as_writes: operations.sets_taken_as_writes,
            ..Self::default()
        };
        for event in events {
            let key = event.subject as usize;
            match event.op {
                Op::Read => {
                    statistics.reads += 1;
                    reads_of[key] += 1;
                }
                Op::Write => {
                    statistics.writes += 1;
                    written[key] = true;
                }
                Op::Delete => {
                    statistics.deletes += 1;
                    written[key] = true;
                }
                // Files name keys.
                Op::WriteTag => statistics.writes += 1,
            }
        }
        for (reads, written) in reads_of.iter().zip(written) {
            statistics.keys += u64::from(*reads > 0 || written);
            statistics.keys_read += u64::from(*reads > 0);
            statistics.keys_written += u64::from(written);
            statistics.keys_read_and_written += u64::from(*reads > 0 && written);
        }
        let span =
            events.last().map_or(0, |event| event.at) - events.first().map_or(0, |event| event.at);
        statistics.span_us = span / 1_000;
        if span > 0 {
            statistics.mean_rate = events.len() as f64 / (span as f64 / 1e9);
        }
        if statistics.reads > 0 {
            let reads = statistics.reads as f64;
            statistics.first_read_share = statistics.keys_read as f64 / reads;
            statistics.top_key_share = reads_of.iter().copied().max().unwrap_or(0) as f64 / reads;
        }
        reads_of.sort_unstable_by(|a, b| b.cmp(a));
        statistics.zipf_slope = zipf_slope(&reads_of);
        statistics
    }
}

/// The slope of log frequency over log rank; frequencies come in falling order.
fn zipf_slope(frequencies: &[u64]) -> Option<f64> {
    let points: Vec<(f64, f64)> = (1_u32..)
        .zip(frequencies)
        .take(1_000)
        .take_while(|(_, frequency)| **frequency >= 5)
        .map(|(rank, frequency)| (f64::from(rank).ln(), (*frequency as f64).ln()))
        .collect();
    if points.len() < 10 {
        return None;
    }
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let covariance: f64 = points
        .iter()
        .map(|(x, y)| (x - mean_x) * (y - mean_y))
        .sum();
    let variance: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    Some(-covariance / variance)
}

impl TraceStatistics {
    /// All figures by their names, as `report.json` has them.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn json(&self) -> Result<String, Error> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n").map_err(Error::other)
    }

    /// All figures: `figure,value`, operations by their names behind a dot.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn csv(&self) -> Result<String, Error> {
        let mut rows = Rows::new();
        rows.push(["figure", "value"])?;
        let figures = serde_json::to_value(self).map_err(Error::other)?;
        for (name, value) in figures.as_object().into_iter().flatten() {
            match value {
                Value::Object(inner) => {
                    for (of, value) in inner {
                        rows.push([format!("{name}.{of}"), value.to_string()])?;
                    }
                }
                Value::Null => rows.push([name.as_str(), ""])?,
                value => rows.push([name.clone(), value.to_string()])?,
            }
        }
        rows.finish()
    }

    /// The table for people as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let lines = self.lines().into_iter();
        let (names, values): (Vec<_>, Vec<_>) = lines.unzip();
        grid::markdown(&[
            Column::new(
                "figure",
                true,
                names.iter().map(|name| name.trim().to_owned()),
            ),
            Column::new("value", false, values.into_iter()),
        ])
    }

    /// Names, indented where they are parts of what stands above, and values as people read them.
    fn lines(&self) -> Vec<(String, String)> {
        let percent = |share: f64| format!("{:.2} %", share * 100.0);
        let slope = self.zipf_slope;
        let slope = slope.map_or_else(|| "-".to_owned(), |slope| format!("{slope:.3}"));
        let mut lines = vec![
            ("events", self.events.to_string()),
            ("  reads", self.reads.to_string()),
            ("  writes", self.writes.to_string()),
            ("  deletes", self.deletes.to_string()),
            ("keys", self.keys.to_string()),
            ("  read", self.keys_read.to_string()),
            ("  written", self.keys_written.to_string()),
            ("  read and written", self.keys_read_and_written.to_string()),
            ("span", format!("{:.3} s", self.span_us as f64 / 1e6)),
            ("mean rate", format!("{:.3} /s", self.mean_rate)),
            ("first reads", percent(self.first_read_share)),
            ("top key", percent(self.top_key_share)),
            ("zipf slope of reads", slope),
        ];
        if self.tags > 0 {
            lines.push(("tags", self.tags.to_string()));
        }
        if self.clients > 0 {
            lines.push(("clients", self.clients.to_string()));
        }
        if self.sets_taken_as_fills + self.sets_taken_as_writes > 0 {
            lines.push(("sets taken as fills", self.sets_taken_as_fills.to_string()));
            lines.push((
                "sets taken as writes",
                self.sets_taken_as_writes.to_string(),
            ));
        }
        let lines = lines
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        let operations = self.operations.iter();
        let operations =
            operations.map(|(name, count)| (format!("  op {name}"), count.to_string()));
        lines.chain(operations).collect()
    }
}

impl fmt::Display for TraceStatistics {
    /// A table for people, a figure a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.lines() {
            writeln!(f, "{name:<22}{value:>14}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::CatalogueBuilder;
    use super::*;

    #[test]
    fn the_figures_are_those_of_a_small_trace_counted_by_hand() {
        let mut builder = CatalogueBuilder::default();
        let (a, b, c) = (builder.key("a"), builder.key("b"), builder.key("c"));
        let event = |at, subject, op| Event {
            at,
            subject,
            op,
            joined: false,
            client: 0,
            bytes: 0,
        };
        let events = [
            event(0, a, Op::Read),
            event(1_000_000, a, Op::Write),
            event(2_000_000, a, Op::Read),
            event(2_000_000, b, Op::Read),
            event(2_000_000_000, c, Op::Delete),
        ];
        let statistics = TraceStatistics::of(&builder.build(), &events, 0, Operations::default());
        assert_eq!(
            (
                statistics.events,
                statistics.reads,
                statistics.writes,
                statistics.deletes
            ),
            (5, 3, 1, 1)
        );
        assert_eq!(
            (
                statistics.keys,
                statistics.keys_read,
                statistics.keys_written,
                statistics.keys_read_and_written
            ),
            (3, 2, 2, 1)
        );
        assert_eq!((statistics.span_us, statistics.mean_rate), (2_000_000, 2.5));
        assert_eq!(
            (statistics.first_read_share, statistics.top_key_share),
            (2.0 / 3.0, 2.0 / 3.0)
        );
        assert_eq!(statistics.zipf_slope, None);
        assert!(statistics.to_string().contains("read and written"));
    }

    #[test]
    fn the_slope_of_an_exact_power_law_is_its_exponent() {
        let frequencies: Vec<u64> = (1..=500)
            .map(|rank| (1e9 * f64::from(rank).powf(-0.9)) as u64)
            .collect();
        assert!((zipf_slope(&frequencies).unwrap() - 0.9).abs() < 1e-4);
    }
}
