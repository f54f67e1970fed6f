//! How local the attention of a model is.
//!
//! LPD's first principle rests on a measurement: in trained models, a token
//! attends mostly to tokens that lie near it on the grid. [`AttentionLocality`]
//! makes this measurement for any attention maps, from memory or from `.npy` and
//! `.safetensors` files.
//!
//! ```
//! use ndarray::array;
//! use orders_analysis::attention::{AttentionLocality, AttentionParams};
//! use orders_core::Grid;
//!
//! // A row of three cells, generated from left to right.
//! let map = array![[1.0, 0.0, 0.0], [0.75, 0.25, 0.0], [0.125, 0.375, 0.5]];
//! let locality = AttentionLocality::raster(Grid::new(1, 3)?, AttentionParams::default())?;
//! let head = locality.measure_map(0, 0, map.view())?.locality;
//!
//! let measured: Vec<_> =
//!     head.by_distance.iter().map(|at| (at.distance, at.attention, at.queries)).collect();
//! assert_eq!(measured[1], (1.0, (0.75 + 0.375) / 2.0, 2));
//! assert_eq!(measured[2], (2.0, 0.125, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Definitions
//!
//! A *map* is the attention of one head: `A_ij` is the weight that the query of
//! token i gives to token j, and every row sums to 1. `d_ij` is the Euclidean
//! distance between the cells of the two tokens, in cells; in a video, a frame
//! counts as much as a row. Distances are compared as squared whole numbers, so
//! classes are exact.
//!
//! *Per-token attention* at distance s is the mean weight of a token at this
//! distance:
//!
//! ```text
//! PTA_s = mean_i [ sum_j A_ij 1{d_ij = s} / sum_j 1{d_ij = s} ]
//! ```
//!
//! where j runs over the tokens that i may attend to (its
//! [`AttentionScope`]), itself included, at distance 0, and the mean is over those
//! i that have such a j at distance s. The *attention sum* within a distance is
//! `mean_i sum_j A_ij 1{d_ij <= s}`. Source: LPD (arXiv 2507.01957), section 3;
//! what to do with i without a j at distance s is our choice.

mod error;
mod file;
mod locality;
mod report;

pub use error::{AttentionError, AttentionFileError, AttentionReadError};
pub use locality::{AttentionLocality, AttentionParams, AttentionScope, TokenIndexing};
pub use report::{AttentionReport, DistanceAttention, HeadLocality, LayerLocality, Locality};
