//! VQ-16, the image tokenizer of LlamaGen (arXiv 2406.06525, section 3.1), with
//! which LPD was published; any other size by its [`VqConfig`].
//!
//! A convolutional encoder turns an image of H x W pixels into H/s x W/s vectors
//! for a stride s of 2^(levels - 1); each becomes the index of the nearest vector
//! of a codebook, both sides L2-normalised. The decoder turns indices into an
//! image.
//!
//! # Two ways to compute
//!
//! On a CPU the network runs on maps of our own: channels last, convolutions as
//! products that read the map in place, normalisation and activation
//! fused into the padding that the next convolution needs. On other devices, and
//! with [`VqTokenizer::with_candle`], it runs on candle's operations. The
//! architecture is stated once, in `layers`; `Backend` is the seam, and tests
//! hold the two against each other.

mod candle;
mod codebook;
mod config;
mod cpu;
mod layers;
mod memory;
mod network;
mod pixels;
mod tokenizer;

pub use config::{VqConfig, VqConfigError};
pub use pixels::{images_from_pixels, pixels_from_images};
pub use tokenizer::{Encoded, VqError, VqTokenizer};
