//! Synthetic reads and writes: two streams of arrivals, merged as they are drawn.
//!
//! Nothing is stored: a replication is generated while it runs, so its length costs no memory. Arrivals
//! and keys come from streams of their own, so that a change of a popularity moves no arrival.

mod clock;
mod draws;
mod follow_ups;

use rand_chacha::ChaCha8Rng;

use clock::Clock;
use draws::Draws;
use follow_ups::FollowUps;

use super::popularity::{Law, Laws, Recency, below, scaled};
use super::{Catalogue, CatalogueBuilder, Event, Op, sets, topics};
use crate::error::Error;
use crate::random::{Purpose, stream};
use crate::scenario::pace::{self, Paces, Which};
use crate::scenario::{self, Arrivals, Distribution, WriteTargets};

/// A synthetic workload, ready to generate.
pub(super) struct Synthetic {
    duration: u64,
    value_bytes: u32,
    keys: u32,
    reads: Schedule,
    writes: Schedule,
    targets: WriteTargets,
    keys_per_write: u32,
    clients: u32,
    read_back: Distribution,
    read_again: Distribution,
    catalogue: std::sync::Arc<Catalogue>,
}

/// When a stream's events come and what they are about, from certain times on.
struct Schedule {
    arrivals: Arrivals,
    /// From when on, in nanoseconds, which rate holds. Begins at 0.
    rates: Paces,
    /// From when on which popularity holds. Begins at 0.
    laws: Vec<(u64, Law)>,
}

impl Schedule {
    fn new(
        workload: &scenario::Workload,
        which: Which,
        duration: u64,
        of: fn(&scenario::Phase) -> &scenario::PhaseStream,
        n: u32,
        laws: &mut Laws,
    ) -> Self {
        let base = which.stream(workload);
        let mut schedule = Self {
            arrivals: base.arrivals,
            rates: pace::paces(workload, which, duration),
            laws: vec![(0, laws.law(base.popularity, n))],
        };
        for phase in &workload.phases {
            schedule.laws.extend(
                of(phase)
                    .popularity
                    .map(|popularity| (phase.at.0, laws.law(popularity, n))),
            );
        }
        schedule
    }

    fn expected_events(&self, duration: u64) -> f64 {
        pace::events(&self.rates, duration)
    }

    fn uses_latest(&self) -> bool {
        self.laws
            .iter()
            .any(|(_, law)| matches!(law, Law::Latest(_)))
    }
}

impl Synthetic {
    /// Builds the keys with their tags, and the tables to draw from. `duration` is in nanoseconds; a
    /// relative path of an embedding set is relative to `base_dir`.
    pub(super) fn new(
        workload: &scenario::Workload,
        duration: u64,
        seed: u64,
        base_dir: &std::path::Path,
    ) -> Result<Self, Error> {
        let catalogue = match &workload.embeddings {
            Some(set) if set.is_synthetic() => topics::catalogue(workload, set, seed),
            Some(embeddings) => sets::catalogue(&embeddings.set, base_dir, workload.keys, seed)?,
            None => numbered_keys(workload, seed),
        };
        let keys = catalogue.keys() as u32;
        let subjects = match workload.write_targets {
            WriteTargets::Key => keys,
            WriteTargets::Tag => catalogue.tags() as u32,
        };
        if keys == 0 || subjects == 0 {
            return Err(Error::usage(
                "the workload has no keys, or writes tags and has none",
            ));
        }
        let mut laws = Laws::default();
        Ok(Self {
            duration,
            value_bytes: workload.value_bytes,
            keys,
            reads: Schedule::new(
                workload,
                Which::Reads,
                duration,
                |phase| &phase.reads,
                keys,
                &mut laws,
            ),
            writes: Schedule::new(
                workload,
                Which::Writes,
                duration,
                |phase| &phase.writes,
                subjects,
                &mut laws,
            ),
            targets: workload.write_targets,
            keys_per_write: workload.keys_per_write,
            clients: workload.clients,
            read_back: workload.read_back.clone(),
            read_again: workload.read_again.clone(),
            catalogue: std::sync::Arc::new(catalogue),
        })
    }

    pub(super) fn catalogue(&self) -> &std::sync::Arc<Catalogue> {
        &self.catalogue
    }

    /// How many keys or tags a write may be about.
    fn subjects(&self) -> u32 {
        match self.targets {
            WriteTargets::Key => self.keys,
            WriteTargets::Tag => self.catalogue.tags() as u32,
        }
    }

    /// Whether events say which client they come from.
    pub(super) fn names_clients(&self) -> bool {
        self.clients > 0
    }

    /// The events of one replication, in order; at one instant writes come before reads.
    pub(super) fn events(&self, seed: u64, replication: u32) -> Events<'_> {
        let rng = |purpose| stream(seed, replication, purpose, 0);
        let latest = self.reads.uses_latest() || self.writes.uses_latest();
        let subjects = self.subjects();
        Events {
            synthetic: self,
            reads: Clock::new(&self.reads, self.duration, rng(Purpose::ReadArrivals)),
            writes: Clock::new(&self.writes, self.duration, rng(Purpose::WriteArrivals)),
            read_keys: Draws::new(rng(Purpose::ReadKeys)),
            write_keys: Draws::new(rng(Purpose::WriteKeys)),
            clients: rng(Purpose::Clients),
            follow_ups: FollowUps::new(rng(Purpose::FollowUps)),
            rest: Vec::new(),
            read_law: 0,
            write_law: 0,
            recency: latest.then(|| Recency::new(subjects)),
        }
    }

    /// How many events a replication has, about.
    pub(super) fn expected_events(&self) -> u64 {
        let writes = self.writes.expected_events(self.duration) * f64::from(self.keys_per_write);
        let reads = self.reads.expected_events(self.duration);
        let back = if self.read_back.is_zero() {
            0.0
        } else {
            writes
        };
        let again = if self.read_again.is_zero() {
            0.0
        } else {
            reads
        };
        (reads + writes + back + again).round() as u64
    }
}

/// Keys named by number, each made from a few different tags.
fn numbered_keys(workload: &scenario::Workload, seed: u64) -> Catalogue {
    let mut builder = CatalogueBuilder::with_capacity(workload.keys as usize);
    for number in 0..workload.keys {
        builder.push_key(&workload.key.replace("{}", &number.to_string()));
    }
    if let Some(tags) = &workload.tags {
        for number in 0..tags.of {
            builder.tag(&format!("tag:{number}"));
        }
        let law = Laws::default().law(tags.popularity, tags.of);
        let mut rng = stream(seed, 0, Purpose::KeyTags, 0);
        // Which key took each tag last: it has it already if it is the same.
        let mut taken_by = vec![u32::MAX; tags.of as usize];
        for key in 0..workload.keys {
            let (mut chosen, mut refused) = (0, 0);
            while chosen < tags.per_key {
                let mut tag = match &law {
                    Law::Weighted(table) => table.sample(&mut rng),
                    _ => below(&mut rng, tags.of),
                };
                // A key that takes almost every tag would wait long for the rare ones: after many
                // refusals it takes the next tag that it lacks.
                while refused > 64 * tags.per_key && taken_by[tag as usize] == key {
                    tag = (tag + 1) % tags.of;
                }
                if taken_by[tag as usize] == key {
                    refused += 1;
                } else {
                    taken_by[tag as usize] = key;
                    chosen += 1;
                    builder.add_tag(key, tag);
                }
            }
        }
    }
    builder.build()
}

/// The events of one replication.
pub(super) struct Events<'a> {
    synthetic: &'a Synthetic,
    reads: Clock<'a>,
    writes: Clock<'a>,
    read_keys: Draws,
    write_keys: Draws,
    read_law: usize,
    write_law: usize,
    /// Subjects by their last write, where some popularity asks for it.
    recency: Option<Recency>,
    clients: ChaCha8Rng,
    /// What clients will do since they have done something.
    follow_ups: FollowUps,
    /// What else the transaction under way writes.
    rest: Vec<Event>,
}

/// The index of the law that holds at `at`, from the one that held before.
fn law_at(laws: &[(u64, Law)], mut index: usize, at: u64) -> usize {
    while laws.get(index + 1).is_some_and(|(from, _)| *from <= at) {
        index += 1;
    }
    index
}

fn draw(law: &Law, recency: Option<&Recency>, draws: &mut Draws) -> u32 {
    match (law, recency) {
        (Law::Uniform(n), _) => scaled(draws.next(law), *n),
        (Law::Weighted(table), _) => table.of_draw(draws.next(law)),
        (Law::Latest(table), Some(recency)) => recency.by_rank(table.of_draw(draws.next(law))),
        // Without writes in their order there is no latest, and reads are never like the reads: a
        // scenario that says so is refused before.
        (Law::Latest(_) | Law::SameAsReads, _) => 0,
    }
}

impl Events<'_> {
    fn read(&mut self, at: u64) -> Event {
        let laws = &self.synthetic.reads.laws;
        self.read_law = law_at(laws, self.read_law, at);
        let subject = draw(
            &laws[self.read_law].1,
            self.recency.as_ref(),
            &mut self.read_keys,
        );
        let event = Event {
            at,
            subject,
            op: Op::Read,
            joined: false,
            client: self.client(),
            bytes: self.synthetic.value_bytes,
        };
        self.follow_ups.plan(&self.synthetic.read_again, &event);
        event
    }

    /// Who does the next thing: nobody in particular, or any client.
    fn client(&mut self) -> u32 {
        match self.synthetic.clients {
            0 => 0,
            clients => 1 + below(&mut self.clients, clients),
        }
    }

    /// The writes of one transaction: the first, and the rest in `self.rest`.
    fn write(&mut self, at: u64) -> Event {
        let Synthetic {
            writes,
            targets,
            value_bytes,
            keys_per_write,
            ..
        } = self.synthetic;
        self.write_law = law_at(&writes.laws, self.write_law, at);
        let client = self.client();
        let op = match targets {
            WriteTargets::Key => Op::Write,
            WriteTargets::Tag => Op::WriteTag,
        };
        let event = |subject, joined| Event {
            at,
            subject,
            op,
            joined,
            client,
            bytes: *value_bytes,
        };
        let first = event(self.written(at), false);
        if *targets == WriteTargets::Key {
            self.follow_ups.plan(&self.synthetic.read_back, &first);
        }
        for _ in 1..*keys_per_write {
            if let Some(subject) = self.another(at, first.subject) {
                self.rest.push(event(subject, true));
            }
        }
        // Taken from the end.
        self.rest.reverse();
        for written in std::iter::once(&first).chain(&self.rest) {
            if let Some(recency) = &mut self.recency {
                recency.touch(written.subject);
            }
        }
        first
    }

    /// One more subject of a transaction: drawn until it is a new one, and where the popular ones are all
    /// taken the next that is free.
    fn another(&mut self, at: u64, first: u32) -> Option<u32> {
        let subjects = self.synthetic.subjects();
        if self.rest.len() as u32 + 1 >= subjects {
            return None;
        }
        let mut refused = 0;
        let mut drawn = self.written(at);
        while drawn == first || self.rest.iter().any(|event| event.subject == drawn) {
            refused += 1;
            drawn = match refused {
                ..64 => self.written(at),
                _ => (drawn + 1) % subjects,
            };
        }
        Some(drawn)
    }

    /// What a write is about.
    fn written(&mut self, at: u64) -> u32 {
        let Synthetic {
            reads,
            writes,
            targets,
            catalogue,
            ..
        } = self.synthetic;
        let draws = &mut self.write_keys;
        match &writes.laws[self.write_law].1 {
            Law::SameAsReads => {
                self.read_law = law_at(&reads.laws, self.read_law, at);
                let law = &reads.laws[self.read_law].1;
                let key = draw(law, self.recency.as_ref(), draws);
                match targets {
                    WriteTargets::Key => key,
                    WriteTargets::Tag => {
                        // A question may be about no topic that is known.
                        match catalogue.tags_of(key) {
                            [] => scaled(draws.next(law), catalogue.tags() as u32),
                            tags => tags[scaled(draws.next(law), tags.len() as u32) as usize],
                        }
                    }
                }
            }
            law => draw(law, self.recency.as_ref(), draws),
        }
    }
}

impl Iterator for Events<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        if let Some(next) = self.rest.pop() {
            return Some(next);
        }
        let at = self.writes.next.min(self.reads.next);
        // Nothing is planned but for clients that do something again, and then in the order of time.
        if let Some(next) = self.follow_ups.next_before(at.min(self.synthetic.duration)) {
            return Some(next);
        }
        if at == u64::MAX {
            return None;
        }
        if self.writes.next == at {
            self.writes.advance();
            Some(self.write(at))
        } else {
            self.reads.advance();
            Some(self.read(at))
        }
    }
}

#[cfg(test)]
mod tests;
