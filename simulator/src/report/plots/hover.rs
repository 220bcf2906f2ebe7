//! What a page shows where the pointer is. Places are shares of the rectangles that the drawing notes, so that
//! one description serves every width.

use serde::Serialize;

use super::axis::Axis;

/// What there is to point at.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Hover {
    /// Lines: the nearest place along the horizontal axis, with what each has there.
    Columns {
        /// Where, and what is said above the values.
        heads: Vec<(f64, String)>,
        series: Vec<Line>,
    },
    /// Marks: the nearest one.
    Points { points: Vec<Point> },
    /// Bars, one a rectangle.
    Bars { bars: Vec<(usize, String)> },
}

/// A policy's line.
#[derive(Debug, Serialize)]
pub struct Line {
    /// The policy's place in the report.
    pub p: usize,
    /// In each panel the height at each head; null where there is none.
    pub y: Vec<Vec<Option<f64>>>,
    /// What it has at each head; empty where it has nothing.
    pub v: Vec<String>,
}

/// A mark.
#[derive(Debug, Serialize)]
pub struct Point {
    pub p: usize,
    /// In which rectangle.
    pub panel: usize,
    pub x: f64,
    pub y: f64,
    pub v: String,
}

/// Where a value lies on an axis, with as many digits as can be seen.
pub fn place(axis: &Axis, value: f64) -> f64 {
    rounded(axis.place(value))
}

/// From below, as axes count, to four digits.
pub fn rounded(share: f64) -> f64 {
    (share * 1e4).round() / 1e4
}
