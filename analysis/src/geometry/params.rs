//! What the measures depend on besides the order.

use orders_core::{Grid, LocalityAware, MethodError, OrderError};

/// Settings of the measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeometryParams {
    /// Two cells of a group whose Chebyshev distance is at most this violate
    /// the repulsion; in cells, from 0, infinity included. It is LPD's rho.
    pub repulsion_threshold: f64,
    /// The range `s` of the weights `exp(-distance / s)` of
    /// [`support`](super::GroupGeometry::support); in cells, at least
    /// [`GeometryParams::SMALLEST_RANGE`], infinity included, where all cells
    /// weigh the same.
    pub support_range: f64,
}

impl GeometryParams {
    /// The smallest [`support_range`](Self::support_range), in cells. Below it,
    /// next to nothing but the edge neighbours has any weight.
    pub const SMALLEST_RANGE: f64 = 0.1;

    /// LPD's repulsion threshold for a grid, as
    /// [`LocalityAware::default_repulsion`] gives it, and a support range of 5 cells.
    pub fn for_grid(grid: Grid) -> Self {
        Self {
            repulsion_threshold: LocalityAware::default_repulsion(grid),
            support_range: 5.0,
        }
    }

    pub(super) fn check(&self) -> Result<(), GeometryError> {
        if self.repulsion_threshold.is_nan() || self.repulsion_threshold < 0.0 {
            return Err(GeometryError::RepulsionThreshold {
                value: self.repulsion_threshold,
            });
        }
        if self.support_range.is_nan() || self.support_range < Self::SMALLEST_RANGE {
            return Err(GeometryError::SupportRange {
                value: self.support_range,
            });
        }
        Ok(())
    }
}

/// Why there are no measures.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GeometryError {
    /// The repulsion threshold is NaN or negative.
    #[error("the repulsion threshold is {value}; it must be a number of cells from 0")]
    RepulsionThreshold {
        /// The value given.
        value: f64,
    },
    /// The support range is NaN or too small.
    #[error(
        "the support range is {value}; it must be at least {} cells",
        GeometryParams::SMALLEST_RANGE
    )]
    SupportRange {
        /// The value given.
        value: f64,
    },
    /// The cells are no order of the problem.
    #[error("the cells are no order of the problem")]
    Order(#[from] OrderError),
    /// The method made no orders.
    #[error(transparent)]
    Method(#[from] MethodError),
}
