//! The caches, and the ways they have to take a value away.

use std::convert::Infallible;
use std::future::Future;

use moka::ops::compute::Op;
use shelflife::Embedding;
use shelflife::compute::Op::Remove;

use super::race::{Call, Contender, NEW};

const KEY: &str = "page:1";
const TAG: &str = "product:1";
const CAPACITY: u64 = 100;

type Text = &'static str;

pub type MokaSync = moka::sync::Cache<Text, Text>;
pub type MokaFuture = moka::future::Cache<Text, Text>;
pub type QuickCache = std::sync::Arc<quick_cache::sync::Cache<Text, Text>>;
pub type Foyer = foyer_memory::Cache<Text, Text>;
pub type Shelflife = shelflife::sync::Cache<Text>;
pub type ShelflifeFuture = shelflife::future::Cache<Text>;

pub fn moka_sync() -> MokaSync {
    moka::sync::Cache::builder()
        .max_capacity(CAPACITY)
        .support_invalidation_closures()
        .build()
}

pub const MOKA_SYNC: &[Call<MokaSync>] = &[
    ("invalidate", |cache| cache.invalidate(KEY)),
    ("remove", |cache| {
        cache.remove(KEY);
    }),
    ("invalidate_all", |cache| cache.invalidate_all()),
    ("invalidate_entries_if", |cache| {
        cache
            .invalidate_entries_if(|_, _| true)
            .expect("closures are supported");
    }),
    ("insert(NEW)", |cache| cache.insert(KEY, NEW)),
    ("and_compute_with(Remove)", |cache| {
        cache.entry(KEY).and_compute_with(|_| Op::Remove);
    }),
];

impl Contender for MokaSync {
    fn load(&self, loader: impl FnOnce() -> Text + Send + 'static) -> Text {
        self.get_with(KEY, loader)
    }

    fn peek(&self) -> Option<Text> {
        self.get(KEY)
    }
}

/// The same cache, read in a way that its calls by `and_compute_with` wait for: they wait for each other,
/// and not for `get_with`.
#[derive(Clone)]
pub struct MokaComputed(MokaSync);

pub fn moka_computed() -> MokaComputed {
    MokaComputed(moka_sync())
}

pub const MOKA_COMPUTED: &[Call<MokaComputed>] = &[
    ("invalidate", |cache| cache.0.invalidate(KEY)),
    ("and_compute_with(Remove)", |cache| {
        cache.0.entry(KEY).and_compute_with(|_| Op::Remove);
    }),
];

impl Contender for MokaComputed {
    fn load(&self, loader: impl FnOnce() -> Text + Send + 'static) -> Text {
        let loaded = self.0.entry(KEY).and_compute_with(|entry| match entry {
            Some(_) => Op::Nop,
            None => Op::Put(loader()),
        });
        let entry = loaded.into_entry().expect("one is there or was put");
        entry.into_value()
    }

    fn peek(&self) -> Option<Text> {
        self.0.get(KEY)
    }
}

pub fn moka_future() -> MokaFuture {
    moka::future::Cache::builder()
        .max_capacity(CAPACITY)
        .support_invalidation_closures()
        .build()
}

pub const MOKA_FUTURE: &[Call<MokaFuture>] = &[
    ("invalidate", |cache| block_on(cache.invalidate(KEY))),
    ("remove", |cache| {
        block_on(cache.remove(KEY));
    }),
    ("invalidate_all", |cache| cache.invalidate_all()),
    ("invalidate_entries_if", |cache| {
        cache
            .invalidate_entries_if(|_, _| true)
            .expect("closures are supported");
    }),
    ("insert(NEW)", |cache| block_on(cache.insert(KEY, NEW))),
    ("and_compute_with(Remove)", |cache| {
        let remove = |_| std::future::ready(Op::Remove);
        block_on(cache.entry(KEY).and_compute_with(remove));
    }),
];

impl Contender for MokaFuture {
    fn load(&self, loader: impl FnOnce() -> Text + Send + 'static) -> Text {
        block_on(self.get_with(KEY, async { loader() }))
    }

    fn peek(&self) -> Option<Text> {
        block_on(self.get(KEY))
    }
}

pub fn quick_cache() -> QuickCache {
    QuickCache::new(quick_cache::sync::Cache::new(CAPACITY as usize))
}

pub const QUICK_CACHE: &[Call<QuickCache>] = &[
    ("remove", |cache| {
        cache.remove(KEY);
    }),
    ("clear", |cache| cache.clear()),
    ("retain", |cache| cache.retain(|_, _| false)),
    ("remove_if", |cache| {
        cache.remove_if(KEY, |_| true);
    }),
    ("insert(NEW)", |cache| cache.insert(KEY, NEW)),
];

impl Contender for QuickCache {
    fn load(&self, loader: impl FnOnce() -> Text + Send + 'static) -> Text {
        let loaded = self.get_or_insert_with(&KEY, || Ok::<_, Infallible>(loader()));
        loaded.expect("no loader fails")
    }

    fn peek(&self) -> Option<Text> {
        self.get(KEY)
    }
}

pub fn foyer() -> Foyer {
    foyer_memory::CacheBuilder::new(CAPACITY as usize).build()
}

pub const FOYER: &[Call<Foyer>] = &[
    ("remove", |cache| drop(cache.remove(&KEY))),
    ("clear", |cache| cache.clear()),
    ("insert(NEW)", |cache| drop(cache.insert(KEY, NEW))),
];

impl Contender for Foyer {
    fn load(&self, loader: impl FnOnce() -> Text + Send + 'static) -> Text {
        // The first poll starts a task, for which there must be a runtime.
        let entry = block_on(async {
            self.get_or_fetch(&KEY, || async { Ok::<_, Infallible>(loader()) })
                .await
        });
        entry.expect("no loader fails").value()
    }

    fn peek(&self) -> Option<Text> {
        self.get(&KEY).map(|entry| *entry.value())
    }
}

pub fn shelflife() -> Shelflife {
    shelflife::sync::Cache::builder()
        .max_capacity(CAPACITY)
        .build()
        .expect("nothing is set that could be refused")
}

pub fn shelflife_future() -> ShelflifeFuture {
    shelflife::future::Cache::builder()
        .max_capacity(CAPACITY)
        .build()
        .expect("nothing is set that could be refused")
}

/// The calls that are the same for threads and for tasks, since they wait for nothing.
macro_rules! shelflife_calls {
    ($($more:expr),* $(,)?) => {
        &[
            ("invalidate", |cache| cache.invalidate(KEY)),
            ("remove", |cache| {
                cache.remove(KEY);
            }),
            ("invalidate_tag", |cache| cache.invalidate_tag(TAG)),
            ("invalidate_prefix", |cache| {
                cache.invalidate_prefix("page:");
            }),
            ("invalidate_near", |cache| {
                let near = cache.invalidate_near(&meaning(), 0.9);
                near.expect("the embeddings have the same dimensions");
            }),
            ("invalidate_entries_if", |cache| cache.invalidate_entries_if(|_, _| true)),
            ("invalidate_all", |cache| cache.invalidate_all()),
            ("insert(NEW)", |cache| cache.insert(KEY, NEW)),
            $($more),*
        ]
    };
}

pub const SHELFLIFE: &[Call<Shelflife>] = shelflife_calls![("and_compute_with(Remove)", |cache| {
    cache.entry(KEY).and_compute_with(|_, _| Remove);
})];

pub const SHELFLIFE_FUTURE: &[Call<ShelflifeFuture>] =
    shelflife_calls![("and_compute_with(Remove)", |cache| {
        block_on(cache.entry(KEY).and_compute_with(async |_, _| Remove));
    })];

/// What the page is about.
fn meaning() -> Embedding {
    Embedding::new([1.0, 0.0]).expect("it points somewhere")
}

impl Contender for Shelflife {
    fn load(&self, loader: impl FnOnce() -> Text + Send + 'static) -> Text {
        self.get_with(KEY, |load| {
            load.tag(TAG).embedding(&meaning());
            loader()
        })
    }

    fn peek(&self) -> Option<Text> {
        self.get(KEY)
    }
}

impl Contender for ShelflifeFuture {
    fn load(&self, loader: impl FnOnce() -> Text + Send + 'static) -> Text {
        block_on(self.get_with(KEY, async |load| {
            load.tag(TAG).embedding(&meaning());
            loader()
        }))
    }

    fn peek(&self) -> Option<Text> {
        self.get(KEY)
    }
}

/// A thread of the race is a runtime of its own, so that a loader may block it like one of the caches
/// for threads.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime without I/O and timers")
        .block_on(future)
}
