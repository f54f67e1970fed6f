//! The product of a few rows and a panel, and how matrices lie in memory for it.

use candle_core::{CpuStorage, Result, Storage, Tensor};
use pulp::Simd;
use rayon::prelude::*;

/// The most rows of a tile.
pub(crate) const TILE_ROWS: usize = 6;

/// Sums of a tile: a row of 64 for each of its rows.
pub(crate) type Sums = [PanelRow; TILE_ROWS];

/// Adds the products of rows and a panel to `sums`, the terms in the order of
/// the panel's rows: `sums[r][c] += sum over k of rows[r][k] panel[k][c]`.
///
/// There are from 1 to [`TILE_ROWS`] rows, each at least as long as the panel
/// has rows. Of more columns than are wanted, the others are left as they are where that is
/// faster. Must be inlined into a function that is compiled for `S`.
#[inline(always)]
pub(crate) fn add_products<S: Simd>(
    simd: S,
    rows: &[&[f32]],
    panel: &[PanelRow],
    columns: usize,
    sums: &mut Sums,
) {
    by_lanes(simd, rows, panel, (columns, true), sums);
}

/// The same with what was in `sums` forgotten.
#[inline(always)]
pub(crate) fn products<S: Simd>(
    simd: S,
    rows: &[&[f32]],
    panel: &[PanelRow],
    columns: usize,
    sums: &mut Sums,
) {
    by_lanes(simd, rows, panel, (columns, false), sums);
}

#[inline(always)]
fn by_lanes<S: Simd>(
    simd: S,
    rows: &[&[f32]],
    panel: &[PanelRow],
    (columns, adds): (usize, bool),
    sums: &mut Sums,
) {
    let how = (columns.min(PANEL), adds);
    match (S::F32_LANES, columns <= PANEL / 2) {
        (16, true) | (8, _) => by_rows::<S, 2>(simd, rows, panel, how, sums),
        _ => by_rows::<S, 4>(simd, rows, panel, how, sums),
    }
}

#[inline(always)]
fn by_rows<S: Simd, const VECTORS: usize>(
    simd: S,
    rows: &[&[f32]],
    panel: &[PanelRow],
    how: (usize, bool),
    sums: &mut Sums,
) {
    match *rows {
        [a] => tile::<S, VECTORS, 1>(simd, [a], panel, how, sums),
        [a, b] => tile::<S, VECTORS, 2>(simd, [a, b], panel, how, sums),
        [a, b, c] => tile::<S, VECTORS, 3>(simd, [a, b, c], panel, how, sums),
        [a, b, c, d] => tile::<S, VECTORS, 4>(simd, [a, b, c, d], panel, how, sums),
        [a, b, c, d, e] => tile::<S, VECTORS, 5>(simd, [a, b, c, d, e], panel, how, sums),
        [a, b, c, d, e, f] => tile::<S, VECTORS, 6>(simd, [a, b, c, d, e, f], panel, how, sums),
        _ => debug_assert!(rows.is_empty(), "a tile has at most {TILE_ROWS} rows"),
    }
}

/// All sums stay in registers: `ROWS` x `VECTORS` of them, for one part of the
/// panel's columns after the other.
#[expect(
    clippy::manual_memcpy,
    reason = "a copy by slices takes the address of what should stay in registers"
)]
#[inline(always)]
fn tile<S: Simd, const VECTORS: usize, const ROWS: usize>(
    simd: S,
    rows: [&[f32]; ROWS],
    panel: &[PanelRow],
    (wanted, adds): (usize, bool),
    sums: &mut Sums,
) {
    let columns = VECTORS * S::F32_LANES;
    let mut ends = rows;
    for row in &mut ends {
        *row = &row[..panel.len()];
    }
    let rows = ends;
    for part in 0..wanted.div_ceil(columns) {
        let first = part * columns;
        let mut registers = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
        if adds {
            for r in 0..ROWS {
                let (vectors, _) = S::as_simd_f32s(&sums[r].0[first..first + columns]);
                for v in 0..VECTORS {
                    registers[r][v] = vectors[v];
                }
            }
        }
        for (k, panel) in panel.iter().enumerate() {
            let (vectors, _) = S::as_simd_f32s(&panel.0[first..first + columns]);
            let mut weights = [simd.splat_f32s(0.0); VECTORS];
            for v in 0..VECTORS {
                weights[v] = vectors[v];
            }
            for r in 0..ROWS {
                let x = simd.splat_f32s(rows[r][k]);
                for v in 0..VECTORS {
                    registers[r][v] = simd.mul_add_f32s(x, weights[v], registers[r][v]);
                }
            }
        }
        for r in 0..ROWS {
            let (vectors, _) = S::as_mut_simd_f32s(&mut sums[r].0[first..first + columns]);
            for v in 0..VECTORS {
                vectors[v] = registers[r][v];
            }
        }
    }
}

/// The sizes of tiles that share `rows` rows as evenly as can be: equal tiles
/// keep the same number of sums going.
pub(crate) fn tiles(rows: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let count = rows.div_ceil(TILE_ROWS).max(1);
    (0..count).map(move |tile| tile * rows / count..(tile + 1) * rows / count)
}

/// Columns of a panel.
pub(crate) const PANEL: usize = 64;

/// One row of a panel: so many columns of one row of a matrix.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct PanelRow(pub(crate) [f32; PANEL]);

impl PanelRow {
    pub(crate) const ZERO: Self = Self([0.0; PANEL]);
}

/// A matrix of `outputs` x `inputs`, row after row, as panels of its transpose:
/// for every 64 outputs a row of each input. Missing outputs are 0.
pub(crate) fn packed(matrix: &[f32], outputs: usize, inputs: usize) -> Vec<PanelRow> {
    let mut panels = vec![PanelRow::ZERO; outputs.div_ceil(PANEL) * inputs];
    panels
        .par_chunks_mut(inputs)
        .zip(matrix.par_chunks(PANEL * inputs))
        .for_each(|(panel, rows)| {
            // A few inputs at a time, so that both sides stay in the cache.
            for (block, panel) in panel.chunks_mut(16).enumerate() {
                for (output, row) in rows.chunks(inputs).enumerate() {
                    let row = &row[block * 16..];
                    for (panel, &weight) in panel.iter_mut().zip(row) {
                        panel.0[output] = weight;
                    }
                }
            }
        });
    panels
}

/// Calls `read` with the numbers of a tensor, without a copy if they lie side by
/// side.
pub(crate) fn with_numbers<T>(
    tensor: &Tensor,
    read: impl FnOnce(&[f32]) -> Result<T>,
) -> Result<T> {
    let tensor = tensor.contiguous()?;
    let (storage, layout) = tensor.storage_and_layout();
    let Storage::Cpu(CpuStorage::F32(numbers)) = &*storage else {
        candle_core::bail!(
            "our own kernels take f32 on the CPU, not {:?}",
            tensor.dtype()
        );
    };
    let start = layout.start_offset();
    read(&numbers[start..start + layout.shape().elem_count()])
}
