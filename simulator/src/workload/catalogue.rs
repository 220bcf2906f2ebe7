//! The keys that can occur, and what is known of each: tags, embedding, topic.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use compact_str::CompactString;
use rustc_hash::FxBuildHasher;

/// Texts to dense ids. Keys come from the user's own files, so a hash that only has to be fast will do.
/// The table is larger than what the processor keeps: a text of up to 24 bytes lies in it, and needs no second look.
type Ids = HashMap<CompactString, u32, FxBuildHasher>;

/// Every key that a workload can name, by a dense index from 0.
#[derive(Clone, Default)]
pub struct Catalogue {
    texts: Vec<Arc<str>>,
    tag_names: Vec<Arc<str>>,
    /// Compressed rows: the tags of key k are `tags[tag_starts[k]..tag_starts[k + 1]]`. Empty without tags.
    tag_starts: Vec<u32>,
    tags: Vec<u32>,
    /// The tag that is a key's topic; empty without topics.
    topics: Vec<u32>,
    embeddings: Option<Embeddings>,
    by_text: OnceLock<Ids>,
    by_tag: OnceLock<(Vec<u32>, Vec<u32>)>,
}

/// Vectors of unit length, one row a key and one a topic.
#[derive(Clone, Default)]
pub struct Embeddings {
    /// Numbers in a row.
    pub dims: usize,
    /// Rows of the keys, one after the other.
    pub keys: Vec<f32>,
    /// Rows of the tags, one after the other; empty where topics have no vector of their own.
    pub tags: Vec<f32>,
}

impl Catalogue {
    /// How many keys there are.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.texts.len()
    }

    /// How many tags there are.
    #[must_use]
    pub fn tags(&self) -> usize {
        self.tag_names.len()
    }

    /// How a key is written.
    #[must_use]
    pub fn text(&self, key: u32) -> &Arc<str> {
        &self.texts[key as usize]
    }

    /// The key that is written so.
    #[must_use]
    pub fn lookup(&self, text: &str) -> Option<u32> {
        let by_text = self.by_text.get_or_init(|| {
            (0..)
                .zip(&self.texts)
                .map(|(id, text)| ((&**text).into(), id))
                .collect()
        });
        by_text.get(text).copied()
    }

    /// What a key is made from, in rising order.
    #[must_use]
    pub fn tags_of(&self, key: u32) -> &[u32] {
        row(&self.tag_starts, &self.tags, key)
    }

    /// How a tag is written.
    #[must_use]
    pub fn tag_name(&self, tag: u32) -> &Arc<str> {
        &self.tag_names[tag as usize]
    }

    /// The keys made from a tag, in rising order. The first call builds the index.
    #[must_use]
    pub fn keys_of_tag(&self, tag: u32) -> &[u32] {
        let (starts, keys) = self.by_tag.get_or_init(|| {
            let pairs = (0..self.texts.len() as u32)
                .flat_map(|key| self.tags_of(key).iter().map(move |tag| (*tag, key)));
            compress(self.tag_names.len(), pairs)
        });
        row(starts, keys, tag)
    }

    /// The embedding of a key, of unit length, where the workload has embeddings.
    #[must_use]
    pub fn vector_of(&self, key: u32) -> Option<&[f32]> {
        let embeddings = self.embeddings.as_ref()?;
        embeddings
            .keys
            .chunks_exact(embeddings.dims)
            .nth(key as usize)
    }

    /// The embedding of a tag, of unit length, where it is a topic with a vector of its own.
    #[must_use]
    pub fn vector_of_tag(&self, tag: u32) -> Option<&[f32]> {
        let embeddings = self.embeddings.as_ref()?;
        embeddings
            .tags
            .chunks_exact(embeddings.dims)
            .nth(tag as usize)
    }

    /// Numbers in an embedding, where the workload has embeddings.
    #[must_use]
    pub fn dims(&self) -> Option<usize> {
        self.embeddings.as_ref().map(|embeddings| embeddings.dims)
    }

    /// The topic of a key, as the tag that stands for it: the keys of one topic have one answer.
    #[must_use]
    pub fn topic_of(&self, key: u32) -> Option<u32> {
        self.topics.get(key as usize).copied()
    }

    /// What a captured change would name as its table: the text of the key before the first `:`, or
    /// nothing. A key that is a sentence has no collection, whatever its punctuation.
    #[must_use]
    pub fn collection_of(&self, key: u32) -> &str {
        if self.embeddings.is_some() {
            return "";
        }
        self.texts[key as usize]
            .split_once(':')
            .map_or("", |(collection, _)| collection)
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalogue")
            .field("keys", &self.keys())
            .field("tags", &self.tags())
            .field("dims", &self.dims())
            .finish_non_exhaustive()
    }
}

fn row<'a>(starts: &[u32], values: &'a [u32], at: u32) -> &'a [u32] {
    let at = at as usize;
    match (starts.get(at), starts.get(at + 1)) {
        (Some(start), Some(end)) => &values[*start as usize..*end as usize],
        _ => &[],
    }
}

/// Counting sort of (row, value) pairs into compressed rows; the order within a row stays.
fn compress(rows: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; rows + 1];
    for (row, _) in pairs.clone() {
        starts[row as usize + 1] += 1;
    }
    for index in 1..starts.len() {
        starts[index] += starts[index - 1];
    }
    let mut next = starts.clone();
    let mut values = vec![0; starts[rows] as usize];
    for (row, value) in pairs {
        let place = &mut next[row as usize];
        values[*place as usize] = value;
        *place += 1;
    }
    (starts, values)
}

/// Collects keys and tags as they are met, and gives each a dense id.
#[derive(Default)]
pub struct CatalogueBuilder {
    texts: Vec<Arc<str>>,
    ids: Ids,
    tag_names: Vec<Arc<str>>,
    tag_ids: Ids,
    pairs: Vec<(u32, u32)>,
    topics: Vec<u32>,
    embeddings: Option<Embeddings>,
}

impl CatalogueBuilder {
    #[must_use]
    pub fn with_capacity(keys: usize) -> Self {
        Self {
            texts: Vec::with_capacity(keys),
            ..Self::default()
        }
    }

    /// The id of a key, a new one where it was not met before.
    pub fn key(&mut self, text: &str) -> u32 {
        intern(&mut self.ids, &mut self.texts, text)
    }

    /// The id of a key, and whether it is new.
    pub fn key_is_new(&mut self, text: &str) -> (u32, bool) {
        let before = self.texts.len();
        let id = self.key(text);
        (id, self.texts.len() > before)
    }

    /// Adds a key that the caller knows to be new; it can be looked up only in the finished catalogue.
    pub fn push_key(&mut self, text: &str) -> u32 {
        self.texts.push(Arc::from(text));
        (self.texts.len() - 1) as u32
    }

    /// The id of a tag, a new one where it was not met before.
    pub fn tag(&mut self, name: &str) -> u32 {
        intern(&mut self.tag_ids, &mut self.tag_names, name)
    }

    /// Notes that a key is made from a tag; a second time changes nothing.
    pub fn add_tag(&mut self, key: u32, tag: u32) {
        self.pairs.push((key, tag));
    }

    /// The topic of each key, as a tag that it was also given with [`Self::add_tag`].
    pub fn topics(&mut self, topics: Vec<u32>) {
        self.topics = topics;
    }

    /// One row a key, and one a tag or none.
    pub fn embeddings(&mut self, embeddings: Embeddings) {
        self.embeddings = Some(embeddings);
    }

    /// How many keys there are so far.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.texts.len()
    }

    #[must_use]
    pub fn build(mut self) -> Catalogue {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        let (tag_starts, tags) = match self.pairs.is_empty() {
            true => (Vec::new(), Vec::new()),
            false => compress(self.texts.len(), self.pairs.iter().copied()),
        };
        let by_text = OnceLock::new();
        if self.ids.len() == self.texts.len() {
            // Nothing else has set it.
            let _ = by_text.set(self.ids);
        }
        Catalogue {
            texts: self.texts,
            tag_names: self.tag_names,
            tag_starts,
            tags,
            topics: self.topics,
            embeddings: self.embeddings,
            by_text,
            by_tag: OnceLock::new(),
        }
    }
}

fn intern(ids: &mut Ids, texts: &mut Vec<Arc<str>>, text: &str) -> u32 {
    if let Some(id) = ids.get(text) {
        return *id;
    }
    let id = texts.len() as u32;
    texts.push(Arc::from(text));
    ids.insert(text.into(), id);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_tags_find_each_other() {
        let mut builder = CatalogueBuilder::default();
        let (a, b, c) = (
            builder.key("user:1"),
            builder.key("user:2"),
            builder.key("plain"),
        );
        assert_eq!(builder.key("user:1"), a);
        let (x, y) = (builder.tag("x"), builder.tag("y"));
        for (key, tag) in [(b, y), (a, y), (a, x), (a, y)] {
            builder.add_tag(key, tag);
        }
        let catalogue = builder.build();
        assert_eq!((catalogue.keys(), catalogue.tags()), (3, 2));
        assert_eq!(catalogue.tags_of(a), [x, y]);
        assert_eq!(catalogue.tags_of(b), [y]);
        assert_eq!(catalogue.tags_of(c), [0; 0]);
        assert_eq!(catalogue.keys_of_tag(y), [a, b]);
        assert_eq!(catalogue.keys_of_tag(x), [a]);
        assert_eq!(catalogue.lookup("user:2"), Some(b));
        assert_eq!(catalogue.lookup("user:3"), None);
        assert_eq!(
            (catalogue.collection_of(a), catalogue.collection_of(c)),
            ("user", "")
        );
        assert_eq!(
            (catalogue.vector_of(a), catalogue.topic_of(a)),
            (None, None)
        );
    }

    #[test]
    fn keys_pushed_without_a_look_up_can_be_looked_up_afterwards() {
        let mut builder = CatalogueBuilder::with_capacity(2);
        builder.push_key("a");
        builder.push_key("b");
        let catalogue = builder.build();
        assert_eq!(catalogue.lookup("b"), Some(1));
        assert_eq!(catalogue.keys_of_tag(0), [0; 0]);
    }

    #[test]
    fn vectors_are_rows_of_keys_and_of_tags() {
        let mut builder = CatalogueBuilder::default();
        builder.key("a: b");
        builder.key("c");
        builder.tag("t");
        builder.embeddings(Embeddings {
            dims: 2,
            keys: vec![1.0, 0.0, 0.0, 1.0],
            tags: vec![0.6, 0.8],
        });
        let catalogue = builder.build();
        assert_eq!(catalogue.vector_of(1), Some(&[0.0, 1.0][..]));
        assert_eq!(catalogue.vector_of(2), None);
        assert_eq!(catalogue.vector_of_tag(0), Some(&[0.6, 0.8][..]));
        assert_eq!(catalogue.collection_of(0), "");
    }
}
