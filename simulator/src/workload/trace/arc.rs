//! The traces of the ARC paper (N. Megiddo, D. S. Modha, FAST 2003): lines `start count ignored
//! request`, each `count` reads of the blocks from `start` on. They have no times.

use super::collect::Collector;
use super::input::Input;
use super::table::integer;
use crate::error::Error;

/// A longer run is a damaged line, not a request.
const LONGEST: u64 = 1 << 24;

pub(super) fn read(input: &mut Input, collector: &mut Collector) -> Result<(), Error> {
    use std::io::Write;
    let mut key = Vec::with_capacity(20);
    input.lines(|line, text| {
        let mut numbers = text
            .split(u8::is_ascii_whitespace)
            .filter(|part| !part.is_empty())
            .map(integer);
        let (Some(Some(start)), Some(Some(count @ 1..=LONGEST))) = (numbers.next(), numbers.next())
        else {
            return Err(collector.error(
                line,
                "a line is `start count ignored request`, four numbers",
            ));
        };
        for block in start..start.saturating_add(count) {
            key.clear();
            write!(key, "{block}").map_err(Error::other)?;
            collector.push_untimed(line, &key)?;
        }
        Ok(())
    })
}
