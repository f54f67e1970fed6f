//! What the network is made of, on the CPU.

use candle_core::Result;
use pulp::Arch;
use rayon::prelude::*;

use super::conv::Conv;
use super::map::{Map, Padded};
use super::norm::Norm;
use crate::cpu::{exp, largest};
use crate::vq::layers::{self, Activated};
use crate::vq::network::Backend;
use crate::weights::Weights;

/// The CPU.
pub(in crate::vq) struct Cpu;

impl Backend for Cpu {
    type Map = Map;
    type Conv = Conv;
    type Norm = Norm;

    fn conv(&self, layer: &layers::Conv, weights: &Weights) -> Result<Conv> {
        Conv::new(layer, weights)
    }

    fn norm(&self, layer: &layers::Norm, weights: &Weights) -> Result<Norm> {
        Norm::new(layer, weights)
    }

    fn convolve(&self, conv: &Conv, x: &Map) -> Result<Map> {
        Ok(if conv.is_point() {
            conv.point(x, None)
        } else {
            conv.apply(&Padded::copy(x), None)
        })
    }

    fn activate(&self, layer: &Activated<Conv, Norm>, x: &Map, add: Option<&Map>) -> Result<Map> {
        Ok(layer.conv.apply(&layer.norm.activated(x), add))
    }

    fn attend(&self, norm: &Norm, qkv: &[Conv; 3], out: &Conv, x: &Map) -> Result<Map> {
        let h = norm.apply(x);
        let [q, k, v] = qkv.each_ref().map(|conv| conv.point(&h, None));
        Ok(out.point(&mix(q, &k, &v), Some(x)))
    }
}

/// `softmax(q k^T / sqrt C) v`. O(p^2 C) time and O(p^2) memory for p pixels.
fn mix(mut q: Map, k: &Map, v: &Map) -> Map {
    let (pixels, channels) = (q.pixels(), q.channels);
    let scale = 1.0 / (channels as f32).sqrt();
    q.values.iter_mut().for_each(|value| *value *= scale);
    let mut scores = Conv::of_matrix(&k.values, pixels, channels).point(&q, None);
    scores.values.par_chunks_exact_mut(pixels).for_each(|row| {
        Arch::new().dispatch(|| softmax(row));
    });
    let mut across = vec![0.0; v.values.len()];
    for (pixel, values) in v.values.chunks_exact(channels).enumerate() {
        for (channel, &value) in values.iter().enumerate() {
            across[channel * pixels + pixel] = value;
        }
    }
    Conv::of_matrix(&across, channels, pixels).point(&scores, None)
}

#[inline(always)]
fn softmax(scores: &mut [f32]) {
    let largest = largest(scores);
    for score in scores.iter_mut() {
        *score = exp(*score - largest);
    }
    let sum: f32 = scores.iter().sum();
    for score in scores {
        *score /= sum;
    }
}
