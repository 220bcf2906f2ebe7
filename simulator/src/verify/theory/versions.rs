//! Entries that are kept under a counter, which writes move.

use super::math::{f, life};

/// Mean number of entries of a key that are left behind and within their lease:
/// `(T − τ)/(τ + 1/λ)`, since one is filled every `τ + 1/λ`, is reached for τ = life(μ, T) of its T, and
/// stays (Little's law).
#[must_use]
pub fn orphans(read: f64, write: f64, ttl: f64) -> f64 {
    let reached = life(write, ttl);
    (ttl - reached) / (reached + 1.0 / read)
}

/// Readers keep a counter's value for so long: stale share of reads, `h(1 − f(μS))` with `h = λS/(1 + λS)`.
/// It is a lease on the counter.
#[must_use]
pub fn stale_kept(read: f64, write: f64, kept: f64) -> f64 {
    super::ttl::hits(read, kept) * (1.0 - f(write * kept))
}

/// The same: look-ups a read, that of the entry and where it is due that of the counter: `1 + 1/(1 + λS)`.
#[must_use]
pub fn look_ups(read: f64, kept: f64) -> f64 {
    1.0 + 1.0 / (1.0 + read * kept)
}

/// Counters that get lost at a rate, and count as 1 when they are: stale share of the time, where the entry
/// of version 1 is always still there and no later one is: `(2 + e)/(2 + e + 1/e)` with e the loss rate over
/// that of writes.
///
/// Lost, the counter reads as 1 and finds the old entry; the next write sets it to 1, which is as old; the
/// one after it to 2. Per unit of fresh time there are e of the first state, entered from the fresh one and
/// the second, and the second lasts as long as the first is left: `e(1 + e)` and `e`.
#[must_use]
pub fn stale_lost_counter(loss: f64, write: f64) -> f64 {
    let e = loss / write;
    (2.0 + e) / (2.0 + e + 1.0 / e)
}

/// The same where no entry is there any more when its number comes again: `e/(1 + e)`. The first read after
/// the loss fills version 1 anew, and the next write sets the counter to 1 instead of 2: only that is stale.
#[must_use]
pub fn stale_lost_counter_short_lease(loss: f64, write: f64) -> f64 {
    let e = loss / write;
    e / (1.0 + e)
}

#[cfg(test)]
mod tests {
    use super::super::tests::rounds_to;
    use super::*;

    #[test]
    fn versions_have_the_figures_that_are_known() {
        rounds_to(orphans(20.0, 0.1, 3600.0), "357.21");
        rounds_to(stale_kept(20.0, 0.1, 5.0), "0.21095");
        rounds_to(look_ups(20.0, 5.0), "1.0099");
        rounds_to(stale_lost_counter(0.001, 0.1), "0.0197");
        rounds_to(stale_lost_counter(0.01, 0.1), "0.17355");
    }
}
