//! The LPD transformer in candle, and what it is judged with.
//!
//! - [`features`]: networks that turn images into features.
//! - [`lpd`]: the transformer, its training pass and generation.
//! - [`metrics`]: distances between sets of images, from their features.
//! - [`weights`]: named tensors, held against the list that a network expects,
//!   and weights by formula for tests at full size.

mod cpu;
pub mod features;
pub mod lpd;
pub mod metrics;
pub mod weights;
