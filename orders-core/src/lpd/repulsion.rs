//! Principle 2, repulsion: which cells may not be generated together.

use crate::cell_set::CellSet;
use crate::grid::{Cell, Grid};

/// Decides which cells repel each other. Replace it to try another metric.
pub trait Repulsion: Clone + Send + Sync + 'static {
    /// Tables and buffers for one thread.
    type State: RepulsionState;

    /// Tables and buffers for a grid.
    fn state(&self, grid: Grid) -> Self::State;
}

/// Does the work of a [`Repulsion`].
pub trait RepulsionState: Send {
    /// Adds to `repelled` every cell that `cell` repels once it is accepted,
    /// `cell` itself included. (Cells that are not free do not matter.)
    fn repel(&mut self, cell: Cell, repelled: &mut CellSet);
}

/// LPD's repulsion: two cells repel each other if both their row and their
/// column difference are at most the repulsion threshold rho (Chebyshev
/// distance). O(N / 64) a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chebyshev {
    /// Rho, from 0. Below 1 no other cell is repelled.
    pub repulsion_threshold: f64,
}

impl Repulsion for Chebyshev {
    type State = ChebyshevState;

    fn state(&self, grid: Grid) -> ChebyshevState {
        // Differences are whole numbers; the cast saturates at both ends.
        let reach = self.repulsion_threshold as u32;
        let strip = |row: Option<u32>, column: Option<u32>| {
            let mut set = CellSet::empty(grid.cells());
            for cell in 0..grid.cells() as Cell {
                let (cell_row, cell_column) = grid.position_from_cell(cell);
                if row.is_none_or(|row| row.abs_diff(cell_row) <= reach)
                    && column.is_none_or(|column| column.abs_diff(cell_column) <= reach)
                {
                    set.insert(cell);
                }
            }
            set
        };
        ChebyshevState {
            grid,
            rows: (0..grid.height())
                .map(|row| strip(Some(row), None))
                .collect(),
            columns: (0..grid.width())
                .map(|column| strip(None, Some(column)))
                .collect(),
        }
    }
}

/// Tables of [`Chebyshev`]: for every row the strip of rows within reach, for
/// every column likewise. The window around a cell is where the two cross.
#[derive(Clone, Debug)]
pub struct ChebyshevState {
    grid: Grid,
    rows: Vec<CellSet>,
    columns: Vec<CellSet>,
}

impl RepulsionState for ChebyshevState {
    #[inline]
    fn repel(&mut self, cell: Cell, repelled: &mut CellSet) {
        let (row, column) = self.grid.position_from_cell(cell);
        let rows = self.rows[row as usize].words();
        let columns = self.columns[column as usize].words();
        for (word, (row, column)) in repelled
            .words_mut()
            .iter_mut()
            .zip(rows.iter().zip(columns))
        {
            *word |= row & column;
        }
    }
}
