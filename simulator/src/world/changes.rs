//! Writes as policies hear of them.

use std::sync::Arc;

use shelflife::policy::{Change, ChangeKind, Row};

use super::meaning::Meaning;
use crate::workload::{Catalogue, Op};

/// Where a change was heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedName {
    /// The path that wrote announced it.
    Writes,
    /// The feed captured it.
    Capture,
}

/// The names that policies know the feeds by.
pub const FEEDS: [&str; 2] = ["writes", "capture"];

/// A write that was made.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    pub op: Op,
    /// A key, or a tag for [`Op::WriteTag`].
    pub subject: u32,
    /// Its place among all writes; of one that is told of before it commits, the place it would have if it
    /// committed now.
    pub number: u32,
    pub is_committed: bool,
    pub at: u64,
}

/// Turns writes into changes.
pub struct Changes {
    feeds: [Arc<str>; 2],
    /// The collection named last: most changes are of the same.
    collection: Arc<str>,
    wants_rows: bool,
}

impl Changes {
    pub fn new(wants_rows: bool) -> Changes {
        Changes {
            feeds: FEEDS.map(Arc::from),
            collection: Arc::from(""),
            wants_rows,
        }
    }

    pub fn describe(
        &mut self,
        written: &Written,
        feed: FeedName,
        catalogue: &Catalogue,
        meaning: &mut Meaning,
    ) -> Change {
        let (key, vector) = match written.op {
            Op::WriteTag => (
                catalogue.tag_name(written.subject),
                meaning.of_tag(written.subject),
            ),
            _ => (
                catalogue.text(written.subject),
                meaning.of_key(written.subject),
            ),
        };
        let collection = match written.op {
            Op::WriteTag => key.split_once(':').map_or("", |(collection, _)| collection),
            _ => catalogue.collection_of(written.subject),
        };
        if *self.collection != *collection {
            self.collection = Arc::from(collection);
        }
        let kind = match written.op {
            Op::Delete => ChangeKind::Deleted,
            _ => ChangeKind::Updated,
        };
        let row: Option<Arc<dyn Row>> = match self.wants_rows {
            true => Some(Arc::new(KeyRow {
                key: Arc::clone(key),
                kind,
            })),
            false => None,
        };
        Change {
            feed: Arc::clone(&self.feeds[feed as usize]),
            position: u64::from(written.number),
            collection: Arc::clone(&self.collection),
            key: Arc::clone(key),
            kind,
            at: written.at,
            row,
            vector,
        }
    }
}

/// The row behind a key: `key` is its text, `id` what follows the collection's `:`.
struct KeyRow {
    key: Arc<str>,
    kind: ChangeKind,
}

impl KeyRow {
    fn column(&self, column: &str) -> Option<String> {
        match column {
            "key" => Some(self.key.as_ref().to_owned()),
            "id" => {
                let id = self.key.split_once(':').map_or(&*self.key, |(_, id)| id);
                Some(id.to_owned())
            }
            _ => None,
        }
    }
}

impl Row for KeyRow {
    fn after(&self, column: &str) -> Option<String> {
        (self.kind != ChangeKind::Deleted)
            .then(|| self.column(column))
            .flatten()
    }

    fn before(&self, column: &str) -> Option<String> {
        (self.kind != ChangeKind::Created)
            .then(|| self.column(column))
            .flatten()
    }
}
