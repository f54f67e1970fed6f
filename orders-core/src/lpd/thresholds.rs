//! What the two thresholds decide: which cells are near, and which repel each
//! other.

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

/// Decides which cells repel each other, by how far their rows and their
/// columns differ. Replace it to try another metric.
///
/// ```
/// use orders_core::lpd::Repulsion;
///
/// /// Two cells repel each other within a Euclidean distance.
/// #[derive(Clone)]
/// struct Disc {
///     radius: u32,
/// }
///
/// impl Repulsion for Disc {
///     fn reach(&self, rows: u32) -> Option<u32> {
///         let left = self.radius.pow(2).checked_sub(rows.pow(2))?;
///         Some(left.isqrt())
///     }
/// }
///
/// let disc = Disc { radius: 5 };
/// let reaches = [0, 3, 4, 5, 6].map(|rows| disc.reach(rows));
/// assert_eq!(reaches, [Some(5), Some(4), Some(3), Some(0), None]);
/// ```
pub trait Repulsion: Clone + Send + Sync + 'static {
    /// The largest column difference at which two cells repel each other, if
    /// their rows differ by `rows`; `None` if they do not at all.
    ///
    /// It is asked once for each row difference that the grid has, from 0 on,
    /// when a generator is made, and must depend on the difference only. Any
    /// answers will do: they may rise and fall, and `Some` may follow `None`.
    /// A reach beyond the width of the grid counts as the width. Two different
    /// cells are meant: `None` at 0 and `Some(0)` there say the same, that
    /// cells of a row do not repel each other.
    fn reach(&self, rows: u32) -> Option<u32>;
}

/// LPD's repulsion: two cells repel each other if both their row and their
/// column difference are at most the repulsion threshold rho (Chebyshev
/// distance).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chebyshev {
    /// Rho, from 0. Below 1 no other cell is repelled. Infinity repels all
    /// cells. A negative number or NaN counts as 0 here;
    /// [`LocalityAware::new`](super::LocalityAware::new) refuses both.
    pub repulsion_threshold: f64,
}

impl Repulsion for Chebyshev {
    fn reach(&self, rows: u32) -> Option<u32> {
        // Differences are whole numbers; the cast saturates at both ends.
        let reach = self.repulsion_threshold as u32;
        (rows <= reach).then_some(reach)
    }
}
