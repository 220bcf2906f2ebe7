//! S08, S09: entries that were stored together, and an origin that has to make up for them.

use super::super::case::Setting;
use super::super::theory::{capacity, expiry};
use super::figures::{all_loads, goodput, load_rate, recovery};
use super::{about, exact, limit, scenario};

pub(super) fn settings() -> Vec<Setting> {
    let deploy = || Setting::new("S08", scenario!("s08-deploy"));
    let flush = || Setting::new("S09", scenario!("s09-flush"));
    vec![
        deploy()
            .row(
                "loads a second, ends within ±10 %",
                "jittered",
                load_rate,
                limit(|p| expiry::plateau(p.keys(), p.ttl() * p.number("jitter"))),
            )
            .note("Keys are filled and read again within a second or so, which the plateau leaves aside."),
        deploy()
            .with("workload.reads.rate=500000")
            .with("workload.phase.0.at=500ms")
            .with("workload.phase.1.at=300s")
            .with("workload.phase.1.reads.rate=500000")
            .with("warmup=300s")
            .with("duration=301s")
            .with("replications=3")
            .row(
                "loads in the second of a common end",
                "together",
                all_loads,
                limit(|p| expiry::wave(p.read_rates(), 1.0)),
            ),
        Setting::new("S08", scenario!("s08-together")).row(
            "loads a second at the tenth fill",
            "together",
            load_rate,
            exact(|p| {
                // The tenth fill is nine leases after the first.
                let (fill, ends) = (10, 9.0 * p.ttl());
                let from = p.warmup() - ends;
                expiry::locked(p.keys(), p.read(), fill, from, from + p.measured())
            }),
        ),
        flush().fast().row(
            "seconds to recover, late loads stored",
            "ttl",
            recovery,
            limit(|p| capacity::caught_up(&p.read_rates(), carries(p))),
        ),
        flush()
            .fast()
            .with("cache.coalesce=false")
            .with("origin.late=drop")
            .row(
                "answered in time, late loads dropped",
                "ttl",
                goodput,
                about(|p| {
                    let timeout = p.scenario.origin.timeout.as_secs_f64();
                    capacity::trapped(&p.read_rates(), carries(p), timeout)
                }),
            )
            .note("The limit of many keys, of which the most popular have a tenth of the reads."),
    ]
}

/// Loads a second that the origin carries.
fn carries(params: &super::super::case::Params<'_>) -> f64 {
    f64::from(params.scenario.origin.servers) / params.load()
}
