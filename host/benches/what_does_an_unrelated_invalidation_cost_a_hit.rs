//! What does a hit cost while tags are invalidated that have nothing to do with it?
//!
//! An invalidation is noted once, for all entries; an entry that is read afterwards has to find out
//! whether it was meant. Another thread invalidates at a rate that the clock sets.

mod support;

use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use support::caches::{self, Hit, Ours};
use support::interleave::{Figure, Lap, Side, interleave};
use support::table::{Table, digits, ratio, time};
use support::workload::{self, Reads};
use support::{Effort, keep};

const KEYS: usize = 100_000;
const EXPONENT: f64 = 0.99;
const A_SECOND: u32 = 10_000;
const TIME: Duration = Duration::from_secs(20);
/// So that a batch sees some hundred invalidations.
const BATCH: Duration = Duration::from_millis(15);

fn main() {
    let Some(effort) = Effort::from_args() else {
        return;
    };
    let keys = workload::keys(KEYS);
    let reads: &'static Reads = keep(Reads::zipf(keys, EXPONENT, 1));
    let ours = keep(caches::ours(keys));
    let unrelated: &'static [String] = keep(carry_unrelated_tags(ours));
    let rates: &'static Mutex<Vec<f64>> = keep(Mutex::default());
    let batch = |call: fn(&Ours, &str) -> u64, is_noisy: bool| {
        let beside = Beside::default();
        let side = Side::new(2, move |lap: Lap| {
            if lap.thread == 0 {
                let mut sum = 0_u64;
                reads.walk(lap, |key| sum = sum.wrapping_add(call(ours, key)));
                black_box(sum);
                beside.end();
            } else {
                let mut tags = unrelated.iter().cycle();
                let rate = beside.beat(|| {
                    if let Some(tag) = tags.next().filter(|_| is_noisy) {
                        ours.invalidate_tag(tag);
                    }
                });
                rates.lock().expect("no lap panics").push(rate);
            }
        });
        side.lasting(BATCH)
    };
    let sides = [
        batch(Ours::hit, true),
        batch(Ours::hit, false),
        batch(Ours::hit_or_load, true),
        batch(Ours::hit_or_load, false),
    ];
    let rounds = interleave(&sides, effort.time(TIME));
    let rates = std::mem::take(&mut *rates.lock().expect("no lap panics"));

    let columns = [
        "a hit",
        "among invalidations",
        "quiet",
        "ratio",
        "middle half",
    ];
    let mut table = Table::new(&columns);
    for (call, noisy, quiet) in [("get", 0, 1), ("get_with", 2, 3)] {
        let [median, span] = ratio(rounds.ratio(noisy, quiet));
        table.row([
            format!("{call}, 1 thread"),
            time(rounds.nanos(noisy).median),
            time(rounds.nanos(quiet).median),
            median,
            span,
        ]);
    }
    table.note(format!(
        "invalidations a second that were reached: {}",
        digits(Figure::of(rates).median)
    ));
    table.note(rounds.summary());
    table.note("the other thread keeps the time in the quiet batches too, and invalidates nothing");
    table.print(&format!(
        "What does a hit cost beside {A_SECOND} unrelated invalidations a second? \
         Zipf {EXPONENT} over {KEYS} keys"
    ));
}

/// Stores entries that carry tags which nothing that is read carries.
fn carry_unrelated_tags(cache: &Ours) -> Vec<String> {
    let tags: Vec<String> = (0..1_000).map(|n| format!("elsewhere:{n}")).collect();
    for tag in &tags {
        cache.get_with(tag, |load| {
            load.depends_on(Arc::<str>::from(tag.as_str()));
            0
        });
    }
    tags
}

/// What a second thread does at the clock's rate while the first one reads.
#[derive(Default)]
struct Beside {
    read: AtomicUsize,
    accompanied: AtomicUsize,
}

impl Beside {
    /// The first thread has read its lap.
    fn end(&self) {
        self.read.fetch_add(1, Ordering::Release);
    }

    /// Until the first thread has read this lap. Returns how many beats a second there were.
    fn beat(&self, mut beat: impl FnMut()) -> f64 {
        let lap = self.accompanied.fetch_add(1, Ordering::Relaxed);
        let is_over = || self.read.load(Ordering::Acquire) > lap;
        let period = Duration::from_secs(1) / A_SECOND;
        let start = Instant::now();
        let (mut due, mut beats) = (start, 0);
        while !is_over() {
            // No sleep: it would end too late, and then several would be due at once.
            if Instant::now() < due {
                spin_loop();
                continue;
            }
            beat();
            beats += 1;
            due += period;
        }
        f64::from(beats) / start.elapsed().as_secs_f64()
    }
}
