//! CSV with a header, of any kind: which column is what, and how its values are read.

use std::io::Read;

use csv::ByteRecord;

use super::super::Op;
use super::collect::{Collector, Row};
use super::input::Input;
use crate::error::Error;

/// Reads the text in an `op` column: an operation, or `None` for a row to skip. The error is what was
/// expected instead.
pub(super) type ReadOp<'a> = &'a dyn Fn(&[u8]) -> Result<Option<Op>, String>;

/// Which column is what, by name.
pub(super) struct Mapping<'a> {
    pub time: &'a str,
    /// Nanoseconds in a unit of time.
    pub unit: u64,
    /// Empty where every row is a read.
    pub op: &'a str,
    pub read_op: ReadOp<'a>,
    pub key: &'a str,
    pub optional: Optional<'a>,
}

/// Columns that a file may lack. The flag says whether the scenario asked for it by name.
#[derive(Clone, Copy, Default)]
pub(super) struct Optional<'a> {
    pub size: Option<(&'a str, bool)>,
    pub tags: Option<(&'a str, bool)>,
    pub client: Option<(&'a str, bool)>,
    pub transaction: Option<(&'a str, bool)>,
}

/// Columns by their place.
struct Places {
    time: usize,
    op: Option<usize>,
    key: usize,
    size: Option<usize>,
    tags: Option<usize>,
    client: Option<usize>,
    transaction: Option<usize>,
}

/// The place of a column, if the header of file `name` has it.
fn place(header: &ByteRecord, name: &str, column: &str) -> Result<Option<usize>, Error> {
    let mut places = header
        .iter()
        .enumerate()
        .filter(|(_, field)| field.trim_ascii() == column.as_bytes())
        .map(|(place, _)| place);
    match (places.next(), places.next()) {
        (_, Some(_)) => Err(Error::usage(format_args!(
            "{name}:1: two columns are called `{column}`: give one of them another name"
        ))),
        (place, None) => Ok(place),
    }
}

/// The place of a column that the header of file `name` has to have.
pub(super) fn place_of(header: &ByteRecord, name: &str, column: &str) -> Result<usize, Error> {
    place(header, name, column)?.ok_or_else(|| {
        let has: Vec<_> = header.iter().map(String::from_utf8_lossy).collect();
        Error::usage(format_args!(
            "{name}:1: no column `{column}`: the header has {}",
            has.join(", ")
        ))
    })
}

impl Places {
    fn find(mapping: &Mapping<'_>, header: &ByteRecord, name: &str) -> Result<Self, Error> {
        let needed = |column: &str| place_of(header, name, column);
        let optional = |column: Option<(&str, bool)>| match column {
            None => Ok(None),
            Some((column, true)) => needed(column).map(Some),
            Some((column, false)) => place(header, name, column),
        };
        Ok(Self {
            time: needed(mapping.time)?,
            op: if mapping.op.is_empty() {
                None
            } else {
                Some(needed(mapping.op)?)
            },
            key: needed(mapping.key)?,
            size: optional(mapping.optional.size)?,
            tags: optional(mapping.optional.tags)?,
            client: optional(mapping.optional.client)?,
            transaction: optional(mapping.optional.transaction)?,
        })
    }
}

/// Read after the end of a file. It is a record of its own, unless the file ends within quotes: then it
/// is the end of the last field, which began at the quote that nothing closes.
const END: &[u8] = b"\x04 end of file";

/// Rows of CSV without copies; the first record is the header.
pub(super) fn records(
    input: &mut Input,
    mut header: impl FnMut(&ByteRecord) -> Result<(), Error>,
    mut each: impl FnMut(u64, &ByteRecord) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 18)
        .from_reader((&mut *input).chain(&b"\n\""[..]).chain(END));
    let mut record = ByteRecord::new();
    let mut first = true;
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => {
                drop(reader);
                return Err(match error.kind() {
                    csv::ErrorKind::Io(error) => input.read_error(error),
                    _ => Error::usage(format_args!("{}: {error}", input.name())),
                });
            }
        }
        if let Some(last) = record.iter().next_back()
            && last.ends_with(END)
        {
            if record.len() == 1 && last.len() == END.len() {
                return Ok(());
            }
            let line = record.position().map_or(0, csv::Position::line);
            drop(reader);
            return Err(Error::usage(format_args!(
                "{}:{line}: a quote is opened in this row and never closed",
                input.name()
            )));
        }
        if std::mem::take(&mut first) {
            header(&record)?;
        } else {
            each(record.position().map_or(0, csv::Position::line), &record)?;
        }
    }
}

/// Reads a whole table into the collector.
pub(super) fn read(
    input: &mut Input,
    mapping: &Mapping<'_>,
    collector: &mut Collector,
) -> Result<(), Error> {
    let name = input.name().to_owned();
    let mut places = None;
    let mut columns = 0;
    // Two closures need the places: the header sets them, the rows use them.
    let shared = std::cell::RefCell::new((&mut places, &mut columns));
    records(
        input,
        |header| {
            let mut shared = shared.borrow_mut();
            *shared.0 = Some(Places::find(mapping, header, &name)?);
            *shared.1 = header.len();
            Ok(())
        },
        |line, record| {
            let shared = shared.borrow();
            let Some(places) = &*shared.0 else {
                return Ok(());
            };
            read_row(line, record, places, *shared.1, mapping, collector)
        },
    )
}

fn read_row(
    line: u64,
    record: &ByteRecord,
    places: &Places,
    columns: usize,
    mapping: &Mapping<'_>,
    collector: &mut Collector,
) -> Result<(), Error> {
    let field = |place: usize, column: &str| {
        record.get(place).ok_or_else(|| {
            let message = format!(
                "no value for `{column}`: the row has {} columns, the header {columns}",
                record.len()
            );
            collector.error(line, message)
        })
    };
    let time = field(places.time, mapping.time)?;
    let key = field(places.key, mapping.key)?;
    let at = self::time(time, mapping.unit).map_err(|why| collector.error(line, why))?;
    let op = match places.op {
        None => Op::Read,
        Some(place) => {
            let text = field(place, mapping.op)?;
            let read = (mapping.read_op)(text);
            let op = read.map_err(|right| {
                let shown = String::from_utf8_lossy(text);
                collector.error(line, format_args!("unknown op `{shown}`: {right}"))
            })?;
            match op {
                Some(op) => op,
                None => return collector.check_time(line, at),
            }
        }
    };
    let given = |place: Option<usize>| {
        place
            .and_then(|place| record.get(place))
            .filter(|text| !text.is_empty())
    };
    let size = match given(places.size) {
        Some(text) => size(text).map_err(|why| collector.error(line, why))?,
        None => 0,
    };
    let client = match given(places.client) {
        Some(client) => collector.client(line, client)?,
        None => 0,
    };
    let key = collector.push(Row {
        line,
        at,
        op,
        key,
        size,
        client,
        transaction: given(places.transaction).unwrap_or_default(),
    })?;
    match given(places.tags) {
        Some(tags) => collector.tags(line, key, tags),
        None => Ok(()),
    }
}

/// A whole number of decimal digits.
pub(super) fn integer(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 20 {
        return None;
    }
    text.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            None
        } else {
            value.checked_mul(10)?.checked_add(u64::from(digit))
        }
    })
}

/// A time in some unit, with decimals or without, in nanoseconds.
pub(super) fn time(text: &[u8], unit: u64) -> Result<u64, String> {
    let text = text.trim_ascii();
    let wrong = || {
        format!(
            "`{}` is not a time: a number from 0 up",
            String::from_utf8_lossy(text)
        )
    };
    let too_late = || {
        format!(
            "the time {} is out of range: more than 584 years",
            String::from_utf8_lossy(text)
        )
    };
    let (whole, fraction) = match text.iter().position(|byte| *byte == b'.') {
        None => (text, &[][..]),
        Some(point) => (&text[..point], &text[point + 1..]),
    };
    let whole = integer(whole).ok_or_else(wrong)?;
    let nanos = whole.checked_mul(unit).ok_or_else(too_late)?;
    if fraction.is_empty() {
        return Ok(nanos);
    }
    let digits = &fraction[..fraction.len().min(9)];
    if !fraction.iter().all(u8::is_ascii_digit) {
        return Err(wrong());
    }
    let part = integer(digits).ok_or_else(wrong)? * unit / 10_u64.pow(digits.len() as u32);
    nanos.checked_add(part).ok_or_else(too_late)
}

/// A size in bytes; more than 4 GiB count as 4 GiB.
pub(super) fn size(text: &[u8]) -> Result<u32, String> {
    let size = integer(text.trim_ascii());
    let size = size.ok_or_else(|| {
        format!(
            "`{}` is not a size: a number of bytes",
            String::from_utf8_lossy(text)
        )
    })?;
    Ok(u32::try_from(size).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_any_unit_and_decimals() {
        assert_eq!(time(b"12", 1_000), Ok(12_000));
        assert_eq!(time(b"1.5", 1_000_000_000), Ok(1_500_000_000));
        assert_eq!(time(b" 0.0000001 ", 1_000_000_000), Ok(100));
        assert_eq!(time(b"5633898368802", 1_000), Ok(5_633_898_368_802_000));
        for wrong in ["", "-1", "1e3", "1.x", "99999999999999999999"] {
            assert!(time(wrong.as_bytes(), 1_000).is_err(), "{wrong}");
        }
        assert!(
            time(b"18446744073709551615", 1_000)
                .unwrap_err()
                .contains("out of range")
        );
    }
}
