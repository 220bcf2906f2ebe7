//! What both caches do in the same way, because none of it waits: written once.

/// The calls that neither load nor wait, for a cache with a field `shared`.
macro_rules! verbs {
    ($module:literal) => {
        /// The value under a key, if there is one that is fresh. Loads nothing.
        pub fn get(&self, key: &str) -> Option<V> {
            self.shared.get(key)
        }

        /// The same with what is known of it: how old it is, and what tags take it away.
        pub fn get_entry(&self, key: &str) -> Option<Entry<V>> {
            let served = self.shared.get_served(key)?;
            Some(served.into_entry(key, self.shared.time.coarse()))
        }

        /// The value under a key, fresh or not, for as long as it could answer for a load that fails: within
        /// its grace or its rescue. What was invalidated is never among it. Loads nothing, and counts as no
        /// read.
        ///
        /// For loaders that ask their origin whether what is there is still good, as HTTP's conditional
        /// requests do.
        ///
        /// ```
        /// use std::time::Duration;
        #[doc = concat!("use shelflife::", $module, "::Cache;")]
        ///
        /// let cache = Cache::<u32>::builder().rescue(Duration::from_secs(600)).build()?;
        /// cache.insert("user:1", 7);
        /// cache.expire("user:1");
        /// assert_eq!(cache.get("user:1"), None);
        /// let stale = cache.get_stale("user:1").unwrap();
        /// assert!(stale.is_stale() && *stale.value() == 7);
        ///
        /// cache.invalidate("user:1");
        /// assert!(cache.get_stale("user:1").is_none());
        /// # Ok::<(), shelflife::BuildError>(())
        /// ```
        pub fn get_stale(&self, key: &str) -> Option<Entry<V>> {
            let served = self.shared.get_stale(key)?;
            Some(served.into_entry(key, self.shared.time.coarse()))
        }

        /// Whether there is a fresh value under a key. Neither counts as a read nor keeps the entry from
        /// being evicted.
        pub fn contains_key(&self, key: &str) -> bool {
            let engine = &self.shared.engine;
            let entry = engine.peek_fresh(engine.key(key), self.shared.time.coarse());
            entry.is_some_and(|entry| matches!(entry.value(), Cached::Value(_)))
        }

        /// The fresh entry that means the most nearly the same, under a rule by meaning
        /// ([`Builder::nearest`](crate::Builder::nearest), or a policy's), if it is as near as that asks.
        /// Loads nothing.
        ///
        /// # Errors
        ///
        /// If the embedding has other dimensions than those in the cache.
        pub fn get_near(&self, embedding: &Embedding) -> Result<Option<Entry<V>>, EmbeddingError> {
            let served = self.shared.get_near(embedding)?;
            Ok(served.map(|served| served.into_entry("", self.shared.time.coarse())))
        }

        /// Every fresh entry, in no order, as of when the iterator meets it.
        pub fn iter(&self) -> impl Iterator<Item = Entry<V>> + '_ {
            let now = self.shared.time.coarse();
            let fresh = self.shared.engine.iter_fresh(now);
            fresh
                .filter_map(|entry| self.shared.serve(entry, None))
                .map(move |served| served.into_entry("", now))
        }

        /// Stores a value. It supersedes every load of its key that is in flight.
        pub fn insert(&self, key: &str, value: V) {
            self.insert_with(key, value, |_| {});
        }

        /// Stores a value, and says of it what a loader would: tags, a time to live, an embedding. Whether it
        /// was stored: not, if it has a version and a higher one is known.
        ///
        /// ```
        #[doc = concat!("use shelflife::", $module, "::Cache;")]
        ///
        /// let cache = Cache::<u32>::builder().build()?;
        /// cache.insert_with("user:1", 7, |about| {
        ///     about.tag("users");
        /// });
        /// cache.invalidate_tag("users");
        /// assert_eq!(cache.get("user:1"), None);
        /// # Ok::<(), shelflife::BuildError>(())
        /// ```
        pub fn insert_with(&self, key: &str, value: V, describe: impl FnOnce(&Load)) -> bool {
            let load = Load::default();
            describe(&load);
            let key = self.shared.engine.key(key);
            self.shared.store(key, value, &load).is_some()
        }

        /// Stores a value of the origin's `version`, unless a higher one is known. For a while
        /// ([`Builder::hold_off`](crate::Builder::hold_off)) no load may bring a lower one back. Whether
        /// it was stored.
        pub fn insert_at(&self, key: &str, value: V, version: u64) -> bool {
            self.insert_with(key, value, |about| {
                about.version(version);
            })
        }

        /// Takes the value under a key away: it is never served again.
        pub fn invalidate(&self, key: &str) {
            self.shared.purge_key(key, PurgeMode::Drop, &Demand::NONE);
        }

        /// Takes the value under a key away, and gives it to the caller if it was fresh.
        pub fn remove(&self, key: &str) -> Option<V> {
            self.shared.remove(key)
        }

        /// Takes the value under a key away, unless it has this version of the origin or a later one. For a
        /// while ([`Builder::hold_off`](crate::Builder::hold_off)) no load that says its version may
        /// bring a lower one back, from a replica that lags.
        pub fn invalidate_at(&self, key: &str, version: u64) {
            let demand = Demand {
                version: Some(version),
                ..Demand::NONE
            };
            self.shared.purge_key(key, PurgeMode::Drop, &demand);
        }

        /// Takes the value under a key away because of the change with this mark, from 1 on: a
        /// transaction, a position in a log. For a while
        /// ([`Builder::hold_off`](crate::Builder::hold_off)) no load is stored that says what it had
        /// seen ([`Load::seen`]) and had not seen that change.
        pub fn invalidate_marked(&self, key: &str, mark: u64) {
            self.shared
                .purge_key(key, PurgeMode::Drop, &Demand::marked(mark));
        }

        /// Takes away every value that carries a tag: what its loader said that it carries or, without a
        /// policy, is made from, and what the policy made of that. O(1), however many there are.
        pub fn invalidate_tag(&self, tag: &str) {
            self.invalidate_tags([tag]);
        }

        /// Takes away every value that carries one of these tags, all at once.
        pub fn invalidate_tags<'t>(&self, tags: impl IntoIterator<Item = &'t str>) {
            let tags = tags.into_iter();
            self.shared.purge_tags(tags, PurgeMode::Drop, &Demand::NONE);
        }

        /// [`invalidate_tag`](Self::invalidate_tag) because of the change with this mark; see
        /// [`invalidate_marked`](Self::invalidate_marked).
        pub fn invalidate_tag_marked(&self, tag: &str, mark: u64) {
            let demand = Demand::marked(mark);
            let tag = std::iter::once(tag);
            self.shared.purge_tags(tag, PurgeMode::Drop, &demand);
        }

        /// Takes away every value whose key begins so.
        pub fn invalidate_prefix(&self, prefix: &str) {
            self.shared.purge_prefix(prefix, PurgeMode::Drop);
        }

        /// Moves a generation on: takes away every value whose lease names it or that is kept under its
        /// number. O(1). Which values that are decides a policy, such as `versions`.
        pub fn invalidate_generation(&self, generation: &str) {
            self.shared.purge(&Purge::Bump {
                generation: generation.to_owned(),
            });
        }

        /// Takes away every value whose embedding has at least this cosine similarity to another.
        ///
        /// # Errors
        ///
        /// If the embedding has other dimensions than those in the cache, or the similarity is not between
        /// -1 and 1: then nothing is invalidated.
        pub fn invalidate_near(
            &self,
            embedding: &Embedding,
            at_least: f32,
        ) -> Result<(), EmbeddingError> {
            self.shared.purge_near(embedding, at_least, PurgeMode::Drop)
        }

        /// Takes away every value that the predicate says yes to: what is stored now, and what comes of loads
        /// that are in flight now. What begins to load later is none of its business.
        ///
        /// The predicate is called for each stored value before this returns, by this thread; and until the
        /// loads have ended that are in flight now, by whoever meets a value that it may name. It must not
        /// call the cache. One that panics has said yes.
        pub fn invalidate_entries_if(
            &self,
            predicate: impl Fn(&str, &V) -> bool + Send + Sync + 'static,
        ) {
            self.shared.purge_where(predicate, PurgeMode::Drop);
        }

        /// Takes everything away.
        pub fn invalidate_all(&self) {
            self.shared.purge_all(PurgeMode::Drop);
        }

        /// Makes the value under a key stale: as if its time were up, so that it may be served within the
        /// grace and the rescue of its lease.
        pub fn expire(&self, key: &str) {
            self.shared.purge_key(key, PurgeMode::Expire, &Demand::NONE);
        }

        /// Makes every value stale that carries a tag. O(1), however many there are.
        pub fn expire_tag(&self, tag: &str) {
            self.expire_tags([tag]);
        }

        /// Makes every value stale that carries one of these tags, all at once.
        pub fn expire_tags<'t>(&self, tags: impl IntoIterator<Item = &'t str>) {
            let tags = tags.into_iter();
            self.shared
                .purge_tags(tags, PurgeMode::Expire, &Demand::NONE);
        }

        /// Makes every value of a generation stale; the generation does not move, so that they are still
        /// found. O(1).
        pub fn expire_generation(&self, generation: &str) {
            self.shared.purge(&Purge::ExpireGeneration {
                generation: generation.to_owned(),
            });
        }

        /// Makes every value stale whose key begins so.
        pub fn expire_prefix(&self, prefix: &str) {
            self.shared.purge_prefix(prefix, PurgeMode::Expire);
        }

        /// Makes every value stale whose embedding has at least this cosine similarity to another.
        ///
        /// # Errors
        ///
        /// Those of [`invalidate_near`](Self::invalidate_near).
        pub fn expire_near(
            &self,
            embedding: &Embedding,
            at_least: f32,
        ) -> Result<(), EmbeddingError> {
            self.shared
                .purge_near(embedding, at_least, PurgeMode::Expire)
        }

        /// Makes every value stale that the predicate says yes to. See
        /// [`invalidate_entries_if`](Self::invalidate_entries_if).
        pub fn expire_entries_if(
            &self,
            predicate: impl Fn(&str, &V) -> bool + Send + Sync + 'static,
        ) {
            self.shared.purge_where(predicate, PurgeMode::Expire);
        }

        /// Makes everything stale. O(1).
        pub fn expire_all(&self) {
            self.shared.purge_all(PurgeMode::Expire);
        }

        /// Tells the policy of a write, *after* it was committed. What the policy makes of it has taken
        /// effect when this returns. Without a policy, or with one that does not listen to writes,
        /// nothing happens.
        pub fn announce(&self, write: Write<V>) {
            self.shared.announce([write]);
        }

        /// Tells the policy of several writes in one call, as of a transaction: what it purges takes effect
        /// together.
        ///
        /// ```
        #[doc = concat!("use shelflife::", $module, "::{Cache, Write};")]
        ///
        /// let cache = Cache::<u32>::builder().policy("write-through").build()?;
        /// cache.insert("user:1", 7);
        /// cache.insert("user:2", 8);
        /// cache.announce_all([Write::of("user:1"), Write::of("user:2").deleted()]);
        /// assert_eq!((cache.get("user:1"), cache.get("user:2")), (None, None));
        /// # Ok::<(), shelflife::BuildError>(())
        /// ```
        pub fn announce_all(&self, writes: impl IntoIterator<Item = Write<V>>) {
            self.shared.announce(writes);
        }

        /// Throws away what nothing can serve any more, tells the listener of it, and purges again what is
        /// due. A cache that loads does a little of it by itself.
        pub fn run_pending_tasks(&self) {
            self.shared.sweep(Pace::ROUND);
        }

        /// Entries held, those included that will not be served any more.
        pub fn entry_count(&self) -> u64 {
            self.shared.engine.entry_count() as u64
        }

        /// What the entries held weigh together, those included that will not be served any more. Without a
        /// weigher each weighs 1.
        pub fn weighted_size(&self) -> u64 {
            self.shared.engine.weight()
        }

        /// What the builder called it.
        pub fn name(&self) -> Option<&str> {
            self.shared.name.as_deref()
        }

        /// What the cache has done so far.
        pub fn stats(&self) -> Stats {
            self.shared.stats()
        }
    };
}

/// What makes a cache with a field `shared` one of many that share the same entries.
macro_rules! handle {
    ($name:literal) => {
        impl<V: Send + Sync> Clone for Cache<V> {
            fn clone(&self) -> Cache<V> {
                Cache {
                    shared: Arc::clone(&self.shared),
                }
            }
        }

        impl<V: Clone + Send + Sync + 'static> std::fmt::Debug for Cache<V> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct($name)
                    .field("name", &self.name())
                    .field("entry_count", &self.entry_count())
                    .finish_non_exhaustive()
            }
        }
    };
}

pub(super) use {handle, verbs};
