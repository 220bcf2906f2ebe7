//! S18: room for some of the keys.

use super::super::case::{Expectation, Setting};
use super::super::theory::capacity;
use super::figures::hits;
use super::scenario;

/// Said beside the rows.
const NOT_LRU: &str = "The cache does not evict what was read longest ago: quick_cache has a variant of \
                       Clock-PRO. So the row holds it between what LRU hits (Che) and the most that any cache \
                       can which does not know the future.";
const NOT_LRU_WITH_LEASES: &str = "LRU would hit 0.642. An entry whose lease is over keeps its place and its \
                                   standing until it is read or evicted, which costs Clock-PRO more than LRU; \
                                   held between FIFO and the most that is possible.";

pub(super) fn settings() -> Vec<Setting> {
    vec![
        Setting::new("S18", scenario!("s18-capacity"))
            .fast()
            .row(
                "hits, a tenth of the keys fits",
                "no lease",
                hits,
                Expectation::Between(
                    |p| capacity::hits_lru(&p.read_rates(), p.scenario.cache.capacity as f64),
                    |p| most(&p.read_rates(), p.scenario.cache.capacity),
                ),
            )
            .note(NOT_LRU)
            .row(
                "hits, with leases of 5 s",
                "lease",
                hits,
                Expectation::Between(
                    |p| {
                        let capacity = p.scenario.cache.capacity as f64;
                        capacity::hits_fifo(&p.read_rates(), capacity, p.ttl())
                    },
                    |p| most(&p.read_rates(), p.scenario.cache.capacity),
                ),
            )
            .note(NOT_LRU_WITH_LEASES),
    ]
}

fn most(rates: &[f64], capacity: u64) -> f64 {
    let total: f64 = rates.iter().sum();
    let shares: Vec<f64> = rates.iter().map(|rate| rate / total).collect();
    capacity::hits_at_most(&shares, usize::try_from(capacity).unwrap_or(usize::MAX))
}
