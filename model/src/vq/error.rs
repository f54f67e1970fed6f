//! Why a tokenizer can't do what is asked.

use super::config::VqConfigError;

/// Why a tokenizer can't do what is asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VqError {
    /// The configuration can't be used.
    #[error(transparent)]
    Config(#[from] VqConfigError),
    /// Images are of a size that has no tokens.
    #[error(
        "images have to be 3 channels of multiples of {stride} pixels, not a tensor of shape {found:?}"
    )]
    Images {
        /// Pixels for each token.
        stride: usize,
        /// The shape of what was given: images, channels, height, width.
        found: Vec<usize>,
    },
    /// Tokens are not as many as the cells.
    #[error("tokens have to be rows of {cells} ({height}x{width} cells), not of shape {found:?}")]
    Tokens {
        /// Rows of cells.
        height: usize,
        /// Cells in a row.
        width: usize,
        /// Cells of an image.
        cells: usize,
        /// The shape of what was given: images, tokens.
        found: Vec<usize>,
    },
    /// A token is not in the codebook.
    #[error(
        "token {token} of image {image} at cell {cell} is not one of the {size} of the codebook"
    )]
    Token {
        /// The image, from 0.
        image: usize,
        /// The cell, from 0.
        cell: usize,
        /// The token.
        token: i64,
        /// Vectors in the codebook.
        size: usize,
    },
    /// Candle can't compute it.
    #[error("the tokenizer's network failed")]
    Candle(#[from] candle_core::Error),
}
