//! What can be wrong with files of features and statistics.

use std::convert::Infallible;
use std::io;
use std::path::PathBuf;

use orders_core::files::{Malformed, ReadError};
use zip::result::ZipError;

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
    /// A header or the size of the file is wrong.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The file could not be read.
    #[error("reading failed")]
    Io(#[from] io::Error),
    /// The file is no zip file that can be read.
    #[error("the file is no readable .npz file")]
    Zip(#[from] ZipError),
    /// An array is not there.
    #[error("there is no array '{name}' in it; there must be {needed}")]
    NoArray {
        /// The array.
        name: &'static str,
        /// All that are needed.
        needed: &'static str,
    },
    /// The entries are no floating-point numbers.
    #[error(
        "the entries of '{name}' are of type '{found}'; float16, float32 and float64 are allowed, and bfloat16 in safetensors files"
    )]
    EntryType {
        /// The array.
        name: &'static str,
        /// The type, as the file names it, cut if it is long.
        found: String,
    },
    /// The array has another number of dimensions.
    #[error("'{name}' has the shape {shape:?}; it must be {expected}")]
    Shape {
        /// The array.
        name: &'static str,
        /// Its shape.
        shape: Vec<u64>,
        /// What it must be.
        expected: &'static str,
    },
    /// A compressed array is larger than anything compressed can be.
    #[error("'{name}' is said to have {bytes} bytes, from {packed} compressed ones")]
    Unpacked {
        /// The array.
        name: &'static str,
        /// Bytes that it is said to have.
        bytes: u64,
        /// Bytes in the file.
        packed: u64,
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

impl From<ReadError<Infallible>> for MetricsReadError {
    fn from(error: ReadError<Infallible>) -> Self {
        match error {
            ReadError::Malformed(fault) => Self::Malformed(fault),
            ReadError::Io(error) => Self::Io(error),
            ReadError::Take(never) => match never {},
        }
    }
}

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsWriteError {
    /// The bytes could not be written.
    #[error("writing failed")]
    Io(#[from] io::Error),
    /// The zip file could not be made.
    #[error("the .npz file can't be made")]
    Zip(#[from] ZipError),
    /// The metadata could not be put into text.
    #[error("the metadata can't be written")]
    Metadata(#[from] serde_json::Error),
}
