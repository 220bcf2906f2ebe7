//! What does invalidating a tag cost that a million entries carry?
//!
//! Beside one that ten carry, and beside a cache without tags, where whoever wants a group of entries
//! gone looks at all of them. What is hidden still has to be removed some time; that is here as well.

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use support::caches::{self, Ours};
use support::interleave::{Figure, Rounds, Side, interleave};
use support::table::{Table, alone, ratio, time};
use support::versions::version;
use support::workload;
use support::{Effort, keep};

const ENTRIES: usize = 1_000_000;
const FEW: usize = 10;
/// Tags that so few carry, to have more than one first call a round.
const SMALL: usize = 20;
const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(5);

fn main() {
    let Some(effort) = Effort::from_args() else {
        return;
    };
    let world = World::new(effort.of(ENTRIES));
    let first = world.first_calls();
    let scan = world.scans();
    let rounds = world.calls_in_a_row(effort.time(TIME));

    let columns = ["a tag", "invalidated", "beside", "ratio", "middle half"];
    let mut table = Table::new(&columns);
    let count = world.many.len();
    let mut row = |what: String, one: Figure, other: Figure, [median, span]: [String; 2]| {
        table.row([what, time(one.median), time(other.median), median, span]);
    };
    row(
        format!("first call: carried by {count} / by {FEW}"),
        first.of_many,
        first.of_few,
        alone(first.of_many, first.of_few),
    );
    row(
        format!("again and again: carried by {count} / by {FEW}"),
        rounds.nanos(0),
        rounds.nanos(1),
        ratio(rounds.ratio(0, 1)),
    );
    row(
        format!(
            "{count} entries gone / retain of quick_cache {}",
            version("quick_cache")
        ),
        first.of_many,
        scan,
        alone(first.of_many, scan),
    );
    table.note(format!("again and again: {}", rounds.summary()));
    table.note("a first call is one alone, with the reading of the clock that takes its time");
    table.note(format!(
        "hidden entries are in memory until something removes them; run_pending_tasks removed {} of {}{}",
        first.swept / ROUNDS as u64,
        count + SMALL * FEW,
        match first.swept {
            0 => String::new(),
            swept => format!(", {} each", time(first.sweeping / swept as f64)),
        }
    ));
    table.print("What does invalidating a tag cost?");
}

/// The entries and their tags. Every text is on the heap: a literal would be in a page of the program
/// that nobody has read before the one call that is to be measured.
struct World {
    many: &'static [String],
    few: &'static [String],
    large: String,
    small: Vec<String>,
}

struct FirstCalls {
    of_many: Figure,
    of_few: Figure,
    /// Hidden entries that were removed on request, and nanoseconds that it took.
    swept: u64,
    sweeping: f64,
}

impl World {
    fn new(count: usize) -> World {
        let (many, few) = workload::keys(count + SMALL * FEW).split_at(count);
        World {
            many,
            few,
            large: "everybody".to_owned(),
            small: (0..SMALL).map(|n| format!("some:{n}")).collect(),
        }
    }

    fn cache(&self) -> Ours {
        let cache = caches::ours_for(self.many.len());
        fill(&cache, self.many, |_| &self.large);
        fill(&cache, self.few, |n| &self.small[n / FEW]);
        cache
    }

    /// Every tag once, while all that carry it are there.
    fn first_calls(&self) -> FirstCalls {
        let (mut of_many, mut of_few) = (Vec::new(), Vec::new());
        let (mut swept, mut sweeping) = (0, 0.0);
        for _ in 0..ROUNDS {
            let cache = self.cache();
            for (n, tag) in self.small.iter().enumerate() {
                // Amid the small ones, so that it is neither the first nor the last.
                if n == SMALL / 2 {
                    of_many.push(invalidation(&cache, &self.large));
                }
                of_few.push(invalidation(&cache, tag));
            }
            assert_eq!(cache.get(&self.many[0]), None, "it is gone");
            assert_eq!(cache.get(&self.few[0]), None, "it is gone");
            let held = cache.entry_count();
            sweeping += took(|| cache.run_pending_tasks());
            swept += held - cache.entry_count();
        }
        FirstCalls {
            of_many: Figure::of(of_many),
            of_few: Figure::of(of_few),
            swept,
            sweeping,
        }
    }

    /// As many entries gone from a cache that looks at each.
    fn scans(&self) -> Figure {
        let scan = |_| {
            let cache = caches::quick(self.many);
            let scan = took(|| cache.retain(|_, value| *value == u64::MAX));
            assert_eq!(cache.len(), 0, "nothing is kept");
            scan
        };
        Figure::of((0..ROUNDS).map(scan).collect())
    }

    /// The large tag against a small one, over and over.
    fn calls_in_a_row(&self, time: Duration) -> Rounds {
        let cache: &'static Ours = keep(self.cache());
        let side = |tag: &str| {
            let tag = tag.to_owned();
            Side::new(1, move |lap| {
                for _ in 0..lap.operations {
                    cache.invalidate_tag(&tag);
                }
            })
        };
        interleave(&[side(&self.large), side(&self.small[0])], time)
    }
}

fn fill<'a>(cache: &Ours, keys: &[String], tag: impl Fn(usize) -> &'a str) {
    let others: [Arc<str>; 2] = ["other:1".into(), "other:2".into()];
    let mut last: Arc<str> = "".into();
    for (n, key) in keys.iter().enumerate() {
        if *last != *tag(n) {
            last = tag(n).into();
        }
        cache.get_with(key, |load| {
            load.depends_on(Arc::clone(&last));
            load.depends_on(Arc::clone(&others[0]));
            load.depends_on(Arc::clone(&others[1]));
            n as u64
        });
    }
}

/// Nanoseconds that one call took. Not inlined, so that every call runs the same instructions: a copy
/// that runs once a round would be measured by how long it takes to fetch.
#[inline(never)]
fn invalidation(cache: &Ours, tag: &str) -> f64 {
    took(|| cache.invalidate_tag(tag))
}

/// Nanoseconds that something took.
fn took(what: impl FnOnce()) -> f64 {
    let start = Instant::now();
    what();
    start.elapsed().as_nanos() as f64
}
