//! Why a codebook can't be made, read or used.

use orders_arrays::ArrayError;
use orders_core::GridError;
use orders_core::files::Digest;

use crate::file::DataFileError;

/// Why a codebook can't be made or used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CodebookError {
    /// The patches have an impossible shape.
    #[error(
        "patches of {side}x{side} pixels with {channels} channels are not allowed; sides are from 1 to 64, channels 1 or 3"
    )]
    PatchShape {
        /// Pixels of a side.
        side: u32,
        /// Bytes of a pixel.
        channels: u8,
    },
    /// Too few or too many codes were asked for.
    #[error("a codebook of {codes} codes is not allowed; codebooks have 1 to {most}")]
    Codes {
        /// Codes asked for.
        codes: usize,
        /// The most that are allowed.
        most: usize,
    },
    /// There are more codes than different patches.
    #[error(
        "{codes} codes were asked for, but there are only {distinct} different patches; ask for that many at most, or train on more images"
    )]
    TooFewPatches {
        /// Codes asked for.
        codes: usize,
        /// Different patches.
        distinct: usize,
    },
    /// Whoever watched the search for codes ended it.
    #[error("it was stopped before it was done")]
    Stopped,
    /// A code is no patch of pixels.
    #[error("code {code} has the value {value}; values are from 0 to 255")]
    Value {
        /// The code.
        code: usize,
        /// Its value.
        value: f32,
    },
    /// The values are those of no whole number of codes.
    #[error("there are {values} values, but a code of this shape has {expected}")]
    Values {
        /// Values given.
        values: usize,
        /// Values of a code.
        expected: usize,
    },
    /// An image can't be cut into whole patches.
    #[error(
        "an image of {height}x{width} pixels can't be cut into patches of {side}x{side}; sides must be multiples of {side}"
    )]
    Indivisible {
        /// Rows of the image.
        height: u32,
        /// Pixels of its rows.
        width: u32,
        /// Side of a patch.
        side: u32,
    },
    /// An image has other channels than the patches.
    #[error("an image with {channels} channels was given to a codebook of {expected}")]
    Channels {
        /// Channels of the image.
        channels: u8,
        /// Channels of the patches.
        expected: u8,
    },
    /// The tokens are not those of an image.
    #[error("{tokens} tokens were given for a grid of {cells} cells")]
    Tokens {
        /// Tokens given.
        tokens: usize,
        /// Cells of the grid.
        cells: usize,
    },
    /// A token is no code.
    #[error("cell {cell} has token {token}, but the codebook has {codes} codes, from 0")]
    Token {
        /// The cell.
        cell: usize,
        /// Its token.
        token: u32,
        /// Number of codes.
        codes: usize,
    },
    /// The grid is too large, or has several frames.
    #[error("a grid of {0} is none of an image that can be made")]
    Grid(String),
    /// The image has more patches than a grid has cells.
    #[error(transparent)]
    GridError(#[from] GridError),
}

/// Why a codebook can't be read or written.
pub type CodebookFileError = DataFileError<MalformedCodebook>;

/// What is wrong with a codebook file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MalformedCodebook {
    /// The file is damaged.
    #[error(transparent)]
    Array(#[from] ArrayError),
    /// The tensor is missing, or another.
    #[error("it has no tensor 'codes' of type F32 and shape (codes, side, side, channels)")]
    NoCodes,
    /// Codes and shape don't fit.
    #[error(transparent)]
    Codebook(#[from] CodebookError),
    /// The file was changed, or damaged.
    #[error("its codes have the digest {found}, but it says {declared}")]
    Id {
        /// What it says.
        declared: String,
        /// What it is.
        found: Digest,
    },
}
