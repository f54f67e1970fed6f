//! The classifier's training pass and its gradient. Its convolutions, over 3 x 3
//! pixels at stride 2 with a pixel of zeros around, are linear layers over patches.

use std::ops::Range;

use super::layout::LayerPlaces;
use super::linear::Linear;
use super::operations::{cross_entropy, resize};
use crate::cpu::vectorised;
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
        let loss = cross_entropy(&mut work.logits, classes, self.labels, self.weight);

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

/// The size of an image whose pixels lie row by row, each with its channels
/// together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
}

impl Plane {
    pub(super) fn pixels(self) -> usize {
        self.height * self.width
    }

    pub(super) fn numbers(self) -> usize {
        self.pixels() * self.channels
    }

    /// What a convolution makes of it.
    pub(super) fn halved(self, channels: usize) -> Self {
        Self {
            height: self.height.div_ceil(2),
            width: self.width.div_ceil(2),
            channels,
        }
    }

    /// Numbers that an output pixel is made of.
    pub(super) fn patch(self) -> usize {
        KERNEL * KERNEL * self.channels
    }

    /// For each output pixel, the 3 x 3 inputs around it, row by row.
    pub(super) fn take(self, image: &[f32], patches: &mut [f32]) {
        patches.fill(0.0);
        self.for_each_line(|input, output, length| {
            patches[output..output + length].copy_from_slice(&image[input..input + length]);
        });
    }

    /// Adds each number of patches to where [`take`](Self::take) had it from.
    pub(super) fn give_back(self, patches: &[f32], image: &mut [f32]) {
        self.for_each_line(|input, output, length| {
            let image = &mut image[input..input + length];
            for (sum, number) in image.iter_mut().zip(&patches[output..output + length]) {
                *sum += number;
            }
        });
    }

    /// Calls with each line of a patch that is not in the padding: where it begins in
    /// the image and among the patches, and how many numbers it has.
    fn for_each_line(self, mut call: impl FnMut(usize, usize, usize)) {
        let outputs = self.halved(self.channels);
        for y in 0..outputs.height {
            for x in 0..outputs.width {
                let patch = (y * outputs.width + x) * self.patch();
                // Columns from 2 x - 1 to 2 x + 1 that are there.
                let (left, right) = ((2 * x).max(1) - 1, (2 * x + 2).min(self.width));
                let skipped = left + 1 - 2 * x;
                for tap in 0..KERNEL {
                    let Some(row) = (2 * y + tap).checked_sub(1) else {
                        continue;
                    };
                    if row < self.height {
                        let input = (row * self.width + left) * self.channels;
                        let output = patch + (tap * KERNEL + skipped) * self.channels;
                        call(input, output, (right - left) * self.channels);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_are_what_lies_around() {
        let plane = Plane {
            height: 3,
            width: 2,
            channels: 1,
        };
        let image = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let mut patches = [9.0; 18];
        plane.take(&image, &mut patches);
        assert_eq!(patches[..9], [0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 3.0, 4.0]);
        assert_eq!(patches[9..], [0.0, 3.0, 4.0, 0.0, 5.0, 6.0, 0.0, 0.0, 0.0]);
        // The pixels of the middle row are in both patches.
        let mut sums = [0.0; 6];
        plane.give_back(&patches, &mut sums);
        assert_eq!(sums, [1.0, 2.0, 6.0, 8.0, 5.0, 6.0]);
    }
}
