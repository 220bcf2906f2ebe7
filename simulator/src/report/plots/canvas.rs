//! A page of SVG to draw on, in CSS pixels from its upper left corner.
//!
//! Axes and legends are laid out here and not by plotters' chart layer: that one estimates text
//! sizes from the byte length where no font library is linked, and cuts labels off. Text is
//! anchored instead, so that its exact width never matters.

use plotters::backend::SVGBackend;
use plotters::prelude::{DrawingBackend, RGBColor, ShapeStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, FontTransform, TextStyle};

use super::super::units::clip;
use super::style::{INK, Look, Rgb, Shape, WHITE};

/// Units of the drawing per CSS pixel: plotters places everything on whole units, and curves drawn
/// on whole pixels have visible steps.
const FINE: f64 = 4.0;

/// plotters divides every size by this factor before it writes `font-size`.
const FONT: f64 = 1.24;

pub struct Canvas<'a> {
    backend: SVGBackend<'a>,
}

#[derive(Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks. `text(13.0)` and then what differs.
#[derive(Clone, Copy)]
pub struct Type {
    size: f64,
    colour: Rgb,
    anchor: Anchor,
    bold: bool,
    upwards: bool,
}

pub fn text(size: f64) -> Type {
    Type {
        size,
        colour: INK,
        anchor: Anchor::Start,
        bold: false,
        upwards: false,
    }
}

impl Type {
    pub fn colour(self, colour: Rgb) -> Self {
        Self { colour, ..self }
    }
    pub fn middle(self) -> Self {
        Self {
            anchor: Anchor::Middle,
            ..self
        }
    }
    pub fn end(self) -> Self {
        Self {
            anchor: Anchor::End,
            ..self
        }
    }
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
    /// Read from below, for the names of vertical axes.
    pub fn upwards(self) -> Self {
        Self {
            upwards: true,
            ..self
        }
    }
}

/// About how wide a text comes out in the wider ones of the fonts that browsers choose.
pub fn width_of(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | '.' | ',' | ':' | '\'' | '|' | ' ' | 'f' | 't' | 'r' => 0.37,
            'm' | 'w' | 'M' | 'W' | '%' => 0.95,
            'A'..='Z' | '…' => 0.72,

            _ => 0.62,
        })
        .sum();
    ems * size
}

/// Draws one SVG file. `name` is what a screen reader says in its place.
pub fn draw(width: f64, height: f64, name: &str, paint: impl FnOnce(&mut Canvas)) -> String {
    let mut svg = String::new();
    let size = ((width * FINE) as u32, (height * FINE) as u32);
    {
        let mut canvas = Canvas {
            backend: SVGBackend::with_string(&mut svg, size),
        };
        canvas.rectangle(0.0, 0.0, width, height, WHITE);
        paint(&mut canvas);
        done(canvas.backend.present());
    }
    // The drawing keeps its fine units in `viewBox`; what is shown is in pixels.
    let root = format!("<svg width=\"{}\" height=\"{}\"", size.0, size.1);
    let shown = format!("<svg role=\"img\" width=\"{width}\" height=\"{height}\"");
    let svg = svg.replacen(&root, &shown, 1);
    let title = format!(">\n<title>{}</title>\n", escape(name));
    svg.replacen(">\n", &title, 1)
}

fn escape(text: &str) -> String {
    clip(text, usize::MAX)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Drawing into a string has nothing that could fail.
fn done<E>(result: Result<(), E>) {
    debug_assert!(result.is_ok(), "drawing into a string failed");
}

fn at(x: f64, y: f64) -> (i32, i32) {
    ((x * FINE).round() as i32, (y * FINE).round() as i32)
}

fn stroke(colour: Rgb, width: f64) -> ShapeStyle {
    let colour = RGBColor(colour.0, colour.1, colour.2);
    colour.stroke_width((width * FINE).round() as u32)
}

impl Canvas<'_> {
    pub fn rectangle(&mut self, x: f64, y: f64, width: f64, height: f64, fill: Rgb) {
        let style = stroke(fill, 0.0);
        let end = at(x + width, y + height);
        done(self.backend.draw_rect(at(x, y), end, &style, true));
    }

    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: Rgb, width: f64) {
        let style = stroke(colour, width);
        let (from, to) = (at(from.0, from.1), at(to.0, to.1));
        done(self.backend.draw_line(from, to, &style));
    }

    /// A line through `points`, dashed for a baseline.
    pub fn curve(&mut self, points: &[(f64, f64)], look: Look, width: f64) {
        if look.dashed {
            for dash in dashes(points, 6.0, 4.0) {
                self.path(&dash, look.colour, width);
            }
        } else {
            self.path(points, look.colour, width);
        }
    }

    fn path(&mut self, points: &[(f64, f64)], colour: Rgb, width: f64) {
        if points.len() < 2 {
            return;
        }
        let mut fine: Vec<(i32, i32)> = points.iter().map(|p| at(p.0, p.1)).collect();
        fine.dedup();
        done(self.backend.draw_path(fine, &stroke(colour, width)));
    }

    /// A policy's marker with a white rim, so that it stands out from lines that cross it.
    pub fn marker(&mut self, x: f64, y: f64, radius: f64, look: Look) {
        match look.marker.shape() {
            Shape::Disc => {
                for (r, colour) in [(radius + 1.2, WHITE), (radius, look.colour)] {
                    let style = stroke(colour, 0.0);
                    let r = (r * FINE) as u32;
                    done(self.backend.draw_circle(at(x, y), r, &style, true));
                }
            }
            Shape::Polygon(corners) => {
                for (r, colour) in [(radius + 1.4, WHITE), (radius, look.colour)] {
                    let corners = corners.iter().map(|c| at(x + c.0 * r, y + c.1 * r));
                    let style = stroke(colour, 0.0);
                    done(self.backend.fill_polygon(corners, &style));
                }
            }
            Shape::Strokes(strokes) => {
                for (extra, colour) in [(2.2, WHITE), (0.0, look.colour)] {
                    for (x1, y1, x2, y2) in strokes {
                        let from = (x + x1 * radius, y + y1 * radius);
                        let to = (x + x2 * radius, y + y2 * radius);
                        self.line(from, to, colour, 2.2 + extra);
                    }
                }
            }
        }
    }

    pub fn text(&mut self, x: f64, y: f64, words: &str, kind: Type) {
        let weight = if kind.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        };
        let family = FontFamily::Name("system-ui, Helvetica, Arial, sans-serif");
        let mut font = FontDesc::new(family, kind.size * FINE * FONT, weight);
        if kind.upwards {
            font = font.transform(FontTransform::Rotate270);
        }
        let across = match kind.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let (r, g, b) = kind.colour;
        let colour = RGBColor(r, g, b);
        let style = TextStyle::from(font)
            .color(&colour)
            .pos(Pos::new(across, VPos::Center));
        let words = clip(words, usize::MAX);
        done(self.backend.draw_text(&words, &style, at(x, y)));
    }
}

/// Cuts a line into dashes of length `on` with gaps of length `off`, around its corners.
fn dashes(points: &[(f64, f64)], on: f64, off: f64) -> Vec<Vec<(f64, f64)>> {
    let mut all = Vec::new();
    let Some(first) = points.first() else {
        return all;
    };
    let mut dash = vec![*first];
    let (mut drawing, mut left) = (true, on);
    for pair in points.windows(2) {
        let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
        let length = (to_x - x).hypot(to_y - y);
        let mut gone = 0.0;
        while length - gone > left {
            gone += left;
            let cut = (
                x + (to_x - x) * gone / length,
                y + (to_y - y) * gone / length,
            );
            if drawing {
                dash.push(cut);
                all.push(std::mem::take(&mut dash));
            } else {
                dash = vec![cut];
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
        left -= length - gone;
        if drawing {
            dash.push((to_x, to_y));
        }
    }
    if drawing {
        all.push(dash);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_cannot_break_out_of_the_drawing() {
        let svg = draw(10.0, 10.0, "a < b & \u{0}", |canvas| {
            canvas.text(1.0, 1.0, "<script>\u{1}&", text(12.0));
        });
        assert!(svg.contains("<title>a &lt; b &amp;  </title>"), "{svg}");
        assert!(svg.contains("&lt;script&gt; &amp;"), "{svg}");
        assert!(svg.contains("viewBox=\"0 0 40 40\"") && svg.contains("width=\"10\""));
    }

    #[test]
    fn dashes_cover_their_share_of_a_line_and_follow_its_corners() {
        let all = dashes(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], 6.0, 4.0);
        assert_eq!(
            all,
            [vec![(0.0, 0.0), (6.0, 0.0)], vec![(10.0, 0.0), (10.0, 6.0)],].to_vec()
        );
        assert!(dashes(&[], 6.0, 4.0).is_empty());
    }
}
