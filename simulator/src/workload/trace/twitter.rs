//! Twitter's cache traces (J. Yang, Y. Yue, K. V. Rashmi, OSDI 2020): lines
//! `timestamp,key,key_size,value_size,client,operation,ttl` without a header, times in seconds.
//!
//! A `get` with a value size of 0 missed. A `set` or `add` is a write of the source or a refill, as
//! the scenario says; the other operations that change a value are writes, and so is `delete`: an
//! application deletes from a cache because the source has changed. Seconds are spread uniformly.

use super::super::Op;
use super::collect::{Collector, Row};
use super::input::Input;
use super::sets::Refills;
use super::table::{integer, size, time};
use crate::error::Error;
use crate::scenario::Sets;

const COLUMNS: &str = "timestamp,key,key_size,value_size,client,operation,ttl";

pub(super) fn read(input: &mut Input, sets: Sets, collector: &mut Collector) -> Result<(), Error> {
    let mut refills = Refills::new(sets);
    input.lines(|line, text| {
        let Some([timestamp, key, value_size, client, operation]) = split(text) else {
            let columns = text.split(|byte| *byte == b',').count();
            return Err(collector.error(line, format_args!("the row has {columns} columns of 7: {COLUMNS}")));
        };
        let at = time(timestamp, 1_000_000_000).map_err(|why| collector.error(line, why))?;
        let bytes = size(value_size).map_err(|why| collector.error(line, why))?;
        let client = collector.client(line, client)?;
        let (op, is_set) = match operation {
            b"get" | b"gets" => (Op::Read, false),
            b"set" | b"add" => (Op::Write, true),
            b"replace" | b"cas" | b"append" | b"prepend" | b"incr" | b"decr" | b"delete" => (Op::Write, false),
            other => {
                let shown = String::from_utf8_lossy(other);
                return Err(collector.error(line, format_args!("unknown op `{shown}`: one of memcached's eleven, such as get, set and delete")));
            }
        };
        if let Ok(name) = std::str::from_utf8(operation) {
            collector.operations.count(name, 1);
        }
        if is_set {
            collector.check_time(line, at)?;
            let id = collector.key(line, key)?;
            if refills.is_refill(id, client, at) {
                collector.operations.fills_left_out += 1;
                return Ok(());
            }
            collector.operations.sets_taken_as_writes += 1;
        }
        let id = collector.push(Row { line, at, op, key, size: bytes, client, transaction: b"" })?;
        if op == Op::Read && bytes == 0 {
            refills.miss(id, client, at);
        }
        Ok(())
    })
}

/// Timestamp, key, value size, client and operation. A key may have commas in it.
fn split(line: &[u8]) -> Option<[&[u8]; 5]> {
    let comma = |byte: &u8| *byte == b',';
    let start = line.iter().position(comma)?;
    let (timestamp, rest) = (&line[..start], &line[start + 1..]);
    let mut from_the_end = rest.rsplitn(6, comma);
    let ttl = from_the_end.next()?;
    let (operation, client, value_size, key_size) = (
        from_the_end.next()?,
        from_the_end.next()?,
        from_the_end.next()?,
        from_the_end.next()?,
    );
    let key = from_the_end.next()?;
    // Numbers in their places say that the columns are what they seem.
    (integer(ttl).is_some() && integer(key_size).is_some())
        .then_some([timestamp, key, value_size, client, operation])
}
