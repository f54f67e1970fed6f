//! Why a token file can't be read or written.

use orders_arrays::ArrayError;
use orders_core::Grid;

use super::set::TokenError;
use crate::file::DataFileError;

/// Why a token file can't be read or written.
pub type TokenFileError = DataFileError<MalformedTokens>;

/// What is wrong with a token file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MalformedTokens {
    /// The file is damaged, or a tensor has no whole numbers.
    #[error(transparent)]
    Array(#[from] ArrayError),
    /// There is no tensor of tokens.
    #[error("it has no tensor 'tokens'")]
    NoTokens,
    /// A tensor has another shape.
    #[error("its tensor '{tensor}' has shape {shape:?}; it must have {expected}")]
    Shape {
        /// The tensor.
        tensor: &'static str,
        /// Its shape.
        shape: Vec<usize>,
        /// The shape it must have, in words.
        expected: String,
    },
    /// What the file says of itself is no such thing.
    #[error("it says {key} is {value:?}; {allowed} is allowed")]
    Metadata {
        /// Which word of it.
        key: &'static str,
        /// What it says.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// Neither the file nor the caller says what the grid is.
    #[error("it does not say the grid of its {cells} cells")]
    NoGrid {
        /// Cells of an image.
        cells: usize,
    },
    /// Neither the file nor the caller says how many codes there are.
    #[error("it does not say how many codes the tokenizer has")]
    NoCodebookSize,
    /// The file says another grid than the caller.
    #[error("it is of grid {found}, not {wanted}")]
    Grid {
        /// What the file says.
        found: Grid,
        /// What was asked for.
        wanted: Grid,
    },
    /// The file says another number of codes than the caller.
    #[error("its tokenizer has {found} codes, not {wanted}")]
    CodebookSize {
        /// What the file says.
        found: u32,
        /// What was asked for.
        wanted: u32,
    },
    /// The tokens are wrong.
    #[error(transparent)]
    Tokens(#[from] TokenError),
}
