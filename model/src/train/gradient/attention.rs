//! Attention of the training pass and its gradient.
//!
//! Rows are taken in tiles. All rows of a tile see a prefix of the keys, and
//! maybe some of one more range, their own groups: so both products skip most of
//! what the mask hides, and the rest of it is set to 0 after the softmax.

use std::ops::Range;

use faer::Accum;

use super::linear::{multiply, rows, rows_mut};
use crate::attention_mask::{AttentionMask, MaskRow};
use crate::cpu::{dot, exp, largest, sum, vectorised};

/// The most rows of a tile.
const TILE: usize = 64;

/// Consecutive positions, what they see, and where their weights are.
struct Tile {
    positions: Range<usize>,
    /// Keys from 0 that any of them sees.
    prefix: usize,
    /// Keys of their own groups.
    own: Range<usize>,
    /// Their weights among those of a head: prefix and own side by side.
    weights: Range<usize>,
}

impl Tile {
    fn columns(&self) -> usize {
        self.prefix + self.own.len()
    }

    /// Its two ranges of keys, with the column where the weights of each begin.
    fn keys(&self) -> impl Iterator<Item = (Range<usize>, usize)> {
        [(0..self.prefix, 0), (self.own.clone(), self.prefix)]
            .into_iter()
            .filter(|(keys, _)| !keys.is_empty())
    }
}

/// Which keys the positions of a training pass see, in tiles.
pub(super) struct Tiles {
    tiles: Vec<Tile>,
    rows: Vec<MaskRow>,
    weights: usize,
}

impl Tiles {
    pub(super) fn new(mask: &AttentionMask) -> Self {
        let rows = mask.rows().to_vec();
        let mut tiles: Vec<Tile> = Vec::new();
        for (position, row) in rows.iter().enumerate() {
            let has_own = !row.own.is_empty();
            match tiles.last_mut() {
                Some(tile) if tile.positions.len() < TILE && has_own != tile.own.is_empty() => {
                    tile.positions.end = position + 1;
                    tile.prefix = tile.prefix.max(row.prefix);
                    tile.own.end = tile.own.end.max(row.own.end);
                }
                _ => tiles.push(Tile {
                    positions: position..position + 1,
                    prefix: row.prefix,
                    own: row.own.clone(),
                    weights: 0..0,
                }),
            }
        }
        let mut weights = 0;
        for tile in &mut tiles {
            let end = weights + tile.positions.len() * tile.columns();
            tile.weights = weights..end;
            weights = end;
        }
        Self {
            tiles,
            rows,
            weights,
        }
    }

    /// Weights of one head of one sample.
    pub(super) fn weights(&self) -> usize {
        self.weights
    }

    fn positions(&self) -> usize {
        self.rows.len()
    }
}

/// One head of one sample: numbers of the head begin at `start` in each position
/// of `heads x width` numbers.
pub(super) struct Head {
    pub(super) width: usize,
    pub(super) heads: usize,
    pub(super) head: usize,
}

impl Head {
    /// Numbers of a position in the attended array; it has thrice as many in
    /// queries, keys and values.
    fn stride(&self) -> usize {
        self.width * self.heads
    }

    /// Where queries, keys or values of a position begin.
    fn start(&self, part: usize) -> usize {
        part * self.stride() + self.head * self.width
    }

    /// From queries, keys and values of a sample, side by side for each position:
    /// the weights of the head, and what its positions attend to.
    pub(super) fn forward(&self, tiles: &Tiles, qkv: &[f32], weights: &mut [f32], out: &mut [f32]) {
        let (width, stride, positions) = (self.width, self.stride(), tiles.positions());
        let part = |part, range: &Range<usize>| {
            let from = &qkv[range.start * 3 * stride + self.start(part)..];
            rows(from, range.len(), width, 3 * stride)
        };
        debug_assert_eq!(qkv.len(), positions * 3 * stride);
        let scale = 1.0 / (width as f32).sqrt();
        for tile in &tiles.tiles {
            let (count, columns) = (tile.positions.len(), tile.columns());
            let weights = &mut weights[tile.weights.clone()];
            let query = part(0, &tile.positions);
            for (keys, column) in tile.keys() {
                let scores = rows_mut(&mut weights[column..], count, keys.len(), columns);
                let key = part(1, &keys);
                multiply(scores, Accum::Replace, [query, key.transpose()], scale);
            }
            vectorised(
                #[inline(always)]
                || {
                    let seen = &tiles.rows[tile.positions.clone()];
                    for (weights, row) in weights.chunks_mut(columns).zip(seen) {
                        softmax(weights, tile, row);
                    }
                },
            );
            let start = tile.positions.start * stride + self.start(0);
            for (keys, column) in tile.keys() {
                // Every position sees the class, so the prefix is never empty.
                let accum = [Accum::Replace, Accum::Add][usize::from(column > 0)];
                let weights = rows(&weights[column..], count, keys.len(), columns);
                let out = rows_mut(&mut out[start..], count, width, stride);
                multiply(out, accum, [weights, part(2, &keys)], 1.0);
            }
        }
    }

    /// Adds to the gradient of queries, keys and values that of what the head
    /// attended to. `scratch` is for the gradient of a tile's weights.
    pub(super) fn backward(
        &self,
        tiles: &Tiles,
        qkv: &[f32],
        weights: &[f32],
        out_gradient: &[f32],
        qkv_gradient: &mut [f32],
        scratch: &mut Vec<f32>,
    ) {
        let (width, stride) = (self.width, self.stride());
        let place = |part, range: &Range<usize>| range.start * 3 * stride + self.start(part);
        let part = |part, range: &Range<usize>| {
            rows(&qkv[place(part, range)..], range.len(), width, 3 * stride)
        };
        let scale = 1.0 / (width as f32).sqrt();
        for tile in &tiles.tiles {
            let (count, columns) = (tile.positions.len(), tile.columns());
            let weights = &weights[tile.weights.clone()];
            scratch.clear();
            scratch.resize(weights.len(), 0.0);
            let start = tile.positions.start * stride + self.start(0);
            let out = rows(&out_gradient[start..], count, width, stride);
            for (keys, column) in tile.keys() {
                let gradient = rows_mut(&mut scratch[column..], count, keys.len(), columns);
                let value = part(2, &keys).transpose();
                multiply(gradient, Accum::Replace, [out, value], 1.0);
                let weights = rows(&weights[column..], count, keys.len(), columns);
                let gradient = &mut qkv_gradient[place(2, &keys)..];
                let gradient = rows_mut(gradient, keys.len(), width, 3 * stride);
                multiply(gradient, Accum::Add, [weights.transpose(), out], 1.0);
            }
            vectorised(
                #[inline(always)]
                || {
                    for (gradient, weights) in
                        scratch.chunks_mut(columns).zip(weights.chunks(columns))
                    {
                        let mean = dot(gradient, weights);
                        for (gradient, weight) in gradient.iter_mut().zip(weights) {
                            *gradient = (*gradient - mean) * weight;
                        }
                    }
                },
            );
            for (keys, column) in tile.keys() {
                let scores = rows(&scratch[column..], count, keys.len(), columns);
                let gradient = &mut qkv_gradient[place(0, &tile.positions)..];
                let gradient = rows_mut(gradient, count, width, 3 * stride);
                multiply(gradient, Accum::Add, [scores, part(1, &keys)], scale);
                let gradient = &mut qkv_gradient[place(1, &keys)..];
                let gradient = rows_mut(gradient, keys.len(), width, 3 * stride);
                let query = part(0, &tile.positions);
                multiply(gradient, Accum::Add, [scores.transpose(), query], scale);
            }
        }
    }
}

/// Turns the scores of a row into weights; what it does not see gets 0.
#[inline(always)]
fn softmax(scores: &mut [f32], tile: &Tile, row: &MaskRow) {
    let own = if row.own.is_empty() {
        tile.prefix..tile.prefix
    } else {
        let shift = tile.prefix;
        row.own.start - tile.own.start + shift..row.own.end - tile.own.start + shift
    };
    let top = largest(&scores[..row.prefix]).max(largest(&scores[own.clone()]));
    let mut total = 0.0;
    for range in [0..row.prefix, own.clone()] {
        let scores = &mut scores[range];
        for score in scores.iter_mut() {
            *score = exp(*score - top);
        }
        total += sum(scores);
    }
    scores[row.prefix..own.start].fill(0.0);
    scores[own.end..].fill(0.0);
    let factor = 1.0 / total;
    for range in [0..row.prefix, own] {
        for score in &mut scores[range] {
            *score *= factor;
        }
    }
}
