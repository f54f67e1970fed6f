//! Generated images as measures see them: rows of features.

use std::error::Error;

use ndarray::{Array1, Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use crate::experiment::judge::TrialSamples;

/// A set of generated images, through the eyes of a feature network.
#[derive(Clone, Copy, Debug)]
pub struct SampleSet<'a> {
    /// Features, of shape (images, dimensions).
    pub features: ArrayView2<'a, f32>,
    /// What the network says of classes, of shape (images, classes).
    pub logits: ArrayView2<'a, f32>,
    /// How they were generated, and the network.
    pub settings: &'a TrialSamples,
    /// What they are compared with.
    pub real: &'a RealImages,
}

/// Real images, through the eyes of a feature network.
#[derive(Clone, Debug)]
pub struct RealImages {
    /// The mean of their features.
    pub mean: Array1<f64>,
    /// The covariance of their features.
    pub covariance: Array2<f64>,
    /// Their features, of shape (images, dimensions), where they are at hand.
    pub features: Option<Array2<f32>>,
}

/// A value of a set of images.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetValue {
    /// The value.
    pub value: f64,
    /// Its standard error, where it is known.
    pub standard_error: Option<f64>,
}

/// Why a measure has no value where it should have one.
pub type MeasureFailure = Box<dyn Error + Send + Sync>;
