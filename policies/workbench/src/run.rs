//! A trace through one policy in virtual time: each decision on a line, and the reason for it.

use std::collections::BTreeMap;
use std::fmt::Write;

use shelflife::engine::{Instant, Keying, Lease, LeaseSource, Plan, Purge, PurgeMode, Rule};
use shelflife::policy::{Change, Error};
use shelflife_policy::testing::cases::{self, Answer};

use crate::behind::Behind;
use crate::convert;
use crate::drive::{Answered, Drive, Reading, Told};
use crate::meter::{Meter, Usage};
use crate::subject::Maker;

/// One trace through one policy.
pub struct Run {
    drive: Drive,
    meter: Meter,
    /// Where reasons are wanted.
    ledger: Option<Ledger>,
    behind: Behind,
    totals: Totals,
}

/// What the reads and changes of a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Reads that were answered from the cache, fresh.
    pub hits: u64,
    /// Reads that were answered from the cache, past the end of a lease.
    pub stale: u64,
    /// Of both, those that were answered with a value that a write of the key had changed since it was loaded.
    pub outdated: u64,
    /// Reads that loaded.
    pub misses: u64,
    /// Changes that the policy was told of.
    pub changes: u64,
    /// Changes that it does not listen to.
    pub unheard: u64,
    /// Purges that it asked for.
    pub purges: u64,
    /// Calls in which it failed.
    pub failed: u64,
}

impl Run {
    /// Configures the policy with JSON text, in an empty cache of this capacity (0: unbounded). `explain`
    /// keeps what reasons are given by.
    ///
    /// # Errors
    ///
    /// What the policy or the host has against it.
    pub fn new(maker: &Maker, config: &str, capacity: u64, explain: bool) -> Result<Run, Error> {
        let meter = Meter::new();
        let (metered, maker) = (meter.clone(), std::sync::Arc::clone(maker));
        let maker: Maker = std::sync::Arc::new(move |surroundings| {
            Ok(metered.metered(maker(metered.watching(surroundings))?))
        });
        let drive = Drive::new(&maker, config, capacity)?;
        Ok(Run {
            drive,
            meter,
            ledger: explain.then(Ledger::default),
            behind: Behind::default(),
            totals: Totals::default(),
        })
    }

    /// The plan, a line each.
    #[must_use]
    pub fn plan(&self) -> Vec<String> {
        cases::plan(&convert::plan_back(self.drive.guard().plan()))
    }

    /// The feed that changes are to be told by: the first that the policy listens to, else `writes`.
    #[must_use]
    pub fn feed(&self) -> &str {
        let feeds = &self.drive.guard().plan().feeds;
        feeds.first().map_or("writes", String::as_str)
    }

    /// Reads a key; a line that says what came of it, and where reasons are wanted lines that say why.
    pub fn read(&mut self, reading: &Reading<'_>, now: Instant) -> String {
        let mut text = self.due(now);
        let answered = self.drive.read(reading, now);
        match answered.answer {
            Answer::Hit => self.totals.hits += 1,
            Answer::Stale => self.totals.stale += 1,
            Answer::Miss | Answer::Error => self.totals.misses += 1,
        }
        let answer = answered.answer.to_string();
        let _ = write!(
            text,
            "{:>12}  read    {:<24} {answer:<5}",
            clock(now),
            reading.key
        );
        if let Some(filled) = &answered.filled {
            let lease = cases::lease(&convert::lease_back(&filled.lease));
            let _ = write!(text, " → lease {}", bare(&lease));
            if filled.failed {
                self.totals.failed += 1;
                let _ = write!(text, " (the safety net: {})", self.failure());
            }
        }
        if let Some((key, similarity)) = &answered.near {
            let _ = write!(text, " by {} (similarity {similarity:.3})", key.text());
        }
        if matches!(answered.answer, Answer::Hit | Answer::Stale) {
            let key = answered
                .near
                .as_ref()
                .map_or(reading.key, |near| near.0.text());
            if let Some(outdated) = self.behind.of(key, now) {
                self.totals.outdated += 1;
                let _ = write!(text, " outdated for {}", clock(outdated));
            }
        }
        if answered.filled.is_some() {
            self.behind.loaded(reading.key);
        }
        text.push('\n');
        if let Some(ledger) = &mut self.ledger {
            let plan = self.drive.guard().plan();
            for reason in ledger.why(plan, reading, &answered, now) {
                let _ = writeln!(text, "{:>12}    {reason}", "");
            }
            ledger.note(plan, reading, &answered, now);
        }
        text
    }

    /// Tells the policy of changes; lines as of [`Run::read`].
    pub fn tell(&mut self, changes: &[Change], now: Instant) -> String {
        let mut text = self.due(now);
        let told = self.drive.tell(changes, now);
        self.behind.written(changes, now);
        self.behind.replaced(&told.purges);
        match told.heard {
            true => self.totals.changes += changes.len() as u64,
            false => self.totals.unheard += changes.len() as u64,
        }
        self.totals.purges += told.purges.len() as u64;
        self.totals.failed += u64::from(told.failed);
        let about = about(changes);
        let _ = write!(text, "{:>12}  change  {about:<24}", clock(now));
        let outcome = match (told.heard, &told.purges[..]) {
            (false, _) => " not heard".to_owned(),
            (true, []) => " purges nothing".to_owned(),
            (true, purges) => {
                let purges: Vec<String> = purges.iter().map(shown).collect();
                format!(" → {}", purges.join("; "))
            }
        };
        text.push_str(&outcome);
        if told.failed {
            let _ = write!(text, " (the host's, for it failed: {})", self.failure());
        }
        text.push('\n');
        if let Some(ledger) = &mut self.ledger {
            for reason in ledger.purged(&told, changes, &about, now) {
                let _ = writeln!(text, "{:>12}    {reason}", "");
            }
        }
        text
    }

    /// What the run came to.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// What the policy's calls cost.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.meter.usage()
    }

    /// Purges that were to be carried out later, and are by now.
    fn due(&mut self, now: Instant) -> String {
        let mut text = String::new();
        for (at, purge) in self.drive.until(now) {
            let _ = writeln!(text, "{:>12}  again   {}", clock(at), shown(&purge));
            if let Some(ledger) = &mut self.ledger {
                let told = Told {
                    heard: true,
                    purges: vec![purge],
                    failed: false,
                };
                for reason in ledger.purged(&told, &[], "an earlier change", at) {
                    let _ = writeln!(text, "{:>12}    {reason}", "");
                }
            }
        }
        text
    }

    fn failure(&self) -> String {
        let error = self.drive.guard().last_error();
        error.map_or_else(String::new, |error| error.to_string())
    }
}

/// Seconds since the start, to the microsecond.
fn clock(now: Instant) -> String {
    format!(
        "{}.{:06}s",
        now / 1_000_000_000,
        now % 1_000_000_000 / 1_000
    )
}

fn about(changes: &[Change]) -> String {
    match changes {
        [one] => one.key.to_string(),
        many => format!("{} changes", many.len()),
    }
}

fn shown(purge: &Purge) -> String {
    bare(&cases::effect(&convert::effect(purge))).to_owned()
}

/// A table of one line without its braces.
fn bare(text: &str) -> &str {
    text.trim_start_matches("{ ").trim_end_matches(" }")
}

/// What is known of the entry that was last stored under a key.
struct Known {
    stored: Instant,
    last_read: Instant,
    lease: Lease,
    counter: Option<String>,
    vector: Option<Vec<f32>>,
    /// When and by what it was purged.
    hidden: Option<(Instant, String)>,
}

/// What has happened to entries, by their keys.
#[derive(Default)]
struct Ledger(BTreeMap<String, Known>);

impl Ledger {
    /// Why a read was answered as it was.
    fn why(
        &self,
        plan: &Plan,
        reading: &Reading<'_>,
        answered: &Answered,
        now: Instant,
    ) -> Vec<String> {
        let mut reasons = Vec::new();
        if let Some((key, similarity)) = &answered.near {
            reasons.push(format!(
                "its meaning is near enough to that of {}: {similarity:.3}",
                key.text()
            ));
            return reasons;
        }
        let known = self.0.get(reading.key);
        reasons.push(match (known, answered.answer) {
            (None, _) => "it has never been stored".to_owned(),
            (Some(known), Answer::Hit) => known.why_fresh(answered.filled.is_some()),
            (Some(known), Answer::Stale) => format!(
                "{}; {} it may still be served",
                known.why_over(now),
                if reading.fails {
                    "for its rescue"
                } else {
                    "within its grace"
                }
            ),
            (Some(known), _) => known.why_over(now),
        });
        if let Some(filled) = &answered.filled {
            let rule = rule_of(plan, reading.key).map(|rule| rule.prefix.as_str());
            reasons.push(match (&filled.source, rule) {
                (LeaseSource::Policy, Some(prefix)) => {
                    format!("the rule for {prefix:?} has no lease: on-fill was asked")
                }
                (LeaseSource::Rule(_), Some(prefix)) => {
                    format!("the lease of the rule for {prefix:?}")
                }
                _ => "no rule covers the key: the safety net".to_owned(),
            });
        }
        reasons
    }

    fn note(&mut self, plan: &Plan, reading: &Reading<'_>, answered: &Answered, now: Instant) {
        if let Some(known) = self.0.get_mut(reading.key) {
            known.last_read = now;
        }
        let Some(filled) = &answered.filled else {
            return;
        };
        let counter = match rule_of(plan, reading.key).map(|rule| &rule.keying) {
            Some(Keying::ByGeneration { scope, .. }) => Some(scope.counter(reading.key).to_owned()),
            _ => None,
        };
        let known = Known {
            stored: filled.at,
            last_read: filled.at,
            lease: filled.lease.clone(),
            counter,
            vector: reading.vector.map(<[f32]>::to_vec),
            hidden: None,
        };
        self.0.insert(reading.key.to_owned(), known);
    }

    /// Which entries purges have hidden, and by what.
    fn purged(
        &mut self,
        told: &Told,
        changes: &[Change],
        about: &str,
        now: Instant,
    ) -> Vec<String> {
        if !told.heard {
            let feed = changes.first().map_or("", |change| &change.feed);
            return vec![format!("the policy does not listen to the feed {feed}")];
        }
        let mut reasons = Vec::new();
        for purge in &told.purges {
            let mut hidden = Vec::new();
            for (key, known) in &mut self.0 {
                if known.hidden.is_some() || !known.may_be_served(now) {
                    continue;
                }
                let Some(by) = known.hit_by(key, purge) else {
                    continue;
                };
                if let Purge::Keys {
                    mode: PurgeMode::Replace,
                    ..
                } = purge
                {
                    known.stored = now;
                    hidden.push(format!("{key} (replaced)"));
                    continue;
                }
                hidden.push(key.clone());
                known.hidden = Some((now, format!("{by}, for {about}")));
            }
            reasons.push(match &hidden[..] {
                [] => format!("{}: no entry that is fresh", shown(purge)),
                few if few.len() <= 6 => format!("{}: hides {}", shown(purge), few.join(", ")),
                many => format!(
                    "{}: hides {} entries, {} and others",
                    shown(purge),
                    many.len(),
                    many[..4].join(", ")
                ),
            });
        }
        reasons
    }
}

fn rule_of<'p>(plan: &'p Plan, key: &str) -> Option<&'p Rule> {
    let rules = plan.rules.iter();
    let covering = rules.filter(|rule| key.starts_with(&rule.prefix));
    covering.max_by_key(|rule| rule.prefix.len())
}

impl Known {
    fn end(&self) -> Option<Instant> {
        self.lease.ttl.map(|ttl| self.stored.saturating_add(ttl))
    }

    fn may_be_served(&self, now: Instant) -> bool {
        let end = self.end().unwrap_or(u64::MAX);
        now < end.saturating_add(self.lease.grace.max(self.lease.rescue))
    }

    fn why_fresh(&self, refreshed: bool) -> String {
        let until = match self.end() {
            Some(end) => format!("until {}", clock(end)),
            None => "until something purges it".to_owned(),
        };
        let again = if refreshed {
            ", and was due to be loaded again"
        } else {
            ""
        };
        format!("stored at {}, fresh {until}{again}", clock(self.stored))
    }

    /// Which part of the lease is over, or what has hidden the entry.
    fn why_over(&self, now: Instant) -> String {
        if let Some((at, by)) = &self.hidden {
            return format!("it was purged at {} by {by}", clock(*at));
        }
        if let Some(end) = self.end().filter(|end| *end <= now) {
            let ttl = self.lease.ttl.unwrap_or(0);
            return format!("its ttl of {} ended at {}", convert::text(ttl), clock(end));
        }
        if let Some(idle) = self.lease.idle
            && now > self.last_read.saturating_add(idle)
        {
            return format!(
                "nobody had read it for {}, since {}",
                convert::text(idle),
                clock(self.last_read)
            );
        }
        "it had to go for others".to_owned()
    }

    /// By what of it a purge reaches it, if it does.
    fn hit_by(&self, key: &str, purge: &Purge) -> Option<String> {
        let has = |names: &[String], name: &String| names.contains(name);
        match purge {
            Purge::Keys { keys, .. } => {
                let of_key = keys.iter().any(|other| other == key);
                of_key.then(|| "its key".to_owned())
            }
            Purge::KeysAgain { .. } => None,
            Purge::Tags { tags, .. } => {
                let tag = self.lease.tags.iter().find(|tag| has(tags, tag))?;
                Some(format!("its tag {tag}"))
            }
            Purge::Prefix { prefix, .. } => {
                let begins = key.starts_with(prefix.as_str());
                begins.then(|| format!("its prefix {prefix}"))
            }
            Purge::Bump { generation } | Purge::ExpireGeneration { generation } => {
                let carries = self.counter.as_ref() == Some(generation)
                    || has(&self.lease.generations, generation);
                carries.then(|| format!("the counter {generation}, which has moved"))
            }
            Purge::Everything { .. } => Some("a purge of everything".to_owned()),
            Purge::Within {
                centre, at_least, ..
            } => {
                let similarity = cosine(self.vector.as_ref()?, centre)?;
                (similarity >= *at_least)
                    .then(|| format!("its meaning (similarity {similarity:.3})"))
            }
        }
    }
}

/// Of vectors of unit length.
fn cosine(one: &[f32], other: &[f32]) -> Option<f32> {
    (one.len() == other.len()).then(|| one.iter().zip(other).map(|(one, other)| one * other).sum())
}
