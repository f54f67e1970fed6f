//! The LPD transformer in candle, and what it is judged with.
//!
//! - [`weights`]: named tensors, held against the list that a network expects,
//!   and weights by formula for tests at full size.

pub mod weights;
