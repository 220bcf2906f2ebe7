//! A figure: what it asks, what it says, and its drawings for paper, desk and phone.

use serde::Serialize;

use super::canvas::{Canvas, Drawing, Layout};
use super::{EDGE, Hover, heading, nothing};

/// A figure of a report.
pub struct Figure {
    /// `plots/NAME.svg`, `plots/NAME.csv`.
    pub name: &'static str,
    /// The question.
    pub title: &'static str,
    /// How to read it.
    pub below: String,
    /// What to see in it, in this run.
    pub caption: String,
    /// Or why there is nothing to show.
    pub content: Result<Content, String>,
}

/// What a figure shows.
pub struct Content {
    /// With its title, for a file.
    pub file: Drawing,
    pub wide: Drawing,
    pub narrow: Drawing,
    /// The numbers for people.
    pub table: Table,
    /// The numbers that are drawn, to the last digit; the first line names the columns.
    pub csv: Vec<Vec<String>>,
    pub hover: Hover,
}

/// Some numbers of a figure.
#[derive(Debug, Default, Serialize)]
pub struct Table {
    pub heads: Vec<String>,
    /// The place of the policy that a row is about, and its cells.
    pub rows: Vec<(Option<usize>, Vec<String>)>,
}

/// Draws from a height on and returns where it ended.
pub type Paint<'r> = dyn Fn(&mut Canvas, f64) -> f64 + 'r;

/// A figure before it is laid out.
pub struct Sketch<'r> {
    pub name: &'static str,
    pub title: &'static str,
    pub below: String,
    pub caption: String,
    pub table: Table,
    pub csv: Vec<Vec<String>>,
    pub hover: Hover,
    pub paint: Box<Paint<'r>>,
}

impl Sketch<'_> {
    /// Draws it for every width.
    pub fn finish(self) -> Figure {
        let draw = |layout: Layout, titled: bool| {
            let mut canvas = Canvas::new(layout);
            let top = match titled {
                true => heading(&mut canvas, self.title, &self.below),
                false => EDGE,
            };
            let bottom = (self.paint)(&mut canvas, top);
            canvas.finish(bottom + EDGE, self.title)
        };
        Figure {
            content: Ok(Content {
                file: draw(Layout::WIDE, true),
                wide: draw(Layout::WIDE, false),
                narrow: draw(Layout::NARROW, false),
                table: self.table,
                csv: self.csv,
                hover: self.hover,
            }),
            name: self.name,
            title: self.title,
            below: self.below,
            caption: self.caption,
        }
    }
}

impl Figure {
    /// One with nothing to show: `why` as it goes on after “left out: ”.
    pub fn nothing(name: &'static str, title: &'static str, why: impl Into<String>) -> Self {
        Self {
            name,
            title,
            below: String::new(),
            caption: String::new(),
            content: Err(why.into()),
        }
    }

    /// What `plots/NAME.svg` shows: where there is nothing to show, the reason. So links to it hold.
    pub fn file(&self) -> Drawing {
        match &self.content {
            Ok(content) => content.file.clone(),
            Err(why) => nothing(self.title, &format!("Nothing to show: {why}.")),
        }
    }
}

impl Content {
    /// For the script of the page, in which no `<` may stand.
    pub fn hover_json(&self) -> String {
        #[derive(Serialize)]
        struct Placed<'a> {
            wide: &'a [[f64; 4]],
            narrow: &'a [[f64; 4]],
            #[serde(flatten)]
            hover: &'a Hover,
        }
        let placed = Placed {
            wide: &self.wide.panels,
            narrow: &self.narrow.panels,
            hover: &self.hover,
        };
        let text = serde_json::to_string(&placed).unwrap_or_default();
        text.replace('<', "\\u003c")
    }
}
