//! What a cache has counted, through the facade `metrics`.
//!
//! Nothing is counted twice: what [`Stats`] has is handed on when somebody asks, so that a hit costs what it
//! costs without. Only how long loads take is told while they end, since no sum tells that. Names follow
//! Prometheus's conventions: base units, `_total` for what only grows. No label is made from a key, a tag or
//! anything else of which there may be many.

use std::time::Duration;

use metrics::{Key, KeyName, Label, Level, Metadata, Recorder, Unit, with_recorder};

use super::shared::Shared;
use super::stats::Stats;

const METADATA: Metadata<'static> = Metadata::new("shelflife", Level::INFO, Some(module_path!()));

/// A label and its value.
type Pair = (&'static str, &'static str);

/// A number that only grows.
struct Counted {
    name: &'static str,
    label: Option<Pair>,
    about: &'static str,
    value: fn(&Stats) -> u64,
}

const fn counted(
    name: &'static str,
    label: Option<Pair>,
    about: &'static str,
    value: fn(&Stats) -> u64,
) -> Counted {
    Counted {
        name,
        label,
        about,
        value,
    }
}

const fn loads(outcome: &'static str, value: fn(&Stats) -> u64) -> Counted {
    let about = "Loads that have ended, by what they brought.";
    counted(
        "shelflife_loads_total",
        Some(("outcome", outcome)),
        about,
        value,
    )
}

const fn discarded(cause: &'static str, value: fn(&Stats) -> u64) -> Counted {
    let about = "Loaded values that were not stored because they could have been stale, by why.";
    counted(
        "shelflife_discarded_fills_total",
        Some(("cause", cause)),
        about,
        value,
    )
}

const fn invalidations(kind: &'static str, value: fn(&Stats) -> u64) -> Counted {
    let about = "Invalidations that were carried out, hard and soft, by what they named.";
    counted(
        "shelflife_invalidations_total",
        Some(("kind", kind)),
        about,
        value,
    )
}

const COUNTED: [Counted; 19] = [
    counted(
        "shelflife_hits_total",
        None,
        "Reads that were answered from the cache.",
        |stats| stats.hits,
    ),
    counted(
        "shelflife_stale_served_total",
        None,
        "Reads that were answered with a value past its end.",
        |stats| stats.stale_served,
    ),
    counted(
        "shelflife_misses_total",
        None,
        "Reads that loaded the value themselves.",
        |stats| stats.misses,
    ),
    counted(
        "shelflife_coalesced_total",
        None,
        "Reads that waited for another reader's load.",
        |stats| stats.coalesced,
    ),
    loads("value", |stats| stats.loads),
    loads("error", |stats| stats.failed_loads),
    discarded("overtaken", |stats| stats.discarded.overtaken),
    discarded("behind", |stats| stats.discarded.behind),
    discarded("unsearchable", |stats| stats.discarded.unsearchable),
    counted(
        "shelflife_evictions_total",
        None,
        "Entries that had to go because there was too much.",
        |stats| stats.evictions,
    ),
    invalidations("key", |stats| stats.invalidations.by_key),
    invalidations("tag", |stats| stats.invalidations.by_tag),
    invalidations("prefix", |stats| stats.invalidations.by_prefix),
    invalidations("generation", |stats| stats.invalidations.by_generation),
    invalidations("region", |stats| stats.invalidations.by_region),
    invalidations("predicate", |stats| stats.invalidations.by_predicate),
    invalidations("all", |stats| stats.invalidations.of_all),
    counted(
        "shelflife_policy_calls_total",
        None,
        "Calls of the policies.",
        |stats| stats.policy_calls,
    ),
    counted(
        "shelflife_policy_failures_total",
        None,
        "Calls of the policies that failed.",
        |stats| stats.policy_traps,
    ),
];

const LOAD_DURATION: &str = "shelflife_load_duration_seconds";

/// One recorder, and the label that everything of one cache has.
struct Report<'a> {
    recorder: &'a dyn Recorder,
    cache: Option<&'a str>,
}

impl Report<'_> {
    fn key(&self, name: &'static str, label: Option<Pair>) -> Key {
        let cache = self
            .cache
            .map(|cache| Label::new("cache", cache.to_owned()));
        let label = label.map(|(name, value)| Label::from_static_parts(name, value));
        Key::from_parts(name, cache.into_iter().chain(label).collect::<Vec<_>>())
    }

    fn counter(&self, name: &'static str, label: Option<Pair>, about: &'static str, value: u64) {
        let unit = Some(Unit::Count);
        self.recorder
            .describe_counter(KeyName::from_const_str(name), unit, about.into());
        let counter = self
            .recorder
            .register_counter(&self.key(name, label), &METADATA);
        counter.absolute(value);
    }

    fn gauge(&self, name: &'static str, about: &'static str, value: f64) {
        let unit = Some(Unit::Count);
        self.recorder
            .describe_gauge(KeyName::from_const_str(name), unit, about.into());
        let gauge = self
            .recorder
            .register_gauge(&self.key(name, None), &METADATA);
        gauge.set(value);
    }
}

impl<V: Clone + Send + Sync + 'static> Shared<V> {
    fn report<'a>(&'a self, recorder: &'a dyn Recorder) -> Report<'a> {
        Report {
            recorder,
            cache: self.name.as_deref(),
        }
    }

    fn record_metrics(&self) {
        with_recorder(|recorder| {
            let report = self.report(recorder);
            let stats = self.stats();
            for counted in &COUNTED {
                let value = (counted.value)(&stats);
                report.counter(counted.name, counted.label, counted.about, value);
            }
            recorder.describe_histogram(
                KeyName::from_const_str(LOAD_DURATION),
                Some(Unit::Seconds),
                "How long loads took, by what they brought.".into(),
            );
            report.gauge(
                "shelflife_entries",
                "Entries held, those included that will not be served any more.",
                self.engine.entry_count() as f64,
            );
            report.gauge(
                "shelflife_weight",
                "What the entries held weigh together, in the weigher's unit.",
                self.engine.weight() as f64,
            );
            let Some(policies) = &self.policies else {
                return;
            };
            let policies = policies.info();
            report.counter(
                "shelflife_policy_swaps_total",
                None,
                "How often a policy has taken another's place, by a swap, a promotion or a rollback.",
                policies.iter().map(|info| info.swaps).sum(),
            );
            let stood_in_for = policies
                .iter()
                .filter(|info| info.standing_in_since.is_some());
            report.gauge(
                "shelflife_policies_stood_in_for",
                "Policies that failed too often in a row, so that the safety net stands in for them.",
                stood_in_for.count() as f64,
            );
        });
    }

    /// How long a load took.
    pub(super) fn record_load(&self, took: Duration, outcome: &'static str) {
        with_recorder(|recorder| {
            let key = self
                .report(recorder)
                .key(LOAD_DURATION, Some(("outcome", outcome)));
            let histogram = recorder.register_histogram(&key, &METADATA);
            histogram.record(took.as_secs_f64());
        });
    }
}

/// The same for both caches.
macro_rules! recorded {
    ($cache:ty) => {
        /// Metrics.
        impl<V: Clone + Send + Sync + 'static> $cache {
            /// Hands what the cache has counted to the recorder of `metrics` that is installed. To be called
            /// before each scrape, or by a timer where metrics are pushed: nothing else hands counters on, so
            /// that a hit does not count twice.
            ///
            /// | metric | kind | labels |
            /// |---|---|---|
            /// | `shelflife_hits_total`, `shelflife_misses_total`, `shelflife_coalesced_total`, `shelflife_stale_served_total` | counter | |
            /// | `shelflife_loads_total` | counter | `outcome`: `value`, `error` |
            /// | `shelflife_load_duration_seconds` | histogram, as loads end | `outcome` |
            /// | `shelflife_discarded_fills_total` | counter | `cause`: `overtaken`, `behind`, `unsearchable` ([`Discarded`](crate::Discarded)) |
            /// | `shelflife_invalidations_total` | counter | `kind`: `key`, `tag`, `prefix`, `generation`, `region`, `predicate`, `all` |
            /// | `shelflife_evictions_total` | counter | |
            /// | `shelflife_entries`, `shelflife_weight` | gauge | |
            /// | `shelflife_policy_calls_total`, `shelflife_policy_failures_total`, `shelflife_policy_swaps_total` | counter | |
            /// | `shelflife_policies_stood_in_for` | gauge | |
            ///
            /// Each has the label `cache` too, with the [name](crate::Builder::name) of the cache if it has
            /// one. Caches of one process need names to be told apart.
            ///
            /// # Examples
            ///
            /// ```standalone_crate
            /// use metrics_exporter_prometheus::PrometheusBuilder;
            /// use shelflife::sync::Cache;
            ///
            /// let scrapes = PrometheusBuilder::new().install_recorder()?;
            /// let cache = Cache::<u32>::builder().name("pages").build()?;
            /// cache.get_with("a", |_| 1);
            ///
            /// // Where `/metrics` is asked for:
            /// cache.record_metrics();
            /// let text = scrapes.render();
            /// assert!(text.contains(r#"shelflife_misses_total{cache="pages"} 1"#));
            /// # Ok::<(), Box<dyn std::error::Error>>(())
            /// ```
            pub fn record_metrics(&self) {
                self.shared.record_metrics();
            }
        }
    };
}

recorded!(super::sync::Cache<V>);
recorded!(super::future::Cache<V>);
