//! How far two sets of images lie apart, by their features.
//!
//! All of it works on [`Features`], the rows that a feature network gives for
//! images; see [`features`](crate::features) for the networks.
//!
//! | function | says | of |
//! |---|---|---|
//! | [`frechet_distance`] | distance of two Gaussians with the means and covariances of the features | [`Statistics`] |
//! | [`polynomial_mmd`] | kernel distance, unbiased at any number of images, with its standard error | features |
//! | [`manifold_measures`] | precision, recall, density and coverage | features |
//! | [`inception_score`] | how sure and how varied a classifier is | class scores |
//!
//! ```
//! use ndarray::array;
//! use orders_model::metrics::{Features, Statistics, frechet_distance};
//!
//! let a = Features::new(array![[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]])?;
//! let b = Features::new(array![[3.0, 4.0], [5.0, 4.0], [3.0, 6.0], [5.0, 6.0]])?;
//! // The same spread, with the mean moved by (3, 4).
//! let distance = frechet_distance(&Statistics::of(&a)?, &Statistics::of(&b)?)?;
//! assert!((distance - 25.0).abs() < 1e-9);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The result of each function depends on its arguments only, to the last bit:
//! work is cut into parts whose size does not depend on the number of threads,
//! and sums run in the order of the rows.
//!
//! A Fréchet distance is called *FID* only on features of the FID Inception
//! ([`InceptionV3`](crate::features::InceptionV3)).

mod error;
mod features;
mod files;
mod frechet;
mod inception_score;
mod manifold;
mod mmd;
mod pairs;
mod statistics;

pub use error::MetricsError;
pub use features::Features;
pub use files::{
    FeatureFile, Metadata, MetricsFileError, MetricsReadError, MetricsWriteError, NETWORK,
    StatisticsFile, WEIGHTS, read_features, read_statistics, write_features, write_statistics,
};
pub use frechet::frechet_distance;
pub use inception_score::{InceptionScore, inception_score};
pub use manifold::{ManifoldMeasures, manifold_measures};
pub use mmd::{Mmd, polynomial_mmd};
pub use statistics::{RunningStatistics, Statistics};
