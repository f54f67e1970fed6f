//! What is measured of a variant.

use orders_model::features::Network;
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
    /// The share of them that the classifier assigns to the class that was asked for.
    pub(super) class_accuracy: Option<f64>,
}

impl SampleResult {
    /// The standard error of the class accuracy: images are right or wrong.
    pub(super) fn class_accuracy_standard_error(&self) -> Option<f64> {
        let error = |share: f64| (share * (1.0 - share) / self.count as f64).sqrt();
        self.class_accuracy.map(error)
    }
}

/// How far real images are from each other: what generated ones can reach.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Floor {
    /// Those that generated ones are compared with.
    pub(super) images: usize,
    /// Those between them.
    pub(super) others: usize,
    pub(super) frechet_distance: f64,
    pub(super) mmd: f64,
    pub(super) mmd_standard_error: f64,
    /// The share of all of them that the classifier assigns to their class.
    pub(super) class_accuracy: Option<f64>,
}

impl Floor {
    /// In a sentence.
    pub(super) fn words(&self, network: Network) -> String {
        let accuracy = self.class_accuracy.map_or_else(String::new, |accuracy| {
            format!(", class accuracy {accuracy:.3}")
        });
        format!(
            "{} real images against {} others: {} {:.2}, MMD^2 x 1000 {:.3} +- {:.3}{accuracy}",
            self.others,
            self.images,
            network.frechet_name(),
            self.frechet_distance,
            self.mmd * 1000.0,
            self.mmd_standard_error * 1000.0,
        )
    }
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
