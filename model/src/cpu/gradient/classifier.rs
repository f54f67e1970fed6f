//! The classifier's training pass and its gradient.

use std::ops::Range;

use super::layout::LayerPlaces;
use super::linear::Linear;
use super::patches::Plane;
use super::{loss, resize, vectorised};
use crate::features::{CHANNELS, KERNEL};

/// Number of convolutions.
const CONVOLUTIONS: usize = CHANNELS.len() - 1;

/// Where each parameter of a classifier lies among all of them: the weight and the
/// bias of each convolution, then those of the head, each in row-major order. Weights
/// of convolutions have the shape (outputs, kernel rows, kernel columns, inputs).
#[derive(Debug)]
pub(crate) struct ClassifierLayout {
    /// The image, and what each convolution makes of it.
    planes: [Plane; CONVOLUTIONS + 1],
    layers: [LayerPlaces; CONVOLUTIONS + 1],
    classes: usize,
    length: usize,
}

impl ClassifierLayout {
    /// For images of a height and a width.
    pub(crate) fn new([height, width]: [usize; 2], classes: usize) -> Self {
        let mut planes = [Plane {
            height,
            width,
            channels: CHANNELS[0],
        }; CONVOLUTIONS + 1];
        for layer in 0..CONVOLUTIONS {
            planes[layer + 1] = planes[layer].halved(CHANNELS[layer + 1]);
        }
        let mut length = 0;
        let mut place = |count: usize| -> Range<usize> {
            length += count;
            length - count..length
        };
        let layers = std::array::from_fn(|layer| {
            let Linear { inputs, outputs } = linear(layer, classes);
            LayerPlaces {
                weight: place(inputs * outputs),
                bias: place(outputs),
            }
        });
        Self {
            planes,
            layers,
            classes,
            length,
        }
    }

    /// Number of parameters.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// Where weight and bias of each layer lie, the head last.
    pub(crate) fn places(&self) -> impl Iterator<Item = [Range<usize>; 2]> {
        let places = |layer: &LayerPlaces| [layer.weight.clone(), layer.bias.clone()];
        self.layers.iter().map(places)
    }
}

/// Inputs and outputs of a convolution, or of the head behind the last one.
fn linear(layer: usize, classes: usize) -> Linear {
    match CHANNELS.get(layer + 1) {
        Some(&outputs) => Linear {
            inputs: KERNEL * KERNEL * CHANNELS[layer],
            outputs,
        },
        None => Linear {
            inputs: CHANNELS[CONVOLUTIONS],
            outputs: classes,
        },
    }
}

/// What the forward pass leaves for the backward pass, and scratch.
#[derive(Default)]
pub(crate) struct ClassifierWorkspace {
    /// What each convolution takes.
    patches: [Vec<f32>; CONVOLUTIONS],
    /// What it gives.
    active: [Vec<f32>; CONVOLUTIONS],
    features: Vec<f32>,
    logits: Vec<f32>,
    /// The gradient of what a layer gives, and of patches.
    gradient: Vec<f32>,
    of_patches: Vec<f32>,
}

/// A part of a batch and what is asked of it.
pub(crate) struct ClassifierPart<'a> {
    pub(crate) layout: &'a ClassifierLayout,
    /// All parameters, as the layout has them.
    pub(crate) parameters: &'a [f32],
    /// Grey levels of all images, from 0 to 1.
    pub(crate) images: &'a [f32],
    pub(crate) labels: &'a [u32],
    /// What each image counts in the loss whose gradient is taken.
    pub(crate) weight: f32,
}

impl ClassifierPart<'_> {
    /// The sum over images of the cross-entropy in nats. Adds the gradient, times
    /// the weight, to `gradient`. Labels must be those of the layout's classes.
    pub(crate) fn add_gradient(&self, work: &mut ClassifierWorkspace, gradient: &mut [f32]) -> f64 {
        for layer in 0..CONVOLUTIONS {
            self.convolve(layer, work);
        }
        let loss = self.head(work, gradient);
        for layer in (0..CONVOLUTIONS).rev() {
            self.convolve_gradient(layer, work, gradient);
        }
        loss
    }

    fn of(&self, layer: usize) -> (Linear, &LayerPlaces, [&[f32]; 2]) {
        let places = &self.layout.layers[layer];
        let part = |place: &Range<usize>| &self.parameters[place.clone()];
        let parameters = [part(&places.weight), part(&places.bias)];
        (linear(layer, self.layout.classes), places, parameters)
    }

    fn convolve(&self, layer: usize, work: &mut ClassifierWorkspace) {
        let (linear, _, [weight, bias]) = self.of(layer);
        let (plane, output) = (self.layout.planes[layer], self.layout.planes[layer + 1]);
        let (before, active) = work.active.split_at_mut(layer);
        let images = before.last().map_or(self.images, Vec::as_slice);
        let (patches, active) = (&mut work.patches[layer], &mut active[0]);
        let of_image = output.pixels() * plane.patch();
        resize(patches, self.labels.len() * of_image);
        let images = images.chunks(plane.numbers());
        for (image, patches) in images.zip(patches.chunks_mut(of_image)) {
            plane.take(image, patches);
        }
        resize(active, self.labels.len() * output.numbers());
        linear.forward(patches, weight, bias, active);
        vectorised(
            #[inline(always)]
            || {
                for number in active {
                    *number = number.max(0.0);
                }
            },
        );
    }

    /// The loss; `work.gradient` becomes that of what the last convolution gave.
    fn head(&self, work: &mut ClassifierWorkspace, gradient: &mut [f32]) -> f64 {
        let (linear, places, [weight, bias]) = self.of(CONVOLUTIONS);
        let plane = self.layout.planes[CONVOLUTIONS];
        let (samples, channels) = (self.labels.len(), plane.channels);
        let share = 1.0 / plane.pixels() as f32;
        work.features.clear();
        work.features.resize(samples * channels, 0.0);
        let images = work.active[CONVOLUTIONS - 1].chunks(plane.numbers());
        for (means, image) in work.features.chunks_mut(channels).zip(images) {
            for pixel in image.chunks(channels) {
                for (mean, number) in means.iter_mut().zip(pixel) {
                    *mean += number * share;
                }
            }
        }
        let classes = self.layout.classes;
        resize(&mut work.logits, samples * classes);
        linear.forward(&work.features, weight, bias, &mut work.logits);
        let loss = loss::cross_entropy(&mut work.logits, classes, self.labels, self.weight);

        let [of_weight, of_bias] = places.of(gradient);
        linear.add_gradients(&work.features, &work.logits, of_weight, of_bias);
        linear.inputs_gradient(&work.logits, weight, &mut work.features);
        resize(&mut work.gradient, samples * plane.numbers());
        let images = work.gradient.chunks_mut(plane.numbers());
        for (means, image) in work.features.chunks(channels).zip(images) {
            for pixel in image.chunks_mut(channels) {
                for (number, mean) in pixel.iter_mut().zip(means) {
                    *number = mean * share;
                }
            }
        }
        loss
    }

    /// From the gradient of what a convolution gave, that of what it got, in
    /// `work.gradient`; of the image it is of no interest.
    fn convolve_gradient(
        &self,
        layer: usize,
        work: &mut ClassifierWorkspace,
        gradient: &mut [f32],
    ) {
        let (linear, places, [weight, _]) = self.of(layer);
        let (plane, output) = (self.layout.planes[layer], self.layout.planes[layer + 1]);
        vectorised(
            #[inline(always)]
            || {
                for (number, active) in work.gradient.iter_mut().zip(&work.active[layer]) {
                    *number = if *active > 0.0 { *number } else { 0.0 };
                }
            },
        );
        let [of_weight, of_bias] = places.of(gradient);
        linear.add_gradients(&work.patches[layer], &work.gradient, of_weight, of_bias);
        if layer == 0 {
            return;
        }
        resize(&mut work.of_patches, work.patches[layer].len());
        linear.inputs_gradient(&work.gradient, weight, &mut work.of_patches);
        work.gradient.clear();
        work.gradient
            .resize(self.labels.len() * plane.numbers(), 0.0);
        let patches = work.of_patches.chunks(output.pixels() * plane.patch());
        for (image, patches) in work.gradient.chunks_mut(plane.numbers()).zip(patches) {
            plane.give_back(patches, image);
        }
    }
}
