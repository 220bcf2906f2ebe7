//! Hits as sides of a comparison.

use std::hint::black_box;

use super::caches::Hit;
use super::interleave::Side;
use super::workload::Reads;

/// Threads that read by the call that only looks.
pub fn by_get(threads: usize, reads: &'static Reads, cache: &'static impl Hit) -> Side {
    Side::new(threads, move |lap| {
        let mut sum = 0_u64;
        reads.walk(lap, |key| sum = sum.wrapping_add(cache.hit(key)));
        black_box(sum);
    })
}

/// Threads that read by the call that would load.
pub fn by_get_with(threads: usize, reads: &'static Reads, cache: &'static impl Hit) -> Side {
    Side::new(threads, move |lap| {
        let mut sum = 0_u64;
        reads.walk(lap, |key| sum = sum.wrapping_add(cache.hit_or_load(key)));
        black_box(sum);
    })
}
