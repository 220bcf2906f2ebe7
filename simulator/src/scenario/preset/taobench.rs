//! Meta's social graph as TAOBench has it (A. Cheng and others, PVLDB 15(9), 2022): workload A, which its
//! application drives, and workload O, the whole.

use serde::Deserialize;

use super::super::Popularity;
use super::{Preset, REQUESTS};

const WORKLOADS: [(&str, &str); 2] = [
    (
        "taobench-a",
        include_str!("../../../data/presets/taobench_a.jsonl"),
    ),
    (
        "taobench-o",
        include_str!("../../../data/presets/taobench_o.jsonl"),
    ),
];

/// How many rows are loaded is for those to say who run it.
const ROWS: f64 = 100_000.0;

/// Bytes of a value that its driver writes.
const VALUE: u32 = 150;

/// One list of a workload; of the numbers that are drawn, how likely each is.
#[derive(Deserialize)]
struct List {
    name: String,
    #[serde(default)]
    values: Vec<serde_json::Value>,
    weights: Vec<f64>,
}

impl List {
    /// The mean of the numbers.
    fn mean(&self) -> f64 {
        let values = self.values.iter().filter_map(serde_json::Value::as_f64);
        let sum: f64 = values
            .zip(&self.weights)
            .map(|(n, weight)| n * weight)
            .sum();
        sum / self.weights.iter().sum::<f64>()
    }
}

pub(super) fn presets() -> Vec<Preset> {
    WORKLOADS.map(|(name, text)| preset(name, text)).into()
}

/// `operations` are reads, writes, transactions that read and transactions that write. A transaction counts
/// as each of its operations. Its driver loads rows by the weights of the shards and draws shards by the
/// same weights, then a row of the shard: so each row is as likely as any other.
fn preset(name: &str, text: &str) -> Preset {
    let lists: Vec<List> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a published file"))
        .collect();
    let list = |name: &str| {
        let found = lists.iter().find(|list| list.name == name);
        found.expect("a list of every workload")
    };
    let mix = &list("operations").weights;
    let all: f64 = mix.iter().sum();
    let reads = mix[0] + mix[2] * list("read_txn_sizes").mean();
    let writes = mix[1] + mix[3] * list("write_txn_sizes").mean();
    Preset {
        name: name.to_owned(),
        source: "TAOBench",
        key: "edge:{}".to_owned(),
        keys: ROWS,
        value_bytes: VALUE,
        reads: REQUESTS * reads / all,
        writes: REQUESTS * writes / all,
        popularity: Popularity::Uniform,
        written: Popularity::Uniform,
        ttl: None,
    }
}
