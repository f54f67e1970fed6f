//! Attention of all pixels to all pixels, one head.

use pulp::Arch;
use rayon::prelude::*;

use super::conv::Conv;
use super::map::Map;
use crate::cpu::{exp, largest};

/// `softmax(q k^T / sqrt C) v`. O(p^2 C) time and O(p^2) memory for p pixels.
pub(super) fn mix(mut q: Map, k: &Map, v: &Map) -> Map {
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
