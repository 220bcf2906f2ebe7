//! S12 to S14: versions, their memory and their counters.

use super::super::case::Setting;
use super::super::theory::{expiry, versions};
use super::figures::{all_loads, look_ups, orphans, orphans_max, stale};
use super::{exact, scenario};
use crate::verify::case::mean;

pub(super) fn settings() -> Vec<Setting> {
    let schema = || Setting::new("S12", scenario!("s12-schema"));
    let lost = || Setting::new("S13", scenario!("s13-lost-counters"));
    let kept = || Setting::new("S14", scenario!("s14-kept-versions"));
    let wave = exact(|p| expiry::wave(p.read_rates(), p.measured()));
    let stale_counters = exact(|p| {
        let loss = 1.0 / mean(&p.scenario.cache.counter_life);
        versions::stale_lost_counter(loss, p.write())
    });
    vec![
        schema()
            .row("loads in the second after a bump", "versions", all_loads, wave)
            .row(
                "entries that it leaves behind",
                "versions",
                orphans_max,
                exact(|p| {
                    let before = p.warmup();
                    expiry::wave(p.read_rates(), before)
                }),
            ),
        schema()
            .with("duration=61s")
            .with("replications=3")
            .row("loads in the minute after a bump", "versions", all_loads, wave),
        lost()
            .row("stale share of reads, ε/μ = 0.01", "versions", stale, stale_counters)
            .note(
                "The form has version 1 always there and no other number when it comes again. The scenario gives \
                 them such leases; where all are kept, every number comes again and more is stale.",
            ),
        lost()
            .fast()
            .with("cache.counter_life.exponential=100s")
            .with("duration=3100s")
            .row("stale share of reads, ε/μ = 0.1", "versions", stale, stale_counters),
        Setting::new("S14", scenario!("s14-memory")).row(
            "entries left behind a key, T = 1 h",
            "versions",
            orphans,
            exact(|p| versions::orphans(p.read(), p.write(), p.ttl())),
        ),
        Setting::new("S14", scenario!("s14-memory"))
            .fast()
            .with("workload.keys=100")
            .with("workload.reads.rate=500")
            .with("workload.writes.rate=10")
            .with("policy.0.config.ttl=300s")
            .with("warmup=300s")
            .with("duration=900s")
            .row(
                "entries left behind a key, T = 5 min",
                "versions",
                orphans,
                exact(|p| versions::orphans(p.read(), p.write(), p.ttl())),
            ),
        kept()
            .fast()
            .row(
                "stale share of reads, kept for 5 s",
                "versions",
                stale,
                exact(|p| versions::stale_kept(p.read(), p.write(), p.time("cached_for"))),
            )
            .row(
                "look-ups a read, kept for 5 s",
                "versions",
                look_ups,
                exact(|p| versions::look_ups(p.read(), p.time("cached_for"))),
            ),
    ]
}
