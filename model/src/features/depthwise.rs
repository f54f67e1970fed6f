//! Convolutions of each channel by itself.

use rayon::prelude::*;

use super::conv::{Activation, Folded, Geometry};
use super::map::Map;

/// A convolution that takes each channel to itself, with bias and activation.
pub(super) struct Depthwise {
    pub(super) geometry: Geometry,
    pub(super) folded: Folded,
    pub(super) activation: Activation,
}

impl Depthwise {
    /// O(channels x kernel x pixels) time.
    pub(super) fn apply(&self, input: &Map) -> Map {
        let [height, width] = self.geometry.output(input.height, input.width);
        let mut output = Map::zeros(input.channels, height, width);
        let taps = self.geometry.kernel[0] * self.geometry.kernel[1];
        let outputs = output.values.par_chunks_exact_mut(height * width);
        let inputs = input.values.par_chunks_exact(input.pixels());
        let weights = self.folded.weight.par_chunks_exact(taps);
        outputs
            .zip(inputs)
            .zip(weights)
            .zip(&self.folded.bias)
            .for_each(|(((output, channel), weights), &bias)| {
                for (y, line) in output.chunks_exact_mut(width).enumerate() {
                    self.add_line(line, y, channel, input, weights);
                }
                self.activation.finish(output, bias);
            });
        output
    }

    fn add_line(&self, line: &mut [f32], y: usize, channel: &[f32], input: &Map, weights: &[f32]) {
        let [kernel_height, kernel_width] = self.geometry.kernel;
        let (stride, padding) = (self.geometry.stride, self.geometry.padding[1]);
        for tap_y in 0..kernel_height {
            let Some(source_y) = self.geometry.input(0, y, tap_y, input.height) else {
                continue;
            };
            let source = &channel[source_y * input.width..][..input.width];
            for tap_x in 0..kernel_width {
                let weight = weights[tap_y * kernel_width + tap_x];
                let first = padding
                    .saturating_sub(tap_x)
                    .div_ceil(stride)
                    .min(line.len());
                let Some(start) = (first * stride + tap_x).checked_sub(padding) else {
                    continue;
                };
                let taken = source.get(start..).unwrap_or(&[]).iter().step_by(stride);
                for (sum, value) in line[first..].iter_mut().zip(taken) {
                    *sum += weight * value;
                }
            }
        }
    }
}
