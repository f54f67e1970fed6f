//! Why there is no page.

use orders_core::Grid;

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum PageError {
    /// There is nothing to show.
    #[error("there are no orders to show")]
    NoOrders,
    /// There are too many orders.
    #[error("there are {orders} orders or more; a page shows at most {most}")]
    TooManyOrders { orders: usize, most: usize },
    /// The grid is too large.
    #[error("a {grid} grid has {cells} cells; a page shows grids of at most {most}")]
    TooManyCells {
        grid: Grid,
        cells: usize,
        most: usize,
    },
    /// Orders are of several grids.
    #[error("{first_label} is of a {first} grid and {label} of {grid}; a page shows one grid")]
    OtherGrid {
        first_label: String,
        first: Grid,
        label: String,
        grid: Grid,
    },
    /// The field is that of another grid.
    #[error("the field is that of a {field} grid, and the orders are of {grid}")]
    FieldGrid { field: Grid, grid: Grid },
    /// The covariances are all different, and too many.
    #[error(
        "the field is not stationary, so that a page has to hold all its covariances; it holds those of at most {most} cells, and a {grid} grid has {cells}"
    )]
    NotStationary {
        grid: Grid,
        cells: usize,
        most: usize,
    },
    /// Values of an order are not those of the measures.
    #[error("{label} has {found} lists of values, and there are {expected} measures")]
    Values {
        label: String,
        found: usize,
        expected: usize,
    },
    /// Values of a measure are not those of the steps.
    #[error("{label} has {found} values of {measure} for {expected} steps")]
    Steps {
        label: String,
        measure: String,
        found: usize,
        expected: usize,
    },
}
