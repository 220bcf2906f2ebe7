//! S07, S20: loads that take time, and herds of them.

use super::super::case::{Params, Setting};
use super::super::theory::early::Early;
use super::super::theory::flight::{self, SingleFlight};
use super::figures::{
    delayed, found_nothing, fresh, herd, hits, latency, loads, loads_a_write, misses, stale_hits,
    stale_joined,
};
use super::{exact, limit, none, scenario};
use crate::verify::case::Expectation;

fn single(params: &Params<'_>) -> SingleFlight {
    SingleFlight {
        read: params.read(),
        load: params.load(),
        tail: params.tail(),
        ttl: params.ttl(),
    }
}

fn early(params: &Params<'_>) -> Early {
    Early {
        read: params.read(),
        beta: params.number("early"),
        load: params.load(),
        ttl: params.ttl(),
    }
}

pub(super) fn settings() -> Vec<Setting> {
    let mut settings = herds();
    settings.extend(waits());
    settings
}

fn herds() -> Vec<Setting> {
    let hot = || Setting::new("S07", scenario!("s07-hot-key"));
    // The stampede does not depend on how often the key is read; an expiry costs as many events.
    let drawn = || hot().with("workload.reads.rate=500").with("duration=40m");
    let write = || Setting::new("S20", scenario!("s20-leases"));
    vec![
        hot().fast().row(
            "loads an expiry",
            "ttl",
            herd,
            exact(|p| flight::herd(p.read(), p.load())),
        ),
        hot()
            .with("workload.reads.rate=2000")
            .with("origin.latency.exponential=100ms")
            .with("duration=12m")
            .row(
                "the same, loads of exponential times",
                "ttl",
                herd,
                exact(|p| flight::herd_exponential(p.read(), p.load())),
            ),
        hot()
            .fast()
            .with("cache.coalesce=true")
            .with("cache.processes=20")
            .row(
                "the same, 20 processes that coalesce",
                "ttl",
                herd,
                exact(|p| {
                    let processes = p.scenario.cache.processes;
                    flight::herd_of_processes(p.read(), p.load(), processes)
                }),
            ),
        hot()
            .fast()
            .with("workload.reads.rate=200")
            .with("duration=25m")
            .with("cache.coalesce=true")
            .with("cache.processes=20")
            .row(
                "20 processes, 20 reads a load",
                "ttl",
                herd,
                exact(|p| {
                    let processes = p.scenario.cache.processes;
                    flight::herd_of_processes(p.read(), p.load(), processes)
                }),
            ),
        hot()
            .fast()
            .with("cache.coalesce=true")
            .row("the same, one flight", "ttl", herd, exact(|_| 1.0))
            .row("reads that wait, stale while reloaded", "grace", found_nothing, none()),
        drawn()
            .row("loads a lease, XFetch, β = 1", "early 1", herd, exact(|p| early(p).stampede()))
            .row(
                "loads a second, XFetch, β = 1",
                "early 1",
                loads,
                limit(|p| early(p).loads_uncoalesced()),
            )
            .row(
                "loads a lease, XFetch, β = 1.5",
                "early 1.5",
                herd,
                exact(|p| early(p).stampede()),
            ),
        drawn()
            .fast()
            .with("cache.coalesce=true")
            .with("duration=100s")
            .row("loads a lease, XFetch in one flight", "early 1", herd, exact(|_| 1.0))
            .row(
                "loads a second, XFetch in one flight",
                "early 1",
                loads,
                exact(|p| early(p).loads()),
            )
            .row(
                "reads that wait, XFetch in one flight",
                "early 1",
                found_nothing,
                Expectation::AtMost(|p| {
                    // A lease in which no read was drawn, e^(−x) of them, and its followers; none is seen.
                    early(p).blocked() * flight::herd(p.read(), p.load())
                }),
            ),
        write().fast().row(
            "loads a write, not coalesced",
            "write-through",
            loads_a_write,
            Expectation::About(super::APPROXIMATION, |p| flight::herd(p.read(), p.load())),
        ),
        write()
            .fast()
            .with("cache.coalesce=true")
            .row("the same, coalesced", "write-through", loads_a_write, limit(|_| 1.0))
            .note("A write while the load for another is in flight costs one more, once in 500 writes."),
    ]
}

fn waits() -> Vec<Setting> {
    let loads_that_take_time = || Setting::new("S07", scenario!("s07-loads"));
    vec![
        loads_that_take_time()
            .row(
                "hits, one flight, λ = 200",
                "ttl",
                hits,
                exact(|p| single(p).hits()),
            )
            .row(
                "reads that join, λ = 200",
                "ttl",
                delayed,
                exact(|p| single(p).delayed()),
            )
            .row(
                "mean wait of a read, λ = 200",
                "ttl",
                latency,
                exact(|p| single(p).latency()),
            )
            .row(
                "stale share of hits, half a load old",
                "ttl",
                stale_hits,
                exact(|p| single(p).stale(p.write())),
            ),
        loads_that_take_time().with("cache.coalesce=false").row(
            "misses, each load restarts the lease",
            "ttl",
            misses,
            exact(|p| flight::misses_overwriting(p.read(), p.load(), p.ttl())),
        ),
        loads_that_take_time()
            .fast()
            .with("workload.keys=200")
            .with("workload.reads.rate=1000")
            .with("workload.writes.rate=100")
            .with("origin.latency=500ms")
            .with("origin.snapshot_at=0.0")
            .with("policy.0.config.ttl=2s")
            .with("duration=310s")
            .row(
                "stale share of joined reads, μD = 1/4",
                "ttl",
                stale_joined,
                exact(|p| single(p).stale_joined(p.write())),
            ),
        loads_that_take_time()
            .fast()
            .with("workload.keys=500")
            .with("workload.reads.rate=250")
            .with("workload.writes.rate=10")
            .with("origin.latency=1s")
            .with("origin.snapshot_at=0.0")
            .with("warmup=100s")
            .with("duration=300s")
            .row(
                "reads that wait, seldom read, W = 2 s",
                "grace",
                found_nothing,
                exact(|p| flight::blocked(p.read(), p.load(), p.ttl(), p.time("grace"))),
            ),
        loads_that_take_time()
            .fast()
            .with("workload.keys=200")
            .with("workload.reads.rate=1000")
            .with("workload.writes.rate=10")
            .with("origin.latency=500ms")
            .with("origin.snapshot_at=0.2")
            .with("duration=130s")
            .row(
                "fresh reads, stale while reloaded",
                "long grace",
                fresh,
                exact(|p| {
                    flight::fresh_with_grace(p.read(), p.write(), p.load(), p.tail(), p.ttl())
                }),
            ),
    ]
}
