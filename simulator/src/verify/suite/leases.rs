//! S01, S22: leases, alone and on two levels.

use super::super::case::Setting;
use super::super::theory::ttl;
use super::figures::{age_mean, age_p99, hits, lag_mean, loads, oldest, stale_hits};
use super::{about, exact, scenario};
use crate::verify::case::Expectation;

pub(super) fn settings() -> Vec<Setting> {
    let leases = || Setting::new("S01", scenario!("s01-leases"));
    let stale = exact(|p| ttl::stale(p.write(), p.ttl()));
    let p99 = exact(|p| ttl::age_quantile(p.write(), p.ttl(), 0.99));
    let per_second = exact(|p| ttl::loads(p.read(), p.ttl()));
    vec![
        // How often a key is read does not matter to how stale its hits are.
        leases()
            .with("workload.reads.rate=1000")
            .with("duration=800s")
            .row("stale share of hits, T = 1 s", "1s", stale_hits, stale)
            .row("age of stale hits, p99, T = 1 s", "1s", age_p99, p99),
        leases()
            .with("workload.reads.rate=1000")
            .with("duration=640s")
            .row("stale share of hits, T = 5 s", "5s", stale_hits, stale)
            .row("age of stale hits, p99, T = 5 s", "5s", age_p99, p99),
        leases()
            .fast()
            .with("replications=8")
            .with("duration=80s")
            .row("loads a second, T = 1 s", "1s", loads, per_second)
            .row("hits, T = 1 s", "1s", hits, exact(|p| ttl::hits(p.read(), p.ttl())))
            .row("loads a second, T = 5 s", "5s", loads, per_second),
        leases()
            .row("stale share of hits, T = 30 s", "30s", stale_hits, stale)
            .row("age of stale hits, p99, T = 30 s", "30s", age_p99, p99)
            .row(
                "age of stale hits, mean, T = 30 s",
                "30s",
                age_mean,
                exact(|p| ttl::age_mean(p.write(), p.ttl())),
            )
            .row(
                "writes that stale hits lack, T = 30 s",
                "30s",
                lag_mean,
                exact(|p| ttl::lag_mean(p.write(), p.ttl())),
            )
            .row("oldest stale hit, T = 30 s", "30s", oldest, Expectation::AtMost(|p| p.ttl()))
            .row("loads a second, T = 30 s", "30s", loads, per_second)
            .row("stale share of hits, T = 60 s", "60s", stale_hits, stale)
            .row("age of stale hits, p99, T = 60 s", "60s", age_p99, p99)
            .row("loads a second, T = 60 s", "60s", loads, per_second),
        leases()
            .with("workload.keys=20")
            .with("workload.reads.rate=1000")
            .with("workload.writes.rate=1")
            .with("warmup=300s")
            .with("duration=900s")
            .row("stale share of hits, T = 300 s", "300s", stale_hits, stale)
            .row("age of stale hits, p99, T = 300 s", "300s", age_p99, p99)
            .row("loads a second, T = 300 s", "300s", loads, per_second),
        leases()
            .fast()
            .with("workload.reads.rate=1000")
            .with("duration=480s")
            .row(
                "stale share of hits, T in 15–45 s",
                "jittered",
                stale_hits,
                exact(|p| {
                    let longest = p.ttl();
                    let shortest = longest * (1.0 - p.number("jitter"));
                    ttl::stale_jittered(p.write(), shortest, longest)
                }),
            ),
        leases()
            .fast()
            .with("workload.reads.rate=100")
            .with("workload.writes.rate=20")
            .with("duration=860s")
            .row(
                "hits, a lease from the last read",
                "sliding",
                hits,
                exact(|p| ttl::hits_sliding(p.read(), p.time("idle"))),
            )
            .row(
                "stale share of hits, from the last read",
                "sliding",
                stale_hits,
                exact(|p| ttl::stale_sliding(p.read(), p.write(), p.time("idle"))),
            ),
        Setting::new("S22", scenario!("s22-two-levels"))
            .fast()
            .row(
                "stale share of hits, 2 s over 10 s",
                "ttl",
                stale_hits,
                about(|p| {
                    let far = p.scenario.cache.shared_ttl.as_secs_f64();
                    ttl::stale_over(p.write(), p.ttl(), far)
                }),
            )
            .note(
                "The form has the age in the shared cache uniform; whoever loads it anew meets age 0.",
            )
            .row(
                "oldest stale hit, 2 s over 10 s",
                "ttl",
                oldest,
                Expectation::AtMost(|p| p.ttl() + p.scenario.cache.shared_ttl.as_secs_f64()),
            ),
    ]
}
