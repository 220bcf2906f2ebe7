//! JSON text to a value.
//!
//! A reader of our own, because a component carries all of what it is made from, and `serde_json` with
//! its maps made every one some 40 KiB larger. Whole JSON is read; numbers keep 19 digits, of which an
//! `f64` can tell 15 apart.

/// What JSON can say.
#[derive(Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// The number, and how it was written.
    Number(f64, String),
    Text(String),
    List(Vec<Value>),
    Table(Table),
}

/// Names and their values, in the order they were written. No name is there twice.
pub(super) type Table = Vec<(String, Value)>;

/// Tables and lists may be nested so deep and no deeper, so that hostile text cannot use up the stack.
const DEPTH: usize = 32;

/// So much is kept of how a number was written, for errors to name it.
const WRITTEN: usize = 32;

/// Reads one value and nothing after it.
///
/// # Errors
///
/// What was expected, and at which byte.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let mut reader = Reader {
        bytes: text.as_bytes(),
        at: 0,
    };
    let value = reader.value(DEPTH).and_then(|value| {
        reader.skip_blanks();
        match reader.peek() {
            None => Ok(value),
            Some(_) => Err("nothing more"),
        }
    });
    value.map_err(|expected| format!("{expected} was expected at byte {}", reader.at))
}

/// An error is what was expected at the place where the reader stands.
type Read<T> = Result<T, &'static str>;

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Read<Value> {
        self.skip_blanks();
        match self.peek() {
            Some(b'{' | b'[') if depth == 0 => Err("less nesting"),
            Some(b'{') => self.table(depth - 1).map(Value::Table),
            Some(b'[') => self.list(depth - 1).map(Value::List),
            Some(b'"') => self.text().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err("a value"),
        }
    }

    fn word(&mut self, word: &'static str, value: Value) -> Read<Value> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(word)
        }
    }

    fn table(&mut self, depth: usize) -> Read<Table> {
        self.at += 1;
        let mut table = Table::new();
        self.skip_blanks();
        if self.take(b'}') {
            return Ok(table);
        }
        loop {
            self.skip_blanks();
            let start = self.at;
            let name = self.text()?;
            if table.iter().any(|(known, _)| *known == name) {
                self.at = start;
                return Err("another name than one that was there before");
            }
            self.skip_blanks();
            if !self.take(b':') {
                return Err("`:`");
            }
            table.push((name, self.value(depth)?));
            self.skip_blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err("`,` or `}`"),
            }
        }
        self.at += 1;
        Ok(table)
    }

    fn list(&mut self, depth: usize) -> Read<Vec<Value>> {
        self.at += 1;
        let mut list = Vec::new();
        self.skip_blanks();
        if self.take(b']') {
            return Ok(list);
        }
        loop {
            list.push(self.value(depth)?);
            self.skip_blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err("`,` or `]`"),
            }
        }
        self.at += 1;
        Ok(list)
    }

    fn text(&mut self) -> Read<String> {
        if !self.take(b'"') {
            return Err("`\"`");
        }
        let mut bytes = Vec::new();
        loop {
            let byte = match self.peek() {
                None | Some(0..=0x1f) => return Err("`\"`"),
                Some(byte) => byte,
            };
            self.at += 1;
            match byte {
                b'"' => break,
                b'\\' => {
                    let mut utf8 = [0; 4];
                    bytes.extend_from_slice(self.escaped()?.encode_utf8(&mut utf8).as_bytes());
                }
                // Pieces of characters of more than one byte are copied as they are.
                _ => bytes.push(byte),
            }
        }
        String::from_utf8(bytes).map_err(|_| "UTF-8")
    }

    fn escaped(&mut self) -> Read<char> {
        Ok(match self.next() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.hex()?;
                // Characters past 16 bits are written as two halves.
                let code = if (0xd800..0xdc00).contains(&first) {
                    if !(self.take(b'\\') && self.take(b'u')) {
                        return Err("the second half of a character");
                    }
                    let second = self.hex()?;
                    if !(0xdc00..0xe000).contains(&second) {
                        return Err("the second half of a character");
                    }
                    0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
                } else {
                    first
                };
                char::from_u32(code).ok_or("a character")?
            }
            _ => return Err("an escape such as `\\n`"),
        })
    }

    fn hex(&mut self) -> Read<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.next().and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or("four hexadecimal digits")?;
        }
        Ok(code)
    }

    fn number(&mut self) -> Read<Value> {
        let start = self.at;
        let negative = self.take(b'-');
        let leading_zero = self.peek() == Some(b'0');
        let mut digits = Digits::default();
        if self.digits(|digit| digits.push(digit, 0))? > 1 && leading_zero {
            return Err("no 0 in front");
        }
        if self.take(b'.') {
            self.digits(|digit| digits.push(digit, 1))?;
        }
        if self.take(b'e') || self.take(b'E') {
            let down = self.take(b'-');
            let _ = down || self.take(b'+');
            let mut exponent = 0_i32;
            self.digits(|digit| {
                exponent = exponent.saturating_mul(10).saturating_add(i32::from(digit));
            })?;
            digits.shift(if down { -exponent } else { exponent });
        }
        let number = digits.number();
        let mut written = String::new();
        for byte in self.bytes[start..self.at].iter().take(WRITTEN) {
            written.push(char::from(*byte));
        }
        Ok(Value::Number(
            if negative { -number } else { number },
            written,
        ))
    }

    /// Passes one digit after the other; answers how many there were, at least one.
    fn digits(&mut self, mut each: impl FnMut(u8)) -> Read<usize> {
        let start = self.at;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            each(digit - b'0');
            self.at += 1;
        }
        match self.at - start {
            0 => Err("a digit"),
            count => Ok(count),
        }
    }
}

/// A number as `whole * 10^exponent`.
#[derive(Default)]
struct Digits {
    whole: u64,
    exponent: i32,
}

impl Digits {
    /// Adds a digit that stands `behind` places behind the point: 0 or 1 more than the one before it.
    fn push(&mut self, digit: u8, behind: i32) {
        match self
            .whole
            .checked_mul(10)
            .and_then(|whole| whole.checked_add(digit.into()))
        {
            Some(whole) => {
                self.whole = whole;
                self.exponent -= behind;
            }
            // Past what 64 bits hold a digit in front of the point still counts as a place.
            None => self.exponent += 1 - behind,
        }
    }

    fn shift(&mut self, places: i32) {
        self.exponent = self.exponent.saturating_add(places);
    }

    /// Exact for up to 15 digits and 22 places, where both factors are: every number that people write
    /// into settings. Off by the last digit or two past that.
    fn number(&self) -> f64 {
        let whole = self.whole as f64;
        // Past 400 places everything is zero or infinite.
        let power = (0..self.exponent.unsigned_abs().min(400)).fold(1.0, |power, _| power * 10.0);
        if self.exponent < 0 {
            whole / power
        } else if self.whole == 0 {
            0.0
        } else {
            whole * power
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DEPTH, Value, parse};

    #[test]
    fn every_kind_of_value_is_read() {
        let text = r#" { "a" : [ null , true, false, -1.5e2, "x" ], "b": {}, "c": [] } "#;
        let list = vec![
            Value::Null,
            Value::Bool(true),
            Value::Bool(false),
            Value::Number(-150.0, "-1.5e2".into()),
            Value::Text("x".into()),
        ];
        let expected = Value::Table(vec![
            ("a".into(), Value::List(list)),
            ("b".into(), Value::Table(vec![])),
            ("c".into(), Value::List(vec![])),
        ]);
        assert_eq!(parse(text), Ok(expected));
    }

    fn number(text: &str) -> f64 {
        match parse(text) {
            Ok(Value::Number(number, _)) => number,
            other => panic!("{text} is read as {other:?}"),
        }
    }

    #[test]
    fn numbers_are_the_nearest_that_rust_reads_too() {
        for text in [
            "0",
            "-0",
            "7",
            "0.1",
            "0.92",
            "0.85",
            "1e3",
            "1E-3",
            "2.5e+2",
            "123456.789",
            "0.3",
            "9007199254740993",
            "0.000001",
            "1e22",
        ] {
            let expected: f64 = text.parse().unwrap();
            assert_eq!(number(text), expected, "{text}");
        }
        for text in ["12345678901234567890123", "0.30000000000000004", "1e300"] {
            let expected: f64 = text.parse().unwrap();
            assert!((number(text) / expected - 1.0).abs() < 1e-13, "{text}");
        }
        assert_eq!(number("1e999"), f64::INFINITY);
        assert_eq!(number("1e-999"), 0.0);
    }

    #[test]
    fn escapes_are_undone() {
        let text = r#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00é😀""#;
        let expected = "\"\\/\u{8}\u{c}\n\r\tAé😀é😀";
        assert_eq!(parse(text), Ok(Value::Text(expected.into())));
    }

    #[test]
    fn broken_text_is_refused_with_what_was_expected_and_where() {
        for (text, refused) in [
            ("", "a value was expected at byte 0"),
            ("{", "`\"` was expected at byte 1"),
            (r#"{"a"}"#, "`:` was expected at byte 4"),
            (r#"{"a":1"#, "`,` or `}` was expected at byte 6"),
            (r#"{"a":1,}"#, "`\"` was expected at byte 7"),
            ("[1 2]", "`,` or `]` was expected at byte 3"),
            ("[1] 2", "nothing more was expected at byte 4"),
            ("tru", "true was expected at byte 0"),
            ("-", "a digit was expected at byte 1"),
            ("01", "no 0 in front was expected at byte 2"),
            ("1.", "a digit was expected at byte 2"),
            ("\"a", "`\"` was expected at byte 2"),
            ("\"\n\"", "`\"` was expected at byte 1"),
        ] {
            assert_eq!(parse(text), Err(refused.to_owned()), "{text}");
        }
        for text in [r#""\x""#, r#""\ud83d""#, r#""\ud83d\u0041""#, r#""\u12""#] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_may_not_be_there_twice() {
        assert_eq!(
            parse(r#"{"a":1,"a":2}"#).unwrap_err(),
            "another name than one that was there before was expected at byte 7"
        );
    }

    #[test]
    fn nesting_past_the_limit_is_refused() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(&nested(DEPTH)).is_ok());
        assert!(parse(&nested(DEPTH + 1)).is_err());
        assert!(parse(&"[".repeat(1_000_000)).is_err());
    }
}
