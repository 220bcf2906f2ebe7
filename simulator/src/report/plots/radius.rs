//! How far does a change of meaning reach? Precision and recall of purges by meaning over the radius, and the stale
//! answers that are left.

use serde_json::Value;

use super::axis::{Axis, Frame};
use super::canvas::{Canvas, Tag, text};
use super::hover::{Hover, Point, place};
use super::sketch::{Figure, Sketch, Table};
use super::style::{BLUE, Dash, Look, Rgb, VERMILLION};
use crate::report::digest::Row;
use crate::report::units::{clip, count, exact, share};

/// `plots/NAME.svg`.
pub const NAME: &str = "radius";
pub const TITLE: &str = "How far does a change of meaning reach?";
const PANEL: f64 = 230.0;
const BETWEEN: f64 = 40.0;
const PRECISION: Rgb = BLUE;
const RECALL: Rgb = VERMILLION;
/// Recall's, to be told from precision without colours.
const DASHES: Dash = Some((6, 4));

/// One setting that purges by meaning.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The policy's place in the report, and its name.
    pub place: usize,
    pub label: String,
    pub look: Look,
    pub radius: f64,
    pub precision: f64,
    pub recall: f64,
    pub stale_ratio: f64,
    /// Of hits.
    pub wrong: f64,
    pub hits: f64,
}

/// From the policies of a comparison that name a radius.
pub fn figure(rows: &[Row]) -> Figure {
    let by_meaning = |row: &&Row| row.figure("semantic.purge_recall").is_some();
    if !rows.iter().any(|row| by_meaning(&row)) {
        return Figure::nothing(NAME, TITLE, "no policy went by meaning");
    }
    let settings = rows.iter().filter(by_meaning).filter_map(|row| {
        Some(Setting {
            place: row.place,
            label: row.info.label.clone(),
            look: Look::of(row),
            radius: row.info.config.get("radius").and_then(Value::as_f64)?,
            precision: row.mean("semantic.purge_precision"),
            recall: row.mean("semantic.purge_recall"),
            stale_ratio: row.mean("stale_ratio"),
            wrong: row.mean("semantic.wrong_hits") / row.mean("semantic.hits").max(1.0),
            hits: row.mean("semantic.hits"),
        })
    });
    of(settings.collect())
}

/// From any settings; they are sorted here.
pub fn of(mut settings: Vec<Setting>) -> Figure {
    settings.sort_by(|a, b| a.radius.total_cmp(&b.radius).then(a.place.cmp(&b.place)));
    let mut radii: Vec<f64> = settings.iter().map(|setting| setting.radius).collect();
    radii.dedup();
    if radii.len() < 2 {
        return Figure::nothing(
            NAME,
            TITLE,
            "it takes policies at several radii, such as --policy semantic:radius=0.65 --policy semantic:radius=0.75",
        );
    }
    let frames = frames(&settings, 0.0, 0.0, 1.0);
    let points = settings.iter().flat_map(|setting| {
        let v = format!(
            "radius {}: precision {}, recall {}, {} of reads stale",
            setting.radius,
            share(setting.precision),
            share(setting.recall),
            share(setting.stale_ratio)
        );
        let point = move |panel: usize, x: f64, y: f64| Point {
            p: setting.place,
            panel,
            x,
            y,
            v: v.clone(),
        };
        let x = place(&frames[0].x, setting.radius);
        [
            point(0, x, place(&frames[0].y, setting.precision)),
            point(0, x, place(&frames[0].y, setting.recall)),
            point(1, x, place(&frames[1].y, setting.stale_ratio)),
        ]
    });
    Sketch {
        name: NAME,
        title: TITLE,
        below: "Above, of the entries that a purge by meaning took, how many had really changed (precision, blue), and \
                of those that had changed, how many it took (recall, red). Below, the stale answers that are left. A \
                greater radius asks for more likeness and so reaches fewer entries."
            .to_owned(),
        caption: caption(&settings),
        table: table(&settings),
        csv: csv(&settings),
        hover: Hover::Points {
            points: points.collect(),
        },
        paint: Box::new(|canvas, top| paint(canvas, top, &settings)),
    }
    .finish()
}

fn frames(settings: &[Setting], left: f64, top: f64, width: f64) -> [Frame; 2] {
    let radii = || settings.iter().map(|setting| setting.radius);
    let (low, high) = (
        radii().fold(f64::INFINITY, f64::min),
        radii().fold(f64::NEG_INFINITY, f64::max),
    );
    let stale = settings.iter().map(|setting| setting.stale_ratio);
    let most = stale.fold(0.0, f64::max);
    let mut top = top;
    let name = "radius: the least similarity of what is purged";
    [
        Axis::from_zero(1.0, "share of entries", |v| format!("{:.0} %", 100.0 * v)),
        Axis::from_zero(most, "stale answers, share of all reads", share),
    ]
    .map(|y| {
        let frame = Frame {
            left,
            top,
            width,
            height: PANEL,
            x: Axis::between(low, high, name),
            y,
        };
        top += PANEL + BETWEEN;
        frame
    })
}

fn paint(canvas: &mut Canvas, top: f64, settings: &[Setting]) -> f64 {
    for (x, name, colour) in [(4.0, "precision", PRECISION), (124.0, "recall", RECALL)] {
        let y = top + 8.0;
        canvas.path(
            vec![(x, y), (x + 26.0, y)],
            colour,
            2.2,
            if colour == RECALL { DASHES } else { None },
        );
        canvas.text(x + 34.0, y, name, text(13.0));
    }
    let (left, width) = (canvas.layout.left, canvas.layout.inner());
    let frames = frames(settings, left, top + 26.0 + Frame::ABOVE, width);
    /// The panel, the figure, and how its line looks.
    type Curve = (usize, fn(&Setting) -> f64, Rgb, Dash);
    let curves: [Curve; 3] = [
        (0, |s| s.precision, PRECISION, None),
        (0, |s| s.recall, RECALL, DASHES),
        (1, |s| s.stale_ratio, (110, 110, 110), None),
    ];
    for (i, frame) in frames.iter().enumerate() {
        frame.draw(canvas, i == 1);
    }
    // A line through marks one above the other would say nothing.
    let distinct = settings
        .windows(2)
        .all(|pair| pair[0].radius < pair[1].radius);
    for (panel, of, colour, dash) in curves {
        let frame = &frames[panel];
        let points = settings.iter().map(|s| frame.at(s.radius, of(s)));
        let points: Vec<(f64, f64)> = points.collect();
        if distinct {
            canvas.path(points.clone(), colour, 2.2, dash);
        }
        for (setting, (x, y)) in settings.iter().zip(points) {
            canvas.tagged(Tag::Policy(setting.place), |canvas| {
                let look = Look {
                    colour: if panel == 0 {
                        colour
                    } else {
                        setting.look.colour
                    },
                    ..setting.look
                };
                canvas.marker(x, y, 5.0, look);
            });
        }
    }
    frames[1].bottom() + Frame::BELOW
}

fn table(settings: &[Setting]) -> Table {
    let heads = [
        "policy",
        "radius",
        "precision",
        "recall",
        "stale",
        "hits by meaning",
        "of these wrong",
    ];
    let rows = settings.iter().map(|setting| {
        let cells = vec![
            clip(&setting.label, super::LABEL),
            exact(setting.radius),
            share(setting.precision),
            share(setting.recall),
            share(setting.stale_ratio),
            count(setting.hits),
            share(setting.wrong),
        ];
        (Some(setting.place), cells)
    });
    Table {
        heads: heads.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn csv(settings: &[Setting]) -> Vec<Vec<String>> {
    let heads = [
        "policy",
        "radius",
        "purge_precision",
        "purge_recall",
        "stale_ratio",
        "hits",
        "wrong_hit_ratio",
    ];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for setting in settings {
        rows.push(vec![
            setting.label.clone(),
            exact(setting.radius),
            exact(setting.precision),
            exact(setting.recall),
            exact(setting.stale_ratio),
            exact(setting.hits),
            exact(setting.wrong),
        ]);
    }
    rows
}

fn caption(settings: &[Setting]) -> String {
    let by = |a: &&Setting, b: &&Setting| a.stale_ratio.total_cmp(&b.stale_ratio);
    let (Some(best), Some(worst)) = (settings.iter().min_by(by), settings.iter().max_by(by)) else {
        return String::new();
    };
    let told = |setting: &Setting| {
        format!(
            "{}: it takes {} of the entries that had changed, {} of what it takes had changed, and {} of reads are \
             answered stale",
            setting.radius,
            share(setting.recall),
            share(setting.precision),
            share(setting.stale_ratio)
        )
    };
    format!(
        "Fewest stale answers at radius {}. Most at {}.",
        told(best),
        told(worst)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{digest, sample};

    fn setting(place: usize, radius: f64) -> Setting {
        Setting {
            place,
            label: format!("semantic {radius}"),
            look: Look::nth(place),
            radius,
            precision: 1.0 - radius / 2.0,
            recall: 1.0 - radius,
            stale_ratio: radius / 10.0,
            wrong: 0.0,
            hits: 10.0,
        }
    }

    #[test]
    fn settings_are_drawn_by_their_radius_and_the_freshest_is_named() {
        let figure = of(vec![setting(0, 0.9), setting(1, 0.5), setting(2, 0.7)]);
        let content = figure.content.unwrap();
        let radii: Vec<&str> = content.csv.iter().map(|row| row[1].as_str()).collect();
        assert_eq!(radii, ["radius", "0.5", "0.7", "0.9"]);
        assert!(
            figure
                .caption
                .starts_with("Fewest stale answers at radius 0.5: it takes 50.00 %")
        );
    }

    #[test]
    fn one_radius_shows_nothing_and_says_what_would() {
        let figure = of(vec![setting(0, 0.7)]);
        assert!(
            figure
                .content
                .is_err_and(|why| why.contains("--policy semantic:radius="))
        );
        let report = sample::nothing_read();
        let figure = super::figure(&digest::rows(&report));
        assert!(figure.content.is_err_and(|why| why.contains("meaning")));
    }
}
