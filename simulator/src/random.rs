//! Streams of random numbers, one for each entity and purpose.
//!
//! ChaCha8 is a counter-based generator: the seed, the stream and the position decide a number. An
//! entity draws from a stream of its own, so that what one policy, node or thread draws never moves
//! the numbers of another, and all policies see the same arrivals.
//!
//! What happens in an order that depends on the policy has no stream but [`Keyed`] numbers: what it is
//! about decides them, and not what was drawn before.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    ReadArrivals = 1,
    ReadKeys,
    WriteArrivals,
    WriteKeys,
    KeyTags,
    TraceTimes,
    /// All that is drawn for a load.
    Load,
    Announced = 11,
    AnnounceDelay,
    FeedDelay,
    FeedLoss,
    Balance,
    Lease,
    Policy,
    Questions,
    Clients,
    Bus,
    FeedDuplicates,
    FollowUps,
    Topics,
    Processes,
    CounterLife,
    Scan,
}

/// The stream of one entity (a node, say; 0 where there is but one) in one replication.
#[must_use]
pub fn stream(seed: u64, replication: u32, purpose: Purpose, entity: u32) -> ChaCha8Rng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..12].copy_from_slice(&replication.to_le_bytes());
    bytes[12..16].copy_from_slice(&(purpose as u32).to_le_bytes());
    let mut rng = ChaCha8Rng::from_seed(bytes);
    rng.set_stream(u64::from(entity));
    rng
}

/// Random numbers for things that each policy has others of, in another order: loads.
///
/// Each thing has a number that means the same whatever the policy, and a generator of its own: xoshiro256++,
/// seeded by SplitMix64 as its authors recommend. Two policies that have the same thing draw the same for
/// it, however much their pasts differ. A. M. Law, *Simulation Modeling and Analysis*, section 11.2, calls this
/// synchronization, without which common random numbers have little in common.
///
/// A block of ChaCha8 for each thing would do as well and cost more, since it gives many more numbers than a
/// load needs.
pub struct Keyed(u64);

impl Keyed {
    /// Numbers for one purpose in one replication.
    #[must_use]
    pub fn new(seed: u64, replication: u32, purpose: Purpose) -> Keyed {
        Keyed(stream(seed, replication, purpose, 0).next_u64())
    }

    /// The generator of one thing.
    #[must_use]
    pub fn of(&self, number: u64) -> Xoshiro256PlusPlus {
        Xoshiro256PlusPlus::seed_from_u64(self.0 ^ number)
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;

    #[test]
    fn what_is_drawn_for_a_thing_depends_on_nothing_that_was_drawn_before() {
        let keyed = Keyed::new(7, 0, Purpose::Load);
        let first: u64 = keyed.of(5).random();
        let _: u64 = keyed.of(4).random();
        assert_eq!(keyed.of(5).random::<u64>(), first);
        assert_ne!(Keyed::new(7, 1, Purpose::Load).of(5).random::<u64>(), first);
        assert_ne!(Keyed::new(8, 0, Purpose::Load).of(5).random::<u64>(), first);
    }

    /// The first number of each thing, as if they were a stream: uniform, and nothing to do with that of
    /// the next, nor of the one 256 further on. Each bound is four standard deviations.
    #[test]
    fn neighbours_have_nothing_in_common() {
        const N: usize = 100_000;
        let keyed = Keyed::new(7, 0, Purpose::Load);
        let drawn: Vec<f64> = (0..N as u64 + 256)
            .map(|number| keyed.of(number).random::<f64>() - 0.5)
            .collect();
        let root = (N as f64).sqrt();
        let mean = drawn[..N].iter().sum::<f64>() / N as f64;
        assert!(mean.abs() < 4.0 * (1.0 / 12.0_f64).sqrt() / root, "{mean}");
        for lag in [1, 2, 256] {
            let products = drawn.iter().zip(&drawn[lag..]).take(N);
            let covariance: f64 = products.map(|(a, b)| a * b).sum::<f64>() / N as f64;
            assert!(covariance.abs() < 4.0 / 12.0 / root, "{lag}: {covariance}");
        }
        let mut tenths = [0_u32; 10];
        for x in &drawn[..N] {
            tenths[((x + 0.5) * 10.0) as usize] += 1;
        }
        let expected = N as f64 / 10.0;
        let chi: f64 = tenths
            .iter()
            .map(|count| (f64::from(*count) - expected).powi(2) / expected)
            .sum();
        // The 99.99 % quantile of nine degrees of freedom.
        assert!(chi < 33.7, "{chi}");
    }
}
