//! The LPD transformer: flexible parallelised autoregressive modelling.
//!
//! A decoder-only transformer over a class and the tokens of an image, with
//! *position queries*: a query at a cell asks for its token. All cells of a
//! group are asked at once, given the tokens of earlier groups. Source: LPD
//! (arXiv 2507.01957), section 3, and the program released with it.
//!
//! - [`LpdConfig`]: the sizes; [`Lpd`]: the transformer over them and
//!   [`Weights`](crate::weights::Weights).
//! - [`Batch`]: an order and a label for each sample, and known cells.
//! - [`Visibility`]: who attends to whom, also as masks.
//! - [`Lpd::training_pass`]: logits of all groups in one pass, with
//!   gradients if it is [trainable](Lpd::trainable); [`Lpd::log_likelihood`].
//! - [`Lpd::generate`], or step by step [`Generation`]: with a cache of keys and
//!   values, [`Guidance`] and [`Sampling`].
//! - [`Lpd::attention_maps`]: what locality analysis reads.

mod attention_maps;
mod batch;
mod checks;
mod config;
mod dropout;
mod error;
mod generation;
mod kernels;
mod layers;
mod likelihood;
mod network;
mod positions;
mod stand_in;
mod training;
mod visibility;

pub use batch::Batch;
pub use config::{ConfigError, ImageSize, LpdConfig, LpdParams};
pub use dropout::Dropout;
pub(crate) use dropout::{DropoutMask, DropoutSite, mixed};
pub use error::LpdError;
pub use generation::{
    Choice, Generated, Generation, Guidance, GuidanceSchedule, Sampler, Sampling, Step,
};
pub use kernels::Kernels;
pub(crate) use layers::Finish;
pub use network::Lpd;
pub use positions::interpolate_positions;
pub use visibility::{RowVisibility, Visibility};
