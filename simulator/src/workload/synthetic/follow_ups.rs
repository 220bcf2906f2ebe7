//! Reads that clients make because of what they did before.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand_chacha::ChaCha8Rng;

use super::{Event, Op};
use crate::scenario::Distribution;

/// Reads to come, by time and then by the order in which they were planned.
pub(super) struct FollowUps {
    planned: BinaryHeap<Reverse<(u64, u64, Planned)>>,
    count: u64,
    delays: ChaCha8Rng,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Planned {
    subject: u32,
    client: u32,
    bytes: u32,
}

impl FollowUps {
    pub(super) fn new(delays: ChaCha8Rng) -> Self {
        Self {
            planned: BinaryHeap::new(),
            count: 0,
            delays,
        }
    }

    /// Whoever made an event will read its key after a delay; never, where the delay is 0.
    pub(super) fn plan(&mut self, delay: &Distribution, event: &Event) {
        if delay.is_zero() {
            return;
        }
        let at = event.at.saturating_add(delay.sample(&mut self.delays));
        let planned = Planned {
            subject: event.subject,
            client: event.client,
            bytes: event.bytes,
        };
        self.planned.push(Reverse((at, self.count, planned)));
        self.count += 1;
    }

    /// The next read that comes before `end`.
    pub(super) fn next_before(&mut self, end: u64) -> Option<Event> {
        let Reverse((at, _, _)) = self.planned.peek()?;
        if *at >= end {
            return None;
        }
        let Reverse((at, _, planned)) = self.planned.pop()?;
        Some(Event {
            at,
            subject: planned.subject,
            op: Op::Read,
            joined: false,
            client: planned.client,
            bytes: planned.bytes,
        })
    }
}
