//! Why nothing was measured.

use orders_core::{Grid, MethodError, OrderError};

/// Why nothing was measured.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum InformationError {
    /// Order and covariance are of two grids.
    #[error("the covariance is that of a {covariance} grid, but the orders are of a {orders} grid")]
    Grid { covariance: Grid, orders: Grid },
    /// Order and information curve are of two grids.
    #[error("the curve is that of a {curve} grid, but the orders are of a {orders} grid")]
    CurveGrid { curve: Grid, orders: Grid },
    /// There are too few or too many steps.
    #[error("{steps} steps were asked for; from 1 to {cells} are possible")]
    Steps { steps: usize, cells: usize },
    /// A group would have no cell.
    #[error("the largest group has 0 cells; it must have at least 1")]
    Largest,
    /// Groups are too small for so few steps.
    #[error("{cells} cells don't fit in {steps} groups of at most {largest}")]
    NoSizes {
        steps: usize,
        /// The most cells of a group.
        largest: usize,
        /// Cells to be generated.
        cells: usize,
    },
    /// There is nothing to average.
    #[error("there are no orders; at least one is needed")]
    NoOrders,
    /// The cells are no order of the problem.
    #[error("the cells are no order of the problem")]
    Order(#[from] OrderError),
    /// The method made no orders.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// Whoever watched ended it.
    #[error("it was stopped before there was an order")]
    Stopped,
}
