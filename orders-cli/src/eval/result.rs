//! Order variants that are compared, what is measured of one, and how far that is.

use std::ops::ControlFlow;

use orders_core::Parameters;
use orders_core::files::Digest;
use orders_model::features::Network;
use orders_model::lpd::SampleOrders;
use serde::{Deserialize, Serialize};

/// A method or an order file, with group sizes.
pub(crate) struct Variant {
    pub(crate) orders: SampleOrders,
    pub(crate) name: Name,
}

/// What tells a variant from the others of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Name {
    /// Name of the method or the order file.
    pub(crate) method: String,
    pub(crate) parameters: Parameters,
    pub(crate) group_sizes: Vec<u32>,
    /// Digest of the order file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<Digest>,
}

impl Name {
    pub(crate) fn steps(&self) -> usize {
        self.group_sizes.len()
    }

    /// Method and parameters in a few words.
    pub(crate) fn label(&self) -> String {
        let mut label = self.method.clone();
        for (name, value) in &self.parameters {
            if value.flag() != Some(false) {
                label.push_str(&format!(", {name} {value}"));
            }
        }
        label
    }

    /// Whether another one is the same in all but group sizes, cut one by one.
    pub(crate) fn is_one_by_one(&self, other: &Self) -> bool {
        let one_by_one = Self {
            group_sizes: vec![1; other.group_sizes.iter().map(|&size| size as usize).sum()],
            ..other.clone()
        };
        *self == one_by_one && self != other
    }

    /// A name for a file, of letters that every system takes.
    pub(crate) fn file_stem(&self) -> String {
        let what = match &self.sha256 {
            Some(digest) => format!("orders-{}", &digest.to_string()[..16]),
            None => self.label().replace(", ", "_").replace(' ', ""),
        };
        format!("{what}_steps{}", self.steps())
    }
}

/// Everything measured of a variant.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VariantResult {
    pub(crate) name: Name,
    pub(crate) likelihood: Option<Likelihood>,
    pub(crate) samples: Option<SampleResult>,
    pub(crate) time: Option<TimeResult>,
}

/// Parallel negative log-likelihood of each image.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Likelihood {
    pub(crate) nats_per_cell: Vec<f64>,
    /// Of the cells that are not background; null for an image that has none, and
    /// empty if nothing is said to be background.
    pub(crate) nats_per_foreground_cell: Vec<Option<f64>>,
}

/// What generated images are like.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SampleResult {
    pub(crate) count: u64,
    pub(crate) frechet_distance: f64,
    /// Unbiased polynomial-kernel MMD^2, if the features of real images are there.
    pub(crate) mmd: Option<f64>,
    pub(crate) mmd_standard_error: Option<f64>,
    pub(crate) inception_score: f64,
    pub(crate) inception_score_deviation: f64,
    /// The share of them that the classifier assigns to the class that was asked for.
    pub(crate) class_accuracy: Option<f64>,
}

impl SampleResult {
    /// The standard error of the class accuracy: images are right or wrong.
    pub(crate) fn class_accuracy_standard_error(&self) -> Option<f64> {
        let error = |share: f64| (share * (1.0 - share) / self.count as f64).sqrt();
        self.class_accuracy.map(error)
    }
}

/// How far real images are from each other: what generated ones can reach.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Floor {
    /// Those that generated ones are compared with.
    pub(crate) images: usize,
    /// Those between them.
    pub(crate) others: usize,
    pub(crate) frechet_distance: f64,
    pub(crate) mmd: f64,
    pub(crate) mmd_standard_error: f64,
    /// The share of all of them that the classifier assigns to their class.
    pub(crate) class_accuracy: Option<f64>,
}

impl Floor {
    /// In a sentence.
    pub(crate) fn words(&self, network: Network) -> String {
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
pub(crate) struct TimeResult {
    /// Seconds for one image alone.
    pub(crate) latency_seconds: f64,
    /// Images of the batch.
    pub(crate) batch: usize,
    /// Images a second in batches.
    pub(crate) images_per_second: f64,
}

/// How far an evaluation came.
pub(crate) struct EvalProgress<'a> {
    /// What is being done.
    pub(crate) what: &'a str,
    /// How much of it is done.
    pub(crate) done: u64,
    /// How much there is.
    pub(crate) all: u64,
}

/// Who watches an evaluation, and may end it.
pub(super) type Watch<'a> = dyn FnMut(EvalProgress<'_>) -> ControlFlow<()> + Send + 'a;
