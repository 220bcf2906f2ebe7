//! The embeddings of keys, as far as a policy wants them.

use std::sync::Arc;

use crate::workload::{Catalogue, text_embedding};

/// Embeddings by key and tag: those of the workload, else light ones of the keys' text, so that a
/// policy that goes by meaning can be measured on any trace. Nothing where no policy asks.
pub struct Meaning {
    catalogue: Arc<Catalogue>,
    wanted: bool,
    of_key: Vec<Option<Arc<[f32]>>>,
    of_tag: Vec<Option<Arc<[f32]>>>,
}

impl Meaning {
    pub fn new(catalogue: &Arc<Catalogue>, wanted: bool) -> Meaning {
        let room = |count| {
            if wanted {
                vec![None; count]
            } else {
                Vec::new()
            }
        };
        Meaning {
            catalogue: Arc::clone(catalogue),
            wanted,
            of_key: room(catalogue.keys()),
            of_tag: room(catalogue.tags()),
        }
    }

    pub fn is_wanted(&self) -> bool {
        self.wanted
    }

    pub fn of_key(&mut self, key: u32) -> Option<Arc<[f32]>> {
        let known = self.of_key.get_mut(key as usize)?;
        let vector = known.get_or_insert_with(|| match self.catalogue.vector_of(key) {
            Some(vector) => Arc::from(vector),
            None => Arc::from(text_embedding(self.catalogue.text(key))),
        });
        Some(Arc::clone(vector))
    }

    /// The embedding of a tag: its own where it is a topic that has one, else that of its text,
    /// unless the keys have real ones that it could not be compared with.
    pub fn of_tag(&mut self, tag: u32) -> Option<Arc<[f32]>> {
        let known = self.of_tag.get_mut(tag as usize)?;
        if known.is_none() {
            *known = match self.catalogue.vector_of_tag(tag) {
                Some(vector) => Some(Arc::from(vector)),
                None if self.catalogue.dims().is_some() => None,
                None => Some(Arc::from(text_embedding(self.catalogue.tag_name(tag)))),
            };
        }
        known.clone()
    }

    /// Whether the value of one key answers for another.
    pub fn answers(&self, served: u32, asked: u32) -> bool {
        served == asked || {
            let topic = self.catalogue.topic_of(served);
            topic.is_some() && topic == self.catalogue.topic_of(asked)
        }
    }
}
