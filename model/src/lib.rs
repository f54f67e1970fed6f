//! The LPD transformer in candle, and what it is judged with.
//!
//! - [`lpd`]: the transformer, its training pass and generation.
//! - [`weights`]: named tensors, held against the list that a network expects,
//!   and weights by formula for tests at full size.

mod cpu;
pub mod lpd;
pub mod weights;
