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
//! - [`AttentionMask`]: who attends to whom.
//! - [`Lpd::training_pass`]: logits of all groups in one pass, with
//!   gradients if it is [trainable](Lpd::trainable); [`Lpd::log_likelihood`].
//! - [`Lpd::generate`], or step by step [`Generation`]: with a cache of keys and
//!   values, [`Guidance`] and [`Sampling`].
//! - [`LpdDecoder`]: the same for schedulers and exact decoding, where each sample of a
//!   batch asks for other cells.
//! - [`SampleRequest`], [`ScoreRequest`], [`TimeRequest`]: what is asked for many
//!   samples.
//! - [`Lpd::attention_maps`]: what locality analysis reads.

mod batch;
mod config;
mod decoder;
mod device_run;
mod dropout;
mod error;
mod fused_layers;
mod generation;
mod layers;
mod memory;
mod network;
mod positions;
mod requests;
mod sample;
mod sampling;
pub(crate) mod statement;
mod whole_pass;

pub use batch::Batch;
pub use config::{ConfigError, ImageSize, LpdConfig, LpdParams};
pub use decoder::LpdDecoder;
pub use dropout::Dropout;
pub(crate) use dropout::{DropoutMask, DropoutSite};
pub use error::LpdError;
pub use generation::{Generated, Generation, Step};
pub use layers::Kernels;
pub use network::Lpd;
pub use positions::interpolate_positions;
pub use requests::{
    LabelOf, RequestError, SampleOrders, ScoreRequest, Scored, TimeRequest, Timing,
};
pub use sample::{Chooser, PrefixRequest, SampleRequest, Sampled};
pub(crate) use sampling::drawn_token;
pub use sampling::{Choice, Guidance, GuidanceSchedule, Sampler, Sampling};

pub use crate::attention_mask::{AttentionMask, MaskRow};
