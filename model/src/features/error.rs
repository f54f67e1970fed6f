//! Why there are no features.

use crate::weights::WeightsError;

/// Why a feature network can't be built or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeaturesError {
    /// The tensors are not those of the network.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A tensor can't be had as 32-bit numbers.
    #[error("a tensor can't be read as 32-bit floating-point numbers")]
    Tensor(#[from] candle_core::Error),
    /// An image has no pixels.
    #[error("image {index} has {width} x {height} pixels; it must have at least one")]
    EmptyImage {
        /// Its place in the batch, from 0.
        index: usize,
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
}
