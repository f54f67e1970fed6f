//! What can be wrong with attention maps and their files.

use std::io;
use std::path::PathBuf;

use orders_arrays::ArrayError;

/// Why attention was not measured. Layers, heads, rows and columns count from
/// 0, prefix tokens included.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum AttentionError {
    /// The distance is NaN or negative.
    #[error("the distance within which attention is summed is {value}; it must be a number from 0")]
    Within { value: f64 },
    /// The tolerance is NaN, negative or infinite.
    #[error("the tolerance of row sums is {value}; it must be a finite number from 0")]
    Tolerance { value: f64 },
    /// The order leaves cells out.
    #[error(
        "{count} cells of the order are known from the start; maps need all cells in the order"
    )]
    KnownCells { count: usize },
    /// A map has another size.
    #[error("the map has {rows} rows and {columns} columns; there are {tokens} tokens")]
    MapShape {
        rows: usize,
        columns: usize,
        /// Cells and prefix tokens.
        tokens: usize,
    },
    /// A weight is NaN, negative or infinite.
    #[error(
        "layer {layer}, head {head}, row {row}, column {column} is {value}; attention is finite and not negative"
    )]
    Weight {
        layer: usize,
        head: usize,
        row: usize,
        column: usize,
        value: f64,
    },
    /// A row does not sum to 1.
    #[error(
        "layer {layer}, head {head}, row {row} sums to {sum}; rows sum to 1 within {tolerance}"
    )]
    RowSum {
        layer: usize,
        head: usize,
        row: usize,
        sum: f64,
        tolerance: f64,
    },
    /// A query attends to a token that it may not see.
    #[error(
        "layer {layer}, head {head}: row {row} attends to column {column}, whose token comes later; that weight must be 0"
    )]
    Invisible {
        layer: usize,
        head: usize,
        row: usize,
        column: usize,
    },
    /// There is nothing to average.
    #[error("there are no attention maps; at least one is needed")]
    NoHeads,
    /// Heads were measured with different grids, orders or parameters.
    #[error("head {head} of layer {layer} was not measured like the first one; all must be")]
    MixedHeads { layer: usize, head: usize },
}

/// Why attention was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum AttentionReadError {
    /// The array can't be read.
    #[error(transparent)]
    Array(#[from] ArrayError),
    /// The format holds no arrays.
    #[error("attention is read from npy and safetensors files; this is {format}")]
    Format { format: orders_core::files::Format },
    /// The array is not one of maps.
    #[error(
        "the array has the shape {shape:?}; it must be [layers, heads, {tokens}, {tokens}], [heads, {tokens}, {tokens}] or [{tokens}, {tokens}]"
    )]
    Shape {
        shape: Vec<usize>,
        /// Cells and prefix tokens.
        tokens: usize,
    },
    /// There are too many maps.
    #[error("the array has {maps} maps; at most {limit} are allowed")]
    TooManyMaps {
        /// Maps that are declared.
        maps: usize,
        limit: usize,
    },
    /// What it holds is no attention.
    #[error(transparent)]
    Attention(#[from] AttentionError),
}

/// Why attention at a path was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum AttentionFileError {
    /// The path has another extension.
    #[error("{} is not named as an array; names end in .npy or .safetensors", path.display())]
    Extension { path: PathBuf },
    /// The file can't be opened. The error names it.
    #[error(transparent)]
    Open(io::Error),
    /// The file was not read to its end.
    #[error("{} can't be read as attention", path.display())]
    Read {
        path: PathBuf,
        source: AttentionReadError,
    },
}
