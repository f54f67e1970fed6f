//! The Inception-v3 of FID.

use std::collections::BTreeMap;
use std::convert::Infallible;

use candle_core::Tensor;
use orders_datasets::Image;

use super::activations::Activations;
use super::conv::{Activation, Conv, Folded, normed_specs};
use super::error::FeaturesError;
use super::head::{Head, ImageFeatures};
use super::inception_blocks::{Block, Stage, blocks};
use super::map::Map;
use super::resize;
use crate::weights::{TensorSpec, Weights};

/// The side of the images that it takes.
const SIDE: usize = 299;

/// Its features, and its classes.
const FEATURES: usize = 2048;
pub(super) const CLASSES: usize = 1008;

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
    classifier: Head,
}

impl InceptionV3 {
    /// Names and shapes of its tensors.
    pub fn specs() -> Vec<TensorSpec> {
        let mut specs = Vec::new();
        let Ok(_) = blocks(|name, inputs, layer| {
            let [height, width] = layer.kernel;
            let shape = [layer.outputs, inputs, height, width];
            specs.extend(normed_specs(
                &format!("{name}.conv"),
                &format!("{name}.bn"),
                shape,
            ));
            Ok::<(), Infallible>(())
        });
        specs.extend(TensorSpec::layer("fc", &[CLASSES, FEATURES]));
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
        let blocks = blocks(|name, _, layer| {
            let (conv, norm) = (format!("{name}.conv"), format!("{name}.bn"));
            let folded = Folded::new(&weights, &conv, &norm, EPSILON)?;
            candle_core::Result::Ok(Conv::new(layer.geometry(), folded, Activation::Relu))
        })?;
        let classifier = Head::new(&weights, "fc", false)?;
        Ok(Self { blocks, classifier })
    }

    /// What it sees of an image in colour, of any size.
    pub(super) fn seen(image: &Image) -> Map {
        let mut map = resize::tensorflow_1(image, SIDE);
        for value in &mut map.values {
            *value = (*value - 128.0) / 128.0;
        }
        map
    }

    /// The activations of the last block.
    pub(super) fn last<A: Activations>(&self, seen: A) -> candle_core::Result<A> {
        let mut blocks = self.blocks.iter();
        blocks.try_fold(seen, |input, block| apply(block, &input))
    }

    /// Features and class scores of the last activations.
    pub(super) fn head(&self, last: &Map) -> ImageFeatures {
        self.classifier.apply(last)
    }
}

fn apply<A: Activations>(block: &Block<Conv>, input: &A) -> candle_core::Result<A> {
    let mut outputs = Vec::new();
    for branch in &block.branches {
        let mut map = None;
        for stage in branch {
            let input = map.as_ref().unwrap_or(input);
            map = Some(match stage {
                Stage::Conv(conv) => input.convolve(conv)?,
                Stage::Fork(a, b) => A::concat(vec![input.convolve(a)?, input.convolve(b)?])?,
                Stage::Average => input.average()?,
                Stage::Max(stride, padding) => input.largest(*stride, *padding)?,
            });
        }
        outputs.extend(map);
    }
    A::concat(outputs)
}
