//! The network on the CPU, with the product of [`crate::cpu`].
//!
//! A [`Map`] has its channels last. For a 3 x 3 convolution it is copied, while it
//! is normalised and activated, into a [`Padded`](map::Padded) map with a border of zeros. There
//! the three neighbours of a pixel in a row lie side by side, so that a row of the
//! kernel is a product with a slice of the map: no patch is ever copied.
//!
//! Everything is split into pieces of fixed sizes, and every sum has one order of
//! its terms, so that results are the same, bit for bit, with any number of
//! threads.

mod backend;
mod conv;
mod map;
mod norm;
mod product;

pub(super) use backend::Cpu;
pub(super) use map::Map;
