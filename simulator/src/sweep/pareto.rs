//! Which points no other one beats.

use std::cmp::Ordering;

use crate::report::figures::FigureKind;
use crate::statistics::Direction;

/// Whether each row is beaten by none: no other row is at least as good in every figure and better in one.
/// Rows that are equal in all figures stand or fall together. `rows` have the means of `figures`, in their
/// order; a row without one of them cannot be compared, beats none and is not in the set.
///
/// Sorted from the best first figure on, a row can be beaten only by one before it, and if by any then by
/// one of the set so far. That takes n log n for the sort and n times the size of the set (Kung, Luccio and
/// Preparata, "On finding the maxima of a set of vectors", JACM 22, 1975, who do better from four figures
/// on).
#[must_use]
pub fn unbeaten(rows: &[Option<Vec<f64>>], figures: &[&FigureKind]) -> Vec<bool> {
    // Lower is better from here on.
    let cost = |row: &[f64]| -> Vec<f64> {
        let signed = row
            .iter()
            .zip(figures)
            .map(|(x, figure)| match figure.better {
                Some(Direction::Higher) => -x,
                _ => *x,
            });
        signed.collect()
    };
    let costs = rows.iter().enumerate();
    let costs = costs.filter_map(|(index, row)| Some((index, cost(row.as_deref()?))));
    let mut costs: Vec<(usize, Vec<f64>)> = costs.collect();
    costs.sort_by(|a, b| in_order(&a.1, &b.1));
    let mut is_unbeaten = vec![false; rows.len()];
    let mut set: Vec<&[f64]> = Vec::new();
    for (index, cost) in &costs {
        if set.iter().any(|other| beats(other, cost)) {
            continue;
        }
        is_unbeaten[*index] = true;
        set.push(cost);
    }
    is_unbeaten
}

fn in_order(a: &[f64], b: &[f64]) -> Ordering {
    let orders = a.iter().zip(b).map(|(a, b)| a.total_cmp(b));
    orders.fold(Ordering::Equal, Ordering::then)
}

fn beats(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a <= b) && a.iter().zip(b).any(|(a, b)| a < b)
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::random::{Purpose, stream};
    use crate::report::figures::to_compare_by;

    fn figures() -> Vec<&'static FigureKind> {
        let names = ["stale_ratio", "hit_ratio", "origin_loads"];
        names.map(|name| to_compare_by(name).unwrap()).to_vec()
    }

    /// From the definition, row by row.
    fn by_definition(rows: &[Option<Vec<f64>>]) -> Vec<bool> {
        let better = |a: &[f64], b: &[f64]| {
            let no_worse = a[0] <= b[0] && a[1] >= b[1] && a[2] <= b[2];
            no_worse && (a[0] < b[0] || a[1] > b[1] || a[2] < b[2])
        };
        let beaten = |row: &[f64]| rows.iter().flatten().any(|other| better(other, row));
        let is_in = |row: &Option<Vec<f64>>| row.as_ref().is_some_and(|row| !beaten(row));
        rows.iter().map(is_in).collect()
    }

    #[test]
    fn the_set_is_that_of_the_definition_ties_included() {
        let mut rng = stream(1, 0, Purpose::Policy, 0);
        for round in 0..200_u32 {
            // Few values, so that many rows are equal in some figures and some in all.
            let values = 2 + round % 30;
            let rows: Vec<Option<Vec<f64>>> = (0..60)
                .map(|_| {
                    let row = [(); 3].map(|()| f64::from(rng.random_range(0..values)));
                    (rng.random_range(0..20_u32) > 0).then(|| row.to_vec())
                })
                .collect();
            assert_eq!(
                unbeaten(&rows, &figures()),
                by_definition(&rows),
                "{rows:?}"
            );
        }
    }

    #[test]
    fn a_row_without_a_figure_is_not_in_the_set_and_beats_none() {
        let rows = [Some(vec![0.5, 0.5, 10.0]), None];
        assert_eq!(unbeaten(&rows, &figures()), [true, false]);
        assert_eq!(unbeaten(&[], &figures()), [false; 0]);
    }
}
