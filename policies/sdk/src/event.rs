//! What a policy is told about.

use std::time::Duration;

use shelflife_policy_derive::Settings;

/// A point in time: nanoseconds on the clock that the host chose. Only differences mean anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(
    /// Nanoseconds since the clock's own start.
    pub u64,
);

impl Instant {
    /// The time from `earlier` to this instant; zero where `earlier` is the later one.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// A value that was loaded and is about to be stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fill {
    /// The key it is stored under.
    pub key: String,
    /// The time of the store.
    pub now: Instant,
    /// Size of the value, in bytes; 0 where the host does not know.
    pub size: u64,
    /// How long the load took.
    pub load_time: Duration,
    /// What the loader says the value was made from.
    pub depends_on: Vec<String>,
}

impl Fill {
    /// A fill of this key of which nothing else is known.
    pub fn of(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            ..Self::default()
        }
    }

    /// Adds something that the loader says the value was made from.
    pub fn made_from(mut self, tag: impl Into<String>) -> Self {
        self.depends_on.push(tag.into());
        self
    }
}

/// One change of the source of truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The feed it came by.
    pub feed: String,
    /// Its place in that feed: never goes back, and may repeat after a restart.
    pub position: u64,
    /// The table, topic or namespace.
    pub collection: String,
    /// What changed within the collection, as text.
    pub key: String,
    /// What happened to it.
    pub kind: ChangeKind,
    /// When it was committed, as far as the feed knows.
    pub at: Instant,
}

impl Change {
    /// A row with new contents, on the feed of announced writes.
    pub fn updated(collection: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            feed: crate::plan::WRITES.to_owned(),
            position: 0,
            collection: collection.into(),
            key: key.into(),
            kind: ChangeKind::Updated,
            at: Instant(0),
        }
    }

    /// A new row, on the feed of announced writes.
    pub fn created(collection: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            kind: ChangeKind::Created,
            ..Self::updated(collection, key)
        }
    }

    /// A row that is gone, on the feed of announced writes.
    pub fn deleted(collection: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            kind: ChangeKind::Deleted,
            ..Self::updated(collection, key)
        }
    }

    /// A collection that was emptied or replaced, on the feed of announced writes.
    pub fn truncated(collection: impl Into<String>) -> Self {
        Self {
            kind: ChangeKind::Truncated,
            ..Self::updated(collection, "")
        }
    }

    /// The same change on another feed, at this place in it.
    pub fn on(mut self, feed: impl Into<String>, position: u64) -> Self {
        self.feed = feed.into();
        self.position = position;
        self
    }

    /// Whether everything in the collection changed, so that `key` says nothing.
    pub fn is_truncation(&self) -> bool {
        self.kind == ChangeKind::Truncated
    }
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It is new.
    Created,
    /// It has new contents.
    Updated,
    /// It is gone.
    Deleted,
    /// Everything in the collection changed; the change's key is empty.
    Truncated,
    /// Anything else: the feed says what.
    Other,
}

/// How an entry leaves. As a setting it is the text `"drop"`, `"expire"` or `"replace"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Settings)]
pub enum PurgeMode {
    /// Hard: the entry is never served again, and no load in flight may store its value.
    Drop,
    /// Soft: the entry is stale from now on; its `grace` and `rescue` still apply, counted from now. A
    /// load in flight may not store its value.
    Expire,
    /// The entry, if it is still fresh, takes the value that the current change carries and a new
    /// lease. An entry that is absent or no longer fresh is dropped instead, and so is one where the
    /// change carries no value. For groups the same as [`PurgeMode::Expire`].
    Replace,
}

/// An entry and how near it is to a vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// The key it is stored under.
    pub key: String,
    /// Its cosine similarity.
    pub similarity: f32,
}

/// What became of an entry since it was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sighting {
    /// There is no fresh entry under the key.
    Absent,
    /// Nobody has been served the entry since [`PurgeMode::Replace`] or the application put it in the
    /// place of another.
    Unread,
    /// Somebody has been served it, or wanted it: a reader's load has brought it, or it was stored where
    /// there was none.
    Read,
}

/// How much a line for the operator matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Every step, for the author.
    Trace,
    /// Decisions, for the author.
    Debug,
    /// What an operator may want to know.
    Info,
    /// What an operator should look at.
    Warn,
    /// What an operator must act on.
    Error,
}
