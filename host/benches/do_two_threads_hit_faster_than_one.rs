//! Do two threads hit faster than one?
//!
//! Twice as fast is all there is. What is missing is what the threads make each other wait for: locks,
//! and words of memory that both write.

mod support;

use std::time::Duration;

use support::caches;
use support::hits::{by_get, by_get_with};
use support::interleave::{Side, interleave};
use support::table::{Table, digits, ratio, times};
use support::versions::version;
use support::workload::{self, Reads};
use support::{Effort, keep};

const KEYS: usize = 10_000;
/// Entries that each thread may keep at hand, where it keeps any.
const PLACES: usize = 16_384;
const TIME: Duration = Duration::from_secs(30);

fn main() {
    let Some(effort) = Effort::from_args() else {
        return;
    };
    let keys = workload::keys(KEYS);
    let reads: &'static Reads = keep(Reads::uniform(keys, 2));
    let ours = keep(caches::ours(keys));
    let at_hand = keep(caches::ours_at_hand(keys, PLACES));
    let quick = keep(caches::quick(keys));
    // One thread and two of each, next to each other.
    let sides = [
        by_get(1, reads, ours),
        by_get(2, reads, ours),
        by_get(1, reads, quick),
        by_get(2, reads, quick),
        by_get_with(1, reads, ours),
        by_get_with(2, reads, ours),
        by_get_with(1, reads, quick),
        by_get_with(2, reads, quick),
        by_get(1, reads, at_hand),
        by_get(2, reads, at_hand),
        by_get_with(1, reads, at_hand),
        by_get_with(2, reads, at_hand),
        nothing_shared(1),
        nothing_shared(2),
    ];
    let rounds = interleave(&sides, effort.time(TIME));
    // Two threads carry out two operations in the time of one.
    let gain = |round: &[f64], one: usize| 2.0 * round[one] / round[one + 1];
    let gained = |one: usize| rounds.figure(|round| gain(round, one));
    let rate = |side: usize, threads: f64| 1e3 * threads / rounds.nanos(side).median;

    let mut table = Table::new(&[
        "hits by two threads",
        "ours",
        "peer",
        "ratio",
        "middle half",
    ]);
    let peer = format!("quick_cache {}", version("quick_cache"));
    for (call, ours, quick) in [
        ("get", 0, 2),
        ("get_with", 4, 6),
        ("get, at hand", 8, 2),
        ("get_with, at hand", 10, 6),
    ] {
        let between = rounds.figure(|round| gain(round, ours) / gain(round, quick));
        let [median, span] = ratio(between);
        table.row([
            format!("{call}, times as fast as by one, {peer}"),
            times(gained(ours).median),
            times(gained(quick).median),
            median,
            span,
        ]);
        for threads in [1, 2] {
            let (ours, quick) = (ours + threads - 1, quick + threads - 1);
            let [median, span] = ratio(rounds.ratio(quick, ours));
            table.row([
                format!("{call}, {threads} at once, million a second"),
                digits(rate(ours, threads as f64)),
                digits(rate(quick, threads as f64)),
                median,
                span,
            ]);
        }
    }
    table.note(format!(
        "arithmetic that shares nothing is {} times as fast by two threads here and now ({} to {})",
        digits(gained(12).median),
        digits(gained(12).low),
        digits(gained(12).high)
    ));
    table.note(format!(
        "at hand: up to {PLACES} entries that each thread keeps beside the store"
    ));
    table.note("here a larger ratio is better");
    table.note(rounds.summary());
    table.print(&format!(
        "Do two threads hit faster than one? {KEYS} keys of {} bytes, all alike",
        workload::KEY_BYTES
    ));
}

/// What two threads gain on this machine while it does what else it does.
fn nothing_shared(threads: usize) -> Side {
    Side::new(threads, |lap| {
        let mut word = lap.from as u64;
        for _ in 0..lap.operations * 16 {
            word = std::hint::black_box(word.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (word >> 29));
        }
    })
}
