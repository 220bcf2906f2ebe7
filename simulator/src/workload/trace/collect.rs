//! What the readers of all formats have in common: keys get ids, times are checked and brought to the
//! trace's own clock.

use rand::RngExt;

use super::super::stat::{Operations, TraceStatistics};
use super::super::{Catalogue, CatalogueBuilder, Event, Op};
use crate::error::Error;
use crate::random::{Purpose, stream};
use crate::scenario::{Nanos, Trace, TraceFormat};

const SECOND: u64 = 1_000_000_000;
const YEAR: u64 = 365 * 86_400 * SECOND;

/// As long as any run may be.
const LONGEST_YEARS: f64 = 100.0;

/// One row of a file, in the terms of the simulator.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    /// Line or record of the file, from 1.
    pub line: u64,
    /// As in the file, in nanoseconds.
    pub at: u64,
    pub op: Op,
    pub key: &'a [u8],
    /// In bytes.
    pub size: u32,
    pub client: u32,
    /// Names the transaction that it is of; empty for one of its own.
    pub transaction: &'a [u8],
}

/// Collects the events of one file.
pub(super) struct Collector {
    name: String,
    format: TraceFormat,
    speed: f64,
    rate: f64,
    builder: CatalogueBuilder,
    clients: CatalogueBuilder,
    events: Vec<Event>,
    latest: u64,
    /// The transaction of the event before, where that wrote.
    transaction: Vec<u8>,
    pub operations: Operations,
}

impl Collector {
    pub(super) fn new(name: &str, trace: &Trace) -> Self {
        Self {
            name: name.to_owned(),
            format: trace.format,
            speed: trace.speed,
            rate: trace.rate.unwrap_or(1000.0),
            builder: CatalogueBuilder::default(),
            clients: CatalogueBuilder::default(),
            events: Vec::new(),
            latest: 0,
            transaction: Vec::new(),
            operations: Operations::default(),
        }
    }

    /// An error about one line of the file.
    pub(super) fn error(&self, line: u64, message: impl std::fmt::Display) -> Error {
        Error::usage(format_args!("{}:{line}: {message}", self.name))
    }

    /// Takes an event; gives the id of its key.
    pub(super) fn push(&mut self, row: Row<'_>) -> Result<u32, Error> {
        self.check_time(row.line, row.at)?;
        let subject = self.key(row.line, row.key)?;
        let joined = self.joins(&row);
        self.events.push(Event {
            at: row.at,
            subject,
            op: row.op,
            joined,
            client: row.client,
            bytes: row.size,
        });
        Ok(subject)
    }

    /// Whether a row is of the transaction of the event before it: both write, at the same time.
    fn joins(&mut self, row: &Row<'_>) -> bool {
        let writes = row.op != Op::Read && !row.transaction.is_empty();
        let before = self.events.last().map(|event| event.at);
        let joined = writes && before == Some(row.at) && self.transaction == row.transaction;
        self.transaction.clear();
        if writes {
            self.transaction.extend_from_slice(row.transaction);
        }
        joined
    }

    /// Takes a read of a format without times; the rate gives it one.
    pub(super) fn push_untimed(&mut self, line: u64, key: &[u8]) -> Result<(), Error> {
        let at = (self.events.len() as f64 * (1e9 / self.rate)) as u64;
        self.push(Row {
            line,
            at,
            op: Op::Read,
            key,
            size: 0,
            client: 0,
            transaction: b"",
        })
        .map(drop)
    }

    /// Checks that time does not go backwards, for rows that make no event too.
    pub(super) fn check_time(&mut self, line: u64, at: u64) -> Result<(), Error> {
        if at < self.latest {
            let (now, before) = (micros(at), micros(self.latest));
            return Err(self.error(
                line,
                format_args!("time goes backwards: {now} us after {before} us in the row before: sort the file by time"),
            ));
        }
        self.latest = at;
        Ok(())
    }

    /// The id of a key.
    pub(super) fn key(&mut self, line: u64, key: &[u8]) -> Result<u32, Error> {
        match std::str::from_utf8(key) {
            Ok("") => Err(self.error(line, "the key is empty")),
            Ok(text) => Ok(self.builder.key(text)),
            Err(error) => {
                let shown = String::from_utf8_lossy(key);
                Err(self.error(
                    line,
                    format_args!(
                        "the key `{shown}` is not UTF-8 (at byte {})",
                        error.valid_up_to()
                    ),
                ))
            }
        }
    }

    /// The number of a client, from 1; 0 where none is named.
    pub(super) fn client(&mut self, line: u64, client: &[u8]) -> Result<u32, Error> {
        match std::str::from_utf8(client) {
            Ok("") => Ok(0),
            Ok(text) => Ok(self.clients.key(text) + 1),
            Err(_) => Err(self.error(
                line,
                format_args!(
                    "the client `{}` is not UTF-8",
                    String::from_utf8_lossy(client)
                ),
            )),
        }
    }

    /// Notes the tags of a key, `;` between them.
    pub(super) fn tags(&mut self, line: u64, key: u32, tags: &[u8]) -> Result<(), Error> {
        let Ok(tags) = std::str::from_utf8(tags) else {
            return Err(self.error(
                line,
                format_args!("the tags `{}` are not UTF-8", String::from_utf8_lossy(tags)),
            ));
        };
        for tag in tags.split(';').map(str::trim).filter(|tag| !tag.is_empty()) {
            let tag = self.builder.tag(tag);
            self.builder.add_tag(key, tag);
        }
        Ok(())
    }

    /// Brings the times to the trace's own clock and sums up.
    pub(super) fn finish(mut self) -> Result<(Catalogue, Vec<Event>, TraceStatistics), Error> {
        if self.events.is_empty() {
            let why = match self.operations.fills_left_out {
                0 => String::new(),
                n => format!(": its {n} sets were all taken for refills"),
            };
            return Err(Error::usage(format_args!(
                "{}: no events in it{why}",
                self.name
            )));
        }
        if matches!(
            self.format,
            TraceFormat::Twitter | TraceFormat::MetaKv | TraceFormat::OracleGeneral
        ) {
            spread_seconds(&mut self.events);
        }
        let first = self.events.first().map_or(0, |event| event.at);
        let last = self.events.last().map_or(0, |event| event.at);
        let years = (last - first) as f64 / self.speed / (YEAR as f64);
        if years > LONGEST_YEARS {
            let years = match years {
                years if years < 1e6 => format!("{years:.0}"),
                years => format!("{years:.0e}"),
            };
            let cause = match self.speed {
                speed if speed < 1.0 => format!(", at a speed of {speed:?}"),
                _ => ": are its times in another unit?".to_owned(),
            };
            return Err(Error::usage(format_args!(
                "{}: {years} years from its first event to its last{cause}",
                self.name
            )));
        }
        for event in &mut self.events {
            event.at -= first;
            if self.speed != 1.0 {
                event.at = (event.at as f64 / self.speed).round() as u64;
            }
        }
        let catalogue = self.builder.build();
        let statistics = TraceStatistics::of(
            &catalogue,
            &self.events,
            self.clients.keys() as u64,
            self.operations,
        );
        Ok((catalogue, self.events, statistics))
    }
}

/// In the unit that people know from trace files.
fn micros(nanos: u64) -> String {
    match nanos % 1_000 {
        0 => (nanos / 1_000).to_string(),
        _ => format!("{}", Nanos(nanos).0 as f64 / 1e3),
    }
}

/// Traces that tell only the second: the events of one second are spread over it uniformly, in their
/// order. The numbers are keyed by the second, so that they are the same in every run.
fn spread_seconds(events: &mut [Event]) {
    let mut offsets = Vec::new();
    for group in events.chunk_by_mut(|a, b| a.at / SECOND == b.at / SECOND) {
        let second = group[0].at / SECOND;
        let mut rng = stream(second >> 32, 0, Purpose::TraceTimes, second as u32);
        offsets.clear();
        offsets.extend(group.iter().map(|_| rng.random_range(0..SECOND)));
        offsets.sort_unstable();
        for (event, offset) in group.iter_mut().zip(&offsets) {
            event.at = second * SECOND + offset;
        }
    }
}
