//! Networks that turn images into features, for
//! [`metrics`](crate::metrics).
//!
//! | network | features | weights |
//! |---|---|---|
//! | [`Network::InceptionFid`] | 2048 | `pt_inception-2015-12-05-6726825d.pth` |
//! | [`Network::MobileNetV2`] | 1280 | `mobilenet_v2-b0353104.pth` |
//! | [`Network::Classifier`] | 128 | [bundled](crate::bundled::classifier), or [trained](crate::train::ClassifierTraining) |
//!
//! They run on the CPU, in single precision, on all threads, or on a
//! [device](FeatureNetwork::on). On the CPU convolutions are
//! matrix products over patches ([im2col]); batch normalisation is folded into
//! them when weights are loaded. Each output depends on its image only, to the
//! last bit, whatever the batch and the number of threads.
//!
//! [im2col]: https://arxiv.org/abs/1410.0759

mod activations;
mod classifier;
mod conv;
mod error;
mod head;
mod inception;
mod inception_blocks;
mod map;
mod mobilenet_v2;
mod network;
mod pool;
mod resize;

pub use classifier::Classifier;
pub(crate) use classifier::{CHANNELS, KERNEL};
pub use error::FeaturesError;
pub use head::ImageFeatures;
pub use inception::InceptionV3;
pub use mobilenet_v2::MobileNetV2;
pub use network::{FeatureNetwork, Network, UnknownNetwork};
