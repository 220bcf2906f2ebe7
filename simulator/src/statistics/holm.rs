//! Many comparisons at once.

/// Shares as corrected by Holm's step-down procedure: a comparison is shown at the level α if its
/// corrected share is at most α, and then the chance that *any* of the family is shown by mistake is at
/// most α, whatever depends on what.
///
/// The i-th smallest of m shares is multiplied by m − i + 1, and is no less than the one before. Source:
/// S. Holm, “A Simple Sequentially Rejective Multiple Test Procedure”, Scandinavian Journal of Statistics 6
/// (1979), 65–70.
pub(super) fn holm(shares: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|a, b| shares[*a].total_cmp(&shares[*b]).then(a.cmp(b)));
    let mut corrected = vec![0.0; shares.len()];
    let mut least: f64 = 0.0;
    for (place, index) in order.into_iter().enumerate() {
        let times = (shares.len() - place) as f64;
        least = least.max((times * shares[index]).min(1.0));
        corrected[index] = least;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the procedure in any textbook: 0.01, 0.04, 0.03, 0.005 at m = 4.
    #[test]
    fn the_smallest_share_pays_for_all_and_the_largest_for_itself() {
        let corrected = holm(&[0.01, 0.04, 0.03, 0.005]);
        let expected = [0.03, 0.06, 0.06, 0.02];
        for (found, expected) in corrected.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15, "{corrected:?}");
        }
    }

    #[test]
    fn no_share_is_above_one_and_no_comparison_is_none() {
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
        assert_eq!(holm(&[0.2]), [0.2]);
        assert!(holm(&[]).is_empty());
    }
}
