//! Group normalisation, and the activation after it.

use candle_core::Result;
use pulp::Arch;
use rayon::prelude::*;

use super::map::{Map, Padded};
use crate::cpu::exp;
use crate::vq::config::{EPSILON, NORM_GROUPS};
use crate::vq::layers;
use crate::weights::Weights;

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

impl Affine {
    /// `swish` of a row.
    #[inline(always)]
    fn activate(&self, row: &[f32], out: &mut [f32]) {
        let channels = self.factor.len();
        let pixels = row.chunks_exact(channels);
        for (pixel, out) in pixels.zip(out.chunks_exact_mut(channels)) {
            let affine = self.factor.iter().zip(&self.summand);
            for ((value, out), (factor, summand)) in pixel.iter().zip(out).zip(affine) {
                *out = swish(value * factor + summand);
            }
        }
    }
}

impl Norm {
    pub(super) fn new(layer: &layers::Norm, weights: &Weights) -> Result<Self> {
        Ok(Self {
            weight: weights.numbers(&format!("{}.weight", layer.name))?,
            bias: weights.numbers(&format!("{}.bias", layer.name))?,
        })
    }

    /// The normalised map.
    pub(super) fn apply(&self, map: &Map) -> Map {
        let affine = self.affine(map);
        let mut values = map.values.clone();
        for pixel in values.chunks_exact_mut(map.channels) {
            let affine = affine.factor.iter().zip(&affine.summand);
            for (value, (factor, summand)) in pixel.iter_mut().zip(affine) {
                *value = *value * factor + summand;
            }
        }
        Map::new(map.height, map.width, map.channels, values)
    }

    /// `swish(norm(x))` with a border of zeros.
    pub(super) fn activated(&self, map: &Map) -> Padded {
        let affine = self.affine(map);
        Padded::of(map, |row, padded| {
            Arch::new().dispatch(|| affine.activate(row, padded));
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
            .map(|block| Arch::new().dispatch(|| sums(block, channels)))
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
#[inline(always)]
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
    // Beyond this, e^-x has no bits in the sum; `exp` takes no more than 88.
    let power = if x < -87.0 { 87.0 } else { -x };
    x / (1.0 + exp(power))
}

#[cfg(test)]
mod tests {
    use super::swish;

    #[test]
    fn swish_is_exact_and_has_limits() {
        for step in -80_000..=80_000 {
            let x = step as f32 / 1000.0;
            let expected = f64::from(x) / (1.0 + (-f64::from(x)).exp());
            let error = (f64::from(swish(x)) - expected).abs();
            assert!(error <= 4e-7 * expected.abs() + 1e-37, "{x}: {error}");
        }
        assert!(swish(-1e30).abs() < 1e-5);
        assert_eq!(swish(1e30), 1e30);
        assert!(swish(f32::NAN).is_nan());
    }
}
