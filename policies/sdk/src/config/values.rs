//! Readers of single settings, for `#[serde(deserialize_with = "…")]`.

use std::fmt;
use std::time::Duration;

use serde::de::{Deserializer, Error, Unexpected, Visitor};

const A_DURATION: &str = "a duration such as `250ms`, `60s` or `2h`";
const A_LIMIT: &str = "a duration such as `250ms`, `60s` or `2h`, or `none`";

/// Reads a duration from text: `250ms`, `60s`, `2h`, `1h 30m`.
///
/// # Errors
///
/// Anything else is refused; a bare number too, since it has no unit.
pub fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = from.deserialize_str(Text(A_DURATION))?;
    parse(&text).ok_or_else(|| refused(A_DURATION, &text))
}

/// Reads a limit of time: a duration, or `none` for no limit.
///
/// # Errors
///
/// Anything else is refused.
pub fn limit<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let text = from.deserialize_str(Text(A_LIMIT))?;
    match text.as_str() {
        "none" => Ok(None),
        _ => parse(&text)
            .map(Some)
            .ok_or_else(|| refused(A_LIMIT, &text)),
    }
}

/// Reads a share: a number between 0 and 1.
///
/// # Errors
///
/// Anything else is refused.
pub fn share<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    number(from, "a number between 0 and 1", |share| {
        (0.0..=1.0).contains(&share)
    })
}

/// Reads a number above 0.
///
/// # Errors
///
/// Anything else is refused.
pub fn above_zero<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    number(from, "a number above 0", |number| {
        number > 0.0 && number.is_finite()
    })
}

/// Reads a number of at least 0.
///
/// # Errors
///
/// Anything else is refused.
pub fn at_least_zero<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    number(from, "a number of at least 0", |number| {
        number >= 0.0 && number.is_finite()
    })
}

/// Reads a cosine similarity: a number between -1 and 1.
///
/// # Errors
///
/// Anything else is refused.
pub fn cosine<'de, D: Deserializer<'de>>(from: D) -> Result<f32, D::Error> {
    let cosine = number(from, "a number between -1 and 1", |cosine| {
        (-1.0..=1.0).contains(&cosine)
    })?;
    Ok(cosine as f32)
}

/// Wraps what another reader reads, for a setting that may be absent:
/// `#[serde(deserialize_with = "…")]` takes the name of a function, and this makes one:
///
/// ```
/// # use shelflife_policy::config;
/// # #[derive(serde::Deserialize)]
/// # struct Settings {
/// #[serde(default, deserialize_with = "ahead")]
/// ahead: Option<f64>,
/// # }
///
/// fn ahead<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
///     config::maybe(config::share(from))
/// }
/// # let settings: Settings = config::read(r#"{ "ahead": 0.8 }"#).unwrap();
/// # assert_eq!(settings.ahead, Some(0.8));
/// ```
///
/// # Errors
///
/// Those of the other reader.
pub fn maybe<T, E>(read: Result<T, E>) -> Result<Option<T>, E> {
    read.map(Some)
}

/// Numbers with units, added up: `1h 30m`, `1.5s`. `None` where the text is anything else, or longer
/// than 64 bits of nanoseconds hold.
///
/// Of our own, since the crate that does it is 6 KiB of every component, and reads months, which no
/// cache should have to know the length of.
fn parse(text: &str) -> Option<Duration> {
    const UNITS: [(&str, u64); 8] = [
        ("ns", 1),
        ("us", 1_000),
        ("µs", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
    ];
    let mut nanos = 0_u64;
    let mut rest = text.trim_ascii();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (whole, after) = digits(rest)?;
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => digits(after)?,
            None => ("", after),
        };
        let after = after.trim_ascii_start();
        let (name, after) = split(after, |byte| !byte.is_ascii_digit() && byte != b' ')?;
        let (_, unit) = UNITS.iter().find(|(known, _)| *known == name)?;
        nanos = nanos.checked_add(whole.parse::<u64>().ok()?.checked_mul(*unit)?)?;
        let mut place = *unit;
        for digit in fraction.bytes() {
            place /= 10;
            nanos = nanos.checked_add(place * u64::from(digit - b'0'))?;
        }
        rest = after.trim_ascii_start();
    }
    Some(Duration::from_nanos(nanos))
}

/// Splits the digits off the front: at least one.
fn digits(text: &str) -> Option<(&str, &str)> {
    split(text, |byte| byte.is_ascii_digit()).filter(|(digits, _)| !digits.is_empty())
}

/// Splits the text after the first bytes that are `wanted`.
fn split(text: &str, wanted: fn(u8) -> bool) -> Option<(&str, &str)> {
    let end = text.bytes().position(|byte| !wanted(byte));
    text.split_at_checked(end.unwrap_or(text.len()))
}

fn refused<E: Error>(expected: &str, text: &str) -> E {
    E::custom(format!("should be {expected}, not `{text}`"))
}

fn number<'de, D: Deserializer<'de>>(
    from: D,
    expected: &'static str,
    holds: fn(f64) -> bool,
) -> Result<f64, D::Error> {
    let number = from.deserialize_f64(Number(expected))?;
    if holds(number) {
        Ok(number)
    } else {
        Err(D::Error::invalid_value(
            Unexpected::Float(number),
            &expected,
        ))
    }
}

/// Takes a number; says what it should be where it is given anything else.
struct Number(&'static str);

impl Visitor<'_> for Number {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_i64<E>(self, number: i64) -> Result<f64, E> {
        Ok(number as f64)
    }

    fn visit_u64<E>(self, number: u64) -> Result<f64, E> {
        Ok(number as f64)
    }

    fn visit_f64<E>(self, number: f64) -> Result<f64, E> {
        Ok(number)
    }
}

/// Takes text; says what it should be where it is given anything else.
struct Text(&'static str);

impl Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }
}
