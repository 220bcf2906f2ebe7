//! What became of the reads: stacked bars, one a policy.

use super::super::digest::Row;
use super::super::units;
use super::canvas::{self, Type, text, width_of};
use super::style::{GREEN, INK, Look, Rgb, SKY, SOFT, VERMILLION};
use super::{Figure, NOTHING_TO_COMPARE, WIDTH, compared, heading, label, nothing};

const TITLE: &str = "What became of the reads?";
const BAR: f64 = 34.0;
const PARTS: [(&str, &str, Rgb, Rgb); 4] = [
    ("fresh_hits", "fresh hit", GREEN, INK),
    ("stale_hits", "stale hit", VERMILLION, INK),
    ("delayed_hits", "joined a load", SKY, INK),
    ("misses", "began a load", (205, 205, 205), INK),
];

pub fn figure(rows: &[Row]) -> Figure {
    let read = rows.iter().any(|row| row.mean("reads") > 0.0);
    Figure {
        name: "hits",
        svg: if read {
            draw(rows)
        } else {
            nothing(TITLE, "There were no reads in this run.")
        },
        caption: caption(rows),
    }
}

fn draw(rows: &[Row]) -> String {
    let widest = rows.iter().map(|row| width_of(&label(row), 13.0));
    let left = 38.0 + widest.fold(60.0, f64::max).min(240.0) + 14.0;
    let width = WIDTH - left - 96.0;
    let top = 100.0;
    let height = top + rows.len() as f64 * BAR + 20.0;
    canvas::draw(WIDTH, height, TITLE, |canvas| {
        heading(
            canvas,
            TITLE,
            "Shares of all reads. What joined a load may have got a stale value too: see the column on the right.",
        );
        let mut x = left;
        for (_, name, fill, _) in PARTS {
            canvas.rectangle(x, 68.0, 13.0, 13.0, fill);
            canvas.text(x + 19.0, 74.5, name, text(13.0));
            x += 19.0 + width_of(name, 13.0) + 22.0;
        }
        let heads = text(12.5).colour(SOFT).end();
        canvas.text(WIDTH - 20.0, 74.5, "stale", heads);
        for (i, row) in rows.iter().enumerate() {
            let y = top + i as f64 * BAR;
            let middle = y + BAR / 2.0 - 3.0;
            canvas.marker(24.0, middle, 5.0, Look::of(row));
            canvas.text(38.0, middle, &label(row), text(13.0));
            bar(canvas, row, left, width, y);
            let stale = units::share(row.mean("stale_ratio"));
            let kind: Type = text(13.0).end();
            canvas.text(WIDTH - 20.0, middle, &stale, kind);
        }
    })
}

fn bar(canvas: &mut canvas::Canvas, row: &Row, left: f64, width: f64, y: f64) {
    let reads = row.mean("reads");
    if reads <= 0.0 {
        return;
    }
    let mut x = left;
    for (part, _, fill, ink) in PARTS {
        let share = row.mean(part) / reads;
        let w = share * width;
        // What happened at all is seen: half a pixel at least.
        if share > 0.0 {
            canvas.rectangle(x, y, w.max(0.5), BAR - 6.0, fill);
        }
        let words = format!("{:.1} %", share * 100.0);
        if w > width_of(&words, 12.5) + 8.0 {
            let kind = text(12.5).colour(ink).middle();
            canvas.text(x + w / 2.0, y + BAR / 2.0 - 3.0, &words, kind);
        }
        x += w;
    }
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
        units::share(best.mean("hit_ratio"))
    );
    if best.info.label != worst.info.label {
        words += &format!(
            ", {} {}",
            worst.info.label,
            units::share(worst.mean("hit_ratio"))
        );
    }
    if let Some(perfect) = rows.iter().find(|row| row.is_perfect()) {
        words += &format!(
            "; perfect invalidation could answer {}",
            units::share(perfect.mean("hit_ratio"))
        );
    }
    words + "."
}
