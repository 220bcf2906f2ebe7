//! Axes: where a value lies and what is written beside it.

use super::super::units;
use super::canvas::{Canvas, text, width_of};
use super::style::{FAINT, GRID, SOFT};

/// Width of the column for zero on a logarithmic axis, in decades.
const ZERO: f64 = 0.55;

/// Of what is written beside an axis.
const TICK: f64 = 12.5;

#[derive(Clone, Copy, PartialEq)]
enum Scale {
    Linear,
    Log,
    /// Logarithmic, with zero in a column of its own at the low end.
    LogAndZero,
}

pub struct Axis {
    scale: Scale,
    /// The ends, as logarithms on a logarithmic axis.
    low: f64,
    high: f64,
    /// Values and what is written there.
    ticks: Vec<(f64, String)>,
    /// Values with a fainter line and nothing written.
    minor: Vec<f64>,
    name: String,
}

impl Axis {
    /// From 0 to a round number not below `max`.
    pub fn from_zero(max: f64, name: &str, write: impl Fn(f64) -> String) -> Self {
        let max = if max > 0.0 && max.is_finite() {
            max
        } else {
            1.0
        };
        let step = round_step(max / 5.0);
        Self::steps(0.0, (max / step - 1e-9).ceil() * step, step, name, write)
    }

    /// Shares from `min` to 1, or from the round number below it.
    pub fn share(min: f64, max: f64, name: &str) -> Self {
        let span = (max - min).max(0.02);
        let step = round_step(span / 4.0);
        let low = ((min - 0.08 * span) / step).floor().max(0.0) * step;
        let high = (((max + 0.08 * span) / step).ceil() * step).min(1.0);
        let digits = if step < 0.001 {
            2
        } else {
            usize::from(step < 0.01)
        };
        Self::steps(low, high, step, name, move |v| {
            format!("{:.digits$} %", v * 100.0)
        })
    }

    /// From a round number below `min` to one above `max`.
    pub fn between(min: f64, max: f64, name: &str) -> Self {
        let step = round_step((max - min).max(1e-9) / 6.0);
        let (low, high) = ((min / step + 1e-9).floor(), (max / step - 1e-9).ceil());
        Self::steps(low * step, high * step, step, name, |v| {
            format!("{}", (v * 1e6).round() / 1e6)
        })
    }

    fn steps(low: f64, high: f64, step: f64, name: &str, write: impl Fn(f64) -> String) -> Self {
        let n = ((high - low) / step + 0.001).floor() as usize;
        // Multiples of the step, not a running sum: 0.3 stays 0.3.
        let first = (low / step).round();
        let ticks = (0..=n.min(20))
            .map(|i| (first + i as f64) * step)
            .map(|v| (v, write(v)))
            .collect();
        Self {
            scale: Scale::Linear,
            low,
            high: if high > low { high } else { low + 1.0 },
            ticks,
            minor: Vec::new(),
            name: name.to_owned(),
        }
    }

    /// Virtual time from `from` to `to`, in microseconds, with ticks at round times.
    pub fn time(from: f64, to: f64, name: &str) -> Self {
        const STEPS: [f64; 22] = [
            1e3, 1e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 10e6, 15e6, 30e6, 60e6, 120e6, 300e6, 600e6,
            900e6, 1800e6, 3600e6, 7200e6, 21600e6, 43200e6, 86400e6,
        ];
        let to = if to > from { to } else { from + 1e6 };
        let step = STEPS.into_iter().find(|s| (to - from) / s <= 9.0);
        let step = step.unwrap_or_else(|| (((to - from) / 8.0) / 86400e6).ceil() * 86400e6);
        let (unit, size) = match step {
            s if s < 1e6 && to < 10e6 => ("ms", 1e3),
            s if s < 60e6 => ("s", 1e6),
            s if s < 3600e6 => ("min", 60e6),
            s if s < 86400e6 => ("h", 3600e6),
            _ => ("d", 86400e6),
        };
        let first = (from / step - 1e-9).ceil() as i64;
        let last = (to / step + 1e-9).floor() as i64;
        let ticks = (first..=last)
            .map(|i| i as f64 * step)
            .map(|v| {
                (
                    v,
                    format!("{}", (v / size * 1e3).round() / 1e3).replace('-', "−"),
                )
            })
            .collect();
        Self {
            scale: Scale::Linear,
            low: from,
            high: to,
            ticks,
            minor: Vec::new(),
            name: format!("{name} ({unit})"),
        }
    }

    /// Whole decades around `min` and `max`, both above 0.
    pub fn log(min: f64, max: f64, name: &str, write: impl Fn(f64) -> String) -> Self {
        let min = if min > 0.0 && min.is_finite() {
            min
        } else {
            1.0
        };
        let low = (min.log10() + 1e-9).floor();
        let high = (max.max(min).log10() - 1e-9).ceil().max(low + 1.0);
        Self::decades(low, high, Scale::Log, name, write)
    }

    /// Logarithmic from a round number to a round number, not by whole decades: a narrow range
    /// would be lost between them.
    pub fn log_near(min: f64, max: f64, name: &str, write: impl Fn(f64) -> String) -> Self {
        let (from, to) = (round_below(min), round_step(max));
        if !(from > 0.0 && to < f64::INFINITY) || to / from > 500.0 {
            return Self::log(min, max, name, write);
        }
        let to = to.max(from * 2.0);
        let mut axis = Self::log(from, to, name, &write);
        (axis.low, axis.high) = (from.log10(), to.log10());
        let within = |v: &f64| *v >= from * 0.999 && *v <= to * 1.001;
        let decade = from.log10().floor() as i32;
        axis.ticks = (decade..decade + 5)
            .flat_map(|e| [1.0, 2.0, 5.0].map(|f| f * 10f64.powi(e)))
            .filter(within)
            .map(|v| (v, write(v)))
            .collect();
        axis.minor.retain(within);
        axis
    }

    /// [`Axis::log`] with a column for zero before it.
    pub fn log_and_zero(min: f64, max: f64, name: &str, write: impl Fn(f64) -> String) -> Self {
        let mut axis = Self::log(min, max, name, write);
        axis.scale = Scale::LogAndZero;
        axis.low -= ZERO;
        axis.ticks.insert(0, (0.0, "0".to_owned()));
        axis
    }

    fn decades(
        low: f64,
        high: f64,
        scale: Scale,
        name: &str,
        write: impl Fn(f64) -> String,
    ) -> Self {
        let every = ((high - low) / 9.0).ceil().max(1.0) as usize;
        let exponents = || (low as i32..=high as i32).step_by(every);
        let fine = high - low <= 8.0;
        Self {
            scale,
            low,
            high,
            ticks: exponents()
                .map(|e| 10f64.powi(e))
                .map(|v| (v, write(v)))
                .collect(),
            minor: exponents()
                .filter(|_| fine)
                .flat_map(|e| (2..10).map(move |i| f64::from(i) * 10f64.powi(e)))
                .filter(|v| v.log10() < high)
                .collect(),
            name: name.to_owned(),
        }
    }

    /// Where `value` lies between the ends, 0 to 1. What lies beyond them is moved to the end.
    pub fn place(&self, value: f64) -> f64 {
        let along = match self.scale {
            Scale::Linear => value,
            Scale::Log => value.max(1e-300).log10(),
            Scale::LogAndZero if value <= 0.0 => self.low + ZERO / 3.0,
            Scale::LogAndZero => value.log10().max(self.low + ZERO),
        };
        ((along - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// The value at the low end; on an axis with a column for zero, beside that column.
    pub fn low(&self) -> f64 {
        match self.scale {
            Scale::Linear => self.low,
            Scale::Log => 10f64.powf(self.low),
            Scale::LogAndZero => 10f64.powf(self.low + ZERO),
        }
    }

    pub fn high(&self) -> f64 {
        match self.scale {
            Scale::Linear => self.high,
            _ => 10f64.powf(self.high),
        }
    }
}

/// 1, 2 or 5 times a power of ten, not below `x`.
fn round_step(x: f64) -> f64 {
    let decade = 10f64.powf(x.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|f| f * decade >= x * 0.999_999)
        .unwrap_or(10.0);
    factor * decade
}

/// 1, 2 or 5 times a power of ten, not above `x`.
fn round_below(x: f64) -> f64 {
    let decade = 10f64.powf(x.log10().floor());
    let factor = [5.0, 2.0, 1.0]
        .into_iter()
        .find(|f| f * decade <= x * 1.000_001)
        .unwrap_or(1.0);
    factor * decade
}

/// The rectangle that the data is drawn in, with its two axes.
pub struct Frame {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
    pub x: Axis,
    pub y: Axis,
}

impl Frame {
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (
            self.left + self.x.place(x) * self.width,
            self.top + (1.0 - self.y.place(y)) * self.height,
        )
    }

    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Room for the name of the vertical axis, above the frame.
    pub const ABOVE: f64 = 24.0;
    /// Room for the ticks and the name of the horizontal axis, below the frame.
    pub const BELOW: f64 = 46.0;

    /// Grid, ticks and names. `below` writes the ticks and the name of the horizontal axis: not
    /// for the upper one of two panels that share it.
    pub fn draw(&self, canvas: &mut Canvas, below: bool) {
        let (left, right, top, bottom) = (self.left, self.right(), self.top, self.bottom());
        canvas.panel(left, top, self.width, self.height);
        for v in &self.x.minor {
            let x = self.at(*v, 0.0).0;
            canvas.line((x, top), (x, bottom), FAINT, 1.0);
        }
        for v in &self.y.minor {
            let y = self.at(0.0, *v).1;
            canvas.line((left, y), (right, y), FAINT, 1.0);
        }
        let mut free = f64::NEG_INFINITY;
        for (v, words) in &self.x.ticks {
            let x = self.at(*v, 0.0).0;
            canvas.line((x, top), (x, bottom), GRID, 1.0);
            let half = width_of(words, TICK) / 2.0;
            // A label that would touch the one before it, or leave the drawing, is left out.
            if below && x - half > free && x + half < canvas.layout.width {
                canvas.text(x, bottom + 14.0, words, text(TICK).colour(SOFT).middle());
                free = x + half + 6.0;
            }
        }
        for (v, words) in &self.y.ticks {
            let y = self.at(0.0, *v).1;
            canvas.line((left, y), (right, y), GRID, 1.0);
            canvas.text(left - 7.0, y, words, text(TICK).colour(SOFT).end());
        }
        canvas.line((left, bottom), (right, bottom), SOFT, 1.0);
        if below {
            let name = text(TICK).colour(SOFT).end();
            canvas.text(right, bottom + 34.0, &self.x.name, name);
        }
        canvas.text(4.0, top - 15.0, &self.y.name, text(TICK).colour(SOFT));
    }
}

/// A count on an axis.
pub fn counts(v: f64) -> String {
    units::count(v)
}

/// A power of ten of microseconds: `100 ms`, `1000 s` and no minutes between.
pub fn ages(us: f64) -> String {
    match us {
        u if u < 1e3 => format!("{} µs", units::count(u)),
        u if u < 1e6 => format!("{} ms", units::count(u / 1e3)),
        u => format!("{:.0} s", u / 1e6),
    }
}

/// A power of ten as a percentage: `10 %`, `0.001 %`, `10⁻⁴ %`.
pub fn shares(v: f64) -> String {
    let p = v * 100.0;
    if p > 0.9e-3 {
        let digits = (-p.log10()).ceil().max(0.0) as usize;
        return format!("{p:.digits$} %");
    }
    let digits = format!("{}", p.log10().round().abs());
    let raised: String = digits
        .chars()
        .map(|c| ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][(c as usize - 48) % 10])
        .collect();
    format!("10⁻{raised} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_the_last_is_not_below_the_data() {
        let axis = Axis::from_zero(47.3, "x", counts);
        let words: Vec<&str> = axis.ticks.iter().map(|t| t.1.as_str()).collect();
        assert_eq!(words, ["0", "10", "20", "30", "40", "50"]);
        let axis = Axis::time(600e6, 7200e6, "t");
        assert_eq!(axis.ticks.first().unwrap().1, "15");
        assert_eq!(axis.ticks.last().unwrap().1, "120");
        assert_eq!(axis.name, "t (min)");
    }

    #[test]
    fn a_narrow_range_fills_its_logarithmic_axis() {
        let axis = Axis::log_near(41.0, 980.0, "x", counts);
        let words: Vec<&str> = axis.ticks.iter().map(|t| t.1.as_str()).collect();
        assert_eq!(words, ["20", "50", "100", "200", "500", "1 k"]);
        assert_eq!((axis.place(20.0), axis.place(1000.0)), (0.0, 1.0));
    }

    #[test]
    fn zero_has_a_place_of_its_own_left_of_every_other_value() {
        let axis = Axis::log_and_zero(0.003, 0.2, "x", shares);
        assert!(axis.place(0.0) < axis.place(1e-9));
        assert!(axis.place(1e-9) <= axis.place(0.001));
        assert_eq!(axis.place(1.0), 1.0);
        let words: Vec<&str> = axis.ticks.iter().map(|t| t.1.as_str()).collect();
        assert_eq!(words, ["0", "0.1 %", "1 %", "10 %", "100 %"]);
    }

    #[test]
    fn no_data_still_makes_an_axis() {
        for axis in [
            Axis::from_zero(0.0, "x", counts),
            Axis::from_zero(f64::NAN, "x", counts),
            Axis::log(0.0, 0.0, "x", counts),
            Axis::log_near(0.0, 0.0, "x", counts),
            Axis::log_near(7.0, 7.0, "x", counts),
            Axis::time(5.0, 5.0, "x"),
            Axis::share(1.0, 1.0, "x"),
            Axis::share(0.0, 0.0, "x"),
        ] {
            assert!(axis.place(1.0).is_finite() && axis.high > axis.low);
            assert!(!axis.ticks.is_empty() && axis.ticks.len() < 30);
        }
    }
}
