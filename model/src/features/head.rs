//! The features that a network ends in, and their class scores.

use super::map::Map;
use crate::weights::Weights;

/// The linear layer from features to class scores.
pub(super) struct Head {
    /// Classes x features.
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Head {
    /// That of a name; without its bias if the network leaves it out.
    pub(super) fn new(weights: &Weights, name: &str, has_bias: bool) -> candle_core::Result<Self> {
        let weight = weights.numbers(&format!("{name}.weight"))?;
        let mut bias = weights.numbers(&format!("{name}.bias"))?;
        if !has_bias {
            // What changes no number that it is added to.
            bias.fill(-0.0);
        }
        Ok(Self { weight, bias })
    }

    pub(super) fn classes(&self) -> usize {
        self.bias.len()
    }

    /// Features of a map, and their class scores.
    pub(super) fn apply(&self, map: &Map) -> ImageFeatures {
        let features = map.means();
        let rows = self.weight.chunks_exact(features.len());
        let product = |row: &[f32]| row.iter().zip(&features).map(|(a, b)| a * b).sum::<f32>();
        let logits = rows.zip(&self.bias).map(|(row, bias)| product(row) + bias);
        ImageFeatures {
            logits: logits.collect(),
            features,
        }
    }
}

/// What a network says of an image.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageFeatures {
    /// Its features.
    pub features: Vec<f32>,
    /// Its class scores.
    pub logits: Vec<f32>,
}

impl ImageFeatures {
    /// The class with the highest score, from 0; the first of those that share it.
    pub fn class(&self) -> usize {
        let mut best = 0;
        for (class, &logit) in self.logits.iter().enumerate() {
            if logit > self.logits[best] {
                best = class;
            }
        }
        best
    }
}
