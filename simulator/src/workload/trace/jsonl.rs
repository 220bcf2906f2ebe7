//! JSON lines: one object a row, with the names of the project's own CSV (`ts_us`, `op`, `key`,
//! `size`, `tags`, `client`, `txn`) or those that the scenario maps.

use serde_json::{Map, Value};

use super::collect::{Collector, Row};
use super::csv_mapped::{op, unit};
use super::input::Input;
use super::table::time;
use crate::error::Error;
use crate::scenario::Columns;

pub(super) fn read(
    input: &mut Input,
    columns: &Columns,
    collector: &mut Collector,
) -> Result<(), Error> {
    fn name<'a>(column: &'a Option<String>, usual: &'a str) -> &'a str {
        column.as_deref().unwrap_or(usual)
    }
    let (time_name, op_name, key_name) = (
        name(&columns.time, "ts_us"),
        name(&columns.op, "op"),
        name(&columns.key, "key"),
    );
    let (size_name, tags_name) = (name(&columns.size, "size"), name(&columns.tags, "tags"));
    let client_name = name(&columns.client, "client");
    let txn_name = name(&columns.txn, "txn");
    let unit = unit(columns);
    input.lines(|line, text| {
        let row: Map<String, Value> = serde_json::from_slice(text).map_err(|error| {
            // Each line is a text of its own to its reader.
            let why = error
                .to_string()
                .replace(" at line 1 column ", " at column ");
            collector.error(line, format_args!("not a JSON object: {why}"))
        })?;
        let field = |name: &str| {
            row.get(name).and_then(plain_text).ok_or_else(|| {
                let has: Vec<_> = row.keys().map(String::as_str).collect();
                collector.error(
                    line,
                    format_args!(
                        "no `{name}` with a text or a number: the row has {}",
                        has.join(", ")
                    ),
                )
            })
        };
        let at =
            time(field(time_name)?.as_bytes(), unit).map_err(|why| collector.error(line, why))?;
        let op = match op_name {
            "" => Some(super::super::Op::Read),
            name => {
                let text = field(name)?;
                op(columns, text.as_bytes()).map_err(|right| {
                    collector.error(line, format_args!("unknown op `{text}`: {right}"))
                })?
            }
        };
        let key = field(key_name)?;
        let size = row.get(size_name).and_then(Value::as_u64).unwrap_or(0);
        let client = row
            .get(client_name)
            .and_then(plain_text)
            .unwrap_or_default();
        let Some(op) = op else {
            return collector.check_time(line, at);
        };
        let client = collector.client(line, client.as_bytes())?;
        let transaction = row.get(txn_name).and_then(plain_text).unwrap_or_default();
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        let id = collector.push(Row {
            line,
            at,
            op,
            key: key.as_bytes(),
            size,
            client,
            transaction: transaction.as_bytes(),
        })?;
        match row.get(tags_name) {
            Some(Value::String(tags)) => collector.tags(line, id, tags.as_bytes()),
            Some(Value::Array(tags)) => tags
                .iter()
                .filter_map(plain_text)
                .try_for_each(|tag| collector.tags(line, id, tag.as_bytes())),
            _ => Ok(()),
        }
    })
}

fn plain_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
