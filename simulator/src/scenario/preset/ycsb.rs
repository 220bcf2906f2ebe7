//! The core workloads A to F of YCSB (B. F. Cooper and others, SoCC 2010).

use std::collections::HashMap;

use super::super::Popularity;
use super::{Preset, REQUESTS};

const WORKLOADS: [(&str, &str); 6] = [
    (
        "ycsb-a",
        include_str!("../../../data/presets/workloada.properties"),
    ),
    (
        "ycsb-b",
        include_str!("../../../data/presets/workloadb.properties"),
    ),
    (
        "ycsb-c",
        include_str!("../../../data/presets/workloadc.properties"),
    ),
    (
        "ycsb-d",
        include_str!("../../../data/presets/workloadd.properties"),
    ),
    (
        "ycsb-e",
        include_str!("../../../data/presets/workloade.properties"),
    ),
    (
        "ycsb-f",
        include_str!("../../../data/presets/workloadf.properties"),
    ),
];

/// The constant of its Zipf law, the default of its generator.
const ZIPFIAN: f64 = 0.99;

/// Ten fields of a hundred bytes, the defaults of its core workload.
const RECORD: u32 = 1000;

pub(super) fn presets() -> Vec<Preset> {
    WORKLOADS
        .map(|(name, text)| preset(name, &properties(text)))
        .into()
}

fn properties(text: &str) -> HashMap<&str, &str> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .collect()
}

/// A scan reads from 1 to `maxscanlength` records, each as likely, and counts as a read of each of them. An
/// insert counts as a write of a record that is there: what a cache notices of it is that it is the latest.
fn preset(name: &str, properties: &HashMap<&str, &str>) -> Preset {
    let number = |key: &str| -> f64 {
        let text = properties.get(key).copied().unwrap_or("0");
        text.parse().expect("a published file")
    };
    let share = |operation: &str| number(&format!("{operation}proportion"));
    let modified = share("readmodifywrite");
    let scanned = share("scan") * (number("maxscanlength") + 1.0) / 2.0;
    let (popularity, written) = match properties.get("requestdistribution") {
        Some(&"latest") => (Popularity::Latest, Popularity::Uniform),
        Some(&"uniform") => (Popularity::Uniform, Popularity::Uniform),
        _ => (Popularity::Zipf(ZIPFIAN), Popularity::SameAsReads),
    };
    Preset {
        name: name.to_owned(),
        source: "YCSB",
        key: "user{}".to_owned(),
        keys: number("recordcount"),
        value_bytes: RECORD,
        reads: REQUESTS * (share("read") + modified + scanned),
        writes: REQUESTS * (share("update") + share("insert") + modified),
        popularity,
        written,
        ttl: None,
    }
}
