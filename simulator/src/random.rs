//! Streams of random numbers, one for each entity and purpose.
//!
//! ChaCha8 is a counter-based generator: the seed, the stream and the position decide a number. An
//! entity draws from a stream of its own, so that what one policy, node or thread draws never moves
//! the numbers of another, and all policies see the same arrivals.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

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
    OriginLatency,
    OriginErrors,
    ReplicaLag,
    VisibleAfter,
    Announced,
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
