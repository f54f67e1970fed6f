//! The split of the free cells into near and far.

/// Decides which classes of cells are near. Replace it to try another rule.
pub trait Split: Clone + Send + Sync + 'static {
    /// Given the score of each class, highest first, how many classes from the
    /// front are near. All others are far.
    fn near_classes(&self, scores: &[f64]) -> usize;
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
    fn near_classes(&self, scores: &[f64]) -> usize {
        scores
            .iter()
            .take_while(|&&score| score >= self.proximity_threshold)
            .count()
    }
}
