//! Files of features and of statistics.
//!
//! | file | holds | written by |
//! |---|---|---|
//! | `.npz` | statistics: `mu` [d] and `sigma` [d, d], as the field exchanges them | [`write_statistics`], `numpy.savez` |
//! | `.safetensors` | `features` [n, d], and `logits` [n, classes] if there are any | [`write_features`] |
//! | `.npy` | features [n, d] | `numpy.save` |
//!
//! Each has metadata, which says which network the features are of and how the
//! file was made: in the header of a safetensors file, in the comment of an
//! `.npz` (which NumPy passes over), and nowhere in an `.npy`.
//!
//! Numbers may have 16, 32 or 64 bits. Sizes that a file declares are held
//! against its length before anything is allocated.

mod error;
mod features;
mod statistics;

use std::collections::BTreeMap;

pub use error::{MetricsFileError, MetricsReadError, MetricsWriteError};
pub use features::{FeatureFile, read_features, write_features};
pub use statistics::{StatisticsFile, read_statistics, write_statistics};

/// What a file says of itself: `network`, `program` and the like, by name.
pub type Metadata = BTreeMap<String, String>;

/// The key under which metadata has the name of the network.
pub const NETWORK: &str = "network";

/// The key under which metadata has the SHA-256 of the network's file of weights, in
/// hexadecimal: a [`Classifier`](crate::features::Network::Classifier) may be any that
/// was trained.
pub const WEIGHTS: &str = "weights_sha256";
