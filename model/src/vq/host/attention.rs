//! Attention of all pixels to all pixels, one head.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::map::Map;

/// Pixels whose scores are computed at once.
const BLOCK: usize = 128;

/// `softmax(q k^T / sqrt C) v`; memory is O(pixels) for each thread.
pub(super) fn mix(q: &Map, k: &Map, v: &Map) -> Map {
    let (pixels, channels) = (q.pixels(), q.channels);
    let scale = 1.0 / (channels as f32).sqrt();
    let keys = MatRef::from_row_major_slice(&k.values, pixels, channels);
    let values = MatRef::from_row_major_slice(&v.values, pixels, channels);
    let mut mixed = vec![0.0; q.values.len()];
    mixed
        .par_chunks_mut(BLOCK * channels)
        .zip(q.values.par_chunks(BLOCK * channels))
        .for_each(|(mixed, queries)| {
            let rows = queries.len() / channels;
            let mut scores = vec![0.0; rows * pixels];
            matmul(
                MatMut::from_row_major_slice_mut(&mut scores, rows, pixels),
                Accum::Replace,
                MatRef::from_row_major_slice(queries, rows, channels),
                keys.transpose(),
                scale,
                Par::Seq,
            );
            scores.chunks_exact_mut(pixels).for_each(softmax);
            matmul(
                MatMut::from_row_major_slice_mut(mixed, rows, channels),
                Accum::Replace,
                MatRef::from_row_major_slice(&scores, rows, pixels),
                values,
                1.0,
                Par::Seq,
            );
        });
    Map::new(q.height, q.width, channels, mixed)
}

fn softmax(scores: &mut [f32]) {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - largest).exp();
        sum += *score;
    }
    for score in scores {
        *score /= sum;
    }
}
