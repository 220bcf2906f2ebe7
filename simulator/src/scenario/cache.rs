//! The caches of a scenario, and what they may do wrong.
//!
//! By default they do what the engine does. Each of the other ways is a fault that is known from caches in
//! use, so that what it costs can be measured.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Distribution, Nanos};

/// The caches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Cache {
    /// Caches behind a balancer.
    pub nodes: u32,
    pub balance: Balance,
    /// Entries a node; 0: unbounded.
    pub capacity: u64,
    /// One load a key at a time, per node.
    pub coalesce: bool,
    /// Processes that share a node, each asked alike. With `coalesce` a process joins its own loads and
    /// not those of others.
    pub processes: u32,
    pub start: Start,
    pub stores: Stores,
    pub joins: Joins,
    pub tag_purge: TagPurge,
    /// How long a purge of a tag goes through its list, whatever is in it.
    pub scan: Distribution,
    /// How much longer for each key in the list.
    pub scan_per_key: Nanos,
    /// Counters of versioned keys get lost so long after they were made, and count as 1 then: they lie in
    /// a cache that evicts. Entries lie under `v1:` and their key. 0: they are kept, as the engine does.
    pub counter_life: Distribution,
    /// A cache that all nodes share, between them and the origin: it keeps what they load for so long
    /// and hears of no write. 0: there is none.
    pub shared_ttl: Nanos,
}

/// Which node a read goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Balance {
    /// Each read goes to any cache.
    Random,
    /// All reads of a key go to one cache.
    ByKey,
    /// All reads of a client go to one cache: sticky sessions.
    ByClient,
}

/// In which state the caches begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// Empty. What is stored together ends together, for many leases.
    Cold,
    /// Empty, but the first entry of each key lives for a random part of its lease, as if one had come
    /// upon it, where it is stored within a lease of the start: from then on no two keys or nodes keep time.
    Warm,
}

/// What becomes of a load that an invalidation has overtaken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stores {
    /// It stores nothing, as the engine has it.
    Guarded,
    /// It is stored all the same: the stale set. With `origin.versions` only unless a newer one is known.
    Unguarded,
}

/// Which loads a read may join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Joins {
    /// Those that no invalidation has overtaken, as the engine has it.
    Guarded,
    /// Any of its key: who comes after an invalidation is handed what was loaded before it.
    Unguarded,
}

/// How the entries of a tag are purged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TagPurge {
    /// By the tag's generation, as the engine does: at once, however many there are.
    Generation,
    /// Key by key, by a list of those that were stored; nobody is answered while it takes. A load in flight
    /// is in no list.
    Scan,
    /// Key by key, while reads go on, and in the end the list is deleted: with what was stored meanwhile.
    RacyScan,
}
