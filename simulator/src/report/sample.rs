//! Invented reports for the tests of this folder: plausible figures, the same every time.

use serde_json::json;

use super::*;
use crate::measure::{FillCycles, Latency, Quantiles, Spread, Summary};
use crate::statistics::{Evidence, differences, doubts};

/// Policy, stale share, oldest answer in seconds, hit ratio, largest herd.
const POLICIES: [(&str, f64, f64, f64, u64); 8] = [
    ("ttl 60s", 0.0384, 60.0, 0.941, 48),
    ("write-through", 0.0041, 299.0, 0.928, 9),
    ("cdc", 0.00052, 0.62, 0.926, 7),
    ("tags", 0.00061, 0.9, 0.884, 12),
    ("versions", 0.0, 0.0, 0.902, 6),
    ("semantic", 0.0127, 3400.0, 0.953, 3),
    ("perfect", 0.0, 0.0, 0.929, 5),
    ("no cache", 0.0, 0.0, 0.0, 1),
];

/// A small generator: the tests need noise, not quality.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 40) as f64 / (1u64 << 24) as f64
    }
}

pub fn report(replications: u32) -> Report {
    let mut report = empty();
    report.policies = POLICIES
        .iter()
        .enumerate()
        .map(|(i, (label, ..))| PolicyInfo {
            label: (*label).to_owned(),
            source: label.split(' ').next().unwrap_or_default().to_owned(),
            component_sha256: (i < 6).then(|| format!("{:064x}", (i + 1) * 0x9e37_79b9)),
            config: match i {
                0 => json!({ "ttl": "60s", "jitter": 0.1 }),
                1..4 => json!({ "ttl": "300s" }),
                4 => json!({ "ttl": "1h", "scope": "each-key" }),
                5 => json!({ "ttl": "1h", "threshold": 0.92, "radius": 0.85 }),
                _ => serde_json::Value::Null,
            },
            kind: if i < 6 {
                PolicyKind::Component
            } else {
                PolicyKind::Baseline
            },
        })
        .collect();
    for i in 0..POLICIES.len() {
        report.runs.extend((0..replications).map(|r| run(i, r)));
    }
    report.timing = Timing {
        seconds: 14.2,
        events_per_second: 1.34e6,
        guest_calls: 182_344,
        ns_per_guest_call: 412.0,
        policies: POLICIES
            .iter()
            .map(|(label, ..)| PolicyTiming {
                policy: (*label).to_owned(),
                seconds: 2.0,
                events: 2_400_000,
                events_per_second: 1.2e6,
            })
            .collect(),
    };
    conclude(&mut report);
    report
}

/// What a comparison draws from its runs.
pub fn conclude(report: &mut Report) {
    report.totals = summed(report);
    report.differences = differences(&report.policies, &report.runs);
    report.doubts = doubts(Evidence {
        policies: &report.policies,
        runs: &report.runs,
        warmup: &report.warmup,
        replayed: false,
    });
}

fn summed(report: &Report) -> Vec<serde_json::Value> {
    let of = |label: &str| -> Vec<Summary> {
        let runs = report.runs.iter().filter(|run| run.policy == label);
        runs.map(|run| run.summary.clone()).collect()
    };
    let labels = report.policies.iter().map(|policy| &policy.label);
    labels.map(|label| totals(label, &of(label))).collect()
}

fn run(i: usize, replication: u32) -> Run {
    let (label, stale, oldest, hits, herd) = POLICIES[i];
    let mut noise = Noise(17 + i as u64 * 1000 + u64::from(replication));
    let reads = 6_600_000 + (noise.next() * 20_000.0) as u64;
    let near = |x: f64, noise: &mut Noise| x * (0.99 + 0.02 * noise.next());
    let answers = (near(stale, &mut noise) * reads as f64) as u64;
    let hit = (hits * (0.999 + 0.002 * noise.next()) * reads as f64) as u64;
    let delayed = if i == 7 { 0 } else { reads / 200 };
    let misses = reads - hit - delayed;

    let mut buckets = Vec::new();
    let mut left = answers;
    let mut edge = 2e3;
    while left > 0 && edge < oldest * 1e6 {
        let count = (left as f64 * 0.035).ceil() as u64;
        buckets.push((edge, count.min(left)));
        left -= count.min(left);
        edge *= 1.06;
    }
    if left > 0 {
        buckets.push((oldest * 1e6, left));
    }
    let above = |us: f64| {
        let old = buckets.iter().filter(|b| b.0 > us);
        old.map(|b| b.1).sum::<u64>()
    };
    let age = |p: f64| {
        let mut seen = 0;
        let rank = (answers as f64 * p) as u64;
        let reached = |b: &&(f64, u64)| {
            seen += b.1;
            seen > rank
        };
        buckets.iter().find(reached).map_or(0.0, |b| b.0)
    };
    let rate = misses as f64 / 6600.0;
    let series = series(i, rate, herd, &mut noise);
    let summary = Summary {
        reads,
        fresh_hits: hit - answers.min(hit),
        stale_hits: answers.min(hit),
        delayed_hits: delayed,
        misses,
        hit_ratio: hit as f64 / reads as f64,
        stale_ratio: answers as f64 / reads as f64,
        stale_hit_ratio: answers as f64 / hit.max(1) as f64,
        stale_answers: answers,
        stale_age_us: Quantiles {
            mean: age(0.6),
            p50: age(0.5),
            p90: age(0.9),
            p99: age(0.99),
            p999: age(0.999),
            max: buckets.last().map_or(0.0, |b| b.0),
        },
        bound_violations: crate::measure::BoundViolations {
            s1: above(1e6),
            s5: above(5e6),
            s60: above(60e6),
            s300: above(300e6),
            s600: above(600e6),
        },
        origin_loads: misses,
        origin_rate: crate::measure::Rate {
            mean: rate,
            p99: rate * 1.4,
            max: rate * 1.7 + herd as f64 * 10.0,
        },
        peak_to_mean: 1.7 + herd as f64 * 10.0 / rate,
        inflight_max: series
            .bins
            .iter()
            .map(|b| b.inflight_max)
            .max()
            .unwrap_or(0),
        inflight_per_key_max: 1,
        herd: Spread {
            mean: 1.0,
            p50: 1.0,
            p99: herd as f64 / 3.0,
            max: herd as f64,
        },
        read_latency_us: Latency {
            mean: 20_000.0 * (1.0 - hits),
            p50: 0.0,
            p99: near(20_000.0, &mut noise),
            p999: 41_000.0,
            max: 64_000.0,
        },
        fill_cycles: FillCycles {
            begun: misses,
            written: misses / 10,
            stale: answers / 20,
        },
        fanout: Spread {
            mean: 3.0,
            p50: 2.0,
            p99: 20.0,
            max: 40.0,
        },
        entries_mean: 900.0,
        orphans_max: if i == 4 { 120 } else { 0 },
        orphans_mean: if i == 4 { 40.0 } else { 0.0 },
        index_bytes_max: if i == 3 { 48_000 } else { 0 },
        discarded_fills: if i == 0 { 0 } else { 40 + herd },
        entries_max: 998,
        ..Summary::default()
    };
    let histograms = vec![
        Histogram {
            metric: "stale_age_us",
            resolution: 0.0,
            buckets,
        },
        Histogram {
            metric: "herd",
            resolution: 0.0,
            buckets: vec![(1.0, 1000), (herd as f64, 3)],
        },
        Histogram {
            metric: "read_latency_us",
            resolution: 0.0,
            buckets: vec![(0.0, hit), (20_000.0, misses), (64_000.0, delayed)],
        },
        Histogram {
            metric: "fanout",
            resolution: 0.0,
            buckets: if i == 3 {
                vec![(0.0, 10), (2.0, 60), (20.0, 5), (40.0, 1)]
            } else {
                Vec::new()
            },
        },
    ];
    Run {
        policy: label.to_owned(),
        replication,
        summary,
        series,
        histograms,
    }
}

/// Two hours less a warm-up of ten minutes, by 10 s; at half time every cache is emptied.
fn series(i: usize, rate: f64, herd: u64, noise: &mut Noise) -> Series {
    let bins = (0..660).map(|bin| {
        let emptied = i < 7 && (300..303).contains(&bin);
        let cold = if emptied {
            1.0 + (303 - bin) as f64
        } else {
            1.0
        };
        let loads = rate * 10.0 * cold * (0.85 + 0.3 * noise.next());
        Bin {
            reads: 10_000,
            misses: loads as u64,
            origin_loads: loads as u64,
            inflight_max: (rate * 0.05 * cold + herd as f64 * 0.2 + 4.0 * noise.next()) as u64,
            entries: 990,
            ..Bin::default()
        }
    });
    Series {
        start_us: 600_000_000,
        bin_us: 10_000_000,
        bins: bins.collect(),
        moment: Moment {
            start_us: 3_600_000_000,
            window_us: 100_000,
            windows: (0..80)
                .map(|window| {
                    let wave = 20 <= window && window < 24 + i;
                    Window {
                        loads: u64::from(wave)
                            * (herd * 10 + (24 + i).saturating_sub(window) as u64)
                            + (window % 3) as u64,
                        inflight_max: 3 + u64::from(wave) * herd,
                    }
                })
                .collect(),
            peak: 20,
        },
    }
}

/// No policy, no run.
pub fn empty() -> Report {
    Report {
        schema_version: SCHEMA_VERSION,
        scenario: json!({
            "name": "shop-with-a-flush",
            "seed": 7,
            "duration": "2h",
            "warmup": "10m",
            "workload": { "keys": 1000, "reads": { "rate": 1000.0, "popularity": { "zipf": 0.99 } } },
            "faults": [{ "at": "1h", "what": "flush" }],
        }),
        seed: 7,
        trace: None,
        policies: Vec::new(),
        runs: Vec::new(),
        totals: Vec::new(),
        differences: Vec::new(),
        doubts: Vec::new(),
        intervals_cover: "other reads and writes".to_owned(),
        warmup: Warmup {
            asked: "10m".to_owned(),
            used_us: 600_000_000,
            wanted_us: 600_000_000,
            why: "as the scenario says".to_owned(),
        },
        command: "shelflife compare shop.toml --seed 7".to_owned(),
        companions: Vec::new(),
        timing: Timing::default(),
    }
}

/// All policies ran and no read came.
pub fn nothing_read() -> Report {
    let mut report = report(1);
    for run in &mut report.runs {
        run.summary = Summary::default();
        run.series = Series::default();
        run.histograms.clear();
    }
    conclude(&mut report);
    report
}

/// All policies answered and no answer was stale.
pub fn nothing_stale() -> Report {
    let mut report = report(2);
    for run in &mut report.runs {
        run.summary.fresh_hits += run.summary.stale_hits;
        run.summary.stale_hits = 0;
        run.summary.stale_answers = 0;
        run.summary.stale_ratio = 0.0;
        run.summary.stale_hit_ratio = 0.0;
        run.summary.stale_age_us = Quantiles::default();
        run.histograms.clear();
    }
    conclude(&mut report);
    report
}
