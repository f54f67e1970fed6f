//! What can be wrong with files of features and statistics.

use std::io;
use std::path::PathBuf;

use orders_arrays::{ArrayError, HeaderError};

use crate::metrics::error::MetricsError;

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsFileError {
    /// The path has another extension.
    #[error("{} ends in neither {allowed}", path.display())]
    Extension {
        /// The path given.
        path: PathBuf,
        /// The endings there are.
        allowed: &'static str,
    },
    /// The file can't be opened. The error names it.
    #[error(transparent)]
    Open(io::Error),
    /// The file was not read to its end.
    #[error("{} can't be read as {what}", path.display())]
    Read {
        /// The path of the file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// What went wrong.
        source: MetricsReadError,
    },
}

/// Why the content of a file was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsReadError {
    /// An array can't be read.
    #[error(transparent)]
    Array(#[from] ArrayError),
    /// An array is not there.
    #[error(
        "there is no array '{name}' in it; there must be 'mu' and 'sigma', its arrays are: {}",
        found.join(", ")
    )]
    NoArray {
        /// The array.
        name: &'static str,
        /// The names of those that are there.
        found: Vec<String>,
    },
    /// The array has another number of dimensions.
    #[error("'{name}' has the shape {shape:?}; it must be {expected}")]
    Shape {
        /// The array.
        name: &'static str,
        /// Its shape.
        shape: Vec<usize>,
        /// What it must be.
        expected: &'static str,
    },
    /// There are class scores of other images.
    #[error("there are {features} rows of features and {logits} of logits; both must be the same")]
    Rows {
        /// Rows of features.
        features: usize,
        /// Rows of class scores.
        logits: usize,
    },
    /// What the file holds are no features or statistics.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
}

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsWriteError {
    /// The bytes could not be written.
    #[error("writing failed")]
    Io(#[from] io::Error),
    /// The file can't be laid out.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The metadata could not be put into text.
    #[error("the metadata can't be written")]
    Metadata(#[source] Box<dyn std::error::Error + Send + Sync>),
}
