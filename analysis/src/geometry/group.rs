//! The measures of a group of cells.

use serde::Serialize;

/// The geometry of one group at the moment it is revealed, or, in
/// [`OrderGeometry::total`](super::OrderGeometry::total), of all groups of an
/// order together.
///
/// A measure that has no value is `None`: it is never filled with a number. In
/// the total, means are over all cells (or pairs) of all groups, so large groups
/// weigh more than small ones, unless it is said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct GroupGeometry {
    /// Cells of the group, or of the order.
    pub cells: u32,
    /// LPD's proximity score, in 1/cells, mean over the cells: the sum of
    /// `1 / distance` over the context cells among a cell's 8 neighbours (26 in
    /// a video), whose distances are 1, sqrt(2) and sqrt(3). From 0 to
    /// 4 + 4/sqrt(2) = 6.83 in an image. Source: LPD (arXiv 2507.01957), section
    /// 3.3, as released; the 26 neighbours are ours.
    pub proximity: f64,
    /// Distance from a cell to the nearest context cell, in cells, mean over
    /// the cells. `None` without context: in the first step, if no cell is
    /// known. In the total, mean over the cells of all steps that have context.
    pub nearest_context: Option<f64>,
    /// Share of a cell's surroundings that is context, weighted by closeness,
    /// mean over the cells: the sum of `exp(-distance / s)` over all context
    /// cells, divided by the same sum over all other cells of the grid, with
    /// the range `s` of the [parameters](super::GeometryParams::support_range).
    /// A number from 0 to 1. `None` on a grid of one cell.
    ///
    /// The weights are the isotropic exponential covariance that is a common
    /// model of images (A. K. Jain, Fundamentals of Digital Image Processing,
    /// 1989, chapter 2), so this is the part of a cell's summed correlation with
    /// the image that is known when the cell is generated.
    pub support: Option<f64>,
    /// Share of a cell's 4 edge neighbours (6 in a video) that are context,
    /// mean over the cells. Only neighbours on the grid count. A number from 0
    /// to 1; `None` on a grid of one cell.
    pub edge_coverage: Option<f64>,
    /// Share of a cell's 8 neighbours (26 in a video) that are context, as
    /// [`edge_coverage`](Self::edge_coverage).
    pub neighbour_coverage: Option<f64>,
    /// Smallest distance between two cells of the group, in cells. `None` for a
    /// group of one. In the total, the smallest of all groups.
    pub smallest_pair: Option<f64>,
    /// Distance between two cells of the group, in cells, mean over the pairs.
    /// `None` for a group of one.
    pub mean_pair: Option<f64>,
    /// Pairs of cells of the group whose Chebyshev distance is at most the
    /// [repulsion threshold](super::GeometryParams::repulsion_threshold). In
    /// the total, their sum.
    pub violations: u64,
    /// Share of the cells that are in such a pair. A number from 0 to 1.
    pub violating_share: f64,
    /// Centred L2 discrepancy of the revealed set after the step, known cells
    /// included: how unevenly it covers the grid. 0 would be perfect evenness;
    /// no finite set reaches it, and the full grid has a value that all orders
    /// end at. In the total, the mean over the steps, each step weighing the same.
    ///
    /// With d = 2 coordinates (3 in a video of several frames), n revealed
    /// cells and `x_ik` = (index + 1/2) / side the centre of cell i in the unit
    /// square (or cube), it is the square root of
    ///
    /// ```text
    /// (13/12)^d - 2/n sum_i prod_k (1 + |x_ik - 1/2|/2 - |x_ik - 1/2|^2/2)
    ///   + 1/n^2 sum_ij prod_k (1 + |x_ik - 1/2|/2 + |x_jk - 1/2|/2 - |x_ik - x_jk|/2)
    /// ```
    ///
    /// Source: F. J. Hickernell, A generalized discrepancy and quadrature error
    /// bound, Mathematics of Computation 67 (1998), pages 299 to 322.
    /// `scipy.stats.qmc.discrepancy` with method `CD` gives its square.
    pub discrepancy: f64,
}

/// A measure of [`GroupGeometry`], by name, for tables and loops over all of
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// [`GroupGeometry::proximity`].
    Proximity,
    /// [`GroupGeometry::nearest_context`].
    NearestContext,
    /// [`GroupGeometry::support`].
    Support,
    /// [`GroupGeometry::edge_coverage`].
    EdgeCoverage,
    /// [`GroupGeometry::neighbour_coverage`].
    NeighbourCoverage,
    /// [`GroupGeometry::smallest_pair`].
    SmallestPair,
    /// [`GroupGeometry::mean_pair`].
    MeanPair,
    /// [`GroupGeometry::violations`].
    Violations,
    /// [`GroupGeometry::violating_share`].
    ViolatingShare,
    /// [`GroupGeometry::discrepancy`].
    Discrepancy,
}

impl Measure {
    /// All of them, in the order of [`GroupGeometry`].
    pub const ALL: [Self; 10] = [
        Self::Proximity,
        Self::NearestContext,
        Self::Support,
        Self::EdgeCoverage,
        Self::NeighbourCoverage,
        Self::SmallestPair,
        Self::MeanPair,
        Self::Violations,
        Self::ViolatingShare,
        Self::Discrepancy,
    ];

    /// The name, which is also that of the serialised measure.
    pub fn name(self) -> &'static str {
        match self {
            Self::Proximity => "proximity",
            Self::NearestContext => "nearest_context",
            Self::Support => "support",
            Self::EdgeCoverage => "edge_coverage",
            Self::NeighbourCoverage => "neighbour_coverage",
            Self::SmallestPair => "smallest_pair",
            Self::MeanPair => "mean_pair",
            Self::Violations => "violations",
            Self::ViolatingShare => "violating_share",
            Self::Discrepancy => "discrepancy",
        }
    }

    /// The unit; `None` for shares and the discrepancy, which have none.
    pub fn unit(self) -> Option<&'static str> {
        match self {
            Self::Proximity => Some("1/cells"),
            Self::NearestContext | Self::SmallestPair | Self::MeanPair => Some("cells"),
            Self::Violations => Some("pairs"),
            Self::Support
            | Self::EdgeCoverage
            | Self::NeighbourCoverage
            | Self::ViolatingShare
            | Self::Discrepancy => None,
        }
    }
}

impl GroupGeometry {
    /// The value of a measure, if it has one.
    pub fn value(&self, measure: Measure) -> Option<f64> {
        match measure {
            Measure::Proximity => Some(self.proximity),
            Measure::NearestContext => self.nearest_context,
            Measure::Support => self.support,
            Measure::EdgeCoverage => self.edge_coverage,
            Measure::NeighbourCoverage => self.neighbour_coverage,
            Measure::SmallestPair => self.smallest_pair,
            Measure::MeanPair => self.mean_pair,
            Measure::Violations => Some(self.violations as f64),
            Measure::ViolatingShare => Some(self.violating_share),
            Measure::Discrepancy => Some(self.discrepancy),
        }
    }
}
