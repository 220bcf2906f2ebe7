//! Meta's key-value cache traces (CacheLib): CSV with the header `op_time,key,key_size,op,op_count,
//! size,cache_hits,ttl,…`, times in seconds, spread uniformly.
//!
//! A row stands for `op_count` operations. A `GET` with a size of 0 missed. A `SET` is a write of the
//! source or a refill, as the scenario says; a `DELETE` is a write: an application deletes from a cache
//! because the source has changed.

use std::cell::RefCell;

use super::super::Op;
use super::collect::{Collector, Row};
use super::input::Input;
use super::sets::Refills;
use super::table::{integer, place_of, records, size, time};
use crate::error::Error;
use crate::scenario::Sets;

const COLUMNS: [&str; 5] = ["op_time", "key", "op", "op_count", "size"];

/// A larger count is a damaged row.
const MOST: u64 = 1 << 24;

pub(super) fn read(input: &mut Input, sets: Sets, collector: &mut Collector) -> Result<(), Error> {
    let name = input.name().to_owned();
    let mut refills = Refills::new(sets);
    let places = RefCell::new([0; 5]);
    records(
        input,
        |header| {
            for (place, column) in places.borrow_mut().iter_mut().zip(COLUMNS) {
                *place = place_of(header, &name, column)?;
            }
            Ok(())
        },
        |line, record| {
            let places = places.borrow();
            let mut fields = [&[][..]; 5];
            for ((field, place), column) in fields.iter_mut().zip(*places).zip(COLUMNS) {
                *field = record.get(place).ok_or_else(|| {
                    collector.error(
                        line,
                        format_args!(
                            "no value for `{column}`: the row has {} columns",
                            record.len()
                        ),
                    )
                })?;
            }
            let [op_time, key, operation, op_count, bytes] = fields;
            let at = time(op_time, 1_000_000_000).map_err(|why| collector.error(line, why))?;
            let bytes = size(bytes).map_err(|why| collector.error(line, why))?;
            let Some(count @ 0..=MOST) = integer(op_count) else {
                let shown = String::from_utf8_lossy(op_count);
                return Err(collector.error(
                    line,
                    format_args!("`{shown}` is not a number of operations"),
                ));
            };
            let (op, is_set) = match operation {
                b"GET" | b"GET_LEASE" => (Op::Read, false),
                b"SET" | b"SET_LEASE" => (Op::Write, true),
                b"DELETE" => (Op::Write, false),
                other => {
                    let shown = String::from_utf8_lossy(other);
                    return Err(collector.error(
                        line,
                        format_args!(
                            "unknown op `{shown}`: GET, GET_LEASE, SET, SET_LEASE or DELETE"
                        ),
                    ));
                }
            };
            if let Ok(name) = std::str::from_utf8(operation) {
                collector.operations.count(name, count);
            }
            collector.check_time(line, at)?;
            let id = collector.key(line, key)?;
            for _ in 0..count {
                if is_set {
                    // The trace names no clients: all count as one.
                    if refills.is_refill(id, 0, at) {
                        collector.operations.fills_left_out += 1;
                        continue;
                    }
                    collector.operations.sets_taken_as_writes += 1;
                }
                collector.push(Row {
                    line,
                    at,
                    op,
                    key,
                    size: bytes,
                    client: 0,
                    transaction: b"",
                })?;
                if op == Op::Read && bytes == 0 {
                    refills.miss(id, 0, at);
                }
            }
            Ok(())
        },
    )
}
