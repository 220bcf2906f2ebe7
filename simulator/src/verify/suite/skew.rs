//! S25: traffic as skewed as that of real clusters, and two patterns side by side.

use super::super::case::{Params, Setting};
use super::super::theory::two_rate::TwoRate;
use super::figures::{hits, stale};
use super::{exact, scenario};

/// Stale share of all reads: that of each key by its share of the reads. A lease alone is the case in which
/// no write is heard of.
pub(super) fn stale_reads(params: &Params<'_>, missed: f64) -> f64 {
    over_keys(params, |read, write| {
        let model = TwoRate::missed(write, missed, params.ttl());
        model.hits(read) * model.stale()
    })
}

/// A figure of each key, by its share of the reads.
pub(super) fn over_keys(params: &Params<'_>, figure: impl Fn(f64, f64) -> f64) -> f64 {
    let reads = params.read_rates();
    let rates = reads.iter().zip(params.write_rates());
    let weighed = rates.map(|(read, write)| read * figure(*read, write));
    weighed.sum::<f64>() / params.all_reads()
}

pub(super) fn settings() -> Vec<Setting> {
    let clusters = |exponent: &str| {
        Setting::new("S25", scenario!("s25-skew"))
            .with(format!("workload.reads.popularity.zipf={exponent}"))
    };
    let leases_hit = exact(|p| {
        over_keys(p, |read, write| {
            TwoRate::missed(write, 1.0, p.ttl()).hits(read)
        })
    });
    let leases_stale = exact(|p| stale_reads(p, 1.0));
    // Both policies have the same lease.
    let difference = exact(|p| stale_reads(p, 1.0) - stale_reads(p, p.missed()));
    vec![
        clusters("0.63")
            .row("hits, leases, α = 0.63", "ttl", hits, leases_hit)
            .row("stale share of reads, leases, α = 0.63", "ttl", stale, leases_stale)
            .row("less by write-through, α = 0.63", "ttl", stale, difference)
            .less("write-through"),
        clusters("1.21")
            .row("hits, leases, α = 1.21", "ttl", hits, leases_hit)
            .row("stale share of reads, leases, α = 1.21", "ttl", stale, leases_stale)
            .row("less by write-through, α = 1.21", "ttl", stale, difference)
            .less("write-through"),
        clusters("1.51")
            .row("hits, leases, α = 1.51", "ttl", hits, leases_hit)
            .row("stale share of reads, leases, α = 1.51", "ttl", stale, leases_stale)
            .row("less by write-through, α = 1.51", "ttl", stale, difference)
            .less("write-through")
            .note(
                "The difference in each replication, which both policies share: the same reads and writes. \
                 One write in ten is missed.",
            ),
    ]
}
