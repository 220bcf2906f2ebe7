//! What a loader says of the value that it loads.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::near::Embedding;
use crate::engine::{Nanos, Seen};

/// What a loader says of the value that it loads. A loader that has nothing to say ignores it.
///
/// What is said twice counts as said last; tags and dependencies add up. What is said after the loader has
/// returned comes too late.
///
/// ```
/// use std::time::Duration;
///
/// let cache = shelflife::sync::Cache::<String>::builder().build()?;
/// cache.get_with("page:1", |load| {
///     load.tag("product:1").tag("reviews:1").ttl(Duration::from_secs(600));
///     "rendered".to_owned()
/// });
/// cache.invalidate_tag("reviews:1");
/// assert_eq!(cache.get("page:1"), None);
/// # Ok::<(), shelflife::BuildError>(())
/// ```
#[derive(Default)]
pub struct Load {
    said: Mutex<Said>,
}

/// What was said.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) depends_on: Vec<Arc<str>>,
    pub(super) tags: Vec<Arc<str>>,
    pub(super) ttl: Option<Nanos>,
    pub(super) grace: Option<Nanos>,
    pub(super) rescue: Option<Nanos>,
    pub(super) size: u64,
    pub(super) embedding: Option<Embedding>,
    pub(super) version: Option<u64>,
    pub(super) seen: Option<Seen>,
    pub(super) keep_failure_for: Option<Nanos>,
    pub(super) skip_store: bool,
    /// Its embedding has other dimensions than those that are held: found out when it is stored.
    pub(super) is_unsearchable: bool,
}

impl Load {
    fn note(&self, note: impl FnOnce(&mut Said)) -> &Load {
        note(&mut self.said.lock());
        self
    }

    /// For a value whose key is known to mean this.
    pub(super) fn about(embedding: Option<&Embedding>) -> Load {
        let load = Load::default();
        if let Some(embedding) = embedding {
            load.embedding(embedding);
        }
        load
    }

    pub(super) fn take(&self) -> Said {
        std::mem::take(&mut self.said.lock())
    }

    /// A tag that [`invalidate_tag`](crate::sync::Cache::invalidate_tag) takes, whatever the policy
    /// makes of the value.
    pub fn tag(&self, tag: impl Into<Arc<str>>) -> &Load {
        self.note(|said| said.tags.push(tag.into()))
    }

    /// Something that the value is made from. The policy decides what becomes of it: with the
    /// `tags` policy it is a tag to invalidate by, and without a policy it is too.
    pub fn depends_on(&self, tag: impl Into<Arc<str>>) -> &Load {
        self.note(|said| said.depends_on.push(tag.into()))
    }

    /// How long the value is fresh at most. The policy, or without one the builder, may say less.
    pub fn ttl(&self, ttl: Duration) -> &Load {
        self.note(|said| said.ttl = Some(nanos(ttl)))
    }

    /// How long past its end the value may be served while one reader loads it again. Without a policy it
    /// takes the place of the [builder's](crate::Builder::grace); a policy may say less.
    pub fn grace(&self, grace: Duration) -> &Load {
        self.note(|said| said.grace = Some(nanos(grace)))
    }

    /// How long past its end the value may be served when the load that replaces it fails. Without a policy
    /// it takes the place of the [builder's](crate::Builder::rescue); a policy may say less.
    pub fn rescue(&self, rescue: Duration) -> &Load {
        self.note(|said| said.rescue = Some(nanos(rescue)))
    }

    /// Size of the value, in bytes, for the policy. What the value takes of the capacity says the
    /// [weigher](crate::Builder::weigher).
    pub fn size(&self, bytes: u64) -> &Load {
        self.note(|said| said.size = bytes)
    }

    /// What the key means, so that the value is found and invalidated by meaning.
    pub fn embedding(&self, embedding: &Embedding) -> &Load {
        self.note(|said| said.embedding = Some(embedding.clone()))
    }

    /// The origin's version of the value, rising with each write of its key: a row's version column, the
    /// log position of its last change. A value with a lower version than one that the cache knows of, by
    /// [`insert_at`](crate::sync::Cache::insert_at) or
    /// [`invalidate_at`](crate::sync::Cache::invalidate_at), is not stored: it comes from a replica that lags.
    pub fn version(&self, version: u64) -> &Load {
        self.note(|said| said.version = Some(version))
    }

    /// What the snapshot had seen in which the value was read. Where an invalidation said which change a
    /// load must have seen ([`invalidate_marked`](crate::sync::Cache::invalidate_marked)), a value from
    /// before that change is not stored, though its load began after the invalidation.
    pub fn seen(&self, seen: Seen) -> &Load {
        self.note(|said| said.seen = Some(seen))
    }

    /// If this load fails, readers get its error for so long instead of loading again. An invalidation of
    /// the key, or of what the load said it depends on, ends that early. Takes the place of the
    /// [builder's](crate::Builder::negative_ttl); zero keeps no error.
    pub fn keep_failure_for(&self, time: Duration) -> &Load {
        self.note(|said| said.keep_failure_for = Some(nanos(time)))
    }

    /// The value goes to its reader and to those who joined it, and is not stored.
    pub fn skip_store(&self) -> &Load {
        self.note(|said| said.skip_store = true)
    }
}

impl fmt::Debug for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said.lock().fmt(f)
    }
}

/// 584 years are for ever.
pub(super) fn nanos(time: Duration) -> Nanos {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
