//! Principle 2, repulsion: which cells may not be generated together.

/// Decides which cells repel each other. Replace it to try another metric.
pub trait Repulsion: Clone + Send + Sync + 'static {
    /// The largest column difference at which two cells repel each other, if
    /// their rows differ by `rows`; `None` if they do not at all.
    fn reach(&self, rows: u32) -> Option<u32>;
}

/// LPD's repulsion: two cells repel each other if both their row and their
/// column difference are at most the repulsion threshold rho (Chebyshev
/// distance).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chebyshev {
    /// Rho, from 0. Below 1 no other cell is repelled.
    pub repulsion_threshold: f64,
}

impl Repulsion for Chebyshev {
    fn reach(&self, rows: u32) -> Option<u32> {
        // Differences are whole numbers; the cast saturates at both ends.
        let reach = self.repulsion_threshold as u32;
        (rows <= reach).then_some(reach)
    }
}
