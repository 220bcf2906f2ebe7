//! A write of the source of truth, as the application announces it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::policy::{Change, ChangeKind, Row};

/// A write of the source of truth, as the application announces it *after* it was committed.
#[derive(Clone, Debug)]
pub struct Write<V> {
    key: Arc<str>,
    collection: Arc<str>,
    kind: ChangeKind,
    columns: HashMap<String, (Option<String>, Option<String>)>,
    vector: Option<Arc<[f32]>>,
    pub(super) value: Option<V>,
}

impl<V> Write<V> {
    /// New contents under a key. Its collection is the key's text before the first `:`.
    #[must_use]
    pub fn of(key: impl Into<Arc<str>>) -> Write<V> {
        let key = key.into();
        let collection = Arc::from(key.split_once(':').map_or("", |(collection, _)| collection));
        Write {
            key,
            collection,
            kind: ChangeKind::Updated,
            columns: HashMap::new(),
            vector: None,
            value: None,
        }
    }

    /// Everything in a table or topic: it was emptied or replaced, and nobody says which keys.
    #[must_use]
    pub fn truncated(collection: impl Into<Arc<str>>) -> Write<V> {
        Write::of("")
            .in_collection(collection)
            .kind(ChangeKind::Truncated)
    }

    /// The key, or for derived data the record, is gone.
    #[must_use]
    pub fn deleted(self) -> Write<V> {
        self.kind(ChangeKind::Deleted)
    }

    /// What happened to it; an update where nobody says.
    #[must_use]
    pub fn kind(mut self, kind: ChangeKind) -> Write<V> {
        self.kind = kind;
        self
    }

    /// The table or topic that was written.
    #[must_use]
    pub fn in_collection(mut self, collection: impl Into<Arc<str>>) -> Write<V> {
        self.collection = collection.into();
        self
    }

    /// The new value, for policies that replace in place.
    #[must_use]
    pub fn with_value(mut self, value: V) -> Write<V> {
        self.value = Some(value);
        self
    }

    /// A column of the row before and after.
    #[must_use]
    pub fn column(mut self, name: &str, before: Option<&str>, after: Option<&str>) -> Write<V> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        self.columns
            .insert(name.to_owned(), (owned(before), owned(after)));
        self
    }

    /// The embedding of what was written, of unit length, for policies that go by meaning.
    #[must_use]
    pub fn with_vector(mut self, vector: impl Into<Arc<[f32]>>) -> Write<V> {
        self.vector = Some(vector.into());
        self
    }

    pub(super) fn key(&self) -> &Arc<str> {
        &self.key
    }

    pub(super) fn into_change(self, position: u64, at: u64) -> Change {
        let row: Option<Arc<dyn Row>> = match self.columns.is_empty() {
            true => None,
            false => Some(Arc::new(Columns(self.columns))),
        };
        let mut change = Change::write(self.key);
        change.position = position;
        change.collection = self.collection;
        change.kind = self.kind;
        change.at = at;
        change.row = row;
        change.vector = self.vector;
        change
    }
}

struct Columns(HashMap<String, (Option<String>, Option<String>)>);

impl Row for Columns {
    fn before(&self, column: &str) -> Option<String> {
        self.0.get(column)?.0.clone()
    }

    fn after(&self, column: &str) -> Option<String> {
        self.0.get(column)?.1.clone()
    }
}
