//! A policy's marker, as the figures have it, to stand beside its name in text.

use crate::report::digest::Row;
use crate::report::plots::{Look, Shape};

/// As SVG. Baselines take the colour of the text, since their black would vanish on a dark page.
pub fn swatch(row: &Row) -> String {
    let look = Look::of(row);
    let (r, g, b) = look.colour;
    let colour = if row.is_baseline() {
        "currentColor".to_owned()
    } else {
        format!("#{r:02X}{g:02X}{b:02X}")
    };
    let shape = match look.marker.shape() {
        Shape::Disc => format!("<circle r=\"5\" fill=\"{colour}\"/>"),
        Shape::Polygon(corners) => {
            let points: Vec<String> = corners
                .iter()
                .map(|(x, y)| format!("{:.1},{:.1}", x * 5.0, y * 5.0))
                .collect();
            format!(
                "<polygon points=\"{}\" fill=\"{colour}\"/>",
                points.join(" ")
            )
        }
        Shape::Strokes(strokes) => {
            let path: Vec<String> = strokes
                .iter()
                .map(|s| {
                    let [a, b, c, d] = [s.0, s.1, s.2, s.3].map(|v| v * 5.0);
                    format!("M{a:.1} {b:.1}L{c:.1} {d:.1}")
                })
                .collect();
            let path = path.concat();
            format!("<path d=\"{path}\" stroke=\"{colour}\" stroke-width=\"2.2\"/>")
        }
    };
    format!("<svg class=\"swatch\" viewBox=\"-8 -8 16 16\" aria-hidden=\"true\">{shape}</svg>")
}
