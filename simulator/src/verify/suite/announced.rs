//! S02 to S05, S23, S24: writes that are announced, and what goes wrong on the way.

use super::super::case::{Params, Setting, mean};
use super::super::theory::two_rate::{TwoRate, loads_a_write_heard_twice, nines};
use super::super::theory::write_through::{self, WriteThrough};
use super::super::theory::{capture, flight::SingleFlight};
use super::figures::{
    found_nothing, loads_a_write, nines_first, nines_second, stale_hits, stale_joined,
};
use super::{exact, limit, none, scenario};

fn two_rates(params: &Params<'_>) -> TwoRate {
    TwoRate::missed(params.write(), params.missed(), params.ttl())
}

fn race(params: &Params<'_>) -> WriteThrough {
    WriteThrough {
        read: params.read(),
        write: params.write(),
        missed: params.missed(),
        load: params.load(),
        tail: params.tail(),
        ttl: params.ttl(),
    }
}

pub(super) fn settings() -> Vec<Setting> {
    let mut settings = missed_paths();
    settings.extend(stale_sets());
    settings.extend(orders_and_replicas());
    settings.extend(both_ways());
    settings
}

fn missed_paths() -> Vec<Setting> {
    let missed = || Setting::new("S02", scenario!("s02-missed-paths"));
    let stale = exact(|p| two_rates(p).stale());
    vec![
        missed()
            .fast()
            .row(
                "stale share of hits, 10 % missed",
                "no lease",
                stale_hits,
                stale,
            )
            .row("the same with a lease of 1.2/μ", "lease", stale_hits, stale),
        missed()
            .fast()
            .with("writes.announced=0.6666666666666667")
            .row(
                "stale share of hits, a third missed",
                "no lease",
                stale_hits,
                stale,
            )
            .row("a third, with a lease of 1.2/μ", "lease", stale_hits, stale),
        missed()
            .with("writes.announced=0.99")
            .with("workload.reads.rate=400")
            .with("duration=7500s")
            .row(
                "stale share of hits, 1 % missed",
                "no lease",
                stale_hits,
                stale,
            )
            .row("1 %, with a lease of 1.2/μ", "lease", stale_hits, stale),
        Setting::new("S24", scenario!("s24-nines"))
            .row(
                "nines after 1 min, 10 % missed",
                "write-through",
                nines_first,
                exact(|p| nines_after(p, 0)),
            )
            .row(
                "nines after 5 min, 10 % missed",
                "write-through",
                nines_second,
                limit(|p| nines_after(p, 1)),
            )
            .note("The mean of logarithms of small counts is a little off."),
        Setting::new("S24", scenario!("s24-nines"))
            .with("writes.announced=0.99")
            .with("duration=2810s")
            .row(
                "nines after 5 min, 1 % missed",
                "write-through",
                nines_second,
                limit(|p| nines_after(p, 1)),
            )
            .note("The mean of logarithms of small counts is a little off."),
    ]
}

fn nines_after(params: &Params<'_>, index: usize) -> f64 {
    let after = params.scenario.probe_after[index].as_secs_f64();
    nines(two_rates(params).inconsistent(params.read(), after))
}

fn stale_sets() -> Vec<Setting> {
    let sets = || Setting::new("S03", scenario!("s03-stale-set"));
    // How often keys are read does not matter to how stale their hits are.
    let seldom = || {
        sets()
            .with("workload.keys=100")
            .with("workload.reads.rate=2000")
            .with("workload.writes.rate=200")
            .with("duration=450s")
    };
    let unguarded = |setting: Setting| setting.with("cache.stores=unguarded");
    let blind = |setting: Setting| setting.with("cache.joins=unguarded");
    vec![
        blind(unguarded(seldom())).row(
            "stale share of hits, unguarded stores",
            "write-through",
            stale_hits,
            exact(|p| race(p).stale_unguarded()),
        ),
        seldom()
            .fast()
            .with("duration=22s")
            .row("the same, guarded", "write-through", stale_hits, none()),
        blind(unguarded(seldom()))
            .fast()
            .with("duration=22s")
            .with("origin.versions=true")
            .row("the same, guarded by versions", "write-through", stale_hits, none()),
        blind(unguarded(sets())).row(
            "reads without a value, unguarded",
            "write-through",
            found_nothing,
            exact(|p| race(p).misses_unguarded()),
        ),
        blind(sets()).row(
            "the same under leases",
            "write-through",
            found_nothing,
            exact(|p| race(p).misses_leased()),
        ),
        blind(unguarded(sets()))
            .with("origin.versions=true")
            .row(
                "the same under versions",
                "write-through",
                found_nothing,
                exact(|p| race(p).misses_versioned()),
            ),
        sets()
            .row(
                "the same in this cache",
                "write-through",
                found_nothing,
                exact(|p| race(p).misses_poisoned()),
            )
            .note(
                "A delete voids the load in flight, as a lease does, and nobody joins it any more: the next \
                 read begins another. It costs loads, and fewer reads than leases wait in vain.",
            ),
        blind(sets())
            .fast()
            .with("workload.reads.rate=500")
            .with("duration=1500s")
            .row(
                "stale share of joined reads, any load",
                "lease of 20ms",
                stale_joined,
                exact(|p| {
                    let flight = SingleFlight {
                        read: p.read(),
                        load: p.load(),
                        tail: p.tail(),
                        ttl: p.ttl(),
                    };
                    flight.stale_joined(p.write())
                }),
            ),
        sets()
            .fast()
            .with("workload.reads.rate=500")
            .with("duration=42s")
            .row(
                "the same in this cache: none overtaken",
                "lease of 20ms",
                stale_joined,
                none(),
            ),
        blind(unguarded(missed_in_a_race())).row(
            "stale, unguarded and 10 % missed",
            "write-through",
            stale_hits,
            exact(|p| race(p).stale_unguarded()),
        ),
        missed_in_a_race().row(
            "stale, guarded and 10 % missed",
            "write-through",
            stale_hits,
            exact(|p| race(p).stale_guarded()),
        ),
    ]
}

/// A slower key, of whose writes a tenth is missed, with a lease.
fn missed_in_a_race() -> Setting {
    Setting::new("S03", scenario!("s03-stale-set"))
        .with("origin.latency=200ms")
        .with("policy.0.config.ttl=60s")
        .with("workload.keys=100")
        .with("workload.reads.rate=2000")
        .with("workload.writes.rate=50")
        .with("writes.announced=0.9")
        .with("warmup=60s")
        .with("duration=660s")
        .with("cache.start=warm")
}

fn orders_and_replicas() -> Vec<Setting> {
    let order = || Setting::new("S04", scenario!("s04-before-commit"));
    let replica = || Setting::new("S05", scenario!("s05-replica"));
    let stale = exact(|p| {
        let behind = mean(&p.scenario.origin.replica_lag);
        write_through::stale_behind_replica(p.read(), p.write(), behind)
    });
    vec![
        order().fast().row(
            "stale share of hits, deleted before",
            "write-through",
            stale_hits,
            exact(|p| {
                let before = mean(&p.scenario.writes.announce_delay);
                write_through::stale_before_commit(p.read(), p.write(), before)
            }),
        ),
        order()
            .fast()
            .with("writes.announce=after-commit")
            .with("writes.announce_delay=0s")
            .row(
                "the same, deleted after the commit",
                "write-through",
                stale_hits,
                none(),
            ),
        replica().fast().row(
            "stale share of hits, write-through",
            "write-through",
            stale_hits,
            stale,
        ),
        replica()
            .row("the same, versions", "versions", stale_hits, stale)
            .row("the same, tags", "tags", stale_hits, stale),
        // Three hundredths are stale: more runs, for as small an interval.
        replica().with("replications=64").row(
            "the same, capture, 300 ms later",
            "cdc",
            stale_hits,
            exact(|p| {
                let behind = mean(&p.scenario.origin.replica_lag);
                capture::stale_behind_replica(p.write(), p.lag(), behind)
            }),
        ),
        replica()
            .with("feed.delay=50ms")
            .with("workload.writes.rate=10")
            .with("warmup=160s")
            .with("duration=720s")
            .row(
                "the same, capture, 50 ms later",
                "cdc",
                stale_hits,
                limit(|p| {
                    let behind = mean(&p.scenario.origin.replica_lag);
                    capture::stale_before_replica(p.read(), p.write(), p.lag(), behind)
                }),
            ),
    ]
}

fn both_ways() -> Vec<Setting> {
    let both = || Setting::new("S23", scenario!("s23-both"));
    vec![
        both()
            .row(
                "loads a write, purged twice",
                "both",
                loads_a_write,
                exact(|p| loads_a_write_heard_twice(p.read(), p.missed(), p.lag())),
            ),
        both()
            .with("origin.versions=true")
            .row("the same, the second by version", "both", loads_a_write, exact(|_| 1.0)),
        both()
            .with("workload.reads.rate=1000")
            .with("workload.writes.rate=25")
            .with("duration=760s")
            .row(
            "stale share of hits",
            "both",
            stale_hits,
            exact(|p| p.missed() * capture::stale(p.write(), p.lag())),
        )
        .note(
            "Looking back from a hit: a missed write within the lag before any purge, which come at the rate \
             of the writes that are told of and of those that are captured.",
        ),
    ]
}
