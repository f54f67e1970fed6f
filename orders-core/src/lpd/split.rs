//! The split of the free cells into near and far.

/// Decides which cells are near. Replace it to try another rule.
pub trait Split: Clone + Send + Sync + 'static {
    /// Given the score of each level, never decreasing, the first level that is
    /// near: all from it on are near, those below it far. The number of levels
    /// if none is near.
    fn near_from(&self, scores: &[f64]) -> usize;
}

/// LPD's split: near is every cell whose score is at least the proximity
/// threshold tau.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Tau, from 0. At 0 every cell is near.
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
