//! Random numbers that decide what events are about.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::workload::popularity::Law;

/// How many are drawn at a time.
const AHEAD: usize = 64;

/// Numbers of one stream, drawn in blocks. Each chooses a column of a table that may be large: looked at
/// together, the columns are waited for together.
pub(super) struct Draws {
    rng: ChaCha8Rng,
    block: [u64; AHEAD],
    next: usize,
}

impl Draws {
    pub(super) fn new(rng: ChaCha8Rng) -> Self {
        Self {
            rng,
            block: [0; AHEAD],
            next: AHEAD,
        }
    }

    /// The next number, most likely for this law.
    #[inline]
    pub(super) fn next(&mut self, law: &Law) -> u64 {
        if self.next == AHEAD {
            self.block.fill_with(|| self.rng.random());
            law.warm(&self.block);
            self.next = 0;
        }
        self.next += 1;
        self.block[self.next - 1]
    }
}
