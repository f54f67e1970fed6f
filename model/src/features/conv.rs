//! Convolutions as matrix products.

use std::sync::OnceLock;

use candle_core::{Device, Tensor};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::map::Map;
use crate::weights::{TensorSpec, Weights};

/// Entries of a matrix of patches that a thread makes at once: 1 MiB of them.
const TILE_ENTRIES: usize = 1 << 18;

/// The fewest pixels that are multiplied at once.
const TILE_PIXELS: usize = 64;

/// Kernel, stride and padding of a convolution, vertical before horizontal.
/// Padding is the same on both sides, with zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Geometry {
    pub(super) kernel: [usize; 2],
    pub(super) stride: usize,
    pub(super) padding: [usize; 2],
}

impl Geometry {
    /// Sides of the output for sides of an input that the kernel fits in.
    pub(super) fn output(&self, height: usize, width: usize) -> [usize; 2] {
        let side = |side: usize, axis: usize| {
            (side + 2 * self.padding[axis] - self.kernel[axis]) / self.stride + 1
        };
        [side(height, 0), side(width, 1)]
    }

    /// The row of the input for a row of the output and one of the kernel; `None` in the
    /// padding.
    #[inline]
    pub(super) fn input(&self, output: usize, tap: usize, height: usize) -> Option<usize> {
        let row = (output * self.stride + tap).checked_sub(self.padding[0]);
        row.filter(|&row| row < height)
    }

    fn is_pointwise(&self) -> bool {
        self.kernel == [1, 1] && self.stride == 1 && self.padding == [0, 0]
    }
}

/// What follows a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activation {
    Linear,
    /// `max(x, 0)`
    Relu,
    /// `min(max(x, 0), 6)`
    Relu6,
}

impl Activation {
    /// Adds a bias and applies the function.
    #[inline]
    pub(super) fn finish(self, values: &mut [f32], bias: f32) {
        match self {
            Self::Linear => values.iter_mut().for_each(|v| *v += bias),
            Self::Relu => values.iter_mut().for_each(|v| *v = (*v + bias).max(0.0)),
            Self::Relu6 => values
                .iter_mut()
                .for_each(|v| *v = (*v + bias).clamp(0.0, 6.0)),
        }
    }
}

/// Weights of a convolution without bias that is followed by a batch
/// normalisation, as one convolution with bias.
pub(super) struct Folded {
    /// Outputs x (inputs of each x kernel).
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

impl Folded {
    /// `conv` and `norm` are names in `weights`; `epsilon` is added to variances.
    pub(super) fn new(
        weights: &Weights,
        conv: &str,
        norm: &str,
        epsilon: f64,
    ) -> candle_core::Result<Self> {
        let of_norm = |part: &str| weights.numbers(&format!("{norm}.{part}"));
        let (gain, shift) = (of_norm("weight")?, of_norm("bias")?);
        let (mean, variance) = (of_norm("running_mean")?, of_norm("running_var")?);
        let mut weight = weights.numbers(&format!("{conv}.weight"))?;
        let mut bias = Vec::with_capacity(gain.len());
        let length = weight.len() / gain.len();
        for (channel, row) in weight.chunks_exact_mut(length).enumerate() {
            let scale = f64::from(gain[channel]) / (f64::from(variance[channel]) + epsilon).sqrt();
            for value in row {
                *value = (f64::from(*value) * scale) as f32;
            }
            bias.push((f64::from(shift[channel]) - f64::from(mean[channel]) * scale) as f32);
        }
        Ok(Self { weight, bias })
    }
}

/// A convolution without bias and the batch normalisation after it, by their names.
pub(super) fn normed_specs(
    conv: &str,
    norm: &str,
    shape: [usize; 4],
) -> impl Iterator<Item = TensorSpec> {
    let parts = ["weight", "bias", "running_mean", "running_var"];
    let parts = parts.map(|part| TensorSpec::new(format!("{norm}.{part}"), [shape[0]]));
    std::iter::once(TensorSpec::new(format!("{conv}.weight"), shape)).chain(parts)
}

/// A convolution from all channels to all channels, with bias and activation.
pub(super) struct Conv {
    pub(super) geometry: Geometry,
    pub(super) folded: Folded,
    pub(super) activation: Activation,
    /// Weight and bias on the device that it was used on first.
    pub(super) on_device: OnceLock<(Tensor, Tensor)>,
}

impl Conv {
    /// With nothing on a device.
    pub(super) fn new(geometry: Geometry, folded: Folded, activation: Activation) -> Self {
        Self {
            geometry,
            folded,
            activation,
            on_device: OnceLock::new(),
        }
    }

    /// Weight, outputs x inputs of each x kernel, and bias on a device.
    pub(super) fn tensors(&self, device: &Device) -> candle_core::Result<&(Tensor, Tensor)> {
        if let Some(tensors) = self.on_device.get() {
            return Ok(tensors);
        }
        let [height, width] = self.geometry.kernel;
        let (weight, bias) = (&self.folded.weight, &self.folded.bias);
        let outputs = bias.len();
        let inputs = weight.len() / (outputs * height * width);
        let shape = (outputs, inputs, height, width);
        let weight = Tensor::from_slice(weight, shape, device)?;
        let bias = Tensor::from_slice(bias, outputs, device)?;
        Ok(self.on_device.get_or_init(|| (weight, bias)))
    }

    /// O(outputs x inputs x kernel x pixels) time.
    pub(super) fn apply(&self, input: &Map) -> Map {
        let [height, width] = self.geometry.output(input.height, input.width);
        let outputs = self.folded.bias.len();
        let mut output = Map::zeros(outputs, height, width);
        let pixels = output.pixels();
        let patch = self.folded.weight.len() / outputs;
        let weight = MatRef::from_row_major_slice(&self.folded.weight, outputs, patch);
        let all = MatMut::from_row_major_slice_mut(&mut output.values, outputs, pixels);
        // Not by the number of threads: each tile is computed the same way
        // whoever does it.
        let tile = (TILE_ENTRIES / patch).max(TILE_PIXELS).min(pixels);
        let tiles = all.par_col_chunks_mut(tile).enumerate();
        tiles.for_each(|(index, columns)| {
            let first = index * tile;
            let count = columns.ncols();
            let product = |patches| {
                matmul(columns, Accum::Replace, weight, patches, 1.0, Par::Seq);
            };
            if self.geometry.is_pointwise() {
                let whole = MatRef::from_row_major_slice(&input.values, patch, pixels);
                product(whole.subcols(first, count));
            } else {
                let patches = self.patches(input, width, first..first + count);
                product(MatRef::from_row_major_slice(&patches, patch, count));
            }
        });
        let channels = output.values.par_chunks_exact_mut(pixels);
        channels.zip(&self.folded.bias).for_each(|(values, &bias)| {
            self.activation.finish(values, bias);
        });
        output
    }

    /// For each channel and place in the kernel, the inputs of some outputs.
    fn patches(&self, input: &Map, width: usize, outputs: std::ops::Range<usize>) -> Vec<f32> {
        let [kernel_height, kernel_width] = self.geometry.kernel;
        let stride = self.geometry.stride;
        let rows = input.channels * kernel_height * kernel_width;
        let mut patches = vec![0.0; rows * outputs.len()];
        let mut lines = patches.chunks_exact_mut(outputs.len());
        for channel in input.values.chunks_exact(input.pixels()) {
            for tap_y in 0..kernel_height {
                for tap_x in 0..kernel_width {
                    let Some(line) = lines.next() else {
                        return patches;
                    };
                    // Outputs whose input is not in the padding.
                    let before = self.geometry.padding[1]
                        .saturating_sub(tap_x)
                        .div_ceil(stride);
                    let after = (input.width + self.geometry.padding[1])
                        .saturating_sub(tap_x)
                        .div_ceil(stride);
                    let mut at = outputs.start;
                    while at < outputs.end {
                        let (y, start) = (at / width, at % width);
                        let end = width.min(start + outputs.end - at);
                        let (from, to) = (start.max(before), end.min(after));
                        let source = self.geometry.input(y, tap_y, input.height);
                        if let (Some(source_y), true) = (source, from < to) {
                            let source = &channel[source_y * input.width..][..input.width];
                            let first = from * stride + tap_x - self.geometry.padding[1];
                            let place = at - outputs.start + from - start;
                            let target = &mut line[place..place + to - from];
                            if stride == 1 {
                                target.copy_from_slice(&source[first..first + to - from]);
                            } else {
                                let taken = source[first..].iter().step_by(stride);
                                for (target, value) in target.iter_mut().zip(taken) {
                                    *target = *value;
                                }
                            }
                        }
                        at += end - start;
                    }
                }
            }
        }
        patches
    }
}

/// A convolution that takes each channel to itself, with bias and activation.
pub(super) struct Depthwise(pub(super) Conv);

impl Depthwise {
    /// O(channels x kernel x pixels) time.
    pub(super) fn apply(&self, input: &Map) -> Map {
        let [height, width] = self.0.geometry.output(input.height, input.width);
        let mut output = Map::zeros(input.channels, height, width);
        let taps = self.0.geometry.kernel[0] * self.0.geometry.kernel[1];
        let outputs = output.values.par_chunks_exact_mut(height * width);
        let inputs = input.values.par_chunks_exact(input.pixels());
        let weights = self.0.folded.weight.par_chunks_exact(taps);
        outputs
            .zip(inputs)
            .zip(weights)
            .zip(&self.0.folded.bias)
            .for_each(|(((output, channel), weights), &bias)| {
                for (y, line) in output.chunks_exact_mut(width).enumerate() {
                    self.add_line(line, y, channel, input, weights);
                }
                self.0.activation.finish(output, bias);
            });
        output
    }

    fn add_line(&self, line: &mut [f32], y: usize, channel: &[f32], input: &Map, weights: &[f32]) {
        let [kernel_height, kernel_width] = self.0.geometry.kernel;
        let (stride, padding) = (self.0.geometry.stride, self.0.geometry.padding[1]);
        for tap_y in 0..kernel_height {
            let Some(source_y) = self.0.geometry.input(y, tap_y, input.height) else {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::formula_values;
    use proptest::prelude::*;

    /// Sum by sum, in double precision.
    fn literal(conv: &Conv, input: &Map) -> Vec<f64> {
        let [height, width] = conv.geometry.output(input.height, input.width);
        let [kernel_height, kernel_width] = conv.geometry.kernel;
        let mut output = Vec::new();
        for (out, bias) in conv.folded.bias.iter().enumerate() {
            for y in 0..height {
                for x in 0..width {
                    let mut sum = f64::from(*bias);
                    for channel in 0..input.channels {
                        for tap_y in 0..kernel_height {
                            for tap_x in 0..kernel_width {
                                let at = |output, tap, axis: usize| {
                                    (output * conv.geometry.stride + tap) as isize
                                        - conv.geometry.padding[axis] as isize
                                };
                                let (in_y, in_x) = (at(y, tap_y, 0), at(x, tap_x, 1));
                                let inside = (0..input.height as isize).contains(&in_y)
                                    && (0..input.width as isize).contains(&in_x);
                                if inside {
                                    let place = (channel * input.height + in_y as usize)
                                        * input.width
                                        + in_x as usize;
                                    let tap = ((out * input.channels + channel) * kernel_height
                                        + tap_y)
                                        * kernel_width
                                        + tap_x;
                                    sum += f64::from(input.values[place])
                                        * f64::from(conv.folded.weight[tap]);
                                }
                            }
                        }
                    }
                    output.push(sum.max(0.0));
                }
            }
        }
        output
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn as_defined(
            (inputs, outputs) in (1_usize..4, 1_usize..5),
            (height, width) in (1_usize..14, 1_usize..30),
            kernel in [1_usize..5, 1_usize..5],
            padding in [0_usize..3, 0_usize..3],
            stride in 1_usize..4,
        ) {
            prop_assume!(kernel[0] <= height + 2 * padding[0]);
            prop_assume!(kernel[1] <= width + 2 * padding[1]);
            let patch = inputs * kernel[0] * kernel[1];
            let conv = Conv {
                geometry: Geometry { kernel, stride, padding },
                folded: Folded {
                    weight: formula_values("weight", outputs * patch, 0.0, 1.0),
                    bias: formula_values("bias", outputs, 0.0, 1.0),
                },
                activation: Activation::Relu,
                on_device: OnceLock::new(),
            };
            let mut input = Map::zeros(inputs, height, width);
            input.values = formula_values("input", input.values.len(), 0.0, 1.0);
            let found = conv.apply(&input);
            let expected = literal(&conv, &input);
            prop_assert_eq!(found.values.len(), expected.len());
            for (found, expected) in found.values.iter().zip(expected) {
                prop_assert!((f64::from(*found) - expected).abs() < 1e-5, "{} {}", found, expected);
            }
        }
    }

    /// So many pixels that they are cut into tiles within lines.
    #[test]
    fn tiles_fit_together() {
        let inputs = 40;
        let conv = Conv {
            geometry: Geometry {
                kernel: [3, 3],
                stride: 1,
                padding: [1, 1],
            },
            folded: Folded {
                weight: formula_values("weight", inputs * 9, 0.0, 0.1),
                bias: vec![0.5],
            },
            activation: Activation::Relu,
            on_device: OnceLock::new(),
        };
        let mut input = Map::zeros(inputs, 37, 51);
        input.values = formula_values("input", input.values.len(), 0.0, 1.0);
        for (found, expected) in conv.apply(&input).values.iter().zip(literal(&conv, &input)) {
            assert!((f64::from(*found) - expected).abs() < 1e-5);
        }
    }
}
