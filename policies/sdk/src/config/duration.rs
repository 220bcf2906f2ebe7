//! Lengths of time as text.

use std::time::Duration;

use super::json::Value;
use super::{Given, Schema, Setting, Wrong};

const A_DURATION: &str = "a duration such as `250ms`, `60s` or `2h`";
const A_LIMIT: &str = "a duration such as `250ms`, `60s` or `2h`, or `none`";

/// A limit of time, as a setting: a duration, or `"none"` for no limit.
///
/// ```
/// use shelflife_policy::Settings;
/// use shelflife_policy::config::{self, Limit};
/// use std::time::Duration;
///
/// #[derive(Settings)]
/// struct Mine {
///     #[setting(default = "5m")]
///     ttl: Limit,
/// }
///
/// let mine: Mine = config::read(r#"{ "ttl": "none" }"#)?;
/// assert_eq!(mine.ttl, Limit::NONE);
/// let mine: Mine = config::read("{}")?;
/// assert_eq!(mine.ttl.duration(), Some(Duration::from_secs(300)));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limit(Option<Duration>);

impl Limit {
    /// No limit.
    pub const NONE: Self = Self(None);

    /// The duration; `None` without a limit.
    pub const fn duration(self) -> Option<Duration> {
        self.0
    }
}

impl From<Limit> for Option<Duration> {
    fn from(limit: Limit) -> Self {
        limit.0
    }
}

impl From<Duration> for Limit {
    fn from(duration: Duration) -> Self {
        Self(Some(duration))
    }
}

impl Setting for Duration {
    const SCHEMA: Schema = Schema::Duration;

    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        read(given, A_DURATION).map(Duration::from_nanos)
    }
}

impl Setting for Limit {
    const SCHEMA: Schema = Schema::Limit;

    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        match given.value {
            Value::Text(text) if text == "none" => Ok(Self::NONE),
            _ => read(given, A_LIMIT).map(|nanos| Duration::from_nanos(nanos).into()),
        }
    }
}

/// The nanoseconds of a duration.
fn read(given: Given<'_>, expected: &str) -> Result<u64, Wrong> {
    let (written, how) = match given.value {
        Value::Text(text) => match nanos(text.as_bytes()) {
            Some(nanos) => return Ok(nanos),
            None => (text.as_str(), "add its unit"),
        },
        Value::Number(_, text) => (text.as_str(), "write it as text with its unit"),
        _ => ("", ""),
    };
    let wrong = Wrong::not(expected, given.value);
    // A number of nobody knows what: mostly it is meant to be seconds, and more is not known.
    let is_count = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit());
    Err(match is_count {
        true => Wrong::new(format!("{wrong}: {how}, as in \"{written}s\"")),
        false => wrong,
    })
}

/// Numbers with units, added up: `1h 30m`, `1.5s`. `None` where the text is anything else, or longer
/// than 64 bits of nanoseconds hold. A `const` function, so that defaults are checked when a policy is
/// compiled.
///
/// Of our own, since the crate that does it is 6 KiB of every component, and reads months, which no
/// cache should have to know the length of.
pub(crate) const fn nanos(text: &[u8]) -> Option<u64> {
    let mut text = text;
    while let [before @ .., b' ' | b'\t' | b'\n' | b'\x0c' | b'\r'] = text {
        text = before;
    }
    let mut nanos = 0_u64;
    let mut at = after_blanks(text, 0);
    if at == text.len() {
        return None;
    }
    while at < text.len() {
        let start = at;
        let mut whole = 0_u64;
        while at < text.len() && text[at].is_ascii_digit() {
            whole = match add(whole, 10, text[at] - b'0') {
                Some(whole) => whole,
                None => return None,
            };
            at += 1;
        }
        if at == start {
            return None;
        }
        let fraction = at;
        if at < text.len() && text[at] == b'.' {
            at += 1;
            while at < text.len() && text[at].is_ascii_digit() {
                at += 1;
            }
            if at == fraction + 1 {
                return None;
            }
        }
        let fraction_end = at;
        let name = after_blanks(text, at);
        at = name;
        while at < text.len() && !text[at].is_ascii_digit() && text[at] != b' ' {
            at += 1;
        }
        let mut place = match unit(text, name, at) {
            Some(unit) => unit,
            None => return None,
        };
        nanos = match whole.checked_mul(place) {
            Some(whole) => match nanos.checked_add(whole) {
                Some(nanos) => nanos,
                None => return None,
            },
            None => return None,
        };
        let mut digit = fraction + 1;
        while digit < fraction_end {
            place /= 10;
            nanos = match nanos.checked_add(place * (text[digit] - b'0') as u64) {
                Some(nanos) => nanos,
                None => return None,
            };
            digit += 1;
        }
        at = after_blanks(text, at);
    }
    Some(nanos)
}

/// `number * by + digit`.
const fn add(number: u64, by: u64, digit: u8) -> Option<u64> {
    match number.checked_mul(by) {
        Some(number) => number.checked_add(digit as u64),
        None => None,
    }
}

const fn after_blanks(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && text[at].is_ascii_whitespace() {
        at += 1;
    }
    at
}

/// How many nanoseconds the unit has whose name stands between two places.
const fn unit(text: &[u8], start: usize, end: usize) -> Option<u64> {
    let first = if start < end { text[start] } else { 0 };
    let second = if start + 1 < end { text[start + 1] } else { 0 };
    match (end - start, first, second) {
        (2, b'n', b's') => Some(1),
        (2, b'u', b's') => Some(1_000),
        // µ is two bytes.
        (3, 0xc2, 0xb5) if text[start + 2] == b's' => Some(1_000),
        (2, b'm', b's') => Some(1_000_000),
        (1, b's', _) => Some(1_000_000_000),
        (1, b'm', _) => Some(60_000_000_000),
        (1, b'h', _) => Some(3_600_000_000_000),
        (1, b'd', _) => Some(86_400_000_000_000),
        _ => None,
    }
}
