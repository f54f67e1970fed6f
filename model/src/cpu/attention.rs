//! Attention over all heads at once, with keys and values in a cache.

use candle_core::{Result, Tensor};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::functions::{exp, largest, sum};
use super::product::{
    PANEL, PanelRow, Sums, TILE_ROWS, add_products, products, tiles, with_numbers,
};
use crate::attention_mask::{AttentionMask, MaskRow};

/// Keys and values of one layer.
///
/// Keys lie as panels of 64 positions with a row for each of the head's
/// dimensions, values as panels of 64 dimensions with a row for each position:
/// so both products of attention are the linear layers' product.
#[derive(Debug)]
pub(crate) struct CpuCache {
    heads: usize,
    width: usize,
    keys: Vec<PanelRow>,
    keys_per_head: usize,
    values: Vec<PanelRow>,
    values_per_head: usize,
    capacity: usize,
}

/// Panel rows of the keys and of the values of a head.
fn rows_per_head(width: usize, capacity: usize) -> [usize; 2] {
    [
        capacity.div_ceil(PANEL) * width,
        width.div_ceil(PANEL) * capacity,
    ]
}

impl CpuCache {
    /// Bytes of a cache for each of its rows.
    pub(crate) fn bytes_of_row(heads: usize, width: usize, capacity: usize) -> f64 {
        let panel_rows: usize = rows_per_head(width, capacity).iter().sum();
        heads as f64 * panel_rows as f64 * size_of::<PanelRow>() as f64
    }

    pub(crate) fn new(rows: usize, heads: usize, width: usize, capacity: usize) -> Self {
        let [keys_per_head, values_per_head] = rows_per_head(width, capacity);
        Self {
            heads,
            width,
            keys: vec![PanelRow::ZERO; rows * heads * keys_per_head],
            keys_per_head,
            values: vec![PanelRow::ZERO; rows * heads * values_per_head],
            values_per_head,
            capacity,
        }
    }
}

/// Positions of a pass that belong to one row of a cache.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'a> {
    /// The row of the cache. Each has one segment at most.
    pub(crate) row: usize,
    /// Its first position among those of the pass; there are as many as rows of the mask.
    pub(crate) start: usize,
    /// Positions of the cache that are kept.
    pub(crate) past: usize,
    /// So many of its first positions are only seen: what they attend to is not wanted.
    pub(crate) seen_only: usize,
    /// Who sees whom.
    pub(crate) mask: &'a AttentionMask,
}

impl<'a> Segment<'a> {
    /// What those positions see whose attention is wanted.
    fn wanted(&self) -> &'a [MaskRow] {
        let rows = self.mask.rows();
        &rows[self.seen_only.min(rows.len())..]
    }
}

/// What positions attend to, of shape (.., heads x width), from their queries, keys and
/// values side by side, of shape (.., 3 x heads x width). The positions are cut into
/// segments, which lie one behind the other; keys and values go into the cache behind
/// those that are kept. All segments have as many positions that are only seen, if some
/// are, and then as many others. `capture` gets the weights, of shape (heads, positions,
/// keys) for each segment.
pub(crate) fn attention(
    qkv: &Tensor,
    cache: &mut CpuCache,
    segments: &[Segment<'_>],
    capture: Option<&mut Vec<f32>>,
) -> Result<Tensor> {
    let (heads, width) = (cache.heads, cache.width);
    let positions = qkv.elem_count() / (3 * heads * width);
    let mut wanted = 0;
    for segment in segments {
        let Segment {
            past,
            seen_only,
            mask,
            ..
        } = segment;
        let new = mask.rows().len();
        if past + new > cache.capacity || mask.keys() != past + new {
            candle_core::bail!(
                "{past} and {new} positions in a cache of {}",
                cache.capacity
            );
        }
        wanted += new - seen_only.min(&new);
    }
    let mut out = vec![0.0; wanted * heads * width];
    let counts = segments.iter().map(|segment| segment.mask.rows().len());
    if counts.sum::<usize>() != positions {
        candle_core::bail!("segments are not those of {positions} positions");
    }
    // For each segment and head, its part of the output of every position.
    let of_segment = |segment: &Segment<'_>| Vec::with_capacity(segment.wanted().len());
    let rooms = segments.iter();
    let rooms = rooms.flat_map(|segment| (0..heads).map(move |_| of_segment(segment)));
    let mut outs: Vec<Vec<&mut [f32]>> = rooms.collect();
    let owners = segments.iter().enumerate();
    let owners = owners
        .flat_map(|(index, segment)| std::iter::repeat_n(index, segment.wanted().len() * heads));
    for (part, (owner, place)) in out.chunks_mut(width).zip(owners.zip(0..)) {
        // Heads of a position lie side by side.
        outs[owner * heads + place % heads].push(part);
    }
    let weights = |segment: &Segment<'_>| segment.wanted().len() * segment.mask.keys();
    let mut none = Vec::new();
    let captured = match capture {
        Some(capture) => {
            let count: usize = segments.iter().map(|s| heads * weights(s)).sum();
            capture.clear();
            capture.resize(count, 0.0);
            capture
        }
        None => &mut none,
    };
    let mut left = captured.as_mut_slice();
    let mut captures: Vec<&mut [f32]> = Vec::with_capacity(segments.len() * heads);
    for segment in segments {
        for _ in 0..heads {
            let count = weights(segment).min(left.len());
            let (of_head, rest) = left.split_at_mut(count);
            captures.push(of_head);
            left = rest;
        }
    }
    let (capacity, per_head) = (cache.capacity, (cache.keys_per_head, cache.values_per_head));
    let keys = cache.keys.chunks_mut(per_head.0);
    let mut rooms: Vec<_> = keys
        .zip(cache.values.chunks_mut(per_head.1))
        .map(Some)
        .collect();
    let mut work = Vec::with_capacity(outs.len());
    for (index, (out, capture)) in outs.into_iter().zip(captures).enumerate() {
        let (segment, head) = (&segments[index / heads], index % heads);
        let room = rooms
            .get_mut(segment.row * heads + head)
            .and_then(Option::take);
        let Some((keys, values)) = room else {
            candle_core::bail!(
                "row {} of a cache has no room, or two segments",
                segment.row
            );
        };
        work.push((segment, head, keys, values, out, capture));
    }
    with_numbers(qkv, |qkv| {
        work.into_par_iter()
            .for_each(|(segment, head, keys, values, out, capture)| {
                Arch::new().dispatch(Head {
                    qkv: &qkv[segment.start * 3 * heads * width..],
                    stride: 3 * heads * width,
                    starts: [head, heads + head, 2 * heads + head].map(|part| part * width),
                    width,
                    capacity,
                    past: segment.past,
                    seen_only: segment.seen_only,
                    mask: segment.mask,
                    keys,
                    values,
                    out,
                    capture,
                });
            });
        Ok(())
    })?;
    let mut shape = qkv.dims().to_vec();
    if let [.., count, last] = &mut shape[..] {
        *count = *count * wanted / positions;
        *last = heads * width;
    }
    Tensor::from_vec(out, shape, qkv.device())
}

/// One head of one row.
struct Head<'a> {
    qkv: &'a [f32],
    /// Distance of positions in it, and where query, key and value begin.
    stride: usize,
    starts: [usize; 3],
    width: usize,
    capacity: usize,
    past: usize,
    seen_only: usize,
    mask: &'a AttentionMask,
    keys: &'a mut [PanelRow],
    values: &'a mut [PanelRow],
    out: Vec<&'a mut [f32]>,
    /// The weights, if they are wanted; else empty.
    capture: &'a mut [f32],
}

impl Head<'_> {
    #[inline(always)]
    fn part(&self, position: usize, part: usize) -> &[f32] {
        let start = position * self.stride + self.starts[part];
        &self.qkv[start..start + self.width]
    }

    #[inline(always)]
    fn store(&mut self) {
        for position in 0..self.mask.rows().len() {
            let at = self.past + position;
            let start = position * self.stride;
            let key = &self.qkv[start + self.starts[1]..][..self.width];
            let panel = &mut self.keys[at / PANEL * self.width..][..self.width];
            for (panel, &key) in panel.iter_mut().zip(key) {
                panel.0[at % PANEL] = key;
            }
            let value = &self.qkv[start + self.starts[2]..][..self.width];
            for (panel, value) in value.chunks(PANEL).enumerate() {
                self.values[panel * self.capacity + at].0[..value.len()].copy_from_slice(value);
            }
        }
    }
}

impl WithSimd for Head<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        self.store();
        let keys = self.mask.keys();
        let scale = 1.0 / (self.width as f32).sqrt();
        let stride = keys.next_multiple_of(PANEL);
        let mut scores = vec![0.0; TILE_ROWS * stride];
        let mut panels = Vec::with_capacity(keys.div_ceil(PANEL));
        let mut sums: Sums = [PanelRow::ZERO; _];
        for tile in tiles(self.out.len()) {
            let rows = &self.mask.rows()[self.seen_only..][tile.clone()];
            panels.clear();
            panels.extend((0..keys.div_ceil(PANEL)).filter(|panel| is_seen(rows, *panel)));

            let mut queries = [&[] as &[f32]; TILE_ROWS];
            for (query, position) in queries.iter_mut().zip(tile.clone()) {
                *query = self.part(self.seen_only + position, 0);
            }
            for &panel in &panels {
                let keys = &self.keys[panel * self.width..][..self.width];
                products(simd, &queries[..rows.len()], keys, PANEL, &mut sums);
                for (scores, sums) in scores.chunks_mut(stride).zip(&sums[..rows.len()]) {
                    scores[panel * PANEL..][..PANEL].copy_from_slice(&sums.0);
                }
            }
            let mut totals = [0.0; TILE_ROWS];
            for ((scores, row), total) in scores.chunks_mut(stride).zip(rows).zip(&mut totals) {
                *total = softmax(scores, row, scale, &panels);
            }
            for (block, dimensions) in (0..self.width).step_by(PANEL).enumerate() {
                for (place, &panel) in panels.iter().enumerate() {
                    let first = panel * PANEL;
                    let end = keys.min(first + PANEL);
                    let start = block * self.capacity;
                    let values = &self.values[start + first..start + end];
                    let mut weights = [&[] as &[f32]; TILE_ROWS];
                    for (weights, scores) in weights.iter_mut().zip(scores.chunks(stride)) {
                        *weights = &scores[first..end];
                    }
                    let (weights, columns) = (&weights[..rows.len()], self.width - dimensions);
                    match place {
                        0 => products(simd, weights, values, columns, &mut sums),
                        _ => add_products(simd, weights, values, columns, &mut sums),
                    }
                }
                let count = PANEL.min(self.width - dimensions);
                for ((position, sums), total) in tile.clone().zip(&sums).zip(totals) {
                    let out = &mut self.out[position][dimensions..dimensions + count];
                    for (out, sum) in out.iter_mut().zip(&sums.0) {
                        *out = sum / total;
                    }
                }
            }
            if !self.capture.is_empty() {
                for ((position, scores), total) in tile.zip(scores.chunks(stride)).zip(totals) {
                    let captured = &mut self.capture[position * keys..(position + 1) * keys];
                    for &panel in &panels {
                        let range = panel * PANEL..keys.min((panel + 1) * PANEL);
                        for (captured, weight) in
                            captured[range.clone()].iter_mut().zip(&scores[range])
                        {
                            *captured = weight / total;
                        }
                    }
                }
            }
        }
    }
}

/// Whether any row sees something of a panel.
fn is_seen(rows: &[MaskRow], panel: usize) -> bool {
    let (first, end) = (panel * PANEL, (panel + 1) * PANEL);
    rows.iter()
        .any(|row| row.prefix > first || (row.own.start < end && row.own.end > first))
}

/// Turns scores into weights, up to the factor that is returned: what is not
/// seen gets 0.
#[inline(always)]
fn softmax(scores: &mut [f32], row: &MaskRow, scale: f32, panels: &[usize]) -> f32 {
    let top = largest(&scores[..row.prefix]).max(largest(&scores[row.own.clone()]));
    let mut total = 0.0;
    for range in [0..row.prefix, row.own.clone()] {
        let scores = &mut scores[range];
        for score in scores.iter_mut() {
            *score = exp((*score - top) * scale);
        }
        total += sum(scores);
    }
    for &panel in panels {
        let first = panel * PANEL;
        let hidden_from = row.prefix.clamp(first, first + PANEL);
        let own_start = row.own.start.clamp(hidden_from, first + PANEL);
        let own_end = row.own.end.clamp(own_start, first + PANEL);
        scores[hidden_from..own_start].fill(0.0);
        scores[own_end..first + PANEL].fill(0.0);
    }
    total
}
