//! Writes a workload as a trace: the project's own CSV, or JSON lines with the same names.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::{Catalogue, Event, Op, Workload};
use crate::error::Error;
use crate::interrupt;

/// Writes the events of a workload's first replication to a file; gives the number of rows.
///
/// The name decides: `.csv` or `.jsonl`, and `.gz` or `.zst` after it to pack. A write of a tag becomes
/// a write of every key made from it; the writes of one transaction have one number in `txn`. Times are whole microseconds. The file
/// appears under its name only when it is complete.
///
/// # Errors
///
/// A name of another kind, or a disk that does not take it.
pub fn write(workload: &Workload, seed: u64, path: &Path) -> Result<u64, Error> {
    let (lines, packing) = kind(path)?;
    let failed = |error: std::io::Error| Error::other(format_args!("{}: {error}", path.display()));
    let unfinished = unfinished_name(path);
    let _removed_by_a_signal = interrupt::unfinished(&unfinished);
    let written = write_to(&unfinished, workload, seed, lines, packing).and_then(|rows| {
        let _whole = interrupt::whole();
        fs::rename(&unfinished, path)?;
        interrupt::complete(format!("{} is complete", path.display()));
        Ok(rows)
    });
    written.map_err(|error| {
        // What is left of it is of no use; that it may not exist at all is fine.
        let _ = fs::remove_file(&unfinished);
        failed(error)
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lines {
    Csv,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// Checks that [`write()`] would take a file of this name.
///
/// # Errors
///
/// Says which names it takes.
pub fn check_name(path: &Path) -> Result<(), Error> {
    kind(path).map(drop)
}

fn kind(path: &Path) -> Result<(Lines, Packing), Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (stem, packing) = match (name.strip_suffix(".gz"), name.strip_suffix(".zst")) {
        (Some(stem), _) => (stem, Packing::Gzip),
        (_, Some(stem)) => (stem, Packing::Zstd),
        _ => (&*name, Packing::Plain),
    };
    if stem.ends_with(".csv") {
        Ok((Lines::Csv, packing))
    } else if stem.ends_with(".jsonl") {
        Ok((Lines::Json, packing))
    } else {
        let path = path.display();
        Err(Error::usage(format_args!(
            "{path}: a trace is written as .csv or .jsonl, with .gz or .zst after it to pack it"
        )))
    }
}

/// Beside the file, so that a rename moves no data.
fn unfinished_name(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.unfinished", std::process::id()));
    path.with_file_name(name)
}

fn write_to(
    path: &Path,
    workload: &Workload,
    seed: u64,
    lines: Lines,
    packing: Packing,
) -> std::io::Result<u64> {
    let file = {
        // Not while a signal removes it.
        let _whole = interrupt::whole();
        BufWriter::with_capacity(1 << 18, File::create(path)?)
    };
    match packing {
        Packing::Plain => {
            let (rows, file) = write_lines(file, workload, seed, lines)?;
            file.into_inner()
                .map_err(|error| error.into_error())?
                .sync_all()?;
            Ok(rows)
        }
        Packing::Gzip => {
            let packed = flate2::write::GzEncoder::new(file, flate2::Compression::default());
            let (rows, packed) = write_lines(packed, workload, seed, lines)?;
            packed
                .finish()?
                .into_inner()
                .map_err(|error| error.into_error())?
                .sync_all()?;
            Ok(rows)
        }
        Packing::Zstd => {
            let packed = zstd::stream::write::Encoder::new(file, 0)?;
            let (rows, packed) = write_lines(packed, workload, seed, lines)?;
            packed
                .finish()?
                .into_inner()
                .map_err(|error| error.into_error())?
                .sync_all()?;
            Ok(rows)
        }
    }
}

/// One row of the file.
struct Row<'a> {
    event: Event,
    key: u32,
    transaction: Option<u64>,
    catalogue: &'a Catalogue,
}

impl Row<'_> {
    fn op(&self) -> &'static str {
        match self.event.op {
            Op::Read => "R",
            Op::Write | Op::WriteTag => "W",
            Op::Delete => "D",
        }
    }

    fn tags(&self) -> String {
        let names: Vec<&str> = self
            .catalogue
            .tags_of(self.key)
            .iter()
            .map(|tag| &**self.catalogue.tag_name(*tag))
            .collect();
        names.join(";")
    }
}

fn write_lines<W: Write>(
    to: W,
    workload: &Workload,
    seed: u64,
    lines: Lines,
) -> std::io::Result<(u64, W)> {
    let catalogue = &*workload.catalogue;
    match lines {
        Lines::Csv => {
            let mut writer = csv::WriterBuilder::new().from_writer(to);
            writer.write_record(["ts_us", "op", "key", "size", "tags", "txn", "client"])?;
            let rows = each_row(workload, seed, catalogue, |row| {
                let transaction = row
                    .transaction
                    .map_or_else(String::new, |number| number.to_string());
                let client = if row.event.client == 0 {
                    String::new()
                } else {
                    row.event.client.to_string()
                };
                let (at, size) = (
                    (row.event.at / 1_000).to_string(),
                    row.event.bytes.to_string(),
                );
                let (key, tags) = (&**catalogue.text(row.key), row.tags());
                Ok(writer.write_record([
                    at.as_str(),
                    row.op(),
                    key,
                    &size,
                    &tags,
                    &transaction,
                    &client,
                ])?)
            })?;
            let to = writer.into_inner().map_err(|error| error.into_error())?;
            Ok((rows, to))
        }
        Lines::Json => {
            // In large pieces: a packer pays for each call, and a line is printed in dozens.
            let mut to = BufWriter::with_capacity(1 << 16, to);
            let rows = each_row(workload, seed, catalogue, |row| {
                let mut line = json!({
                    "ts_us": row.event.at / 1_000,
                    "op": row.op(),
                    "key": &**catalogue.text(row.key),
                    "size": row.event.bytes,
                });
                let tags = row.tags();
                if !tags.is_empty() {
                    line["tags"] = tags.into();
                }
                if let Some(number) = row.transaction {
                    line["txn"] = number.into();
                }
                if row.event.client != 0 {
                    line["client"] = row.event.client.into();
                }
                writeln!(to, "{line}")
            })?;
            let to = to.into_inner().map_err(|error| error.into_error())?;
            Ok((rows, to))
        }
    }
}

fn each_row<'a>(
    workload: &Workload,
    seed: u64,
    catalogue: &'a Catalogue,
    mut write: impl FnMut(&Row<'a>) -> std::io::Result<()>,
) -> std::io::Result<u64> {
    let (mut rows, mut transactions) = (0, 0);
    let mut events = workload.events(seed, 0).peekable();
    while let Some(event) = events.next() {
        let several = event.op == Op::WriteTag || events.peek().is_some_and(|next| next.joined);
        if several && !event.joined {
            transactions += 1;
        }
        let transaction = (several || event.joined).then_some(transactions);
        let own = [event.subject];
        let keys = match event.op {
            Op::WriteTag => catalogue.keys_of_tag(event.subject),
            _ => &own,
        };
        for key in keys {
            rows += 1;
            write(&Row {
                event,
                key: *key,
                transaction,
                catalogue,
            })?;
        }
    }
    Ok(rows)
}
