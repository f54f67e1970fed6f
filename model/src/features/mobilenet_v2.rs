//! MobileNetV2.

use std::collections::BTreeMap;

use candle_core::Tensor;
use orders_datasets::Image;

use super::activations::Activations;
use super::conv::{Activation, Conv, Depthwise, Folded, Geometry, normed_specs};
use super::error::FeaturesError;
use super::head::{Head, ImageFeatures};
use super::map::Map;
use super::resize;
use crate::weights::{TensorSpec, Weights};

/// The side of the images that it takes.
const SIDE: usize = 224;

/// Its features, and its classes.
const FEATURES: usize = 1280;
pub(super) const CLASSES: usize = 1000;

/// Added to variances in batch normalisation.
const EPSILON: f64 = 1e-5;

/// Mean and standard deviation of ImageNet's red, green and blue, from 0 to 1.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const SD: [f32; 3] = [0.229, 0.224, 0.225];

/// Expansion, output channels, repetitions and first stride of the bottlenecks:
/// table 2 of the paper.
const BOTTLENECKS: [[usize; 4]; 7] = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
];

/// MobileNetV2 (M. Sandler et al., *MobileNetV2: Inverted Residuals and Linear
/// Bottlenecks*, CVPR 2018) at width 1, with the tensors of torchvision.
///
/// Images of any size are resized to 224 x 224 as a whole (bilinear with
/// antialiasing, as torchvision's `Resize((224, 224))` does with floating-point
/// tensors; there is no cropping), and normalised with ImageNet's mean and
/// standard deviation.
///
/// Features: the 1280 channel means before the classifier. Class scores: the
/// classifier's 1000.
///
/// A distance on these features is not FID: call it Fréchet distance
/// (MobileNetV2).
pub struct MobileNetV2 {
    first: Conv,
    bottlenecks: Vec<Bottleneck<Conv, Depthwise>>,
    last: Conv,
    classifier: Head,
}

/// A bottleneck: its layers by name, or with their weights.
struct Bottleneck<L, D = L> {
    expand: Option<L>,
    depthwise: D,
    project: L,
    residual: bool,
}

impl Bottleneck<Conv, Depthwise> {
    fn apply<A: Activations>(&self, input: &A) -> candle_core::Result<A> {
        let expanded = self.expand.as_ref().map(|conv| input.convolve(conv));
        let expanded = expanded.transpose()?;
        let filtered = expanded.as_ref().unwrap_or(input).filter(&self.depthwise)?;
        let output = filtered.convolve(&self.project)?;
        match self.residual {
            true => output.plus(input),
            false => Ok(output),
        }
    }
}

/// A convolution with its batch normalisation, by name.
struct Layer {
    conv: String,
    norm: String,
    inputs: usize,
    outputs: usize,
    side: usize,
    stride: usize,
    activation: Activation,
}

impl Layer {
    fn specs(&self) -> impl Iterator<Item = TensorSpec> {
        let shape = [self.outputs, self.inputs, self.side, self.side];
        normed_specs(&self.conv, &self.norm, shape)
    }

    fn conv(&self, weights: &Weights) -> candle_core::Result<Conv> {
        let geometry = Geometry {
            kernel: [self.side; 2],
            stride: self.stride,
            padding: [self.side / 2; 2],
        };
        let folded = Folded::new(weights, &self.conv, &self.norm, EPSILON)?;
        Ok(Conv::new(geometry, folded, self.activation))
    }
}

/// First layer, bottlenecks, last layer.
fn layers() -> (Layer, Vec<Bottleneck<Layer>>, Layer) {
    let layer = |(conv, norm): (String, String), inputs, outputs| Layer {
        conv,
        norm,
        inputs,
        outputs,
        side: 1,
        stride: 1,
        activation: Activation::Relu6,
    };
    let first = Layer {
        side: 3,
        stride: 2,
        ..layer(("features.0.0".into(), "features.0.1".into()), 3, 32)
    };
    let mut inputs = 32;
    let mut bottlenecks = Vec::new();
    for [expansion, outputs, repetitions, first_stride] in BOTTLENECKS {
        for repetition in 0..repetitions {
            let stride = if repetition == 0 { first_stride } else { 1 };
            let prefix = format!("features.{}.conv", bottlenecks.len() + 1);
            let inner = inputs * expansion;
            // A convolution and its normalisation stand in a list of their own,
            // but for the projection.
            let own = |at: usize| (format!("{prefix}.{at}.0"), format!("{prefix}.{at}.1"));
            let mut at = 0;
            let expand = (expansion > 1).then(|| {
                at += 1;
                layer(own(0), inputs, inner)
            });
            let project = [at + 1, at + 2].map(|at| format!("{prefix}.{at}")).into();
            bottlenecks.push(Bottleneck {
                expand,
                depthwise: Layer {
                    side: 3,
                    stride,
                    ..layer(own(at), 1, inner)
                },
                project: Layer {
                    activation: Activation::Linear,
                    ..layer(project, inner, outputs)
                },
                residual: stride == 1 && inputs == outputs,
            });
            inputs = outputs;
        }
    }
    let prefix = format!("features.{}", bottlenecks.len() + 1);
    let last = (format!("{prefix}.0"), format!("{prefix}.1"));
    let last = layer(last, inputs, FEATURES);
    (first, bottlenecks, last)
}

impl MobileNetV2 {
    /// Names and shapes of its tensors.
    pub fn specs() -> Vec<TensorSpec> {
        let (first, bottlenecks, last) = layers();
        let mut specs: Vec<TensorSpec> = first.specs().collect();
        for bottleneck in &bottlenecks {
            specs.extend(bottleneck.expand.iter().flat_map(Layer::specs));
            specs.extend(bottleneck.depthwise.specs());
            specs.extend(bottleneck.project.specs());
        }
        specs.extend(last.specs());
        specs.extend(TensorSpec::layer("classifier.1", &[CLASSES, FEATURES]));
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
        let (first, bottlenecks, last) = layers();
        let bottlenecks = bottlenecks
            .iter()
            .map(|layers| {
                let expand = layers.expand.as_ref().map(|layer| layer.conv(&weights));
                Ok(Bottleneck {
                    expand: expand.transpose()?,
                    depthwise: Depthwise(layers.depthwise.conv(&weights)?),
                    project: layers.project.conv(&weights)?,
                    residual: layers.residual,
                })
            })
            .collect::<candle_core::Result<_>>()?;
        Ok(Self {
            first: first.conv(&weights)?,
            bottlenecks,
            last: last.conv(&weights)?,
            classifier: Head::new(&weights, "classifier.1", true)?,
        })
    }

    /// What it sees of an image in colour, of any size.
    pub(super) fn seen(image: &Image) -> Map {
        let mut map = resize::antialiased(image, SIDE);
        let planes = map.values.chunks_exact_mut(SIDE * SIDE);
        for ((plane, mean), sd) in planes.zip(MEAN).zip(SD) {
            for value in plane {
                *value = (*value / 255.0 - mean) / sd;
            }
        }
        map
    }

    /// The activations of the last layer.
    pub(super) fn last<A: Activations>(&self, seen: &A) -> candle_core::Result<A> {
        let first = seen.convolve(&self.first)?;
        let mut bottlenecks = self.bottlenecks.iter();
        let last = bottlenecks.try_fold(first, |input, bottleneck| bottleneck.apply(&input))?;
        last.convolve(&self.last)
    }

    /// Features and class scores of the last activations.
    pub(super) fn head(&self, last: &Map) -> ImageFeatures {
        self.classifier.apply(last)
    }
}
