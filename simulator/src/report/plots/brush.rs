//! Shapes through plotters, whatever it draws into.

use plotters::prelude::{DrawingBackend, RGBColor, ShapeStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, TextStyle};

use super::canvas::{Anchor, Shown, Type};
use super::style::Rgb;

/// How shapes become those of plotters, which places everything on whole units.
pub struct Brush {
    /// Units for each CSS pixel.
    pub fine: f64,
    /// What plotters is to be asked for, over the size of a font.
    pub font: f64,
    pub family: &'static str,
}

/// The error says what plotters could not draw.
type Drawn = Result<(), String>;

impl Brush {
    /// Draws a shape; a line without its pattern.
    pub fn draw<B: DrawingBackend>(&self, backend: &mut B, shown: &Shown) -> Drawn {
        match shown {
            Shown::Rectangle { from, to, fill } => {
                let fill = self.stroke(*fill, 0.0);
                said(backend.draw_rect(self.at(*from), self.at(*to), &fill, true))
            }
            Shown::Path {
                points,
                colour,
                width,
                ..
            } => self.line(backend, points, *colour, *width),
            Shown::Polygon { corners, fill } => {
                let corners = corners.iter().map(|corner| self.at(*corner));
                said(backend.fill_polygon(corners, &self.stroke(*fill, 0.0)))
            }
            Shown::Disc { at, radius, fill } => {
                let radius = (radius * self.fine) as u32;
                let fill = self.stroke(*fill, 0.0);
                said(backend.draw_circle(self.at(*at), radius, &fill, true))
            }
            Shown::Text { at, words, kind } => self.text(backend, *at, words, kind),
        }
    }

    pub fn line<B: DrawingBackend>(
        &self,
        backend: &mut B,
        points: &[(f64, f64)],
        colour: Rgb,
        width: f64,
    ) -> Drawn {
        let mut fine: Vec<(i32, i32)> = points.iter().map(|point| self.at(*point)).collect();
        fine.dedup();
        // What has no length is no line.
        match fine[..] {
            [] | [_] => Ok(()),
            _ => said(backend.draw_path(fine, &self.stroke(colour, width))),
        }
    }

    pub fn text<B: DrawingBackend>(
        &self,
        backend: &mut B,
        at: (f64, f64),
        words: &str,
        kind: &Type,
    ) -> Drawn {
        let weight = match kind.bold {
            true => FontStyle::Bold,
            false => FontStyle::Normal,
        };
        let across = match kind.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let family = FontFamily::Name(self.family);
        let size = kind.size * self.fine * self.font;
        let colour = colour(kind.colour);
        let style = TextStyle::from(FontDesc::new(family, size, weight))
            .color(&colour)
            .pos(Pos::new(across, VPos::Center));
        said(backend.draw_text(words, &style, self.at(at)))
    }

    fn at(&self, point: (f64, f64)) -> (i32, i32) {
        let whole = |length: f64| (length * self.fine).round() as i32;
        (whole(point.0), whole(point.1))
    }

    fn stroke(&self, of: Rgb, width: f64) -> ShapeStyle {
        colour(of).stroke_width((width * self.fine).round() as u32)
    }
}

fn said(drawn: Result<(), impl std::error::Error>) -> Drawn {
    drawn.map_err(|why| why.to_string())
}

fn colour(of: Rgb) -> RGBColor {
    RGBColor(of.0, of.1, of.2)
}
