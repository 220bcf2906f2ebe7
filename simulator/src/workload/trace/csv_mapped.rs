//! CSV of any kind: the scenario says which column is what.

use super::super::Op;
use super::collect::Collector;
use super::input::Input;
use super::ops;
use super::table::{Mapping, Optional, read as read_table};
use crate::error::Error;
use crate::scenario::Columns;

pub(super) fn read(
    input: &mut Input,
    columns: &Columns,
    collector: &mut Collector,
) -> Result<(), Error> {
    let read_op = |text: &[u8]| op(columns, text.trim_ascii());
    fn asked(column: &Option<String>) -> Option<(&str, bool)> {
        column.as_deref().map(|column| (column, true))
    }
    let mapping = Mapping {
        time: columns.time.as_deref().unwrap_or("ts_us"),
        unit: unit(columns),
        op: columns.op.as_deref().unwrap_or("op"),
        read_op: &read_op,
        key: columns.key.as_deref().unwrap_or("key"),
        optional: Optional {
            size: asked(&columns.size).or(Some(("size", false))),
            tags: asked(&columns.tags).or(Some(("tags", false))),
            client: asked(&columns.client).or(Some(("client", false))),
            transaction: asked(&columns.txn).or(Some(("txn", false))),
        },
    };
    read_table(input, &mapping, collector)
}

/// Nanoseconds in the unit of the time column.
pub(super) fn unit(columns: &Columns) -> u64 {
    match columns.unit.as_deref() {
        Some("ns") => 1,
        Some("ms") => 1_000_000,
        Some("s") => 1_000_000_000,
        _ => 1_000,
    }
}

/// What an operation's text means: by the scenario's own map, then by the usual names.
pub(super) fn op(columns: &Columns, text: &[u8]) -> Result<Option<Op>, String> {
    let mapped = std::str::from_utf8(text)
        .ok()
        .and_then(|text| columns.ops.get(text));
    match mapped.map(String::as_str) {
        Some("read") => Ok(Some(Op::Read)),
        Some("write") => Ok(Some(Op::Write)),
        Some("delete") => Ok(Some(Op::Delete)),
        Some(_) => Ok(None),
        None => ops::plain(text)
            .map(Some)
            .ok_or_else(|| format!("say under `columns.ops` in [trace] whether it means read, write, delete or skip; known without: {}", ops::PLAIN)),
    }
}
