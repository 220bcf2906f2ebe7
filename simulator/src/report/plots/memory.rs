//! What is held beside what is of use? Entries that nobody can reach, and the memory of tags, counters and vectors.

use super::bars::{Bar, Place, bars};
use super::canvas::{Canvas, text};
use super::hover::Hover;
use super::sketch::{Figure, Sketch, Table};
use super::style::{GREEN, ORANGE, SKY};
use super::{compared, label};
use crate::report::digest::Row;
use crate::report::units::{bytes, count, exact, share};

const NAME: &str = "memory";
const TITLE: &str = "What does a policy leave in memory?";
const BETWEEN: f64 = 36.0;

/// Orphans and the index.
pub fn figure(rows: &[Row]) -> Figure {
    let shown = shown(rows);
    let any = |name| shown.iter().any(|row| row.mean(name) > 0.0);
    if !any("orphans_max") && !any("index_bytes_max") {
        return Figure::nothing(
            NAME,
            TITLE,
            "no policy left an entry that could not be reached, and none kept tags, counters or vectors",
        );
    }
    let entries = shown.iter().map(|row| {
        let told = format!(
            "{} of {} entries orphaned at most, {} on average",
            count(row.mean("orphans_max")),
            count(row.mean("entries_max")),
            count(row.mean("orphans_mean"))
        );
        (row.place, told)
    });
    let index = shown.iter().map(|row| {
        let told = format!("index of {} at most", bytes(row.mean("index_bytes_max")));
        (row.place, told)
    });
    Sketch {
        name: NAME,
        title: TITLE,
        below: "Left, most entries held, and of these in orange most orphans: within their lease, but no read can \
                reach them any more. Right, what tags, counters and vectors take at most, as estimated."
            .to_owned(),
        caption: caption(rows),
        table: table(&shown),
        csv: csv(&shown),
        hover: Hover::Bars {
            bars: entries.chain(index).collect(),
        },
        paint: Box::new(|canvas, top| paint(canvas, top, rows)),
    }
    .finish()
}

/// Who holds anything.
fn shown<'r, 'a>(rows: &'r [Row<'a>]) -> Vec<&'r Row<'a>> {
    rows.iter().filter(|row| !row.is_no_cache()).collect()
}

fn paint(canvas: &mut Canvas, top: f64, rows: &[Row]) -> f64 {
    let shown = shown(rows);
    let most = |name: &str| {
        let figures = shown.iter().map(|row| row.mean(name));
        figures.fold(0.0, f64::max).max(1.0)
    };
    let entries: Vec<Bar> = shown
        .iter()
        .map(|row| {
            let scale = most("entries_max");
            let orphans = row.mean("orphans_max").min(row.mean("entries_max")) / scale;
            Bar {
                row,
                parts: vec![
                    (orphans, ORANGE),
                    (row.mean("entries_max") / scale - orphans, GREEN),
                ],
                within: Vec::new(),
                value: format!(
                    "{} of {}",
                    count(row.mean("orphans_max")),
                    count(row.mean("entries_max"))
                ),
            }
        })
        .collect();
    let index: Vec<Bar> = shown
        .iter()
        .map(|row| Bar {
            row,
            parts: vec![(row.mean("index_bytes_max") / most("index_bytes_max"), SKY)],
            within: Vec::new(),
            value: bytes(row.mean("index_bytes_max")),
        })
        .collect();
    let panels = [
        ("orphans of entries, at most", entries),
        ("index memory, at most", index),
    ];
    let narrow = canvas.layout.is_narrow();
    let width = match narrow {
        true => canvas.layout.width - 8.0,
        false => (canvas.layout.width - 8.0 - BETWEEN) / 2.0,
    };
    let (mut left, mut y, mut end) = (4.0, top, top);
    for (name, all) in panels {
        canvas.text(left, y + 8.0, name, text(13.0).bold());
        let place = Place {
            left,
            top: y + 24.0,
            width,
        };
        let bottom = bars(canvas, &place, &all);
        end = end.max(bottom);
        if narrow {
            y = bottom + 14.0;
        } else {
            left += width + BETWEEN;
        }
    }
    end
}

const FIGURES: [&str; 6] = [
    "entries_max",
    "entries_mean",
    "orphans_max",
    "orphans_mean",
    "index_bytes_max",
    "bytes_max",
];

fn table(shown: &[&Row]) -> Table {
    let heads = [
        "policy",
        "entries, most",
        "mean",
        "orphans, most",
        "mean",
        "index",
        "values",
    ];
    let line = |row: &&Row| {
        let mut cells = vec![label(row)];
        cells.extend(FIGURES.map(|name| match name.contains("bytes") {
            true => bytes(row.mean(name)),
            false => count(row.mean(name)),
        }));
        (Some(row.place), cells)
    };
    Table {
        heads: heads.map(str::to_owned).to_vec(),
        rows: shown.iter().map(line).collect(),
    }
}

fn csv(shown: &[&Row]) -> Vec<Vec<String>> {
    let heads = ["policy"].into_iter().chain(FIGURES);
    let mut lines = vec![heads.map(str::to_owned).collect::<Vec<_>>()];
    for row in shown {
        let mut line = vec![row.info.label.clone()];
        line.extend(FIGURES.map(|name| exact(row.mean(name))));
        lines.push(line);
    }
    lines
}

fn caption(rows: &[Row]) -> String {
    let most = |name: &'static str| {
        let by = move |a: &&Row, b: &&Row| a.mean(name).total_cmp(&b.mean(name));
        // Of equals the first.
        let first = compared(rows)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .max_by(by);
        first.filter(|row| row.mean(name) > 0.0)
    };
    let orphans = match most("orphans_max") {
        None => "No entry was ever held that no read could reach.".to_owned(),
        Some(row) => format!(
            "{} leaves most behind: at worst {} entries, {} of all it held, were out of reach.",
            row.info.label,
            count(row.mean("orphans_max")),
            share(row.mean("orphans_max") / row.mean("entries_max").max(1.0)),
        ),
    };
    let index = match most("index_bytes_max") {
        None => " No policy keeps an index.".to_owned(),
        Some(row) => format!(
            " The largest index is that of {}, {}, {} an entry.",
            row.info.label,
            bytes(row.mean("index_bytes_max")),
            bytes(row.mean("index_bytes_max") / row.mean("entries_max").max(1.0)),
        ),
    };
    orphans + &index
}
