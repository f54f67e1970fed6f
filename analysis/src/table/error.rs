//! Why there is no table.

use polars::error::PolarsError;

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// There is no column.
    #[error("a table needs a column")]
    NoColumns,
    /// A column is longer or shorter than the first one.
    #[error("column '{column}' has {rows} rows, but the first one has {expected}")]
    Rows {
        /// Its name.
        column: String,
        /// Its rows.
        rows: usize,
        /// Rows of the first column.
        expected: usize,
    },
    /// Two columns have one name.
    #[error("there are two columns '{column}'")]
    Repeated {
        /// The name.
        column: String,
    },
    /// A column of a file holds something else than text, whole numbers from 0
    /// and numbers.
    #[error(
        "column '{column}' holds {kind}; text, unsigned 64-bit and 64-bit floating point are read"
    )]
    Kind {
        /// Its name.
        column: String,
        /// What it holds, as polars calls it.
        kind: String,
    },
    /// The file can't be read or written.
    #[error("{reason}")]
    Format {
        /// What polars said.
        reason: String,
    },
}

impl From<PolarsError> for TableError {
    fn from(error: PolarsError) -> Self {
        Self::Format {
            reason: error.to_string(),
        }
    }
}
