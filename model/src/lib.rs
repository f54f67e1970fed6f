//! The LPD transformer in candle, and what it is judged with.
//!
//! - [`bundled`]: small models that are part of the program.
//! - [`checkpoint`]: files of named tensors, PyTorch's and safetensors, read
//!   without running what is in them.
//! - [`DeviceKind`]: where to compute; [`Precision`]: in which numbers.
//! - [`features`]: networks that turn images into features.
//! - [`lpd`]: the transformer, its training pass and generation.
//! - [`metrics`]: distances between sets of images, from their features.
//! - [`ModelSource`]: where a model comes from.
//! - [`published`]: the published results of LPD.
//! - [`train`]: training of the transformer.
//! - [`vq`]: the VQ-16 tokenizer, between images and tokens.
//! - [`weights`]: named tensors, held against the list that a network expects,
//!   and weights by formula for tests at full size.

mod attention_mask;
pub mod bundled;
pub mod checkpoint;
mod cpu;
#[cfg(feature = "cuda")]
mod cuda;
mod device;
pub mod features;
mod fused;
pub mod lpd;
pub mod metrics;
mod precision;
pub mod published;
mod source;
pub mod train;
pub mod vq;
pub mod weights;

/// The library of the tensors and devices in these functions.
pub use candle_core;
pub use candle_core::{DType, Device, Error as TensorError, Tensor};
pub use device::{Card, DeviceError, DeviceKind, card, room_on};
/// The library whose arrays these functions take and give.
pub use ndarray;
pub use precision::{Precision, PrecisionError};
pub use source::{ModelAbout, ModelSource, ModelSourceError};
