//! Why there is no feature network.

use orders_datasets::Image;

use crate::checkpoint::CheckpointError;
use crate::weights::WeightsError;

/// Why a feature network can't be built, or can't take an image.
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
    /// The network can't be computed on its device.
    #[error("the network failed on its device")]
    Device(#[source] candle_core::Error),
    /// A classifier is for images of no size.
    #[error(
        "image_size is {said:?}; it takes a height and a width from 1 to {}",
        Image::MAX_SIDE
    )]
    Sides {
        /// What its file says.
        said: Vec<i64>,
    },
    /// An image does not have the size that a classifier takes.
    #[error(
        "an image has {}x{} pixels; the classifier takes images of {}x{}",
        found[0], found[1], expected[0], expected[1]
    )]
    OtherSides {
        /// Height and width of the image.
        found: [u32; 2],
        /// Those that the classifier was trained for.
        expected: [u32; 2],
    },
}
