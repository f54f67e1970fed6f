//! What can be wrong with fields, covariances and orders.

use orders_core::{Grid, MethodError, OrderError};

use super::covariance::Covariance;
use super::measured::MeasuredFileError;

/// Why a text or numbers are no field.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldError {
    /// The text names no field.
    #[error(
        "'{text}' is no field; fields are exp:R, matern12:R, matern32:R, matern52:R, se:R, power:EXPONENT, photos and files NAME.npy, each with or without :shrink=S"
    )]
    Unknown {
        /// The text given.
        text: String,
    },
    /// The text names a file, which was not to be read.
    #[error("field '{text}' is a file, which Field::read reads")]
    IsFile {
        /// The text given.
        text: String,
    },
    /// A file is followed by something else than what it may be.
    #[error("field '{text}': '{word}' is none of stationary and shrink=S, each at most once")]
    Word {
        /// The text given.
        text: String,
        /// What is in the place.
        word: String,
    },
    /// There is no number where one is needed.
    #[error("field '{text}': '{word}' is no number")]
    Number {
        /// The text given.
        text: String,
        /// What stands in place of the number.
        word: String,
    },
    /// The range is out of its range.
    #[error("the range of the field is {value}; it must be a positive number of cells")]
    Range {
        /// The value given.
        value: f64,
    },
    /// The exponent is out of its range.
    #[error("the exponent of the spectrum is {value}; it must be a number from 0 to 10")]
    Exponent {
        /// The value given.
        value: f64,
    },
    /// The shrinkage is out of its range.
    #[error("the shrinkage is {value}; it must be a number from 0 to 1")]
    Shrinkage {
        /// The value given.
        value: f64,
    },
}

/// Why a text names no field, or its file can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FieldReadError {
    /// The text names none.
    #[error(transparent)]
    Text(#[from] FieldError),
    /// The file holds none.
    #[error(transparent)]
    File(#[from] MeasuredFileError),
}

/// Why a matrix is no covariance of a grid.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CovarianceError {
    /// The grid is too large.
    #[error(
        "a {grid} grid has {cells} cells; covariances have at most {}",
        Covariance::MAX_CELLS
    )]
    TooLarge {
        /// The grid.
        grid: Grid,
        /// Its cells.
        cells: usize,
    },
    /// The matrix has another size.
    #[error(
        "the covariance has {rows} rows and {columns} columns; a {grid} grid needs {cells} of each"
    )]
    Shape {
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
        /// The grid.
        grid: Grid,
        /// Cells of the grid.
        cells: usize,
    },
    /// The field was measured on patches of another grid.
    #[error(
        "the field was measured on patches of {patches} cells, and the grid is {grid}; a stationary one serves all smaller grids"
    )]
    OtherPatches {
        /// The grid of the patches.
        patches: Grid,
        /// The grid.
        grid: Grid,
    },
    /// The field was not measured at all offsets of the grid.
    #[error(
        "the field was measured for grids of one frame with at most {height}x{width} cells, and the grid is {grid}"
    )]
    BeyondOffsets {
        /// The most rows.
        height: usize,
        /// The most columns.
        width: usize,
        /// The grid.
        grid: Grid,
    },
    /// An entry is NaN or infinite.
    #[error("the covariance of cells {row} and {column} is {value}; it must be a finite number")]
    NotFinite {
        /// The row of the entry, a cell.
        row: usize,
        /// Its column, a cell.
        column: usize,
        /// Its value.
        value: f64,
    },
    /// The matrix is not symmetric.
    #[error(
        "the covariance of cells {row} and {column} is {value}, but that of {column} and {row} is {transposed}; it must be symmetric"
    )]
    NotSymmetric {
        /// The row of the entry, a cell.
        row: usize,
        /// Its column, a cell.
        column: usize,
        /// Its value.
        value: f64,
        /// The value on the other side of the diagonal.
        transposed: f64,
    },
    /// A variance is not positive.
    #[error("the variance of cell {cell} is {value}; it must be positive")]
    Variance {
        /// The cell.
        cell: usize,
        /// Its variance.
        value: f64,
    },
    /// The matrix is not positive definite, or so little that f64 can't tell.
    #[error(
        "the covariance is not positive definite: {}, its smallest eigenvalue is {eigenvalue:.3e}, and a mean variance of {variance:.3e} asks for at least {needed:.3e}; shrinking it by {shrinkage:.1e} or more makes it so",
        match cell {
            Some(cell) => format!("the factorisation ends at cell {cell}"),
            None => "some cell is all but determined by the others".to_owned(),
        }
    )]
    NotPositiveDefinite {
        /// Where the factorisation in raster order ends, if it does.
        cell: Option<usize>,
        /// The smallest eigenvalue.
        eigenvalue: f64,
        /// The mean variance of a cell.
        variance: f64,
        /// What the smallest eigenvalue must be at least.
        needed: f64,
        /// The intensity of shrinkage that suffices.
        shrinkage: f64,
    },
    /// The shrinkage is out of its range.
    #[error("the shrinkage is {value}; it must be a number from 0 to 1")]
    Shrinkage {
        /// The value given.
        value: f64,
    },
}

/// Why nothing was measured.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InformationError {
    /// Order and covariance are of two grids.
    #[error("the covariance is that of a {covariance} grid, but the orders are of a {orders} grid")]
    Grid {
        /// The grid of the covariance.
        covariance: Grid,
        /// The grid of the orders.
        orders: Grid,
    },
    /// There are too few or too many steps.
    #[error("{steps} steps were asked for; from 1 to {cells} are possible")]
    Steps {
        /// The number given.
        steps: usize,
        /// The most that are possible.
        cells: usize,
    },
    /// A group would have no cell.
    #[error("the largest group has 0 cells; it must have at least 1")]
    Largest,
    /// Groups are too small for so few steps.
    #[error("{cells} cells don't fit in {steps} groups of at most {largest}")]
    NoSizes {
        /// Steps.
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
}
