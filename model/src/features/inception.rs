//! The Inception-v3 of FID.

use std::collections::BTreeMap;

use candle_core::Tensor;
use orders_datasets::Image;

use super::conv::{Activation, Conv, Folded, f32_values};
use super::error::FeaturesError;
use super::inception_blocks::{Block, Layer, Stage, blocks};
use super::map::{ImageFeatures, Map, matrix_vector};
use super::{pool, resize};
use crate::weights::{TensorSpec, Weights};

/// The side of the images that it takes.
const SIDE: usize = 299;

/// Its features, and its classes.
const FEATURES: usize = 2048;
const CLASSES: usize = 1008;

/// Added to variances in batch normalisation.
const EPSILON: f64 = 1e-3;

/// The Inception-v3 that FID is defined on: the graph that TensorFlow published in
/// 2015 (C. Szegedy et al., *Rethinking the Inception Architecture for Computer
/// Vision*, CVPR 2016), as the field runs it in PyTorch.
///
/// It differs from torchvision's Inception-v3: 1008 classes, averages over 3 x 3
/// pixels that do not count padding, and a maximum instead of an average in the
/// last block. Images of any size are resized to 299 x 299 as TensorFlow 1 did,
/// without antialiasing, and brought to (v - 128) / 128.
///
/// Features: the 2048 channel means after the last block. Class scores: their
/// product with the last layer's weight, without its bias (*unbiased logits*),
/// from which the Inception Score is computed.
pub struct InceptionV3 {
    blocks: Vec<Block<Conv>>,
    /// Classes x features.
    classifier: Vec<f32>,
}

impl InceptionV3 {
    /// Names and shapes of its tensors.
    pub fn specs() -> Vec<TensorSpec> {
        let mut specs = Vec::new();
        blocks(|name, inputs, layer| {
            let Layer {
                outputs, kernel, ..
            } = *layer;
            specs.push(TensorSpec::new(
                format!("{name}.conv.weight"),
                [outputs, inputs, kernel[0], kernel[1]],
            ));
            for part in ["weight", "bias", "running_mean", "running_var"] {
                specs.push(TensorSpec::new(format!("{name}.bn.{part}"), [outputs]));
            }
        });
        specs.push(TensorSpec::new("fc.weight", [CLASSES, FEATURES]));
        specs.push(TensorSpec::new("fc.bias", [CLASSES]));
        specs
    }

    /// The network with these tensors.
    ///
    /// # Errors
    ///
    /// [`FeaturesError::Weights`] unless they are those of
    /// [`specs`](Self::specs).
    pub fn new(tensors: BTreeMap<String, Tensor>) -> Result<Self, FeaturesError> {
        let weights = Weights::checked(&Self::specs(), tensors)?;
        let mut error = None;
        let blocks = blocks(|name, _, layer| {
            let (conv, norm) = (format!("{name}.conv"), format!("{name}.bn"));
            let folded = Folded::new(&weights, &conv, &norm, EPSILON).unwrap_or_else(|fault| {
                error.get_or_insert(fault);
                Folded {
                    weight: Vec::new(),
                    bias: Vec::new(),
                }
            });
            Conv {
                geometry: layer.geometry(),
                folded,
                activation: Activation::Relu,
            }
        });
        match error {
            Some(error) => Err(error.into()),
            None => Ok(Self {
                blocks,
                classifier: f32_values(&weights, "fc.weight")?,
            }),
        }
    }

    /// Features and class scores of an image in colour, of any size.
    pub(super) fn extract(&self, image: &Image) -> ImageFeatures {
        let mut map = resize::tensorflow_1(image, SIDE);
        for value in &mut map.values {
            *value = (*value - 128.0) / 128.0;
        }
        for block in &self.blocks {
            map = apply(block, &map);
        }
        let features = map.means();
        ImageFeatures {
            logits: matrix_vector(&self.classifier, &features),
            features,
        }
    }
}

fn apply(block: &Block<Conv>, input: &Map) -> Map {
    let mut outputs = Vec::new();
    for branch in &block.branches {
        let mut map = None;
        for stage in branch {
            let input = map.as_ref().unwrap_or(input);
            map = Some(match stage {
                Stage::Conv(conv) => conv.apply(input),
                Stage::Fork(a, b) => Map::concat(vec![a.apply(input), b.apply(input)]),
                Stage::Average => pool::average(input),
                Stage::Max { stride, padding } => pool::max(input, *stride, *padding),
            });
        }
        outputs.extend(map);
    }
    Map::concat(outputs)
}
