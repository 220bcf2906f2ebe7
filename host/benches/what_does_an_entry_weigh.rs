//! What does an entry weigh, beyond its key and its value? And does a hit allocate?
//!
//! Bytes are those that were requested and are in use when all entries are stored, tables with their
//! free places included.

mod support;

use support::Effort;
use support::caches::{self, Hit, Ours, TTL};
use support::heap::{self, Counting};
use support::table::{Table, digits, times};
use support::versions::version;
use support::workload::{self, Tags};

#[global_allocator]
static HEAP: Counting = Counting;

const ENTRIES: usize = 1_000_000;
/// Keys as in the other benches, and some that are longer than what a key can hold without a block of
/// memory of its own.
const KEY_BYTES: [usize; 2] = [workload::KEY_BYTES, 40];
const VALUE_BYTES: usize = size_of::<u64>();
/// Hits whose allocations are counted.
const HITS: usize = 10_000;

fn main() {
    let Some(effort) = Effort::from_args() else {
        return;
    };
    let count = effort.of(ENTRIES);
    let columns = ["bytes beyond key and value", "ours", "peer", "ratio"];
    let mut table = Table::new(&columns);
    for bytes in KEY_BYTES {
        let scales = Scales::new(bytes, count);
        let ours = scales.ours();
        let (moka, foyer) = (version("moka"), version("foyer-memory"));
        for (name, peer) in [
            (
                format!("quick_cache {}", version("quick_cache")),
                scales.quick(),
            ),
            (format!("foyer-memory {foyer}"), scales.foyer()),
            (format!("moka {moka}"), scales.moka(|builder| builder)),
            (
                format!("moka {moka}, time to live"),
                scales.moka(|builder| builder.time_to_live(TTL)),
            ),
        ] {
            table.row([
                format!("key of {bytes}, {name}"),
                digits(ours),
                digits(peer),
                times(ours / peer),
            ]);
        }
        let tagged = digits(scales.ours_with_tags());
        table.note(format!(
            "ours, key of {bytes}, with three of 1,000 tags: {tagged}"
        ));
    }
    table.note("ours always keeps a time to live; quick_cache and foyer know none");
    let (get, get_with) = allocations_of_hits();
    table.note(format!(
        "allocations a hit: {} by get, {} by get_with",
        digits(get),
        digits(get_with)
    ));
    table.print(&format!(
        "What does an entry weigh? {count} of them, with a value of {VALUE_BYTES}"
    ));
}

type Builder = moka::sync::CacheBuilder<Box<str>, u64, moka::sync::Cache<Box<str>, u64>>;
type Properties = foyer_memory::CacheProperties;

/// Weighs caches with the same entries.
struct Scales {
    keys: Vec<String>,
    key_bytes: usize,
    /// A little more than there are entries, since shards do not share it.
    room: usize,
}

impl Scales {
    fn new(key_bytes: usize, count: usize) -> Scales {
        Scales {
            keys: workload::keys_of(key_bytes, count),
            key_bytes,
            room: count + count / 8,
        }
    }

    /// Bytes an entry beyond its key's text and its value. `fill` returns how many there are.
    fn weigh<C>(&self, build: impl Fn() -> C, fill: impl Fn(&C) -> u64) -> f64 {
        let before = heap::live_bytes();
        let cache = build();
        let entries = fill(&cache);
        let bytes = heap::live_bytes() - before;
        drop(cache);
        bytes as f64 / entries as f64 - (self.key_bytes + VALUE_BYTES) as f64
    }

    /// Keys as lean as a peer can own them, and values.
    fn entries(&self) -> impl Iterator<Item = (Box<str>, u64)> {
        self.keys.iter().map(|key| key.as_str().into()).zip(0..)
    }

    fn empty(&self) -> Ours {
        Ours::builder()
            .max_capacity(self.room as u64)
            .time_to_live(TTL)
            .build()
            .expect("there is no policy that could refuse")
    }

    fn ours(&self) -> f64 {
        let fill = |cache: &Ours| {
            for (key, value) in self.keys.iter().zip(0..) {
                cache.insert(key, value);
            }
            cache.entry_count()
        };
        self.weigh(|| self.empty(), fill)
    }

    fn ours_with_tags(&self) -> f64 {
        let tags = Tags::new();
        let fill = |cache: &Ours| {
            for (n, key) in self.keys.iter().enumerate() {
                cache.get_with(key, |load| {
                    for tag in tags.of(n) {
                        load.depends_on(tag.clone());
                    }
                    n as u64
                });
            }
            cache.entry_count()
        };
        self.weigh(|| self.empty(), fill)
    }

    fn quick(&self) -> f64 {
        self.weigh(
            || quick_cache::sync::Cache::new(self.room),
            |cache| {
                for (key, value) in self.entries() {
                    cache.insert(key, value);
                }
                cache.len() as u64
            },
        )
    }

    fn foyer(&self) -> f64 {
        self.weigh(
            || foyer_memory::CacheBuilder::new(self.room).build::<Properties>(),
            |cache| {
                for (key, value) in self.entries() {
                    cache.insert(key, value);
                }
                cache.entries() as u64
            },
        )
    }

    fn moka(&self, set: fn(Builder) -> Builder) -> f64 {
        self.weigh(
            || set(moka::sync::Cache::builder().max_capacity(self.room as u64)).build(),
            |cache| {
                for (key, value) in self.entries() {
                    cache.insert(key, value);
                }
                cache.run_pending_tasks();
                cache.entry_count()
            },
        )
    }
}

/// Allocations for each hit of ours, by `get` and by `get_with`.
fn allocations_of_hits() -> (f64, f64) {
    let keys = workload::keys(100);
    let cache = caches::ours(keys);
    let count = |hit: fn(&Ours, &str) -> u64| {
        let before = heap::allocations();
        for key in keys.iter().cycle().take(HITS) {
            std::hint::black_box(hit(&cache, key));
        }
        (heap::allocations() - before) as f64 / HITS as f64
    };
    (count(Ours::hit), count(Ours::hit_or_load))
}
