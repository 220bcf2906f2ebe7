//! S15, S21: updates, and invalidations in intervals.

use super::super::case::{Expectation, Params, Setting, mean};
use super::super::theory::freshness::{FIGURE_2A, Object, misses_from_the_fill, misses_on_a_grid};
use super::super::theory::update;
use super::figures::{misses, stale};
use super::{exact, scenario};
use crate::measure::Summary;

pub(super) fn settings() -> Vec<Setting> {
    let mut settings = updates();
    settings.extend(intervals());
    settings.extend(figure_2a());
    settings
}

fn updates() -> Vec<Setting> {
    let arriving = || Setting::new("S15", scenario!("s15-updates"));
    let last = exact(|p| {
        let delay = mean(&p.scenario.writes.announce_delay);
        update::stale_last_arrival_wins(p.write(), delay)
    });
    let newest = exact(|p| {
        let delay = mean(&p.scenario.writes.announce_delay);
        update::stale_newest_wins(p.write(), delay)
    });
    let slow = |setting: Setting| setting.with("writes.announce_delay.exponential=100ms");
    let versioned = |setting: Setting| setting.with("origin.versions=true");
    vec![
        arriving()
            .fast()
            .row("stale, last arrival wins, μℓ = 0.1", "replace", stale, last),
        versioned(arriving())
            .fast()
            .row("stale, newest wins, μℓ = 0.1", "replace", stale, newest),
        slow(arriving())
            .fast()
            .row("stale, last arrival wins, μℓ = 1", "replace", stale, last),
        versioned(slow(arriving())).fast().row(
            "stale, newest wins, μℓ = 1",
            "replace",
            stale,
            newest,
        ),
        arriving().fast().with("writes.announce_delay=10ms").row(
            "stale, a constant delay, μL = 0.1",
            "replace",
            stale,
            exact(|p| {
                let delay = mean(&p.scenario.writes.announce_delay);
                update::stale_constant(p.write(), delay)
            }),
        ),
    ]
}

/// Reads an interval and key that miss.
fn misses_an_interval(summary: &Summary, params: &Params<'_>) -> f64 {
    let intervals = params.measured() / params.scenario.writes.batch.as_secs_f64();
    summary.misses as f64 / intervals / params.keys()
}

fn intervals() -> Vec<Setting> {
    let told = |reads: u32, writes: u32, interval: &str| {
        Setting::new("S21", scenario!("s21-intervals"))
            .fast()
            .with(format!("workload.reads.rate={reads}"))
            .with(format!("workload.writes.rate={writes}"))
            .with(format!("writes.batch={interval}"))
    };
    let exactly = exact(|p| {
        let object = Object {
            read: p.read(),
            write: p.write(),
            interval: p.scenario.writes.batch.as_secs_f64(),
        };
        object.stale_misses()
    });
    vec![
        told(90, 10, "100ms")
            .with("duration=210s")
            .row("misses an interval, (0.9, 0.1), 0.1 s", "invalidate", misses_an_interval, exactly)
            .note("Exact. The paper's closed form says 0.4 % less."),
        told(200, 100, "1s")
            .row("misses an interval, (2, 1), 1 s", "invalidate", misses_an_interval, exactly)
            .note("Exact. The paper's closed form, which ignores a write after a read, says 27 % less."),
        told(500, 500, "500ms")
            .row("misses an interval, (5, 5), 0.5 s", "invalidate", misses_an_interval, exactly)
            .note("Exact. The paper's closed form says 39 % less."),
        told(100, 400, "2s")
            .with("duration=190s")
            .row("misses an interval, (1, 4), 2 s", "invalidate", misses_an_interval, exactly)
            .note("Exact. The paper's closed form says 44 % less."),
    ]
}

/// The time between two flushes.
fn interval(params: &Params<'_>) -> f64 {
    let every = params.scenario.faults.first().and_then(|fault| fault.every);
    every.map_or(f64::NAN, |every| every.as_secs_f64())
}

/// The paper's figure at the interval.
fn figure(params: &Params<'_>) -> f64 {
    let interval = interval(params);
    let points = FIGURE_2A.iter();
    let point = points.min_by(|a, b| (a.0 - interval).abs().total_cmp(&(b.0 - interval).abs()));
    point.map_or(f64::NAN, |(_, percent)| percent / 100.0)
}

fn figure_2a() -> Vec<Setting> {
    /// T, how long it takes to see enough, and what the rows are called.
    const POINTS: [(&str, &str, &str, &str); 12] = [
        (
            "100ms",
            "1000s",
            "figure 2a, T = 0.1 s",
            "the closed form, T = 0.1 s",
        ),
        (
            "300ms",
            "1200s",
            "figure 2a, T = 0.3 s",
            "the closed form, T = 0.3 s",
        ),
        (
            "500ms",
            "1200s",
            "figure 2a, T = 0.5 s",
            "the closed form, T = 0.5 s",
        ),
        (
            "700ms",
            "1400s",
            "figure 2a, T = 0.7 s",
            "the closed form, T = 0.7 s",
        ),
        (
            "1s",
            "1200s",
            "figure 2a, T = 1 s",
            "the closed form, T = 1 s",
        ),
        (
            "2s",
            "1200s",
            "figure 2a, T = 2 s",
            "the closed form, T = 2 s",
        ),
        (
            "5s",
            "1200s",
            "figure 2a, T = 5 s",
            "the closed form, T = 5 s",
        ),
        (
            "10s",
            "1200s",
            "figure 2a, T = 10 s",
            "the closed form, T = 10 s",
        ),
        (
            "20s",
            "1200s",
            "figure 2a, T = 20 s",
            "the closed form, T = 20 s",
        ),
        (
            "50s",
            "1500s",
            "figure 2a, T = 50 s",
            "the closed form, T = 50 s",
        ),
        (
            "100s",
            "2000s",
            "figure 2a, T = 100 s",
            "the closed form, T = 100 s",
        ),
        (
            "1000s",
            "10000s",
            "figure 2a, T = 1000 s",
            "the closed form, T = 1000 s",
        ),
    ];
    /// One percentage point.
    const POINT: f64 = 0.01;
    let curve = || Setting::new("S21", scenario!("s21-figure-2a")).fast();
    let points = POINTS
        .into_iter()
        .map(|(interval_text, duration, paper, form)| {
            curve()
                .with(format!("faults.0.every={interval_text}"))
                .with(format!("duration={duration}"))
                .row(paper, "grid", misses, Expectation::Near(POINT, figure))
                .row(
                    form,
                    "grid",
                    misses,
                    exact(|p| misses_on_a_grid(&p.read_rates(), interval(p))),
                )
        });
    let from_the_fill = |ttl: &str, duration: &str, what| {
        curve()
            .with("faults=[]")
            .with(format!("policy.1.config.ttl={ttl}"))
            .with(format!("duration={duration}"))
            .with(format!("warmup={ttl}"))
            .row(
                what,
                "from the fill",
                misses,
                exact(|p| misses_from_the_fill(&p.read_rates(), p.ttl())),
            )
            .note("A lease that begins with the fill, and not on the paper's grid.")
    };
    let mut settings: Vec<Setting> = points.collect();
    settings.push(from_the_fill(
        "1s",
        "1200s",
        "leases from the fill, T = 1 s",
    ));
    settings.push(from_the_fill(
        "100s",
        "2100s",
        "leases from the fill, T = 100 s",
    ));
    settings
}
