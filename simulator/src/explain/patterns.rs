//! The patterns, in words.

/// A pattern of invalidation.
#[derive(Debug)]
pub struct Pattern {
    /// The policy that does it.
    pub name: &'static str,
    /// What else it, or a part of it, is called.
    pub others: &'static [&'static str],
    pub one_line: &'static str,
    pub how: &'static str,
    pub when: &'static str,
    pub cost: &'static str,
    pub settings: &'static str,
    /// A command a line.
    pub tried_by: &'static str,
}

/// All of them, in the order of the policies that are built in.
pub const PATTERNS: [Pattern; 7] = [
    Pattern {
        name: "ttl",
        others: &[
            "expiry",
            "time-to-live",
            "xfetch",
            "stale-while-revalidate",
            "swr",
            "jitter",
        ],
        one_line: "an entry is fresh for a fixed time, whatever happens to the data",
        how: "Each entry ends a fixed time after it was stored. Nothing is told to anybody, so nothing can be \
              lost. Of an entry's hits under writes at rate b, 1 − (1 − e^(−bT))/(bT) are stale.",
        when: "Nobody tells the cache of writes, or answers may be old for T. Under every other pattern, as the \
               net that catches the writes that it does not hear of.",
        cost: "Fresh entries thrown away: a key read at rate a hits aT/(1+aT). Entries that end together load \
               together (a stampede): jitter spreads them, ahead and early load before the end, grace serves \
               the old value meanwhile.",
        settings: "ttl, idle, jitter, grace, rescue, ahead or early",
        tried_by: "shelflife compare --policy ttl:ttl=60s --policy ttl:ttl=60s,early=1",
    },
    Pattern {
        name: "write-through",
        others: &[
            "write-invalidate",
            "delete-on-write",
            "cache-aside",
            "write-update",
        ],
        one_line: "whoever writes the data drops or replaces the key at once",
        how: "The code that writes announces its key when it has committed; the entry goes, or takes the new \
              value. A load that began before is not stored. A key hits a/(a+b), and no answer is stale.",
        when: "All writes go through code of yours, and one write changes few keys that it can name.",
        cost: "One message a write. A write path that announces nothing (a batch job, a colleague in psql) \
               leaves an entry stale for as long as the ttl is. So does a replica that lags behind.",
        settings: "ttl (the net), on_write = drop, expire or replace, listen",
        tried_by: "shelflife compare --policy write-through --set writes.announced=0.99",
    },
    Pattern {
        name: "cdc",
        others: &["change-data-capture", "binlog", "outbox", "wal"],
        one_line: "the database's log says what has changed, and the key is dropped",
        how: "A reader of the log of the database sees each committed change and purges the keys that are made \
              from its row. It hears of every write, whoever wrote, some time after the commit.",
        when: "Writes come from many places, and a delay of a second or less is early enough.",
        cost: "A feed to run. For its delay d every hit on a changed key is stale; where the log stops, all of \
               them. A load may still see an older replica than the log told of: again_after purges once more.",
        settings: "ttl (the net), map (collection to keys), again_after, listen",
        tried_by: "shelflife compare --policy cdc --set 'feed.delay={ exponential = \"1s\" }'",
    },
    Pattern {
        name: "tags",
        others: &["surrogate-keys", "cache-tags", "dependencies", "groups"],
        one_line: "an entry names what it is made from, and a change purges all that name it",
        how: "The loader says what it read, or a pattern says it from the key. A change of a thing purges its \
              tag: all entries that carry it are gone at once, by one number, however many there are.",
        when: "One thing is on many pages, and whoever writes it can name it, but not the pages.",
        cost: "A list of tags an entry. One tag that everything carries purges everything. What a loader \
               forgets to name stays stale until the ttl.",
        settings: "ttl (the net), patterns (key to tags), on_change (collection to tags), listen",
        tried_by: "shelflife compare --policy tags --policy write-through",
    },
    Pattern {
        name: "versions",
        others: &[
            "generations",
            "generational",
            "namespacing",
            "versioned-keys",
            "cache-busting",
        ],
        one_line: "a number is part of the key, and a write raises it",
        how: "Entries are stored under their key and the value of a counter. A write raises the counter, so \
              that nobody finds what was stored before; nothing has to be searched or removed.",
        when: "The cache cannot delete, or a whole group (a tenant, a schema) has to go at once.",
        cost: "What was left behind takes up room until its ttl is over. Each read needs the counter; where it \
               is kept for a while (cached_for), readers find old entries for so long.",
        settings: "ttl, scope (each-key, leading_parts, shared), cached_for, listen",
        tried_by: "shelflife compare --policy versions --policy 'versions:cached_for=1s'",
    },
    Pattern {
        name: "semantic",
        others: &["meaning", "embeddings", "vector", "llm"],
        one_line: "entries are found, and invalidated, by how near they are in meaning",
        how: "A question is answered with the answer to one whose embedding is near enough (threshold). A \
              change purges every entry within a radius of it.",
        when: "Keys are texts, the same question comes in many words, and a wrong answer now and then is no harm.",
        cost: "Meaning is a guess: some hits answer another question, some stale entries lie outside of the \
               radius, some fresh ones inside. The right numbers depend on the model and on the texts.",
        settings: "ttl, threshold, radius, listen",
        tried_by: "shelflife compare --policy semantic --policy semantic:radius=0.7",
    },
    Pattern {
        name: "adaptive",
        others: &["update-or-invalidate", "replace-or-drop", "cost-based"],
        one_line: "write-through that replaces what is read and drops what is not",
        how: "At each write it asks whether the entry was read since the last one, and estimates how often \
              that is so for the key. It replaces where a miss would cost more, and drops where not.",
        when: "Writes can bring the new value, and keys differ in how often they are read between writes.",
        cost: "As write-through, and 24 bytes a key for its estimate. It has to be told what a miss, a drop \
               and an update cost; only the ratios matter.",
        settings: "ttl (the net), miss_cost, invalidation_cost, update_cost, window, keys, listen",
        tried_by: "shelflife compare --policy adaptive --policy write-through:on_write=replace",
    },
];
