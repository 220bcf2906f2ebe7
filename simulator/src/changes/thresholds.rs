//! What counts as a change, and which changes fail.

use std::str::FromStr;

use crate::report::figures::{FigureKind, to_compare_by};
use crate::scenario::Nanos;

/// How large a change of a figure counts for nothing: `stale_ratio=5%`, `stale_age_us.max=500ms`,
/// `origin_loads=100`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    pub figure: &'static FigureKind,
    pub size: Size,
}

/// The size of a change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    /// As a share of what the figure was. Where it was 0, any change is larger.
    Share(f64),
    /// In the unit of the figure.
    Amount(f64),
}

impl Threshold {
    /// Whether a change counts.
    #[must_use]
    pub fn is_exceeded(&self, before: f64, after: f64) -> bool {
        let change = (after - before).abs();
        match self.size {
            Size::Share(share) => change > share * before.abs(),
            Size::Amount(amount) => change > amount,
        }
    }
}

impl FromStr for Threshold {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let example = "write FIGURE=SIZE, such as stale_ratio=5% (of what it was), \
                       stale_age_us.max=500ms or origin_loads=100";
        let (name, size) = text.split_once('=').ok_or(example)?;
        let figure = to_compare_by(name.trim())?;
        let size = size.trim();
        let number = |text: &str| {
            let number = text.trim().parse::<f64>().ok();
            number.filter(|number| *number >= 0.0 && number.is_finite())
        };
        let size = match size.strip_suffix('%') {
            Some(percent) => number(percent).map(|percent| Size::Share(percent / 100.0)),
            None if figure.name.contains("_us") => {
                let time = size.parse::<Nanos>().ok();
                let time = time.map(|time| time.0 as f64 / 1e3);
                time.or_else(|| number(size)).map(Size::Amount)
            }
            None => number(size).map(Size::Amount),
        };
        let size = size.ok_or(example)?;
        Ok(Self { figure, size })
    }
}

/// Which changes are a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailOn {
    #[default]
    Never,
    /// A figure is worse.
    Worse,
    /// A figure is better or worse.
    Changed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_a_share_of_what_was_or_an_amount_in_the_unit_of_the_figure() {
        let read = |text: &str| text.parse::<Threshold>().unwrap();
        assert!(read("stale_ratio=5%").is_exceeded(0.1, 0.1051));
        assert!(!read("stale_ratio=5%").is_exceeded(0.1, 0.1049));
        assert!(read("stale_ratio = 5 %").is_exceeded(0.0, 1e-9));
        assert!(!read("stale_age_us.max=500ms").is_exceeded(1e6, 1.4e6));
        assert!(read("stale_age_us.max=500ms").is_exceeded(1e6, 1.6e6));
        assert!(read("hit_ratio=0.01").is_exceeded(0.5, 0.489));
    }

    #[test]
    fn what_is_none_says_what_is_one() {
        for (text, says) in [
            ("stale_ratio", "write FIGURE=SIZE"),
            ("stale_ratio=-5%", "write FIGURE=SIZE"),
            ("stale_ratio=some", "write FIGURE=SIZE"),
            ("stale_ration=5%", "did you mean `stale_ratio`?"),
            ("reads=5%", "better neither"),
        ] {
            let error = text.parse::<Threshold>().unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
