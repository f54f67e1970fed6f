//! What every cell of the grid would find around it if it came next.
//!
//! Distances and support are kept up to date for all cells: revealing one touches
//! every row of the grid once, in loops over consecutive memory. That is N^2 steps
//! for an order of N cells, but each of a fraction of a nanosecond.

use std::ops::Range;

use orders_core::{Cell, Grid};

/// Squared distance of every cell to the nearest revealed one, in cells
/// squared.
///
/// Whole numbers below 2^53, so exact; floating point because its minimum fits
/// every SIMD register.
#[derive(Clone, Debug)]
pub(super) struct NearestRevealed {
    grid: Grid,
    /// Squared column differences from -(W - 1) to W - 1.
    squared_columns: Vec<f64>,
    squared: Vec<f64>,
}

impl NearestRevealed {
    /// Nothing is revealed, and infinitely far.
    pub(super) fn new(grid: Grid) -> Self {
        Self {
            grid,
            squared_columns: mirrored(grid, |columns| columns * columns),
            squared: vec![f64::INFINITY; grid.cells()],
        }
    }

    pub(super) fn reset_to(&mut self, other: &Self) {
        self.squared.copy_from_slice(&other.squared);
    }

    pub(super) fn reveal(&mut self, cell: Cell) {
        let columns = &self.squared_columns[mirrored_row(self.grid, cell)];
        for_each_row(self.grid, cell, |frames, rows, row| {
            let (frames, rows) = (f64::from(frames), f64::from(rows));
            let others = frames * frames + rows * rows;
            for (nearest, columns) in self.squared[row].iter_mut().zip(columns) {
                let distance = others + columns;
                *nearest = if distance < *nearest {
                    distance
                } else {
                    *nearest
                };
            }
        });
    }

    /// The distance, in cells; infinite while nothing is revealed.
    pub(super) fn distance(&self, cell: Cell) -> f64 {
        self.squared[cell as usize].sqrt()
    }
}

/// Sum of `exp(-distance / range)` over the revealed cells, without the cell
/// itself, for every cell.
#[derive(Clone, Debug)]
pub(super) struct Support {
    grid: Grid,
    /// The weight for each frame difference and row difference from 0 and each
    /// column difference from -(W - 1) to W - 1. 0 at distance 0.
    weights: Vec<f64>,
    sums: Vec<f64>,
}

impl Support {
    /// Nothing is revealed.
    pub(super) fn new(grid: Grid, range: f64) -> Self {
        let mut weights = Vec::new();
        for frames in (0..grid.frames()).map(f64::from) {
            for rows in (0..grid.height()).map(f64::from) {
                weights.extend(mirrored(grid, |columns| {
                    let distance = (frames * frames + rows * rows + columns * columns).sqrt();
                    if distance > 0.0 {
                        // The same bits on every machine.
                        libm::exp(-distance / range)
                    } else {
                        0.0
                    }
                }));
            }
        }
        Self {
            grid,
            weights,
            sums: vec![0.0; grid.cells()],
        }
    }

    pub(super) fn reset_to(&mut self, other: &Self) {
        self.sums.copy_from_slice(&other.sums);
    }

    pub(super) fn reveal(&mut self, cell: Cell) {
        let width = 2 * self.grid.width() as usize - 1;
        let columns = mirrored_row(self.grid, cell);
        for_each_row(self.grid, cell, |frames, rows, row| {
            let line = frames as usize * self.grid.height() as usize + rows as usize;
            let weights = &self.weights[line * width..][columns.clone()];
            for (sum, weight) in self.sums[row].iter_mut().zip(weights) {
                *sum += weight;
            }
        });
    }

    pub(super) fn sum(&self, cell: Cell) -> f64 {
        self.sums[cell as usize]
    }

    pub(super) fn sums(&self) -> &[f64] {
        &self.sums
    }
}

/// How many neighbours of a cell lie on the grid, and how many of them are
/// revealed, by kind: in 1, 2 or 3 coordinates away, so at distance 1, sqrt(2)
/// or sqrt(3).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Neighbours {
    on_grid: [u32; 3],
    revealed: [u32; 3],
}

impl Neighbours {
    pub(super) fn new(grid: Grid, is_revealed: &[bool], cell: Cell) -> Self {
        let around = |place: u32, side: u32| place.saturating_sub(1)..=(place + 1).min(side - 1);
        let frame = grid.frame_from_cell(cell);
        let (row, column) = grid.position_from_cell(cell);
        let mut neighbours = Self::default();
        for other_frame in around(frame, grid.frames()) {
            for other_row in around(row, grid.height()) {
                for other_column in around(column, grid.width()) {
                    let away = [
                        other_frame != frame,
                        other_row != row,
                        other_column != column,
                    ];
                    let kind = away.into_iter().filter(|&away| away).count();
                    if kind > 0 {
                        let other = grid.cell_in_frame(other_frame, other_row, other_column);
                        neighbours.on_grid[kind - 1] += 1;
                        neighbours.revealed[kind - 1] += u32::from(is_revealed[other as usize]);
                    }
                }
            }
        }
        neighbours
    }

    /// LPD's score: the sum of 1 / distance over the revealed ones.
    pub(super) fn proximity(&self) -> f64 {
        let [edge, diagonal, corner] = self.revealed.map(f64::from);
        edge + diagonal / 2_f64.sqrt() + corner / 3_f64.sqrt()
    }

    /// Share of the edge neighbours that are revealed; NaN if there are none.
    pub(super) fn edge_coverage(&self) -> f64 {
        f64::from(self.revealed[0]) / f64::from(self.on_grid[0])
    }

    /// Share of all neighbours that are revealed; NaN if there are none.
    pub(super) fn coverage(&self) -> f64 {
        let sum = |counts: [u32; 3]| f64::from(counts.iter().sum::<u32>());
        sum(self.revealed) / sum(self.on_grid)
    }
}

/// The values of a function for the column differences from -(W - 1) to W - 1.
fn mirrored(grid: Grid, value: impl Fn(f64) -> f64) -> Vec<f64> {
    let last = grid.width() - 1;
    (0..=last)
        .rev()
        .chain(1..=last)
        .map(|columns| value(f64::from(columns)))
        .collect()
}

/// Where the differences of all columns to that of `cell` lie among the
/// mirrored ones.
fn mirrored_row(grid: Grid, cell: Cell) -> Range<usize> {
    let (_, column) = grid.position_from_cell(cell);
    let start = (grid.width() - 1 - column) as usize;
    start..start + grid.width() as usize
}

/// Calls `take` for each row of the grid with its frame difference and its row
/// difference to `cell` and the range of its cells.
fn for_each_row(grid: Grid, cell: Cell, mut take: impl FnMut(u32, u32, Range<usize>)) {
    let cell_frame = grid.frame_from_cell(cell);
    let (cell_row, _) = grid.position_from_cell(cell);
    let width = grid.width() as usize;
    let mut start = 0;
    for frame in 0..grid.frames() {
        for row in 0..grid.height() {
            take(
                frame.abs_diff(cell_frame),
                row.abs_diff(cell_row),
                start..start + width,
            );
            start += width;
        }
    }
}
