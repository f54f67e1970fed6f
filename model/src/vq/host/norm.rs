//! Group normalisation, and the activation after it.

use candle_core::{DType, Device, Result};
use rayon::prelude::*;

use super::map::{Map, Padded};
use crate::vq::config::NORM_GROUPS;
use crate::vq::layers;
use crate::weights::Weights;

/// What is added to variances.
const EPSILON: f64 = 1e-6;
/// Pixels that are summed up by one thread.
const BLOCK: usize = 2048;

/// Group normalisation with weight and bias.
pub(in crate::vq) struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

/// A factor and a summand for each channel.
struct Affine {
    factor: Vec<f32>,
    summand: Vec<f32>,
}

impl Norm {
    pub(super) fn new(layer: &layers::Norm, weights: &Weights) -> Result<Self> {
        let part = |part: &str| -> Result<Vec<f32>> {
            weights
                .get(&format!("{}.{part}", layer.name))
                .to_device(&Device::Cpu)?
                .to_dtype(DType::F32)?
                .to_vec1()
        };
        Ok(Self {
            weight: part("weight")?,
            bias: part("bias")?,
        })
    }

    /// The normalised map.
    pub(super) fn apply(&self, map: &Map) -> Map {
        let affine = self.affine(map);
        let mut values = map.values.clone();
        values
            .par_chunks_exact_mut(map.width * map.channels)
            .for_each(|row| {
                for pixel in row.chunks_exact_mut(map.channels) {
                    for ((value, factor), summand) in
                        pixel.iter_mut().zip(&affine.factor).zip(&affine.summand)
                    {
                        *value = *value * factor + summand;
                    }
                }
            });
        Map::new(map.height, map.width, map.channels, values)
    }

    /// `swish(norm(x))` with a border of zeros.
    pub(super) fn activated(&self, map: &Map) -> Padded {
        let affine = self.affine(map);
        Padded::of(map, |row, padded| {
            let pixels = row.chunks_exact(map.channels);
            for (pixel, padded) in pixels.zip(padded.chunks_exact_mut(map.channels)) {
                for (((value, out), factor), summand) in pixel
                    .iter()
                    .zip(padded)
                    .zip(&affine.factor)
                    .zip(&affine.summand)
                {
                    *out = swish(value * factor + summand);
                }
            }
        })
    }

    /// Normalisation as one product and one sum for each channel.
    fn affine(&self, map: &Map) -> Affine {
        let channels = map.channels;
        // Sums over blocks of a fixed size, added in their order: the same
        // result with any number of threads.
        let blocks: Vec<Vec<[f64; 2]>> = map
            .values
            .par_chunks(BLOCK * channels)
            .map(|block| sums(block, channels))
            .collect();
        let mut groups = [[0.0; 2]; NORM_GROUPS];
        let of_group = channels / NORM_GROUPS;
        for block in &blocks {
            for (channel, sums) in block.iter().enumerate() {
                let group = &mut groups[channel / of_group];
                group[0] += sums[0];
                group[1] += sums[1];
            }
        }
        let count = (map.pixels() * of_group) as f64;
        let statistics = groups.map(|[sum, squares]| {
            let mean = sum / count;
            let variance = (squares / count - mean * mean).max(0.0);
            [mean, 1.0 / (variance + EPSILON).sqrt()]
        });
        let mut affine = Affine {
            factor: Vec::with_capacity(channels),
            summand: Vec::with_capacity(channels),
        };
        for (channel, (&weight, &bias)) in self.weight.iter().zip(&self.bias).enumerate() {
            let [mean, scale] = statistics[channel / of_group];
            let factor = f64::from(weight) * scale;
            affine.factor.push(factor as f32);
            affine
                .summand
                .push((f64::from(bias) - mean * factor) as f32);
        }
        affine
    }
}

/// The sum and the sum of squares of each channel.
fn sums(block: &[f32], channels: usize) -> Vec<[f64; 2]> {
    let mut sums = vec![0.0_f64; channels];
    let mut squares = vec![0.0_f64; channels];
    for pixel in block.chunks_exact(channels) {
        for ((&value, sum), square) in pixel.iter().zip(&mut sums).zip(&mut squares) {
            let value = f64::from(value);
            *sum += value;
            *square += value * value;
        }
    }
    sums.into_iter()
        .zip(squares)
        .map(|(sum, square)| [sum, square])
        .collect()
}

/// `x / (1 + e^-x)`
#[inline(always)]
fn swish(x: f32) -> f32 {
    x / (1.0 + exponential(-x))
}

/// `e^x` within 2 units in the last place of numbers between e^-87 and e^88, and
/// the nearest of these two beyond; without branches, so that loops over it
/// become vector instructions.
#[inline(always)]
fn exponential(x: f32) -> f32 {
    // x = n ln 2 + r with |r| <= ln 2 / 2; e^r by its Taylor series. Adding
    // 1.5 * 2^23 rounds to a whole number.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let series = 1.0 / 720.0;
    let series = series * r + 1.0 / 120.0;
    let series = series * r + 1.0 / 24.0;
    let series = series * r + 1.0 / 6.0;
    let series = series * r + 0.5;
    let series = series * r + 1.0;
    let series = series * r + 1.0;
    // The low bits of `shifted` are n in two's complement.
    let exponent = shifted.to_bits().wrapping_add(127) << 23;
    series * f32::from_bits(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_those_of_the_standard_library() {
        for step in -87_000..=88_000 {
            let x = step as f32 / 1000.0;
            let expected = f64::from(x).exp();
            let error = (f64::from(exponential(x)) / expected - 1.0).abs();
            assert!(error < 3e-7, "e^{x} is off by {error}");
        }
        for x in [-1e30, f32::NEG_INFINITY] {
            assert!(exponential(x) < 2e-38 && exponential(x) > 0.0);
        }
        assert!(swish(-1e30).abs() < 1e-5);
        assert_eq!(swish(1e30), 1e30);
        assert!(swish(f32::NAN).is_nan());
    }
}
