//! What is measured of a variant.

use serde::{Deserialize, Serialize};

use super::variant::Name;

/// Everything measured of a variant.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VariantResult {
    pub(super) name: Name,
    pub(super) likelihood: Option<Likelihood>,
    pub(super) samples: Option<SampleResult>,
    pub(super) time: Option<TimeResult>,
}

/// Parallel negative log-likelihood of each image.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Likelihood {
    pub(super) nats_per_cell: Vec<f64>,
    /// Of the cells that are not background; null for an image that has none, and
    /// empty if nothing is said to be background.
    pub(super) nats_per_foreground_cell: Vec<Option<f64>>,
}

/// What generated images are like.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SampleResult {
    pub(super) count: u64,
    pub(super) frechet_distance: f64,
    /// Unbiased polynomial-kernel MMD^2, if the features of real images are there.
    pub(super) mmd: Option<f64>,
    pub(super) mmd_standard_error: Option<f64>,
    pub(super) inception_score: f64,
    pub(super) inception_score_deviation: f64,
}

/// How long it takes: the best of the runs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TimeResult {
    /// Seconds for one image alone.
    pub(super) latency_seconds: f64,
    /// Images of the batch.
    pub(super) batch: usize,
    /// Images a second in batches.
    pub(super) images_per_second: f64,
}
