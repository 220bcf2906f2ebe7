//! Labelled pairs of texts: `a,b,duplicate`, where `a` and `b` are rows of a set and `duplicate` is 1 for
//! two that mean the same. Other columns are passed over.

use std::borrow::Cow;

use crate::error::Error;

/// The group of each of `rows` texts: the number of its first text. Those that duplicates link, over
/// however many others, are one group; a text without a duplicate is a group of its own.
pub(super) fn groups(
    (name, bytes): &(String, Cow<'static, [u8]>),
    rows: usize,
) -> Result<Vec<u32>, Error> {
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    let wrong = |error: csv::Error| Error::usage(format_args!("{name}: {error}"));
    let header = reader.headers().map_err(wrong)?;
    let place = |column: &str| {
        let place = header.iter().position(|field| field.trim() == column);
        place.ok_or_else(|| {
            let has = header.iter().collect::<Vec<_>>().join(", ");
            Error::usage(format_args!(
                "{name}:1: no column `{column}`: the header has {has}"
            ))
        })
    };
    let (a, b, duplicate) = (place("a")?, place("b")?, place("duplicate")?);
    let mut parents: Vec<u32> = (0..rows as u32).collect();
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let line = record.position().map_or(0, csv::Position::line);
        let row = |place: usize| {
            let text = record.get(place).unwrap_or_default().trim();
            let row = text.parse().ok().filter(|row| (*row as usize) < rows);
            row.ok_or_else(|| {
                Error::usage(format_args!(
                    "{name}:{line}: `{text}` is not one of the {rows} rows of the set, from 0"
                ))
            })
        };
        let (a, b): (u32, u32) = (row(a)?, row(b)?);
        match record.get(duplicate).unwrap_or_default().trim() {
            "0" => {}
            "1" => {
                let (a, b) = (first(&mut parents, a), first(&mut parents, b));
                parents[a.max(b) as usize] = a.min(b);
            }
            other => {
                return Err(Error::usage(format_args!(
                    "{name}:{line}: `duplicate` is 0 or 1, not `{other}`"
                )));
            }
        }
    }
    Ok((0..rows as u32)
        .map(|row| first(&mut parents, row))
        .collect())
}

/// The first text of a group. Halves the way to it for the next who asks.
fn first(parents: &mut [u32], mut row: u32) -> u32 {
    while parents[row as usize] != row {
        let above = parents[parents[row as usize] as usize];
        parents[row as usize] = above;
        row = above;
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(csv: &str, rows: usize) -> Result<Vec<u32>, String> {
        let file = ("p.csv".to_owned(), Cow::Owned(csv.as_bytes().to_vec()));
        groups(&file, rows).map_err(|error| error.to_string())
    }

    #[test]
    fn duplicates_of_duplicates_are_one_group() {
        let groups = of("a,b,duplicate\n3,4,1\n0,1,0\n4,1,1\n", 6);
        assert_eq!(groups.unwrap(), [0, 1, 2, 1, 1, 5]);
    }

    #[test]
    fn what_is_wrong_with_a_row_is_said_with_its_line() {
        let error = of("a,b,duplicate\n0,9,1\n", 3).unwrap_err();
        assert_eq!(
            error,
            "p.csv:2: `9` is not one of the 3 rows of the set, from 0"
        );
        let error = of("a,b,duplicate\n0,1,yes\n", 3).unwrap_err();
        assert_eq!(error, "p.csv:2: `duplicate` is 0 or 1, not `yes`");
        let error = of("a,duplicate\n", 3).unwrap_err();
        assert_eq!(error, "p.csv:1: no column `b`: the header has a, duplicate");
    }
}
