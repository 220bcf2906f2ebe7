//! Drives an engine through a history beside its oracle, and compares.

use std::sync::Arc;

use crate::engine::{
    Demand, Engine, Entry, Fill, Joined, Options, Outcome, Pace, Purged, Read, Reader, Replaced,
    Seen, Ticket,
};
use crate::operation::Operation;
use crate::oracle::{HOLD_OFF, Load, Moment, Oracle, Verdict};
use crate::target::{self, STEP};

/// How the engine is set up.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// So few names may have a slot of their own, or so few entries be held, that the engine may lose any
    /// of them.
    pub is_narrow: bool,
    pub shards: usize,
}

/// Runs a history.
///
/// # Errors
///
/// What the engine did that it must not have.
pub fn check(setting: Setting, operations: &[Operation]) -> Result<(), String> {
    let mut history = History::new(setting);
    for (number, &operation) in operations.iter().enumerate() {
        history
            .carry_out(operation)
            .map_err(|what| format!("step {number}, {operation:?}: {what}"))?;
    }
    Ok(())
}

struct History {
    engine: Engine<u64>,
    oracle: Oracle,
    is_narrow: bool,
    loads: Vec<(Load, Ticket)>,
    /// Who waits for which flight of which key, since when.
    joins: Vec<(usize, Moment, Moment, Joined)>,
}

impl History {
    fn new(setting: Setting) -> History {
        let mut options = Options {
            hold_off: HOLD_OFF,
            shards: setting.shards,
            ..Options::default()
        };
        if setting.is_narrow {
            options.max_groups = 1;
            options.capacity = 3;
        }
        let engine = Engine::new(&options);
        engine.install(&target::rules());
        History {
            engine,
            oracle: Oracle::default(),
            is_narrow: setting.is_narrow,
            loads: Vec::new(),
            joins: Vec::new(),
        }
    }

    fn carry_out(&mut self, operation: Operation) -> Result<(), String> {
        match operation {
            Operation::Read { key, coalesce } => self.read(key, coalesce),
            Operation::Look { key } => self.look(key),
            Operation::Complete {
                load,
                lease,
                missed,
            } => self.complete(load, lease, missed),
            Operation::Abandon { load } => self.abandon(load),
            Operation::Insert { key, lease } => self.insert(key, lease),
            Operation::Replace { key, lease } => self.replace(key, lease),
            Operation::Purge {
                target,
                mode,
                is_fenced,
            } => {
                let mark = self.oracle.purge(target, mode, is_fenced);
                let mut demand = Demand::NONE;
                demand.mark = mark;
                let purge = target.purge(mode);
                self.engine
                    .purge_demanding(&purge, &demand, self.oracle.now);
                for (load, _) in &mut self.loads {
                    load.has_moved |= target.moves(mode, load.key);
                }
                Ok(())
            }
            Operation::Clear => {
                self.oracle.clear();
                let Purged { .. } = self.engine.clear(self.oracle.now);
                Ok(())
            }
            Operation::Wait { steps } => {
                self.oracle.now += steps * STEP;
                Ok(())
            }
            Operation::Sweep { whole } => {
                let pace = if whole {
                    Pace::ROUND
                } else {
                    Pace::BESIDE_A_LOAD
                };
                self.engine.sweep(self.oracle.now, pace);
                Ok(())
            }
        }
    }

    fn read(&mut self, key: usize, coalesce: bool) -> Result<(), String> {
        let verdict = self.relaxed(self.oracle.verdict(key));
        let vector = target::vector(key);
        let mut reader = Reader {
            now: self.oracle.now,
            vector: vector.as_deref(),
            coalesce,
            draw: &mut || 0.5,
        };
        let has_flight = self.oracle.has_flight(key);
        match self
            .engine
            .read(self.engine.key(target::name(key)), &mut reader)
        {
            Read::Hit { entry, refresh, .. } => {
                agree(verdict, Some(&entry))?;
                self.oracle.was_read(key);
                let is_stale = matches!(
                    verdict,
                    Verdict::Required {
                        is_fresh: false,
                        ..
                    }
                );
                match refresh {
                    Some((ticket, ())) => self.begin(key, ticket, coalesce, has_flight),
                    None if is_stale && !has_flight => Err("stale and not refreshed".into()),
                    None => Ok(()),
                }
            }
            Read::Join { joined, .. } => {
                agree(verdict, None)?;
                let Some(flight) = self.oracle.flight(key).filter(|_| coalesce) else {
                    return Err("joined what is not under way".into());
                };
                self.oracle.moment += 1;
                self.joins.push((key, flight, self.oracle.moment, joined));
                Ok(())
            }
            Read::Load(ticket, ()) => {
                agree(verdict, None)?;
                self.begin(key, ticket, coalesce, has_flight)
            }
        }
    }

    fn begin(
        &mut self,
        key: usize,
        ticket: Ticket,
        coalesce: bool,
        has_flight: bool,
    ) -> Result<(), String> {
        self.loads.push((self.oracle.begin(key), ticket));
        if coalesce && has_flight {
            return Err("a second load (P5)".into());
        }
        Ok(())
    }

    fn look(&mut self, key: usize) -> Result<(), String> {
        let verdict = match self.relaxed(self.oracle.verdict(key)) {
            Verdict::Required {
                is_fresh: false, ..
            } => Verdict::Forbidden,
            other => other,
        };
        let found = self
            .engine
            .get(self.engine.key(target::name(key)), self.oracle.now);
        agree(verdict, found.as_ref())?;
        if found.is_some() {
            self.oracle.was_read(key);
        }
        Ok(())
    }

    fn complete(&mut self, load: usize, lease: usize, missed: Option<u64>) -> Result<(), String> {
        let Some((load, ticket)) = self.take_load(load) else {
            return Ok(());
        };
        let lease = target::lease(lease);
        let seen = missed.map(|missed| self.oracle.last_mark.saturating_sub(missed));
        let fill = Fill {
            seen: seen.map(Seen::UpTo),
            ..self.fill(load.key)
        };
        let stored = self
            .engine
            .complete(ticket, load.value, &lease, &fill, &mut || 0.5);
        let has_flight = self.oracle.land(&load);
        let was_hit = self.oracle.was_hit(&load, &lease, Moment::MAX);
        let (must_not, need_not) = self.oracle.is_behind(&load, &lease, seen);
        // What lands under a counter's old value is nobody's, stored or not.
        if !load.has_moved {
            let forbidden = !has_flight || was_hit || must_not;
            let optional = self.is_narrow || need_not;
            match stored.outcome {
                Outcome::Stored if forbidden => {
                    return Err(format!(
                        "stored: flight {has_flight}, hit {was_hit}, behind {must_not}"
                    ));
                }
                Outcome::Stored => self.oracle.store(load.key, load.value, lease.clone()),
                _ if forbidden || optional => {}
                other => return Err(format!("not stored: {other:?}")),
            }
        }
        self.tell_joined(&load, &stored.entry, &lease, must_not, need_not)
    }

    /// Whether those who joined are told what they may have.
    fn tell_joined(
        &mut self,
        load: &Load,
        entry: &Arc<Entry<u64>>,
        lease: &crate::engine::Lease,
        must_not: bool,
        need_not: bool,
    ) -> Result<(), String> {
        let is_mine = |key, flight| key == load.key && flight == load.flight;
        for &(key, flight, since, joined) in &self.joins {
            if !is_mine(key, flight) {
                continue;
            }
            let served = self.engine.may_serve(entry, joined);
            if served && (must_not || self.oracle.is_forbidden(load, lease, since)) {
                return Err("served to one who joined after an invalidation".into());
            }
            let is_plain = !need_not && self.oracle.was_quiet(load.began, since);
            if !served && is_plain && !self.is_narrow {
                return Err("not served to one who joined before any invalidation".into());
            }
        }
        self.joins
            .retain(|&(key, flight, ..)| !is_mine(key, flight));
        Ok(())
    }

    fn abandon(&mut self, load: usize) -> Result<(), String> {
        let Some((load, ticket)) = self.take_load(load) else {
            return Ok(());
        };
        self.engine.abandon(&ticket);
        self.oracle.land(&load);
        self.joins
            .retain(|join| (join.0, join.1) != (load.key, load.flight));
        let rescued = self.engine.rescue(&ticket, self.oracle.now);
        agree(self.relaxed(self.oracle.rescue(load.key)), rescued.as_ref())
    }

    fn insert(&mut self, key: usize, lease: usize) -> Result<(), String> {
        let lease = target::lease(lease);
        let value = self.oracle.revoke(key);
        let place = self.engine.key(target::name(key));
        let stored = self
            .engine
            .insert(place, value, &lease, &self.fill(key), &mut || 0.5);
        self.oracle.store(key, value, lease);
        match stored.outcome {
            Outcome::Stored => Ok(()),
            other => Err(format!("not stored: {other:?}")),
        }
    }

    fn replace(&mut self, key: usize, lease: usize) -> Result<(), String> {
        let verdict = self.relaxed(self.oracle.verdict(key));
        let lease = target::lease(lease);
        let value = self.oracle.revoke(key);
        let place = self.engine.key(target::name(key));
        let replaced = self
            .engine
            .replace(place, value, &lease, &self.fill(key), &mut || 0.5);
        match (replaced, verdict) {
            (
                Replaced::Stored(_),
                Verdict::Required { is_fresh: true, .. } | Verdict::Allowed { .. },
            ) => {
                self.oracle.store(key, value, lease);
                Ok(())
            }
            (Replaced::Dropped(_), Verdict::Required { is_fresh: true, .. }) => {
                Err("nothing replaced".into())
            }
            (Replaced::Dropped(_), _) => {
                self.oracle.remove(key);
                Ok(())
            }
            (other, _) => Err(format!("{verdict:?}, and {other:?}")),
        }
    }

    fn take_load(&mut self, number: usize) -> Option<(Load, Ticket)> {
        let count = self.loads.len();
        (count > 0).then(|| self.loads.swap_remove(number % count))
    }

    fn fill(&self, key: usize) -> Fill {
        Fill {
            now: self.oracle.now,
            vector: target::vector(key),
            ..Fill::default()
        }
    }

    /// A narrow engine may have lost anything.
    fn relaxed(&self, verdict: Verdict) -> Verdict {
        match verdict {
            Verdict::Required { value, .. } if self.is_narrow => Verdict::Allowed { value },
            other => other,
        }
    }
}

fn agree(verdict: Verdict, found: Option<&Arc<Entry<u64>>>) -> Result<(), String> {
    let found = found.map(|entry| *entry.value());
    let is_right = match verdict {
        Verdict::Required { value, .. } => found == Some(value),
        Verdict::Allowed { value } => found.is_none_or(|found| found == value),
        Verdict::Forbidden => found.is_none(),
    };
    if is_right {
        return Ok(());
    }
    Err(format!("{verdict:?}, and it found {found:?}"))
}
