//! The legend above a figure: it wraps and never covers data.

use super::canvas::{Canvas, Tag, text, width_of};
use super::style::Look;

const SIZE: f64 = 13.0;
const LINE: f64 = 21.0;
const SWATCH: f64 = 26.0;
const GAP: f64 = 20.0;

/// One policy's line and name.
pub struct Entry {
    pub look: Look,
    pub words: String,
    /// Whose it is, on a page that can hide it.
    pub place: Option<usize>,
}

pub struct Legend {
    entries: Vec<(Entry, (f64, f64))>,
    pub height: f64,
}

impl Legend {
    /// Lays `entries` out in lines of at most `width`.
    pub fn new(entries: Vec<Entry>, width: f64) -> Self {
        let (mut x, mut y) = (0.0, 0.0);
        let entries: Vec<_> = entries
            .into_iter()
            .map(|entry| {
                let needs = SWATCH + 6.0 + width_of(&entry.words, SIZE);
                if x > 0.0 && x + needs > width {
                    (x, y) = (0.0, y + LINE);
                }
                let place = (x, y);
                x += needs + GAP;
                (entry, place)
            })
            .collect();
        let height = if entries.is_empty() { 0.0 } else { y + LINE };
        Self { entries, height }
    }

    pub fn draw(&self, canvas: &mut Canvas, left: f64, top: f64) {
        for (entry, (dx, dy)) in &self.entries {
            let (x, y) = (left + dx, top + dy + LINE / 2.0);
            let paint = |canvas: &mut Canvas| {
                canvas.curve(&[(x, y), (x + SWATCH, y)], entry.look, 2.0);
                canvas.marker(x + SWATCH / 2.0, y, 4.0, entry.look);
                canvas.text(x + SWATCH + 6.0, y, &entry.words, text(SIZE));
            };
            match entry.place {
                Some(place) => canvas.tagged(Tag::Legend(place), paint),
                None => paint(canvas),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::style::{INK, Marker};
    use super::*;

    #[test]
    fn a_long_legend_wraps_and_grows_downwards() {
        let look = Look {
            colour: INK,
            marker: Marker::Circle,
            dash: None,
        };
        let entry = || Entry {
            look,
            words: "a label of some length".to_owned(),
            place: None,
        };
        let legend = Legend::new((0..8).map(|_| entry()).collect(), 600.0);
        assert!(legend.height > 2.0 * LINE);
        assert!(legend.entries.iter().all(|(_, (x, _))| *x < 600.0));
        assert_eq!(Legend::new(Vec::new(), 600.0).height, 0.0);
    }
}
