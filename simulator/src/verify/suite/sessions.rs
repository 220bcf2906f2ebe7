//! S19: what a client sees of what it has written and read.

use super::super::case::{Params, Setting};
use super::super::theory::sessions;
use super::figures::{backwards, inconsistent, own_writes_unseen};
use super::{exact, limit, scenario};
use crate::verify::case::mean;

fn probe(params: &Params<'_>) -> f64 {
    params.scenario.probe_after[0].as_secs_f64()
}

pub(super) fn settings() -> Vec<Setting> {
    vec![
        Setting::new("S19", scenario!("s19-own-writes"))
            .fast()
            .row(
                "own write unseen after 5 s, T = 30 s",
                "ttl",
                own_writes_unseen,
                limit(|p| {
                    let after = mean(&p.scenario.workload.read_back);
                    sessions::own_write_unseen_ttl(p.read(), p.ttl(), after)
                }),
            )
            .note("The client's own reads come on top of those that the form counts: one in two hundred.")
            .row(
                "the same, looked for without a read",
                "ttl",
                inconsistent,
                limit(|p| sessions::own_write_unseen_ttl(p.read(), p.ttl(), probe(p))),
            ),
        Setting::new("S19", scenario!("s19-capture")).fast().row(
            "write unseen after 0.2 s, lags of 0.3 s",
            "cdc",
            inconsistent,
            exact(|p| {
                sessions::own_write_unseen_capture(p.read(), p.write(), p.lag(), probe(p))
            }),
        ),
        Setting::new("S19", scenario!("s19-ten-caches")).row(
            "second read older, ten caches, μT = 1",
            "ttl",
            backwards,
            limit(|p| {
                let nodes = f64::from(p.scenario.cache.nodes);
                // Each visit reads twice.
                let read = 2.0 * p.read() / nodes;
                sessions::backwards(read, p.write(), p.ttl(), nodes)
            }),
        ),
    ]
}
