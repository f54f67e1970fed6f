//! What can be wrong with images that a field is measured on.

use std::io;
use std::path::PathBuf;

use orders_arrays::ArrayError;
use orders_core::GridError;

use super::super::covariance::Covariance;
use super::super::error::CovarianceError;

/// Why arrays are no measured field.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MeasuredError {
    /// There are too few patches.
    #[error(
        "{}; a covariance needs at least 2",
        match patches {
            0 => "there are no patches".to_owned(),
            patches => format!("there is only {patches} patch"),
        }
    )]
    TooFew {
        /// The number given.
        patches: usize,
    },
    /// The sides of the patches are no grid.
    #[error("the patches are no grids of cells: {0}")]
    Grid(#[from] GridError),
    /// There are too many cells.
    #[error(
        "there are {cells} cells; covariances have at most {}",
        Covariance::MAX_CELLS
    )]
    TooLarge {
        /// The number given.
        cells: usize,
    },
    /// A value is NaN or infinite.
    #[error(
        "patch {patch} has {value} at row {row}, column {column}; values must be finite numbers"
    )]
    NotFinite {
        /// The patch, from 0.
        patch: usize,
        /// The row, from 0.
        row: usize,
        /// The column, from 0.
        column: usize,
        /// The value.
        value: f64,
    },
    /// All values are the same, or too large to be squared.
    #[error("the variance of all values is {variance}; it must be positive and finite")]
    Constant {
        /// The variance.
        variance: f64,
    },
    /// The matrix is not square.
    #[error("the covariance has {rows} rows and {columns} columns; it must be square")]
    NotSquare {
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// Entries are those of no covariance.
    #[error(transparent)]
    Covariance(#[from] CovarianceError),
}

/// Why no measured field was read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeasuredReadError {
    /// The array can't be read.
    #[error(transparent)]
    Array(#[from] ArrayError),
    /// The array has another number of dimensions, or no entries.
    #[error(
        "the array has the shape {shape:?}; it must be [n, H, W], patches of HxW cells, or [N, N], a covariance of N cells, and no side may be 0"
    )]
    Shape {
        /// The shape.
        shape: Vec<usize>,
    },
    /// There is too much to hold in memory.
    #[error("the array has {entries} entries; at most {limit} are read")]
    TooMany {
        /// Entries that are declared.
        entries: usize,
        /// The most that are read.
        limit: usize,
    },
    /// A covariance can't be averaged over offsets.
    #[error("'stationary' is for patches, an array [n, H, W], and this is a covariance [N, N]")]
    NoPatches,
    /// The file could not be read.
    #[error("reading failed")]
    Io(#[from] io::Error),
    /// What it holds is no measured field.
    #[error(transparent)]
    Measured(#[from] MeasuredError),
}

/// Why no measured field at a path was read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeasuredFileError {
    /// The file can't be opened. The error names it.
    #[error(transparent)]
    Open(io::Error),
    /// The file was not read to its end.
    #[error("{} can't be read as a field", path.display())]
    Read {
        /// The path of the file.
        path: PathBuf,
        /// What went wrong.
        source: MeasuredReadError,
    },
}
