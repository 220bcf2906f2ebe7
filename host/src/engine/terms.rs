//! What a lease comes to for the entries that have it.

use super::lease::{Lease, Refresh};
use super::time::{NEVER, Nanos};

/// The part of a lease that does not depend on the entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Terms {
    /// How long it may go unread; `NEVER`: for ever.
    pub(super) idle: Nanos,
    pub(super) grace: Nanos,
    pub(super) rescue: Nanos,
    pub(super) refresh: Refresh,
}

impl Terms {
    /// `None` for a lease with a `ttl` at most.
    pub(super) fn of(lease: &Lease) -> Option<Terms> {
        let terms = Terms {
            idle: lease.idle.unwrap_or(NEVER),
            grace: lease.grace,
            rescue: lease.rescue,
            refresh: lease.refresh,
        };
        (terms != Terms::NONE).then_some(terms)
    }

    pub(super) const NONE: Terms = Terms {
        idle: NEVER,
        grace: 0,
        rescue: 0,
        refresh: Refresh::Lazy,
    };
}

/// `ttl` with a random part of its jitter share taken off.
pub(super) fn shortened(ttl: Nanos, jitter: f64, draw: &mut dyn FnMut() -> f64) -> Nanos {
    if jitter == 0.0 {
        return ttl;
    }
    ttl - (ttl as f64 * jitter * draw()) as Nanos
}
