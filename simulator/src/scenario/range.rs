//! Values written shortly: `{ from = 1, to = 1000, steps = 10, scale = "log" }`.

use toml::{Table, Value};

use super::Nanos;
use super::suggest::did_you_mean;

const KEYS: [&str; 4] = ["from", "to", "steps", "scale"];

/// More than this is a slip of the finger.
const MOST_STEPS: usize = 10_000;

/// Significant digits of a number between the ends. Few, so that a value is the same on platforms whose
/// powers differ in their last bit, and reads well in a table.
const DIGITS: usize = 6;
/// Those of a duration.
const DIGITS_OF_TIME: usize = 4;

/// Whether a table of a grid is meant as a range. No setting of a scenario has such a name.
pub(super) fn is_range(table: &Table) -> bool {
    ["from", "to", "steps"]
        .iter()
        .any(|key| table.contains_key(*key))
}

#[derive(Clone, Copy)]
enum Ends {
    Whole(i64, i64),
    Number(f64, f64),
    Time(Nanos, Nanos),
}

/// The values of a range: `steps` of them, both ends included, at equal distances (`scale = "linear"`, the
/// default) or equal ratios (`"log"`). Between the ends whole numbers are rounded to whole ones, and of
/// those that come out the same only one is kept; other numbers have six significant digits, durations four.
pub(super) fn values(range: &Table) -> Result<Vec<Value>, String> {
    if let Some(unknown) = range.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let hint = did_you_mean(unknown, KEYS);
        return Err(format!("unknown key `{unknown}` in a range{hint}"));
    }
    let ends = ends(range)?;
    let steps = steps(range)?;
    let is_log = match range.get("scale") {
        None => false,
        Some(Value::String(scale)) if scale == "linear" => false,
        Some(Value::String(scale)) if scale == "log" => true,
        Some(other) => {
            return Err(format!("`scale` is \"linear\" or \"log\", not {other}"));
        }
    };
    let (from, to) = match ends {
        Ends::Whole(from, to) => (from as f64, to as f64),
        Ends::Number(from, to) => (from, to),
        Ends::Time(from, to) => (from.0 as f64, to.0 as f64),
    };
    if is_log && from.min(to) <= 0.0 {
        return Err("with `scale = \"log\"` both ends are above 0".to_owned());
    }
    let between = |step: usize| {
        let along = step as f64 / (steps - 1) as f64;
        match is_log {
            true => from * (to / from).powf(along),
            false => from + (to - from) * along,
        }
    };
    let mut values: Vec<Value> = Vec::with_capacity(steps);
    for step in 0..steps {
        let is_first = step == 0;
        let is_end = is_first || step == steps - 1;
        let value = match ends {
            Ends::Whole(from, to) if is_end => Value::Integer(if is_first { from } else { to }),
            Ends::Whole(..) => Value::Integer(between(step).round() as i64),
            Ends::Number(from, to) if is_end => Value::Float(if is_first { from } else { to }),
            Ends::Number(..) => Value::Float(rounded(between(step), DIGITS)),
            Ends::Time(from, to) if is_end => {
                Value::String(if is_first { from } else { to }.to_string())
            }
            Ends::Time(..) => {
                let nanos = rounded(between(step), DIGITS_OF_TIME).round() as u64;
                Value::String(Nanos(nanos).to_string())
            }
        };
        if values.last() != Some(&value) {
            values.push(value);
        }
    }
    Ok(values)
}

fn ends(range: &Table) -> Result<Ends, String> {
    let end = |key: &str| {
        range.get(key).ok_or_else(|| {
            format!("the key `{key}` is missing: a range has `from`, `to` and `steps`")
        })
    };
    let (from, to) = (end("from")?, end("to")?);
    let number = |value: &Value| match value {
        Value::Integer(whole) => Some(*whole as f64),
        Value::Float(number) if number.is_finite() => Some(*number),
        _ => None,
    };
    if let (Value::Integer(from), Value::Integer(to)) = (from, to) {
        return Ok(Ends::Whole(*from, *to));
    }
    if let (Some(from), Some(to)) = (number(from), number(to)) {
        return Ok(Ends::Number(from, to));
    }
    if let (Value::String(from), Value::String(to)) = (from, to) {
        return Ok(Ends::Time(from.parse()?, to.parse()?));
    }
    Err(format!(
        "a range goes from a number to a number or from a duration to a duration, and not from {from} to {to}"
    ))
}

fn steps(range: &Table) -> Result<usize, String> {
    let wrong = |found: &dyn std::fmt::Display| {
        format!("`steps` is how many values there are, from 2 to {MOST_STEPS}, and not {found}")
    };
    let steps = match range.get("steps") {
        None => return Err("the key `steps` is missing: how many values there are".to_owned()),
        Some(Value::Integer(steps)) => usize::try_from(*steps).map_err(|_| wrong(steps))?,
        Some(other) => return Err(wrong(other)),
    };
    match steps {
        2..=MOST_STEPS => Ok(steps),
        _ => Err(wrong(&steps)),
    }
}

/// The nearest number with so many significant digits.
fn rounded(x: f64, digits: usize) -> f64 {
    format!("{x:.*e}", digits.saturating_sub(1))
        .parse()
        .unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(toml: &str) -> Result<String, String> {
        let table: Table = toml::from_str(&format!("range = {{ {toml} }}")).unwrap();
        let values = values(table["range"].as_table().unwrap())?;
        let words: Vec<String> = values.iter().map(Value::to_string).collect();
        Ok(words.join(" "))
    }

    #[test]
    fn a_range_has_its_ends_and_so_many_steps() {
        for (range, values) in [
            ("from = 1, to = 5, steps = 5", "1 2 3 4 5"),
            ("from = 5, to = 1, steps = 3", "5 3 1"),
            (
                "from = 1, to = 1000, steps = 10, scale = \"log\"",
                "1 2 5 10 22 46 100 215 464 1000",
            ),
            (
                "from = 0.1, to = 0.4, steps = 4, scale = \"linear\"",
                "0.1 0.2 0.3 0.4",
            ),
            ("from = 1, to = 2.0, steps = 4", "1.0 1.33333 1.66667 2.0"),
            (
                "from = \"1s\", to = \"1h\", steps = 4, scale = \"log\"",
                "\"1s\" \"15330ms\" \"234900ms\" \"1h\"",
            ),
            (
                "from = \"0s\", to = \"1m\", steps = 3",
                "\"0s\" \"30s\" \"1m\"",
            ),
        ] {
            assert_eq!(read(range).as_deref(), Ok(values), "{range}");
        }
    }

    #[test]
    fn whole_numbers_that_come_out_the_same_are_one_value() {
        let range = "from = 1, to = 4, steps = 8, scale = \"log\"";
        assert_eq!(read(range).as_deref(), Ok("1 2 3 4"));
    }

    #[test]
    fn what_is_no_range_says_what_is() {
        for (range, says) in [
            ("from = 1, to = 5", "the key `steps` is missing"),
            ("from = 1, steps = 5", "the key `to` is missing"),
            ("from = 1, to = 5, steps = 1", "from 2 to 10000, and not 1"),
            ("from = 1, to = 5, steps = -1", "and not -1"),
            ("from = 1, to = 5, steps = 2.5", "and not 2.5"),
            ("from = 1, to = \"5s\", steps = 2", "not from 1 to \"5s\""),
            (
                "from = \"1s\", to = \"5\", steps = 2",
                "`5` is not a duration",
            ),
            (
                "from = 0, to = 5, steps = 2, scale = \"log\"",
                "both ends are above 0",
            ),
            (
                "from = 1, to = 5, steps = 2, scale = \"cubic\"",
                "\"linear\" or \"log\", not \"cubic\"",
            ),
            (
                "from = 1, to = 5, setps = 2",
                "unknown key `setps` in a range: did you mean `steps`?",
            ),
        ] {
            let error = read(range).unwrap_err();
            assert!(error.contains(says), "{range}: {error}");
        }
    }
}
