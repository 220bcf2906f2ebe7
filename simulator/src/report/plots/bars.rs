//! Bars that lie: a row a policy, its name, and how long the bar is.

use super::canvas::{Canvas, Tag, text, width_of};
use super::label;
use super::style::{FAINT, Look, Rgb, SOFT};
use crate::report::digest::Row;

/// What one policy has.
pub struct Bar<'r, 'a> {
    pub row: &'r Row<'a>,
    /// Lengths, one behind the other, and their colours; together at most 1.
    pub parts: Vec<(f64, Rgb)>,
    /// What is written in each part, where it fits; as long as `parts` or empty.
    pub within: Vec<String>,
    /// Beside the bar.
    pub value: String,
}

/// Where bars lie.
pub struct Place {
    pub left: f64,
    pub top: f64,
    pub width: f64,
}

const THICK: f64 = 22.0;
const NAME: f64 = 13.0;

/// Draws bars, names above them where there is little room; returns where they end.
pub fn bars(canvas: &mut Canvas, place: &Place, bars: &[Bar<'_, '_>]) -> f64 {
    let names = bars.iter().map(|bar| width_of(&label(bar.row), NAME));
    let names = names.fold(60.0, f64::max) + 28.0;
    let values = bars.iter().map(|bar| width_of(&bar.value, NAME));
    let values = values.fold(0.0, f64::max) + 10.0;
    let above =
        names > 0.55 * place.width || canvas.layout.is_narrow() && names > 0.35 * place.width;
    let indent = if above { 0.0 } else { names };
    let (left, width) = (place.left + indent, place.width - indent - values);
    let mut y = place.top;
    for bar in bars {
        if above {
            y += 20.0;
        }
        let middle = y + THICK / 2.0;
        let name = if above { y - 10.0 } else { middle };
        canvas.panel(left, y, width, THICK);
        canvas.tagged(Tag::Policy(bar.row.place), |canvas| {
            canvas.marker(place.left + 8.0, name, 5.0, Look::of(bar.row));
            canvas.text(place.left + 22.0, name, &label(bar.row), text(NAME));
            canvas.rectangle(left, y, width, THICK, FAINT);
            let mut x = left;
            for (i, (length, fill)) in bar.parts.iter().enumerate() {
                let w = length * width;
                // What happened at all is seen: half a pixel at least.
                if *length > 0.0 {
                    canvas.rectangle(x, y, w.max(0.5), THICK, *fill);
                }
                if let Some(words) = bar.within.get(i)
                    && w > width_of(words, 12.5) + 8.0
                {
                    let kind = text(12.5).colour((0, 0, 0)).middle();
                    canvas.text(x + w / 2.0, middle, words, kind);
                }
                x += w;
            }
            let end = left + width + 8.0;
            canvas.text(end, middle, &bar.value, text(NAME).colour(SOFT));
        });
        y += THICK + 8.0;
    }
    y
}
