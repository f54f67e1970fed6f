//! What can be wrong with an order file.

use std::io;
use std::path::PathBuf;

use orders_arrays::ArrayError;

use crate::files::format::FormatError;

/// Why an order file was not read to its end. `E` is the error of the function
/// that takes the rows.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<E> {
    /// The file is not what it should be.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The file could not be read.
    #[error("reading failed")]
    Io(#[from] io::Error),
    /// The rows were not wanted any more.
    #[error(transparent)]
    Take(E),
}

impl<E> From<ArrayError> for ReadError<E> {
    fn from(error: ArrayError) -> Self {
        match error {
            ArrayError::Io(error) => Self::Io(error),
            fault => Self::Malformed(Malformed::Array(fault)),
        }
    }
}

/// Why an order file at a path was not read to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum ReadFileError<E> {
    /// The path has no extension of a format.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The file can't be opened. The error names it.
    #[error(transparent)]
    Open(io::Error),
    /// The file was not read to its end.
    #[error("{} can't be read as orders", path.display())]
    Read { path: PathBuf, source: ReadError<E> },
}

/// What is wrong with an order file: one variant for each rule. Orders and
/// entries count from 0.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum Malformed {
    /// There is not a single byte.
    #[error("the file is empty")]
    Empty,
    /// The file is no array of integers, or not a whole one.
    #[error(transparent)]
    Array(ArrayError),

    /// A row has no entries.
    #[error("order {row} has no entries; it must have at least 1")]
    EmptyRow { row: u64 },
    /// A row is not as long as the first.
    #[error("order {row} has {length} entries, but the orders before it have {expected}")]
    RowLength {
        row: u64,
        length: usize,
        expected: usize,
    },
    /// An entry is no cell index.
    #[error(
        "entry {entry} of order {row} is {found}; cells are whole numbers from 0 to {}",
        u32::MAX
    )]
    Entry {
        row: u64,
        entry: usize,
        found: String,
    },
    /// Rows are longer than is allowed.
    #[error("the orders have too many entries; at most {limit} are allowed")]
    TooManyCells { limit: usize },
    /// There are more rows than are allowed.
    #[error("there are too many orders; at most {limit} are allowed")]
    TooManyRows { limit: u64 },

    /// The JSON has something other than lists and numbers.
    #[error(
        "byte {offset} is '{text}'; a JSON order file has nothing but numbers, commas, square brackets and white space"
    )]
    JsonByte {
        offset: u64,
        /// The byte, escaped.
        text: String,
    },
    /// The JSON is no list.
    #[error("the JSON is a number; it must be a list of orders, which are lists of cells")]
    JsonNotAList,
    /// A row of the JSON is no list.
    #[error("order {row} is a number; it must be a list of cells")]
    JsonRowNotAList { row: u64 },
    /// The JSON ends too early.
    #[error("the JSON ends in order {row}, or before it, without the closing brackets")]
    JsonTruncated { row: u64 },
    /// Something follows the list.
    #[error("there is something behind the list of orders; the JSON must end there")]
    TrailingText,
    /// The JSON is malformed in another way.
    #[error("the JSON is malformed in order {row}, or before it: {reason}")]
    Json {
        row: u64,
        /// What the parser said, with line and column.
        reason: String,
    },

    /// An array has too few dimensions, or too many.
    #[error(
        "the array has {} dimensions; it must have two, orders and cells, or one for one order",
        shape.len()
    )]
    Dimensions { shape: Vec<usize> },
}
