//! Embeddings of entries, and an exact search among them.
//!
//! Lookup may be approximate, invalidation must be exact: a missed lookup is a miss, a missed purge
//! is stale data. The search compares with every row.

use hashbrown::HashMap;

use super::key::{Key, Prehashed};

/// The embeddings of the entries that have one, in one block of memory.
#[derive(Debug, Default)]
pub(super) struct VectorIndex {
    /// Length of a row; 0 before the first.
    dimensions: usize,
    rows: Vec<f32>,
    keys: Vec<Key>,
    /// Whose row it is: an entry may be removed after another has taken its place, and must not take
    /// the other's row with it.
    owners: Vec<usize>,
    positions: HashMap<Key, usize, Prehashed>,
}

impl VectorIndex {
    /// Notes the embedding of a key's entry, in place of that of the entry before. One of another
    /// length than the first is left out: nothing can be compared with it.
    pub(super) fn insert(&mut self, key: &Key, vector: &[f32], owner: usize) {
        if self.dimensions == 0 {
            self.dimensions = vector.len();
        }
        if vector.len() != self.dimensions || vector.is_empty() {
            if let Some(&at) = self.positions.get(key) {
                self.remove_row(key, at);
            }
            return;
        }
        match self.positions.get(key) {
            Some(&at) => {
                self.row_mut(at).copy_from_slice(vector);
                self.owners[at] = owner;
            }
            None => {
                self.positions.insert(key.clone(), self.keys.len());
                self.keys.push(key.clone());
                self.owners.push(owner);
                self.rows.extend_from_slice(vector);
            }
        }
    }

    /// Removes the row of a key, if it is this owner's.
    pub(super) fn remove(&mut self, key: &Key, owner: usize) {
        if let Some(&at) = self.positions.get(key)
            && self.owners[at] == owner
        {
            self.remove_row(key, at);
        }
    }

    fn remove_row(&mut self, key: &Key, at: usize) {
        let last = self.keys.len() - 1;
        self.positions.remove(key);
        self.keys.swap_remove(at);
        self.owners.swap_remove(at);
        if at != last {
            let from = last * self.dimensions;
            self.rows
                .copy_within(from..from + self.dimensions, at * self.dimensions);
            self.positions.insert(self.keys[at].clone(), at);
        }
        self.rows.truncate(last * self.dimensions);
    }

    pub(super) fn clear(&mut self) {
        *self = VectorIndex {
            dimensions: self.dimensions,
            ..VectorIndex::default()
        };
    }

    /// Length of a row, once there has been one.
    pub(super) fn dimensions(&self) -> Option<usize> {
        (self.dimensions != 0).then_some(self.dimensions)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.rows.len() * size_of::<f32>() + self.keys.len() * 2 * size_of::<Key>()
    }

    /// Keys with a cosine similarity of at least `at_least`, nearest first; equal ones in the order
    /// of their text, so that the answer does not depend on the order of insertion.
    pub(super) fn within(&self, vector: &[f32], at_least: f32) -> Vec<(Key, f32)> {
        if vector.len() != self.dimensions || self.dimensions == 0 {
            return Vec::new();
        }
        let mut found: Vec<(Key, f32)> = self
            .rows
            .chunks_exact(self.dimensions)
            .map(|row| similarity(row, vector))
            .enumerate()
            .filter(|(_, similarity)| *similarity >= at_least)
            .map(|(at, similarity)| (self.keys[at].clone(), similarity))
            .collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.text().cmp(b.0.text())));
        found
    }

    fn row_mut(&mut self, at: usize) -> &mut [f32] {
        &mut self.rows[at * self.dimensions..(at + 1) * self.dimensions]
    }
}

/// Cosine similarity of two vectors of unit length.
///
/// Sixteen sums side by side, added at the end in a fixed order: the compiler turns them into vector
/// instructions without reordering anything, so that every machine gets the same bits.
pub(super) fn similarity(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0f32; LANES];
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::super::key::KeyHasher;
    use super::*;

    fn key(text: &str) -> Key {
        KeyHasher::new(0).key(text).to_key()
    }

    fn unit(angle: f32) -> Vec<f32> {
        let mut vector = vec![0.0; 20];
        vector[0] = angle.cos();
        vector[19] = angle.sin();
        vector
    }

    #[test]
    fn everything_within_is_found_nearest_first() {
        let mut index = VectorIndex::default();
        for (name, angle) in [("far", 2.0), ("near", 0.1), ("here", 0.0), ("off", 0.6)] {
            index.insert(&key(name), &unit(angle), 0);
        }
        let found = index.within(&unit(0.0), 0.6f32.cos() - 1e-6);
        let names: Vec<_> = found.iter().map(|(key, _)| key.text()).collect();
        assert_eq!(names, ["here", "near", "off"]);
    }

    #[test]
    fn a_removed_key_is_not_found_and_the_others_still_are() {
        let mut index = VectorIndex::default();
        for (name, angle) in [("a", 0.0), ("b", 0.1), ("c", 0.2)] {
            index.insert(&key(name), &unit(angle), 0);
        }
        index.remove(&key("a"), 0);
        let names: Vec<_> = index
            .within(&unit(0.2), 0.9)
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        assert_eq!(names, [key("c"), key("b")]);
    }

    #[test]
    fn another_dimension_finds_nothing() {
        let mut index = VectorIndex::default();
        index.insert(&key("a"), &unit(0.0), 0);
        assert!(index.within(&[1.0, 0.0], -1.0).is_empty());
    }

    #[test]
    fn an_owner_that_was_replaced_does_not_take_its_successors_row() {
        let mut index = VectorIndex::default();
        index.insert(&key("a"), &unit(0.0), 1);
        index.insert(&key("a"), &unit(0.1), 2);
        index.remove(&key("a"), 1);
        assert_eq!(index.within(&unit(0.1), 0.9).len(), 1);
        index.remove(&key("a"), 2);
        assert_eq!(index.len(), 0);
    }

    #[test]
    fn a_vector_of_another_dimension_drops_the_row_of_its_key() {
        let mut index = VectorIndex::default();
        index.insert(&key("a"), &unit(0.0), 1);
        index.insert(&key("a"), &[1.0, 0.0], 2);
        assert!(index.within(&unit(0.0), -1.0).is_empty());
    }
}
