//! What a policy is told.

use std::sync::Arc;

use crate::engine::{Instant, Nanos};

/// What happened to a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Created,
    /// It has new contents.
    #[default]
    Updated,
    /// It is gone.
    Deleted,
    /// Everything in the collection changed.
    Truncated,
    /// Anything else.
    Other,
}

/// The columns of a row that changed.
pub trait Row: Send + Sync {
    /// A column after the change, as text.
    fn after(&self, column: &str) -> Option<String>;

    /// A column before the change.
    fn before(&self, column: &str) -> Option<String>;
}

/// One change of the source of truth.
#[derive(Clone)]
pub struct Change {
    /// The feed it came by; `writes` for what the application announces.
    pub feed: Arc<str>,
    /// Its place in that feed.
    pub position: u64,
    /// The table, topic or namespace.
    pub collection: Arc<str>,
    /// What changed within it.
    pub key: Arc<str>,
    /// What happened.
    pub kind: ChangeKind,
    /// When it was committed.
    pub at: Instant,
    /// Its columns, where the feed carries them.
    pub row: Option<Arc<dyn Row>>,
    /// Its embedding, of unit length, where it has one.
    pub vector: Option<Arc<[f32]>>,
}

impl Change {
    /// An announced write of a key.
    #[must_use]
    pub fn write(key: impl Into<Arc<str>>) -> Change {
        let key = key.into();
        Change {
            feed: Arc::from("writes"),
            position: 0,
            collection: Arc::from(key.split_once(':').map_or("", |(collection, _)| collection)),
            key,
            kind: ChangeKind::Updated,
            at: 0,
            row: None,
            vector: None,
        }
    }
}

/// A value that was loaded and is about to be stored.
#[derive(Clone, Copy, Debug)]
pub struct Loaded<'a> {
    /// The key it is stored under.
    pub key: &'a str,
    /// The time of the store.
    pub now: Instant,
    /// Size of the value, in bytes; 0 where nobody knows.
    pub size: u64,
    /// How long the load took.
    pub load_time: Nanos,
    /// What the loader says it was made from.
    pub depends_on: &'a [&'a str],
}
