//! What a scenario means where it says nothing.
//!
//! One place for all of them, so that the page about scenarios can be checked against it.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::{
    Announce, Arrivals, Balance, Bus, Cache, Columns, Distribution, Embeddings, Feed, Joins, Late,
    Nanos, Origin, Popularity, Scenario, Start, Stores, Stream, TagPurge, Tags, Workload,
    WriteTargets, Writes,
};

/// Virtual time that a synthetic workload runs.
pub(super) const DURATION: Nanos = Nanos::from_secs(7200);
/// Time at the start of a synthetic workload that is not measured.
pub(super) const WARMUP: Nanos = Nanos::from_secs(600);
/// Events a second of a trace that has no times.
pub(super) const TRACE_RATE: f64 = 1000.0;
/// How much slower an `origin-slow` makes the origin.
pub(super) const SLOW_BY: f64 = 10.0;
/// How long an `origin-slow` lasts.
pub(super) const SLOW_FOR: Nanos = Nanos::from_secs(60);
/// How long an `origin-down` lasts.
pub(super) const DOWN_FOR: Nanos = Nanos::from_secs(30);

impl Default for Scenario {
    fn default() -> Self {
        Self {
            name: "ttl-closed-form".to_owned(),
            seed: 7,
            replications: 4,
            duration: None,
            warmup: None,
            workload: Workload::default(),
            trace: None,
            origin: Origin::default(),
            cache: Cache::default(),
            writes: Writes::default(),
            bus: Bus::default(),
            feed: Feed::default(),
            faults: Vec::new(),
            probe_after: Vec::new(),
            policies: Vec::new(),
            sweep: None,
        }
    }
}

impl Default for Workload {
    fn default() -> Self {
        Self {
            preset: None,
            scale: None,
            keys: 1000,
            key: "user:{}".to_owned(),
            value_bytes: 512,
            reads: READS,
            writes: WRITES,
            tags: None,
            write_targets: WriteTargets::Key,
            keys_per_write: 1,
            clients: 0,
            read_back: Distribution::default(),
            read_again: Distribution::default(),
            phases: Vec::new(),
            bursts: Vec::new(),
            embeddings: None,
        }
    }
}

const READS: Stream = Stream {
    rate: 1000.0,
    arrivals: Arrivals::Poisson,
    popularity: Popularity::Zipf(0.99),
};
const WRITES: Stream = Stream {
    rate: 10.0,
    arrivals: Arrivals::Poisson,
    popularity: Popularity::Uniform,
};

/// A stream in which what is left out depends on whether it reads or writes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Stream")]
pub(super) struct PartialStream {
    /// Events a second; 0 for none.
    #[schemars(range(min = 0))]
    rate: Option<f64>,
    arrivals: Option<Arrivals>,
    popularity: Option<Popularity>,
}

impl PartialStream {
    fn over(self, default: Stream) -> Stream {
        Stream {
            rate: self.rate.unwrap_or(default.rate),
            arrivals: self.arrivals.unwrap_or(default.arrivals),
            popularity: self.popularity.unwrap_or(default.popularity),
        }
    }
}

pub(super) fn reads<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Stream, D::Error> {
    Ok(PartialStream::deserialize(deserializer)?.over(READS))
}

pub(super) fn writes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Stream, D::Error> {
    Ok(PartialStream::deserialize(deserializer)?.over(WRITES))
}

impl Default for Tags {
    fn default() -> Self {
        Self {
            per_key: 3,
            of: 10_000,
            popularity: Popularity::Zipf(0.8),
        }
    }
}

impl Embeddings {
    /// Whether it is drawn and not read from files.
    #[must_use]
    pub fn is_synthetic(&self) -> bool {
        self.set == "synthetic"
    }

    /// What a synthetic set of so many keys is where the scenario does not say.
    pub(super) fn fill_in(&mut self, keys: u32) {
        self.dims.get_or_insert(384);
        self.topics.get_or_insert((keys / 10).max(1));
        self.noise.get_or_insert(0.08);
        self.cosine.get_or_insert(0.0);
    }
}

impl Default for Origin {
    fn default() -> Self {
        Self {
            latency: Distribution::Constant(Nanos::from_millis(20)),
            snapshot_at: 0.5,
            servers: 0,
            timeout: Nanos::ZERO,
            late: Late::Drop,
            replica_lag: Distribution::default(),
            visible_after: Distribution::default(),
            fence: false,
            versions: false,
            errors: 0.0,
        }
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            nodes: 1,
            balance: Balance::Random,
            capacity: 0,
            coalesce: true,
            processes: 1,
            start: Start::Cold,
            stores: Stores::Guarded,
            joins: Joins::Guarded,
            tag_purge: TagPurge::Generation,
            scan: Distribution::default(),
            scan_per_key: Nanos::ZERO,
            counter_life: Distribution::default(),
            shared_ttl: Nanos::ZERO,
        }
    }
}

impl Default for Writes {
    fn default() -> Self {
        Self {
            announced: 1.0,
            announce_delay: Distribution::default(),
            announce: Announce::AfterCommit,
            batch: Nanos::ZERO,
        }
    }
}

impl Default for Bus {
    fn default() -> Self {
        Self {
            delay: Distribution::default(),
            loss: 0.0,
        }
    }
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            delay: Distribution::Uniform(Nanos::from_millis(50), Nanos::from_millis(500)),
            loss: 0.0,
            duplicates: 0.0,
            ordered: true,
            outages: Vec::new(),
        }
    }
}

impl Columns {
    /// The columns with their usual names where the scenario names none.
    pub(super) fn filled(mut self) -> Self {
        self.time.get_or_insert_with(|| "ts_us".to_owned());
        self.op.get_or_insert_with(|| "op".to_owned());
        self.key.get_or_insert_with(|| "key".to_owned());
        self.unit.get_or_insert_with(|| "us".to_owned());
        self
    }
}
