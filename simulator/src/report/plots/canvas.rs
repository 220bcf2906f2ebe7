//! What a figure is drawn on: it notes what was drawn, in CSS pixels from the upper left corner, so that the
//! same drawing can be written as SVG ([`super::svg`]) and as an image ([`super::bitmap`]).
//!
//! Axes and legends are laid out here and not by plotters' chart layer: that one estimates text
//! sizes from the byte length where no font library is linked, and cuts labels off. Text is
//! anchored instead, so that its exact width never matters.

use super::style::{Dash, INK, Look, Rgb, Shape, WHITE};
use crate::report::units::clip;

/// How much room a figure has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    pub width: f64,
    /// Left of the data: the ticks of the vertical axis.
    pub left: f64,
    pub right: f64,
}

impl Layout {
    /// For a desk and for paper.
    pub const WIDE: Layout = Layout {
        width: 960.0,
        left: 78.0,
        right: 26.0,
    };
    /// For a phone, whose width it has: text is not scaled down.
    pub const NARROW: Layout = Layout {
        width: 400.0,
        left: 66.0,
        right: 16.0,
    };

    pub fn is_narrow(&self) -> bool {
        self.width < 600.0
    }

    /// Of the data.
    pub fn inner(&self) -> f64 {
        self.width - self.left - self.right
    }
}

/// Whose a part of a drawing is, so that a page can hide it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Of the policy at this place of the report.
    Policy(usize),
    /// Its line in the legend, which stays to be seen.
    Legend(usize),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks. `text(13.0)` and then what differs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Type {
    pub size: f64,
    pub colour: Rgb,
    pub anchor: Anchor,
    pub bold: bool,
}

pub fn text(size: f64) -> Type {
    Type {
        size,
        colour: INK,
        anchor: Anchor::Start,
        bold: false,
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

/// `words` in lines of at most `width`, broken between words.
pub fn lines(words: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width_of(line, size) + width_of(word, size) + 0.4 * size <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// One thing that was drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    Rectangle {
        from: (f64, f64),
        to: (f64, f64),
        fill: Rgb,
    },
    Path {
        points: Vec<(f64, f64)>,
        colour: Rgb,
        width: f64,
        dash: Dash,
    },
    Polygon {
        corners: Vec<(f64, f64)>,
        fill: Rgb,
    },
    Disc {
        at: (f64, f64),
        radius: f64,
        fill: Rgb,
    },
    Text {
        at: (f64, f64),
        words: String,
        kind: Type,
    },
}

pub struct Canvas {
    pub layout: Layout,
    drawn: Vec<(Option<Tag>, Shown)>,
    tag: Option<Tag>,
    panels: Vec<[f64; 4]>,
}

/// A finished drawing.
#[derive(Clone)]
pub struct Drawing {
    pub width: f64,
    pub height: f64,
    /// What a screen reader says in its place.
    pub name: String,
    pub drawn: Vec<(Option<Tag>, Shown)>,
    /// Left, top, width and height of each rectangle that data is drawn in.
    pub panels: Vec<[f64; 4]>,
}

impl Drawing {
    /// The drawing as a file.
    pub fn svg(&self) -> String {
        super::svg::file(self)
    }
}

/// Draws on a page of this size.
pub fn draw(width: f64, height: f64, name: &str, paint: impl FnOnce(&mut Canvas)) -> Drawing {
    let layout = Layout {
        width,
        ..Layout::WIDE
    };
    let mut canvas = Canvas::new(layout);
    paint(&mut canvas);
    canvas.finish(height, name)
}

impl Canvas {
    pub fn new(layout: Layout) -> Self {
        Self {
            layout,
            drawn: Vec::new(),
            tag: None,
            panels: Vec::new(),
        }
    }

    pub fn finish(self, height: f64, name: &str) -> Drawing {
        Drawing {
            width: self.layout.width,
            height: height.ceil(),
            name: name.to_owned(),
            drawn: self.drawn,
            panels: self.panels,
        }
    }

    /// Draws what belongs to a policy.
    pub fn tagged(&mut self, tag: Tag, paint: impl FnOnce(&mut Self)) {
        let before = self.tag.replace(tag);
        paint(self);
        self.tag = before;
    }

    /// Notes a rectangle that data is drawn in.
    pub fn panel(&mut self, left: f64, top: f64, width: f64, height: f64) {
        self.panels.push([left, top, width, height]);
    }

    fn push(&mut self, shown: Shown) {
        self.drawn.push((self.tag, shown));
    }

    pub fn rectangle(&mut self, x: f64, y: f64, width: f64, height: f64, fill: Rgb) {
        let (from, to) = ((x, y), (x + width, y + height));
        self.push(Shown::Rectangle { from, to, fill });
    }

    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: Rgb, width: f64) {
        self.path(vec![from, to], colour, width, None);
    }

    /// A line through `points`, as a policy's lines are.
    pub fn curve(&mut self, points: &[(f64, f64)], look: Look, width: f64) {
        self.path(points.to_vec(), look.colour, width, look.dash);
    }

    /// A line through `points`; none through fewer than two.
    pub fn path(&mut self, points: Vec<(f64, f64)>, colour: Rgb, width: f64, dash: Dash) {
        if points.len() > 1 {
            self.push(Shown::Path {
                points,
                colour,
                width,
                dash,
            });
        }
    }

    /// A policy's marker with a white rim, so that it stands out from lines that cross it.
    pub fn marker(&mut self, x: f64, y: f64, radius: f64, look: Look) {
        match look.marker.shape() {
            Shape::Disc => {
                for (radius, fill) in [(radius + 1.2, WHITE), (radius, look.colour)] {
                    let at = (x, y);
                    self.push(Shown::Disc { at, radius, fill });
                }
            }
            Shape::Polygon(corners) => {
                for (r, fill) in [(radius + 1.4, WHITE), (radius, look.colour)] {
                    let corners = corners.iter().map(|c| (x + c.0 * r, y + c.1 * r));
                    let corners = corners.collect();
                    self.push(Shown::Polygon { corners, fill });
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

    /// Words, their middle at height `y`; without control characters, which XML cannot hold.
    pub fn text(&mut self, x: f64, y: f64, words: &str, kind: Type) {
        let (at, words) = ((x, y), clip(words, usize::MAX));
        self.push(Shown::Text { at, words, kind });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_broken_where_they_would_leave_the_drawing() {
        let text = "up and to the left is better";
        let broken = lines(text, 13.0, 90.0);
        assert!(broken.len() > 1 && broken.join(" ") == text, "{broken:?}");
        assert!(broken.iter().all(|line| width_of(line, 13.0) <= 90.0));
        assert_eq!(lines(text, 13.0, 900.0).len(), 1);
    }

    #[test]
    fn what_is_drawn_of_a_policy_is_known_to_be_its() {
        let drawing = draw(10.0, 10.0, "", |canvas| {
            canvas.rectangle(0.0, 0.0, 1.0, 1.0, INK);
            canvas.tagged(Tag::Policy(3), |canvas| {
                canvas.rectangle(0.0, 0.0, 1.0, 1.0, INK);
            });
            canvas.rectangle(0.0, 0.0, 1.0, 1.0, INK);
        });
        let tags: Vec<_> = drawing.drawn.iter().map(|(tag, _)| *tag).collect();
        assert_eq!(tags, [None, Some(Tag::Policy(3)), None]);
    }
}
