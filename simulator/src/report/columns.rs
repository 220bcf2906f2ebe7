//! The columns of the comparison on the page.

use serde::Serialize;

use super::digest::Row;
use super::units::{count, duration, exact, percent};

#[derive(Serialize)]
pub struct Head {
    name: &'static str,
    hint: &'static str,
}

/// What is shown and what is sorted by.
#[derive(Serialize)]
pub struct Cell {
    text: String,
    interval: String,
    value: String,
}

/// How a column of the comparison is written.
#[derive(Clone, Copy)]
enum Unit {
    Percent,
    Count,
    Time,
    /// A time that only stale answers have.
    Age,
    Ratio,
}

/// A column: a figure, its unit and what it says.
pub struct Compared {
    name: &'static str,
    hint: &'static str,
    /// Of a summary.
    pub figure: &'static str,
    unit: Unit,
}

const fn compared(
    name: &'static str,
    figure: &'static str,
    unit: Unit,
    hint: &'static str,
) -> Compared {
    Compared {
        name,
        hint,
        figure,
        unit,
    }
}

/// All of them, freshness first.
pub const COMPARED: [Compared; 11] = [
    compared(
        "hits %",
        "hit_ratio",
        Unit::Percent,
        "answered at once from the cache",
    ),
    compared(
        "stale %",
        "stale_ratio",
        Unit::Percent,
        "answered with an older value than the origin had",
    ),
    compared(
        "age p99",
        "stale_age_us.p99",
        Unit::Age,
        "how long a stale answer had been outdated, 99th percentile",
    ),
    compared(
        "age max",
        "stale_age_us.max",
        Unit::Age,
        "the most outdated answer",
    ),
    compared(
        "loads",
        "origin_loads",
        Unit::Count,
        "loads that reached the origin",
    ),
    compared(
        "peak/s",
        "origin_rate.max",
        Unit::Count,
        "most loads a second, by windows of 100 ms",
    ),
    compared(
        "peak/mean",
        "peak_to_mean",
        Unit::Ratio,
        "the busiest window over the mean",
    ),
    compared(
        "herd",
        "herd.max",
        Unit::Count,
        "most reads that waited for one key",
    ),
    compared(
        "in flight",
        "inflight_max",
        Unit::Count,
        "most loads at the origin at once",
    ),
    compared(
        "read p99",
        "read_latency_us.p99",
        Unit::Time,
        "latency of a read, 99th percentile",
    ),
    compared(
        "lost fills",
        "discarded_fills",
        Unit::Count,
        "loads overtaken by an invalidation and not stored",
    ),
];

impl Compared {
    pub fn head(&self) -> Head {
        Head {
            name: self.name,
            hint: self.hint,
        }
    }

    /// Whether a row has the figure: an age is of stale answers alone.
    pub fn has(&self, row: &Row) -> bool {
        let none = matches!(self.unit, Unit::Age) && !row.has_stale();
        !none && row.figure(self.figure).is_some()
    }

    /// As the page shows it.
    pub fn write(&self, x: f64) -> String {
        match self.unit {
            Unit::Percent => percent(x),
            Unit::Count => count(x),
            Unit::Time | Unit::Age => duration(x),
            Unit::Ratio => format!("{x:.1}"),
        }
    }

    /// A ratio has one digit, which would show a narrow interval as none.
    fn write_small(&self, x: f64) -> String {
        match self.unit {
            Unit::Ratio if x < 0.005 => "<0.01".to_owned(),
            Unit::Ratio => format!("{x:.2}"),
            _ => self.write(x),
        }
    }

    pub fn cell(&self, row: &Row) -> Cell {
        match row.figure(self.figure).filter(|_| self.has(row)) {
            // Sorted below every number.
            None => Cell {
                text: "–".to_owned(),
                interval: String::new(),
                value: "-1".to_owned(),
            },
            Some(figure) => Cell {
                text: self.write(figure.mean),
                interval: match figure.ci95 {
                    Some(ci) if ci > 0.0 => format!("± {}", self.write_small(ci)),
                    _ => String::new(),
                },
                value: exact(figure.mean),
            },
        }
    }
}
