//! S06, and the capture of S02: changes that are captured from a log.

use super::super::case::Setting;
use super::super::theory::{capture, expiry};
use super::figures::{age_mean, effective, hits, oldest, stale_hits};
use super::{exact, limit, scenario};
use crate::verify::case::Expectation;

pub(super) fn settings() -> Vec<Setting> {
    let captured = |id| Setting::new(id, scenario!("s06-capture"));
    let outage = || Setting::new("S06", scenario!("s06-outage"));
    let faster = |setting: Setting| {
        setting
            .with("workload.reads.rate=200")
            .with("workload.writes.rate=100")
            .with("feed.delay=500ms")
            .with("duration=120s")
    };
    vec![
        captured("S02").row(
            "stale share of hits, capture, 200 ms",
            "cdc",
            stale_hits,
            exact(|p| capture::stale(p.write(), p.lag())),
        ),
        faster(captured("S06"))
            .fast()
            .row("hits, a lag of 1/2μ", "cdc", hits, exact(|p| capture::hits(p.read(), p.write())))
            .row(
                "stale share of hits, a lag of 1/2μ",
                "cdc",
                stale_hits,
                exact(|p| capture::stale(p.write(), p.lag())),
            )
            .row(
                "age of stale hits, mean, a lag of 1/2μ",
                "cdc",
                age_mean,
                exact(|p| capture::age_mean(p.write(), p.lag())),
            )
            .row("oldest stale hit, a lag of 1/2μ", "cdc", oldest, Expectation::AtMost(|p| p.lag())),
        faster(captured("S06"))
            .fast()
            .with("feed.delay.exponential=500ms")
            .with("feed.ordered=false")
            .row(
                "stale share of hits, lags that overtake",
                "cdc",
                stale_hits,
                exact(|p| capture::stale_exponential(p.write(), p.lag())),
            ),
        captured("S06")
            .with("workload.writes.rate=200")
            .with("feed.delay=50ms")
            .with("origin.latency=250ms")
            .with("origin.snapshot_at=0.2")
            .with("cache.stores=unguarded")
            .with("cache.joins=unguarded")
            .with("duration=120s")
            .row(
                "stale share of hits, a lag below a load",
                "cdc",
                stale_hits,
                exact(|p| {
                    capture::stale_unguarded(p.write(), p.lag(), p.tail(), p.ttl())
                }),
            )
            .note("Unguarded stores; the change has come and gone before the load it should have voided."),
        outage()
            .row(
                "stale share of hits in an outage",
                "no lease",
                stale_hits,
                limit(|p| capture::stale_in_outage(p.write(), silence(p))),
            )
            .row(
                "the same with a lease of 10 s",
                "lease",
                stale_hits,
                exact(|p| capture::stale_in_outage_with_lease(p.write(), silence(p), p.ttl())),
            ),
        Setting::new("S06", scenario!("s06-backlog"))
            .row(
                "keys purged at once after an outage",
                "cdc",
                effective,
                exact(|p| expiry::wave(p.write_rates(), silence(p))),
            ),
    ]
}

/// How long the log is silent.
fn silence(params: &super::super::case::Params<'_>) -> f64 {
    params.scenario.feed.outages[0].lasts.as_secs_f64()
}
