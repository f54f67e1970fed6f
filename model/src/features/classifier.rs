//! A small classifier.

use std::collections::BTreeMap;

use candle_core::{DType, Tensor};
use orders_datasets::Image;

use super::activations::Activations;
use super::conv::{Activation, Conv, Folded, Geometry};
use super::error::FeaturesError;
use super::head::{Head, ImageFeatures};
use super::map::Map;
use crate::weights::{TensorSpec, Weights};

/// Channels of an image, and after each convolution.
pub(crate) const CHANNELS: [usize; 4] = [1, 32, 64, 128];

/// Side of the convolutions' kernels.
pub(crate) const KERNEL: usize = 3;

/// The tensor that says which images it takes.
const IMAGE_SIZE: &str = "image_size";

/// A small convolutional network that is
/// [trained in this crate](crate::train::ClassifierTraining), for images that the
/// published networks are too large for, or know nothing of.
///
/// Grey images of the one size that it was trained for, from 0 to 1; colours turn
/// into [luma](Image::to_grey). Three convolutions over 3 x 3 pixels at stride 2,
/// with a pixel of zeros around, to 32, 64 and 128 channels, each followed by
/// max(x, 0); the channels' means are its 128 features, of which a linear layer
/// makes the class scores.
///
/// A distance on these features is not FID: call it Fréchet distance
/// (classifier).
pub struct Classifier {
    sides: [u32; 2],
    convolutions: [Conv; 3],
    head: Head,
}

impl Classifier {
    /// Number of features.
    pub const FEATURES: usize = CHANNELS[3];

    /// Names and shapes of its tensors. `image_size` holds height and width of the
    /// images that it takes.
    pub fn specs(classes: usize) -> Vec<TensorSpec> {
        let mut specs = vec![TensorSpec::new(IMAGE_SIZE, [2])];
        for (layer, channels) in CHANNELS.windows(2).enumerate() {
            let name = format!("convolutions.{layer}");
            let weight = [channels[1], channels[0], KERNEL, KERNEL];
            specs.extend(TensorSpec::layer(&name, &weight));
        }
        specs.extend(TensorSpec::layer("head", &[classes, Self::FEATURES]));
        specs
    }

    /// The classifier with these tensors, of as many classes as `head.weight` has
    /// rows.
    ///
    /// # Errors
    ///
    /// [`FeaturesError::Weights`] unless they are those of
    /// [`specs`](Self::specs), [`FeaturesError::Sides`] if `image_size` is that of
    /// no image.
    pub fn new(tensors: BTreeMap<String, Tensor>) -> Result<Self, FeaturesError> {
        let rows = tensors
            .get("head.weight")
            .and_then(|head| head.dims().first());
        let classes = rows.map_or(1, |&rows| rows.max(1));
        let weights = Weights::checked(&Self::specs(classes), tensors)?;
        let convolution = |layer: usize| -> candle_core::Result<Conv> {
            let name = format!("convolutions.{layer}");
            let geometry = Geometry {
                kernel: [KERNEL; 2],
                stride: 2,
                padding: [1; 2],
            };
            let folded = Folded {
                weight: weights.numbers(&format!("{name}.weight"))?,
                bias: weights.numbers(&format!("{name}.bias"))?,
            };
            Ok(Conv::new(geometry, folded, Activation::Relu))
        };
        Ok(Self {
            sides: sides(&weights.get(IMAGE_SIZE))?,
            convolutions: [convolution(0)?, convolution(1)?, convolution(2)?],
            head: Head::new(&weights, "head", true)?,
        })
    }

    /// The tensor `image_size` for images of a height and a width.
    pub(crate) fn image_size(sides: [u32; 2]) -> candle_core::Result<(String, Tensor)> {
        let tensor = Tensor::new(&sides, &candle_core::Device::Cpu)?;
        Ok((IMAGE_SIZE.to_owned(), tensor))
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.head.classes()
    }

    /// Height and width of the images that it takes.
    pub fn sides(&self) -> [u32; 2] {
        self.sides
    }

    /// Features and class scores of an image.
    ///
    /// # Errors
    ///
    /// [`FeaturesError::OtherSides`] for an image of another size.
    pub fn extract(&self, image: &Image) -> Result<ImageFeatures, FeaturesError> {
        let last = self
            .last(self.seen(image)?)
            .map_err(FeaturesError::Device)?;
        Ok(self.head(&last))
    }

    /// What it sees of an image.
    pub(super) fn seen(&self, image: &Image) -> Result<Map, FeaturesError> {
        let found = [image.height(), image.width()];
        if found != self.sides {
            return Err(FeaturesError::OtherSides {
                found,
                expected: self.sides,
            });
        }
        let mut map = Map::zeros(1, found[0] as usize, found[1] as usize);
        for (value, &level) in map.values.iter_mut().zip(image.to_grey().pixels()) {
            *value = f32::from(level) / 255.0;
        }
        Ok(map)
    }

    /// The activations of the last convolution.
    pub(super) fn last<A: Activations>(&self, seen: A) -> candle_core::Result<A> {
        let mut convolutions = self.convolutions.iter();
        convolutions.try_fold(seen, |input, convolution| input.convolve(convolution))
    }

    /// Features and class scores of the last activations.
    pub(super) fn head(&self, last: &Map) -> ImageFeatures {
        self.head.apply(last)
    }
}

/// Height and width, as a file says them.
fn sides(tensor: &Tensor) -> Result<[u32; 2], FeaturesError> {
    let said: Vec<i64> = tensor.to_dtype(DType::I64)?.to_vec1()?;
    let sides: Vec<u32> = said
        .iter()
        .filter_map(|&side| u32::try_from(side).ok())
        .filter(|side| (1..=Image::MAX_SIDE).contains(side))
        .collect();
    match sides[..] {
        [height, width] => Ok([height, width]),
        _ => Err(FeaturesError::Sides { said }),
    }
}
