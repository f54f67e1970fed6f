//! The definitions, by determinants.

use ndarray::{Array2, ArrayView2};
use orders_core::{Cell, Grid, GroupSizes, KnownCells, Order, Problem};
use proptest::prelude::*;

/// The logarithm of the determinant of the covariance of some cells, by
/// elimination without pivoting, which a positive definite matrix allows.
pub(crate) fn log_determinant(covariance: ArrayView2<'_, f64>, cells: &[Cell]) -> f64 {
    let n = cells.len();
    let mut matrix = Array2::from_shape_fn((n, n), |(row, column)| {
        covariance[[cells[row] as usize, cells[column] as usize]]
    });
    let mut sum = 0.0;
    for pivot in 0..n {
        sum += matrix[[pivot, pivot]].ln();
        for row in pivot + 1..n {
            let factor = matrix[[row, pivot]] / matrix[[pivot, pivot]];
            for column in pivot..n {
                matrix[[row, column]] -= factor * matrix[[pivot, column]];
            }
        }
    }
    sum
}

/// Differential entropy of some cells given others, in nats: that of all
/// together less that of the others.
pub(crate) fn entropy(covariance: ArrayView2<'_, f64>, cells: &[Cell], given: &[Cell]) -> f64 {
    let all: Vec<Cell> = cells.iter().chain(given).copied().collect();
    let of_one = 0.5 * (2.0 * std::f64::consts::PI * std::f64::consts::E).ln();
    of_one * cells.len() as f64
        + 0.5 * (log_determinant(covariance, &all) - log_determinant(covariance, given))
}

/// Entropy at reveal and total correlation of a group.
pub(crate) fn of_group(
    covariance: ArrayView2<'_, f64>,
    group: &[Cell],
    context: &[Cell],
) -> (f64, f64) {
    let at_reveal: f64 = group
        .iter()
        .map(|&cell| entropy(covariance, &[cell], context))
        .sum();
    (at_reveal, at_reveal - entropy(covariance, group, context))
}

/// A covariance of a grid's cells that has no structure: A A^T + I/2.
pub(crate) fn any_covariance(cells: usize, entries: &[f64]) -> Array2<f64> {
    let factor = Array2::from_shape_fn((cells, cells), |(row, column)| {
        entries[(row * cells + column) % entries.len()]
    });
    factor.dot(&factor.t()) + Array2::<f64>::eye(cells) * 0.5
}

/// A grid of few cells, some of them known, in some steps, and an order.
pub(crate) fn orders() -> impl Strategy<Value = Order> {
    (1..3_u32, 1..4_u32, 1..5_u32)
        .prop_flat_map(|(frames, height, width)| {
            let grid = Grid::video(frames, height, width).unwrap();
            let cells = grid.cells();
            (
                Just(grid),
                prop::collection::vec(prop::bool::weighted(0.2), cells),
                Just((0..cells as Cell).collect::<Vec<_>>()).prop_shuffle(),
                prop::collection::vec(1..5_u32, cells),
            )
        })
        .prop_map(|(grid, mut known, mut cells, sizes)| {
            known[0] = false;
            cells.retain(|&cell| !known[cell as usize]);
            let mut left = cells.len() as u32;
            let sizes: Vec<u32> = sizes
                .into_iter()
                .map_while(|size| {
                    let size = size.min(left);
                    left -= size;
                    (size > 0).then_some(size)
                })
                .collect();
            let known = KnownCells::from_mask(grid, known).unwrap();
            let problem = Problem::with_known(known, GroupSizes::new(sizes).unwrap()).unwrap();
            Order::new(problem, cells).unwrap()
        })
}
