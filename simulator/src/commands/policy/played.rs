//! A trace as one policy meets it.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use shelflife::policy::{Change, ChangeKind, Row};
use shelflife_sim::error::Error;
use shelflife_sim::scenario::{self, Overrides, Policy};
use shelflife_sim::workload::{self, Catalogue, Event, Op, Workload};
use shelflife_workbench::drive::Reading;

use crate::commands::wrong;

/// The trace, and how the policy is set up for it.
#[derive(Args)]
pub struct Played {
    /// The reads and writes; any format that `compare --trace` reads
    #[arg(long, value_name = "FILE")]
    trace: PathBuf,
    /// The policy's settings: a JSON object, or `ttl=60s,jitter=0.1`
    #[arg(long, value_name = "SETTINGS")]
    config: Option<String>,
    /// Entries that the cache holds at most [default: as many as there are]
    #[arg(long, value_name = "N", value_parser = wrong::whole_number, allow_negative_numbers = true, default_value = "0", hide_default_value = true)]
    pub capacity: u64,
    /// Sets a key of how the trace is read, such as `trace.sets=auto`
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// What happens.
pub enum Happening<'a> {
    Read(Reading<'a>),
    /// Of one transaction.
    Changes(Vec<Change>),
}

impl Played {
    /// The settings as JSON text.
    pub fn config(&self) -> Result<String, Error> {
        config(self.config.as_deref())
    }

    /// Reads the trace.
    pub fn workload(&self) -> Result<Workload, Error> {
        let overrides = Overrides {
            set: self.set.clone(),
            ..Overrides::default()
        };
        workload::build(&scenario::load_trace(&self.trace, &overrides)?)
    }
}

/// Settings as JSON text, from either form that the command line takes.
pub fn config(text: Option<&str>) -> Result<String, Error> {
    let Some(text) = text else {
        return Ok("{}".to_owned());
    };
    let policy = Policy::from_spec(&format!("ttl:{text}")).map_err(|error| {
        let error = error.to_string();
        let why = error
            .split_once("`: ")
            .map_or(error.as_str(), |(_, why)| why);
        Error::usage(format!("--config {text}: {why}"))
    })?;
    serde_json::to_string(&policy.config).map_err(Error::other)
}

/// Goes through a trace. Changes come by this feed; those of one transaction together.
pub fn play(
    workload: &Workload,
    feed: &str,
    mut happens: impl FnMut(Happening<'_>, u64) -> Result<(), Error>,
) -> Result<(), Error> {
    let feed: Arc<str> = feed.into();
    let catalogue = &workload.catalogue;
    let mut changes: Vec<Change> = Vec::new();
    let mut position = 0;
    // A trace is the same in every replication.
    for event in workload.events(0, 0) {
        let goes_on = event.op != Op::Read && event.joined;
        if !goes_on && !changes.is_empty() {
            let told = std::mem::take(&mut changes);
            let at = told[0].at;
            happens(Happening::Changes(told), at)?;
        }
        if event.op == Op::Read {
            let tags: Vec<&str> = catalogue
                .tags_of(event.subject)
                .iter()
                .map(|tag| &**catalogue.tag_name(*tag))
                .collect();
            let reading = Reading {
                key: catalogue.text(event.subject),
                depends_on: &tags,
                size: u64::from(event.bytes),
                vector: catalogue.vector_of(event.subject),
                ..Reading::default()
            };
            happens(Happening::Read(reading), event.at)?;
        } else {
            position += 1;
            changes.push(change(&event, catalogue, &feed, position));
        }
    }
    match changes.first().map(|change| change.at) {
        Some(at) => happens(Happening::Changes(changes), at),
        None => Ok(()),
    }
}

fn change(event: &Event, catalogue: &Catalogue, feed: &Arc<str>, position: u64) -> Change {
    let is_tag = event.op == Op::WriteTag;
    let (key, vector) = match is_tag {
        true => (
            catalogue.tag_name(event.subject),
            catalogue.vector_of_tag(event.subject),
        ),
        false => (
            catalogue.text(event.subject),
            catalogue.vector_of(event.subject),
        ),
    };
    let collection = match is_tag {
        true => key.split_once(':').map_or("", |(collection, _)| collection),
        false => catalogue.collection_of(event.subject),
    };
    let kind = match event.op {
        Op::Delete => ChangeKind::Deleted,
        _ => ChangeKind::Updated,
    };
    Change {
        feed: Arc::clone(feed),
        position,
        collection: collection.into(),
        key: Arc::clone(key),
        kind,
        at: event.at,
        row: Some(Arc::new(KeyRow(Arc::clone(key), kind))),
        vector: vector.map(Arc::from),
    }
}

/// The row behind a key, as the simulator has it: `key` is its text, `id` what follows the first `:`.
struct KeyRow(Arc<str>, ChangeKind);

impl KeyRow {
    fn column(&self, column: &str) -> Option<String> {
        let KeyRow(key, _) = self;
        match column {
            "key" => Some(key.to_string()),
            "id" => Some(key.split_once(':').map_or(&**key, |(_, id)| id).to_owned()),
            _ => None,
        }
    }
}

impl Row for KeyRow {
    fn after(&self, column: &str) -> Option<String> {
        (self.1 != ChangeKind::Deleted)
            .then(|| self.column(column))
            .flatten()
    }

    fn before(&self, column: &str) -> Option<String> {
        self.column(column)
    }
}
