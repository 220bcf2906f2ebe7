//! Paths that write and tell the cache, and what comes between.

use super::math::{life, within};

/// A write-through that deletes, with loads that take time. What the world does about a load that a write
/// overtakes is in the name of each form.
#[derive(Clone, Copy, Debug)]
pub struct WriteThrough {
    /// Reads of the key a second.
    pub read: f64,
    /// Writes of the key a second.
    pub write: f64,
    /// Share of the writes that nobody tells of.
    pub missed: f64,
    /// From the request to the store.
    pub load: f64,
    /// From the origin's snapshot to the store.
    pub tail: f64,
    /// The lease under it all.
    pub ttl: f64,
}

impl WriteThrough {
    fn told(&self) -> f64 {
        (1.0 - self.missed) * self.write
    }

    /// `τ`.
    fn life(&self) -> f64 {
        life(self.told(), self.ttl)
    }

    /// Stale share of hits where every load stores what it brings: a write after its snapshot, told of or
    /// not, stays unseen until the next that is told of.
    /// `1 − e^(−μ·tail)·life(μ, T)/life((1−p)μ, T)`. The race of R. Nishtala and others, "Scaling Memcache at
    /// Facebook", NSDI 2013, section 3.2.1.
    #[must_use]
    pub fn stale_unguarded(&self) -> f64 {
        let fresh = life(self.write, self.ttl) / self.life();
        1.0 - (-self.write * self.tail).exp() * fresh
    }

    /// The same where a write that is told of keeps the load from storing: only those that nobody tells of
    /// are left.
    #[must_use]
    pub fn stale_guarded(&self) -> f64 {
        let fresh = life(self.write, self.ttl) / self.life();
        1.0 - (-self.missed * self.write * self.tail).exp() * fresh
    }

    /// Share of reads that find no value, where a load stores with the chance `stores` and reads join it
    /// until it is back in any case: `(1 + λD)/(1 + λD + stores·λτ)`.
    fn blind(&self, stores: f64) -> f64 {
        let nothing = 1.0 + self.read * self.load;
        nothing / (nothing + stores * self.read * self.life())
    }

    /// Share of reads that find no value, where every load stores.
    #[must_use]
    pub fn misses_unguarded(&self) -> f64 {
        self.blind(1.0)
    }

    /// The same under leases as in NSDI 2013: any delete since the miss voids the store,
    /// `stores = e^(−(1−p)μD)`.
    #[must_use]
    pub fn misses_leased(&self) -> f64 {
        self.blind((-self.told() * self.load).exp())
    }

    /// The same where versions tell: only a write after the snapshot voids it, `stores = e^(−(1−p)μ·tail)`.
    #[must_use]
    pub fn misses_versioned(&self) -> f64 {
        self.blind((-self.told() * self.tail).exp())
    }

    /// The same as this cache does it: a delete voids the store and nobody joins the load any more, so that
    /// the next read begins another. Until one stores there are `1/ok` loads, of which the failed ones are
    /// joined for `(1 − ok)/((1−p)μ)` on average, in all `(1 − ok)/(ok·(1−p)μ)` of time, where
    /// `ok = e^(−(1−p)μD)`: `1 − λτ/(1/ok + λ(1 − ok)/(ok·(1−p)μ) + λτ)`.
    #[must_use]
    pub fn misses_poisoned(&self) -> f64 {
        let ok = (-self.told() * self.load).exp();
        let waiting = life(self.told(), self.load) / ok;
        let nothing = 1.0 / ok + self.read * waiting;
        nothing / (nothing + self.read * self.life())
    }
}

/// Deleted `before` the commit: stale share of hits, `(1 − e^(−λc))·e^(−μc)·(1 + μ/λ)`.
///
/// The deletes are a Poisson stream, each with its commit c later. What the first read after a delete loads
/// is stale from the commit to the next delete if it comes before the commit, and no further delete within
/// c. Of the time, `1/μ` from delete to delete on average, `(1/μ)·e^(−μc)(1 − e^(−λc))` is stale, and in
/// `λ/(λ + μ)` there is something to hit.
#[must_use]
pub fn stale_before_commit(read: f64, write: f64, before: f64) -> f64 {
    within(read * before) * (-write * before).exp() * (1.0 + write / read)
}

/// Loads that read a replica which is `behind`: stale share of hits, `1 − e^(−(λ+μ)R)`. The value is stale
/// if the write before it was less than R ago, which for the first of reads and writes after a write is
/// exponential of rate λ + μ; and stays so until the next write.
#[must_use]
pub fn stale_behind_replica(read: f64, write: f64, behind: f64) -> f64 {
    within((read + write) * behind)
}

#[cfg(test)]
mod tests {
    use super::super::tests::rounds_to;
    use super::*;

    #[test]
    fn the_stale_set_race_has_the_figures_that_are_known() {
        let race = WriteThrough {
            read: 500.0,
            write: 2.0,
            missed: 0.0,
            load: 0.02,
            tail: 0.015,
            ttl: f64::INFINITY,
        };
        rounds_to(race.stale_unguarded(), "0.0296");
        assert_eq!(race.stale_guarded(), 0.0);
        rounds_to(1.0 - race.misses_unguarded(), "0.9579");
        rounds_to(1.0 - race.misses_leased(), "0.9562");
        rounds_to(1.0 - race.misses_versioned(), "0.9566");
        // Nobody waits for what will be voided: between the two.
        let poisoned = race.misses_poisoned();
        assert!(race.misses_unguarded() < poisoned && poisoned < race.misses_leased());
        let missed = WriteThrough {
            read: 20.0,
            write: 0.5,
            missed: 0.1,
            load: 0.2,
            tail: 0.15,
            ttl: 60.0,
        };
        rounds_to(missed.stale_unguarded(), "0.16503");
        rounds_to(missed.stale_guarded(), "0.10672");
        let busy = WriteThrough {
            read: 100.0,
            write: 5.0,
            load: 0.05,
            tail: 0.04,
            ..race
        };
        rounds_to(1.0 - busy.misses_leased(), "0.72191");
        rounds_to(1.0 - busy.misses_versioned(), "0.73184");
    }

    #[test]
    fn orders_and_replicas_have_the_figures_that_are_known() {
        rounds_to(stale_before_commit(200.0, 0.02, 0.01), "0.865");
        rounds_to(stale_before_commit(20.0, 0.05, 0.05), "0.6321");
        rounds_to(stale_behind_replica(10.0, 0.002, 0.1), "0.632");
    }
}
