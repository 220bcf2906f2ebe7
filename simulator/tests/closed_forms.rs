//! Results that theory knows, for Poisson reads and writes of each key, with loads that take no time
//! where nothing else is said.
//!
//! Fixed seeds; the tolerances are a few times the spread that the number of fill cycles allows.

mod support;

use shelflife_sim::report::Report;
use support::{close, mean, run};

/// Every key is read at rate `a` and written at rate `b`; `rest` is what the scenario has besides.
fn measure(keys: u32, (a, b): (f64, f64), duration: &str, rest: &str) -> Report {
    run(&format!(
        r#"
        seed = 11
        replications = 2
        duration = "{duration}"
        warmup = "100s"
        [workload]
        keys = {keys}
        key = "k{{}}"
        reads = {{ rate = {reads}, arrivals = "poisson", popularity = "uniform" }}
        writes = {{ rate = {writes}, arrivals = "poisson", popularity = "uniform" }}
        {rest}
        "#,
        reads = a * f64::from(keys),
        writes = b * f64::from(keys),
    ))
}

const NO_LATENCY: &str = "[origin]\nlatency = \"0s\"\n";

fn policy(uses: &str, config: &str) -> String {
    format!("[[policy]]\nlabel = \"p\"\nuse = \"{uses}\"\nconfig = {{ {config} }}\n")
}

#[test]
fn time_to_live() {
    let (a, b, ttl) = (2.0, 0.05, 20.0);
    let rest = NO_LATENCY.to_owned() + &policy("ttl", r#"ttl = "20s""#);
    let report = measure(200, (a, b), "2000s", &rest);
    let stale = 1.0 - (1.0 - f64::exp(-b * ttl)) / (b * ttl);
    close(
        "hit ratio",
        mean(&report, "p", |s| s.hit_ratio),
        a * ttl / (1.0 + a * ttl),
        0.002,
    );
    close(
        "stale share of hits",
        mean(&report, "p", |s| s.stale_hit_ratio),
        stale,
        0.02,
    );
    let age = mean(&report, "p", |s| s.stale_age_us.max);
    assert!(age < ttl * 1e6, "an age of {age} µs is not below the TTL");
}

#[test]
fn write_through_that_deletes_is_never_stale() {
    let (a, b) = (1.0, 0.2);
    let rest = NO_LATENCY.to_owned() + &policy("write-through", r#"ttl = "none""#);
    let report = measure(200, (a, b), "2000s", &rest);
    close(
        "hit ratio",
        mean(&report, "p", |s| s.hit_ratio),
        a / (a + b),
        0.005,
    );
    assert_eq!(mean(&report, "p", |s| s.stale_answers as f64), 0.0);
}

#[test]
fn write_through_with_a_safety_net() {
    let (a, b, ttl) = (1.0, 0.2, 4.0);
    let rest = NO_LATENCY.to_owned() + &policy("write-through", r#"ttl = "4s""#);
    let report = measure(200, (a, b), "2000s", &rest);
    let p = a * (1.0 - f64::exp(-b * ttl)) / b;
    close(
        "hit ratio",
        mean(&report, "p", |s| s.hit_ratio),
        p / (1.0 + p),
        0.005,
    );
}

#[test]
fn write_through_with_missed_paths() {
    // Theory: P(stale | hit) = 1 - (1-p)(1-e^(-bT)) / (1-e^(-(1-p)bT)) for a share p of missed writes.
    let (a, b, ttl, missed) = (5.0, 0.05, 60.0, 0.1);
    let rest = NO_LATENCY.to_owned()
        + "[writes]\nannounced = 0.9\n"
        + &policy("write-through", r#"ttl = "60s""#);
    let report = measure(200, (a, b), "3000s", &rest);
    let stale = 1.0
        - (1.0 - missed) * (1.0 - f64::exp(-b * ttl)) / (1.0 - f64::exp(-(1.0 - missed) * b * ttl));
    close(
        "stale share of hits",
        mean(&report, "p", |s| s.stale_hit_ratio),
        stale,
        0.04,
    );
}

#[test]
fn capture_with_a_constant_delay() {
    let (a, b, delay) = (5.0, 0.2, 0.5);
    let rest =
        NO_LATENCY.to_owned() + "[feed]\ndelay = \"500ms\"\n" + &policy("cdc", r#"ttl = "none""#);
    let report = measure(100, (a, b), "2000s", &rest);
    let stale = (1.0 - f64::exp(-2.0 * b * delay)) / 2.0;
    close(
        "hit ratio",
        mean(&report, "p", |s| s.hit_ratio),
        a / (a + b),
        0.003,
    );
    close(
        "stale share of hits",
        mean(&report, "p", |s| s.stale_hit_ratio),
        stale,
        0.02,
    );
    let age = mean(&report, "p", |s| s.stale_age_us.max);
    assert!(
        age < delay * 1e6,
        "an age of {age} µs is not below the delay"
    );
}

#[test]
fn a_herd_without_coalescing_and_with_it() {
    // Reads at rate a while a load takes L: 1 + aL loads an expiry; coalesced 1, and aL that join.
    // In flight, loads that end later restart the lease, so the share of misses has no such simple
    // form; the herd of one expiry has.
    let (a, load) = (50.0, 0.2);
    for (coalesce, duplicates) in [(false, true), (true, false)] {
        let rest = format!("[origin]\nlatency = \"200ms\"\n[cache]\ncoalesce = {coalesce}\n")
            + &policy("ttl", r#"ttl = "5s""#);
        let report = measure(20, (a, 0.01), "1500s", &rest);
        let run = &report.runs[0].summary;
        let herd = report.runs[0]
            .histograms
            .iter()
            .find(|h| h.metric == "herd")
            .unwrap();
        let (reads, herds) = herd
            .buckets
            .iter()
            .fold((0.0, 0.0), |(sum, count), (size, times)| {
                (sum + size * *times as f64, count + *times as f64)
            });
        close("reads a herd", reads / herds, 1.0 + a * load, 0.03);
        assert_eq!(run.duplicate_loads > 0, duplicates);
        if coalesce {
            let cycles = run.origin_loads as f64;
            close(
                "reads that join a load",
                run.coalesced as f64 / cycles,
                a * load,
                0.03,
            );
            assert_eq!(run.inflight_per_key_max, 1);
        }
    }
}

#[test]
fn an_early_refresh_makes_blocked_reads_rare() {
    // XFetch with single flight: a read is blocked only with probability e^-x a cycle, x = aβL, and
    // the mean gap between the refresh and the expiry is βL (ln x + γ + E1(x)) (theory, 1.4).
    let (a, load) = (100.0, 0.1);
    let rest = "[origin]\nlatency = \"100ms\"\n".to_owned()
        + &policy("ttl", r#"ttl = "10s", early = 1.0"#);
    let report = measure(20, (a, 0.01), "2000s", &rest);
    let run = &report.runs[0].summary;
    let x: f64 = a * load;
    let gap = load * (x.ln() + 0.577_215_664_9);
    let cycle = 10.0 + load - gap;
    let measured = 20.0 * (2000.0 - 100.0) / run.origin_loads as f64;
    close("seconds a cycle", measured, cycle, 0.01);
    assert!(
        run.misses < run.refreshes / 1000,
        "{} of {} were blocked",
        run.misses,
        run.refreshes
    );
}

#[test]
fn versions_leave_orphans_behind() {
    // Orphans a key: F (T - τ) with τ = (1 - e^(-bT)) / b and F = 1 / (τ + 1/a) (theory, 1.9).
    let (a, b, ttl) = (20.0, 0.1, 300.0);
    let rest = NO_LATENCY.to_owned() + &policy("versions", r#"ttl = "300s""#);
    let report = measure(100, (a, b), "1500s", &rest);
    let tau = (1.0 - f64::exp(-b * ttl)) / b;
    let expected = 100.0 * (ttl - tau) / (tau + 1.0 / a);
    // The figure is a maximum over the run, so somewhat above the mean.
    close(
        "orphans",
        mean(&report, "p", |s| s.orphans_max as f64),
        expected,
        0.08,
    );
    assert_eq!(mean(&report, "p", |s| s.stale_answers as f64), 0.0);
}

#[test]
fn replicas_that_lag_make_write_through_stale() {
    // P(stale | hit) = 1 - e^(-aR) for a lag of R: the first read after a write loads the old value
    // unless it comes later than R (theory, 1.7), up to terms of order bR.
    let (a, b) = (10.0, 0.02);
    let rest = "[origin]\nlatency = \"0s\"\nreplica_lag = \"100ms\"\n".to_owned()
        + &policy("write-through", r#"ttl = "none""#);
    let report = measure(200, (a, b), "3000s", &rest);
    let stale = 1.0 - f64::exp(-a * 0.1);
    close(
        "stale share of hits",
        mean(&report, "p", |s| s.stale_hit_ratio),
        stale,
        0.03,
    );
}
