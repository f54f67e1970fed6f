//! What can go wrong with the transformer.

use orders_core::{Grid, MemoryError};

use super::config::ConfigError;
use crate::weights::WeightsError;

/// Why a transformer could not be made or asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LpdError {
    /// The sizes are those of no transformer.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The weights don't fit.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A batch without samples.
    #[error("a batch needs at least one order")]
    Empty,
    /// Orders of a batch are of different problems.
    #[error(
        "order {index} of the batch has another grid, other group sizes or other known cells than the first"
    )]
    Problems {
        /// Its place in the batch.
        index: usize,
    },
    /// As many of one thing as of another are needed.
    #[error("there are {found} {what} for {expected} orders")]
    Count {
        /// What there is.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many are needed.
        expected: usize,
    },
    /// An order is of another grid.
    #[error("the orders are of a {found} grid, but the model generates {expected}")]
    Grid {
        /// The grid of the orders.
        found: Grid,
        /// The grid of the model.
        expected: Grid,
    },
    /// No such class.
    #[error("label {label} of sample {index} is no class of the model; they go from 0 to {}", classes - 1)]
    Label {
        /// The label.
        label: u32,
        /// The sample.
        index: usize,
        /// Classes of the model.
        classes: usize,
    },
    /// No such token.
    #[error("token {token} of sample {index} at cell {cell} is not in the vocabulary, which goes from 0 to {}", vocab - 1)]
    Token {
        /// The token.
        token: u32,
        /// The sample.
        index: usize,
        /// The cell.
        cell: usize,
        /// Size of the vocabulary.
        vocab: usize,
    },
    /// Tokens are no array of samples and cells.
    #[error("tokens have the shape {found:?}, not {expected:?}")]
    TokenShape {
        /// Samples and cells that were given.
        found: [usize; 2],
        /// Samples and cells of the batch.
        expected: [usize; 2],
    },
    /// Some cells are known, but not their tokens.
    #[error("{known} cells are known, so their tokens must be given")]
    KnownTokens {
        /// Known cells.
        known: usize,
    },
    /// A setting out of its range.
    #[error("{setting} is {value}; it takes {allowed}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// What it takes.
        allowed: &'static str,
    },
    /// A block that is not there.
    #[error("there is no layer {layer}; they go from 0 to {}", depth - 1)]
    Layer {
        /// The layer.
        layer: usize,
        /// Blocks of the model.
        depth: usize,
    },
    /// There is no room for the weights.
    #[error("the model {0}")]
    Memory(MemoryError),
    /// Whoever watched the work ended it.
    #[error("it was stopped before it was done")]
    Stopped,
    /// Steps of a generation were called out of turn.
    #[error("{0}")]
    Turn(&'static str),
    /// A tensor operation failed.
    #[error(transparent)]
    Tensor(#[from] candle_core::Error),
}
