//! Inner products of all pairs of rows, in tiles.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::features::Features;

/// Rows of the first set that a thread works on at once.
const TILE_ROWS: usize = 128;

/// Rows of the second set that are multiplied with them at once.
const TILE_COLUMNS: usize = 512;

/// Inner products of some rows of one set with some of another.
pub(super) struct Tile<'a> {
    /// The first row of the first set.
    pub(super) first_row: usize,
    /// The first row of the second set.
    pub(super) first_column: usize,
    columns: usize,
    products: &'a [f64],
}

impl<'a> Tile<'a> {
    /// For each row, its number in the first set and its products with
    /// consecutive rows of the second.
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, &'a [f64])> {
        (self.first_row..).zip(self.products.chunks_exact(self.columns))
    }
}

/// Multiplies all rows of `a` with all rows of `b`, in double precision.
///
/// The rows of `a` are cut into parts, whatever the number of threads; each part
/// has a state of its own, made by `new` for a number of rows, which takes the
/// tiles of the part from left to right. The states come in the order of the
/// parts. O(n m d) time for n and m rows in d dimensions; O(d) memory for each
/// thread, besides the states.
pub(super) fn for_all_pairs<State: Send>(
    a: &Features,
    b: &Features,
    new: impl Fn(usize) -> State + Sync,
    take: impl Fn(&mut State, &Tile<'_>) + Sync,
) -> Vec<State> {
    let d = a.dimensions();
    (0..a.count().div_ceil(TILE_ROWS))
        .into_par_iter()
        .map(|part| {
            let first_row = part * TILE_ROWS;
            let last_row = (first_row + TILE_ROWS).min(a.count());
            let rows = last_row - first_row;
            let left = wide(a.rows(first_row..last_row));
            let left = MatRef::from_row_major_slice(&left, rows, d);
            let mut state = new(rows);
            let mut products = vec![0.0; rows * TILE_COLUMNS];
            for first_column in (0..b.count()).step_by(TILE_COLUMNS) {
                let last_column = (first_column + TILE_COLUMNS).min(b.count());
                let columns = last_column - first_column;
                let right = wide(b.rows(first_column..last_column));
                let right = MatRef::from_row_major_slice(&right, columns, d);
                let products = &mut products[..rows * columns];
                matmul(
                    MatMut::from_row_major_slice_mut(products, rows, columns),
                    Accum::Replace,
                    left,
                    right.transpose(),
                    1.0,
                    Par::Seq,
                );
                let tile = Tile {
                    first_row,
                    first_column,
                    columns,
                    products,
                };
                take(&mut state, &tile);
            }
            state
        })
        .collect()
}

/// The squared length of each row.
pub(super) fn squared_lengths(features: &Features) -> Vec<f64> {
    features
        .view()
        .rows()
        .into_iter()
        .map(|row| row.iter().map(|&value| f64::from(value).powi(2)).sum())
        .collect()
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| value.into()).collect()
}
