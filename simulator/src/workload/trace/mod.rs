//! Recorded workloads: readers of trace files, one file a format.
//!
//! A trace is read as a whole before anything runs. Its events keep the order of the file; times keep
//! their distances and begin at 0 with the first event, divided by the trace's speed. Files may be
//! plain, gzip or zstd, told by their content.

mod arc;
mod binary;
mod collect;
mod convert;
mod csv_mapped;
mod detect;
mod input;
mod jsonl;
mod meta_kv;
mod ops;
mod sets;
mod shelflife;
mod table;
mod twitter;
mod vscsi;

use std::path::Path;

use serde::Serialize;

use super::{Catalogue, Event, TraceStatistics};
use crate::error::Error;
use crate::scenario::{Trace, TraceFormat};
use collect::Collector;
use input::Input;

pub use convert::{check_name, write};
pub use detect::detect;
pub(super) use input::check_place;
pub use input::sha256;

/// What is known of a recording.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TraceInfo {
    /// As the scenario names it.
    pub path: String,
    /// Of the file as it lies on disk, in hexadecimal.
    pub sha256: String,
    pub statistics: TraceStatistics,
}

/// A trace in memory.
pub struct ReadTrace {
    pub catalogue: Catalogue,
    /// In the order of the file.
    pub events: Vec<Event>,
    pub info: TraceInfo,
}

/// Reads a trace; its path is relative to `base_dir`, or `builtin:shop`.
///
/// # Errors
///
/// One line with the file, and the row where there is one: a missing or truncated file, a header
/// without a column, a row that cannot be read, time that goes backwards, a file without events.
pub fn read(trace: &Trace, base_dir: &Path) -> Result<ReadTrace, Error> {
    let mut input = Input::open(&trace.path, base_dir)?;
    let mut collector = Collector::new(input.name(), trace);
    match trace.format {
        TraceFormat::Shelflife => shelflife::read(&mut input, &mut collector)?,
        TraceFormat::Csv => csv_mapped::read(&mut input, &trace.columns, &mut collector)?,
        TraceFormat::Jsonl => jsonl::read(&mut input, &trace.columns, &mut collector)?,
        TraceFormat::Twitter => twitter::read(&mut input, trace.sets, &mut collector)?,
        TraceFormat::MetaKv => meta_kv::read(&mut input, trace.sets, &mut collector)?,
        TraceFormat::VscsiCsv => vscsi::read(&mut input, &mut collector)?,
        TraceFormat::Arc => arc::read(&mut input, &mut collector)?,
        TraceFormat::OracleGeneral => binary::oracle_general(&mut input, &mut collector)?,
        TraceFormat::Cache2k => binary::cache2k(&mut input, &mut collector)?,
        TraceFormat::Cache2kTimed => binary::cache2k_timed(&mut input, &mut collector)?,
    }
    let (catalogue, events, statistics) = collector.finish()?;
    let info = TraceInfo {
        path: trace.path.to_string_lossy().into_owned(),
        sha256: input::sha256(&trace.path, base_dir)?,
        statistics,
    };
    Ok(ReadTrace {
        catalogue,
        events,
        info,
    })
}

#[cfg(test)]
mod tests;
