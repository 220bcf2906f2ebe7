//! What does a hit cost, beside a cache that does nothing but store, and beside moka?
//!
//! Keys are read with the skew of real traffic, by one thread and by two.

mod support;

use std::time::Duration;

use support::caches;
use support::hits::{by_get, by_get_with};
use support::interleave::interleave;
use support::table::{Table, ratio, time};
use support::versions::version;
use support::workload::{self, Reads};
use support::{Effort, keep};

const KEYS: usize = 100_000;
const EXPONENT: f64 = 0.99;
const TIME: Duration = Duration::from_secs(18);

fn main() {
    let Some(effort) = Effort::from_args() else {
        return;
    };
    let keys = workload::keys(KEYS);
    let reads: &'static Reads = keep(Reads::zipf(keys, EXPONENT, 2));
    let ours = keep(caches::ours(keys));
    let quick = keep(caches::quick(keys));
    let moka = keep(caches::moka(keys, std::hash::RandomState::new()));
    let folded = keep(caches::moka(
        keys,
        quick_cache::DefaultHashBuilder::default(),
    ));
    let peers = [
        format!("quick_cache {}", version("quick_cache")),
        format!("moka {}", version("moka")),
        format!("moka {}, foldhash", version("moka")),
    ];

    let mut table = Table::new(&["a hit", "ours", "peer", "ratio", "middle half"]);
    for threads in [1, 2] {
        let sides = [
            by_get(threads, reads, ours),
            by_get(threads, reads, quick),
            by_get(threads, reads, moka),
            by_get(threads, reads, folded),
            by_get_with(threads, reads, ours),
            by_get_with(threads, reads, quick),
            by_get_with(threads, reads, moka),
            by_get_with(threads, reads, folded),
        ];
        let rounds = interleave(&sides, effort.time(TIME));
        for (call, ours) in [("get", 0), ("get_with", 4)] {
            for (peer, name) in (ours + 1..).zip(&peers) {
                let who = ["1 thread", "2 threads"][threads - 1];
                let [median, span] = ratio(rounds.ratio(ours, peer));
                table.row([
                    format!("{call}, {who}, {name}"),
                    time(rounds.nanos(ours).median),
                    time(rounds.nanos(peer).median),
                    median,
                    span,
                ]);
            }
        }
        table.note(format!("{threads} at once: {}", rounds.summary()));
    }
    table.note("get_with is get_or_insert_with of quick_cache and get_with_by_ref of moka");
    table.note("ours: a time to live and three of 1,000 tags an entry; moka: a time to live");
    table.print(&format!(
        "What does a hit cost? Zipf {EXPONENT} over {KEYS} keys of {} bytes, values u64",
        workload::KEY_BYTES
    ));
}
