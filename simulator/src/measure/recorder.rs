//! Counts what happens in a run and makes its figures.

use super::average::Average;
use super::clients::{Clients, Seen};
use super::probes::Probes;
use super::recovery::Recovery;
use super::series::{Bins, WINDOW, Windows};
use super::{Distribution, PolicyFigures, Semantic, Summary};
use crate::report::{Histogram, Series};
use crate::scenario::Nanos;
use crate::world::truth::{FirstMissing, Missing, State, Truth};

/// How a read was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// At once, from the cache.
    Hit,
    /// By a load that somebody else had begun.
    Delayed,
    /// By a load of its own.
    Miss,
}

/// An answered read.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    pub key: u32,
    pub client: u32,
    /// When the read began, and the origin's state then.
    pub began: u64,
    pub seen: State,
    /// What its client had written and seen of the key when it began.
    pub client_seen: Seen,
    /// When it was answered.
    pub answered: u64,
    /// The state that the answer holds; none where no answer could be had.
    pub held: Option<State>,
    /// The key whose value was served: another one where it was found by meaning.
    pub served: u32,
    /// Which write that value lacks first, if it will be served again.
    pub first: Option<&'a FirstMissing>,
    pub class: Class,
}

/// Everything that is counted during one run. Only what begins within the measured time counts.
pub struct Recorder {
    from: u64,
    to: u64,
    pub summary: Summary,
    bins: Bins,
    loads: Windows,
    latency: Distribution,
    stale_age: Distribution,
    version_lag: Distribution,
    herd: Distribution,
    fanout: Distribution,
    clients: Clients,
    semantic: Option<SemanticCounts>,
    probes: Probes,
    recovery: Recovery,
    entries: Average,
    orphans: Average,
    inflight: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct SemanticCounts {
    lookups: u64,
    hits: u64,
    wrong_hits: u64,
    purged: u64,
    purged_changed: u64,
    changed_purged: u64,
    changed: u64,
}

const BOUNDS: [u64; 5] = [1, 5, 60, 300, 600];

impl Recorder {
    /// Measures from `from` to `to`, in nanoseconds.
    pub fn new(from: u64, to: u64) -> Recorder {
        Recorder {
            from,
            to,
            summary: Summary::default(),
            bins: Bins::new(from, to),
            loads: Windows::new(from),
            latency: Distribution::default(),
            stale_age: Distribution::default(),
            version_lag: Distribution::default(),
            herd: Distribution::default(),
            fanout: Distribution::default(),
            clients: Clients::default(),
            semantic: None,
            probes: Probes::default(),
            recovery: Recovery::default(),
            entries: Average::new(from, to),
            orphans: Average::new(from, to),
            inflight: 0,
        }
    }

    fn measures(&self, began: u64) -> bool {
        began >= self.from
    }

    /// A read was answered, or failed. Called once for each read. Gives whether it counts and was stale.
    pub fn answer(&mut self, answer: &Answer<'_>, truth: &Truth) -> bool {
        let measured = self.measures(answer.began);
        if let Some(held) = answer.held {
            let (client, key, before) = (answer.client, answer.key, answer.client_seen);
            self.clients
                .read(client, key, held, before, measured, truth);
        }
        if !measured {
            return false;
        }
        let missing = answer.held.and_then(|held| match answer.first {
            Some(first) => truth.missing_again(answer.served, held, answer.seen, first),
            None => truth.missing(answer.served, held, answer.seen),
        });
        let summary = &mut self.summary;
        let bin = self.bins.at(answer.began);
        summary.reads += 1;
        bin.reads += 1;
        match (answer.class, missing) {
            (Class::Hit, None) => {
                summary.fresh_hits += 1;
                bin.fresh_hits += 1;
            }
            (Class::Hit, Some(_)) => {
                summary.stale_hits += 1;
                bin.stale_hits += 1;
            }
            (Class::Delayed, _) => {
                summary.delayed_hits += 1;
                bin.delayed_hits += 1;
            }
            (Class::Miss, _) => {
                summary.misses += 1;
                bin.misses += 1;
            }
        }
        summary.failed_reads += u64::from(answer.held.is_none());
        self.latency.add(answer.answered - answer.began);
        if let Some(missing) = missing {
            bin.stale_answers += 1;
            self.stale(answer.began, missing);
        }
        missing.is_some()
    }

    fn stale(&mut self, began: u64, missing: Missing) {
        let age = began - missing.since;
        self.summary.stale_answers += 1;
        self.stale_age.add(age);
        self.version_lag.add(missing.writes);
        let violations = &mut self.summary.bound_violations;
        let counts = [
            &mut violations.s1,
            &mut violations.s5,
            &mut violations.s60,
            &mut violations.s300,
            &mut violations.s600,
        ];
        for (bound, count) in BOUNDS.into_iter().zip(counts) {
            *count += u64::from(age > bound * 1_000_000_000);
        }
    }

    /// A value was stored.
    pub fn stored(&mut self, now: u64) {
        self.summary.fill_cycles.begun += u64::from(self.measures(now));
    }

    /// An entry left that was written while its lease ran.
    pub fn written_cycle(&mut self, now: u64) {
        self.summary.fill_cycles.written += u64::from(self.measures(now));
    }

    /// A value gave its first stale answer that counts.
    pub fn went_stale(&mut self) {
        self.summary.fill_cycles.stale += 1;
    }

    /// What a client has written and seen of a key.
    pub fn client_seen(&self, client: u32, key: u32) -> Seen {
        self.clients.seen(client, key)
    }

    /// The origin took a write.
    pub fn committed(&mut self, now: u64) {
        self.summary.writes += u64::from(self.measures(now));
    }

    /// After which times after a write it is looked what caches would serve.
    pub fn expect_probes(&mut self, after: &[Nanos]) {
        self.probes = Probes::new(after);
    }

    /// It was looked, for the time at an index, what caches would serve of a key that was written at `wrote`.
    pub fn probed(&mut self, index: usize, wrote: u64, inconsistent: bool) {
        if self.measures(wrote) {
            self.probes.note(index, inconsistent);
        }
    }

    /// A read that begins now has to wait for its cache.
    pub fn blocked(&mut self, began: u64) {
        self.summary.blocked_reads += u64::from(self.measures(began));
    }

    /// A read that began so needed so many look-ups of counters.
    pub fn looked_up_versions(&mut self, began: u64, count: u64) {
        if self.measures(began) {
            self.summary.version_lookups += count;
        }
    }

    /// Something broke, and an origin of so many servers has to make up for it.
    pub fn broke(&mut self, now: u64, servers: u32) {
        self.recovery.broke(now, servers);
    }

    /// A client wrote a key.
    pub fn wrote(&mut self, client: u32, key: u32, after: State) {
        self.clients.wrote(client, key, after);
    }

    /// A load reached the origin. `of_key` loads of its key are now in flight.
    pub fn load_began(&mut self, now: u64, of_key: u64, background: bool) {
        self.inflight += 1;
        self.recovery.loads(now, self.inflight);
        if !self.measures(now) {
            return;
        }
        let summary = &mut self.summary;
        summary.origin_loads += 1;
        summary.refreshes += u64::from(background);
        summary.duplicate_loads += u64::from(of_key > 1);
        summary.inflight_max = summary.inflight_max.max(self.inflight);
        summary.inflight_per_key_max = summary.inflight_per_key_max.max(of_key);
        self.loads.note(now);
        let bin = self.bins.at(now);
        bin.origin_loads += 1;
        bin.inflight_max = bin.inflight_max.max(self.inflight);
    }

    pub fn load_ended(&mut self, now: u64) {
        self.inflight -= 1;
        self.recovery.loads(now, self.inflight);
    }

    /// A load came back after an invalidation and was not stored.
    pub fn discarded(&mut self, began: u64) {
        self.summary.discarded_fills += u64::from(self.measures(began));
    }

    /// A refreshed value went without having been read.
    pub fn wasted_refresh(&mut self, stored: u64) {
        self.summary.wasted_refreshes += u64::from(self.measures(stored));
    }

    /// A cache carried out an invalidation, which hit so many fresh entries.
    pub fn invalidated(&mut self, now: u64, hit: u64) {
        if self.measures(now) {
            let invalidations = &mut self.summary.invalidations;
            invalidations.sent += 1;
            invalidations.effective += u64::from(hit > 0);
            invalidations.wasted += u64::from(hit == 0);
            self.bins.at(now).invalidations += 1;
        }
    }

    /// A purge of a group hit so many fresh entries.
    pub fn fanned_out(&mut self, now: u64, hit: u64) {
        if self.measures(now) {
            self.fanout.add(hit);
        }
    }

    /// A write replaced an entry in place.
    pub fn updated(&mut self, now: u64) {
        self.summary.updates += u64::from(self.measures(now));
    }

    /// A change that no cache will hear of.
    pub fn lost(&mut self, now: u64, changes: u64) {
        if self.measures(now) {
            self.summary.invalidations.lost += changes;
        }
    }

    /// So many reads found no value for a key before its first load ended.
    pub fn herd(&mut self, began: u64, reads: u64) {
        if self.measures(began) {
            self.herd.add(reads);
        }
    }

    /// What the caches hold.
    pub fn holds(&mut self, now: u64, entries: u64, orphans: u64, bytes: u64) {
        self.entries.set(now, entries);
        self.orphans.set(now, orphans);
        let summary = &mut self.summary;
        if now >= self.from {
            summary.entries_max = summary.entries_max.max(entries);
            summary.orphans_max = summary.orphans_max.max(orphans);
            summary.bytes_max = summary.bytes_max.max(bytes);
            self.bins.at(now).entries = entries;
        }
    }

    pub fn index_holds(&mut self, bytes: u64) {
        self.summary.index_bytes_max = self.summary.index_bytes_max.max(bytes);
    }

    /// When the current bin of the time series is over: a good time to look at what is slow to tell.
    pub fn bin_end(&self, now: u64) -> u64 {
        self.bins.end_of(now)
    }

    /// Reads or purges go by meaning.
    pub fn expect_semantics(&mut self) {
        self.semantic.get_or_insert_default();
    }

    /// A read searched by meaning.
    pub fn looked_up(&mut self, began: u64, hit: bool, wrong: bool) {
        if self.measures(began)
            && let Some(semantic) = &mut self.semantic
        {
            semantic.lookups += 1;
            semantic.hits += u64::from(hit);
            semantic.wrong_hits += u64::from(wrong);
        }
    }

    /// A reaction by meaning purged entries, of which some had really changed; and of the entries that
    /// its changes had made stale, some were purged. Each as (part, whole).
    pub fn purged_by_meaning(&mut self, now: u64, precise: (u64, u64), recalled: (u64, u64)) {
        if self.measures(now)
            && let Some(semantic) = &mut self.semantic
        {
            semantic.purged_changed += precise.0;
            semantic.purged += precise.1;
            semantic.changed_purged += recalled.0;
            semantic.changed += recalled.1;
        }
    }

    /// The figures.
    pub fn finish(self, policy: PolicyFigures) -> (Summary, Series, Vec<Histogram>) {
        const MICROS: f64 = 1000.0;
        let windows = self.loads.finish(self.to);
        let mut summary = self.summary;
        let hits = summary.fresh_hits + summary.stale_hits;
        summary.hit_ratio = ratio(hits, summary.reads);
        summary.stale_ratio = ratio(summary.stale_answers, summary.reads);
        summary.stale_hit_ratio = ratio(summary.stale_hits, hits);
        summary.stale_age_us = self.stale_age.quantiles(MICROS);
        summary.version_lag = self.version_lag.lag();
        summary.read_latency_us = self.latency.latency(MICROS);
        summary.herd = self.herd.spread();
        summary.fanout = self.fanout.spread();
        summary.coalesced = summary.delayed_hits;
        summary.entries_mean = self.entries.finish();
        summary.orphans_mean = self.orphans.finish();
        summary.inconsistent_after = self.probes.finish();
        summary.recovery_us = self.recovery.took().map(|took| took as f64 / MICROS);
        summary.origin_rate = windows.rate(1e9 / WINDOW as f64);
        let seconds = (self.to.saturating_sub(self.from)) as f64 / 1e9;
        if seconds > 0.0 {
            summary.origin_rate.mean = summary.origin_loads as f64 / seconds;
        }
        if summary.origin_rate.mean > 0.0 {
            summary.peak_to_mean = summary.origin_rate.max / summary.origin_rate.mean;
        }
        if self.clients.any {
            let clients = &self.clients;
            summary.read_your_writes_violations = Some(clients.read_your_writes_violations);
            summary.monotonic_read_violations = Some(clients.monotonic_read_violations);
        }
        summary.semantic = self.semantic.map(|counts| Semantic {
            lookups: counts.lookups,
            hits: counts.hits,
            wrong_hits: counts.wrong_hits,
            purge_precision: ratio(counts.purged_changed, counts.purged),
            purge_recall: ratio(counts.changed_purged, counts.changed),
        });
        summary.policy = policy;
        let histogram = |metric, of: &Distribution, unit| Histogram {
            metric,
            resolution: of.resolution(),
            buckets: of.buckets(unit),
        };
        let histograms = vec![
            histogram("stale_age_us", &self.stale_age, MICROS),
            histogram("read_latency_us", &self.latency, MICROS),
            histogram("herd", &self.herd, 1.0),
            histogram("fanout", &self.fanout, 1.0),
            histogram("origin_rate", &windows, WINDOW as f64 / 1e9),
        ];
        (summary, self.bins.finish(), histograms)
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}
