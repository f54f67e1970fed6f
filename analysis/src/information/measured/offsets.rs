//! Correlations by offset.

use orders_core::{Cell, Grid};

use super::super::error::CovarianceError;
use super::error::MeasuredError;

/// The correlations of two cells at every offset (dy, dx) that a grid of some
/// height H and width W has, 0 <= dy < H and -W < dx < W. That at (-dy, -dx) is the
/// same.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Offsets {
    height: usize,
    width: usize,
    /// dy x (dx + W - 1).
    values: Vec<f64>,
}

impl Offsets {
    /// Those of a field that is the same mirrored, from an array of H x W
    /// correlations for dy, dx >= 0.
    pub(super) fn mirrored(values: &[f64], height: usize, width: usize) -> Self {
        let rows = values.chunks_exact(width);
        let rows = rows.flat_map(|row| row[1..].iter().rev().chain(row).copied());
        Self {
            height,
            width,
            values: rows.collect(),
        }
    }

    /// The mean moments of all pairs of cells at each offset, as shares of those
    /// at offset (0, 0).
    pub(super) fn from_moments(
        moments: &[f64],
        height: usize,
        width: usize,
    ) -> Result<Self, MeasuredError> {
        let mut offsets = Self {
            height,
            width,
            values: vec![0.0; height * (2 * width - 1)],
        };
        let mut counts = vec![0_u32; offsets.values.len()];
        let cells = height * width;
        for (a, row) in moments.chunks_exact(cells).enumerate() {
            for (b, moment) in row.iter().enumerate() {
                let place = offsets.place((a / width, a % width), (b / width, b % width));
                offsets.values[place] += moment;
                counts[place] += 1;
            }
        }
        for (value, count) in offsets.values.iter_mut().zip(counts) {
            *value /= f64::from(count);
        }
        let variance = offsets.values[width - 1];
        if !(variance > 0.0 && variance.is_finite()) {
            return Err(MeasuredError::Constant { variance });
        }
        offsets
            .values
            .iter_mut()
            .for_each(|value| *value /= variance);
        Ok(offsets)
    }

    /// Where the correlation of two cells is, given their rows and columns.
    fn place(&self, a: (usize, usize), b: (usize, usize)) -> usize {
        // The later row of the two comes second.
        let (a, b) = if b.0 < a.0 { (b, a) } else { (a, b) };
        (b.0 - a.0) * (2 * self.width - 1) + (b.1 + self.width - 1 - a.1)
    }

    /// The correlations of every two cells of a grid, row after row.
    pub(super) fn correlations(&self, grid: Grid) -> Result<Vec<f64>, CovarianceError> {
        let (height, width) = (grid.height() as usize, grid.width() as usize);
        if grid.frames() > 1 || height > self.height || width > self.width {
            return Err(CovarianceError::BeyondOffsets {
                height: self.height,
                width: self.width,
                grid,
            });
        }
        let position = |cell: Cell| {
            let (row, column) = grid.position_from_cell(cell);
            (row as usize, column as usize)
        };
        let cells = 0..grid.cells() as Cell;
        let pairs = cells
            .clone()
            .flat_map(|a| cells.clone().map(move |b| (position(a), position(b))));
        Ok(pairs.map(|(a, b)| self.values[self.place(a, b)]).collect())
    }
}
