//! A drawing as SVG, written by plotters: as a file of its own, and as a part of a page, which says what is
//! whose (`data-p`) and leaves the colours of paper and ink to the page's style.

use plotters::backend::SVGBackend;
use plotters::prelude::DrawingBackend;

use super::brush::Brush;
use super::canvas::{Drawing, Shown, Tag};
use super::style::WHITE;
use crate::report::units::clip;

/// Units of the drawing per CSS pixel: plotters places everything on whole units, and curves drawn
/// on whole pixels have visible steps.
const FINE: f64 = 4.0;

/// plotters divides every size by this factor before it writes `font-size`.
const FONT: f64 = 1.24;

/// Whatever sans serif the reader's machine has, the one of its own interface first.
const FAMILY: &str = "system-ui, Helvetica, Arial, sans-serif";

const BRUSH: Brush = Brush {
    fine: FINE,
    font: FONT,
    family: FAMILY,
};

/// On paper, with its name.
pub fn file(drawing: &Drawing) -> String {
    let (width, height) = (drawing.width, drawing.height);
    let paper = Shown::Rectangle {
        from: (0.0, 0.0),
        to: (width, height),
        fill: WHITE,
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {} {}\" font-family=\"{FAMILY}\">\n<title>{}</title>\n{}{}</svg>\n",
        width * FINE,
        height * FINE,
        escape(&drawing.name),
        written(&[&paper], drawing),
        body(drawing, false),
    )
}

/// Inside a page, which names it beside it.
pub fn inline(drawing: &Drawing, class: &str) -> String {
    format!(
        "<svg class=\"{class}\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {} {}\">\n{}</svg>",
        escape(&drawing.name),
        drawing.width * FINE,
        drawing.height * FINE,
        body(drawing, true),
    )
}

fn escape(text: &str) -> String {
    clip(text, usize::MAX)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// What is drawn one after the other and is of the same kind, together.
fn body(drawing: &Drawing, tagged: bool) -> String {
    let dash = |shown: &Shown| match shown {
        Shown::Path { dash, .. } => *dash,
        _ => None,
    };
    let mut out = String::new();
    for tag_group in drawing.drawn.chunk_by(|a, b| !tagged || a.0 == b.0) {
        let tag = tag_group[0].0.filter(|_| tagged);
        match tag {
            Some(Tag::Policy(place)) => out += &format!("<g data-p=\"{place}\">\n"),
            Some(Tag::Legend(place)) => out += &format!("<g class=\"key\" data-p=\"{place}\">\n"),
            None => {}
        }
        for group in tag_group.chunk_by(|a, b| dash(&a.1) == dash(&b.1)) {
            let shown: Vec<&Shown> = group.iter().map(|(_, shown)| shown).collect();
            let written = written(&shown, drawing);
            if let Some((on, off)) = dash(shown[0]) {
                let (on, off) = (f64::from(on) * FINE, f64::from(off) * FINE);
                out += &format!("<g stroke-dasharray=\"{on} {off}\">\n{written}</g>\n");
            } else {
                out += &written;
            }
        }
        if tag.is_some() {
            out += "</g>\n";
        }
    }
    out
}

/// What plotters makes of it, without the frame of a file around it.
fn written(all: &[&Shown], drawing: &Drawing) -> String {
    let mut svg = String::new();
    let size = (
        (drawing.width * FINE) as u32,
        (drawing.height * FINE) as u32,
    );
    {
        let mut backend = SVGBackend::with_string(&mut svg, size);
        for shown in all {
            done(BRUSH.draw(&mut backend, shown));
        }
        done(backend.present());
    }
    let start = svg.find(">\n").map_or(0, |at| at + 2);
    let end = svg.rfind("</svg>").unwrap_or(svg.len());
    // Said once for the whole drawing, or the default. No label can hold a quote that is not escaped.
    svg[start..end]
        .replace(&format!(" font-family=\"{FAMILY}\""), "")
        .replace(" opacity=\"1\"", "")
}

/// Drawing into a string has nothing that could fail.
fn done<E>(result: Result<(), E>) {
    debug_assert!(result.is_ok(), "drawing into a string failed");
}

#[cfg(test)]
mod tests {
    use super::super::canvas::{draw, text};
    use super::super::style::Look;
    use super::*;

    #[test]
    fn labels_cannot_break_out_of_the_drawing() {
        let drawing = draw(10.0, 10.0, "a < b & \"\u{0}", |canvas| {
            canvas.text(1.0, 1.0, "<script>\u{1}& opacity=\"1\"", text(12.0));
        });
        let svg = file(&drawing);
        assert!(
            svg.contains("<title>a &lt; b &amp; &quot; </title>"),
            "{svg}"
        );
        assert!(
            svg.contains("&lt;script&gt; &amp; opacity=&quot;1&quot;"),
            "{svg}"
        );
        assert!(svg.contains("viewBox=\"0 0 40 40\"") && svg.contains("width=\"10\""));
        assert!(inline(&drawing, "wide").contains("aria-label=\"a &lt; b &amp; &quot; \""));
    }

    #[test]
    fn a_page_is_told_what_is_whose_and_a_file_is_one_drawing() {
        let drawing = draw(10.0, 10.0, "", |canvas| {
            canvas.tagged(Tag::Policy(2), |canvas| {
                canvas.curve(&[(0.0, 0.0), (9.0, 9.0)], Look::nth(2), 2.0);
                canvas.marker(5.0, 5.0, 2.0, Look::nth(2));
            });
        });
        assert_eq!(
            inline(&drawing, "wide").matches("<g data-p=\"2\">").count(),
            1
        );
        assert!(!file(&drawing).contains("data-p"));
    }

    #[test]
    fn a_dashed_line_is_one_line_with_a_pattern() {
        let look = Look {
            dash: Some((6, 4)),
            ..Look::nth(0)
        };
        let drawing = draw(10.0, 10.0, "", |canvas| {
            canvas.curve(&[(0.0, 0.0), (9.0, 9.0)], look, 2.0);
            canvas.line((0.0, 9.0), (9.0, 0.0), look.colour, 1.0);
        });
        let svg = file(&drawing);
        assert_eq!(svg.matches("stroke-dasharray").count(), 1);
        let (dashed, rest) = svg.split_once("</g>").unwrap();
        assert!(
            dashed.matches("<polyline").count() == 1 && rest.contains("<polyline"),
            "{svg}"
        );
    }
}
