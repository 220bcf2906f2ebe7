//! S16, and the policy of S21 that chooses: what it costs to drop or to replace, and to know which.

use super::super::case::{Expectation, Figure, Params, Setting};
use super::super::theory::freshness::Costs;
use super::{exact, scenario};
use crate::measure::Summary;

/// How much more than the oracle the policy may cost where rates stand, and where they change.
const STANDING: f64 = 0.03;
const CHANGING: f64 = 0.05;

/// What the policy that chooses is told that things cost.
fn costs(params: &Params<'_>) -> Costs {
    let mut policies = params.scenario.policies.iter();
    let policy = policies.find(|policy| policy.uses == "adaptive");
    let told = Params {
        policy: policy.expect("the scenarios on costs have a policy that chooses"),
        ..*params
    };
    Costs {
        miss: told.number("miss_cost"),
        invalidate: told.number("invalidation_cost"),
        update: told.number("update_cost"),
    }
}

/// Of all requests.
fn total(summary: &Summary, params: &Params<'_>) -> f64 {
    let costs = costs(params);
    costs.miss * summary.misses as f64
        + costs.invalidate * summary.invalidations.effective as f64
        + costs.update * summary.updates as f64
}

/// Cost a request.
fn a_request(summary: &Summary, params: &Params<'_>) -> f64 {
    total(summary, params) / (summary.reads + summary.writes) as f64
}

/// Cost a second.
fn a_second(summary: &Summary, params: &Params<'_>) -> f64 {
    total(summary, params) / params.measured()
}

pub(super) fn settings() -> Vec<Setting> {
    let mut settings = standing();
    settings.extend(changing());
    settings.push(each_key_its_own());
    settings
}

/// Share of the requests that read.
fn share_of_reads(params: &Params<'_>) -> f64 {
    params.all_reads() / (params.all_reads() + params.all_writes())
}

fn standing() -> Vec<Setting> {
    let requests = |reads: u32, what: [&'static str; 3]| {
        let setting = Setting::new("S16", scenario!("s16-costs"))
            .fast()
            .with(format!("workload.reads.rate={reads}"))
            .with(format!("workload.writes.rate={}", 1000 - reads));
        three(
            setting,
            what,
            a_request,
            exact(|p| costs(p).of_invalidating(share_of_reads(p))),
            exact(|p| costs(p).of_updating(share_of_reads(p))),
            Expectation::Oracle(STANDING, |p| costs(p).of_the_best(share_of_reads(p))),
        )
    };
    vec![
        requests(
            300,
            [
                "cost a request, invalidate, r = 0.3",
                "cost a request, update, r = 0.3",
                "cost a request, adaptive, r = 0.3",
            ],
        )
        .note(
            "The oracle knows r and does what is cheaper for ever. Costs: a miss 1, an invalidation of what is \
             there 0.1, an update 0.8.",
        ),
        requests(
            600,
            [
                "cost a request, invalidate, r = 0.6",
                "cost a request, update, r = 0.6",
                "cost a request, adaptive, r = 0.6",
            ],
        ),
        requests(
            900,
            [
                "cost a request, invalidate, r = 0.9",
                "cost a request, update, r = 0.9",
                "cost a request, adaptive, r = 0.9",
            ],
        ),
    ]
}

/// The shares of reads of phases that last equally long, in which requests come equally often.
fn phases(params: &Params<'_>) -> Vec<f64> {
    let workload = &params.scenario.workload;
    let begin = (workload.reads.rate, workload.writes.rate);
    let later = workload.phases.iter();
    let later = later.filter_map(|phase| Some((phase.reads.rate?, phase.writes.rate?)));
    let all = std::iter::once(begin).chain(later);
    all.map(|(reads, writes)| reads / (reads + writes))
        .collect()
}

/// The mean over the phases.
fn over_phases(params: &Params<'_>, form: fn(&Costs, f64) -> f64) -> f64 {
    let (costs, shares) = (costs(params), phases(params));
    shares.iter().map(|r| form(&costs, *r)).sum::<f64>() / shares.len() as f64
}

fn changing() -> Vec<Setting> {
    let phases = |miss: &str, what: [&'static str; 3]| {
        let setting = Setting::new("S16", scenario!("s16-phases"))
            .with(format!("policy.2.config.miss_cost={miss}"));
        three(
            setting,
            what,
            a_request,
            exact(|p| over_phases(p, Costs::of_invalidating)),
            exact(|p| over_phases(p, Costs::of_updating)),
            Expectation::Oracle(CHANGING, |p| over_phases(p, Costs::of_the_best)),
        )
    };
    vec![
        phases(
            "1.0",
            [
                "phases, a miss 1, invalidate",
                "phases, a miss 1, update",
                "phases, a miss 1, adaptive",
            ],
        )
        .note(
            "r = 0.9 and 0.1 in turn, 2,000 requests of a key at a time. The oracle knows r and when it changes.",
        ),
        phases(
            "4.0",
            [
                "phases, a miss 4, invalidate",
                "phases, a miss 4, update",
                "phases, a miss 4, adaptive",
            ],
        )
        .note("An estimate that never forgets would cost 0.352."),
    ]
}

/// Sum over the keys of the writes a second, each at what it costs at the key's share of reads.
fn over_keys(params: &Params<'_>, form: fn(&Costs, f64) -> f64) -> f64 {
    let costs = costs(params);
    let reads = params.read_rates();
    let rates = reads.iter().zip(params.write_rates());
    rates
        .map(|(read, write)| (read + write) * form(&costs, read / (read + write)))
        .sum()
}

fn each_key_its_own() -> Setting {
    three(
        Setting::new("S21", scenario!("s21-adaptive")),
        [
            "cost a second, Zipf 1.3, invalidate",
            "cost a second, Zipf 1.3, update",
            "cost a second, Zipf 1.3, adaptive",
        ],
        a_second,
        exact(|p| over_keys(p, Costs::of_invalidating)),
        exact(|p| over_keys(p, Costs::of_updating)),
        Expectation::Oracle(STANDING, |p| over_keys(p, Costs::of_the_best)),
    )
    .note("The oracle knows the rates of each key.")
    .row(
        "adaptive less invalidate",
        "adaptive",
        a_second,
        Expectation::AtMost(|_| 0.0),
    )
    .less("invalidate")
    .row(
        "adaptive less update",
        "adaptive",
        a_second,
        Expectation::AtMost(|_| 0.0),
    )
    .less("update")
}

/// A figure of the three ways.
fn three(
    setting: Setting,
    [first, second, third]: [&'static str; 3],
    figure: Figure,
    invalidating: Expectation,
    updating: Expectation,
    choosing: Expectation,
) -> Setting {
    setting
        .row(first, "invalidate", figure, invalidating)
        .row(second, "update", figure, updating)
        .row(third, "adaptive", figure, choosing)
}
