//! Which key an event is about.

use std::collections::HashMap;
use std::sync::Arc;

use rand::{Rng, RngExt};

use crate::scenario::Popularity;

/// Zipf exponent of `latest`, as in YCSB.
const LATEST_EXPONENT: f64 = 0.99;

/// One law of popularity over `n` subjects, ready to draw from.
#[derive(Clone)]
pub(super) enum Law {
    Uniform(u32),
    Weighted(Arc<Alias>),
    /// The rank of the subject among the most recently written ones.
    Latest(Arc<Alias>),
    SameAsReads,
}

impl Law {
    /// Looks at what some draws will look at, so that it is near when they do.
    pub(super) fn warm(&self, draws: &[u64]) {
        if let Law::Weighted(table) | Law::Latest(table) = self {
            let seen = draws
                .iter()
                .fold(0, |seen, draw| seen ^ table.of_draw(*draw));
            std::hint::black_box(seen);
        }
    }
}

/// Makes laws, and each table only once.
#[derive(Default)]
pub(super) struct Laws {
    tables: HashMap<(u32, u64), Arc<Alias>>,
}

impl Laws {
    pub(super) fn law(&mut self, popularity: Popularity, n: u32) -> Law {
        match popularity {
            Popularity::Uniform => Law::Uniform(n),
            Popularity::Zipf(exponent) => Law::Weighted(self.zipf(n, exponent)),
            Popularity::Latest => Law::Latest(self.zipf(n, LATEST_EXPONENT)),
            Popularity::SameAsReads => Law::SameAsReads,
        }
    }

    fn zipf(&mut self, n: u32, exponent: f64) -> Arc<Alias> {
        let table = self.tables.entry((n, exponent.to_bits()));
        table
            .or_insert_with(|| Arc::new(Alias::zipf(n, exponent)))
            .clone()
    }
}

/// A uniform number below `n`, from one draw. The bias is below n / 2^64.
pub(super) fn below(rng: &mut impl Rng, n: u32) -> u32 {
    scaled(rng.random(), n)
}

/// The number below `n` that a draw stands for.
pub(super) fn scaled(draw: u64, n: u32) -> u32 {
    ((u128::from(draw) * u128::from(n)) >> 64) as u32
}

/// Draws an index by weight in constant time: one draw, one memory access.
///
/// M. D. Vose, "A linear algorithm for generating random numbers with a given distribution", IEEE
/// Transactions on Software Engineering 17(9), 1991.
pub(super) struct Alias {
    /// A column each: below the threshold (of 2^32) it is the column itself, above it the alias. Side
    /// by side, because a draw from a large table costs what its cache miss costs.
    columns: Box<[(u32, u32)]>,
}

impl Alias {
    /// Index i, from 0, with a weight of `(i + 1)^-exponent`.
    pub(super) fn zipf(n: u32, exponent: f64) -> Self {
        Self::new(
            (1..=u64::from(n))
                .map(|rank| (rank as f64).powf(-exponent))
                .collect(),
        )
    }

    /// Weights are positive and finite, and there is at least one.
    fn new(mut weights: Vec<f64>) -> Self {
        let scale = weights.len() as f64 / weights.iter().sum::<f64>();
        let (mut small, mut large) = (Vec::new(), Vec::new());
        for (index, weight) in (0_u32..).zip(&mut weights) {
            *weight *= scale;
            if *weight < 1.0 {
                small.push(index)
            } else {
                large.push(index)
            }
        }
        // What rounding leaves over is a full column: an alias to itself.
        let mut columns: Box<[(u32, u32)]> = (0..weights.len() as u32)
            .map(|index| (u32::MAX, index))
            .collect();
        while let (Some(poor), Some(rich)) = (small.pop(), large.last().copied()) {
            let own = weights[poor as usize];
            columns[poor as usize] = ((own * 2_f64.powi(32)) as u32, rich);
            let rest = &mut weights[rich as usize];
            *rest -= 1.0 - own;
            if *rest < 1.0 {
                large.pop();
                small.push(rich);
            }
        }
        Self { columns }
    }

    pub(super) fn sample(&self, rng: &mut impl Rng) -> u32 {
        self.of_draw(rng.random())
    }

    /// The index that a draw stands for.
    #[inline]
    pub(super) fn of_draw(&self, draw: u64) -> u32 {
        // The whole part of draw · n / 2^64 chooses the column, its fraction the side.
        let scaled = u128::from(draw) * self.columns.len() as u128;
        let column = (scaled >> 64) as u32;
        let fraction = (scaled >> 32) as u32;
        let (threshold, alias) = self.columns[column as usize];
        if fraction < threshold { column } else { alias }
    }
}

/// Subjects in the order in which they were last written, for `latest`.
///
/// A write gives its subject the next free slot; a tree of counts (P. M. Fenwick, 1994) finds the r-th
/// last occupied slot in O(log n). With twice as many slots as subjects, the slots are packed anew once
/// in n writes.
pub(super) struct Recency {
    counts: Vec<u32>,
    slot_of: Vec<u32>,
    subject_in: Vec<u32>,
    next: usize,
}

const FREE: u32 = u32::MAX;

impl Recency {
    /// As if the `n` subjects had been written in the order of their numbers.
    pub(super) fn new(n: u32) -> Self {
        let slots = (n as usize * 2).next_power_of_two();
        let mut recency = Self {
            counts: vec![0; slots + 1],
            slot_of: vec![0; n as usize],
            subject_in: vec![FREE; slots],
            next: 0,
        };
        recency.pack((0..n).collect());
        recency
    }

    fn pack(&mut self, order: Vec<u32>) {
        self.counts.fill(0);
        self.subject_in.fill(FREE);
        self.next = order.len();
        for (slot, subject) in order.into_iter().enumerate() {
            self.slot_of[subject as usize] = slot as u32;
            self.subject_in[slot] = subject;
            self.counts[slot + 1] = 1;
        }
        for index in 1..self.counts.len() {
            let parent = index + (index & index.wrapping_neg());
            if parent < self.counts.len() {
                self.counts[parent] += self.counts[index];
            }
        }
    }

    /// Makes a subject the last one written.
    pub(super) fn touch(&mut self, subject: u32) {
        if self.next == self.subject_in.len() {
            let order = self
                .subject_in
                .iter()
                .copied()
                .filter(|subject| *subject != FREE)
                .collect();
            self.pack(order);
        }
        let old = self.slot_of[subject as usize] as usize;
        self.subject_in[old] = FREE;
        self.add(old, false);
        self.subject_in[self.next] = subject;
        self.slot_of[subject as usize] = self.next as u32;
        self.add(self.next, true);
        self.next += 1;
    }

    fn add(&mut self, slot: usize, up: bool) {
        let mut index = slot + 1;
        while index < self.counts.len() {
            self.counts[index] = if up {
                self.counts[index] + 1
            } else {
                self.counts[index] - 1
            };
            index += index & index.wrapping_neg();
        }
    }

    /// The subject written last (rank 0), last but one (rank 1), and so on.
    pub(super) fn by_rank(&self, rank: u32) -> u32 {
        let mut before = self.slot_of.len() as u32 - 1 - rank;
        let mut position = 0;
        let mut step = (self.counts.len() - 1).next_power_of_two();
        while step > 0 {
            let probe = position + step;
            if probe < self.counts.len() && self.counts[probe] <= before {
                position = probe;
                before -= self.counts[probe];
            }
            step /= 2;
        }
        self.subject_in[position]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};

    #[test]
    fn an_alias_table_draws_by_weight() {
        let n = 50;
        let table = Alias::zipf(n, 0.99);
        let mut rng = stream(1, 0, Purpose::ReadKeys, 0);
        let draws = 2_000_000;
        let mut counts = vec![0_u32; n as usize];
        for _ in 0..draws {
            counts[table.sample(&mut rng) as usize] += 1;
        }
        let total: f64 = (1..=n).map(|rank| f64::from(rank).powf(-0.99)).sum();
        let chi_squared: f64 = counts
            .iter()
            .zip(1..=n)
            .map(|(count, rank)| {
                let expected = f64::from(rank).powf(-0.99) / total * f64::from(draws);
                (f64::from(*count) - expected).powi(2) / expected
            })
            .sum();
        // 49 degrees of freedom: 0.1 % of fair tables lie above 85.4.
        assert!(chi_squared < 85.4, "{chi_squared}");
    }

    #[test]
    fn an_exponent_of_zero_is_uniform_and_one_subject_is_always_drawn() {
        let mut rng = stream(1, 0, Purpose::ReadKeys, 0);
        let flat = Alias::zipf(4, 0.0);
        let mut counts = [0; 4];
        for _ in 0..40_000 {
            counts[flat.sample(&mut rng) as usize] += 1;
        }
        assert!(
            counts.iter().all(|count| (9_500..10_500).contains(count)),
            "{counts:?}"
        );
        assert_eq!(Alias::zipf(1, 0.99).sample(&mut rng), 0);
    }

    #[test]
    fn recency_agrees_with_a_list_that_moves_to_the_front() {
        for n in [1, 2, 5, 64] {
            let mut recency = Recency::new(n);
            let mut list: Vec<u32> = (0..n).rev().collect();
            let mut rng = stream(2, 0, Purpose::WriteKeys, 0);
            for _ in 0..500 {
                let subject = below(&mut rng, n);
                recency.touch(subject);
                list.retain(|other| *other != subject);
                list.insert(0, subject);
                let found: Vec<u32> = (0..n).map(|rank| recency.by_rank(rank)).collect();
                assert_eq!(found, list);
            }
        }
    }
}
