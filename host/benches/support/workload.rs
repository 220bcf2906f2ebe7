//! Keys, the order in which they are read, and tags.

use std::sync::Arc;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Uniform, Zipf};

use super::interleave::Lap;
use super::keep;

/// Length of every key, in bytes.
pub const KEY_BYTES: usize = 24;

/// Tags in all, of which every entry of this cache carries three.
const TAGS: usize = 1_000;

/// Keys of 24 bytes: `product:0000000000000042`.
pub fn keys(count: usize) -> &'static [String] {
    keep(keys_of(KEY_BYTES, count))
}

/// Keys of so many bytes.
pub fn keys_of(bytes: usize, count: usize) -> Vec<String> {
    let digits = bytes - "product:".len();
    (0..count)
        .map(|n| format!("product:{n:0digits$}"))
        .collect()
}

/// The tags, made once: an application has them at hand as well.
pub struct Tags(Vec<Arc<str>>);

impl Tags {
    pub fn new() -> Tags {
        Tags((0..TAGS).map(|n| format!("category:{n}").into()).collect())
    }

    /// Three different tags of an entry.
    pub fn of(&self, entry: usize) -> [&Arc<str>; 3] {
        let first = entry % TAGS;
        [0, 331, 662].map(|apart| &self.0[(first + apart) % TAGS])
    }
}

/// The keys in the order in which they are read, for each thread another. Drawn ahead, so that the
/// draw costs nothing.
pub struct Reads(Vec<Vec<&'static str>>);

/// Reads before a sequence begins again.
const LENGTH: usize = 1 << 18;

impl Reads {
    /// Popular keys are scattered over `keys`, as they are in real ones.
    pub fn zipf(keys: &'static [String], exponent: f64, threads: usize) -> Reads {
        let ranks = Zipf::new(keys.len() as f64, exponent).expect("as many ranks as keys");
        // A prime that divides no round number reorders the keys and leaves none out.
        Reads::draw(threads, |rng| {
            let rank = ranks.sample(rng) as usize - 1;
            &keys[rank * 48_271 % keys.len()]
        })
    }

    pub fn uniform(keys: &'static [String], threads: usize) -> Reads {
        let places = Uniform::new(0, keys.len()).expect("there are keys");
        Reads::draw(threads, |rng| &keys[places.sample(rng)])
    }

    fn draw(threads: usize, one: impl Fn(&mut ChaCha8Rng) -> &'static str) -> Reads {
        let sequence = |thread| {
            let mut rng = ChaCha8Rng::seed_from_u64(thread as u64);
            (0..LENGTH).map(|_| one(&mut rng)).collect()
        };
        Reads((0..threads).map(sequence).collect())
    }

    /// Does something with every key of a lap.
    #[inline]
    pub fn walk(&self, lap: Lap, mut operation: impl FnMut(&'static str)) {
        let sequence = &self.0[lap.thread];
        let (mut at, mut left) = (lap.from % sequence.len(), lap.operations);
        while left > 0 {
            let stretch = &sequence[at..sequence.len().min(at + left)];
            for key in stretch {
                operation(key);
            }
            left -= stretch.len();
            at = 0;
        }
    }
}
