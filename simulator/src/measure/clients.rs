//! Whether each client sees its own writes, and never an older value than before.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::world::truth::{State, Truth};

/// What each client has written and seen, by key.
#[derive(Default)]
pub(super) struct Clients {
    of: HashMap<(u32, u32), Seen, FxBuildHasher>,
    pub(super) any: bool,
    pub(super) read_your_writes_violations: u64,
    pub(super) monotonic_read_violations: u64,
}

/// What a client has written and seen of one key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// The state after the client's last write of the key.
    wrote: State,
    /// The latest state that it was shown.
    read: State,
}

impl Clients {
    pub(super) fn wrote(&mut self, client: u32, key: u32, after: State) {
        if client != 0 {
            self.any = true;
            self.of.entry((client, key)).or_default().wrote = after;
        }
    }

    /// What a read that begins now must not fall behind.
    pub(super) fn seen(&self, client: u32, key: u32) -> Seen {
        match client {
            0 => Seen::default(),
            client => self.of.get(&(client, key)).copied().unwrap_or_default(),
        }
    }

    /// A client was shown the key's value as of the state `held`. `before` is what it had seen when its
    /// read began: what it writes or is shown while it waits, this read owes it nothing of.
    pub(super) fn read(
        &mut self,
        client: u32,
        key: u32,
        held: State,
        before: Seen,
        measured: bool,
        truth: &Truth,
    ) {
        if client == 0 {
            return;
        }
        self.any = true;
        if measured && truth.missing(key, held, before.wrote).is_some() {
            self.read_your_writes_violations += 1;
        }
        if measured && truth.missing(key, held, before.read).is_some() {
            self.monotonic_read_violations += 1;
        }
        let seen = self.of.entry((client, key)).or_default();
        seen.read = seen.read.max(held);
    }
}
