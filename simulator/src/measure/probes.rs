//! What caches would still serve, some time after a write.

use std::collections::BTreeMap;

use super::Inconsistent;
use crate::scenario::Nanos;

/// Counts by the time after which it was looked.
#[derive(Default)]
pub(super) struct Probes {
    names: Vec<String>,
    counts: Vec<Inconsistent>,
}

impl Probes {
    pub(super) fn new(after: &[Nanos]) -> Probes {
        Probes {
            names: after.iter().map(Nanos::to_string).collect(),
            counts: vec![Inconsistent::default(); after.len()],
        }
    }

    pub(super) fn note(&mut self, index: usize, inconsistent: bool) {
        let counts = &mut self.counts[index];
        counts.writes += 1;
        counts.inconsistent += u64::from(inconsistent);
    }

    pub(super) fn finish(self) -> BTreeMap<String, Inconsistent> {
        let counts = self.counts.into_iter().map(|counts| {
            let share = counts.inconsistent as f64 / counts.writes as f64;
            Inconsistent {
                nines: (counts.inconsistent > 0).then(|| -share.log10()),
                ..counts
            }
        });
        self.names.into_iter().zip(counts).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_a_hundred_leaves_two_nines_and_none_leaves_no_number() {
        let mut probes = Probes::new(&[Nanos::from_secs(5), Nanos::from_secs(300)]);
        for number in 0..100 {
            probes.note(0, number == 7);
            probes.note(1, false);
        }
        let found = probes.finish();
        assert_eq!(found["5s"].nines, Some(2.0));
        assert_eq!((found["5m"].writes, found["5m"].nines), (100, None));
    }
}
