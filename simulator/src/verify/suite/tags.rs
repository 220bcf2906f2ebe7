//! S10, S11: tags, by generations and by lists.

use super::super::case::{Params, Setting};
use super::super::theory::two_rate::TwoRate;
use super::super::theory::{expiry, tags};
use super::figures::{all_loads, blocked, blocked_for, slowest, stale_hits};
use super::{exact, limit, none, scenario};
use crate::verify::case::{Expectation, mean};

fn scan(params: &Params<'_>) -> f64 {
    tags::scan(
        params.keys(),
        params.scenario.cache.scan_per_key.as_secs_f64(),
    )
}

pub(super) fn settings() -> Vec<Setting> {
    let fan_out = || Setting::new("S10", scenario!("s10-fan-out"));
    let members = || Setting::new("S11", scenario!("s11-lost-members"));
    vec![
        fan_out()
            .row(
                "reads that a scan keeps waiting",
                "tags",
                blocked,
                exact(|p| tags::blocked(p.all_reads(), scan(p))),
            )
            .row(
                "how long on average, in seconds",
                "tags",
                blocked_for,
                exact(|p| scan(p) / 2.0),
            )
            .row("and at most, in seconds", "tags", slowest, Expectation::AtMost(scan))
            .note("How long a key of a scan takes is the scenario's; generations take one step for all."),
        fan_out()
            .with("cache.tag_purge=generation")
            .with("cache.scan_per_key=0s")
            .with("replications=16")
            .row("the same by generation: none", "tags", blocked, none())
            .row(
                "loads in the half second after",
                "tags",
                all_loads,
                exact(|p| expiry::wave(p.read_rates(), p.measured())),
            ),
        Setting::new("S10", scenario!("s10-sources")).row(
            "stale, ten sources, 10 % missed",
            "tags",
            stale_hits,
            exact(|p| {
                let tags = p.scenario.workload.tags.as_ref();
                let (each, of) = tags.map_or((0, 1), |tags| (tags.per_key, tags.of));
                let sources = p.all_writes() * f64::from(each) / f64::from(of);
                TwoRate::missed(sources, p.missed(), p.ttl()).stale()
            }),
        ),
        members()
            .row(
                "stale share of hits, lost from a list",
                "tags",
                stale_hits,
                limit(|p| {
                    let scan = mean(&p.scenario.cache.scan);
                    tags::stale_lost(p.read(), p.write(), scan, p.ttl())
                }),
            )
            .note("Until a scan has come to a key its entry is stale as well, which the form leaves aside."),
        members()
            .fast()
            .with("cache.tag_purge=generation")
            .with("cache.scan=0s")
            .with("duration=350s")
            .with("replications=4")
            .row("the same by generation", "tags", stale_hits, none()),
    ]
}
