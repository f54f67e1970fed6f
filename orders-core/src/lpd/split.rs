//! The split of the free cells into near and far.

/// Decides which cells are near. Replace it to try another rule.
///
/// ```
/// use orders_core::lpd::Split;
///
/// /// Near are the cells of the highest score that a cell can have.
/// #[derive(Clone)]
/// struct Enclosed;
///
/// impl Split for Enclosed {
///     fn near_from(&self, scores: &[f64]) -> usize {
///         scores.len() - 1
///     }
/// }
///
/// assert_eq!(Enclosed.near_from(&[0.0, 1.0, 2.0]), 2);
/// ```
pub trait Split: Clone + Send + Sync + 'static {
    /// Given the score of each level, never decreasing, the first level that is
    /// near: all from it on are near, those below it far. The number of levels,
    /// or more, if none is near.
    ///
    /// It is asked once for each step, and must depend on the scores only.
    fn near_from(&self, scores: &[f64]) -> usize;
}

/// LPD's split: near is every cell whose score is at least the proximity
/// threshold tau.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Tau, from 0. At 0 every cell is near, at infinity none. With a negative
    /// number or NaN every cell is near here;
    /// [`LocalityAware::new`](super::LocalityAware::new) refuses both.
    pub proximity_threshold: f64,
}

impl Split for Threshold {
    #[inline(always)]
    fn near_from(&self, scores: &[f64]) -> usize {
        // As they never decrease, counting finds the place, without branches.
        scores
            .iter()
            .map(|&score| usize::from(score < self.proximity_threshold))
            .sum()
    }
}
