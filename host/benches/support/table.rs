//! The table that a bench prints when it is over.

use super::interleave::Figure;

pub struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Table {
    /// The first column says what was measured.
    pub fn new(columns: &[&str]) -> Table {
        Table {
            columns: columns.iter().map(|&column| column.to_owned()).collect(),
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// A line below the table.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub fn print(&self, title: &str) {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            let cells = cells.chain([&self.columns[column]]);
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let line = |cells: &[String]| {
            let padded = cells.iter().zip(&widths).enumerate();
            let padded = padded.map(|(column, (cell, &width))| match column {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
            padded.collect::<Vec<_>>().join("   ")
        };
        println!("\n{title}\n\n{}", line(&self.columns));
        println!("{}", "─".repeat(line(&self.columns).chars().count()));
        for row in &self.rows {
            println!("{}", line(row));
        }
        println!();
        for note in &self.notes {
            println!("{note}");
        }
    }
}

/// A time with three digits and its unit.
pub fn time(nanos: f64) -> String {
    match nanos {
        ..1e3 => format!("{} ns", digits(nanos)),
        1e3..1e6 => format!("{} µs", digits(nanos / 1e3)),
        _ => format!("{} ms", digits(nanos / 1e6)),
    }
}

/// The median of a ratio, and where the middle half of the rounds lies.
pub fn ratio(figure: Figure) -> [String; 2] {
    let span = format!("{} to {}", digits(figure.low), digits(figure.high));
    [times(figure.median), span]
}

/// The ratio of two figures that were not taken in turn, so that nothing is known of its spread.
pub fn alone(one: Figure, other: Figure) -> [String; 2] {
    [times(one.median / other.median), String::new()]
}

/// So many times as much, or one of so many parts.
pub fn times(factor: f64) -> String {
    match factor {
        ..0.01 => format!("÷ {}", digits(1.0 / factor)),
        _ => format!("× {}", digits(factor)),
    }
}

/// Three digits.
pub fn digits(value: f64) -> String {
    match value {
        ..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        100.0..1e3 => format!("{value:.0}"),
        1e3..1e6 => format!("{} k", digits(value / 1e3)),
        _ => format!("{} M", digits(value / 1e6)),
    }
}
