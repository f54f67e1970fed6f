//! Why there is no feature network.

use crate::checkpoint::CheckpointError;
use crate::weights::WeightsError;

/// Why a feature network can't be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeaturesError {
    /// The file of weights can't be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The tensors are not those of the network.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A tensor can't be had as 32-bit numbers.
    #[error("a tensor can't be read as 32-bit floating-point numbers")]
    Tensor(#[from] candle_core::Error),
}
