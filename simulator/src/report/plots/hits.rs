//! What became of the reads: stacked bars, one a policy.

use super::bars::{Bar, Place, bars};
use super::canvas::{Canvas, text, width_of};
use super::hover::Hover;
use super::sketch::{Figure, Sketch, Table};
use super::style::{GREEN, Rgb, SKY, VERMILLION};
use super::{NO_READS, NOTHING_TO_COMPARE, compared, label};
use crate::report::digest::Row;
use crate::report::units::{exact, share};

const NAME: &str = "hits";
const TITLE: &str = "What became of the reads?";
const PARTS: [(&str, &str, Rgb); 4] = [
    ("fresh_hits", "fresh hit", GREEN),
    ("stale_hits", "stale hit", VERMILLION),
    ("delayed_hits", "joined a load", SKY),
    ("misses", "began a load", (205, 205, 205)),
];

/// The bars.
pub fn figure(rows: &[Row]) -> Figure {
    if !rows.iter().any(|row| row.mean("reads") > 0.0) {
        return Figure::nothing(NAME, TITLE, NO_READS);
    }
    let told = rows.iter().map(|row| {
        let parts = PARTS.map(|(part, name, _)| format!("{} {name}", share(of_reads(row, part))));
        (row.place, parts.join(", "))
    });
    Sketch {
        name: NAME,
        title: TITLE,
        below: "Shares of all reads. What joined or began a load may have got a stale value too: stale answers of any \
                kind stand on the right."
            .to_owned(),
        caption: caption(rows),
        table: table(rows),
        csv: csv(rows),
        hover: Hover::Bars {
            bars: told.collect(),
        },
        paint: Box::new(|canvas, top| paint(canvas, top, rows)),
    }
    .finish()
}

fn of_reads(row: &Row, part: &str) -> f64 {
    row.mean(part) / row.mean("reads").max(1.0)
}

fn paint(canvas: &mut Canvas, top: f64, rows: &[Row]) -> f64 {
    let (mut x, mut y) = (4.0, top);
    for (_, name, fill) in PARTS {
        let needs = 19.0 + width_of(name, 13.0) + 22.0;
        if x + needs > canvas.layout.width {
            (x, y) = (4.0, y + 22.0);
        }
        canvas.rectangle(x, y, 13.0, 13.0, fill);
        canvas.text(x + 19.0, y + 6.5, name, text(13.0));
        x += needs;
    }
    let place = Place {
        left: 4.0,
        top: y + 30.0,
        width: canvas.layout.width - 8.0,
    };
    let all: Vec<Bar> = rows
        .iter()
        .map(|row| Bar {
            row,
            parts: PARTS
                .map(|(part, _, fill)| (of_reads(row, part), fill))
                .to_vec(),
            within: PARTS
                .map(|(part, ..)| format!("{:.1} %", of_reads(row, part) * 100.0))
                .to_vec(),
            value: format!("{} stale", share(row.mean("stale_ratio"))),
        })
        .collect();
    bars(canvas, &place, &all)
}

fn table(rows: &[Row]) -> Table {
    let heads = PARTS.map(|(_, name, _)| name.to_owned());
    let line = |row: &Row| {
        let mut cells = vec![label(row)];
        cells.extend(PARTS.map(|(part, ..)| share(of_reads(row, part))));
        cells.push(share(row.mean("stale_ratio")));
        (Some(row.place), cells)
    };
    Table {
        heads: std::iter::once("policy".to_owned())
            .chain(heads)
            .chain(["stale, of any kind".to_owned()])
            .collect(),
        rows: rows.iter().map(line).collect(),
    }
}

fn csv(rows: &[Row]) -> Vec<Vec<String>> {
    let names = PARTS.map(|(part, ..)| part);
    let heads = ["policy"].into_iter().chain(names).chain(["stale_ratio"]);
    let mut lines = vec![heads.map(str::to_owned).collect::<Vec<_>>()];
    for row in rows {
        let mut line = vec![row.info.label.clone()];
        line.extend(names.map(|part| exact(of_reads(row, part))));
        line.push(exact(row.mean("stale_ratio")));
        lines.push(line);
    }
    lines
}

fn caption(rows: &[Row]) -> String {
    let policies = || compared(rows);
    let by = |a: &&Row, b: &&Row| a.mean("hit_ratio").total_cmp(&b.mean("hit_ratio"));
    let (Some(best), Some(worst)) = (policies().max_by(by), policies().min_by(by)) else {
        return NOTHING_TO_COMPARE.to_owned();
    };
    let mut words = format!(
        "{} answers {} of reads at once",
        best.info.label,
        share(best.mean("hit_ratio"))
    );
    if best.info.label != worst.info.label {
        words += &format!(", {} {}", worst.info.label, share(worst.mean("hit_ratio")));
    }
    if let Some(perfect) = rows.iter().find(|row| row.is_perfect()) {
        words += &format!(
            "; perfect invalidation could answer {}",
            share(perfect.mean("hit_ratio"))
        );
    }
    words + "."
}
