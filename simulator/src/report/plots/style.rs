//! Colours and markers: one of each a policy, the same in every figure.

use super::super::digest::Row;

/// Red, green, blue.
pub type Rgb = (u8, u8, u8);

pub const INK: Rgb = (34, 34, 34);
pub const SOFT: Rgb = (102, 102, 102);
pub const GRID: Rgb = (226, 226, 226);
pub const FAINT: Rgb = (242, 242, 242);
pub const WHITE: Rgb = (255, 255, 255);

pub const BLUE: Rgb = (0, 114, 178);
pub const VERMILLION: Rgb = (213, 94, 0);
pub const GREEN: Rgb = (0, 158, 115);
pub const PURPLE: Rgb = (204, 121, 167);
pub const ORANGE: Rgb = (230, 159, 0);
pub const SKY: Rgb = (86, 180, 233);

/// The palette of Okabe and Ito, told apart by colour-blind readers too, without its yellow, which
/// a white page swallows. Black is for the baselines.
const POLICIES: [Rgb; 6] = [BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY];
const BASELINES: [Rgb; 2] = [INK, (136, 136, 136)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    Circle,
    Square,
    Up,
    Diamond,
    Down,
    Hourglass,
    Bow,
    /// These two are the baselines'.
    Plus,
    Cross,
}

/// Seven markers against six colours: the pair is unique for the first 42 policies.
const MARKERS: [Marker; 7] = [
    Marker::Circle,
    Marker::Square,
    Marker::Up,
    Marker::Diamond,
    Marker::Down,
    Marker::Hourglass,
    Marker::Bow,
];

/// How a policy is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub colour: Rgb,
    pub marker: Marker,
    pub dash: Dash,
}

/// Lengths of strokes and gaps of a line, in pixels; none of a whole one.
pub type Dash = Option<(u8, u8)>;

/// Of the baselines.
const DASHED: Dash = Some((6, 4));
/// The first six policies have whole lines; where colours come again, lines differ.
const DASHES: [Dash; 4] = [None, Some((16, 3)), Some((2, 2)), Some((10, 6))];

impl Look {
    pub fn of(row: &Row) -> Self {
        if row.is_baseline() {
            Self {
                // Black for perfect invalidation, grey for none, wherever they stand.
                colour: BASELINES[usize::from(!row.is_perfect())],
                marker: if row.is_perfect() {
                    Marker::Cross
                } else {
                    Marker::Plus
                },
                dash: DASHED,
            }
        } else {
            Self::nth(row.index)
        }
    }

    /// That of the policy at this place, not counting baselines.
    pub fn nth(index: usize) -> Self {
        Self {
            colour: POLICIES[index % POLICIES.len()],
            marker: MARKERS[index % MARKERS.len()],
            dash: DASHES[index / POLICIES.len() % DASHES.len()],
        }
    }
}

impl Marker {
    /// Corners of the filled markers and strokes of the others, around (0, 0) with radius 1.
    pub fn shape(self) -> Shape {
        match self {
            Self::Circle => Shape::Disc,
            Self::Square => Shape::Polygon(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
            Self::Up => Shape::Polygon(&[(0.0, -1.15), (1.1, 0.85), (-1.1, 0.85)]),
            Self::Down => Shape::Polygon(&[(0.0, 1.15), (1.1, -0.85), (-1.1, -0.85)]),
            Self::Diamond => Shape::Polygon(&[(0.0, -1.3), (1.1, 0.0), (0.0, 1.3), (-1.1, 0.0)]),
            Self::Hourglass => {
                Shape::Polygon(&[(-1.1, -1.1), (1.1, -1.1), (-1.1, 1.1), (1.1, 1.1)])
            }
            Self::Bow => Shape::Polygon(&[(-1.1, -1.1), (-1.1, 1.1), (1.1, -1.1), (1.1, 1.1)]),
            Self::Plus => Shape::Strokes([(-1.1, 0.0, 1.1, 0.0), (0.0, -1.1, 0.0, 1.1)]),
            Self::Cross => Shape::Strokes([(-0.9, -0.9, 0.9, 0.9), (-0.9, 0.9, 0.9, -0.9)]),
        }
    }
}

pub enum Shape {
    Disc,
    Polygon(&'static [(f64, f64)]),
    Strokes([(f64, f64, f64, f64); 2]),
}

#[cfg(test)]
mod tests {
    use super::super::super::{digest, sample};
    use super::*;

    #[test]
    fn every_policy_has_a_look_of_its_own() {
        let report = sample::report(1);
        let looks: Vec<Look> = digest::rows(&report).iter().map(Look::of).collect();
        for (i, a) in looks.iter().enumerate() {
            assert!(looks[..i].iter().all(|b| a != b), "{a:?} twice");
        }
        assert!(
            looks[looks.len() - 2..]
                .iter()
                .all(|look| look.dash == DASHED)
        );
    }
}
