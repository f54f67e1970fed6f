//! What can be wrong with files of measured fields.

use std::io;
use std::path::PathBuf;

use orders_arrays::ArrayError;

use super::field::MeasuredError;

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
