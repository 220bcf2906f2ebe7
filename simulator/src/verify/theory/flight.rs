//! Loads that take time: who waits for them, and how many there are at once.

use super::math::{f, within};

/// One load a key at a time, each of the same duration, under a lease that nothing cuts short.
#[derive(Clone, Copy, Debug)]
pub struct SingleFlight {
    /// Reads of the key a second.
    pub read: f64,
    /// From the request to the store.
    pub load: f64,
    /// From the origin's snapshot to the store, a part of `load`.
    pub tail: f64,
    /// The lease.
    pub ttl: f64,
}

impl SingleFlight {
    /// Reads from one load to the next: the leader, those of the load and those of the lease:
    /// `1 + λ(D + T)`.
    fn cycle(&self) -> f64 {
        1.0 + self.read * (self.load + self.ttl)
    }

    /// Share of reads that hit.
    #[must_use]
    pub fn hits(&self) -> f64 {
        self.read * self.ttl / self.cycle()
    }

    /// Share of reads that join a load.
    #[must_use]
    pub fn delayed(&self) -> f64 {
        self.read * self.load / self.cycle()
    }

    /// Loads a second.
    #[must_use]
    pub fn loads(&self) -> f64 {
        self.read / self.cycle()
    }

    /// Mean time that a read waits: the leader `D`, each of the `λD` that join half of it:
    /// `(D + λD²/2) / (1 + λ(D + T))`. The sum is the aggregate delay of N. Atre and others, "Caching with
    /// Delayed Hits", SIGCOMM 2020.
    #[must_use]
    pub fn latency(&self) -> f64 {
        self.load * (1.0 + self.read * self.load / 2.0) / self.cycle()
    }

    /// Stale share of hits: what was read is `tail` older than what was stored: `1 − e^(−μ·tail) f(μT)`.
    #[must_use]
    pub fn stale(&self, write: f64) -> f64 {
        1.0 - (-write * self.tail).exp() * f(write * self.ttl)
    }

    /// Stale share of the reads that joined, at a uniform time of the load: those that came after the
    /// snapshot and a write: `tail/D − (1 − e^(−μ·tail))/(μD)`.
    #[must_use]
    pub fn stale_joined(&self, write: f64) -> f64 {
        (self.tail - within(write * self.tail) / write) / self.load
    }
}

/// Without coalescing: mean number of loads of one expiry, where each takes the same time: `1 + λD`.
#[must_use]
pub fn herd(read: f64, load: f64) -> f64 {
    1.0 + read * load
}

/// The same where loads take exponential times: with k in flight the next event is one more load with the
/// chance `ρ/(ρ + k)`, ρ = λD, so `1 + Σ_k Π_{j≤k} ρ/(ρ + j)`. Ramanujan's Q function; about `√(πρ/2)`.
#[must_use]
pub fn herd_exponential(read: f64, load: f64) -> f64 {
    let rho = read * load;
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > 1e-15 * sum {
        term *= rho / (rho + k);
        sum += term;
        k += 1.0;
    }
    sum
}

/// The same with processes that each coalesce alone, before a cache that they share: the leader's process,
/// and each other one that is asked while the first load lasts: `1 + (n − 1)(1 − e^(−λD/n))`.
#[must_use]
pub fn herd_of_processes(read: f64, load: f64, processes: u32) -> f64 {
    let n = f64::from(processes);
    1.0 + (n - 1.0) * within(read * load / n)
}

/// Without coalescing, each load that comes back restarts the lease: share of reads that miss,
/// `(1 + λD) / (2λD + λT + e^(−λD))`. The last of the herd begins `D − (1 − e^(−λD))/λ` after the first.
#[must_use]
pub fn misses_overwriting(read: f64, load: f64, ttl: f64) -> f64 {
    let rho = read * load;
    (1.0 + rho) / (2.0 * rho + read * ttl + (-rho).exp())
}

/// Stale while it is loaded again: a lease of `ttl`, then a `grace` in which the first read begins a load
/// behind the scenes. Share of reads that wait nevertheless: `e^(−λ(W−D)) / (1 + λ(T + D))`. RFC 5861.
///
/// The first read after the lease comes after x, exponential. Reads wait from T + W on until the load it
/// began is back: for x in (W − D, W) there are `λ(x + D − W)` of them, for x > W `1 + λD`; the mean is
/// `e^(−λ(W−D))`. A load and the next are `T + D + 1/λ` apart.
#[must_use]
pub fn blocked(read: f64, load: f64, ttl: f64, grace: f64) -> f64 {
    (-read * (grace - load)).exp() / (1.0 + read * (ttl + load))
}

/// The same with a grace without end: share of reads that are answered fresh,
/// `e^(−μ·tail)·[λ(1−e^(−μT))/μ + e^(−μT)·λ/(λ+μ)·(1 + λ(1−e^(−μD))/μ)] / (1 + λ(T+D))`: the reads within
/// the lease, the first after it, and those while it is loaded.
#[must_use]
pub fn fresh_with_grace(read: f64, write: f64, load: f64, tail: f64, ttl: f64) -> f64 {
    let within_lease = read * within(write * ttl) / write;
    let first = read / (read + write);
    let meanwhile = 1.0 + read * within(write * load) / write;
    let after = (-write * ttl).exp() * first * meanwhile;
    (-write * tail).exp() * (within_lease + after) / (1.0 + read * (ttl + load))
}

#[cfg(test)]
mod tests {
    use super::super::tests::rounds_to;
    use super::*;

    #[test]
    fn a_single_flight_has_the_figures_that_are_known() {
        let flight = SingleFlight {
            read: 200.0,
            load: 0.1,
            tail: 0.05,
            ttl: 5.0,
        };
        rounds_to(flight.hits(), "0.97943");
        rounds_to(flight.latency(), "0.0010774");
        rounds_to(flight.stale(1.0), "0.81104");
        let joined = SingleFlight {
            read: 5.0,
            load: 0.5,
            tail: 0.5,
            ttl: 2.0,
        };
        rounds_to(joined.stale_joined(0.5), "0.1152");
        let classes = flight.hits() + flight.delayed() + flight.loads() / flight.read;
        assert!((classes - 1.0).abs() < 1e-12);
    }

    #[test]
    fn herds_have_the_figures_that_are_known() {
        rounds_to(herd(5000.0, 0.1), "501");
        rounds_to(herd_exponential(2000.0, 0.1), "18.065");
        rounds_to(herd_exponential(5000.0, 0.1), "28.4");
        rounds_to(herd_of_processes(200.0, 0.1, 20), "13.01");
        rounds_to(herd_of_processes(5000.0, 0.1, 20), "20.00");
        rounds_to(misses_overwriting(200.0, 0.1, 5.0), "0.020192");
    }

    #[test]
    fn stale_while_loaded_again_has_the_figures_that_are_known() {
        rounds_to(blocked(0.5, 1.0, 20.0, 2.0), "0.052742");
        rounds_to(fresh_with_grace(5.0, 0.05, 0.5, 0.4, 10.0), "0.75906");
    }
}
